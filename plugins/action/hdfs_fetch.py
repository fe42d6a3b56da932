# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hdfs_fetch``: bring a job's output from HDFS to the controller, part by part."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.folder_lock import locked
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.output_folder import OutputFolder, Part
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.progress import Progress

TRIES = 2


def megabytes(size: int) -> str:
    """Return a size in MB with one decimal."""
    return f"{size / 1e6:.1f} MB"


class ActionModule(NodeAction):
    """The module lists and spools on the master; this side fetches, verifies and renames."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return path, parts, bytes, and what was done."""
        listing = self.checked(args, retry=RETRY_SECONDS)
        dest = os.path.abspath(os.path.expanduser(str(args["dest"])))
        with contextlib.nullcontext() if self._task.check_mode else locked(dest):
            return self._bring_all(args, dest, listing["parts"])

    def _bring_all(self, args: dict[str, t.Any], dest: str, listed: list[Part] | None) -> dict[str, t.Any]:
        parts = listed or []
        force = str(args.get("force", False)).lower() in ("true", "yes", "1", "on")
        folder = OutputFolder(dest, str(args["fingerprint"]), force)
        if listed is None:
            plan = Plan()
            plan.add("fetch", str(args["src"]))
        else:
            plan = folder.plan(parts)
        missing = folder.missing(parts)
        if plan.steps and not self._task.check_mode:
            folder.begin(parts)
            self._fetch_all(args, folder, missing)
            folder.finish(parts)
        return plan.result(
            path=dest,
            parts=parts if self._task.check_mode else folder.entries(),
            bytes=sum(part["size"] for part in parts),
            fetched=[part["name"] for part in missing],
        )

    def _fetch_all(self, args: dict[str, t.Any], folder: OutputFolder, missing: list[Part]) -> None:
        line = self.progress("fetch")
        total, done = sum(part["size"] for part in missing), 0
        try:
            for number, part in enumerate(missing, 1):
                line.update(f"part {number} of {len(missing)}, {megabytes(done)} of {megabytes(total)}")
                self._fetch_one(args, folder, part["name"], line)
                done += part["size"]
            line.update(f"{len(missing)} parts, {megabytes(total)}")
        finally:
            line.finish()

    def _fetch_one(self, args: dict[str, t.Any], folder: OutputFolder, name: str, line: Progress) -> None:
        for attempt in range(1, TRIES + 1):
            spooled = self.checked({**args, "part": name, "spool": self.remote_folder()}, retry=RETRY_SECONDS)[
                "spooled"
            ]
            try:
                self.bring(spooled["path"], folder.partial(name), spooled["size"], spooled["sha256"])
            except OhmyError as exc:
                if attempt == TRIES or not exc.details.get("damaged"):
                    raise
                line.update(f"{name} came damaged, fetching it again")
                continue
            self.require_parent()
            folder.accept(name, spooled["size"], spooled["sha256"])
            return
