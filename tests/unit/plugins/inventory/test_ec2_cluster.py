# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, read by Ansible itself, in a made-up account."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.ohmy.hadoop.plugins.inventory import ec2_cluster
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import client, hosts, local_files

from ..modules.conftest import BLOB, BUCKET, REGION, SESSION

OTHER_BLOB = BLOB[:-1] + b"\xff"


def folder(account, made):
    tags = {tag["Key"]: tag["Value"] for tag in made[0]["Tags"]}
    return local_files.cluster_dir(
        str(account.home / "state" / "ohmy.hadoop"), tags["ohmy:cluster"], tags["ohmy:incarnation"]
    )


def test_hosts_and_groups_of_all_clusters(read, launch):
    demo, other = launch("demo", 2), launch("my-other", 0)
    found = read()
    workers = sorted(f"demo-worker-{one['InstanceId']}" for one in demo[1:])
    assert found.warnings == []
    assert found.hosts == ["demo-master", *workers, "my-other-master"]
    assert found.group("demo") == ["demo-master", *workers]
    assert found.group("demo_master") == ["demo-master"] and found.group("demo_workers") == workers
    assert found.group("my_other") == found.group("my_other_master") == ["my-other-master"]
    assert found.group("my_other_workers") == []
    assert found.group("ohmy_master") == ["demo-master", "my-other-master"]
    assert found.group("ohmy_workers") == workers
    assert other[0]["InstanceId"] == found.of("my-other-master")["ohmy_instance_id"]


def test_without_a_cluster_the_common_groups_are_there_and_empty(read):
    found = read()
    assert found.hosts == [] and found.group("ohmy_master") == found.group("ohmy_workers") == []
    assert found.calls == {"DescribeInstances": 1} and found.warnings == []


