# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``ec2_cluster``: present and absent, real and check, first and second."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import instances, waits

from .conftest import BUCKET, assert_reads_only
from .test_ec2_cluster_failures import body_of

KEYS = {"changed", "actions", "diff", "cluster", "launches", "removed", "left", "kept", "evidence", "invocation"}


def test_present_first_run_launches_all(account, cluster):
    result = cluster(workers=2)
    assert not result.get("failed"), result
    assert result["changed"], result
    assert set(result) == KEYS, result
    assert len(account.instances()) == 3
    whole = result["cluster"]
    assert whole["state"] == "running", whole
    assert len(whole["workers"]) == 2, whole
    assert whole["master"]["host_key"].startswith("ssh-ed25519 "), whole
    assert f"{whole['prefix']}documents/worker.json" in account.objects()


def test_present_second_run_changes_nothing(account, cluster):
    first = cluster(workers=2)
    second = cluster(workers=2)
    assert second.get("changed") is False, second
    assert second["cluster"] == first["cluster"], (first, second)
    assert_reads_only(account.calls)


def test_present_check_mode_only_reads(account, cluster):
    result = cluster(check=True, workers=2)
    assert result.get("changed"), result
    assert set(result) == KEYS, result
    assert any("launch master" in one for one in result["actions"]), result
    assert_reads_only(account.calls)
    assert not account.instances()


def test_absent_removes_all_and_proves_it(account, cluster):
    cluster(workers=2)
    check = cluster("absent", check=True)
    assert_reads_only(account.calls)
    result = cluster("absent")
    assert result.get("changed") and result["left"] == [], result
    assert check["actions"] == result["actions"] and set(check) == set(result), check
    assert check["removed"] == result["removed"] == list(check["diff"]["before"]) and check["left"] == [], check
    assert not account.instances("pending", "running", "stopping", "stopped")
    assert account.objects("clusters/") == []
    assert not account.iam.list_roles()["Roles"]
    assert not account.iam.list_instance_profiles()["InstanceProfiles"]
    assert not account.ec2.describe_key_pairs()["KeyPairs"]
    groups = account.ec2.describe_security_groups()["SecurityGroups"]
    assert [one["GroupName"] for one in groups if one["GroupName"] != "default"] == []
    again = cluster("absent")
    assert again.get("changed") is False, again
    assert set(again) == set(result), again


def test_calls_do_not_grow_with_workers(account, cluster):
    counts = []
    for workers in (2, 25):
        calls = []
        for state in ("present", "present", "absent"):
            result = cluster(state, name=f"demo-{workers}", **({"workers": workers} if state == "present" else {}))
            assert not result.get("failed"), result
            calls.append(dict(account.calls))
        counts.append(calls)
    assert counts[0] == counts[1]


def test_a_wait_asks_for_all_instances_only_when_none_moves(account, cluster, monkeypatch):
    answers = iter([True, True, True, False])
    monkeypatch.setattr(instances, "moving", lambda *_asked: next(answers))
    monkeypatch.setattr(waits.time, "sleep", lambda _seconds: None)
    assert not cluster().get("failed")
    # What stands at first, and what came of the launch.
    assert account.calls["DescribeInstances"] == 2 and next(answers, None) is None, account.calls


def test_a_wait_asks_whether_instances_move_in_a_small_answer(account, cluster):
    bodies = []

    def note(name, request):
        if name == "DescribeInstances":
            bodies.append(body_of(request))

    account.before_send = note
    assert not cluster().get("failed")
    (asked,) = [one for one in bodies if one["MaxResults"] == "5"]
    assert "pending" in asked.values(), asked
    assert {one["MaxResults"] for one in bodies} == {"5", "1000"}


def test_workers_zero_is_a_wish(account, cluster):
    result = cluster(workers=0)
    assert result["cluster"]["state"] == "running", result
    assert len(account.instances()) == 1
    assert result["cluster"]["digests"]["worker"] is None


def test_missing_worker_is_launched_again(account, cluster):
    first = cluster(workers=2)
    dead = first["cluster"]["workers"][0]["instance_id"]
    account.ec2.terminate_instances(InstanceIds=[dead])
    check = cluster(check=True, workers=2)
    assert_reads_only(account.calls)
    result = cluster(workers=2)
    assert result["actions"] == ["launch worker of demo"] == check["actions"], result
    assert len(account.instances()) == 3
    assert dead not in [one["instance_id"] for one in result["cluster"]["workers"]]
    assert cluster(workers=2)["changed"] is False


def test_stopped_instances_are_started_after_the_lease_is_renewed(account, cluster):
    first = cluster(workers=1)
    ids = [one["InstanceId"] for one in account.instances()]
    account.ec2.stop_instances(InstanceIds=ids)
    result = cluster(workers=1)
    assert [one["InstanceId"] for one in account.instances("running")] == ids, result
    assert result["actions"][-1] == "start instances", result
    assert account.calls["StartInstances"] == 1 and not account.calls["RunInstances"]
    assert result["cluster"]["expires"] >= first["cluster"]["expires"]


