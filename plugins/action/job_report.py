# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``job_report``: the last words of a run, and its page, for a person to read."""

from __future__ import annotations

import typing as t

from ansible import context
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import run_summary
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import at_the_end


class ActionModule(ActionBase):
    """Prints, leaves a page, and fails where the run failed."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print the report; failed when the run or its teardown failed."""
        super().run(tmp, task_vars)
        _unused, args = self.validate_argument_spec(
            argument_spec={
                "plan": {"type": "dict", "required": True},
                "planned": {"type": "bool", "default": False},
                "output": {"type": "path", "required": True},
                "provider": {"type": "str", "default": "ec2", "choices": ["ec2", "inventory"]},
                "cluster": {"type": "dict", "default": {}},
                "cluster_name": {"type": "str", "required": True},
                "cluster_region": {"type": "str"},
                "cluster_profile": {"type": "str"},
                "price": {"type": "dict", "default": {}},
                "kept": {"type": "bool", "default": False},
                "estimates": {"type": "list", "elements": "dict", "default": []},
                "findings": {"type": "list", "elements": "dict", "default": []},
                "took": {"type": "dict", "default": {}},
                "workers": {"type": "int", "default": 0},
                "phases": {"type": "dict", "default": {}},
                "failure": {"type": "dict", "default": {}},
                "evidence": {"type": "str", "default": ""},
                "left": {"type": "str", "default": ""},
                "page": {"type": "str", "default": ""},
                "settings": {"type": "dict", "default": {}},
                "jobs": {"type": "list", "elements": "dict", "default": []},
                "versions": {"type": "dict", "default": {}},
            }
        )
        args["said"] = [str(one) for one in context.CLIARGS.get("extra_vars") or ()]
        args["playbooks"] = [str(one) for one in context.CLIARGS.get("args") or ()]
        lines, problem = run_summary.compose(args)
        page = ""
        if args["page"] and not args["planned"] and not self._task.check_mode:
            page, line = at_the_end.leave(args, lines)
            lines += [line] if line else []
        Display().display("\n" + "\n".join(lines) + "\n")
        result: dict[str, t.Any] = {"changed": bool(page), "report": lines, "page": page}
        if problem:
            result.update(failed=True, msg=problem)
        return result
