# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What runs on a cluster: applications of YARN, and jobs that are followed on the master."""

from __future__ import annotations

import typing as t

from . import jobs
from .follower_unit import is_following
from .jobdir import ENDED, ROOT, JobDir
from .rest import number
from .yarn import ResourceManager

ALIVE = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING"
Data = dict[str, t.Any]


def look(yarn: ResourceManager, root: str = ROOT, following: t.Callable[[str], bool] = is_following) -> Data:
    """Return {"applications", "jobs", "running"}; raise OhmyError where the ResourceManager does not answer."""
    applications = [
        {
            "id": str(app.get("id")),
            "name": str(app.get("name") or ""),
            "user": str(app.get("user") or ""),
            "state": str(app.get("state") or ""),
            "progress": round(number(app.get("progress")), 1),
        }
        for app in yarn.apps(states=ALIVE)
    ]
    followed = [_followed(JobDir.of(name, root), name) for name in jobs.known_jobs(root) if following(name)]
    alive = [one for one in followed if one is not None]
    return {"applications": applications, "jobs": alive, "running": _lines(applications, alive)}


def _followed(folder: JobDir, name: str) -> Data | None:
    status, spec = folder.status() or {}, folder.spec() or {}
    if status.get("state") in ENDED:
        return None
    return {
        "id": name,
        "name": str(spec.get("name") or name),
        "kind": str(spec.get("kind") or ""),
        "application_id": status.get("application_id"),
    }


def _lines(applications: list[Data], followed: list[Data]) -> list[str]:
    known = {app["id"] for app in applications}
    lines = [
        f"{app['id']} ({app['name']} of {app['user']}, {app['state']}, {app['progress']:.0f} %)" for app in applications
    ]
    return lines + [
        f"{one['kind']} {one['id']} ({one['name']})" for one in followed if one["application_id"] not in known
    ]
