# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a document and facts to a plan, and the small files that it makes."""

from __future__ import annotations

import dataclasses
import getpass
import grp
import json
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import converge, diff, documents, observe, want
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.archives import folder

MASTER = Facts(8192, 2, "10.0.0.4", "ip-10-0-0-4.example.internal")
WORKER = Facts(8192, 2, "10.0.0.5")
SUM = "ab" * 64


def wanted(document, facts=MASTER):
    return want.wanted(document, facts, "x86_64")


def nothing(wish):
    """A host on which nothing was done yet."""
    return observe.Have(
        users=["hdfs", "yarn", "mapred", "hadoop"],
        outside="admin",
        archives=dict.fromkeys(wish.archives),
        java=False,
        directories=dict.fromkeys(wish.directories),
        files=dict.fromkeys(wish.files),
        rights=dict.fromkeys(wish.files),
        enabled=False,
        inputs={},
        states=dict.fromkeys(wish.services, "inactive"),
        unformatted="namenode" in wish.services,
        reached=None,
    )


def everything(wish):
    """A host that is what it is to be."""
    return observe.Have(
        packages=dict.fromkeys(wish.packages, "1"),
        users=[],
        outside=None,
        archives={name: folder(name, archive) for name, archive in wish.archives.items()},
        java=True,
        directories=dict(wish.directories),
        files=dict(wish.files),
        rights=dict(wish.rights),
        enabled=True,
        inputs=dict(wish.inputs),
        states=dict.fromkeys(wish.services, "active"),
        unformatted=False,
        reached=documents.digest(wish.document),
    )


def steps(todo):
    return [str(step) for step in todo.steps]


def test_a_new_master_gets_everything(document):
    wish = wanted(document)
    todo = steps(converge.plan(wish, nothing(wish)))
    assert wish.services == ["namenode", "resourcemanager", "historyserver"]
    for step in (
        "make user hdfs",
        "join user admin",
        "make directory /var/lib/hadoop/name",
        "write file /etc/hadoop/core-site.xml",
        "write file /etc/systemd/system/ohmy-follow@.service",
        "write file /etc/ohmy/document.json",
        "enable service ohmy-node",
        "install archive hadoop",
        "install archive java",
        "format the NameNode's directory",
        "start service hadoop-namenode",
        "start service hadoop-historyserver",
    ):
        assert step in todo
    assert todo[-1] == "reach document"
    assert "make directory /var/lib/hadoop/data" not in todo


def test_a_worker_has_no_name_directory_and_no_follower(document):
    wish = wanted({**document, "role": "worker", "master": "10.0.0.4"}, WORKER)
    todo = steps(converge.plan(wish, nothing(wish)))
    assert wish.services == ["datanode", "nodemanager"]
    assert "make directory /var/lib/hadoop/data" in todo
    assert not [step for step in todo if "name" in step.split("/")[-1:] or "follow" in step or "format" in step]
    assert b"hdfs://10.0.0.4:8020" in wish.files["etc/hadoop/core-site.xml"]


def test_what_is_done_is_not_done_again(document):
    wish = wanted(document)
    todo = converge.plan(wish, everything(wish))
    assert todo.steps == []
    assert todo.result()["changed"] is False


def test_the_order_of_properties_makes_no_difference(document):
    one = wanted({**document, "properties": {"hdfs-site": {"a": "1", "b": "2"}}})
    two = wanted({**document, "properties": {"hdfs-site": {"b": "2", "a": "1"}}})
    assert (one.files, one.inputs) == (two.files, two.inputs)


@pytest.mark.parametrize(
    ("site", "restarted"),
    [
        ("core-site", ["namenode", "resourcemanager", "historyserver"]),
        ("hdfs-site", ["namenode"]),
        ("yarn-site", ["resourcemanager", "historyserver"]),
        ("mapred-site", ["historyserver"]),
        ("capacity-scheduler", ["resourcemanager"]),
        ("own-site", []),
    ],
)
def test_only_daemons_that_read_a_changed_file_are_restarted(document, site, restarted):
    have = everything(wanted(document))
    wish = wanted({**document, "properties": {site: {"some.property": "value"}}})
    have.files.setdefault("etc/hadoop/own-site.xml", None)
    have.rights.setdefault("etc/hadoop/own-site.xml", None)
    todo = steps(converge.plan(wish, have))
    assert f"write file /etc/hadoop/{site}.xml" in todo
    assert [step for step in todo if "service" in step] == [f"restart service hadoop-{name}" for name in restarted]


def test_other_software_restarts_all(document):
    have = everything(wanted(document))
    wish = wanted({**document, "hadoop": {**document["hadoop"], "sha512": "ef" * 64}})
    todo = steps(converge.plan(wish, have))
    assert "install archive hadoop" in todo and "install archive java" not in todo
    assert sum(step.startswith("restart") for step in todo) == 3


def test_a_daemon_that_stopped_is_started_and_no_other_touched(document):
    wish = wanted(document)
    have = everything(wish)
    have.states["namenode"] = "failed"
    assert steps(converge.plan(wish, have)) == ["start service hadoop-namenode"]


