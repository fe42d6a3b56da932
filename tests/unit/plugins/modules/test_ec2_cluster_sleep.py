# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``ec2_cluster``: stopped and started, real and check, first and second; and what a stop would lose."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import (
    instances,
    local_files,
    stopped,
    tagged,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

from .conftest import BUCKET, assert_reads_only
from .test_ec2_cluster import KEYS
from .test_ec2_cluster_failures import refuse

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(name="cluster")
def fixture_cluster(account, cluster):
    """Run ``ec2_cluster``, each time with the key of the launch."""
    key = str(account.home / "id.pub")
    return lambda state="present", check=False, **more: cluster(state, check, public_key=key, **more)


def lease_of(account, result):
    key = f"{result['cluster']['prefix']}lease"
    return json.loads(account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def put_lease(account, result, **lease):
    account.s3.put_object(Bucket=BUCKET, Key=f"{result['cluster']['prefix']}lease", Body=json.dumps(lease))


def outrun_lease(account, made):
    """Let the lease end: one of the second in which the cluster was stopped would be as good as a new one."""
    put_lease(account, made, expires=1000, max=1000)


def test_stop_then_start(account, cluster):
    made = cluster(workers=2)
    check = cluster("stopped", check=True)
    assert_reads_only(account.calls)
    result = cluster("stopped")
    assert check["actions"] == result["actions"] == ["stop instances"] and set(result) == KEYS, result
    assert len(account.instances("stopped")) == 3 and result["cluster"]["state"] == "stopped", result
    assert [(one["size"], one["type"]) for one in result["kept"]] == [(50, "gp3")] * 3 and check["kept"] == result[
        "kept"
    ]
    again = cluster("stopped")
    assert again["changed"] is False and again["kept"] == result["kept"], again
    assert_reads_only(account.calls)
    outrun_lease(account, made)
    check = cluster("started", check=True)
    assert_reads_only(account.calls)
    result = cluster("started")
    assert check["actions"] == result["actions"] == ["write lease", "start instances"] and set(result) == KEYS, result
    assert account.calls["StartInstances"] == 1 and not account.calls["RunInstances"]
    assert result["cluster"]["state"] == "running" and result["cluster"]["master"] is not None
    for key in ("nodes", "ssh", "digests", "incarnation", "endpoint"):
        assert result["cluster"][key] == made["cluster"][key], key
    assert result["cluster"]["master"]["host_key"] == made["cluster"]["master"]["host_key"]
    again = cluster("started")
    assert again["changed"] is False, again
    assert_reads_only(account.calls)


@pytest.mark.parametrize("state", ["stopped", "started"])
def test_calls_do_not_grow_with_workers(account, cluster, state):
    counts = []
    for workers in (1, 20):
        name = f"demo-{workers}"
        cluster(name=name, workers=workers)
        if state == "started":
            outrun_lease(account, cluster("stopped", name=name))
        result = cluster(state, name=name)
        assert not result.get("failed"), result
        counts.append(dict(account.calls))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("state", ["stopped", "started"])
def test_a_cluster_that_is_not_there_is_named(account, cluster, state):
    result = cluster(state)
    assert result.get("failed") and "There is no cluster demo in eu-central-1" in result["msg"], result
    assert_reads_only(account.calls)


def test_start_renews_the_lease_before_the_first_instance_runs(account, cluster):
    made = cluster(workers=1)
    cluster("stopped")
    outrun_lease(account, made)
    order = []
    account.before_send = lambda name, _request: order.append(name)
    result = cluster("started", ttl="2h", ttl_max="3h")
    account.before_send = None
    assert order.index("PutObject") < order.index("StartInstances"), order
    lease = lease_of(account, result)
    assert abs(lease["expires"] - time.time() - 7200) < 60 and abs(lease["max"] - time.time() - 10800) < 60, lease
    assert result["cluster"]["expires"] == lease["expires"]


def test_a_start_asks_for_room_before_the_first_instance_runs(account, cluster, monkeypatch):
    cluster(workers=0)
    cluster("stopped")
    monkeypatch.setattr(local_files.os, "statvfs", lambda _path: SimpleNamespace(f_bavail=0, f_frsize=4096))
    for check in (True, False):
        result = cluster("started", check=check)
        assert result.get("failed") and "the disk is full" in result["msg"], result
        assert str(account.home / "state") in result["msg"], result
    assert len(account.instances("stopped")) == 1
    assert not cluster("stopped").get("failed")


def test_start_without_a_time_to_live_ends_no_node_that_reads_a_lease(account, cluster):
    made = cluster(workers=0)
    cluster("stopped")
    outrun_lease(account, made)
    result = cluster("started", ttl="0")
    assert lease_of(account, result)["expires"] > time.time() + 10**9 and result["cluster"]["expires"] is None, result
    assert cluster("started", ttl="0")["changed"] is False


def test_a_cluster_that_was_launched_without_a_time_to_live_gets_none_that_no_node_reads(account, cluster):
    made = cluster(workers=0, ttl="0")
    assert made["cluster"]["expires"] is None and not account.objects(f"{made['cluster']['prefix']}lease"), made
    for result in (cluster(workers=1, document={}, at_least=True), cluster("stopped"), cluster("started")):
        assert not result.get("failed") and result["cluster"]["expires"] is None, result
        assert "write lease" not in result["actions"], result
    assert not account.objects(f"{made['cluster']['prefix']}lease")
    again = cluster(workers=1)
    assert {"write lease", "write document of the master"} <= set(again["actions"]), again
    assert abs(lease_of(account, again)["expires"] - time.time() - 4 * 3600) < 60


def test_a_lease_that_would_end_during_the_stop_is_prolonged(account, cluster):
    made = cluster(workers=0)
    put_lease(account, made, expires=int(time.time()) + 5, max=int(time.time()) + 5)
    result = cluster("stopped")
    assert result["actions"] == ["write lease", "stop instances"], result
    assert lease_of(account, result)["expires"] > time.time() + 200


def test_start_follows_new_public_addresses_and_keeps_the_pins(account, cluster):
    made = cluster(workers=1)["cluster"]
    folder = os.path.dirname(made["ssh"]["config"])
    cluster("stopped")
    master = next(one for one in account.instances("stopped") if one["InstanceId"] == made["master"]["instance_id"])
    for one in account.objects(f"{made['prefix']}nodes/"):
        account.s3.delete_object(Bucket=BUCKET, Key=one)
    result = cluster("started")["cluster"]
    with open(f"{folder}/ssh_config", encoding="utf-8") as stream:
        assert f"HostName {result['master']['address']}" in stream.read()
    with open(f"{folder}/known_hosts", encoding="utf-8") as stream:
        text = stream.read()
    assert f"{master['InstanceId']},{result['master']['private_ip']}" in text and made["master"]["host_key"] in text


def test_the_login_is_that_of_the_launch(account, cluster):
    cluster(workers=0, ssh_user="ubuntu")
    assert cluster(workers=0, document={}, at_least=True)["cluster"]["ssh"]["user"] == "ubuntu"
    assert cluster("stopped")["cluster"]["ssh"]["user"] == "ubuntu"


def test_a_start_goes_by_the_jump_host(account, cluster):
    cluster(workers=0)
    cluster("stopped")
    made = cluster("started", ssh_proxy="me@bastion.example.com")["cluster"]
    with open(made["ssh"]["config"], encoding="utf-8") as stream:
        assert "-l me -- bastion.example.com" in stream.read()


def test_connections_of_before_are_forgotten(account, cluster):
    made = cluster(workers=0)["cluster"]
    os.makedirs(os.path.dirname(made["ssh"]["control_path"]), exist_ok=True)
    with open(made["ssh"]["control_path"], "w", encoding="utf-8"):
        pass
    cluster("stopped")
    assert not os.path.exists(made["ssh"]["control_path"])


def test_an_instance_that_ends_instead_of_stopping_is_named(account, cluster, monkeypatch):
    cluster(workers=1)
    victim = account.instances()[0]["InstanceId"]
    honest = instances.from_api

    def told(raw, account=""):
        one = honest(raw, account)
        ended = one.id == victim and one.state == "stopped"
        return replace(one, state="terminated", reason="it powered itself off") if ended else one

    monkeypatch.setattr(instances, "from_api", told)
    result = cluster("stopped")
    assert result.get("failed") and f"{victim} is terminated: it powered itself off" in result["msg"], result


def test_instances_that_do_not_stop_are_named_at_the_limit(account, cluster, monkeypatch):
    cluster(workers=1)
    honest = instances.from_api
    monkeypatch.setattr(
        instances,
        "from_api",
        lambda raw, account="": (
            replace(honest(raw, account), state="stopping")
            if raw["State"]["Name"] == "stopped"
            else honest(raw, account)
        ),
    )
    result = cluster("stopped", wait_timeout=1)
    assert result.get("failed") and "2 instances of demo are not stopped after 1 s" in result["msg"], result
    assert result["msg"].count("is stopping") == 2, result


def test_instances_that_are_not_to_be_seen_are_named_at_the_limit(account, cluster, monkeypatch):
    gone = cluster(workers=1)["cluster"]["master"]["instance_id"]
    honest = instances.observe
    monkeypatch.setattr(
        stopped.instances,
        "observe",
        lambda *args: [one for one in honest(*args) if not account.calls["StopInstances"] or one.id != gone],
    )
    result = cluster("stopped", wait_timeout=1)
    assert result.get("failed") and f"{gone} is not visible" in result["msg"], result


def test_stop_protection_is_told(account, cluster):
    cluster(workers=0)
    account.before_send = refuse("StopInstances", "OperationNotPermitted")
    result = cluster("stopped")
    assert result.get("failed") and "stop protection" in result["msg"], result


def test_a_start_that_is_told_of_late_is_waited_for(account, cluster, monkeypatch):
    cluster(workers=0)
    cluster("stopped")
    honest, late = instances.from_api, [3]

    def told(raw, account=""):
        one = honest(raw, account)
        if account_calls["StartInstances"] and late[0]:
            late[0] -= 1
            return replace(one, state="stopped")
        return one

    account_calls = account.calls
    monkeypatch.setattr(instances, "from_api", told)
    result = cluster("started")
    assert not result.get("failed") and result["cluster"]["state"] == "running" and late == [0], result


def test_absent_removes_a_stopped_cluster_and_one_that_is_stopping(account, cluster):
    cluster(workers=1)
    cluster("stopped")
    result = cluster("absent")
    assert result["left"] == [] and account.instances("running", "stopped", "stopping") == [], result


def test_absent_tells_of_evidence_and_leaves_it(account, cluster):
    made = cluster(workers=0)["cluster"]
    key = f"evidence/demo/{made['incarnation']}/{made['master']['instance_id']}/20260101T000000Z.tar.gz"
    account.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    result = cluster("absent")
    assert result["evidence"] == f"s3://{BUCKET}/evidence/demo/" and result["left"] == [], result
    assert account.objects("evidence/") == [key]


# The pure plan


def one(number, state="running", group="worker", **more):
    return instances.Instance(f"i-{number}", state, group, "inc", "demo", BUCKET, "m6i.large", **more)


def have(*found, document=None, lease=None):
    body = json.dumps(document).encode() if document is not None else None
    return tagged.Tagged(1000, list(found), "inc", BUCKET, None, {}, {"master": body, "worker": body}, lease)


class Wish:
    name, wait_timeout = "demo", 600

    def __init__(self, force=False):
        self.force = force


def test_a_one_time_spot_instance_is_not_lost_silently():
    there = have(one(1, group="master"), one(2, market="spot"), one(3))
    with pytest.raises(OhmyError, match="i-2.*cluster_stop_force"):
        stopped.plan(Wish(), there, set())
    todo = stopped.plan(Wish(force=True), there, set())
    assert {step.verb: step.old for step in todo.steps} == {"stop": ["i-1", "i-3"], "end": ["i-2"]}


@pytest.mark.parametrize("force", [False, True])
def test_a_master_on_spot_and_a_root_disk_in_an_instance_store_are_refused_whatever_is_wished(force):
    with pytest.raises(OhmyError, match="master i-1 is a one-time spot instance"):
        stopped.plan(Wish(force), have(one(1, group="master", market="spot")), set())
    with pytest.raises(OhmyError, match="root disk"):
        stopped.plan(Wish(force), have(one(1, group="master", root_device="instance-store")), set())


def test_disks_of_the_instance_type_are_not_wiped_silently():
    there = have(one(1, group="master"), one(2))
    with pytest.raises(OhmyError, match="instance-store disks on which HDFS lies: i-2"):
        stopped.plan(Wish(), there, {"i-2"})
    assert [step.verb for step in stopped.plan(Wish(force=True), there, {"i-2"}).steps] == ["stop"]


def test_what_is_stopped_already_loses_nothing_more():
    there = have(one(1, "stopped", "master"), one(2, "stopped"))
    assert stopped.plan(Wish(), there, {"i-2"}).steps == []


def test_what_is_stopping_is_waited_for():
    todo = stopped.plan(Wish(), have(one(1, "stopping", "master"), one(2, "stopped")), set())
    assert [(step.verb, step.old) for step in todo.steps] == [("stop", ["i-1"])]


@pytest.mark.parametrize(
    ("disks", "supported", "lost"),
    [
        ({"instance_store": True}, True, ["i-1", "i-2"]),
        ({"instance_store": True}, False, []),
        ({"volumes": 2}, True, []),
        (None, True, []),
    ],
)
def test_disks_of_the_instance_type_count_where_the_nodes_use_them(disks, supported, lost):
    clients = SimpleNamespace(ec2=Types(supported))
    document = {"role": "worker"} if disks is None else {"disks": disks}
    assert sorted(stopped.wiped(clients, have(one(1, group="master"), one(2), document=document))) == lost
    assert clients.ec2.asked == ([["m6i.large"]] if (disks or {}).get("instance_store") else [])


class Types:
    """DescribeInstanceTypes, and what was asked of it."""

    def __init__(self, supported):
        self.supported, self.asked = supported, []

    def get_paginator(self, _operation):
        return self

    def paginate(self, InstanceTypes):
        self.asked.append(InstanceTypes)
        yield {
            "InstanceTypes": [
                {"InstanceType": name, "InstanceStorageSupported": self.supported} for name in InstanceTypes
            ]
        }
