# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job that is followed says of the run that it belongs to: its cluster, its user's own files."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.action import distcp, streaming_job

from .fakes import make_action
from .test_followed import Master, fixture_clock, run, status

__all__ = ["fixture_clock"]  # which is used by itself


def test_what_ctrl_c_does_is_said_before_it():
    settings = {"cluster_name": "demo", "cluster_provider": "ec2", "cluster_region": "eu-west-1"}
    cases = {
        ("continue", "ec2"): ("it goes on and the cluster stays; the same command comes back", "ohmy.hadoop.terminate"),
        ("kill", "ec2"): ("it is killed there", "To remove the cluster: ansible-playbook ohmy.hadoop.terminate"),
        ("continue", "inventory"): ("it goes on; the same command comes back to it.", "the cluster demo"),
    }
    for (end, provider), said in cases.items():
        args = {"id": "j1", "name": "wordcount", "on_disconnect": end}
        action = make_action(streaming_job.ActionModule, args, Master(status("running"), status("succeeded")))
        action.run(task_vars={"ohmy_settings": {**settings, "cluster_provider": provider}})
        (line,) = [one for one in action.display.shown if "Ctrl-C" in one]
        assert all(one in line for one in said) and line.startswith("The job runs on the cluster demo."), line
        assert ("terminate" in line) == (provider == "ec2")
    action, _result = run(Master(status("running"), status("succeeded")), cls=distcp.ActionModule)
    assert any(one.startswith("The copy runs on demo-master (10.0.0.5). After Ctrl-C") for one in action.display.shown)
    action, _result = run(Master(status("succeeded")))
    assert not any("Ctrl-C" in one for one in action.display.shown), "there is nothing to stop"


def test_a_failure_names_the_users_own_file(tmp_path):
    (tmp_path / "far.csv").write_text("a\nx\n")
    staged = "/user/hadoop/input/60303ae22b998861/local"
    evidence = {"input": {"path": f"{staged}/0/far.csv"}, "line": {"offset": 2, "number": None}, "program": "mapper"}
    error = {"summary": "Oops.", "hint": f"The line at byte 2 of {staged}/0/far.csv: x", "evidence": evidence}
    plan = {"input": {"target": staged, "uploads": [{"source": str(tmp_path / "far.csv"), "key": "0/far.csv"}]}}
    states = status("running", first_failure=error), status("failed", first_failure=error, error=error)
    action = make_action(streaming_job.ActionModule, {"id": "j1", "mapper": "m"}, Master(*states))
    result = action.run(task_vars={"ohmy_plan": plan})
    said = f"Line 2 of {tmp_path}/far.csv: x"
    assert said in result["msg"] and any("A first attempt" in one and said in one for one in action.display.shown)
    assert result["error"]["evidence"]["line"]["number"] == 2


def test_the_last_line_of_a_failed_job_says_what_was_done():
    ended = {"map": 50, "reduce": 0, "text": "failed, 1 of 2 maps and 0 of 1 reduce done"}
    action, _result = run(Master(status("running"), status("failed", progress=ended)))
    assert any(one.strip() == f"\rwordcount: {ended['text']}".strip() for one in action.display.shown)
    action, _result = run(Master(status("running"), status("failed")))
    assert any(one.strip() == "wordcount: failed" for one in action.display.shown)