def test_rights_that_were_changed_are_set_again(document):
    wish = wanted(document)
    have = everything(wish)
    have.rights["etc/hadoop/core-site.xml"] = ("root", "root", 0o644)
    have.directories["var/lib/hadoop/name"] = ("hdfs", "hdfs", 0o755)
    todo = converge.plan(wish, have)
    assert steps(todo) == ["make directory /var/lib/hadoop/name", "own file /etc/hadoop/core-site.xml"]
    assert (todo.steps[0].old, todo.steps[0].new) == ("hdfs:hdfs 0755", "hdfs:hdfs 0700")


def test_tasks_do_not_come_near_storage(document):
    wish = wanted({**document, "workers": 0})
    assert wish.directories["var/lib/hadoop/name"] == wish.directories["var/lib/hadoop/data"] == ("hdfs", "hdfs", 0o700)
    assert wish.rights["etc/hadoop/core-site.xml"] == ("root", "hadoop", 0o640)


@pytest.mark.parametrize(
    ("java", "machine", "home"),
    [
        ({"package": "openjdk-17-jre-headless"}, "x86_64", "/usr/lib/jvm/java-17-openjdk-amd64"),
        ({"package": "openjdk-21-jre-headless"}, "aarch64", "/usr/lib/jvm/java-21-openjdk-arm64"),
        ({"home": "/srv/java"}, "x86_64", "/srv/java"),
        ({"url": "s3://b/k", "sha512": "ab"}, "x86_64", "/opt/ohmy/java"),
    ],
)
def test_where_java_is(java, machine, home):
    assert want.java_home({"java": java}, machine) == home


def test_an_unknown_java_is_refused():
    with pytest.raises(OhmyError, match="where Java is"):
        want.java_home({"java": {"package": "zulu"}}, "x86_64")


def test_a_package_is_installed_once(document):
    document["java"] = {"package": "openjdk-17-jre-headless"}
    wish = wanted(document)
    have = everything(wish)
    assert steps(converge.plan(wish, have)) == []
    have.java = False
    assert steps(converge.plan(wish, have)) == ["install package openjdk-17-jre-headless"]
    have.java, have.packages = True, {"openjdk-17-jre-headless": None}
    assert steps(converge.plan(wish, have)) == ["install package openjdk-17-jre-headless"]


@pytest.mark.parametrize("address", ["8.8.8.8", "52.1.2.3"])
def test_without_s3_no_door_is_opened_to_the_internet(document, address):
    public = Facts(8192, 2, address)
    assert wanted(document, public).services  # behind a security group
    document |= {"s3": None, "lease": False}
    with pytest.raises(OhmyError, match=f"listen on {address}.* hadoop_allow_public"):
        wanted(document, public)
    assert wanted({**document, "allow_public": True}, public).services
    for private in ("10.0.0.4", "172.16.0.1", "192.168.1.7", "100.64.1.1", "169.254.1.1", "127.0.0.1"):
        assert wanted(document, Facts(8192, 2, private)).services


def test_without_restart_it_is_done_later_and_told(document):
    have = everything(wanted(document))
    wish = wanted({**document, "properties": {"hdfs-site": {"a": "b"}}})
    have.states["historyserver"] = "failed"
    todo = converge.plan(wish, have)
    assert "restart service hadoop-namenode" in steps(todo) and steps(todo)[-1] == "reach document"
    assert converge.hold(todo) == ["namenode"]
    assert steps(todo) == [
        "write file /etc/hadoop/hdfs-site.xml",
        "write file /etc/ohmy/document.json",
        "start service hadoop-historyserver",
    ]


def test_what_needs_no_restart_is_reached_at_once(document):
    have = everything(wanted(document))
    todo = converge.plan(wanted({**document, "properties": {"own-site": {"a": "b"}}}), have_also(have, "own-site"))
    assert converge.hold(todo) == []
    assert steps(todo)[-1] == "reach document"


def have_also(have, site):
    have.files[f"etc/hadoop/{site}.xml"] = have.rights[f"etc/hadoop/{site}.xml"] = None
    return have


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 2}, "schema 1"),
        ({"role": "slave"}, "slave"),
        ({"workers": "2"}, "'workers'"),
        ({"role": "worker"}, "must name the master"),
        ({"workers": True}, "'workers'"),
        ({"workers": -1}, "'workers'"),
        ({"hadoop": {"url": "s3://b/k"}}, "archive of hadoop needs a url and its sha512"),
        ({"hadoop": {"url": "s3://b/k", "sha512": "ab"}}, "archive of hadoop needs a url and its sha512"),
        ({"hadoop": {"url": "ftp://h/k", "sha512": SUM}}, "is at ftp://h/k"),
        ({"hadoop": {"url": "file://h/k", "sha512": SUM}}, "is at file://h/k"),
        ({"hadoop": {"url": "file:///k", "sha512": SUM, "overlay": {"url": "file:///k"}}}, "archive of the overlay"),
        ({"java": {"url": "https://h/k"}}, "archive of java"),
        ({"java": {"package": "--purge"}}, "'--purge' is no name of a package"),
        ({"packages": ["vim", "Vim!"]}, "'Vim!' is no name of a package"),
        ({"packages": "vim"}, "packages are no list"),
        ({"address": "node1"}, "'node1' is no IPv4 address"),
        ({"profile": "fast"}, "knows no profile 'fast'"),
        ({"address": "0.0.0.0"}, "'0.0.0.0' is no IPv4 address"),
        ({"s3": None}, "this node has no S3"),
    ],
)
def test_a_wrong_document_is_named(document, change, words):
    with pytest.raises(OhmyError, match=words):
        documents.check({**document, **change})


