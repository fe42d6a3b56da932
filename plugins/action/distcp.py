# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``distcp``: start the copy's follower on the master, or attach to it, and watch it to its end."""

from __future__ import annotations

import typing as t

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.followed_action import FollowedAction


class ActionModule(FollowedAction):
    """Adds what was copied to the follower's end."""

    def _ended(self, began: dict[str, t.Any], status: dict[str, t.Any]) -> dict[str, t.Any]:
        result = super()._ended(began, status)
        copied = int(result["counters"].get("COPY") or 0)
        result["copied"] = copied
        # A copy that was found finished changed nothing now, whatever it copied then.
        result["changed"] = bool(began.get("changed")) and copied > 0
        return result
