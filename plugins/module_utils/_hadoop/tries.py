# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Whether a failed job is submitted again, and doing so."""

from __future__ import annotations

import time
import typing as t

from .._core.errors import OhmyError
from .failures import diagnose_error
from .follower import Failed, Follower

RETRIES = 2
PAUSES = (15, 60)  # seconds before the second try, and before each one after it
CAN_PASS = ("yes", "wait")
# It would pass, but whoever killed it did not want it.
NOT_BY_ITSELF = ("killed-by-user",)


def again(diagnosis: t.Mapping[str, t.Any], tries: int, limit: int) -> bool:
    """Tell whether a job that failed is to be submitted once more.

    :param diagnosis: an ``error`` of a status.
    :param tries: how often it was tried so far.
    :param limit: how many further tries it has after the first.
    """
    return diagnosis["retry"] in CAN_PASS and diagnosis["id"] not in NOT_BY_ITSELF and tries <= limit


def may_still_run(diagnosis: t.Mapping[str, t.Any]) -> bool:
    """Tell whether all that failed is that nobody could ask: then the next try attaches to what runs."""
    return bool(diagnosis["id"] == "daemon-unreachable")


def repeat(follower: Follower, work: t.Callable[[Follower], None]) -> None:
    """Do the work of a job, again while its failures may clear; the status tells each try that failed.

    :raises Failed: the last try failed, or another cannot help.
    :raises Stop: it is to be killed.
    """
    limit = follower.spec.get("retries")
    limit = RETRIES if limit is None else int(limit)
    while True:
        try:
            work(follower)
            return
        except Failed as failed:
            diagnosis = failed.diagnosis
        except OhmyError as exc:
            diagnosis = diagnose_error(exc)
        left = follower.status["application_id"] if may_still_run(diagnosis) else None
        this = {
            "application_id": None if left else follower.status["application_id"],
            "id": diagnosis["id"],
            "summary": diagnosis["summary"],
        }
        tries = [*(follower.status.get("tries") or []), this]
        follower.report(tries=tries)
        if not again(diagnosis, len(tries), limit):
            raise Failed(diagnosis)
        text = f"try {len(tries) + 1} of {limit + 1}: {diagnosis['summary']}"
        follower.report(text, application_id=left, state="starting", first_failure=None, map=0, reduce=0)
        for _second in range(PAUSES[min(len(tries), len(PAUSES)) - 1]):
            follower.alive()
            time.sleep(1)
