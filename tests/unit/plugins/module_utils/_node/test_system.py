# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last words of a unit, as Hadoop's own logs have them."""

from __future__ import annotations

import errno
import os
import stat
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import system

NAMENODE = """\
2026-01-01 03:10:30,960 INFO org.apache.hadoop.hdfs.server.namenode.FSNamesystem: Finished loading FSImage in 235 msecs
2026-01-01 03:10:30,968 ERROR org.apache.hadoop.hdfs.server.namenode.NameNode: Failed to start namenode.
java.lang.NumberFormatException: For input string: "banana"
\tat java.base/java.lang.NumberFormatException.forInputString(Unknown Source)
\tat org.apache.hadoop.conf.Configuration.getInt(Configuration.java:1538)
2026-01-01 03:10:30,970 INFO org.apache.hadoop.util.ExitUtil: Exiting with status 1: java.lang.NumberFormatException
2026-01-01 03:10:30,972 INFO org.apache.hadoop.hdfs.server.namenode.NameNode: SHUTDOWN_MSG: \n"""
NODEMANAGER = """\
2026-01-01 03:10:30,968 ERROR org.apache.hadoop.yarn.server.nodemanager.NodeManager: Error starting NodeManager
org.apache.hadoop.yarn.exceptions.YarnRuntimeException: Failed to initialize container executor
\tat org.apache.hadoop.yarn.server.nodemanager.NodeManager.serviceInit(NodeManager.java:1)
Caused by: java.io.IOException: /var/lib/hadoop/local is no directory
\t... 3 more
"""


@pytest.fixture
def spoken(tmp_path, monkeypatch):
    """Let units have started at second 100, and log files below a folder of the test's own."""
    journal = ["the journal's last line"]
    real = os.path.exists
    monkeypatch.setattr(system, "started", lambda _unit: 100.0)
    monkeypatch.setattr(system, "_output", lambda _argv: "\n".join(journal))
    monkeypatch.setattr(system.os.path, "exists", lambda path: real(tmp_path / os.path.basename(path)))
    monkeypatch.setattr(system.os.path, "getmtime", lambda path: os.stat(tmp_path / os.path.basename(path)).st_mtime)
    tail = system._tail
    monkeypatch.setattr(system, "_tail", lambda path: tail(str(tmp_path / os.path.basename(path))))
    return tmp_path


@pytest.mark.parametrize(
    ("unit", "log", "text", "cause"),
    [
        ("namenode", "hdfs-namenode.log", NAMENODE, 'java.lang.NumberFormatException: For input string: "banana"'),
        (
            "nodemanager",
            "yarn-nodemanager.log",
            NODEMANAGER,
            "java.io.IOException: /var/lib/hadoop/local is no directory",
        ),
    ],
)
def test_the_cause_is_found_in_the_daemons_log(spoken, unit, log, text, cause):
    (spoken / log).write_text("INFO old\n" * 9000 + text)
    lines = system.last_words(f"hadoop-{unit}.service")
    assert " ERROR " in lines[0]
    assert len(lines) <= 20
    assert system.one_line(lines) == cause


KILLED = [
    "Started hadoop-nodemanager.service - Hadoop nodemanager.",
    "hadoop-nodemanager.service: Main process exited, code=killed, status=9/KILL",
    "hadoop-nodemanager.service: Failed with result 'signal'.",
    "hadoop-nodemanager.service: Start request repeated too quickly.",
    "Failed to start hadoop-nodemanager.service - Hadoop nodemanager.",
    "hadoop-nodemanager.service: Triggering OnFailure= dependencies.",
]


def test_of_systemds_words_the_reason_is_quoted():
    assert system.one_line(KILLED) == KILLED[1]
    assert system.one_line([KILLED[0], "ERROR: JAVA_HOME is not set", *KILLED[1:]]) == "ERROR: JAVA_HOME is not set"
    assert system.one_line(KILLED[3:4]) == KILLED[3]


