# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hadoop_membership``: repeat the module until all nodes are where they are to be, or time is up."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.task_options import seconds_option
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.watched_action import WatchedAction

PAUSE = 2.0
DEFAULT_TIMEOUT = 900.0
HINTS = {
    "decommissioned": (
        "They go on leaving. The same command waits on (cluster_timeout is how long); to keep them instead, ask for as "
        "many workers as there were (playbooks/scale.yml), or set their state to in_service."
    ),
    "in_maintenance": "They go back into service by themselves; run the same command again to try anew.",
    "in_service": "See whether their daemons run: playbooks/configure.yml starts them, or says why they do not.",
    "absent": "The NameNode does not take them for dead yet; the same command forgets them later.",
}


class ActionModule(WatchedAction):
    """One short module run per look; the waiting is done here, where it can be shown."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the last look with all that was done; failed where the limit was reached."""
        began = time.monotonic()
        limit = seconds_option(args.get("timeout"), DEFAULT_TIMEOUT)
        self._line = line = self.progress("nodes")
        first: dict[str, t.Any] | None = None
        try:
            while True:
                look = self.checked(args, retry=min(RETRY_SECONDS, max(1.0, began + limit - time.monotonic())))
                first = _whole(first, look)
                first["seconds"] = round(time.monotonic() - began, 1)
                if self._task.check_mode:
                    return first
                if look["nodes"] or not look["done"]:
                    line.update(look["summary"])
                if look["done"]:
                    return first
                if time.monotonic() + PAUSE >= began + limit:
                    raise self._late(first, str(args.get("state") or "decommissioned"))
                time.sleep(PAUSE)
        finally:
            line.finish()

    @staticmethod
    def _late(look: dict[str, t.Any], state: str) -> OhmyError:
        late = "; ".join(look["late"][:10]) or "all nodes are"
        return OhmyError(
            f"After {look['seconds']:.0f} s not all is as wanted: {look['summary']}. {late}.",
            HINTS.get(state, ""),
            **{key: value for key, value in look.items() if key not in ("failed", "invocation")},
        )


def _whole(first: dict[str, t.Any] | None, look: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a look with the changes of those before it."""
    if first is None:
        return look
    diff = {
        "before": {**look["diff"]["before"], **first["diff"]["before"]},
        "after": {**first["diff"]["after"], **look["diff"]["after"]},
    }
    changed = first["changed"] or look["changed"]
    return {**look, "changed": changed, "actions": first["actions"] + look["actions"], "diff": diff}
