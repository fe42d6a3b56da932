# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node does about files and daemons that a later document no longer has."""

from __future__ import annotations

import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import converge, hdfs, observe, services, want

FACTS = Facts(8192, 2, "10.0.0.4")


def test_a_site_file_that_is_not_wanted_any_more_is_removed(document, host):
    document["properties"] = {"ssl-server": {"a": "b"}}
    host.converge(document)
    (host.path / "etc/hadoop/own.xml").write_text("by hand")
    assert (host.path / "etc/hadoop/ssl-server.xml").exists()
    document["properties"] = {}
    todo = host.converge(document)
    assert "remove file /etc/hadoop/ssl-server.xml" in todo
    assert not (host.path / "etc/hadoop/ssl-server.xml").exists()
    # What somebody else put there stays.
    assert (host.path / "etc/hadoop/own.xml").read_text() == "by hand"
    assert not [step for step in host.converge(document) if step.startswith("remove")]


def test_a_daemon_that_is_not_wanted_any_more_is_stopped(document, host):
    host.converge({**document, "workers": 0})
    assert (host.path / "etc/systemd/system/hadoop-datanode.service").exists()
    services._remember({"datanode": "x", "namenode": "y"}, host.root)
    todo = host.converge({**document, "workers": 2})
    assert todo.index("stop service hadoop-datanode") < todo.index(
        "remove file /etc/systemd/system/hadoop-datanode.service"
    )
    assert host.ran == [["systemctl", "stop", "hadoop-datanode.service", "hadoop-nodemanager.service"]]
    assert not (host.path / "etc/systemd/system/hadoop-nodemanager.service").exists()
    assert services.started_with(host.root) == {"namenode": "y"}
    # Its blocks are not ours to throw away.
    assert (host.path / "var/lib/hadoop/data").is_dir()


def test_a_removal_that_was_cut_short_is_done_again(document, host, monkeypatch):
    document["properties"] = {"ssl-server": {"a": "b"}}
    host.converge(document)
    document["properties"] = {}

    def broken(_path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(converge.os, "unlink", broken)
        with pytest.raises(KeyboardInterrupt):
            host.converge(document)
    assert "remove file /etc/hadoop/ssl-server.xml" in host.converge(document)
    assert not (host.path / "etc/hadoop/ssl-server.xml").exists()


def test_a_log_configuration_that_was_changed_is_copied_again(document, host):
    host.converge(document)
    paths = [host.path / path[1:] for path in observe.LOG4J]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as in the archive")
    assert not [step for step in host.converge(document) if "log4j" in step]
    paths[1].write_text("changed")
    assert "copy file /etc/hadoop/log4j.properties" in host.converge(document)


def test_hosts_is_never_removed(document, host):
    host.converge(document)
    assert "etc/hosts" not in json.loads((host.path / observe.MADE).read_text())


def test_a_timer_without_a_lease_is_removed(document, host):
    timer = host.path / "etc/systemd/system/ohmy-lease.timer"
    host.converge(document)
    timer.write_text("[Timer]")
    assert "remove timer ohmy-lease" not in host.converge(document)
    assert "remove timer ohmy-lease" in host.converge({**document, "lease": False})


@pytest.mark.parametrize(("name", "count"), [("ssl-server", 3), ("hadoop-policy", 3), ("hdfs-rbf-site", 0)])
def test_who_reads_the_users_own_site_files(document, name, count):
    plain = want.wanted(document, FACTS, "x86_64").inputs
    other = want.wanted({**document, "properties": {name: {"a": "b"}}}, FACTS, "x86_64").inputs
    assert sum(plain[daemon] != other[daemon] for daemon in plain) == count


def test_waiting_for_a_namenode_ends_when_it_has_failed(monkeypatch):
    def refused(*_args):
        raise converge.OhmyError("Connection refused")

    def look():
        raise converge.OhmyError("The namenode does not start: the cause")

    monkeypatch.setattr(hdfs.WebHdfs, "status", refused)
    with pytest.raises(converge.OhmyError, match="the cause"):
        hdfs.make_directories("10.0.0.4", look=look)


def test_the_last_words_of_a_daemon_are_its_cause(monkeypatch):
    lines = ["2026-01-01 ERROR x: Failed to start namenode.", 'java.lang.NumberFormatException: For input string: "b"']
    monkeypatch.setattr(services, "service_state", lambda _unit: "failed")
    monkeypatch.setattr(services, "last_words", lambda _unit: lines)
    with pytest.raises(
        converge.OhmyError, match='namenode on 10.0.0.4 does not start: .*For input string: "b"'
    ) as caught:
        services.refuse_failed("10.0.0.4", ["namenode"])
    assert caught.value.details["lines"] == lines
