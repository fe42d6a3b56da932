# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests of hosts of one's own: groups that make a cluster, and the documents of its hosts."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import documents
from ansible_collections.ohmy.hadoop.plugins.modules import job_plan
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import node_document, own_hosts, settings
from tests.documented import documented

HOSTS = {
    "m1": {"ansible_host": "10.0.0.5"},
    "w1": {"ansible_host": "10.0.0.6"},
    "w2": {},
}
SHA = "ab" * 64


def known(**values):
    """Return the settings of a cluster of three hosts."""
    found, _problems = settings.settle(settings.load_specs(), [])
    return {
        **found,
        "hadoop_cluster": "demo",
        "hadoop_master_host": "m1",
        "hadoop_worker_hosts": ["w1", "w2"],
        "hadoop_archive": "/a/hadoop-3.5.0.tar",
        "hadoop_archive_sha512": SHA,
        "hadoop_java_archive": "https://example.com/jre.tar.gz",
        "hadoop_java_archive_sha512": SHA.upper(),
        "hadoop_java_package": "openjdk-17-jre-headless",
        **values,
    }


def test_groups_name_master_and_workers():
    groups = {"my_demo_master": ["m1"], "my_demo_workers": ["w1", "w2"], "all": ["m1", "w1", "w2"]}
    assert own_hosts.members("my-demo", groups) == ("m1", ["w1", "w2"], [])
    assert own_hosts.members("alone", {"alone_master": ["m1"]}) == ("m1", [], [])


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({}, "no host in the group demo_master"),
        ({"demo_master": []}, "no host in the group demo_master"),
        ({"demos_master": ["m1"]}, "did you mean demos_master"),
        ({"demo_master": ["m1"], "demo_worker": ["w1"]}, "in the group demo_workers, not in demo_worker"),
        ({"demo_master": ["m1", "w1"]}, "demo_master holds m1 and w1; a cluster has one master"),
    ],
)
def test_groups_that_make_no_cluster_are_named_in_one_sentence(groups, said):
    _master, _workers, problems = own_hosts.members("demo", groups)
    assert len(problems) == 1 and said in problems[0] and "\n" not in problems[0]


@pytest.mark.parametrize(
    ("master", "workers", "said"),
    [
        ("m1", ["w1", "w2"], None),
        ("m9", ["w1"], "hadoop_master_host: the inventory has no host m9"),
        ("m1", ["w1", "w9"], "hadoop_worker_hosts: the inventory has no host w9"),
        ("m1", ["w1", "m1"], "m1 is the master, and cannot be a worker too"),
        ("m1", ["w1", "w1"], "w1 is named twice"),
        ("m1", ["w1", "10.0.0.6"], "w1 and 10.0.0.6 are the same host 10.0.0.6"),
    ],
)
def test_hosts_that_cannot_be_what_they_are_to_be_are_named(master, workers, said):
    problems = own_hosts.problems(master, workers, {**HOSTS, "10.0.0.6": {}})
    assert problems == [] if said is None else len(problems) == 1 and said in problems[0], problems


def test_documents_are_those_that_nodes_take():
    values = known(
        hadoop_hdfs_site={"dfs.replication": 2},
        hadoop_site={"hadoop-policy": {"a": "b"}, "hdfs-site": {"c": "d"}},
        hadoop_packages=["htop"],
        hadoop_address="10.0.0.6",
        hadoop_data_disks=["/dev/sdb", "/data/1"],
    )
    master, worker = (node_document.node_document(values, host, "admin") for host in ("m1", "w1"))
    assert (master["role"], master["master"], worker["role"], worker["master"]) == ("master", "self", "worker", "")
    assert master["incarnation"] == worker["incarnation"] != node_document.incarnation("other")
    assert worker["properties"]["hdfs-site"] == {"dfs.replication": 2, "c": "d"}
    assert worker["properties"]["hadoop-policy"] == {"a": "b"}
    assert (worker["packages"], worker["address"], worker["ssh_user"]) == (["htop"], "10.0.0.6", "admin")
    assert worker["disks"] == {"devices": ["/dev/sdb"], "directories": ["/data/1"]}
    whole, places = node_document.on_node({**worker, "master": "10.0.0.5"})
    assert documents.check(whole) == whole
    place = f"/var/cache/ohmy/{SHA[:16]}/hadoop-3.5.0.tar"
    assert places == {place: ("/a/hadoop-3.5.0.tar", SHA)}
    assert whole["hadoop"]["url"] == f"file://{place}" and whole["java"]["url"] == "https://example.com/jre.tar.gz"


def test_an_overlay_travels_as_its_archive_does():
    values = known(
        hadoop_overlay="/a/s3 jars.tar", hadoop_overlay_sha512="cd" * 64, hadoop_java="package", hadoop_packages=[]
    )
    whole, places = node_document.on_node(node_document.node_document(values, "m1", None))
    assert documents.check(whole)["java"] == {"package": "openjdk-17-jre-headless"}
    assert whole["hadoop"]["overlay"]["url"].endswith("/s3%20jars.tar") and len(places) == 2
    assert "ssh_user" not in whole


