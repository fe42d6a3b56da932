# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``scale_plan``: decide which workers come and which leave."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.scaling import DEFAULT, scaling


class ActionModule(ActionBase):
    """Looks at what it is given alone; no API is called and nothing is changed."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the plan."""
        super().run(tmp, task_vars)
        spec = {
            "name": {"type": "str", "required": True},
            "present": {"type": "list", "elements": "dict", "required": True},
            "workers": {"type": "int", "required": True},
            "worker_groups": {"type": "list", "elements": "dict", "default": []},
            "remove": {"type": "list", "elements": "str", "default": []},
            "entries": {"type": "list", "elements": "dict", "default": []},
        }
        _result, args = self.validate_argument_spec(spec)
        try:
            groups = {str(one["name"]): int(one["workers"]) for one in args["worker_groups"]}
            wanted = {DEFAULT: args["workers"], **groups}
            found = scaling(args["name"], args["present"], wanted, args["remove"], args["entries"])
        except OhmyError as exc:
            return {"failed": True, "changed": False, **exc.as_result()}
        more = [{**one, "workers": found.most[str(one["name"])]} for one in args["worker_groups"]]
        return {"changed": False, **dataclasses.asdict(found), "most": found.most[DEFAULT], "worker_groups": more}
