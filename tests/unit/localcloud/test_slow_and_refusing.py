# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delays as AWS has them, refusals on request, and buckets with policies of their own."""

from __future__ import annotations

import pytest

from localcloud import delays, faults, policy

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


def refuse(path, **more):
    fault = {"action": "ec2:RunInstances", "code": "InsufficientInstanceCapacity", "message": "", "times": -1}
    faults.write(path, [{**fault, "where": {}, **more}])


def test_a_fault_is_met_as_often_as_wanted_and_by_what_it_is_for(tmp_path):
    path = tmp_path / "faults.json"
    server = faults.Faults(path)
    assert server.of("ec2:RunInstances", {}) is None
    refuse(path, times=2, where={"InstanceType": "m6i.*"})
    large = {"InstanceType": "m6i.large"}
    assert server.of("ec2:RunInstances", {"InstanceType": "t3.small"}) is None
    assert server.of("ec2:StopInstances", large) is None
    found = [server.of("ec2:RunInstances", large) for _time in range(3)]
    assert [fault is not None for fault in found] == [True, True, False]
    refuse(path)
    assert all(server.of("ec2:runinstances", {}) for _time in range(5))
    path.unlink()
    assert server.of("ec2:RunInstances", large) is None


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
