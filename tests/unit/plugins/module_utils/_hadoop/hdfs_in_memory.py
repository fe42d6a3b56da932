# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HDFS in a dictionary, with the methods of ``WebHdfs`` that write."""

from __future__ import annotations

import hashlib
import itertools
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError


class MemoryHdfs:
    """Files by path; each write gets a later time."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.times: dict[str, int] = {}
        self.folders: set[str] = {"/"}
        self.read_whole: list[str] = []
        self._clock = itertools.count(1000)

    def _status(self, path: str, suffix: str) -> dict[str, t.Any]:
        if path in self.files:
            return {
                "type": "FILE",
                "length": len(self.files[path]),
                "modificationTime": self.times[path],
                "pathSuffix": suffix,
            }
        return {"type": "DIRECTORY", "length": 0, "modificationTime": 0, "pathSuffix": suffix}

    def status(self, path: str) -> dict[str, t.Any] | None:
        path = path.rstrip("/") or "/"
        return self._status(path, "") if path in self.files or path in self.folders else None

    def entries(self, path: str) -> dict[str, dict[str, t.Any]] | None:
        base = path.rstrip("/")
        if (base or "/") not in self.folders:
            if base in self.files:
                raise OhmyError(f"{path} in HDFS is a file, not a directory.")
            return None
        names = {p[len(base) + 1 :] for p in (*self.files, *self.folders) if p.startswith(base + "/") and p != "/"}
        return {name: self._status(f"{base}/{name}", name) for name in sorted(names) if "/" not in name}

    def walk(self, path: str) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
        for name in sorted(self.files):
            if name.startswith(path.rstrip("/") + "/"):
                yield name[len(path.rstrip("/")) + 1 :], self._status(name, "")

    def mkdirs(self, path: str, mode: str | None = None) -> None:
        parts = path.strip("/").split("/")
        self.folders |= {"/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)}

    def create(self, path: str, data: t.Any, overwrite: bool = False, mode: str | None = None) -> None:
        assert overwrite or path not in self.files
        self.mkdirs(path.rsplit("/", 1)[0] or "/")
        self.files[path] = data if isinstance(data, bytes) else data.read()
        self.times[path] = next(self._clock)

    def read(self, path: str, limit: int = 0) -> bytes:
        return self.files[path]

    def sha256(self, path: str) -> str:
        self.read_whole.append(path)
        return hashlib.sha256(self.files[path]).hexdigest()

    def rename(self, path: str, destination: str, overwrite: bool = False) -> None:
        assert destination.rsplit("/", 1)[0] in self.folders and (overwrite or destination not in self.files)
        self.files[destination], self.times[destination] = self.files.pop(path), self.times.pop(path)

    def delete(self, path: str, recursive: bool = False) -> bool:
        gone = [name for name in self.files if name == path or name.startswith(path + "/")]
        for name in gone:
            del self.files[name], self.times[name]
        self.folders -= {name for name in self.folders if name == path or name.startswith(path + "/")}
        return bool(gone)
