# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a check asks the master of a standing cluster, from a machine that has never seen it, with the real tasks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
TASKS = ROOT / "roles/cluster/tasks"
PINNED, HIDDEN = "host keys are pinned", "takes no SSH from this machine before"
CLOSED = ["allow SSH into security group ohmy-demo (SSH)"]


def hosts(folder: Path, master: str | None, actions: list[str] | None, *arguments: str) -> str:
    """Make the master a host of the run, by what ec2_cluster told or, without actions, its info module."""
    (folder / "pin.yml").write_text(yaml.safe_dump([{"ansible.builtin.debug": {"msg": PINNED}}]))
    for name in ("hosts", "namesake"):
        shutil.copy(TASKS / f"{name}.yml", folder)
    node = {"instance_id": "i-1", "state": master}
    cluster = {"master": node if master else None, "hosts": [], "state": master or "absent"}
    found = {"cluster": cluster, **({} if actions is None else {"actions": actions})}
    facts = {"ohmy_settings": {"cluster_name": "demo"}, "__cluster_result": found}
    tasks = [
        {"ansible.builtin.set_fact": facts},
        {"ansible.builtin.include_tasks": str(folder / "hosts.yml")},
        {"ansible.builtin.debug": {"msg": "up: {{ ohmy_up }}, awake: {{ __cluster_awake }}"}},
    ]
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    code, told = play(folder, plays, *arguments, ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"))
    assert code == 0, told
    return told


def test_a_check_pins_the_host_keys_of_what_stands(tmp_path):
    told = hosts(tmp_path, "running", [], "--check")
    assert PINNED in told and "up: True, awake: True" in told and HIDDEN not in told, told


@pytest.mark.parametrize(("actions", "more"), [([], ()), (CLOSED, ()), (None, ("--check",))])
def test_they_are_not_pinned_where_that_is_done_already(tmp_path, actions, more):
    told = hosts(tmp_path, "running", actions, *more)
    assert PINNED not in told and "up: True, awake: True" in told and HIDDEN not in told, told


def test_a_check_does_not_knock_where_a_run_would_open_the_door_first(tmp_path):
    told = hosts(tmp_path, "running", CLOSED, "--check")
    assert PINNED not in told and "up: False, awake: False" in told and f"demo {HIDDEN}" in told, told


@pytest.mark.parametrize("master", ["stopped", None])
def test_a_check_asks_no_master_that_does_not_run(tmp_path, master):
    told = hosts(tmp_path, master, [], "--check")
    assert PINNED not in told and "up: False, awake: False" in told and HIDDEN not in told, told


@pytest.mark.parametrize(
    ("actions", "pinned", "hidden", "nodes"), [([], 1, 0, "demo-master demo-1"), (CLOSED, 0, 1, "")]
)
def test_a_check_of_a_restart_looks_at_the_nodes_once(tmp_path, actions, pinned, hidden, nodes):
    variables = re.findall(r"item\.variables\.(\w+)", (TASKS / "hosts.yml").read_text("utf-8"))
    node = {"state": "running", "groups": [], "private_ip": "", "variables": dict.fromkeys(variables, "")}
    told = [{**node, "instance_id": f"i-{name}", "name": name} for name in ("demo-master", "demo-1")]
    cluster = {"master": told[0], "hosts": told, "state": "running", "bucket": "b"}
    facts = {
        "look": {"__cluster_found": {"clusters": [cluster]}},
        "instances": {"__cluster_result": {"cluster": cluster, "actions": actions}},
    }
    for name, values in facts.items():
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump([{"ansible.builtin.set_fact": values}]))
    (tmp_path / "pin.yml").write_text(yaml.safe_dump([{"ansible.builtin.debug": {"msg": PINNED}}]))
    for name in ("restart", "stand", "hosts", "namesake"):
        shutil.copy(TASKS / f"{name}.yml", tmp_path)
    tasks = [
        {"ansible.builtin.set_fact": {"ohmy_settings": {"cluster_name": "demo", "cluster_provider": "ec2"}}},
        {"ansible.builtin.include_tasks": str(tmp_path / "restart.yml")},
        {"ansible.builtin.debug": {"msg": "pushed <{{ ohmy_push | join(' ') }}> of <{{ groups.all | join(' ') }}>"}},
    ]
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    code, said = play(tmp_path, plays, "--check", ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"))
    assert code == 0 and f"pushed <{nodes}> of <localhost demo-master demo-1>" in said, said
    assert (said.count(PINNED), said.count(HIDDEN)) == (pinned, hidden), said
