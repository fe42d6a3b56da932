# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a run on hosts of one's own come to, as ansible-playbook itself sees them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[4]
INVENTORY = """
all:
  children:
    demo_master: {hosts: {m1: {ansible_host: 10.0.0.5}}}
    demo_workers: {hosts: {w1: {hadoop_yarn_site: {a: b}}, w2: {}}}
    two_master: {hosts: {m1: {}, w1: {}}}
    both_master: {hosts: {m1: {}}}
    both_workers: {hosts: {m1: {}, w1: {}}}
"""
SHA = "ab" * 64


def on(folder: Path, tasks: list[dict], host: str = "localhost", verbose: str = "", **values) -> str:
    """Run tasks on a host of the inventory and return what was printed."""
    (folder / "hosts.yml").write_text(INVENTORY)
    (folder / "hadoop.tar").write_text("")
    (folder / "in.txt").write_text("x\n")
    (folder / "roles" / "mine").mkdir(parents=True, exist_ok=True)
    given = {
        "cluster_provider": "inventory",
        "cluster_name": "demo",
        "job_mapper": "cat",
        "job_input": ["in.txt"],
        "hadoop_archive": str(folder / "hadoop.tar"),
        "hadoop_archive_sha512": SHA,
        "hadoop_overlay": "",
        "hadoop_java": "package",
        **values,
    }
    book = {"hosts": host, "gather_facts": False, "tasks": tasks}
    flags = [verbose] if verbose else []
    return play(folder, [book], "-i", "hosts.yml", "-e", json.dumps(given), *flags)[1]


def settings(folder: Path, host: str = "localhost", **values) -> dict:
    """Return the result of the action on a host of the inventory."""
    task = {"ohmy.hadoop.job_settings": {"scope": values.pop("scope", "job")}, "register": "found"}
    # A failed result is one to be looked at, too.
    tell = {"ansible.builtin.debug": {"msg": "RESULT {{ found | to_json | b64encode }} END"}}
    text = on(folder, [{**task, "ignore_errors": True}, tell], host, **values)
    result = re.search(r"RESULT (\S+) END", text)
    assert result is not None, text
    return json.loads(base64.b64decode(result[1]))


def test_the_inventory_s_groups_become_the_cluster(tmp_path):
    found = settings(tmp_path, hadoop_roles=["mine", str(tmp_path / "roles" / "mine"), "ohmy.hadoop.hadoop"])[
        "settings"
    ]
    assert (found["hadoop_cluster"], found["hadoop_master_host"]) == ("demo", "m1")
    assert found["hadoop_worker_hosts"] == ["w1", "w2"]


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    message = settings(tmp_path, cluster_name="two", hadoop_roles=["nowhere", "no.such.role"])["msg"]
    assert "the group two_master holds m1 and w1; a cluster has one master" in message
    assert "there is no role nowhere in" in message and "there is no role no.such.role installed" in message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"cluster_name": "other"}, "no host in the group other_master"),
        ({"cluster_name": "both"}, "m1 is the master, and cannot be a worker too"),
        ({"job_input": ["s3://b/k"]}, "job_input: s3://b/k lies in S3"),
    ],
)
def test_contradictions_are_refused(tmp_path, values, said):
    found = settings(tmp_path, **values)
    assert found["failed"] and said in found["msg"]


def test_a_host_gets_its_own_document(tmp_path):
    values = {"scope": "node", "hadoop_cluster": "demo", "hadoop_master_host": "m1", "hadoop_worker_hosts": ["w1"]}
    document = settings(tmp_path, "w1", **values)["document"]
    assert document["role"] == "worker" and document["properties"]["yarn-site"] == {"a": "b"}
    message = settings(tmp_path, "w2", **values)["msg"]
    assert "w2 is neither the master nor one of the workers" in message


SECRETS = {"hadoop_core_site": {"fs.s3a.secret.key": "hush"}, "hadoop_site": {"mine": {"my.token": "hush"}}}
HOSTS = {"hadoop_cluster": "demo", "hadoop_master_host": "m1", "hadoop_worker_hosts": ["w1"]}


