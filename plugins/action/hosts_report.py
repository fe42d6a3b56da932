# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hosts_report``: what came of a task on many hosts, equal answers once."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import hosts_report


class ActionModule(ActionBase):
    """Prints, and fails where a host did."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print the answers; failed when one of the hosts failed."""
        super().run(tmp, task_vars)
        _unused, args = self.validate_argument_spec(
            argument_spec={
                "hosts": {"type": "list", "elements": "str", "required": True},
                "variable": {"type": "str", "required": True},
            }
        )
        known = (task_vars or {})["hostvars"]
        results = {host: self._result(known, host, args["variable"]) for host in args["hosts"]}
        lines, problem = hosts_report.compose(results)
        Display().display("\n" + "\n".join(lines) + "\n")
        if problem:
            # Ansible shows all of a failure, and the lines stand above it already.
            return {"changed": False, "failed": True, "msg": problem}
        return {"changed": False, "report": lines}

    @staticmethod
    def _result(known: t.Mapping[str, t.Any], host: str, variable: str) -> t.Mapping[str, t.Any] | None:
        found = known[host].get(variable) if host in known else None
        return found if isinstance(found, t.Mapping) else None
