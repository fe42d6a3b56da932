# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Make the node bundle on the controller and hand it to the module, which cannot import it."""

from __future__ import annotations

import os
import tempfile
import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.bundle import build_bundle
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.controller_action import ControllerAction


class ActionModule(ControllerAction):
    """Runs the module ``ec2_cluster`` with the option ``bundle`` filled."""

    TRANSFERS_FILES = True
    _supports_async = False

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module; the bundle lives as long as it runs."""
        if args.get("state", "present") != "present" or args.get("bundle") is not None:
            return self.module(args)
        try:
            bundle = build_bundle()
        except OhmyError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        handle, path = tempfile.mkstemp(prefix="ohmy-", suffix=".pyz")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(bundle)
            return self._with_bundle(args, path)
        finally:
            os.unlink(path)

    def _with_bundle(self, args: dict[str, t.Any], path: str) -> dict[str, t.Any]:
        if self._connection.transport == "local":
            return self.module({**args, "bundle": path})
        folder = self._make_tmp_path()
        try:
            sent = self._transfer_file(path, self._connection._shell.join_path(folder, "node.pyz"))
            return self.module({**args, "bundle": sent})
        finally:
            self._remove_tmp_path(folder)
