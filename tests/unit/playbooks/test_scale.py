# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows when workers have come, with the real tasks, no cluster, and a wait that ends at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
LIVE, PINNED = "all are live", "their keys are pinned"


@pytest.mark.parametrize(("launch", "more", "pinned"), [(1, (), True), (0, (), False), (1, ("--check",), False)])
def test_the_host_keys_of_those_that_came_are_pinned(tmp_path, launch, more, pinned):
    for name, said in (("instances", "launched"), ("pin", PINNED)):
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump([{"ansible.builtin.debug": {"msg": said}}]))
    tasks = yaml.safe_load((ROOT / "roles/cluster/tasks/scale_up.yml").read_text("utf-8"))
    for task in tasks:
        if task.pop("ohmy.hadoop.hadoop_health", None):
            task["ansible.builtin.debug"] = {"msg": LIVE}
    (tmp_path / "scale_up.yml").write_text(yaml.safe_dump(tasks))
    nobody = {name: [] for name in ("stale", "back", "leaving", "worker_groups")}
    facts = {
        "__cluster_scaling": {**nobody, "launch": launch, "most": 3},
        "__cluster_result": {"cluster": {"nodes": [], "hosts": []}},
        "ohmy_settings": {"cluster_timeout": 60},
        "ohmy_master_host": "localhost",
    }
    todo = [{"ansible.builtin.set_fact": facts}, {"ansible.builtin.include_tasks": str(tmp_path / "scale_up.yml")}]
    plays = [{"hosts": "localhost", "gather_facts": False, "vars": {"ansible_become": False}, "tasks": todo}]
    code, told = play(tmp_path, plays, *more, ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"))
    assert code == 0 and (PINNED in told) == pinned, told
    assert not pinned or told.index(LIVE) < told.index(PINNED), told


@pytest.mark.parametrize(
    ("said", "asked"), [({}, False), ({"cluster_workers": None}, False), ({"cluster_workers": 0}, True)]
)
def test_a_number_that_nobody_says_is_not_asked_for(tmp_path, said, asked):
    tasks = yaml.safe_load((ROOT / "playbooks/scale.yml").read_text("utf-8"))[1]["tasks"]
    (know,) = [task for task in tasks if "ohmy_workers_asked" in task.get("ansible.builtin.set_fact", {})]
    tell = {"ansible.builtin.debug": {"msg": "asked: {{ ohmy_workers_asked }}"}}
    plays = [{"hosts": "localhost", "gather_facts": False, "vars": said, "tasks": [know, tell]}]
    code, told = play(tmp_path, plays)
    assert code == 0 and f"asked: {asked}" in told, told
