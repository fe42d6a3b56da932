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
from ..module_utils._hadoop.identity import MANIFEST, SCHEMA, read_manifest
from ..module_utils._hadoop.programs import file_sha256

Part = dict[str, t.Any]
RESERVE = 16 << 20


class OutputFolder:
    """A directory that receives the parts of one job's output.

    While it is being filled, the manifest says ``finished: null`` and lists what is there, so that a killed
    run can be told from a stranger's files and goes on where it stopped.

    :param path: absolute path of the directory; made when the first part comes.
    :param fingerprint: the job's identity.
    :param force: fetch again what is there, and replace files that were changed by hand.
    """

    def __init__(self, path: str, fingerprint: str, force: bool = False) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.force = force
        self._manifest = read_manifest(path)
        self._done: dict[str, Part] = {}
        self._previous: dict[str, Part] = {}

    def plan(self, parts: t.Sequence[Part]) -> Plan:
        """Compare the wanted parts ([{"name", "size"}]) with the directory; changes nothing.

        :raises OhmyError: a file in the way is not one that an earlier run put there.
        """
        if os.path.lexists(self.path) and not os.path.isdir(self.path):
            raise OhmyError(f"{self.path} is not a directory.", "Name another place for the output.")
        manifest = self._manifest or {}
        known: dict[str, list[Part]] = {}
        for entry in [*manifest.get("parts", []), *(manifest.get("previous") or [])]:
            known.setdefault(entry["name"], []).append(entry)
        there = self._hashes({part["name"] for part in parts} | set(known))
        self._refuse_strangers(there, known)
        same_job = manifest.get("fingerprint") == self.fingerprint and not self.force
        mine = {entry["name"]: entry for entry in manifest.get("parts", [])} if same_job else {}
        plan = Plan()
        for part in parts:
            entry = mine.get(part["name"])
            if entry and entry["size"] == part["size"] and there.get(part["name"]) == entry["sha256"]:
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

    def begin(self, parts: t.Sequence[Part]) -> None:
        """Make the directory, look whether the missing parts fit, and mark it as being filled."""
        try:
            os.makedirs(self.path, exist_ok=True)
            for name in os.listdir(self.path):
                if name.startswith(".ohmy-") and name.endswith(".partial"):
                    os.unlink(os.path.join(self.path, name))
            free = shutil.disk_usage(self.path).free
        except OSError as exc:
            raise self.unwritable(exc) from exc
        needed = sum(part["size"] for part in parts if part["name"] not in self._done)
        if needed + RESERVE > free:
            raise OhmyError(
                f"The output does not fit into {self.path}: {needed >> 20} MiB are to be fetched, {free >> 20} are free.",
                "Make room or name another place for the output.",
            )
        self._write(None)

    def missing(self, parts: t.Sequence[Part]) -> list[Part]:
        """Return the parts that are still to be fetched."""
        return [part for part in parts if part["name"] not in self._done]

    def partial(self, name: str) -> str:
        """Return the path for a part that is not whole yet."""
        return self._file(f".ohmy-{name}.partial")

    def accept(self, name: str, size: int, sha256: str) -> None:
        """Give a whole and verified part its name."""
        # The entry comes first: a run killed in between must know the file as its own.
        self._done[name] = {"name": name, "size": size, "sha256": sha256}
        self._write(None)
        try:
            os.replace(self.partial(name), self._file(name))
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
        return [self._done[name] for name in sorted(self._done)]

    def unwritable(self, exc: OSError) -> OhmyError:
        """Return the error for a directory that cannot be written (full, not permitted)."""
        return OhmyError(
            f"{exc.filename or self.path} cannot be written: {exc.strerror}.", "Make room or name another place."
        )

    def _file(self, name: str) -> str:
        return os.path.join(self.path, name)

    def _hashes(self, names: t.Iterable[str]) -> dict[str, str]:
        try:
            if os.path.isdir(self.path):
                names = set(names) | {name for name in os.listdir(self.path) if name.startswith("part-")}
            found = [name for name in names if os.path.lexists(self._file(name))]
            for name in found:
                if os.path.islink(self._file(name)) or not os.path.isfile(self._file(name)):
                    raise OhmyError(f"{self._file(name)} is in the way: it is no plain file.", "Move it.")
            return {name: file_sha256(self._file(name)) for name in found}
        except OSError as exc:
            raise OhmyError(f"{exc.filename or self.path} cannot be read: {exc.strerror}.", "Move it.") from exc

    def _refuse_strangers(self, there: t.Mapping[str, str], known: t.Mapping[str, list[Part]]) -> None:
        strangers = [
            name
            for name, digest in sorted(there.items())
            if digest not in [entry["sha256"] for entry in known.get(name, [])] and not (self.force and name in known)
        ]
        if strangers:
            raise OhmyError(
                f"{self.path} holds files that no earlier fetch left like this: {', '.join(strangers[:5])}.",
                "They are never overwritten: move them, or name another place for the output.",
            )

    def _write(self, finished: str | None) -> None:
        data: dict[str, t.Any] = {
            "schema": SCHEMA,
            "fingerprint": self.fingerprint,
            "parts": self.entries(),
            "finished": finished,
        }
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
