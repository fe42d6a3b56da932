# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``distcp``: start the copy's follower on the master, or attach to it, and watch it to its end."""

from __future__ import annotations

import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.copies import done_to
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.followed_action import FollowedAction

COUNTED = {"copied": "COPY", "kept": "SKIP", "deleted": "DELETED"}


class ActionModule(FollowedAction):
    """Adds what was copied to the follower's end."""

    what = "copy"

    def _ended(self, began: dict[str, t.Any], status: dict[str, t.Any]) -> dict[str, t.Any]:
        result = super()._ended(began, status)
        counters = result["counters"]
        done = {name: int(counters.get(key) or 0) for name, key in COUNTED.items()}
        result.update(done)
        # A copy that was found finished changed nothing now, whatever it did then.
        started = bool(began.get("changed"))
        result["changed"] = started and bool(done["copied"] or done["deleted"])
        result["actions"], result["diff"] = [], {"before": {}, "after": {}}
        if result["changed"]:
            targets = " and ".join(result.get("targets") or [])
            result["actions"] = [f"{done_to(done['copied'], done['deleted'])} {targets}"]
            result["diff"] = {"before": {targets: {}}, "after": {targets: done}}
        return result
