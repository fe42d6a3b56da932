# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented job of two steps on a master alone: its answer, a changed step, and what stays in HDFS."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
import yaml

from tests.documented import documented

COUNT = "import sys\nfor line in sys.stdin:\n    for word in line.split():\n        print(f'{word}\\t1')\n"
SUM = """import sys
from itertools import groupby
pairs = (line.rstrip("\\n").split("\\t") for line in sys.stdin)
for word, group in groupby(pairs, key=lambda pair: pair[0]):
    print(f"{word}\\t{sum(int(count) for _word, count in group)}")
"""
TURN = "import sys\nfor line in sys.stdin:\n    word, count = line.split()\n    print(f'{count}\\t{word}')\n"
FIRST = documented("docs/jobs.md", "first")
PIPE = (
    "cat books/*.txt | python3 count.py | LC_ALL=C sort | python3 sum.py | python3 turn.py "
    "| LC_ALL=C sort -t '\t' -k1,1nr -k2,2 | python3 first.py"
)


def run(lone, folder, **changes):
    """Run the documented job with other variables; return what was printed, and the names of the jobs that ran."""
    job = {**yaml.safe_load(documented("docs/jobs.md", "steps")), "job_name": "frequent", **lone.variables, **changes}
    (folder / "job.yml").write_text(yaml.safe_dump(job))
    before = jobs(lone)
    done = lone.cloud.play("run_job.yml", "-e", json.dumps({"job_file": str(folder / "job.yml")}), seconds=600)
    return done, sorted(name for one, name in jobs(lone).items() if one not in before)


def jobs(lone):
    """Return application → name of all jobs that YARN ever ran."""
    lines = lone.shell("yarn application -list -appStates ALL 2>/dev/null").splitlines()
    rows = [line.split("\t") for line in lines if line.startswith("application_")]
    return {row[0].strip(): row[1].strip() for row in rows}


def outputs(lone):
    """Return the outputs in HDFS of jobs that succeeded."""
    found = lone.shell("hdfs dfs -ls -C '/user/hadoop/jobs/*/output/_SUCCESS'").split()
    return {path.removesuffix("/_SUCCESS") for path in found}


@pytest.mark.long
def test_steps_run_once_each_and_leave_nothing_between_them(lone, tmp_path):
    for name, text in (("count", COUNT), ("sum", SUM), ("turn", TURN), ("first", FIRST)):
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "books").mkdir()
    (tmp_path / "books/a.txt").write_text("rose is a rose\n" * 40 + "the end is a start\n" * 12)
    (tmp_path / "books/b.txt").write_text("ä rose\n" * 7)

    def answer(number):
        words = ["bash", "-o", "pipefail", "-c", f"{PIPE} {number}"]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, check=True, timeout=60).stdout

    part = tmp_path / "output/frequent/part-00000"
    there = outputs(lone)
    done, ran = run(lone, tmp_path, job_steps_keep=True)
    assert done.code == 0, done.text
    assert ran == ["frequent, step 1 of 2, count", "frequent, step 2 of 2, rank"], done.text
    assert "frequent, step 2 of 2, rank: map" in done.text
    assert part.read_bytes() == answer(3) and part.read_bytes().startswith(b"87\trose\n")
    (between,) = {path for path in outputs(lone) - there if "part-00003.gz" in lone.shell(f"hdfs dfs -ls -C {path}")}

    steps = yaml.safe_load(documented("docs/jobs.md", "steps"))["job_steps"]
    broken = [steps[0], {**steps[1], "reducer": "first.py x"}]
    done, ran = run(lone, tmp_path, job_steps=broken, job_preflight="static", job_fail_fast=True)
    assert done.code != 0 and set(ran) == {"frequent, step 2 of 2, rank"}, done.text
    assert "The job frequent, step 2 of 2, rank failed." in done.text and "ValueError" in done.text
    assert between in outputs(lone)

    changed = [steps[0], {**steps[1], "reducer": "first.py 5"}]
    done, ran = run(lone, tmp_path, job_steps=changed)
    assert done.code == 0 and ran == ["frequent, step 2 of 2, rank"], done.text
    assert part.read_bytes() == answer(5)
    assert between not in outputs(lone) and len(outputs(lone) - there) == 2

    shutil.rmtree(part.parent)
    done, ran = run(lone, tmp_path, job_steps=changed)
    assert done.code == 0 and ran == [] and part.read_bytes() == answer(5), done.text
