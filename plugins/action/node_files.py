# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``node_files``: ask the node what differs, and bring that in one archive."""

from __future__ import annotations

import os
import tempfile
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import copy_source
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction

OWN = ("src", "dest", "mode")


class ActionModule(NodeAction):
    """Two runs of the module at most, and one file between them."""

    TRANSFERS_FILES = True

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the module's result."""
        for name in ("src", "dest"):
            if not args.get(name):
                raise OhmyError(f"{name} is missing.", "Say what is to be copied, and where to.")
        src = os.path.abspath(os.path.expanduser(str(args["src"])))
        mode = args.get("mode")
        source = copy_source.read(src, str(args["dest"]), copy_source.checked_mode(None if mode is None else str(mode)))
        asked = {key: value for key, value in args.items() if key not in OWN}
        asked.update(dest=source.dest, files=source.files)
        with self.looking():
            told = self.checked(asked, retry=RETRY_SECONDS)
        if self._task.check_mode or not told["actions"]:
            return told
        if not told["differing"]:
            return self.checked(asked, retry=RETRY_SECONDS)
        names = [one or os.path.basename(source.dest) for one in told["differing"]]
        with tempfile.TemporaryDirectory(prefix="ohmy-") as folder:
            path = os.path.join(folder, "files.tgz")
            copy_source.pack(source, names, path)
            arrived = self.send(path, "files.tgz")
        return self.checked({**asked, "archive": arrived}, retry=RETRY_SECONDS)
