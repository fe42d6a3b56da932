# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report that a run leaves, by the very tasks that run_job.yml ends with."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import yaml

from tests import sample_run
from tests.documented import blocks
from tests.playbook import play

ROOT = Path(__file__).parents[3]


def plays(folder, **changes):
    """Return the end of a run whose phases are over."""
    run = sample_run.run()
    settings = {
        **run["settings"],
        "job_output": str(folder / "books"),
        "job_beside": str(folder / "books"),
        "cluster_provider": "ec2",
        "cluster_name": "books",
        "cluster_workers": 2,
    }
    facts = {
        "ohmy_plan": run["plan"],
        "ohmy_settings": settings,
        "ohmy_phases": run["phases"],
        "ohmy_took": run["took"],
        "ohmy_expected": [{"estimate": run["estimates"][0], "findings": run["findings"]}],
        "ohmy_told": run["jobs"],
        "__job_told": {"jobs": run["jobs"], "versions": run["versions"]},
        **changes,
    }
    end = {"ansible.builtin.include_role": {"name": "ohmy.hadoop.job", "tasks_from": "report"}}
    # A play in YAML cannot hold what a program may print.
    plain = json.loads(json.dumps(facts).replace(json.dumps(sample_run.BITES)[1:-1], "odd"))
    return [{"hosts": "localhost", "gather_facts": False, "vars": plain, "tasks": [end]}]


def test_a_run_leaves_a_report_and_keeps_the_one_before(tmp_path):
    code, text = play(tmp_path, plays(tmp_path))
    assert code == 0, text
    assert f"The report of this run lies in {tmp_path}/books-report.html." in text
    data = json.loads((tmp_path / "books-report.json").read_text("utf-8"))
    assert data["format"] == 1 and data["steps"][0]["tasks"]["reduce"]["number"] == 3
    assert data["versions"]["hadoop of the master"] == "3.5.0" and data["versions"]["ohmy.hadoop"]
    assert not list(tmp_path.glob("*-before*"))
    assert data["cluster"]["workers"] == 2
    larger = {"cluster": {"workers": [{"name": f"worker-{number}"} for number in range(1, 4)]}}
    code, text = play(
        tmp_path, plays(tmp_path, __cluster_result=larger, ohmy_failure={"phase": "run", "message": "It broke."})
    )
    assert code == 2 and "The report of this run lies in" in text
    assert json.loads((tmp_path / "books-report.json").read_text("utf-8"))["cluster"]["workers"] == 3
    page = (tmp_path / "books-report.html").read_text("utf-8")
    assert "It broke." in page and "Compared with the run before" in page
    assert json.loads((tmp_path / "books-report-before.json").read_text("utf-8")) == data
    assert (tmp_path / "books-report-before.html").exists()
    compare(tmp_path)


def compare(folder):
    """Set both runs side by side, by the commands of docs/run_report.md."""
    (command,) = blocks("docs/run_report.md")["compare"].splitlines()
    words = shlex.split(command.replace("output/", ""))
    assert words[:2] == ["ansible-playbook", "ohmy.hadoop.compare"]
    code, text = play(folder, ROOT / "playbooks/compare.yml", *words[2:])
    assert code == 0 and "changed=1" in text and "No number differs." in text, text
    assert "set side by side" in (folder / "comparison.html").read_text("utf-8")
    # One that somebody edited is named, and so is what is wrong there.
    report = folder / "books-report-before.json"
    report.write_text(report.read_text("utf-8").replace('"seconds": 26.0', '"seconds": "26"'), "utf-8")
    code, text = play(folder, ROOT / "playbooks/compare.yml", *words[2:])
    assert code == 2 and "Traceback" not in text, text
    assert "books-report-before.json is not as it was written: phases[4].seconds is no number. Take a report" in text
    # What a report says moves no cursor.
    report.write_text(report.read_text("utf-8").replace('"seconds": "26"', '"seconds": 7.5'), "utf-8")
    report.write_text(report.read_text("utf-8").replace('"name": "run"', '"name": "r\\u001b[31mn"'), "utf-8")
    code, text = play(folder, ROOT / "playbooks/compare.yml", *words[2:])
    assert code == 0 and "r\\x1b[31mn: 7.5, then nothing" in text and "\x1b" not in text, text


def test_a_second_job_of_one_call_tells_nothing_of_the_first(tmp_path):
    """The first one's last look at its tasks was registered; the second one may fail before it looks at any."""
    preflight = yaml.safe_load((ROOT / "roles/job/tasks/preflight.yml").read_text("utf-8"))
    (forget,) = (task for task in preflight if "ansible.builtin.set_fact" in task)
    tasks = [
        {"ansible.builtin.debug": {"msg": "It is done."}, "register": "__job_told"},
        {**forget, "vars": {"__job_plan": {"plan": {"finished": False}}}},
        {"ansible.builtin.assert": {"that": ["__job_told == {}", "ohmy_told == []"], "quiet": True}},
    ]
    code, text = play(tmp_path, [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert code == 0, text
