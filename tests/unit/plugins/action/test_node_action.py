# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import hashlib
import os

import pytest
from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import node_action
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import NodeAction

from .fakes import make_action

LOST = AnsibleConnectionFailure("Failed to connect to the host via ssh: Connection timed out")


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        assert seconds <= 5
        self.now += max(seconds, 0.1)


@pytest.fixture(name="clock", autouse=True)
def fixture_clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(node_action, "time", clock)
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    return clock


def always(answer):
    def answers(_name, _args):
        return dict(answer) if isinstance(answer, dict) else answer

    return answers


def test_a_lost_connection_is_a_failed_result_that_names_the_host():
    result = make_action(NodeAction, {}, always(LOST)).run(task_vars={})
    assert result["failed"] and not result["changed"] and "unreachable" not in result
    assert "demo-master (10.0.0.5)" in result["msg"] and "Connection timed out" in result["msg"]
    assert "security group" in result["hint"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_here_is_not_taken_for_one_of_the_node(number):
    result = make_action(NodeAction, {}, [OSError(number, os.strerror(number))]).run(task_vars={})
    assert result["failed"] and not result["changed"] and os.strerror(number) in result["msg"]
    assert "on this machine" in result["msg"] and constants.DEFAULT_LOCAL_TMP in result["msg"]
    assert "demo-master (10.0.0.5)" in result["msg"] and "ANSIBLE_LOCAL_TEMP" in result["hint"]


def test_a_home_too_deep_for_the_sockets_of_ssh_is_named_as_the_cause():
    said = f'Failed to connect to the host via ssh: unix_listener: path "/{"h" * 120}" too long for Unix domain socket'
    result = make_action(NodeAction, {}, always(AnsibleConnectionFailure(said))).run(task_vars={})
    assert "ANSIBLE_SSH_CONTROL_PATH_DIR" in result["hint"] and "security group" not in result["hint"]


@pytest.mark.parametrize(
    ("path", "setting"),
    [("/run/user/1000/ohmy-1000/0b54bd1a-master", "XDG_RUNTIME_DIR"), ("/home/me/.ansible/cp/x", "CONTROL_PATH_DIR")],
)
@pytest.mark.parametrize("why", ["No space left on device", "Permission denied", "Read-only file system"])
def test_sockets_that_cannot_be_made_are_told_with_the_setting_and_not_tried_again(clock, path, setting, why):
    said = f"Failed to connect to the host via ssh: unix_listener: cannot bind to path {path}.x3Kf: {why}"
    action = make_action(NodeAction, {}, [AnsibleConnectionFailure(said)])
    with pytest.raises(OhmyError, match=why) as caught:
        action.module({}, retry=60)
    assert clock.now == 0 and setting in caught.value.hint


def test_an_unreachable_result_is_a_failed_one():
    result = make_action(NodeAction, {}, always({"unreachable": True, "msg": "gone"})).run(task_vars={})
    assert result["failed"] and "unreachable" not in result


def test_a_result_is_passed_on_as_it_is():
    assert make_action(NodeAction, {"a": 1}, [{"changed": True}]).run(task_vars={}) == {"changed": True}


def test_a_short_loss_is_tried_again(clock):
    action = make_action(NodeAction, {}, [LOST, LOST, {"changed": False}])
    assert action.module({}, retry=60) == {"changed": False}
    assert action._connection.resets == 2 and clock.now >= 2


def test_an_action_ends_soon_after_its_playbook_was_killed(monkeypatch):
    asked = []

    class Looking(NodeAction):
        def act(self, args):
            while len(asked) < 9:
                self.module(args, retry=60)
            return {"changed": False}

    def answer(name, args):
        asked.append(name)
        if len(asked) == 2:
            monkeypatch.setattr(os, "getppid", lambda: 1)
        return {"changed": False}

    result = make_action(Looking, {}, answer).run(task_vars={})
    assert result["failed"] and "has ended" in result["msg"]
    assert len(asked) == 2


def test_a_long_loss_ends_at_the_limit(clock):
    action = make_action(NodeAction, {}, lambda name, args: LOST)
    with pytest.raises(OhmyError) as caught:
        action.module({}, retry=60)
    assert 55 <= clock.now <= 65 and caught.value.details["connection_lost"]


@pytest.mark.parametrize(
    "reason",
    [
        "Host key verification failed.",
        "admin@10.0.0.5: Permission denied (publickey).",
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "Failed to connect to the host via ssh: Can't open user config file /home/me/ssh_config: No such file or directory",
    ],
)
def test_what_does_not_get_better_is_not_tried_again(clock, reason):
    action = make_action(NodeAction, {}, [AnsibleConnectionFailure(reason)])
    with pytest.raises(OhmyError, match="host key|SSH key|user config file") as caught:
        action.module({}, retry=60)
    assert clock.now == 0 and "security group" not in caught.value.hint


def test_a_module_whose_process_was_killed_counts_as_a_loss_where_it_may_run_twice():
    killed = {"_ansible_parsed": False, "module_stdout": "", "module_stderr": "", "rc": 137, "failed": True}
    assert make_action(NodeAction, {}, [dict(killed), {"changed": False}]).module({}, retry=5) == {"changed": False}
    assert make_action(NodeAction, {}, [dict(killed)]).module({})["failed"]


def test_the_arguments_of_the_task_are_not_changed_by_a_run():
    action = make_action(NodeAction, {"a": 1}, lambda name, args: args.update(b=2) or {})
    args = {"a": 1}
    action.module(args)
    assert args == {"a": 1}


def test_a_module_failure_is_passed_on_with_its_values():
    class Checked(NodeAction):
        def act(self, args):
            return self.checked(args)

    result = make_action(Checked, {}, [{"failed": True, "msg": "No.", "hint": "Do.", "rc": 3}]).run(task_vars={})
    assert result["failed"] and (result["msg"], result["hint"], result["rc"]) == ("No.", "Do.", 3)


def test_cleaning_up_on_a_dead_node_raises_nothing(monkeypatch):
    def dead(self, force=False):
        raise LOST

    monkeypatch.setattr(ActionBase, "cleanup", dead)
    make_action(NodeAction, {}, []).cleanup()


def test_a_file_is_fetched_and_verified(tmp_path):
    source, dest = tmp_path / "part", tmp_path / "dest"
    source.write_bytes(b"data")
    action = make_action(NodeAction, {}, [])
    action._connection.losses = [LOST]
    action.bring(str(source), str(dest), 4, hashlib.sha256(b"data").hexdigest())
    assert dest.read_bytes() == b"data"
    with pytest.raises(OhmyError) as caught:
        action.bring(str(source), str(dest), 4, "0" * 64)
    assert caught.value.details["damaged"] and not dest.exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), AnsibleError("failed to transfer file")])
def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path, error):
    dest = tmp_path / "dest"
    action = make_action(NodeAction, {}, [])

    def half(src, local):
        dest.write_bytes(b"da")
        raise error

    action._connection.fetch_file = half
    with pytest.raises(OhmyError, match="could not be written"):
        action.bring("/x/part", str(dest), 4, "0")
    assert not os.path.exists(dest)


def test_ssh_notices_a_dead_node_fast():
    action = make_action(NodeAction, {}, [{"changed": False}, {"changed": False}])
    for _turn in range(2):
        action.run(task_vars={})
        assert action._connection.options["ssh_args"] == f"{node_action.KEEP_ALIVE} -o ServerAliveInterval=30"
        assert action._connection.options["reconnection_retries"] == 0
