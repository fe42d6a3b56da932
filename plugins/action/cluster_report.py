# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``cluster_report``: clusters as a table on the screen."""

from __future__ import annotations

import time
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import cluster_table


class ActionModule(ActionBase):
    """Prints what M(ohmy.hadoop.ec2_cluster_info) found."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print the table, or the lines that log in."""
        super().run(tmp, task_vars)
        _unused, args = self.validate_argument_spec(
            argument_spec={
                "clusters": {"type": "list", "elements": "dict", "default": []},
                "name": {"type": "str"},
                "where": {"type": "str", "default": "here"},
                "login": {"type": "bool", "default": False},
                "hosts": {"type": "list", "elements": "dict", "default": []},
            }
        )
        if args["hosts"]:
            lines = cluster_table.own_hosts(args["name"] or "hosts", args["hosts"])
        elif args["login"] and args["clusters"]:
            lines = [line for one in args["clusters"] for line in cluster_table.login(one)]
        else:
            lines = cluster_table.compose(args["clusters"], args["name"], args["where"], time.time())
        Display().display("\n" + "\n".join(lines) + "\n")
        return {"changed": False, "report": lines}
