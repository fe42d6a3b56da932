# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``ssh_tunnel``: a tunnel from the controller, by the connection variables of the task's host."""

from __future__ import annotations

import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import socks_tunnel
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import NodeAction


class ActionModule(NodeAction):
    """Runs on the controller; the connection is asked for its options, and never opened."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the result."""
        _unused, wanted = self.validate_argument_spec(
            argument_spec={
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
                "name": {"type": "str", "required": True},
                "port": {"type": "int"},
            }
        )
        present = wanted["state"] == "present"
        control = socks_tunnel.place(wanted["name"])
        return socks_tunnel.run(control, present, self._reach, wanted["port"], self._task.check_mode)

    def _reach(self) -> list[str]:
        if self._connection.transport != "ssh":
            raise OhmyError(
                f"{self.host} is not reached over SSH, but by {self._connection.transport}.",
                "Its web pages need no tunnel where this machine is one of its own network.",
            )
        return socks_tunnel.words(self._connection.get_option)
