# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stop asks of the master, and what it says, with the real tasks and a made-up cluster."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
TASKS = ROOT / "roles/cluster/tasks"
HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
CONFIG = "/home/me/ssh_config"


def stop(folder: Path, master: str, *arguments: str, force: bool = False, config: str | None = CONFIG):
    """Stop a cluster whose master is in a state; tell what was said. The master is this machine, without Hadoop."""
    whole = {"master": {"state": master}, "ssh": {"config": config}}
    facts = {
        "sleep": {"__cluster_result": {"cluster": whole}},
        "look": {"__cluster_found": {"clusters": [whole]}},
        "hosts": {"ohmy_master_host": "localhost"},
    }
    for name, values in facts.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump([{"ansible.builtin.set_fact": values}]))
    for path in (*TASKS.glob("stop*.yml"), TASKS / "pin.yml"):
        shutil.copy(path, folder)
    settings = {"ohmy_settings": {"cluster_name": "demo", "cluster_stop_force": force}}
    tasks = [{"ansible.builtin.set_fact": settings}, {"ansible.builtin.include_tasks": str(folder / "stop.yml")}]
    plays = [{"hosts": "localhost", "gather_facts": False, "vars": HERE, "tasks": tasks}]
    return play(folder, plays, *arguments, ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"))


def test_a_stopped_cluster_is_stopped_again_without_an_error(tmp_path):
    code, text = stop(tmp_path, "stopped")
    assert code == 0 and "fatal" not in text and "ERROR" not in text and "rescued=0" in text, text


def test_a_master_that_cannot_be_asked_is_not_stopped(tmp_path):
    code, text = stop(tmp_path, "running")
    assert code != 0 and "Cluster demo was not stopped." in text and "set cluster_stop_force" in text, text


def test_a_check_with_force_says_what_would_be(tmp_path):
    code, text = stop(tmp_path, "running", "--check", force=True)
    assert code == 0 and "It would be stopped all the same" in text and "t is stopped" not in text, text
    code, text = stop(tmp_path, "running", force=True)
    assert code == 0 and "It is stopped all the same" in text, text


def test_a_master_to_which_nobody_can_log_in_is_no_reason_for_force(tmp_path):
    code, text = stop(tmp_path, "running", "--check", config=None)
    assert code != 0 and "XDG_STATE_HOME" in text and "cluster_stop_force" not in text, text
    code, text = stop(tmp_path, "running", force=True, config=None)
    assert code == 0 and "It is stopped all the same" in text, text