def test_the_disks_of_the_documentation():
    values = known(**yaml.safe_load(documented("docs/disks.md", "own")))
    document = node_document.node_document(values, "w1", None)
    assert [len(paths) for paths in document["disks"].values()] == [1, 1] and settings.settle(
        settings.load_specs(), [("/", yaml.safe_load(documented("docs/disks.md", "own")))]
    )[0]["hadoop_data_disks"] == ["/dev/disk/by-id/nvme-eui.0025385a11b2c3d4", "/data/2"]


def test_the_disks_of_instances():
    volumes = [{"size": 100}]
    for values, wish in (
        ({}, {}),
        ({"cluster_volumes": volumes}, {"volumes": "attached"}),
        ({"cluster_worker_groups": [{"name": "a"}, {"name": "b", "volumes": volumes}]}, {"volumes": "attached"}),
        ({"cluster_instance_store": True}, {"instance_store": True}),
    ):
        assert node_document.software(known(**values)).get("disks", {}) == wish
        assert "disks" not in node_document.software(known(cluster_provider="inventory", **values))


def test_the_volumes_of_the_documentation(tmp_path):
    given = yaml.safe_load(documented("docs/disks.md", "ec2"))
    values, problems = settings.settle(settings.load_specs(), [(str(tmp_path), {"job_mapper": "cat", **given})])
    assert not [text for text in problems if text.startswith("cluster_")]
    assert node_document.of_instances(values) == {"volumes": "attached", "instance_store": True}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"job_input": ["s3://b/k"]}, "job_input: s3://b/k lies in S3"),
        ({"hadoop_archive": "s3://b/hadoop.tar"}, "hadoop_archive: s3://b/hadoop.tar lies in S3"),
        ({"hadoop_batch": "0"}, "hadoop_batch: must be"),
        ({"hadoop_batch": "some"}, "hadoop_batch: must be"),
        ({"hadoop_packages": ["no such"]}, "hadoop_packages: 'no such' is no name"),
        ({"hadoop_roles": ["/nowhere/role"]}, "hadoop_roles: there is no role in /nowhere/role"),
        ({"hadoop_address": "w1"}, "hadoop_address: must be an IPv4 address"),
        ({"hadoop_data_disks": ["sdb"]}, "hadoop_data_disks: 'sdb' is no path"),
        ({"hadoop_site": {"core-site": 1}}, "hadoop_site: the properties of core-site"),
        ({"hadoop_site": {"../x": {}}}, "hadoop_site: '../x' is no name"),
    ],
)
def test_what_own_hosts_cannot_have_is_refused_by_name(tmp_path, values, named):
    (tmp_path / "in.txt").write_text("x")
    good = {"cluster_provider": "inventory", "job_mapper": "cat", "job_input": ["in.txt"]}
    _found, problems = settings.settle(settings.load_specs(), [(str(tmp_path), {**good, **values})])
    assert [text for text in problems if text.startswith(named)], problems


def test_hosts_are_refused_where_instances_are_launched(tmp_path):
    values = {"job_mapper": "cat", "job_input": ["s3://b/k"], "hadoop_master_host": "m1"}
    _found, problems = settings.settle(settings.load_specs(), [(str(tmp_path), values)])
    assert problems and "cluster_provider: inventory" in problems[0]
    values = {"job_mapper": "cat", "job_input": ["s3://b/k"], "hadoop_data_disks": ["/dev/sdb"]}
    _found, problems = settings.settle(settings.load_specs(), [(str(tmp_path), values)])
    assert len(problems) == 1 and "cluster_volumes" in problems[0]


def test_a_job_on_own_hosts_is_planned_without_a_call(tmp_path, monkeypatch):
    monkeypatch.setattr(job_plan, "Clients", lambda _params: pytest.fail("a client was made"))
    (tmp_path / "in.txt").write_text("x\n")
    params = {
        **{name: option.get("default") for name, option in job_plan.SPEC.items()},
        "name": "j",
        "mapper": "cat",
        "input": [str(tmp_path / "in.txt")],
        "output": str(tmp_path / "out"),
        "provider": "inventory",
    }
    plan = job_plan.run(params)["plan"]
    assert plan["bucket"] is None and plan["input"]["copies"] == [] == plan["input"]["uris"]
    assert plan["input"]["hdfs"] == [plan["input"]["target"]] and len(plan["input"]["uploads"]) == 1
    with pytest.raises(OhmyError, match="lies in S3"):
        job_plan.run({**params, "input": ["s3://b/k"]})


def test_own_hosts_need_no_boto3():
    script = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('boto3', 'botocore'), None))\n"
        "from ansible_collections.ohmy.hadoop.plugins.action import hadoop_node, job_settings\n"
        "from ansible_collections.ohmy.hadoop.plugins.modules import job_plan\n"
        "params = {name: option.get('default') for name, option in job_plan.SPEC.items()}\n"
        "params.update(name='j', mapper='cat', input=['/etc/hostname'], output='/nowhere', provider='inventory')\n"
        "print(job_plan.run(params)['plan']['bucket'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "None\n", done.stderr