def test_a_document_that_is_no_json():
    with pytest.raises(OhmyError, match="no JSON"):
        documents.parse(b"<html>")


def test_the_digest_is_that_of_the_object_in_s3(document):
    data = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert wanted(document).files["etc/ohmy/document.json"] == data
    assert documents.digest(documents.parse(data)) == documents.digest(document)


def test_prepares_files_and_directories_and_finds_them_again(document, tmp_path, monkeypatch):
    wish = wanted(document)
    own, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    wish.directories = {path: (own, group, mode) for path, (_o, _g, mode) in wish.directories.items()}
    wish.rights = {path: (own, group, mode) for path, (_o, _g, mode) in wish.rights.items()}
    monkeypatch.setattr(observe.system, "missing_users", list)
    monkeypatch.setattr(observe.system, "outside_group", lambda _login: None)
    monkeypatch.setattr(observe.system, "service_state", lambda _unit: "inactive")
    root = str(tmp_path)
    todo = converge.plan(wish, observe.observe(wish, root))
    converge.prepare(wish, todo, root)
    again = steps(converge.plan(wish, observe.observe(wish, root)))
    assert not [step for step in again if "file" in step or "directory" in step.split()[1] or "enable" in step]
    assert "start service hadoop-namenode" in again
    assert (tmp_path / "etc/hadoop/hdfs-site.xml").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "usr/local/bin/hdfs").stat().st_mode & 0o777 == 0o755
    assert os.readlink(tmp_path / observe.ENABLED) == "/etc/systemd/system/ohmy-node.service"
    assert not list(tmp_path.rglob("*.new"))


def test_the_diff_has_an_entry_per_file_and_hides_secrets(document):
    have = everything(wanted(document))
    secret = {"core-site": {"fs.s3a.secret.key": "hush", "io.file.buffer.size": 4096}}
    wish = wanted({**document, "properties": secret})
    shown = diff.entries(converge.plan(wish, have))
    assert [entry["after_header"] for entry in shown] == [
        "/etc/hadoop/core-site.xml",
        "/etc/ohmy/document.json",
        "node",
    ]
    assert "hush" not in json.dumps(shown)
    assert "<name>fs.s3a.secret.key</name><value>(hidden)</value>" in shown[0]["after"]
    assert "<value>4096</value>" in shown[0]["after"]
    assert "<value>131072</value>" in shown[0]["before"]
    assert "IAMInstanceCredentialsProvider" in shown[0]["after"]
    assert "restart" not in shown[2]["after"] and "service hadoop-namenode: " in shown[2]["after"]
    assert diff.entries(Plan()) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{half a document", "{half a document"),
        ('{"properties": null}', '{\n "properties": null\n}\n'),
        ('{"properties": {"core-site": []}}', '{\n "properties": {\n  "core-site": []\n }\n}\n'),
        (
            '{"properties": {"core-site": {"my.password": "hush", "a": 1}}}',
            '{\n "properties": {\n  "core-site": {\n   "a": 1,\n   "my.password": "(hidden)"\n  }\n }\n}\n',
        ),
        ("a=b\n", "a=b\n"),
    ],
)
def test_whatever_a_document_on_disk_is_it_is_shown_without_secrets(text, shown):
    assert diff.masked(text) == shown


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"a": [{"fs.s3a.secret.key": "x"}]}, True),
        ([{"a": {"b": {"password": 1}}}], True),
        ({"a": "password", "b": [1, None]}, False),
        ("password", False),
    ],
)
def test_secrets_are_found_at_any_depth_by_their_names(value, found):
    assert diff.has_secrets(value) is found


def test_facts_are_not_changed_by_planning(document):
    with pytest.raises(dataclasses.FrozenInstanceError):
        wanted(document).facts.memory = 1


def test_all_daemons_are_restarted_where_that_is_asked(document, monkeypatch):
    wish = wanted(document)
    monkeypatch.setattr(converge, "observe", lambda _want: everything(wish))
    monkeypatch.setattr(converge, "wanted", lambda _document, _facts: wish)

    def planned(renew):
        return steps(converge._planned(document, MASTER, True, 0, renew)[1])

    assert planned(False) == []
    assert planned(True) == [f"restart service hadoop-{name}" for name in wish.services]
