# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hadoop_health``: look again until the cluster is whole, one of its nodes has failed, or time is up."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, ModuleFailed
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.task_options import seconds_option
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.watched_action import WatchedAction

PAUSE = 2.0
NAMED = 3
DEFAULT_TIMEOUT = 600.0


class ActionModule(WatchedAction):
    """One short module run per look; the waiting is done here, where it can be shown."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the last look, failed where a node failed or the limit was reached."""
        began = time.monotonic()
        deadline = began + seconds_option(args.get("timeout"), DEFAULT_TIMEOUT)
        self._line = line = self.progress("cluster")
        try:
            while True:
                look = self._look(args, deadline - time.monotonic())
                look["seconds"] = round(time.monotonic() - began, 1)
                if look.get("failed"):
                    return look
                line.update(self._told(look))
                if look["ready"] or self._task.check_mode:
                    return look
                if time.monotonic() + PAUSE >= deadline:
                    return {**look, **self._late(look).as_result(), "failed": True}
                time.sleep(PAUSE)
        finally:
            line.finish()

    def _look(self, args: dict[str, t.Any], left: float) -> dict[str, t.Any]:
        try:
            return self.checked(args, retry=min(RETRY_SECONDS, max(1.0, left)))
        except ModuleFailed as exc:
            return {"changed": False, **exc.as_result(), "failed": True}

    @staticmethod
    def _told(look: dict[str, t.Any]) -> str:
        """Return the state in one line, with the first of the nodes that are waited for."""
        late = [node["host"] for node in look["missing"]] if look.get("namenode") else []
        more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
        return str(look["summary"]) + (f", waiting for {', '.join(late[:NAMED])}{more}" if late else "")

    @staticmethod
    def _late(look: dict[str, t.Any]) -> OhmyError:
        began = f"The cluster is not whole after {look['seconds']:.0f} s: {look['summary']}."
        if look.get("safe_mode") and not look["missing"]:
            return _in_safe_mode(began, look)
        missing = "; ".join(f"{node['host']}: {node['error']}" for node in look["missing"]) or "no host is missing"
        return OhmyError(
            f"{began} Missing: {missing}.",
            "The reports name the last error of a node; a silent one never ran its first boot to the end.",
        )


def _in_safe_mode(began: str, look: dict[str, t.Any]) -> OhmyError:
    """Return the error for a cluster all of whose nodes are there, but not all of their blocks."""
    blocks, leaving = look.get("unreported", 0), look.get("leaving") or []
    if not blocks:
        return OhmyError(
            f"{began} HDFS is in safe mode.", "It may end soon: see hdfs dfsadmin -safemode get on the master."
        )
    are = f"{blocks} blocks are" if blocks > 1 else "1 block is"
    where = f", but maybe on what is to leave: {', '.join(leaving)}" if leaving else ""
    force = ", then this command with cluster_force: true" if leaving else ""
    return OhmyError(
        f"{began} HDFS is in safe mode, as {are} missing: on none of these DataNodes{where}.",
        "Bring the DataNode back that has them, and HDFS leaves safe mode by itself; or give them up: hdfs dfsadmin "
        f"-safemode leave, as the user hdfs on the master{force}.",
    )
