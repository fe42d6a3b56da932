# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order a node becomes what it is to be, and what stays undone where that fails."""

from __future__ import annotations

import contextlib
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import converge, disk_layout, documents, want

MASTER = Facts(8192, 2, "10.0.0.4", "ip-10-0-0-4.example.internal")


def planned(*steps):
    todo = Plan()
    for verb, key, *values in steps:
        todo.add(verb, key, *values)
    return todo


@pytest.fixture
def done(monkeypatch):
    """A node on which nothing happens but that what would is noted, in order."""
    noted = []

    def note(name, result=None):
        def call(*values, **_more):
            noted.append((name, *values))
            return result

        return call

    monkeypatch.setattr(converge, "prepare", note("prepare"))
    monkeypatch.setattr(converge, "remember_made", note("remember"))
    monkeypatch.setattr(converge, "write_file", note("write"))
    monkeypatch.setattr(converge, "read_file", lambda _path: None)
    for name in ("launch", "start", "forget"):
        monkeypatch.setattr(converge.services, name, note(name))
    monkeypatch.setattr(converge.packages, "install", note("packages"))
    monkeypatch.setattr(converge.packages, "has_java", lambda home: noted.append(("java", home)) or True)
    monkeypatch.setattr(converge.archives, "install", note("archive"))
    monkeypatch.setattr(converge.hdfs, "format_namenode", note("format"))
    monkeypatch.setattr(converge, "alone", lambda *_: noted.append(("lock",)) or contextlib.nullcontext())
    return noted


@pytest.fixture
def master(document):
    return want.wanted(document, MASTER, "x86_64")


def names(noted):
    return [one[0] for one in noted]


def test_a_new_master_starts_yarn_before_it_formats_and_notes_the_document_last(done, master):
    todo = planned(
        ("install", "archive hadoop"),
        ("install", "archive java"),
        ("install", "package lzop", None, "lzop"),
        ("format", "the NameNode's directory"),
        *(("start", f"service hadoop-{name}") for name in master.services),
        ("reach", "document"),
    )
    converge.apply(master, todo)
    assert names(done)[0] == "forget" and set(names(done)[1:5]) == {"packages", "archive", "prepare"}
    assert [one[1] for one in done if one[0] == "packages"] == [["lzop"]]
    launch, form, start, reached = done[5:]
    assert launch[:2] == ("launch", {"resourcemanager": "start"})
    assert form[:2] == ("format", master.document["incarnation"])
    assert start[:2] == ("start", {"namenode": "start", "historyserver": "start"})
    assert start[3:] == ("10.0.0.4", ["namenode", "resourcemanager", "historyserver"])
    assert reached == ("write", f"/{documents.REACHED}", documents.digest(master.document).encode())


def test_what_is_to_be_restarted_is_forgotten_first_and_what_waits_is_not_touched(done, master):
    converge.apply(master, planned(("restart", "service hadoop-namenode")), ["resourcemanager"])
    assert done[0] == ("forget", ["resourcemanager", "namenode"])
    start = next(one for one in done if one[0] == "start")
    assert start[1] == {"namenode": "restart"} and start[4] == ["namenode", "historyserver"]
    assert "write" not in names(done), "the document is not reached"


def test_a_package_without_the_java_it_was_named_for_is_refused_before_anything_starts(done, document, monkeypatch):
    wish = want.wanted({**document, "java": {"package": "openjdk-17-jre-headless"}}, MASTER, "x86_64")
    monkeypatch.setattr(converge.packages, "has_java", lambda _home: False)
    with pytest.raises(OhmyError, match="The package openjdk-17-jre-headless is installed, and there is no /usr/lib"):
        converge.apply(wish, planned(("install", "package openjdk-17-jre-headless", None, wish.package)))
    assert "start" not in names(done)


def test_hadoops_own_logging_is_copied_where_it_differs(done, master, monkeypatch):
    files = {converge.LOG4J[0]: b"theirs", converge.LOG4J[1]: b"old"}
    monkeypatch.setattr(converge, "read_file", files.get)
    converge.apply(master, Plan())
    assert ("write", converge.LOG4J[1], b"theirs") in done
    del done[:]
    files[converge.LOG4J[1]] = b"theirs"
    converge.apply(master, Plan())
    assert "write" not in names(done)


@pytest.mark.parametrize(("name", "checked"), [("java", ["java"]), ("hadoop", ["hadoop", "version"])])
def test_an_archive_is_checked_before_it_is_used(done, master, monkeypatch, name, checked):
    found = []
    monkeypatch.setattr(converge.archives, "install", lambda _name, _archive, _document, check: check("/new"))
    monkeypatch.setattr(converge.archives, "check_java", lambda _folder: found.append("java"))
    monkeypatch.setattr(converge.archives, "check_hadoop", lambda _folder: found.append("hadoop"))
    monkeypatch.setattr(converge.hdfs, "check_version", lambda _folder: found.append("version"))
    converge.apply(master, planned(("install", f"archive {name}")))
    assert found == checked


