# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a failure prints: the real playbook and roles, with an action that follows no job but fails as one."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import pytest
import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
LINES = 75  # from the first failed attempt to the end, the banners of tasks and Ansible's own words among them
FAILS = """
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import followed_action

TRACE = "Traceback (most recent call last):\\n  File \\"mapper.py\\", line 3\\nValueError: no number: 'seven'"
ERROR = {"id": "python-exception", "summary": "The mapper raised ValueError.", "hint": "Look at it.", "stderr": TRACE}
ERROR["evidence"] = {"stderr": TRACE, "input": None}


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        if "dest" in self._task.args:
            return {"changed": True, "path": "/evidence/logs.tar.gz"}
        Display().display(followed_action.warning_of(ERROR))
        status = {"state": "failed", "error": ERROR, "first_failure": ERROR}
        error = followed_action.failure_of(status, "demo")
        return {"failed": True, "changed": True, "actions": ["start demo"], **error.as_result()}
"""
SETTINGS = {
    "cluster_name": "demo",
    "cluster_provider": "inventory",
    "hadoop_master_host": "localhost",
    "hadoop_worker_hosts": ["w1"],
    "job_output": "/nowhere/out",
    "job_output_existing": "reused",
}
STEP = {"id": "demo-1", "name": "demo", "fingerprint": "f" * 64, "input": ["/in"], "output": "/out", "commands": {}}
PLAN = {"id": "demo-1", "finished": False, "steps": [STEP], "answer": {"existing": "own", "copy_id": ""}}


def with_action(folder: Path, *names: str) -> Path:
    """Return a collections path with this collection in it, some of its actions replaced by one that fails."""
    top = folder / "ansible_collections/ohmy/hadoop"
    (top / "plugins/action").mkdir(parents=True)
    for source, target in ((ROOT, top), (ROOT / "plugins", top / "plugins")):
        for path in source.iterdir():
            needed = path.name in ("meta", "galaxy.yml", "roles", "playbooks") or source.name == "plugins"
            if needed and path.name != "action":
                (target / path.name).symlink_to(path)
    for path in (ROOT / "plugins/action").glob("*.py"):
        if path.stem not in names:
            (top / "plugins/action" / path.name).symlink_to(path)
    for name in names:
        (top / "plugins/action" / f"{name}.py").write_text(FAILS)
    return folder


def run(folder: Path, tasks: list[dict], *arguments: str) -> tuple[int, str]:
    collections = with_action(folder, "streaming_job", "hadoop_logs")
    (folder / "tasks").symlink_to(ROOT / "playbooks/tasks")
    settings = {**lenient(SETTINGS), "job_beside": str(folder / "out")}
    facts = {"ohmy_settings": settings, "ohmy_plan": PLAN, "ohmy_master_host": "localhost", "ohmy_up": True}
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
    begin = {"ansible.builtin.set_fact": {**facts, "ohmy_took": {}, "ohmy_told": [], "ohmy_expected": []}}
    plays = [{"hosts": "localhost", "gather_facts": False, "vars": here, "tasks": [begin, *tasks]}]
    env = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(collections)}
    return play(folder, plays, *arguments, **env)


def lenient(settings: dict) -> dict:
    """Return settings with a value for each that the role's steps read."""
    names = ("combine", "on_disconnect", "fail_fast", "retries", "timeout", "steps_keep")
    return {**{f"job_{name}": "continue" if name == "on_disconnect" else 0 for name in names}, **settings}


def end_of_a_run() -> list[dict]:
    """Return the tasks of run_job's last play, with the run as its only phase."""
    plays = yaml.safe_load((ROOT / "playbooks/run_job.yml").read_text("utf-8"))
    (block,) = copy.deepcopy(plays[-1]["tasks"])
    phases = block["block"][-1]
    phases["loop"] = [phase for phase in phases["loop"] if phase["phase"] == "run"]
    block["block"] = [phases]
    return [block]


@pytest.fixture(name="step", autouse=True)
def fixture_step(monkeypatch):
    """Give the plan's step a value for each key that the role reads."""
    text = (ROOT / "roles/job/tasks/run_step.yml").read_text("utf-8")
    args = next(task for task in yaml.safe_load(text) if "ohmy.hadoop.streaming_job" in task)
    for name in args["ohmy.hadoop.streaming_job"]:
        if f"ohmy_step.{name}" in text and name not in STEP:
            monkeypatch.setitem(STEP, name, [] if name in ("files", "archives") else 0)
    monkeypatch.setitem(STEP, "commands", {"mapper": "m", "reducer": "r"})


def test_a_failed_run_tells_the_traceback_live_and_in_the_report(tmp_path):
    code, text = run(tmp_path, end_of_a_run())
    assert code != 0 and text.count("Traceback") == 2, text
    assert len(text.partition("A first attempt has failed")[2].splitlines()) <= LINES, text
    assert "first_failure" not in text and "stderr:" not in text and "report:" not in text, text
    report = text.partition("The run failed in the phase run: The job demo failed. The mapper raised ValueError.")[2]
    assert "no number: 'seven'" in report and "The logs of the failed run lie in /evidence/logs.tar.gz." in report, text


@pytest.mark.parametrize(("master", "asked"), [("localhost", True), ("m2", False)])
def test_the_master_of_an_earlier_job_of_the_call_is_not_asked_for_logs(tmp_path, monkeypatch, master, asked):
    monkeypatch.setitem(SETTINGS, "hadoop_master_host", master)
    failed = {"ansible.builtin.set_fact": {"ohmy_failure": {"phase": "launch", "message": "no such luck"}}}
    evidence = {"ansible.builtin.include_role": {"name": "ohmy.hadoop.job", "tasks_from": "evidence"}}
    found = {"ansible.builtin.assert": {"that": f"(__job_evidence.path is defined) == {asked}"}}
    code, text = run(tmp_path, [failed, evidence, found])
    assert code == 0, text


def test_the_structure_of_a_failure_is_shown_where_it_is_asked_for(tmp_path):
    code, text = run(tmp_path, end_of_a_run(), "-v")
    assert code != 0 and "first_failure" in text and "report:" in text, text


ROLE = {"ansible.builtin.include_role": {"name": "ohmy.hadoop.job", "tasks_from": "run"}}
SEEN = {"ansible.builtin.debug": {"msg": "seen: {{ 'Traceback' in ansible_failed_result.msg }}"}}


def test_the_role_without_a_report_ends_with_all_the_words(tmp_path):
    code, text = run(tmp_path, [{"block": [ROLE], "rescue": [SEEN]}])
    assert code == 0 and "seen: true" in text.lower(), text
    assert "first_failure" not in text and text.count("Traceback") == 3, text


FOLLOWED = ("streaming_job", "distcp", "job_preflight", "job_check", "job_report")


def test_no_failure_with_a_structure_is_left_to_ansible_to_print():
    seen = set()
    for path in (ROOT / "roles/job/tasks").glob("*.yml"):
        tasks = yaml.safe_load(path.read_text("utf-8"))
        for number, task in enumerate(tasks):
            for name in FOLLOWED:
                if f"ohmy.hadoop.{name}" in task:
                    seen.add(name)
                    assert task["failed_when"] is False, path
                    after = next(one for one in tasks[number + 1 :] if one.get("failed_when") is not False)
                    assert after["when"] == f"{task['register']}.msg is defined", path
    assert seen == set(FOLLOWED)
