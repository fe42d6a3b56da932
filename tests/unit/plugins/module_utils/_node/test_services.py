# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Daemons that do not come up: one line that says what, where and why."""

from __future__ import annotations

import socket

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import services

LINES = ["2026-01-01 ERROR x: Exception in start", "Caused by: java.net.BindException: Port 9870 is in use"]


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host whose units have the states that a test gives them, and say the same when they fail."""
    states, ran = {}, []

    def run(argv, what):
        ran.append(argv)
        if argv[1] == "reset-failed" and any(states.get(unit) == "unknown" for unit in argv):
            raise OhmyError(f"Could not {what}: Unit not loaded.")
        if any(states.get(unit) == "failed" for unit in argv) and argv[1] != "reset-failed":
            raise OhmyError(f"Could not {what}: Job failed. See journalctl.")

    monkeypatch.setattr(services, "run", run)
    monkeypatch.setattr(services, "service_state", lambda unit: states.get(unit, "active"))
    monkeypatch.setattr(services, "last_words", lambda _unit: LINES)
    monkeypatch.setattr(services.time, "sleep", lambda _seconds: None)
    return tmp_path, states, ran


def test_a_unit_that_cannot_be_started_says_why(host):
    root, states, _ran = host
    states["hadoop-namenode.service"] = "failed"
    with pytest.raises(OhmyError, match="^The namenode does not start: java.net.BindException: Port 9870") as caught:
        services.launch({"namenode": "start", "resourcemanager": "start"}, {}, str(root))
    assert caught.value.details["lines"] == LINES
    assert services.started_with(str(root)) == {}


def test_systemctls_own_words_where_nobody_says_more(host, monkeypatch):
    root, states, _ran = host
    states["hadoop-namenode.service"] = "failed"
    monkeypatch.setattr(services, "last_words", lambda _unit: [])
    with pytest.raises(OhmyError, match="Could not start hadoop-namenode.service: Job failed"):
        services.launch({"namenode": "start"}, {}, str(root))


def test_one_that_never_answers_is_named_with_its_last_line(host, monkeypatch):
    monkeypatch.setattr(services, "answers", lambda _address, port: port != 9870)
    with pytest.raises(OhmyError, match="After 0 s still not up on 10.0.0.4: namenode: java.net.BindException"):
        services.wait("10.0.0.4", ["namenode", "resourcemanager"], 0)


def test_what_a_daemon_was_started_with_is_forgotten_and_noted_again(host):
    root, _states, ran = host
    services.launch({"namenode": "start", "datanode": "restart"}, {"namenode": "a", "datanode": "b"}, str(root))
    assert ran == [
        ["systemctl", "reset-failed", "hadoop-namenode.service"],
        ["systemctl", "start", "hadoop-namenode.service"],
        ["systemctl", "reset-failed", "hadoop-datanode.service"],
        ["systemctl", "restart", "hadoop-datanode.service"],
    ]
    services.forget(["datanode", "nodemanager"], str(root))
    assert services.started_with(str(root)) == {"namenode": "a"}


def test_a_unit_that_systemd_does_not_know_yet_has_no_starts_to_forget(host):
    root, states, ran = host
    states["hadoop-namenode.service"] = "unknown"
    services.launch({"namenode": "start"}, {"namenode": "a"}, str(root))
    assert [argv[1] for argv in ran] == ["reset-failed", "start"]


def test_historyserver_comes_last_as_it_ends_without_its_directories(host, monkeypatch):
    _root, _states, _ran = host
    done = []
    monkeypatch.setattr(services, "launch", lambda verbs, _inputs: done.append(("launch", verbs)))
    monkeypatch.setattr(services, "wait", lambda _address, names: done.append(("wait", list(names))))
    monkeypatch.setattr(services.hdfs, "make_directories", lambda _address, look: done.append(("directories", look())))
    everything = ["namenode", "resourcemanager", "historyserver"]
    services.start(dict.fromkeys(everything, "start"), {}, "10.0.0.4", everything)
    assert done == [
        ("launch", {"namenode": "start", "resourcemanager": "start"}),
        ("wait", ["namenode"]),
        ("directories", None),
        ("launch", {"historyserver": "start"}),
        ("wait", everything),
    ]
    del done[:]
    services.start({"datanode": "restart"}, {}, "10.0.0.5", ["datanode", "nodemanager"])
    assert done == [("launch", {"datanode": "restart"}), ("wait", ["datanode", "nodemanager"])]


def test_waiting_ends_where_all_answer_and_where_one_has_failed(host, monkeypatch):
    _root, states, _ran = host
    asked = []

    def answers(_address, port):
        asked.append(port)
        return len(asked) > 3

    monkeypatch.setattr(services, "answers", answers)
    services.wait("10.0.0.4", ["namenode", "resourcemanager"])
    assert asked[:4] == [9870, 8088, 9870, 8088], "those that are up are not asked again"
    del asked[:]
    states["hadoop-resourcemanager.service"] = "failed"
    with pytest.raises(OhmyError, match="^The resourcemanager on 10.0.0.4 does not start: java.net.BindException"):
        services.wait("10.0.0.4", ["namenode", "resourcemanager"])


def test_what_daemons_were_started_with_is_unknown_where_its_file_is_broken(tmp_path):
    path = tmp_path / services.INPUTS
    path.parent.mkdir(parents=True)
    path.write_text('{"namenode": ')
    assert services.started_with(str(tmp_path)) == {}


def test_a_door_answers_where_somebody_listens():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        assert services.answers("127.0.0.1", port)
    assert not services.answers("127.0.0.1", port)
