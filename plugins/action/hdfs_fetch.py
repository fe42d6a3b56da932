# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hdfs_fetch``: bring files from HDFS to the controller, piece by piece."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.voice import count
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import fetch_targets
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.folder_lock import locked
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.output_folder import OutputFolder, Part
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.partial_file import PartialFile
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.progress import Progress

TRIES = 2


def megabytes(size: int) -> str:
    """Return a size in MB with one decimal."""
    return f"{size / 1e6:.1f} MB"


class ActionModule(NodeAction):
    """The module lists and spools on the master; this side fetches, verifies, joins, unpacks and renames."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return path, parts, bytes, and what was done."""
        if not args.get("dest"):
            raise OhmyError(
                "missing required arguments: dest", "Name the directory on this machine that is to hold the files."
            )
        dest = os.path.abspath(os.path.expanduser(str(args["dest"])))
        listing = self.checked(args, retry=RETRY_SECONDS)
        with contextlib.nullcontext() if self._task.check_mode else locked(dest):
            return self._bring_all(args, dest, listing["parts"], listing.get("left_out") or [])

    def _bring_all(
        self, args: dict[str, t.Any], dest: str, listed: list[Part] | None, left_out: list[str]
    ) -> dict[str, t.Any]:
        src, fingerprint = str(args["src"]), args.get("fingerprint")
        force, merge, decompress = (_truth(args.get(name)) for name in ("force", "merge", "decompress"))
        # In check mode the job may not have run, and nobody knows its parts.
        parts = [] if listed is None else fetch_targets.targets(listed, src, merge, args.get("name"), decompress)
        folder = OutputFolder(dest, None if fingerprint is None else str(fingerprint), force, src.rstrip("/"))
        if listed is None:
            plan = Plan()
            plan.add("fetch", src)
        else:
            plan = folder.plan(parts)
        missing = folder.missing(parts)
        if plan.steps and not self._task.check_mode:
            folder.begin(parts)
            self._fetch_all(args, folder, missing)
            folder.finish(parts)
        told = [{"name": part["name"], "size": part["size"]} for part in parts]
        told = told if self._task.check_mode else folder.entries()
        return plan.result(
            path=dest,
            parts=told,
            bytes=sum(part["size"] for part in told),
            fetched=[part["name"] for part in missing],
            left_out=left_out,
        )

    def _fetch_all(self, args: dict[str, t.Any], folder: OutputFolder, missing: list[Part]) -> None:
        line = self.progress("fetch")
        total, done = sum(part["size"] for part in missing), 0
        try:
            for number, part in enumerate(missing, 1):
                line.update(f"part {number} of {len(missing)}, {megabytes(done)} of {megabytes(total)}")
                self._fetch_target(args, folder, part, line, total, done)
                done += part["size"]
            line.update(f"{count(len(missing), 'part')}, {megabytes(total)}")
        finally:
            line.finish()

    def _fetch_target(
        self, args: dict[str, t.Any], folder: OutputFolder, target: Part, line: Progress, total: int, done: int
    ) -> None:
        pieces = fetch_targets.pieces(target)
        path = folder.partial(target["name"])
        partial = PartialFile(path, folder.key_of(target), [size for _part, _offset, size in pieces])
        try:
            there = partial.resume()
            done += sum(size for _part, _offset, size in pieces[:there])
            for name, offset, size in pieces[there:]:
                line.update(f"{name}, {megabytes(done)} of {megabytes(total)}")
                digest = self._fetch_piece(args, folder.scratch("piece"), name, offset, size, line)
                self.require_parent()
                partial.add(folder.scratch("piece"), digest)
                done += size
            self._accept(folder, target, partial)
        except OSError as exc:
            raise folder.unwritable(exc) from exc

    def _accept(self, folder: OutputFolder, target: Part, partial: PartialFile) -> None:
        if target["codec"] is None:
            folder.accept(target, os.path.getsize(partial.path), partial.sha256)
        else:
            plain = folder.scratch("plain")
            size, digest = fetch_targets.unpack(partial.path, target["codec"], plain, target["name"])
            folder.accept(target, size, digest, plain)
            partial.discard()
        partial.done()

    def _fetch_piece(
        self, args: dict[str, t.Any], local: str, name: str, offset: int, size: int, line: Progress
    ) -> str:
        for attempt in range(1, TRIES + 1):
            wanted = {"part": name, "offset": offset, "length": size, "spool": self.remote_folder()}
            spooled = self.checked({**args, **wanted}, retry=RETRY_SECONDS)["spooled"]
            try:
                self.bring(spooled["path"], local, spooled["size"], spooled["sha256"], name=name)
                if spooled["size"] != size:
                    raise OhmyError(f"{name} in HDFS has changed while it was fetched.", "Run the same command again.")
                return str(spooled["sha256"])
            except OhmyError as exc:
                if attempt == TRIES or not exc.details.get("damaged"):
                    raise
                line.update(f"{name} came damaged, fetching it again")
        raise AssertionError


def _truth(value: t.Any) -> bool:
    return bool(boolean(value or False, strict=False))
