# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS does and a made-up account does not: lost answers, spent tokens, refusals, failures at each step."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import waits

from .conftest import BUCKET


def body_of(request):
    text = request.body.decode() if isinstance(request.body, bytes) else request.body
    return {key: value[0] for key, value in parse_qs(text).items()}


def refuse(name, code, message="no"):
    """Return a handler that lets no call of this name through."""

    def handler(called, _request):
        if called == name:
            raise ClientError({"Error": {"Code": code, "Message": message}}, called)

    return handler


def note_tokens(tokens):
    """Return a handler that keeps the client tokens of launches."""

    def handler(name, request):
        if name == "RunInstances":
            tokens.append(body_of(request)["ClientToken"])

    return handler


def test_lost_answer_of_run_instances_is_asked_again_with_the_same_token(account, cluster):
    tokens = []

    def lose(name, request):
        if name == "RunInstances":
            tokens.append(body_of(request)["ClientToken"])
            raise ReadTimeoutError(endpoint_url=request.url)

    account.before_send = lose
    first = cluster(workers=0, on_launch_failure="kept")
    assert first.get("failed") and "ReadTimeoutError" in first["msg"], first
    assert len(tokens) == 3 and len(set(tokens)) == 1, tokens
    account.before_send = note_tokens(tokens)
    second = cluster(workers=0)
    assert not second.get("failed"), second
    assert set(tokens) == {tokens[0]} and len(tokens) == 4, tokens


def test_launch_that_happened_though_its_answer_was_lost_is_not_done_twice(account, cluster):
    sent = []

    def lose_later(name, request):
        if name == "RunInstances" and body_of(request)["MaxCount"] == "3":
            sent.append(request)
            raise ReadTimeoutError(endpoint_url=request.url)

    account.before_send = lose_later
    assert cluster(workers=3, on_launch_failure="kept").get("failed")
    # The launch went through on AWS's side: play it with the very parameters that were sent.
    asked = body_of(sent[0])
    tags = [{"Key": key, "Value": value} for key, value in _tags(asked).items()]
    account.ec2.run_instances(
        ImageId=asked["ImageId"],
        InstanceType=asked["InstanceType"],
        MinCount=3,
        MaxCount=3,
        ClientToken=asked["ClientToken"],
        SubnetId=asked["SubnetId"],
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    account.before_send = None
    result = cluster(workers=3)
    assert not result.get("failed"), result
    assert not account.calls["RunInstances"], account.calls
    assert len(account.instances()) == 4


def _tags(asked):
    found = {}
    for key, value in asked.items():
        if key.startswith("TagSpecification.1.Tag.") and key.endswith(".Key"):
            found[value] = asked[key[: -len("Key")] + "Value"]
    return found


def test_replacement_of_a_dead_worker_has_a_token_of_its_own(account, cluster):
    tokens = []
    account.before_send = note_tokens(tokens)
    for _round in range(3):
        result = cluster(workers=1)
        assert not result.get("failed"), result
        account.ec2.terminate_instances(InstanceIds=[result["cluster"]["workers"][0]["instance_id"]])
    assert len(tokens) == len(set(tokens)) == 4, tokens


def test_token_of_instances_that_are_not_even_shown_any_more_is_spent(account, cluster):
    tokens = []

    def long_gone(name, request):
        if name == "RunInstances":
            tokens.append(body_of(request)["ClientToken"])
            if len(tokens) == 1:
                refuse(name, "IdempotentInstanceTerminated")(name, request)

    account.before_send = long_gone
    result = cluster(workers=0)
    assert not result.get("failed"), result
    assert len(tokens) == len(set(tokens)) == 2 and len(account.instances()) == 1, tokens


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("CreateSecurityGroup", "SecurityGroupLimitExceeded"),
        ("AuthorizeSecurityGroupIngress", "UnauthorizedOperation"),
        ("ImportKeyPair", "UnauthorizedOperation"),
        ("CreateRole", "AccessDenied"),
        ("CreateInstanceProfile", "AccessDenied"),
        ("PutObject", "AccessDenied"),
        ("RunInstances", "VcpuLimitExceeded"),
    ],
)
def test_launch_that_fails_at_any_step_is_named_and_wholly_removed(account, cluster, call, code):
    account.before_send = refuse(call, code)
    result = cluster(workers=1)
    assert result.get("failed"), result
    assert result["aws_code"] == code and code in result["msg"], result
    account.before_send = None
    gone = cluster("absent")
    assert gone.get("left") == [], gone
    assert account.objects("clusters/") == []
    assert not account.iam.list_roles()["Roles"] and not account.ec2.describe_key_pairs()["KeyPairs"]
    names = [one["GroupName"] for one in account.ec2.describe_security_groups()["SecurityGroups"]]
    assert names == ["default"]
    assert cluster("absent")["changed"] is False


def test_failed_launch_of_workers_is_finished_by_the_next_run(account, cluster):
    def no_workers(name, request):
        if name == "RunInstances" and body_of(request)["MaxCount"] == "2":
            refuse("RunInstances", "InsufficientInstanceCapacity")(name, request)

    account.before_send = no_workers
    result = cluster(workers=2, on_launch_failure="kept")
    assert "no capacity" in result["msg"], result
    account.before_send = None
    result = cluster(workers=2)
    assert result["actions"] == ["launch worker of demo"], result
    assert len(account.instances()) == 3


def test_master_that_shows_no_host_key_in_time_is_an_error(account, cluster):
    account.answers_host_keys = False
    result = cluster(workers=0, wait_timeout=1)
    assert result.get("failed") and "no host key" in result["msg"], result


