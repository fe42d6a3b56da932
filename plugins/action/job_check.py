# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``job_check``: tell the master what the job's programs, which lie here, need of it."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, words
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import side_archives
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.findings import remark
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.needs import needs
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction


class ActionModule(NodeAction):
    """Reads the programs; the module does the rest, and what it warns of is shown at any verbosity."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the module's result."""
        files = [_place(item, os.path.basename) for item in args.get("files") or []]
        archives = [_place(item, lambda src: side_archives.split(src)[1]) for item in args.get("archives") or []]
        try:
            args["needs"] = needs(args, files, archives, args.get("cmdenv"))
        except OSError as exc:
            raise OhmyError(
                f"A file of the job cannot be read: {words(exc)}.",
                "Name files that are there, with rights to read them.",
            ) from exc
        result = self.module(args, retry=RETRY_SECONDS)
        for one in result.get("findings") or []:
            if one["severity"] != "error":
                self.display.display(remark(one))
        return result


def _place(item: t.Any, named: t.Callable[[str], str]) -> dict[str, str]:
    """Return {"src", "name"} of a file or an archive, the name being the one that tasks find it by."""
    if not isinstance(item, dict) or not item.get("src"):
        raise OhmyError(f"{item!r} is no file of a job: it has no src.", "Write - {src: PATH, name: NAME}.")
    src = os.path.abspath(os.path.expanduser(str(item["src"])))
    return {"src": src, "name": str(item.get("name") or named(src))}