GOODBYE = [
    "2026-01-01 03:10:30,968 ERROR org.apache.hadoop.hdfs.server.namenode.NameNode: RECEIVED SIGNAL 15: SIGTERM",
    "2026-01-01 03:10:30,972 INFO org.apache.hadoop.hdfs.server.namenode.NameNode: SHUTDOWN_MSG: ",
    "/************************************************************",
    "SHUTDOWN_MSG: Shutting down NameNode at master/10.0.0.4",
    "************************************************************/",
]


def test_the_banner_of_a_daemon_that_goes_is_not_quoted():
    assert system.one_line(GOODBYE) == GOODBYE[0]
    assert system.one_line(GOODBYE[1:]) == "it said nothing"


def test_the_limit_of_starts_is_named_whatever_the_log_says(spoken, monkeypatch):
    (spoken / "hdfs-namenode.log").write_text("\n".join(GOODBYE))
    told = {"--property=Result": "start-limit-hit\n"}
    monkeypatch.setattr(system, "_output", lambda argv: next((told[one] for one in argv if one in told), ""))
    assert "started too often" in system.one_line(system.last_words("hadoop-namenode.service"))
    told["--property=Result"] = "exit-code\n"
    assert system.last_words("hadoop-namenode.service") == GOODBYE


def test_a_log_of_an_earlier_process_is_not_quoted(spoken):
    log = spoken / "hdfs-namenode.log"
    log.write_text(NAMENODE)
    os.utime(log, (99, 99))
    assert system.last_words("hadoop-namenode.service") == ["the journal's last line"]


def test_a_file_is_replaced_whole_with_its_mode(tmp_path):
    path = tmp_path / "a" / "file"
    system.write_file(str(path), b"one", 0o640)
    system.write_file(str(path), b"two", 0o600)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", 0o600)
    assert os.listdir(tmp_path / "a") == ["file"]


def test_a_command_that_fails_says_why():
    with pytest.raises(OhmyError, match="Could not try it: no / luck"):
        system.run(["sh", "-c", "echo no >&2; echo luck >&2; exit 3"], "try it")
    with pytest.raises(OhmyError, match="Could not try it: sh ended with 3"):
        system.run(["sh", "-c", "exit 3"], "try it")
    with pytest.raises(OhmyError, match="did not end within 0 s") as late:
        system.run(["sleep", "5"], "wait", 0.05)
    assert (
        "evidence" in late.value.hint and "cluster_keep: on_failure" in late.value.hint
    ), "the node itself may be gone"
    with pytest.raises(OhmyError, match="Could not try it"):
        system.run(["/nonexistent/program"], "try it")


@pytest.fixture
def accounts(monkeypatch):
    """The users and groups of a node; commands that would make some are noted, and make them."""
    users, groups, ran = {"root": 0, "admin": 1000}, {"root": (0, []), "admin": (1000, [])}, []

    def entry(name):
        return types.SimpleNamespace(pw_name=name, pw_gid=users[name])

    def run(argv, _what):
        ran.append(argv)
        (groups if argv[0] == "groupadd" else users)[argv[-1]] = (990, []) if argv[0] == "groupadd" else 990

    monkeypatch.setattr(system.pwd, "getpwall", lambda: [entry(name) for name in users])
    monkeypatch.setattr(system.pwd, "getpwnam", entry)
    monkeypatch.setattr(
        system.grp,
        "getgrall",
        lambda: [types.SimpleNamespace(gr_name=name, gr_gid=gid, gr_mem=who) for name, (gid, who) in groups.items()],
    )
    monkeypatch.setattr(system, "run", run)
    return types.SimpleNamespace(users=users, groups=groups, ran=ran)