@pytest.mark.parametrize("place", ["job/tasks/settings", "job/tasks/name", "hadoop/tasks/node"])
def test_secrets_among_properties_are_not_shown(tmp_path, place):
    # The first two read and keep the settings; what comes after them needs a node.
    tasks = yaml.safe_load((ROOT / f"roles/{place}.yml").read_text())[:2]
    own = {**HOSTS, "__hadoop_master_address": "10.0.0.5"} if place.startswith("hadoop") else {}
    text = on(tmp_path, tasks, "w1" if own else "localhost", "-v", **SECRETS, **own)
    assert text.count("censored") == 2 and "failed=0" in text and "hush" not in text, text


def test_secrets_in_an_instance_s_document_are_not_shown():
    tasks = yaml.safe_load((ROOT / "roles/hadoop/tasks/archives.yml").read_text())
    assert [task["no_log"] for task in tasks if "ansible.builtin.set_fact" in task] == [True]


def test_what_is_wrong_is_said_where_there_are_secrets_and_all_is_shown_where_there_are_none(tmp_path):
    task = {"ohmy.hadoop.job_settings": {}}
    text = on(tmp_path, [task], verbose="-v", **SECRETS, job_reduces=-1)
    assert "job_reduces: must be 0 to 10000" in text and "hush" not in text, text
    assert '"cluster_name": "demo"' in on(tmp_path, [task], verbose="-v")


def test_a_cluster_is_named_whatever_its_properties_are(tmp_path):
    found = settings(tmp_path, scope="cluster", cluster_provider="ec2", hadoop_core_site="no properties")
    assert found["settings"]["cluster_name"] == "demo", found


@pytest.mark.parametrize(
    "wrong",
    [{"job_reduces": "many"}, {"job_mapper": "gone.py -x"}, {"job_output_compress": "zip"}, {"job_files": [{}]}],
)
def test_what_is_wrong_with_a_job_hides_nothing_that_is_wrong_with_its_cluster(tmp_path, wrong):
    values = {"scope": "cluster", "cluster_provider": "ec2", **wrong}
    assert settings(tmp_path, **values)["settings"]["cluster_name"] == "demo"
    found = settings(tmp_path, **values, cluster_workers=5000)
    assert "cluster_workers: must be 0 to 1000, not 5000" in found["msg"] and "job_" not in found["msg"], found


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hadoop_batch": "lots"}, "hadoop_batch: must be a number"),
        ({"hadoop_roles": ["nowhere"]}, "there is no role nowhere"),
    ],
)
def test_how_nodes_are_restarted_is_checked_before_the_first_is(tmp_path, wrong, said):
    values = {"cluster_provider": "ec2", "hadoop_core_site": "no properties", **wrong}
    assert said in settings(tmp_path, scope="nodes", **values)["msg"]
    assert settings(tmp_path, scope="cluster", **values)["settings"]["cluster_name"] == "demo"
    (play,) = [one for one in yaml.safe_load((ROOT / "playbooks/restart.yml").read_text()) if "Find" in one["name"]]
    assert play["tasks"][0]["vars"] == {"__job_scope": "nodes"}


@pytest.mark.parametrize("provider", ["ec2", "inventory"])
@pytest.mark.parametrize(
    "name",
    [{"cluster_name": "ohmy"}, {"cluster_name": "ohmy-workers"}, {"cluster_name": "ungrouped"}, {"job_name": "All"}],
)
def test_a_name_whose_groups_are_others_is_refused(tmp_path, name, provider):
    found = settings(tmp_path, cluster_provider=provider, **{"cluster_name": None, **name})
    assert "A cluster cannot be called" in found["msg"] and "cluster_name" in found["hint"], found
    kept = settings(tmp_path, scope="cluster", cluster_provider="ec2", cluster_name="ohmy")
    assert kept["settings"]["cluster_name"] == "ohmy", kept


