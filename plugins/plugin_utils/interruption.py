# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What Ctrl-C would do to a job: said before, since nothing of a task can speak after it."""

from __future__ import annotations

import typing as t

from .run_summary import removal

CLUSTER = ("cluster_name", "cluster_region", "cluster_profile")


def on_interrupt(what: str, host: str, on_disconnect: str, settings: t.Mapping[str, t.Any] | None) -> str:
    """Return one line: what becomes of a job, or of a copy, and of its cluster when the command is stopped.

    :param what: ``job`` or ``copy``.
    :param host: the master's, for who has no settings.
    :param settings: the run's, where the task belongs to one.
    """
    known = settings or {}
    launched = bool(known.get("cluster_name")) and known.get("cluster_provider", "ec2") == "ec2"
    where = f"the cluster {known['cluster_name']}" if known.get("cluster_name") else host
    stays = " and the cluster stays" if launched else ""
    command = removal({name: str(known.get(name) or "") for name in CLUSTER}) if launched else ""
    if on_disconnect == "kill":
        line = f"The {what} runs on {where}. After Ctrl-C here it is killed there within about two minutes{stays}."
        return f"{line} To remove the cluster: {command}" if command else line
    line = f"The {what} runs on {where}. After Ctrl-C here it goes on{stays}; the same command comes back to it."
    return f"{line} To end both: {command}" if command else line
