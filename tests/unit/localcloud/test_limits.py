# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's token buckets, by a clock of the test's own."""

from __future__ import annotations

import pytest

from localcloud.limits import Limits
from localcloud.strict import Ec2Error


class Clock:
    """Seconds, set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def fixture_clock():
    return Clock()


@pytest.fixture(name="limits")
def fixture_limits(clock):
    return Limits(clock)


def passes(limits, action, times=1, **form):
    """Return how many of so many requests in a row are not refused."""
    count = 0
    for _time in range(times):
        try:
            limits.require(action, form)
            count += 1
        except Ec2Error as error:
            assert (error.code, error.status) == ("RequestLimitExceeded", 503)
    return count


@pytest.mark.parametrize(
    ("action", "form", "burst", "rate"),
    [
        ("RunInstances", {"MaxCount": "1"}, 5, 2),
        ("TerminateInstances", {"InstanceId.1": "i-1"}, 100, 5),
        ("CreateTags", {}, 100, 10),
        ("CreateSecurityGroup", {}, 50, 5),
        ("AuthorizeSecurityGroupIngress", {}, 50, 5),
        ("DescribeSubnets", {}, 100, 20),
        ("DescribeInstances", {}, 50, 10),
        ("DescribeInstances", {"Filter.1.Name": "tag:a"}, 100, 20),
        ("DescribeInstances", {"MaxResults": "1000"}, 100, 20),
    ],
)
def test_requests_are_limited_by_action(limits, clock, action, form, burst, rate):
    assert passes(limits, action, burst + 10, **form) == burst
    clock.now = 2.0
    assert passes(limits, action, burst, **form) == 2 * rate
    clock.now = 1000.0
    assert passes(limits, action, burst + 10, **form) == burst


def test_instances_are_limited_beside_requests(limits, clock):
    assert passes(limits, "RunInstances", MaxCount="999") == 1
    assert passes(limits, "RunInstances", MaxCount="2") == 0
    assert passes(limits, "RunInstances", MaxCount="1") == 1
    clock.now = 50.0
    assert passes(limits, "RunInstances", MaxCount="101") == 0
    assert passes(limits, "RunInstances", MaxCount="100") == 1
    ids = {f"InstanceId.{number}": f"i-{number}" for number in range(1, 1001)}
    assert passes(limits, "TerminateInstances", 2, **ids) == 1


def test_what_is_refused_takes_no_token_and_a_dry_run_none_for_instances(limits, clock):
    assert passes(limits, "RunInstances", MaxCount="1001") == 0
    assert passes(limits, "RunInstances", MaxCount="1000", DryRun="true") == 1
    assert passes(limits, "RunInstances", MaxCount="1000") == 1
    assert passes(limits, "RunInstances", 5, MaxCount="1", DryRun="true") == 3


def test_actions_do_not_share_a_bucket(limits):
    assert passes(limits, "RunInstances", 5, MaxCount="1") == 5
    assert passes(limits, "StartInstances", 5, **{"InstanceId.1": "i-1"}) == 5