@pytest.mark.parametrize("overlay", ["", "https://example.com/jars.tar.gz"])
@pytest.mark.parametrize("java", ["package", "archive"])
def test_an_instance_s_document_names_the_archives_in_s3(tmp_path, overlay, java):
    wish = {
        "cluster_provider": "ec2",
        "hadoop_overlay": overlay,
        "hadoop_overlay_sha512": SHA,
        "hadoop_java": java,
        "hadoop_java_archive": "https://example.com/jre.tar.gz",
        "hadoop_java_archive_sha512": SHA,
        "hadoop_hdfs_site": {"a": "b", "c": 1},
        "hadoop_site": {"hdfs-site": {"c": 2}, "mine": {"d": "e"}},
        "hadoop_packages": ["htop"],
        "hadoop_task_memory": 768,
        "hadoop_profile": "stock",
    }
    names = ["hadoop", *(["overlay"] if overlay else []), *(["java"] if java == "archive" else [])]
    there = [{"url": f"s3://b/archives/{name}", "sha512": SHA} for name in names]
    (last,) = yaml.safe_load((ROOT / "roles/hadoop/tasks/archives.yml").read_text())[1:]
    read = yaml.safe_load((ROOT / "roles/job/tasks/settings.yml").read_text())
    tell = {"ansible.builtin.debug": {"msg": "RESULT {{ __hadoop_wanted | to_json | b64encode }} END"}}
    text = on(tmp_path, [*read, last, tell], **wish, __hadoop_archives={"archives": there})
    result = re.search(r"RESULT (\S+) END", text)
    assert result is not None, text
    by_name = dict(zip(names, there))
    assert json.loads(base64.b64decode(result[1])) == {
        "hadoop": {**by_name["hadoop"], **({"overlay": by_name["overlay"]} if overlay else {})},
        "java": by_name.get("java", {"package": "openjdk-17-jre-headless"}),
        "properties": {
            **dict.fromkeys(["core-site", "yarn-site", "mapred-site", "capacity-scheduler"], {}),
            "hdfs-site": {"a": "b", "c": 2},
            "mine": {"d": "e"},
        },
        "packages": ["htop"],
        "task_memory": 768,
        "profile": "stock",
    }


def test_all_clusters_of_an_account_need_no_name_and_prices_are_read(tmp_path):
    (tmp_path / "prices.yml").write_text("date: 2026-11-01\nus-east-1: {m6i.large: 0.1}\n")
    values = {"scope": "account", "cluster_provider": "ec2", "cluster_prices": str(tmp_path / "prices.yml")}
    found = settings(tmp_path, **values, cluster_name=None)["settings"]
    assert found["cluster_price_table"] == {"date": "2026-11-01", "us-east-1": {"m6i.large": 0.1}}
    (tmp_path / "prices.yml").write_text("us-east-1: {m6i.large: [}\n")
    message = settings(tmp_path, **values)["msg"]
    assert "cluster_prices:" in message and "cannot be read" in message, message


def test_what_is_not_said_of_a_standing_cluster_is_left_open(tmp_path):
    ec2 = {"cluster_provider": "ec2", "job_mapper": None, "job_input": None}
    said = settings(tmp_path, scope="cluster", **ec2, cluster_volumes=[], cluster_tags={}, cluster_ttl="4h")["settings"]
    open_ones = (
        "cluster_instance_type",
        "cluster_image",
        "cluster_root_volume",
        "cluster_ttl_max",
        "cluster_public_ip",
    )
    assert {said[name] for name in (*open_ones, "cluster_security_group_ids", "cluster_worker_groups")} == {None}
    assert (said["cluster_volumes"], said["cluster_tags"], said["cluster_ttl"]) == ([], {}, "4h")
    assert (said["cluster_workers"], said["cluster_ssh_user"]) == (2, "admin")
    # Longer than the default, not than what the launch may have had.
    assert settings(tmp_path, scope="cluster", **ec2, cluster_ttl="48h")["settings"]["cluster_ttl"] == "48h"
    launch = settings(tmp_path, cluster_provider="ec2")["settings"]
    assert (launch["cluster_ttl_max"], launch["cluster_volumes"]) == ("24h", [])


def test_defaults_of_roles_are_nobody_s_word_where_a_playbook_reads_a_name(tmp_path):
    books = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "playbooks").glob("*.yml"))]
    tasks = [task for book in books for part in book for task in part.get("tasks", [])]
    readers = {str(task) for task in tasks if task.get("ansible.builtin.include_role", {}).get("tasks_from") == "name"}
    readers = {text.partition("ansible.builtin.include_role")[2].partition("}")[0] for text in readers}
    assert len(readers) == 1, readers
    (role,) = {
        task["ansible.builtin.include_role"]["name"]
        for task in tasks
        if task.get("ansible.builtin.include_role", {}).get("tasks_from") == "name"
    }
    read = {"ansible.builtin.include_role": {"name": role, "tasks_from": "name"}}
    tell = {
        "ansible.builtin.debug": {"msg": "{{ ohmy_settings.cluster_ttl | string }} {{ ohmy_settings.cluster_volumes }}"}
    }
    assert '"None "' in on(tmp_path, [read, tell], cluster_provider="ec2", job_mapper=None, job_input=None)
