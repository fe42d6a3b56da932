# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Waiting for a condition, never without a limit."""

from __future__ import annotations

import time
import typing as t

from .._core.errors import OhmyError
from . import errors

T = t.TypeVar("T")
UNSEEN_SECONDS = 30


class Deadline:
    """A limit in seconds from now, shared by the waits of one module run."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, never less than 0."""
        return max(0.0, self._end - time.monotonic())


def poll(
    deadline: Deadline,
    probe: t.Callable[[], T | None],
    late: t.Callable[[], OhmyError],
    pause: float = 1.0,
    longest: float = 8.0,
) -> T:
    """Return the first answer of ``probe`` that is not None; raise what ``late`` makes when time is up."""
    while True:
        found = probe()
        if found is not None:
            return found
        if not deadline.left():
            raise late()
        time.sleep(min(pause, deadline.left()))
        pause = min(pause * 1.5, longest)


def again(deadline: Deadline, codes: t.Container[str], work: t.Callable[[], T], pause: float = 2.0) -> T:
    """Return what ``work`` returns, which is done again while AWS refuses it with one of these codes; at the limit raise it."""
    last: list[errors.AwsError] = []

    def probe() -> tuple[T] | None:
        try:
            return (work(),)
        except errors.AwsError as exc:
            if exc.code not in codes:
                raise
            last[:] = [exc]
            return None

    return poll(deadline, probe, lambda: last[0], pause)[0]


def unthrottled(deadline: Deadline, work: t.Callable[[], T]) -> T:
    """Return what ``work`` returns, which is done again while AWS throttles it.

    The SDK's own attempts are over within a minute, and EC2's tokens for instances come back by 2 a second (RunInstances,
    StartInstances) or by 20: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html.
    """
    return again(deadline, errors.THROTTLED, work)


def seen(codes: t.Container[str], work: t.Callable[[], T]) -> T:
    """Return what ``work`` returns, which is done again for a while where AWS does not see yet what was just made.

    :param codes: what AWS says then. EC2, IAM and the settings of S3's buckets are eventually consistent.
    """
    return again(Deadline(UNSEEN_SECONDS), codes, work, pause=1.0)
