# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hdfs_balancer``: start it, and look until it has ended; its unit has a limit of its own."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.task_options import seconds_option
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.watched_action import WatchedAction

PAUSE = 5.0
DEFAULT_TIMEOUT = 1800.0
GRACE = 120.0


class ActionModule(WatchedAction):
    """One short module run per look; the balancer's unit ends it at the limit, after which it has some grace to go."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the first result with the state of the last look."""
        limit = seconds_option(args.get("timeout"), DEFAULT_TIMEOUT) + GRACE
        deadline = time.monotonic() + limit
        self._line = line = self.progress("balancer")
        try:
            first = look = self.checked(args, retry=RETRY_SECONDS)
            while not look["done"] and not self._task.check_mode:
                if time.monotonic() >= deadline:
                    raise OhmyError(
                        f"After {limit:.0f} s the balancer has not ended: {look['summary']}.",
                        "It goes on by itself, and the same command waits on: see systemctl status ohmy-balancer on the master.",
                        **first,
                    )
                line.update(look["summary"])
                time.sleep(PAUSE)
                look = self.checked({**args, "begun": True}, retry=RETRY_SECONDS)
            line.update(look["summary"])
        finally:
            line.finish()
        return {**first, **{name: look[name] for name in ("running", "spread", "done", "summary")}}
