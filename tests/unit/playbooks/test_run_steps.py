# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which steps of a job the role runs, by what lies in HDFS already."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.playbook import play

TASKS = Path(__file__).parents[3] / "roles/job/tasks"
# What is there of each step, whether it is to be forced, and the steps that are run.
CASES = {
    "nothing": (["absent", "absent", "absent"], False, "012"),
    "the first": (["file", "absent", "absent"], False, "012"),
    "the second, the first has gone": (["absent", "file", "absent"], False, "12"),
    "all": (["file", "file", "file"], False, "2"),
    "all, forced": (["file", "file", "file"], True, "012"),
    "one, never looked at": (None, False, "0"),
}


def test_a_run_begins_with_the_last_step_that_is_done(tmp_path):
    last, look, steps, remove = yaml.safe_load((TASKS / "run.yml").read_text("utf-8"))
    (tmp_path / "run.yml").write_text(yaml.safe_dump([steps]))
    step = {"ansible.builtin.debug": {"msg": "ran [{{ case }}] {{ __job_step.name }}."}}
    (tmp_path / "run_step.yml").write_text(yaml.safe_dump([step]))
    tasks = []
    for case, (there, force, _ran) in CASES.items():
        done = {"skipped": True} if there is None else {"paths": [{"state": state} for state in there[:-1]]}
        facts = {
            "case": case,
            "ohmy_settings": {"job_output_existing": "replaced" if force else "reused"},
            "ohmy_plan": {"steps": [{"name": str(number)} for number in range(len(there or [0]))]},
            "__job_done": done,
            "__job_run": {"actions": ["start x"] if there and there[-1] == "absent" else []},
        }
        tasks += [{"ansible.builtin.set_fact": facts}, {"ansible.builtin.include_tasks": "run.yml"}]
    code, text = play(tmp_path, [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert code == 0, text
    found = {case: "".join(n for n in "012" if f"ran [{case}] {n}." in text) for case in CASES}
    assert found == {case: ran for case, (_there, _force, ran) in CASES.items()}, text
    # An ordinary job is looked at and removed by nobody.
    assert last["when"][0] == look["when"][0] == remove["when"][0] == "ohmy_plan.steps | length > 1"
    assert "not ohmy_settings.job_steps_keep" in remove["when"] and remove["ohmy.hadoop.hdfs_path"]["state"] == "absent"