def test_master_that_reports_a_failure_ends_the_wait_with_its_words(account, cluster, monkeypatch):
    from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import nodes

    account.answers_host_keys = False
    honest = nodes.read

    def fail(objects, prefix):
        if prefix and account.instances():
            key = f"{prefix}nodes/{account.instances()[0]['InstanceId']}/report/failed"
            account.s3.put_object(Bucket=BUCKET, Key=key, Body=b'{"error": "no Java here", "lines": ["a", "b"]}')
        return honest(objects, prefix)

    monkeypatch.setattr(nodes, "read", fail)
    result = cluster(workers=0)
    assert result.get("failed") and "no Java here" in result["msg"], result


def test_workers_without_a_master_are_refused(account, cluster):
    first = cluster(workers=1)
    account.ec2.terminate_instances(InstanceIds=[first["cluster"]["master"]["instance_id"]])
    result = cluster(workers=1)
    assert result.get("failed") and "its master is gone" in result["msg"], result


def test_cluster_whose_instances_all_ended_is_launched_again(account, cluster):
    cluster(workers=1)
    account.ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in account.instances()])
    result = cluster(workers=1)
    assert result["cluster"]["state"] == "running", result


def test_fewer_workers_than_there_are_is_refused(account, cluster):
    cluster(workers=2)
    result = cluster(workers=1)
    assert result.get("failed") and "2 workers, 1 are wanted" in result["msg"], result


def throttle(name, times, code="RequestLimitExceeded"):
    """Return a handler that refuses so many calls of this name, as EC2 does when its tokens are used up."""
    left = [times]

    def handler(called, request):
        if called == name and left[0]:
            left[0] -= 1
            refuse(name, code)(called, request)

    return handler


@pytest.fixture(name="pauses")
def fixture_pauses(monkeypatch):
    """Let pauses take no time; return their seconds."""
    taken = []
    monkeypatch.setattr(waits.time, "sleep", taken.append)
    return taken


@pytest.mark.parametrize(
    ("call", "states"),
    [
        ("RunInstances", ("present",)),
        ("StopInstances", ("present", "stopped")),
        ("StartInstances", ("present", "stopped", "started")),
        ("TerminateInstances", ("present", "absent")),
    ],
)
def test_a_throttled_call_about_instances_is_made_again_until_time_is_up(account, cluster, pauses, call, states):
    for state in states[:-1]:
        assert not cluster(state).get("failed")
    account.before_send = throttle(call, 3)
    result = cluster(states[-1], wait_timeout=60)
    assert not result.get("failed"), result
    assert account.calls[call] == 3 + (2 if call == "RunInstances" else 1), account.calls
    assert len([one for one in pauses if one >= 2]) >= 3, pauses


def test_a_launch_that_is_throttled_all_along_says_so(account, cluster):
    account.before_send = refuse("RunInstances", "RequestLimitExceeded")
    result = cluster(wait_timeout=1)
    assert result.get("failed") and "RequestLimitExceeded" in result["msg"], result
    assert "cluster_timeout" in result["msg"] and result["left"] == [], result


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("AuthorizeSecurityGroupIngress", "InvalidGroup.NotFound"),
        ("PutRolePolicy", "NoSuchEntity"),
        ("AddRoleToInstanceProfile", "NoSuchEntity"),
    ],
)
def test_what_was_just_made_and_is_not_seen_yet_is_waited_for(account, cluster, pauses, call, code):
    account.before_send = throttle(call, 2, code)
    result = cluster(workers=0)
    assert not result.get("failed"), result
    assert account.calls[call] == 3 and len(pauses) >= 2, (account.calls, pauses)


def test_what_is_never_seen_is_named(account, cluster, monkeypatch):
    monkeypatch.setattr(waits, "UNSEEN_SECONDS", 0)
    account.before_send = refuse("PutRolePolicy", "NoSuchEntity")
    result = cluster(workers=0)
    assert result["aws_code"] == "NoSuchEntity" and "its policy" in result["msg"], result
    assert result["left"] == [] and not account.instances(), result


def report(account, result, one, what="reached/" + "ab" * 32):
    """Let a node have told something."""
    key = f"{result['cluster']['prefix']}nodes/{one['instance_id']}/report/{what}"
    account.s3.put_object(Bucket=BUCKET, Key=key, Body=b"{}")


@pytest.mark.parametrize(("policy", "stay"), [("removed", 3), ("kept", 4)])
def test_growth_that_fails_takes_back_what_holds_no_data(account, cluster, policy, stay):
    first = cluster(workers=1)
    report(account, first, first["cluster"]["workers"][0])
    account.answers_host_keys = False
    groups = [{"name": name, "workers": 1} for name in ("a", "b", "c")]
    seen = []

    def third_is_refused(name, request):
        if name != "RunInstances":
            return
        seen.append(request)
        if len(seen) == 2:
            # By now the first of the new ones has booted.
            (booted,) = [one for one in account.instances() if {"Key": "ohmy:group", "Value": "a"} in one["Tags"]]
            account.put_host_key(booted)
        if len(seen) == 3:
            refuse("RunInstances", "VcpuLimitExceeded")(name, request)

    account.before_send = third_is_refused
    result = cluster(workers=1, worker_groups=groups, on_launch_failure=policy)
    account.before_send = None
    assert result["aws_code"] == "VcpuLimitExceeded" and "stood before" in result["msg"], result
    assert len(account.instances()) == stay, result
    assert (len(result.get("removed") or []), "(1) were removed" in result["msg"]) == (4 - stay, policy == "removed")
    assert not cluster(workers=1, worker_groups=groups).get("failed") and len(account.instances()) == 5
