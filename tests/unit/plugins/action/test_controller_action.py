# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules on the controller, run from where they lie, do as they do when Ansible packs them."""

from __future__ import annotations

import json
import sys
import types

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

from ansible_collections.ohmy.hadoop.plugins.action import job_plan
from tests.playbook import play

PLAN = {"name": "demo", "provider": "inventory", "mapper": "cat", "reduces": 0, "output": "/tmp/out"}


@pytest.fixture(name="travelling")
def fixture_travelling(tmp_path):
    """Have the same Python under a name that Ansible cannot know it by, so that modules are packed for it."""
    path = tmp_path / "python"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return str(path)


def results(folder, python, *tasks, arguments=(), **keywords):
    """Run tasks on this host with a Python; return their results and what was printed."""
    took = [
        {
            **task,
            **keywords,
            "vars": {"ansible_python_interpreter": python},
            "register": f"r{number}",
            "ignore_errors": True,
        }
        for number, task in enumerate(tasks)
    ]
    names = ", ".join(f"r{number}" for number in range(len(tasks)))
    kept = folder / "results.json"
    wrote = {"ansible.builtin.copy": {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(kept)}}
    wrote["vars"] = {"ansible_python_interpreter": sys.executable}
    book = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [*took, wrote]}
    code, text = play(folder, [book], *arguments)
    assert code == 0, text
    return json.loads(kept.read_text()), text


def test_results_and_failures_are_those_of_a_module_that_travelled(tmp_path, travelling):
    (tmp_path / "in.txt").write_text("a\n")
    # Names that Python's own library has, beside the playbook.
    for name in ("types.py", "runpy.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong one')\n")
    tasks = [
        {"ohmy.hadoop.job_plan": {**PLAN, "input": [str(tmp_path / "in.txt")]}},
        {"ohmy.hadoop.job_plan": {**PLAN, "input": [str(tmp_path / "none.txt")]}},
        {"ohmy.hadoop.job_plan": {**PLAN, "input": [str(tmp_path / "in.txt")], "reduces": "many"}},
    ]
    here, told = results(tmp_path, sys.executable, *tasks)
    there, _text = results(tmp_path, travelling, *tasks)
    assert [one["failed"] for one in here] == [False, True, True], told
    assert here == there


def test_a_task_s_environment_and_async_are_kept(tmp_path):
    task = {"ohmy.hadoop.ec2_cluster_info": {"name": "demo"}}
    (result,), text = results(tmp_path, sys.executable, task, environment={"AWS_PROFILE": "nobodys"})
    assert result["failed"] and "nobodys" in result["msg"], text
    (tmp_path / "in.txt").write_text("a\n")
    task = {"ohmy.hadoop.job_plan": {**PLAN, "input": [str(tmp_path / "in.txt")]}}
    (result,), text = results(tmp_path, sys.executable, task, **{"async": 60, "poll": 1})
    assert result["finished"] and not result["failed"] and result["plan"]["fingerprint"], text


@pytest.mark.parametrize("pipelining", ["0", "1"])
def test_secrets_are_on_no_command_line(tmp_path, pipelining):
    task = {"ohmy.hadoop.ec2_cluster_info": {"profile": "nobodys", "secret_key": "not-shown", "access_key": "AKIAX"}}
    (result,), text = results(
        tmp_path, sys.executable, task, arguments=["-vvvv", "-e", f"ansible_pipelining={pipelining}"]
    )
    assert result["failed"] and "EXEC" in text, text
    assert "not-shown" not in text


@pytest.fixture(name="configured")
def fixture_configured(monkeypatch):
    """Return what tells which program Ansible is given to run ``job_plan``; where it packs the module itself, ``packed``."""
    monkeypatch.setattr(
        ActionBase, "_configure_module", lambda *_words: (types.SimpleNamespace(b_module_data=b"packed"), "")
    )

    def program(python=sys.executable, transport="local", become=None, delegated=None):
        context, loader = PlayContext(), DataLoader()
        connection = connection_loader.get(transport, context)
        connection.become = become
        task = types.SimpleNamespace(args={}, action="ohmy.hadoop.job_plan", async_val=0, delegate_to=delegated)
        variables = {"ansible_python_interpreter": python}
        if delegated:
            variables = {"ansible_delegated_vars": {delegated: variables}, "ansible_python_interpreter": "/elsewhere"}
        action = job_plan.ActionModule(task, connection, context, loader, Templar(loader), None)
        return action._configure_module("ohmy.hadoop.job_plan", {"name": "demo"}, variables)[0].b_module_data

    return program


@pytest.mark.parametrize("delegated", [None, "localhost"])
def test_nothing_is_packed_on_the_controller(configured, delegated):
    assert configured(delegated=delegated).startswith(f"#!{sys.executable}\n".encode())


@pytest.mark.parametrize("asked", [{"python": "/usr/bin/python3"}, {"transport": "ssh"}, {"become": object()}])
def test_everywhere_else_it_is(configured, asked):
    assert configured(**asked) == b"packed"
