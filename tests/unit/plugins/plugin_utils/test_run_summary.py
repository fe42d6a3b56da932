# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests of what a run says at its end."""

from __future__ import annotations

import gzip
import json
import shlex

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import run_summary

PLAN = {
    "name": "w",
    "id": "1",
    "finished": False,
    "input": {"files": 2, "bytes": 4000},
    "steps": [{"name": "w", "id": "1"}],
}


def arguments(folder, **values):
    """Return the arguments of a report about ``folder``."""
    base = {
        "plan": PLAN,
        "planned": False,
        "output": str(folder),
        "provider": "ec2",
        "cluster": {},
        "cluster_name": "demo",
        "cluster_region": None,
        "cluster_profile": None,
        "kept": False,
        "estimates": [],
        "took": {},
        "findings": [],
        "workers": 2,
        "phases": {},
        "failure": {},
        "evidence": "",
        "left": "",
    }
    return {**base, **values}


def answer(folder, **parts):
    """Write an answer with its manifest."""
    for name, data in parts.items():
        (folder / name.replace("_", "-", 1)).write_bytes(data)
    listing = [{"name": name.replace("_", "-", 1), "size": len(data), "sha256": "x"} for name, data in parts.items()]
    (folder / ".ohmy-manifest.json").write_text(json.dumps({"schema": 1, "fingerprint": "f", "parts": listing}))


def test_success_shows_place_first_lines_and_times(tmp_path):
    answer(tmp_path, part_00000=b"a\t1\n" * 3, part_00001=b"\xff\tz\n" * 9)
    lines, problem = run_summary.compose(arguments(tmp_path, phases={"run": 2.0, "launch": 3.04}))
    text = "\n".join(lines)
    assert problem == ""
    assert f"{tmp_path}: 2 files, 48 bytes" in text
    assert text.count("a   1") == 3 and text.count("\N{REPLACEMENT CHARACTER}") == 2
    assert "launch 3.0, run 2.0; 5.0 in all" in text


def test_what_the_preflight_warned_of_stands_beside_the_answer(tmp_path):
    answer(tmp_path, part_00000=b"a\n")
    lines, problem = run_summary.compose(
        arguments(
            tmp_path,
            findings=[{"severity": "warning", "text": "776 keys differ."}, {"severity": "note", "text": "By the way."}],
        )
    )
    assert "Preflight warned: 776 keys differ." in lines and problem == ""


def test_the_real_speedup_stands_beside_the_estimate(tmp_path):
    answer(tmp_path, part_00000=b"a\t1\n")
    estimate = {"one_machine_seconds": 600.0, "seconds": 100.0, "input_bytes": 9, "useful_workers": 3}
    (step,) = (one["id"] for one in PLAN["steps"])
    lines, _problem = run_summary.compose(arguments(tmp_path, estimates=[estimate], took={step: 150.0}))
    assert (
        "The job took 2 min on 2 workers, 4.0 times as fast as one machine by the sample; "
        "expected were 2 min, 6.0 times as fast." in lines
    )
    for unknown in (
        {"estimates": [{"seconds": None}], "took": {step: 150.0}},
        {"estimates": [estimate], "took": {step: None}},
        {"estimates": [estimate], "took": {}},
    ):
        assert not any("took" in line for line in run_summary.compose(arguments(tmp_path, **unknown))[0])


def test_of_several_steps_the_sums_are_told(tmp_path):
    answer(tmp_path, part_00000=b"a\t1\n")
    one = {"one_machine_seconds": 600.0, "seconds": 100.0, "input_bytes": 10**9, "useful_workers": 3}
    both = {"plan": {**PLAN, "steps": [{**PLAN["steps"][0], "id": name} for name in "ab"]}, "estimates": [one, one]}
    lines, _problem = run_summary.compose(arguments(tmp_path, **both, took={"a": 100.0, "b": 140.0}))
    assert any("The job took 4 min on 2 workers, 5.0 times as fast as one machine" in line for line in lines)
    lines, _problem = run_summary.compose(arguments(tmp_path, **both, took={"b": 140.0}))
    assert not any("took" in line for line in lines), "a step was done before, nobody knows how long it took"
    lines, _problem = run_summary.compose(arguments(tmp_path, **both, planned=True))
    assert any("about 20 min for all 1.0 GB on one machine, and the job about 3 min" in line for line in lines)


