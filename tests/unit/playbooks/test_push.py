# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes of a standing cluster are entered, and that their host keys are pinned before, with the real tasks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
TASKS = ROOT / "roles/cluster/tasks"
PINNED, WAITED, ENTERED = "host keys are looked at", "Hadoop is up", "hosts of this run"
NEW, OLD = "b" * 64, "a" * 64
STATES = {"i-1": ("reached", NEW), "i-2": ("reached", OLD), "i-3": ("failed", None)}
WELL = {one: STATES[one] for one in ("i-1", "i-2")}
SILENT = {"i-4": ("silent", None)}
BOOTING = {**STATES, **SILENT}
STOPPED = {"i-5": ("reached", OLD)}


def push(folder: Path, told: dict[str, tuple[str, str | None]], **given) -> tuple[dict[str, list[str]], str]:
    """Choose among nodes that told so much; return the facts that came of it, and what was said on the way."""
    reports = [{"instance_id": one, "report": report, "digest": digest} for one, (report, digest) in told.items()]
    hosts = [
        {"instance_id": one, "name": f"demo-{one}", "state": "stopped" if one in STOPPED else "running"} for one in told
    ]
    found = {
        "reports": reports,
        "digests": {"master": NEW, "worker": NEW, "compute": None},
        "ssh": {"config": "/home/me/ssh_config"},
    }
    look = [
        {"ansible.builtin.debug": {"msg": PINNED}, "when": "__cluster_access | default(false)"},
        {"ansible.builtin.set_fact": {"__cluster_found": {"clusters": [found]}}},
    ]
    for name, tasks in {"look": look, "hosts": [{"ansible.builtin.debug": {"msg": ENTERED}}]}.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(tasks))
    shutil.copy(TASKS / "pin.yml", folder)
    text = (TASKS / "push.yml").read_text("utf-8")
    (folder / "wait.yml").write_text(yaml.safe_dump([{"ansible.builtin.debug": {"msg": WAITED}}]))
    tasks = yaml.safe_load(text)
    for one in (part for task in tasks for part in task.get("block", [])):
        if one.pop("ansible.builtin.include_role", None):
            one["ansible.builtin.include_tasks"] = "wait.yml"
    (folder / "push.yml").write_text(yaml.safe_dump(tasks))
    facts = {
        "ohmy_settings": {"cluster_name": "demo", "hadoop_roles": given.pop("roles", [])},
        "__cluster_result": {"cluster": {"hosts": hosts}, "actions": given.pop("actions", [])},
        **given,
    }
    answer = folder / "answer.json"
    names = ("ohmy_push", "ohmy_stale")
    wanted = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} | to_json }}"
    todo = [
        {"ansible.builtin.set_fact": facts},
        {"ansible.builtin.include_tasks": str(folder / "push.yml")},
        {"ansible.builtin.copy": {"content": wanted, "dest": str(answer), "mode": "0600"}},
    ]
    plays = [{"hosts": "localhost", "gather_facts": False, "vars": {"ansible_become": False}, "tasks": todo}]
    code, text = play(folder, plays, ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"))
    assert code == 0, text
    assert text.index(PINNED) < text.index(ENTERED), text
    return json.loads(answer.read_text()), text


def test_a_run_reaches_those_that_failed_or_reached_another_document_and_waits_for_none(tmp_path):
    facts, text = push(tmp_path, {**BOOTING, **STOPPED})
    assert facts == {"ohmy_push": ["demo-i-2", "demo-i-3"], "ohmy_stale": ["demo-i-2", "demo-i-3"]}, text
    assert WAITED not in text and text.count(PINNED) == 1, text


def test_configure_reaches_all_that_run_and_have_told_a_host_key(tmp_path):
    facts, text = push(tmp_path, {**BOOTING, **STOPPED}, __cluster_every=True)
    all_of_them = ["demo-i-1", "demo-i-2", "demo-i-3"]
    assert facts == {"ohmy_push": all_of_them, "ohmy_stale": all_of_them}, text
    assert WAITED not in text, text


@pytest.mark.parametrize(
    ("told", "every", "waits"),
    [
        (STATES, True, False),
        (STATES, False, False),
        (WELL, False, True),
        (BOOTING, True, True),
        (BOOTING, False, False),
    ],
)
def test_roles_of_one_s_own_reach_all_and_wait_for_the_host_keys_of_all(tmp_path, told, every, waits):
    facts, text = push(tmp_path, told, roles=["mark"], __cluster_every=every)
    stale = [f"demo-{one}" for one in STATES if one in told and (every or one != "i-1")]
    assert facts == {"ohmy_push": [f"demo-{one}" for one in told], "ohmy_stale": stale}, text
    assert (WAITED in text) == waits and text.count(PINNED) == 1 + waits, text
    assert not waits or text.index(WAITED) < text.rindex(PINNED), text


@pytest.mark.parametrize("every", [True, False])
def test_nodes_that_were_started_just_now_are_waited_for_before_they_are_entered(tmp_path, every):
    _facts, text = push(tmp_path, STATES, actions=["write lease", "start instances"], __cluster_every=every)
    assert text.count(PINNED) == 2 and text.index(WAITED) < text.rindex(PINNED) < text.index(ENTERED), text
