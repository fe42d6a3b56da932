# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The unit of systemd in which a job's follower runs: its name, whether it runs, its start.

Nothing heavy is imported here, as one who waits for a job looks often.
"""

from __future__ import annotations

import subprocess

from .._core.errors import OhmyError

SYSTEMCTL_SECONDS = 30


def name_of(job: str) -> str:
    """Return the name of a job's unit."""
    return f"ohmy-follow@{job}.service"


def is_following(job: str) -> bool:
    """Tell whether the job's follower runs or is about to."""
    state = systemctl("is-active", name_of(job), check=False).strip()
    return state in ("active", "activating", "reloading")


def start(job: str) -> None:
    """Start the job's follower, however often it was started before.

    :raises OhmyError: systemd does not.
    """
    systemctl("reset-failed", name_of(job), check=False)
    systemctl("start", "--no-block", name_of(job))


def systemctl(*words: str, check: bool = True) -> str:
    """Return what systemctl prints.

    :raises OhmyError: there is none, it hangs, or it fails and ``check`` is set.
    """
    command = ["systemctl", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SYSTEMCTL_SECONDS, check=False)
    except FileNotFoundError as exc:
        raise OhmyError(
            "There is no systemctl here.", "Jobs are followed on the cluster's master, by systemd."
        ) from exc
    except subprocess.TimeoutExpired as exc:
        raise OhmyError(
            f"{' '.join(command)} has not ended after {SYSTEMCTL_SECONDS} s.",
            "systemd is stuck or the master is overloaded: see systemctl list-jobs there.",
        ) from exc
    if check and done.returncode != 0:
        raise OhmyError(f"{' '.join(command)} failed: {done.stderr.strip()}", "See journalctl on the master.")
    return done.stdout
