# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hdfs_upload``: bring the controller's files to the master, batch by batch, and from there into HDFS."""

from __future__ import annotations

import tempfile
import typing as t

from ansible import constants as C

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import upload_batches
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.progress import Progress
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.task_options import truth_option

RESERVE = 256 << 20
TRIES = 2
Item = dict[str, t.Any]


class ActionModule(NodeAction):
    """The module looks and writes on the master; this side packs and sends what is missing."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return what was uploaded and what was there."""
        items = upload_batches.local_items(args.get("items"))
        force = truth_option(args.get("force"))
        target = str(args.get("target") or "")
        listing = [{"source": item["source"], "key": item["key"], "size": item["size"]} for item in items]
        args = {**args, "items": listing}
        seen = self.checked(
            {**args, "spool": None if self._task.check_mode else self.remote_folder()}, retry=RETRY_SECONDS
        )
        plan, missing = upload_batches.compare(items, seen["there"], target, force)
        if seen["leftover"]:
            plan.add("tidy up", target, "an interrupted upload", None)
        if plan.steps and not self._task.check_mode:
            self._upload(args, upload_batches.batches(missing) or [[]], seen["free"])
        keys = {item["key"] for item in missing}
        return plan.result(
            target=target,
            uploaded=[item["key"] for item in missing],
            kept=[item["key"] for item in items if item["key"] not in keys],
            bytes=sum(item["size"] for item in missing),
        )

    def _upload(self, args: dict[str, t.Any], batches: list[list[Item]], free: int) -> None:
        self._require_room(batches, free)
        files, total = sum(map(len, batches)), sum(item["size"] for batch in batches for item in batch)
        done, sent = 0, 0
        line = self.progress("upload")
        try:
            with tempfile.TemporaryDirectory(prefix="ohmy-", dir=C.DEFAULT_LOCAL_TMP) as folder:
                for number, batch in enumerate(batches, 1):
                    line.update(f"{done} of {files} files, {sent / 1e6:.1f} of {total / 1e6:.1f} MB")
                    self._send({**args, "last": number == len(batches)}, batch, folder, line)
                    done += len(batch)
                    sent += sum(item["size"] for item in batch)
            line.update(f"{files} files, {total / 1e6:.1f} MB")
        finally:
            line.finish()

    def _send(self, args: dict[str, t.Any], batch: list[Item], folder: str, line: Progress) -> None:
        remote = self.remote_folder()
        for attempt in range(1, TRIES + 1):
            path, listing = upload_batches.pack(batch, folder)
            if batch:
                self.send(path, "batch")
            try:
                self.checked({**args, "batch": listing, "spool": remote}, retry=RETRY_SECONDS)
                return
            except OhmyError as exc:
                if attempt == TRIES or not getattr(exc, "result", {}).get("damaged"):
                    raise
                line.update("a batch came damaged, sending it again")

    def _require_room(self, batches: list[list[Item]], free: int) -> None:
        largest = max(batches, key=lambda batch: sum(item["size"] for item in batch))
        needed = sum(item["size"] for item in largest)
        if needed + RESERVE > free:
            what = largest[0]["source"] if len(largest) == 1 else f"A batch of {len(largest)} files"
            raise OhmyError(
                f"{what} does not fit on the master's disk on its way to HDFS: {needed >> 20} MiB, and {free >> 20} MiB "
                f"are free at {self.remote_folder()}.",
                "Make room there, split the file, or bring it by way of S3.",
            )