def test_what_a_host_tells_of_itself(read, launch):
    made = launch("demo", 0)[0]
    told = read().of("demo-master")
    assert {key: told[f"ohmy_{key}"] for key in ("cluster", "role", "instance_id", "instance_type", "state")} == {
        "cluster": "demo",
        "role": "master",
        "instance_id": made["InstanceId"],
        "instance_type": "m6i.large",
        "state": "running",
    }
    assert told["ohmy_private_ip"] == made["PrivateIpAddress"] and told["ohmy_public_ip"]
    assert told["ohmy_zone"].startswith(REGION) and told["ohmy_region"] == REGION
    assert len(told["ohmy_incarnation"]) == 36 and told["ohmy_launch_time"].endswith("Z")
    assert told["ohmy_bucket"] == BUCKET and told["ohmy_tags"] == {"Name": "demo-master", "team": "search"}
    page = (pathlib.Path(__file__).parents[4] / "docs" / "inventory.md").read_text("utf-8")
    assert [name for name in told if name.startswith("ohmy_") and f"`{name}`" not in page] == []


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_calls_does_not_grow_with_the_number_of_instances(read, launch, count):
    for name in ("one", "two", "three"):
        launch(name, count // 3)
    first, second = read(), read()
    assert len(first.hosts) >= count
    assert first.calls == {"DescribeInstances": 1, "ListObjectsV2": 3}
    # Each instance is pinned now: its keys are never asked for again.
    assert second.calls == {"DescribeInstances": 1}


def test_one_cluster_is_asked_for_by_its_tag(read, launch):
    launch("demo", 1), launch("other", 1)
    assert read(clusters=["demo"]).group("ohmy_master") == ["demo-master"]
    assert read(cluster="other").group("ohmy_master") == ["other-master"]
    assert read(clusters=["demo", "other"]).group("ohmy_master") == ["demo-master", "other-master"]
    assert read(clusters=["none"]).hosts == []


def test_only_wanted_states(read, launch, account):
    made = launch("demo", 2)
    account.ec2.stop_instances(InstanceIds=[made[1]["InstanceId"]])
    account.ec2.terminate_instances(InstanceIds=[made[2]["InstanceId"]])
    assert read().hosts == ["demo-master"]
    assert read(states=["running", "stopped"]).hosts == ["demo-master", f"demo-worker-{made[1]['InstanceId']}"]


def test_several_regions_and_one_name_in_two_of_them(read, launch, account):
    elsewhere = SESSION(region_name="us-west-2").client("ec2")
    life = "0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11"
    launch("demo", 0)
    launch("far", 0, ec2=elsewhere, incarnation=life)
    assert read().hosts == ["demo-master"]
    both = read(regions=[REGION, "us-west-2"])
    assert both.hosts == ["demo-master", "far-master"] and both.of("far-master")["ohmy_region"] == "us-west-2"
    assert both.calls["DescribeInstances"] == 2
    launch("demo", 0, ec2=elsewhere, incarnation=life)
    twice = read(regions=[REGION, "us-west-2"])
    assert twice.hosts == [] and "Cluster demo stands twice" in twice.error


# Connections


def text_of(told):
    return pathlib.Path(told["ansible_ssh_common_args"].removeprefix("-F ")).read_text("utf-8")


def test_the_master_by_its_public_address_and_workers_through_it(read, launch, account):
    made = launch("demo", 1)
    found = read()
    name = f"demo-worker-{made[1]['InstanceId']}"
    master, worker = found.of("demo-master"), found.of(name)
    assert master["ansible_host"] == master["ohmy_public_ip"] and worker["ansible_host"] == worker["ohmy_private_ip"]
    assert master["ansible_user"] == "admin" and master["ansible_host_key_checking"] is True
    assert master["ansible_ssh_private_key_file"] == str(account.home / "key")
    config = master["ansible_ssh_common_args"].removeprefix("-F ")
    assert config == worker["ansible_ssh_common_args"].removeprefix("-F ")
    assert os.path.dirname(config) == folder(account, made)
    blocks = text_of(master).split("\n\n")
    assert "ProxyJump" not in blocks[0] and blocks[0].startswith("Host master demo-master ")
    assert blocks[1].startswith(f"Host worker-1 {name} ") and "    ProxyJump master" in blocks[1]
    assert f"    HostKeyAlias {made[1]['InstanceId']}" in blocks[1] and "StrictHostKeyChecking yes" in blocks[2]


def test_private_addresses(read, launch):
    launch("demo", 1)
    told = read(address="private").of("demo-master")
    assert told["ansible_host"] == told["ohmy_private_ip"]


def test_without_the_jump_workers_are_reached_directly(read, launch):
    made = launch("demo", 1)
    told = read(jump=False).of(f"demo-worker-{made[1]['InstanceId']}")
    assert told["ansible_host"] == told["ohmy_public_ip"]
    assert "ProxyJump" not in text_of(told)


def test_a_worker_whose_master_is_gone_is_reached_directly(read, launch, account):
    made = launch("demo", 1)
    account.ec2.terminate_instances(InstanceIds=[made[0]["InstanceId"]])
    told = read().of(f"demo-worker-{made[1]['InstanceId']}")
    assert told["ansible_host"] == told["ohmy_public_ip"]


def test_a_jump_host_of_ones_own_comes_before_the_master(read, launch):
    launch("demo", 1)
    told = read(ssh_proxy="me@bastion.example.com:2222").of("demo-master")
    blocks = text_of(told).split("\n\n")
    way = "ProxyCommand ssh -o BatchMode=yes -W [%h]:%p -l me -p 2222 -- bastion.example.com"
    assert way in blocks[0] and "ProxyJump master" in blocks[1] and "ProxyCommand" not in blocks[1]


def test_a_host_without_the_wanted_address_is_left_out(read, launch, monkeypatch):
    launch("demo", 1)
    asked = hosts.observe

    def private_only(*arguments):
        return [hosts.Instance(**{**vars(one), "public_ip": None}) for one in asked(*arguments)]

    monkeypatch.setattr(hosts, "observe", private_only)
    found = read(address="public")
    assert found.hosts == []
    assert "has no public address and is left out" in found.warnings[0]
    assert read(address="auto").of("demo-master")["ansible_host"]


def test_control_paths_are_short_and_no_two_share_one(read, launch):
    made = launch("demo", 3)
    seen = {read(address=way).of(name)["ansible_control_path"] for way in ("auto", "private") for name in read().hosts}
    assert len(seen) == 8 and all(len(os.path.basename(path)) < 40 for path in seen)
    life = next(tag["Value"] for tag in made[0]["Tags"] if tag["Key"] == "ohmy:incarnation")
    assert all(os.path.basename(path).startswith(life[:8]) for path in seen)


# Host keys


def test_host_keys_are_pinned_under_each_instances_id_and_stay_when_it_sleeps(read, launch, account):
    made = launch("demo", 1)
    read()
    path = f"{folder(account, made)}/known_hosts"
    pinned = local_files.read_known_hosts(path)
    assert set(pinned) == {one["InstanceId"] for one in made}
    account.ec2.stop_instances(InstanceIds=[made[1]["InstanceId"]])
    read()
    assert local_files.read_known_hosts(path) == pinned
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_second_key_for_an_unknown_instance_pins_none_and_warns(read, launch, account):
    made = launch("demo", 1)
    account.put_host_key(made[1], OTHER_BLOB)
    found = read()
    assert f"Instance {made[1]['InstanceId']} shows another SSH host key" in found.warnings[0]
    assert set(local_files.read_known_hosts(f"{folder(account, made)}/known_hosts")) == {made[0]["InstanceId"]}


def test_a_second_key_for_a_pinned_instance_changes_nothing(read, launch, account):
    made = launch("demo", 1)
    read()
    path = f"{folder(account, made)}/known_hosts"
    before = local_files.read_known_hosts(path)
    account.put_host_key(made[1], OTHER_BLOB)
    launch("demo", 1, masters=0, incarnation=life_of(made))
    found = read()
    after = local_files.read_known_hosts(path)
    assert {one: after[one] for one in before} == before and len(after) == 3
    assert made[1]["InstanceId"] in found.warnings[0] and found.calls["ListObjectsV2"] == 1


def life_of(made):
    return next(tag["Value"] for tag in made[0]["Tags"] if tag["Key"] == "ohmy:incarnation")


def test_a_bucket_that_refuses_leaves_the_hosts_there(read, launch, account):
    launch("demo", 0, bucket="there-is-none-of-this-name")
    found = read()
    assert found.hosts == ["demo-master"] and found.calls["ListObjectsV2"] == 1


# Cache


def cached(tmp_path, **more):
    where = {"cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}
    return {"cache": True, **where, **more}


def test_a_second_run_with_a_cache_makes_no_call(read, launch, tmp_path):
    launch("demo", 2)
    first, second = read(**cached(tmp_path)), read(**cached(tmp_path))
    assert first.calls["DescribeInstances"] == 1 and second.calls == {}
    assert second.hosts == first.hosts
    assert [second.of(name) for name in second.hosts] == [first.of(name) for name in first.hosts]


def test_a_refresh_and_another_wish_ask_again(read, launch, tmp_path, monkeypatch):
    launch("demo", 1)
    read(**cached(tmp_path))
    launch("other", 0)
    assert read(**cached(tmp_path)).group("ohmy_master") == ["demo-master"]
    assert read(refresh=True, **cached(tmp_path)).group("ohmy_master") == ["demo-master", "other-master"]
    assert read(**cached(tmp_path)).calls == {}
    assert read(**cached(tmp_path, clusters=["demo"])).calls == {"DescribeInstances": 1}
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    assert read(**cached(tmp_path)).calls == {"DescribeInstances": 1}


def test_a_cached_inventory_brings_its_files_back(read, launch, account, tmp_path):
    made = launch("demo", 1)
    read(**cached(tmp_path))
    os.unlink(f"{folder(account, made)}/known_hosts")
    assert read(**cached(tmp_path)).calls == {"ListObjectsV2": 1}
    assert len(local_files.read_known_hosts(f"{folder(account, made)}/known_hosts")) == 2


# Constructed groups and variables


def test_constructed_groups_and_variables(read, launch):
    launch("demo", 1)
    found = read(
        strict=True,
        keyed_groups=[{"prefix": "zone", "key": "ohmy_zone"}],
        groups={"first": "ohmy_role == 'master'"},
        compose={"team": "ohmy_tags.team | upper"},
    )
    zone = found.of("demo-master")["ohmy_zone"].replace("-", "_")
    assert found.group(f"zone_{zone}") == found.hosts and found.group("first") == ["demo-master"]
    assert found.of("demo-master")["team"] == "SEARCH"


def test_an_expression_that_fails_is_an_error_in_strict_mode_only(read, launch):
    launch("demo", 0)
    assert read(compose={"x": "there.is.none"}).hosts == ["demo-master"]
    assert "Could not set x" in read(strict=True, compose={"x": "there.is.none"}).error


# What is refused


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"clutsers": ["a"]}, "There is no option clutsers. Did you mean clusters?"),
        ({"clusters": ["No Name"]}, "'No Name' is no name for a cluster."),
        ({"states": ["asleep"]}, "states: 'asleep' is none."),
        ({"states": []}, "states: none is wanted."),
        ({"address": "both"}, "address"),
        ({"ssh_user": "admin -o x"}, "ssh_user: 'admin -o x' is no name of a user."),
        ({"ssh_proxy": "-oProxyCommand=x"}, "ssh_proxy: '-oProxyCommand=x' is no jump host."),
        ({"private_key": "/there/is/none"}, "private_key: /there/is/none is no file."),
        ({"profile": "a", "access_key": "b", "secret_key": "c"}, "profile and access_key exclude each other."),
        ({"access_key": "b"}, "access_key and secret_key belong together."),
        ({"profile": "there-is-none"}, "there-is-none"),
        ({"plugin": "ohmy.hadoop.ec2_clutser"}, "ec2_clutser"),
    ],
)
def test_bad_input_is_refused_before_any_call(read, options, said):
    found = read(**options)
    assert said in found.error and found.calls == {} and found.hosts == []


