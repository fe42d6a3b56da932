# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delays as AWS has them, refusals on request, and buckets with policies of their own."""

from __future__ import annotations

import pytest

from localcloud import delays, fault_command, faults, policy
from localcloud.shell import LocalCloudError

AWS, FAST = delays.PROFILES["aws-like"], delays.PROFILES["fast"]
ROLE = {"arn:aws:sts::123456789012:assumed-role/node/i-1", "arn:aws:iam::123456789012:role/node"}


@pytest.mark.parametrize(
    ("shown", "job", "age", "expected"),
    [
        ("pending", "start", 1, ("pending", None)),
        ("pending", "start", 12, ("running", None)),  # the machine runs, its system does not yet
        ("pending", "start", 21, ("running", "start")),
        ("running", None, 5, ("pending", None)),
        ("running", None, 30, ("running", None)),
        ("running", "reboot", 300, ("running", "reboot")),
        ("shutting-down", "stop", 1, ("shutting-down", "stop")),
        ("shutting-down", "remove", 20, ("shutting-down", None)),
        ("shutting-down", "remove", 31, ("shutting-down", "remove")),
        ("stopping", "stop", 0, ("stopping", "stop")),
        ("terminated", None, 31, ("terminated", None)),
    ],
)
def test_what_happens_when(shown, job, age, expected):
    assert delays.hold(AWS, shown, job, age) == expected


@pytest.mark.parametrize("job", [None, "start"])
def test_nothing_is_held_back_by_default(job):
    assert not FAST.any and delays.hold(FAST, "pending", job, 0) == ("pending", job)


LAUNCH, LARGE = "ec2:RunInstances", {"InstanceType": "m6i.large", "TagSpecification.1.Tag.2.Value": "worker"}


def refuse(path, **more):
    faults.write(path, [{"action": LAUNCH, "code": "InsufficientInstanceCapacity", **more}])


def meets(server, times, action=LAUNCH, parameters=None):
    return [server.meet([(action, LARGE if parameters is None else parameters)]) is not None for _time in range(times)]


def test_a_fault_is_met_as_often_as_wanted_and_by_what_it_is_for(tmp_path):
    path = tmp_path / "faults.json"
    server = faults.Faults(path)
    assert meets(server, 1) == [False]
    refuse(path, times=2, where={"InstanceType": "m6i.*"})
    assert meets(server, 1, parameters={"InstanceType": "t3.small"}) == [False]
    assert meets(server, 1, "ec2:StopInstances") == [False]
    assert meets(server, 3) == [True, True, False]
    refuse(path)
    assert all(meets(server, 5, "ec2:runinstances"))
    path.unlink()
    assert meets(server, 1) == [False]


def test_a_fault_that_was_met_stays_so_when_another_is_added_and_is_new_after_a_clear(tmp_path):
    path = tmp_path / "faults.json"
    refuse(path, times=2)
    server = faults.Faults(path)
    assert meets(server, 1) == [True]
    faults.write(path, [*faults.read(path), {"action": "s3:*"}])
    assert meets(server, 2) == [True, False] and meets(server, 1, "s3:GetObject") == [True]
    faults.clear(path)
    refuse(path, times=2)
    assert meets(server, 3) == [True, True, False]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"skip": 2}, "..xxx"),
        ({"skip": 1, "times": 1}, ".x..."),
        ({"every": 2}, "x.x.x"),
        ({"every": 3, "skip": 1, "times": 1}, ".x..."),
        ({"where": {"TagSpecification.*.Value": "worker"}}, "xxxxx"),
        ({"where": {"TagSpecification.*.Value": "master"}}, "....."),
        ({"where": {"Zone": "*"}}, "....."),
    ],
)
def test_a_fault_meets_some_of_the_requests(tmp_path, more, expected):
    refuse(tmp_path / "faults.json", **more)
    assert meets(faults.Faults(tmp_path / "faults.json"), 5) == [one == "x" for one in expected]


def test_a_request_of_many_actions_counts_once(tmp_path):
    faults.write(tmp_path / "faults.json", [{"action": "s3:*", "code": "SlowDown", "skip": 1}])
    server = faults.Faults(tmp_path / "faults.json")
    many = [("s3:DeleteObject", {"Resource": f"arn:aws:s3:::b/{key}"}) for key in "abc"]
    assert server.meet(many) is None and server.meet(many) is not None


@pytest.mark.parametrize(
    "plan", [{"code": "SlowDown"}, {"action": "s3:*", "how": "dies"}, {"action": faults.BOOT, "how": "lost"}, {"a": 1}]
)
def test_what_is_no_fault_is_refused(tmp_path, plan):
    with pytest.raises(LocalCloudError, match="This is no fault"):
        faults.write(tmp_path / "faults.json", [plan])


@pytest.mark.parametrize("name", fault_command.NAMED)
def test_every_name_stands_for_a_plan(name):
    assert [faults.complete(one) for one in fault_command.NAMED[name]]


def test_capacity_is_a_servers_error_and_a_denial_is_not():
    assert faults.status_of("InsufficientInstanceCapacity") == 500
    assert faults.status_of("InsufficientFreeAddressesInSubnet") == 400
    assert faults.status_of("AccessDenied") == 403 and faults.status_of("SlowDown") == 503


def bucket(effect, principal, action="s3:GetObject", **more):
    return {"Statement": [{"Effect": effect, **principal, "Action": action, "Resource": "arn:aws:s3:::b/*", **more}]}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (bucket("Deny", {"Principal": "*"}), False),
        (bucket("Deny", {"Principal": {"AWS": "arn:aws:iam::123456789012:role/node"}}), False),
        (bucket("Deny", {"Principal": {"AWS": "arn:aws:iam::123456789012:role/other"}}), None),
        (bucket("Deny", {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/node"}}), None),
        (bucket("Deny", {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/other"}}), False),
        (bucket("Allow", {"Principal": {"AWS": "123456789012"}}), True),
        (bucket("Allow", {"Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}), True),
        (bucket("Deny", {"Principal": "*"}, "s3:PutObject"), None),
        (bucket("Deny", {"Principal": "*"}, Condition={"Bool": {"aws:SecureTransport": "false"}}), None),
    ],
)
def test_a_buckets_own_policy(document, expected):
    access = policy.Access("s3:GetObject", "arn:aws:s3:::b/k", {"aws:SecureTransport": "true"})
    assert policy.verdict([document], access, names=ROLE) is expected