def test_strangers_group_of_that_name_is_refused(account, cluster):
    account.ec2.create_security_group(GroupName="ohmy-demo", Description="x", VpcId=account.subnet["VpcId"])
    result = cluster()
    assert result.get("failed") and "not of this collection" in result["msg"], result
    assert not account.instances()


def test_strangers_instance_with_half_the_tags_stays(account, cluster):
    marks = [{"ResourceType": "instance", "Tags": [{"Key": "ohmy:cluster", "Value": "demo"}]}]
    account.ec2.run_instances(ImageId=account.image, MinCount=1, MaxCount=1, TagSpecifications=marks)
    cluster("absent")
    assert len(account.instances()) == 1


@pytest.mark.parametrize("world", ["0.0.0.0/0", "128.0.0.0/1", "::/0"])
def test_the_whole_world_is_refused_before_any_call(account, cluster, world):
    result = cluster(ssh_cidr=world)
    assert result.get("failed") and "whole world" in result["msg"], result
    assert not account.calls


@pytest.mark.parametrize("name", ["Demo", "1demo", "de_mo", "x" * 41, ""])
def test_impossible_name_is_refused_before_any_call(account, cluster, name):
    result = cluster(name=name)
    assert result.get("failed"), result
    assert not account.calls


def test_bucket_is_found_from_tags_when_absent(account, cluster):
    cluster(workers=0)
    assert account.objects("clusters/demo/")
    result = cluster("absent", bucket=None)
    assert result.get("changed"), result
    assert result["cluster"]["bucket"] == BUCKET
    assert account.objects("clusters/") == []


def test_ssh_rule_of_the_old_address_is_replaced_and_foreign_rules_stay(account, cluster):
    cluster(workers=0)
    group = next(
        one for one in account.ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] == "ohmy-demo"
    )
    foreign = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}
    account.ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[foreign])
    result = cluster(workers=0, ssh_cidr="192.0.2.99/32")
    assert result["actions"] == ["allow SSH into security group ohmy-demo (SSH)"], result
    rules = account.ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"][0]["IpPermissions"]
    cidrs = sorted(one["CidrIp"] for rule in rules for one in rule["IpRanges"])
    assert cidrs == ["192.0.2.99/32", "198.51.100.0/24"]
    # Who is let in already is not kept out of a check.
    cluster(workers=0, ssh_cidr="192.0.2.0/24")
    assert cluster(workers=0, ssh_cidr="192.0.2.99/32")["actions"] == ["narrow SSH into security group ohmy-demo (SSH)"]


def test_another_host_key_for_a_pinned_instance_is_an_error(account, cluster):
    from .conftest import BLOB

    cluster(workers=0)
    account.put_host_key(account.instances()[0], BLOB[:-1] + b"\xff")
    result = cluster(workers=0)
    assert result.get("failed") and "another SSH host key" in result["msg"], result


def test_a_secret_among_the_properties_is_neither_returned_nor_logged(cluster, monkeypatch):
    logged = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda _self, *words, **more: logged.append((words, more)))
    properties = {"core-site": {"fs.s3a.secret.key": "hush-hush", "io.file.buffer.size": 4096}}
    hadoop = {"url": f"s3://{BUCKET}/archives/a/h.tar.gz", "sha512": "ab"}
    for more in ({}, {"name": "No-Name"}):
        result = cluster(check=True, document={"hadoop": hadoop, "properties": properties}, **more)
        assert bool(result.get("failed")) is bool(more), result
        assert "hush-hush" not in json.dumps(result) and "hush-hush" not in str(logged)
        shown = result["invocation"]["module_args"]["document"]["properties"]["core-site"]
        assert shown == {"fs.s3a.secret.key": "(hidden)", "io.file.buffer.size": 4096}
    assert logged


def test_launch_parameters_are_the_safe_ones(account, cluster):
    cluster(workers=1, tags={"team": "search"})
    for one in account.instances():
        assert one["MetadataOptions"]["HttpTokens"] == "required"
        assert one["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
        tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        assert tags["team"] == "search" and tags["ohmy:schema"] == "1"
    for volume in account.ec2.describe_volumes()["Volumes"]:
        assert volume["Encrypted"], volume
        assert {"Key": "ohmy:cluster", "Value": "demo"} in volume["Tags"]
    bodies = [dict(account_body(body)) for body in account.bodies]
    assert all(body["InstanceInitiatedShutdownBehavior"] == "terminate" for body in bodies)
    assert all(len(body["ClientToken"]) == 64 for body in bodies)
    assert bodies[0]["ClientToken"] != bodies[1]["ClientToken"]


def account_body(body):
    from urllib.parse import parse_qsl

    return parse_qsl(body.decode() if isinstance(body, bytes) else body)