def test_compressed_parts_are_shown_as_text(tmp_path):
    data = gzip.compress(b"hello\n")
    (tmp_path / "part-00000.gz").write_bytes(data)
    assert run_summary.first_lines(str(tmp_path), ["part-00000.gz"]) == ["hello"]


def test_what_would_move_the_cursor_of_a_terminal_is_not_shown(tmp_path):
    (tmp_path / "part-00000").write_bytes(b"\x1b]0;owned\x07a\0b\xc3\xa4\n")
    assert run_summary.first_lines(str(tmp_path), ["part-00000"]) == ["\ufffd]0;owned\ufffda\ufffdb\xe4"]


def test_parts_that_cannot_be_unpacked_or_are_damaged_are_left_out(tmp_path):
    (tmp_path / "part-00000.snappy").write_bytes(b"\xff\x06packed\n")
    (tmp_path / "part-00001.gz").write_bytes(gzip.compress(b"hello\n" * 100, mtime=0)[:10] + b"\xff" * 20)
    assert run_summary.first_lines(str(tmp_path), ["part-00000.snappy", "part-00001.gz"]) == []


def test_an_empty_answer_is_called_empty(tmp_path):
    answer(tmp_path, part_00000=b"")
    lines, _problem = run_summary.compose(arguments(tmp_path))
    assert any("empty" in line for line in lines)


def test_failure_is_the_problem_and_names_its_phase(tmp_path):
    args = arguments(tmp_path, failure={"phase": "run", "message": "ZeroDivisionError"}, evidence="/e")
    lines, problem = run_summary.compose(args)
    assert "in the phase run: ZeroDivisionError" in problem
    assert any("/e" in line for line in lines)


def test_what_is_left_after_teardown_fails_the_run_and_says_how_to_remove_it(tmp_path):
    answer(tmp_path, part_00000=b"x\n")
    _lines, problem = run_summary.compose(arguments(tmp_path, left="group in use"))
    assert "group in use" in problem and 'ohmy.hadoop.terminate -e \'{"cluster_name": "demo"}\'' in problem


@pytest.mark.parametrize(
    ("cluster", "stands"),
    [
        ({"master": None, "workers": []}, False),
        ({"master": {"address": "10.0.0.5"}, "workers": []}, True),
        ({"master": None, "workers": [{"address": "10.0.0.6"}], "ssh": {"config": "/c"}}, True),
    ],
)
def test_a_kept_cluster_is_named_with_the_command_that_removes_it(tmp_path, cluster, stands):
    answer(tmp_path, part_00000=b"x\n")
    text = "\n".join(run_summary.compose(arguments(tmp_path, kept=True, cluster=cluster))[0])
    assert ('ohmy.hadoop.terminate -e \'{"cluster_name": "demo"}\'' in text) == stands
    assert "ssh -F" not in text


def test_the_command_that_removes_a_cluster_finds_it_again(tmp_path):
    args = arguments(tmp_path, cluster_region="eu-central-1", cluster_profile="my work")
    assert run_summary.removal(args) == (
        """ansible-playbook ohmy.hadoop.terminate -e '{"cluster_name": "demo", "cluster_region": "eu-central-1", """
        """"cluster_profile": "my work"}'"""
    )


def test_a_program_around_the_playbook_says_how_it_removes_the_cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("OHMY_TERMINATE", "make terminate JOB=my.yml")
    assert run_summary.removal(arguments(tmp_path)) == "make terminate JOB=my.yml"


def test_check_mode_names_every_phase(tmp_path):
    lines, problem = run_summary.compose(arguments(tmp_path, planned=True))
    assert problem == ""
    for phase in run_summary.PHASES:
        assert any(line.split()[:1] == [phase] for line in lines), phase