def test_daemons_have_users_of_their_own_that_nobody_logs_in_as(accounts):
    assert system.missing_users() == ["hdfs", "yarn", "mapred", "hadoop"]
    system.make_users()
    assert [argv[-1] for argv in accounts.ran if argv[0] == "groupadd"] == ["hadoop", "hdfs", "yarn", "mapred"]
    made = {argv[-1]: argv for argv in accounts.ran if argv[0] == "useradd"}
    assert list(made) == ["hdfs", "yarn", "mapred", "hadoop"]
    assert made["yarn"][1:6] == ["--system", "--gid", "yarn", "--groups", "hadoop"]
    assert made["hadoop"][1:4] == ["--system", "--gid", "hadoop"] and "--groups" not in made["hadoop"]
    assert all("/usr/sbin/nologin" in argv and "--no-create-home" in argv for argv in made.values())
    del accounts.ran[:]
    system.make_users()
    assert accounts.ran == []


def test_the_ssh_user_is_told_while_it_is_outside_of_hadoops_group(accounts):
    assert system.outside_group("admin") == "admin", "there is no such group"
    accounts.groups["hadoop"] = (990, [])
    assert system.outside_group("admin") == "admin"
    accounts.groups["hadoop"] = (990, ["admin"])
    assert system.outside_group("admin") is None
    accounts.groups["hadoop"] = (1000, [])
    assert system.outside_group("admin") is None, "it is its first group"
    assert system.outside_group("root") is None and system.outside_group(None) is None
    assert system.outside_group("stranger") is None


def test_a_file_that_is_a_mount_is_written_in_place(tmp_path, monkeypatch):
    path = tmp_path / "hosts"
    path.write_bytes(b"old")

    def busy(_fresh, _path):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(system.os, "replace", busy)
    system.write_file(str(path), b"new")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["hosts"]


def test_a_file_that_cannot_be_replaced_stays_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "hosts"
    path.write_bytes(b"old")

    def refused(_fresh, _path):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(system.os, "replace", refused)
    with pytest.raises(OSError, match="Read-only"):
        system.write_file(str(path), b"new")
    assert path.read_bytes() == b"old"


def test_a_file_is_given_to_the_group_that_may_read_it(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(system.grp, "getgrnam", lambda name: types.SimpleNamespace(gr_gid={"hadoop": 990}[name]))
    monkeypatch.setattr(system.os, "fchown", lambda _handle, uid, gid: given.append((uid, gid)))
    system.write_file(str(tmp_path / "core-site.xml"), b"x", 0o640, "hadoop")
    assert given == [(0, 990)]


def test_systemd_that_says_nothing_leaves_a_unit_unknown(monkeypatch):
    monkeypatch.setattr(system.subprocess, "run", _no_systemd)
    assert system.service_state("hadoop-namenode.service") == "unknown"
    assert system.started("hadoop-namenode.service") == 0.0


def _no_systemd(*_arguments, **_more):
    raise FileNotFoundError("systemctl")


def test_when_a_unit_was_started_is_told_in_seconds_since_1970(monkeypatch):
    monkeypatch.setattr(system.time, "time", lambda: 1000.0)
    monkeypatch.setattr(system.time, "clock_gettime", lambda _clock: 300.0)
    monkeypatch.setattr(system, "_output", lambda _argv: "250000000\n")
    assert system.started("hadoop-namenode.service") == 950.0
    monkeypatch.setattr(system, "_output", lambda _argv: "0\n")
    assert system.started("hadoop-namenode.service") == 0.0, "it was never started"


def test_a_programs_output_is_its_words(tmp_path):
    assert system._output(["echo", "active"]) == "active\n"
    assert system.read_file(str(tmp_path / "none")) is None


def test_a_files_text_is_empty_where_there_is_none_and_stands_in_for_what_is_no_utf_8(tmp_path):
    assert system.read_text(str(tmp_path / "none")) == ""
    (tmp_path / "some").write_bytes(b"h\xc3\xa9\xff\n")
    assert system.read_text(str(tmp_path / "some")) == "hé\ufffd\n"
