# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``node_command``: connect with patience, then run the command once."""

from __future__ import annotations

import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction


class ActionModule(NodeAction):
    """A command may not run twice, so only what comes before it is tried again."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the module's result."""
        self.keep_trying(lambda: self._low_level_execute_command("true", sudoable=False), RETRY_SECONDS)
        result = self.module(args)
        if result.get("failed") and "timed_out" not in result:
            self._require_user()
        return result

    def _require_user(self) -> None:
        """Raise OhmyError where nobody can become the user of the command: then it never began."""
        if not self._connection.become:
            return
        told = self._low_level_execute_command("true")
        if told["rc"]:
            user = self.get_become_option("become_user")
            said = str(told["stderr"] or told["stdout"]).strip()[-300:]
            raise OhmyError(
                f"Nothing was run on {self.host}, as nobody can become the user {user} there: {said}.",
                "Name a user of that host.",
            )