@pytest.mark.parametrize(
    ("state", "launch"),
    [
        ("absent", "bring the archives to S3 and make the cluster demo run"),
        ("stopped", "bring the archives to S3 and make the cluster demo run"),
        ("partial", "bring the archives to S3 and make the cluster demo whole, of which a part stands"),
        ("running", "use the cluster demo, which stands"),
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_the_plan_knows_what_stands_and_what_stays(tmp_path, state, launch, kept):
    args = arguments(tmp_path, planned=True, cluster={"state": state}, kept=kept)
    lines = [" ".join(line.split()) for line in run_summary.compose(args)[0]]
    assert f"launch {launch}" in lines, lines
    assert f"terminate {'keep' if kept else 'remove'} the cluster demo" in lines, lines


def test_the_price_before_and_the_cost_after(tmp_path):
    price = {
        "per_hour": 0.36,
        "at_most": False,
        "missing": [],
        "text": "0.36 USD an hour (3 x a at 0.12)",
        "date": None,
    }
    lines, _problem = run_summary.compose(arguments(tmp_path, planned=True, price=price))
    assert "The cluster's price is 0.36 USD an hour (3 x a at 0.12)." in lines
    answer(tmp_path, part_00000=b"a\n")
    phases = {"preflight": 500.0, "launch": 40.0, "run": 60.0}
    lines, _problem = run_summary.compose(arguments(tmp_path, price=price, phases=phases))
    assert "This command cost about 0.0100 USD: 100 s at 0.36 USD an hour." in lines, lines
    unknown = {**price, "per_hour": None, "text": "unknown"}
    lines, _problem = run_summary.compose(arguments(tmp_path, price=unknown, phases=phases))
    assert not [line for line in lines if "cost" in line], lines
    kept = {"master": {"instance_id": "i-1"}, "expires": None, "ssh": {}}
    lines, _problem = run_summary.compose(arguments(tmp_path, price=price, cluster=kept, kept=True))
    assert "The cluster demo was kept and costs 0.36 USD an hour." in lines, lines


@pytest.mark.parametrize("path", ["/a/my job/job.yml", "/a/it's {{ odd }} ü.yml"])
def test_the_command_of_a_run_names_its_job_file_whole(monkeypatch, path):
    monkeypatch.delenv("OHMY_RUN", raising=False)
    words = shlex.split(run_summary.again(path))
    assert words[:3] == ["ansible-playbook", "ohmy.hadoop.run_job", "-e"] and json.loads(words[3]) == {"job_file": path}


SAID = {
    "a job file alone": ("/a/job.yml", ["job_file=job.yml"], ["-e", '{"job_file": "/a/job.yml"}']),
    "the command itself": ("/a/job.yml", ['{"job_file": "/a/job.yml"}'], ["-e", '{"job_file": "/a/job.yml"}']),
    "variables besides": (
        "/a/job.yml",
        ["job_file=job.yml", "cluster_name=demo cluster_keep=always", '{"day": "a b"}'],
        ["-e", '{"job_file": "/a/job.yml"}', "-e", "cluster_name=demo cluster_keep=always", "-e", '{"day": "a b"}'],
    ),
    "a file of variables": (None, ["@my job.yml"], ["-e", "@my job.yml"]),
    "nothing": (None, [], []),
    "a secret": ("/a/job.yml", ["job_file=job.yml", "db_password=hunter22"], []),
}


@pytest.mark.parametrize("job_file, said, words", SAID.values(), ids=SAID)
def test_the_command_of_a_run_says_what_the_run_was_told(monkeypatch, job_file, said, words):
    monkeypatch.delenv("OHMY_RUN", raising=False)
    found = shlex.split(run_summary.again(job_file, said))
    assert found == (["ansible-playbook", "ohmy.hadoop.run_job", *words] if words else [])


RUN_BY = {"ohmy.hadoop.run": "run", "playbooks/run.yml": "run", "run_job.yml": "run_job", "my/rerun.yml": "run_job"}


@pytest.mark.parametrize("playbook", [*RUN_BY, "ohmy.hadoop.run_job", "site.yml"])
def test_the_command_of_a_run_on_a_standing_cluster_leaves_that_standing(monkeypatch, playbook):
    monkeypatch.delenv("OHMY_RUN", raising=False)
    found = shlex.split(run_summary.again("/a/job.yml", [], [playbook]))
    assert found[1] == f"ohmy.hadoop.{RUN_BY.get(playbook, 'run_job')}"
