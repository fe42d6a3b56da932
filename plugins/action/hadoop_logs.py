# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hadoop_logs``: bring the evidence of a failure from the master to the controller."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import NodeAction

RETRY = 10


class ActionModule(NodeAction):
    """One run of the module, one file fetched."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return where the collected evidence lies on the controller."""
        dest = os.path.abspath(os.path.expanduser(str(args.get("dest") or "")))
        if self._task.check_mode or not args.get("dest"):
            return self.module(args, retry=RETRY)
        try:
            os.makedirs(dest, exist_ok=True)
        except OSError as exc:
            raise OhmyError(f"{dest} cannot be made: {exc.strerror}.", "Name another directory.") from exc
        result = self.checked({**args, "spool": self.remote_folder()}, retry=RETRY)
        spooled = result.pop("spooled")
        name = os.path.basename(spooled["path"])
        partial = os.path.join(dest, f".ohmy-{name}.partial")
        self.bring(spooled["path"], partial, spooled["size"], spooled["sha256"], retry=RETRY)
        path = os.path.join(dest, name)
        try:
            os.replace(partial, path)
        except OSError as exc:
            raise OhmyError(f"{path} cannot be written: {exc.strerror}.", "Name another directory.") from exc
        result.update(path=path, size=spooled["size"])
        return result