def test_missing_boto3_is_said(read, monkeypatch):
    monkeypatch.setattr(client, "BOTO3_ERROR", "no module")
    assert "boto3 >= 1.35.0" in read().error


def test_a_refusal_of_aws_is_one_sentence_with_a_hint(read, account, monkeypatch):
    def refuse(name, _request):
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "You may not."}}, name)

    account.before_send = refuse
    said = read().error
    assert (
        "Could not describe the instances of all clusters: UnauthorizedOperation: You may not. The caller's IAM" in said
    )


def test_tags_that_are_not_ours_are_left_out(read, launch):
    launch("../../etc", 0, keys=False)
    launch("demo", 0, keys=False, incarnation="../../../../tmp")
    found = read()
    assert found.hosts == [] and len(found.warnings) == 2 and "is left out" in found.warnings[0]


@pytest.mark.parametrize("names", [("demo", "demo-master"), ("ohmy",), ("all",)])
def test_groups_of_two_owners_are_refused(read, launch, names):
    for name in names:
        launch(name, 0)
    found = read()
    assert found.hosts == [] and "would be in the group" in found.error


def test_two_masters_are_refused(read, launch):
    made = launch("demo", 0)
    launch("demo", 0, incarnation=life_of(made))
    assert "Cluster demo has 2 masters" in read().error


def test_other_files_are_not_for_this_plugin(tmp_path):
    plugin = ec2_cluster.InventoryModule()
    for name, ours in (("demo.ohmy_hadoop.yml", True), ("ohmy_hadoop.yaml", True), ("hosts.yml", False)):
        (tmp_path / name).write_text("")
        assert plugin.verify_file(str(tmp_path / name)) is ours


def test_values_from_aws_are_never_templates(read, launch, account):
    made = launch("demo", 0)
    account.ec2.create_tags(Resources=[made[0]["InstanceId"]], Tags=[{"Key": "team", "Value": "{{ 6 * 7 }}"}])
    assert read(compose={"team": "ohmy_tags.team"}).of("demo-master")["team"] == "{{ 6 * 7 }}"