def test_a_worker_takes_any_version_of_hadoop(done, document, monkeypatch):
    monkeypatch.setattr(converge.archives, "install", lambda _name, _archive, _document, check: check("/new"))
    monkeypatch.setattr(converge.archives, "check_hadoop", lambda _folder: None)
    monkeypatch.setattr(converge.hdfs, "check_version", lambda _folder: pytest.fail("only a NameNode has one"))
    wish = want.wanted({**document, "role": "worker", "master": "10.0.0.4"}, MASTER, "x86_64")
    converge.apply(wish, planned(("install", "archive hadoop")))


@pytest.fixture
def found(done, master, monkeypatch):
    """What the look at the node finds to be done; the test fills it."""
    todo = Plan()
    monkeypatch.setattr(converge, "_planned", lambda *_: (master, todo))
    return todo


def test_a_check_takes_no_lock_and_does_nothing(done, found, document):
    found.add("start", "service hadoop-namenode")
    _want, todo, pending = converge.converge(document, MASTER, check_mode=True)
    assert (todo.steps, pending, done) == (found.steps, [], [])


def test_a_node_that_is_as_it_is_to_be_only_has_its_files_noted(done, found, document, master):
    converge.converge(document, MASTER)
    assert done == [("lock",), ("remember", "/", master.files)]


def test_without_restarts_what_runs_keeps_running_and_the_document_is_not_reached(done, found, document):
    found.add("restart", "service hadoop-namenode")
    found.add("reach", "document")
    _want, todo, pending = converge.converge(document, MASTER, restart=False)
    assert (pending, todo.steps) == (["namenode"], [])
    assert ("forget", ["namenode"]) in done and "write" not in names(done)


def test_an_error_of_the_system_names_the_node(done, found, document, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "/etc/hadoop/core-site.xml.new")

    found.add("write", "file /etc/hadoop/core-site.xml")
    monkeypatch.setattr(converge, "prepare", full)
    text = "The node 10.0.0.4 cannot be made what it is to be: /etc/hadoop/core-site.xml.new: No space left on device."
    with pytest.raises(OhmyError, match=text):
        converge.converge(document, MASTER)


def test_users_are_made_once_and_the_ssh_user_joins(master, monkeypatch, tmp_path):
    ran = []
    monkeypatch.setattr(converge.system, "make_users", lambda: ran.append("users"))
    monkeypatch.setattr(converge, "run", lambda argv, _what: ran.append(argv))
    quiet = types.SimpleNamespace(**{**vars(master), "directories": {}, "files": {}, "seeds": {}, "services": []})
    converge.prepare(
        quiet, planned(("make", "user hdfs"), ("make", "user yarn"), ("join", "user admin")), str(tmp_path)
    )
    assert ran == ["users", ["usermod", "-a", "-G", "hadoop", "admin"]]


@pytest.mark.parametrize(
    ("leased", "armed", "steps", "ran"),
    [
        (True, True, [("write", "file /etc/systemd/system/hadoop-namenode.service")], []),
        (True, False, [("write", "file /etc/systemd/system/hadoop-namenode.service")], ["reload"]),
        (False, True, [("write", "file /etc/systemd/system/hadoop-namenode.service")], ["reload"]),
        (False, True, [("write", "file /etc/hadoop/core-site.xml"), ("remove", "timer ohmy-lease")], ["disarm"]),
    ],
)
def test_systemd_reads_its_units_once_where_one_changed(master, monkeypatch, leased, armed, steps, ran):
    seen = []
    monkeypatch.setattr(converge, "write_file", lambda *_: None)
    monkeypatch.setattr(converge, "remember_made", lambda *_: None)
    monkeypatch.setattr(converge, "run", lambda argv, _what: seen.append("reload") if "daemon-reload" in argv else None)
    monkeypatch.setattr(converge.lease, "disarm", lambda: seen.append("disarm"))
    monkeypatch.setattr(converge.lease, "arm", lambda _document: armed)
    monkeypatch.setattr(converge.lease, "leased", lambda _document: leased)
    converge.prepare(master, planned(*steps))
    assert seen == ran


def test_disks_come_first_in_the_plan_and_into_fstab(master, monkeypatch, document):
    disk = types.SimpleNamespace(verb="format", device="/dev/nvme1n1", place="/var/lib/hadoop/disks/1", label="ohmy-1")
    layout = disk_layout.Layout()
    layout.steps, layout.disks = [disk], ["one"]
    monkeypatch.setattr(converge.disks, "settle", lambda *_: layout)
    monkeypatch.setattr(disk_layout.Layout, "storage", lambda *_: MASTER.storage)
    monkeypatch.setattr(converge.disks, "fstab", lambda text, _disks: text + "LABEL=ohmy-1\n")
    monkeypatch.setattr(converge, "read_text", lambda path: f"# {path}\n")
    monkeypatch.setattr(converge, "observe", lambda _want: types.SimpleNamespace())
    monkeypatch.setattr(converge, "plan", lambda _want, _have: planned(("write", "file /etc/fstab")))
    monkeypatch.setattr(converge.hdfs, "cluster_id", lambda *_: None)
    wish, todo = converge._planned(document, MASTER, False, 0, False)
    assert [str(step) for step in todo.steps] == [
        "format disk /dev/nvme1n1 at /var/lib/hadoop/disks/1",
        "write file /etc/fstab",
    ]
    assert wish.files[converge.disks.FSTAB].endswith(b"LABEL=ohmy-1\n")
