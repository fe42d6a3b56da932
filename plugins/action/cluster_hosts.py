# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``cluster_hosts``: choose hosts of a cluster by the name of a group or of one of them."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import cluster_hosts


class ActionModule(ActionBase):
    """Works on what it is given; asks nobody."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the chosen hosts; hosts that do not run are left out with a warning."""
        super().run(tmp, task_vars)
        _unused, args = self.validate_argument_spec(
            argument_spec={
                "name": {"type": "str", "required": True},
                "group": {"type": "str", "default": "all"},
                "cluster": {"type": "dict"},
                "master": {"type": "str"},
                "workers": {"type": "list", "elements": "str", "default": []},
            }
        )
        if args["cluster"] is not None:
            known = cluster_hosts.of_cluster(args["cluster"])
        else:
            known = cluster_hosts.of_inventory(args["master"], args["workers"])
        try:
            awake, asleep = cluster_hosts.choose(args["name"], known, args["group"])
        except OhmyError as exc:
            return {"failed": True, "changed": False, **exc.as_result()}
        if asleep:
            Display().warning(f"Left out: {cluster_hosts.told(asleep)}.")
        return {
            "changed": False,
            "hosts": [one.name for one in awake],
            "instance_ids": [one.instance_id for one in awake if one.instance_id],
            "left_out": [one.name for one in asleep],
        }
