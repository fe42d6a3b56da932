# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The local directory of a fetched output: whole files under their names, and a manifest that says when all are there."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import typing as t

from ..module_utils._core.errors import OhmyError
from ..module_utils._core.plan import Plan
from ..module_utils._hadoop.identity import (
    MANIFEST,
    RESERVE,
    SCHEMA,
    local_hashes,
    read_manifest,
    refuse_strangers,
)
from ..module_utils._hadoop.results import LOAD_BYTES
from .partial_file import NOTE

Part = dict[str, t.Any]
LOAD = ".ohmy-load"


class OutputFolder:
    """A directory that receives the files that one fetch makes.

    While it is being filled, the manifest says ``finished: null`` and lists what is there, so that a killed
    run can be told from a stranger's files and goes on where it stopped.

    :param path: absolute path of the directory; made when the first part comes.
    :param fingerprint: the job's identity; None: parts are known by their place, size and time.
    :param force: fetch again what is there, and replace files that were changed by hand.
    :param src: the place in HDFS.
    """

    def __init__(self, path: str, fingerprint: str | None, force: bool = False, src: str | None = None) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.force = force
        self.src = src
        self._manifest = read_manifest(path)
        self._done: dict[str, Part] = {}
        self._previous: dict[str, Part] = {}

    def plan(self, parts: t.Sequence[Part]) -> Plan:
        """Compare the wanted files with the directory; changes nothing.

        :param parts: [{"name", "size", "sources"}]; without ``sources`` the part itself is the source.
        :raises OhmyError: a file in the way is not one that an earlier run put there.
        """
        if os.path.lexists(self.path) and not os.path.isdir(self.path):
            raise OhmyError(f"{self.path} is not a directory.", "Name another place for the output.")
        manifest = self._manifest or {}
        there = local_hashes(self.path, self._manifest, [part["name"] for part in parts])
        refuse_strangers(self.path, there, self._manifest, self.force)
        same_job = manifest.get("fingerprint") == self.fingerprint and not self.force
        if self.fingerprint is None:
            same_job = same_job and manifest.get("src") == self.src
        mine = {entry["name"]: entry for entry in manifest.get("parts", [])} if same_job else {}
        plan = Plan()
        for part in parts:
            entry = mine.get(part["name"])
            if entry and self.key_of(entry) == self.key_of(part) and there.get(part["name"]) == entry["sha256"]:
                self._done[part["name"]] = entry
            else:
                plan.add("fetch", part["name"], None, f"{part['size']} bytes")
        wanted = {part["name"] for part in parts}
        for name in sorted(set(there) - wanted):
            plan.add("remove", name, "of an earlier job", None)
        self._previous = {
            name: {"name": name, "size": os.path.getsize(self._file(name)), "sha256": digest}
            for name, digest in there.items()
            if name not in self._done
        }
        if not plan.steps and not (same_job and manifest.get("finished")):
            plan.add("write", MANIFEST)
        return plan

    def key_of(self, part: t.Mapping[str, t.Any]) -> str:
        """Return what tells whether a file was made of the same sources."""
        sources = part.get("sources") or [part]
        times = self.fingerprint is None
        told = [[one["name"], one["size"], one.get("modified") if times else None] for one in sources]
        return json.dumps([self.fingerprint, self.src if times else None, told, part.get("codec")])

    def begin(self, parts: t.Sequence[Part]) -> None:
        """Make the directory, look whether the missing files fit, and mark it as being filled."""
        keep = {f".ohmy-{part['name']}.partial" for part in self.missing(parts)}
        keep |= {name + NOTE for name in keep}
        try:
            os.makedirs(self.path, exist_ok=True)
            for name in os.listdir(self.path):
                left = name == LOAD or (name.startswith(".ohmy-") and ".partial" in name)
                if left and name not in keep:
                    os.unlink(os.path.join(self.path, name))
            free = shutil.disk_usage(self.path).free
        except OSError as exc:
            raise self.unwritable(exc) from exc
        needed = sum(part["size"] for part in self.missing(parts))
        needed += min(needed, LOAD_BYTES)
        if needed + RESERVE > free:
            raise OhmyError(
                f"The output does not fit into {self.path}: {needed:,} bytes are to be fetched, "
                f"{free:,} are free, and {RESERVE >> 20} MiB of them are left to others.",
                "Make room or name another place for the output.",
            )
        self._write(None)

    def missing(self, parts: t.Sequence[Part]) -> list[Part]:
        """Return the files that are still to be fetched."""
        return [part for part in parts if part["name"] not in self._done]

    def partial(self, name: str) -> str:
        """Return the path for a file that is not whole yet."""
        return self._file(f".ohmy-{name}.partial")

    @property
    def load(self) -> str:
        """The path of what comes at once, before it is handed out; no part's ``partial`` is called so."""
        return self._file(LOAD)

    def accept(self, files: t.Sequence[tuple[Part, int, str, str]]) -> None:
        """Give whole and verified files their names: each is (part, size, sha256, path where it lies)."""
        # The entries come first: a run killed in between must know the files as its own.
        for part, size, sha256, _path in files:
            name = part["name"]
            self._done[name] = {"name": name, "size": size, "sha256": sha256}
            if part.get("sources"):
                self._done[name].update(sources=part["sources"], codec=part.get("codec"))
        self._write(None)
        mode = 0o666 & ~_umask()
        try:
            for part, _size, _sha256, path in files:
                os.chmod(path, mode)
                os.replace(path, self._file(part["name"]))
        except OSError as exc:
            raise self.unwritable(exc) from exc

    def finish(self, parts: t.Sequence[Part]) -> None:
        """Remove what an earlier job left and write the final manifest."""
        wanted = {part["name"] for part in parts}
        self._done = {name: entry for name, entry in self._done.items() if name in wanted}
        try:
            for name in set(self._previous) - wanted:
                os.unlink(self._file(name))
        except OSError as exc:
            raise self.unwritable(exc) from exc
        self._previous = {}
        self._write(datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def entries(self) -> list[Part]:
        """Return what is there: [{"name", "size", "sha256"}] by name."""
        return [{key: self._done[name][key] for key in ("name", "size", "sha256")} for name in sorted(self._done)]

    def unwritable(self, exc: OSError) -> OhmyError:
        """Return the error for a directory that cannot be written (full, not permitted)."""
        return OhmyError(
            f"{exc.filename or self.path} cannot be written: {exc.strerror}.", "Make room or name another place."
        )

    def _file(self, name: str) -> str:
        return os.path.join(self.path, name)

    def _write(self, finished: str | None) -> None:
        data: dict[str, t.Any] = {
            "schema": SCHEMA,
            "fingerprint": self.fingerprint,
            "parts": [self._done[name] for name in sorted(self._done)],
            "finished": finished,
        }
        if self.fingerprint is None:
            data["src"] = self.src
        if finished is None:
            data["previous"] = [self._previous[name] for name in sorted(self._previous)]
        path = self._file(MANIFEST)
        try:
            with open(path + ".partial", "w", encoding="utf-8") as stream:
                json.dump(data, stream, indent=1, sort_keys=True)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(path + ".partial", path)
        except OSError as exc:
            raise self.unwritable(exc) from exc


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
