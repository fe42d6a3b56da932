# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command whose user is not there."""

from __future__ import annotations

import types

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import node_command

from .fakes import make_action

MUTE = {"failed": True, "msg": "Module result deserialization failed: No start of json char found"}
ENDED = {"failed": True, "rc": 1, "timed_out": False, "msg": "The command ended with exit code 1."}


@pytest.fixture(name="run")
def fixture_run(monkeypatch):
    """Run the action with one answer of the module, on a host that lets nobody become another user."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})

    def run(answer, become=True):
        action = make_action(node_command.ActionModule, {"command": "id"}, [dict(answer)])
        user = types.SimpleNamespace(get_option=lambda *_args, **_more: "nosuchuser")
        action._connection.become = user if become else None

        def command(_cmd, sudoable=True):
            bad = sudoable and become
            return {"rc": int(bad), "stdout": "", "stderr": "sudo: unknown user nosuchuser\n" if bad else ""}

        action._low_level_execute_command = command
        return action.run(task_vars={})

    return run


def test_a_user_that_is_not_there_is_named(run):
    told = run(MUTE)
    assert told["failed"] and "nobody can become the user nosuchuser there: sudo: unknown user" in told["msg"], told
    assert "deserialization" not in told["msg"] and "demo-master" in told["msg"], told


@pytest.mark.parametrize(("answer", "become"), [(ENDED, True), (MUTE, False)])
def test_what_failed_otherwise_stays_as_it_is(run, answer, become):
    assert run(answer, become)["msg"] == answer["msg"]
