# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hdfs_fetch``: bring files from HDFS to the controller, in loads of many small parts or a piece of a large one."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.voice import count
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import fetch_targets
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.fetch_targets import Piece
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.folder_lock import locked
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.output_folder import OutputFolder, Part
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.partial_file import PartialFile
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.progress import Progress
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.task_options import truth_option

TRIES = 2
PLAIN = ".plain"


def megabytes(size: int) -> str:
    """Return a size in MB with one decimal."""
    return f"{size / 1e6:.1f} MB"


class ActionModule(NodeAction):
    """The module lists and spools on the master; this side fetches, verifies, hands out, unpacks and renames."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return path, parts, bytes, and what was done."""
        if not args.get("dest"):
            raise OhmyError(
                "missing required arguments: dest", "Name the directory on this machine that is to hold the files."
            )
        dest = os.path.abspath(os.path.expanduser(str(args["dest"])))
        # Where nothing is there all is missing, and the listing may bring it along.
        ahead = not self._task.check_mode and not (os.path.isdir(dest) and os.listdir(dest))
        listing = self.checked(
            {**args, "ahead": True, "spool": self.remote_folder()} if ahead else args, retry=RETRY_SECONDS
        )
        with contextlib.nullcontext() if self._task.check_mode else locked(dest):
            return self._bring_all(args, dest, listing)

    def _bring_all(self, args: dict[str, t.Any], dest: str, listing: dict[str, t.Any]) -> dict[str, t.Any]:
        listed: list[Part] | None = listing["parts"]
        left_out: list[str] = listing.get("left_out") or []
        src, fingerprint = str(args["src"]), args.get("fingerprint")
        force, merge, decompress = (truth_option(args.get(name)) for name in ("force", "merge", "decompress"))
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
            self._fetch_all(args, folder, missing, listing.get("spooled"))
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

    def _fetch_all(
        self, args: dict[str, t.Any], folder: OutputFolder, missing: list[Part], spooled: dict[str, t.Any] | None
    ) -> None:
        line = self.progress("fetch")
        pieces = {part["name"]: fetch_targets.pieces(part) for part in missing}
        partials = {part["name"]: _partial(folder, part, pieces[part["name"]]) for part in missing}
        waiting = {part["name"]: part for part in missing}
        total = sum(part["size"] for part in missing)
        try:
            wanted = [one for name, partial in partials.items() for one in pieces[name][partial.resume() :]]
            left = sum(piece.length for piece in wanted)
            self._accept(folder, waiting, partials)
            for load in fetch_targets.loads(wanted):
                files = f"{len(missing) - len(waiting)} of {count(len(missing), 'file')}"
                line.update(f"{files}, {megabytes(total - left)} of {megabytes(total)}")
                self._fetch_load(args, folder, load, spooled, partials, line)
                spooled = None
                left -= sum(piece.length for piece in load)
                self._accept(folder, waiting, partials)
            line.update(f"{count(len(missing), 'file')}, {megabytes(total)}")
        except OSError as exc:
            raise folder.unwritable(exc) from exc
        finally:
            line.finish()

    def _fetch_load(
        self,
        args: dict[str, t.Any],
        folder: OutputFolder,
        load: list[Piece],
        spooled: dict[str, t.Any] | None,
        partials: dict[str, PartialFile],
        line: Progress,
    ) -> None:
        """Bring pieces at once and append each to its file; what came damaged comes once more."""
        for attempt in range(1, TRIES + 1):
            name = load[0].part if len(load) == 1 else f"{load[0].part} … {load[-1].part}"
            try:
                digests = self._bring_load(args, folder.load, load, spooled if attempt == 1 else None, name)
                self.require_parent()
                load = load[_append(folder.load, load, digests, partials) :]
                if not load:
                    return
                raise self.damaged(load[0].part)
            except OhmyError as exc:
                if attempt == TRIES or not exc.details.get("damaged"):
                    raise
                line.update(f"{name} came damaged, fetching it again")

    def _bring_load(
        self, args: dict[str, t.Any], local: str, load: list[Piece], spooled: dict[str, t.Any] | None, name: str
    ) -> list[str]:
        """Bring what is spooled, or spool it first; return the checksum of each piece."""
        if spooled is None:
            listing = [{"part": piece.part, "offset": piece.offset, "length": piece.length} for piece in load]
            wanted = {"pieces": listing, "spool": self.remote_folder()}
            spooled = self.checked({**args, **wanted}, retry=RETRY_SECONDS)["spooled"]
        self.bring(spooled["path"], local, sum(piece.length for piece in load), None, name=name)
        digests = {(piece["part"], piece["offset"]): str(piece["sha256"]) for piece in spooled["pieces"]}
        return [digests[piece.part, piece.offset] for piece in load]

    def _accept(self, folder: OutputFolder, waiting: dict[str, Part], partials: dict[str, PartialFile]) -> None:
        """Give the files that are whole their names, and let them wait no longer."""
        whole = [(part, partials[name]) for name, part in waiting.items() if partials[name].whole]
        if not whole:
            return
        folder.accept([_unpacked(part, partial) for part, partial in whole])
        for part, partial in whole:
            partial.discard()
            del waiting[part["name"]]


def _partial(folder: OutputFolder, part: Part, pieces: list[Piece]) -> PartialFile:
    return PartialFile(folder.partial(part["name"]), folder.key_of(part), [piece.length for piece in pieces])


def _append(path: str, load: list[Piece], digests: list[str], partials: dict[str, PartialFile]) -> int:
    """Append the pieces of a load to their files, and remove it; return how many came whole before one that did not."""
    taken = 0
    with open(path, "rb") as stream:
        for piece, digest in zip(load, digests):
            if not partials[piece.target].add(stream, digest):
                break
            taken += 1
    for name in {piece.target for piece in load}:
        partials[name].note()
    os.unlink(path)
    return taken


def _unpacked(part: Part, partial: PartialFile) -> tuple[Part, int, str, str]:
    """Return what ``OutputFolder.accept`` takes: a whole file, decompressed where that is asked for."""
    if part["codec"] is None:
        return part, os.path.getsize(partial.path), partial.sha256, partial.path
    plain = partial.path + PLAIN
    size, digest = fetch_targets.unpack(partial.path, part["codec"], plain, part["name"])
    return part, size, digest, plain
