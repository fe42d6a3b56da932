# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's limits of requests: token buckets of the account, one for each action.

Figures are the defaults of https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: each request takes
one token of its action's bucket, and some take another one from a second bucket for each instance that they are about.
Whoever finds too few is refused with RequestLimitExceeded, and takes none.
"""

from __future__ import annotations

import threading
import time
import typing as t

from .strict import Ec2Error, Form, members

#: (tokens at most, tokens that are added each second)
Size = tuple[float, float]
READS = ("Describe", "List", "Search", "Get")
NON_MUTATING: Size = (100, 20)
MUTATING: Size = (50, 5)
#: Those with a smaller bucket for requests that are neither filtered nor paginated.
UNFILTERED: Size = (50, 10)
COSTLY_UNFILTERED = frozenset(
    {
        "DescribeInstances",
        "DescribeInstanceStatus",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSnapshots",
        "DescribeSpotInstanceRequests",
        "DescribeVolumes",
    }
)
#: Actions with buckets of their own size, of those that a launcher of clusters may use.
REQUESTS: dict[str, Size] = {
    "CreateTags": (100, 10),
    "DeleteTags": (100, 10),
    "CreateNetworkInterface": (100, 5),
    "DeleteNetworkInterface": (100, 5),
    "CreateVolume": (100, 5),
    "DeleteVolume": (100, 5),
    "ModifyInstanceMetadataOptions": (100, 5),
    "ModifyNetworkInterfaceAttribute": (100, 5),
    "RunInstances": (5, 2),
    "StartInstances": (5, 2),
    "TerminateInstances": (100, 5),
}
#: Tokens for instances.
RESOURCES: dict[str, Size] = {
    "RunInstances": (1000, 2),
    "StartInstances": (1000, 2),
    "StopInstances": (1000, 20),
    "TerminateInstances": (1000, 20),
}


class Bucket:
    """Tokens that come back by the clock."""

    def __init__(self, size: Size, clock: t.Callable[[], float]) -> None:
        self._most, self._rate = size
        self._clock = clock
        self._left, self._then = self._most, clock()

    def holds(self, tokens: float) -> bool:
        """Tell whether there are so many tokens now."""
        now = self._clock()
        self._left, self._then = min(self._most, self._left + (now - self._then) * self._rate), now
        return self._left >= tokens

    def take(self, tokens: float) -> None:
        """Take tokens that it holds."""
        self._left -= tokens


class Limits:
    """The buckets of one account in one region, full at first."""

    def __init__(self, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def require(self, action: str, form: Form) -> None:
        """Take the tokens of a request; raise Ec2Error where there are too few."""
        kind, size = requests_of(action, form)
        wanted = [(self._bucket(kind, action, size), 1.0)]
        # A dry run makes nothing that could be counted.
        if action in RESOURCES and form.get("DryRun", "").lower() != "true":
            wanted.append((self._bucket("resources", action, RESOURCES[action]), instances_of(action, form)))
        with self._lock:
            if not all(bucket.holds(tokens) for bucket, tokens in wanted):
                raise Ec2Error("RequestLimitExceeded", "Request limit exceeded.", 503)
            for bucket, tokens in wanted:
                bucket.take(tokens)

    def _bucket(self, kind: str, action: str, size: Size) -> Bucket:
        with self._lock:
            return self._buckets.setdefault((kind, action), Bucket(size, self._clock))


def requests_of(action: str, form: Form) -> tuple[str, Size]:
    """Return which of an action's buckets a request counts for, and that bucket's size."""
    narrowed = "MaxResults" in form or "NextToken" in form or any(key.startswith("Filter.") for key in form)
    if action in COSTLY_UNFILTERED and not narrowed:
        return "unfiltered", UNFILTERED
    return "requests", REQUESTS.get(action, NON_MUTATING if action.startswith(READS) else MUTATING)


def instances_of(action: str, form: Form) -> float:
    """Return how many instances a request is about; of a launch those that are asked for."""
    if action == "RunInstances":
        return float(form.get("MaxCount", 1))
    return float(len(members(form, "InstanceId")))
