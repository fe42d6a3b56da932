# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that bites: names, bytes and counts that work, and what is refused before anything is made."""

from __future__ import annotations

import json

import pytest

from . import biting
from .lone import SMALL_FILES
from .support import write_job


@pytest.mark.long
def test_names_and_bytes_that_bite_give_the_answer_of_a_local_pipe(lone):
    assert lone.run.code == 0, lone.run.text
    assert biting.fetched(lone.job) == biting.answer(lone.job)


def counters_of_jobs(lone):
    """Return the counters of each streaming job that the master knows."""
    jobs = lone.tasks({"ohmy.hadoop.streaming_job_info": {}})[0]["jobs"]
    return [one["counters"] for one in jobs if one["kind"] == "streaming"]


@pytest.mark.long
def test_many_small_files_share_maps(lone):
    (counters,) = counters_of_jobs(lone)
    assert counters["TOTAL_LAUNCHED_MAPS"] < 10
    assert counters["MAP_INPUT_RECORDS"] >= SMALL_FILES


@pytest.mark.long
def test_five_hundred_small_files(lone):
    path = biting.job(lone.folder / "more", 500, **lone.variables)
    run = lone.cloud.play("run_job.yml", "-e", json.dumps({"job_file": str(path)}), seconds=900)
    assert run.code == 0, run.text
    assert biting.fetched(path) == biting.answer(path)
    counters = max(counters_of_jobs(lone), key=lambda one: one["MAP_INPUT_RECORDS"])
    assert counters["MAP_INPUT_RECORDS"] >= 500 and counters["TOTAL_LAUNCHED_MAPS"] < 10


def refuse(cloud, folder, **changes):
    """Require that a job is refused, and that nothing was made for it; return what was said."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "in" / "text").write_text("a\n")
    (folder / "m.py").write_text("#!/usr/bin/env python3\nimport sys\n")
    base = {"job_mapper": "m.py", "job_input": ["in"], "job_output": "out", "cluster_name": "refused"}
    path = write_job(folder, **{**base, **changes})
    run = cloud.play("playbooks/preflight.yml", "-e", f"job_file={path}")
    assert run.code != 0, run.text
    assert cloud.leftovers("refused") == []
    return " ".join(run.text.split())


@pytest.mark.parametrize(
    "make, changes, words",
    [
        (lambda at: (at / "code").mkdir(), {"job_mapper": "code"}, "code is not a file"),
        (lambda at: (at / "crlf.py").write_bytes(b"#!/usr/bin/env python3\r\n"), {"job_mapper": "crlf.py"}, "CRLF"),
        (lambda at: (at / "thesis.doc").write_text("x"), {"job_output": "."}, "never deleted"),
    ],
    ids=["folder", "crlf", "theirs"],
)
def test_what_cannot_work_is_refused_before_anything_is_made(cloud, tmp_path, make, changes, words):
    make(tmp_path)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    assert words in refuse(cloud, tmp_path, **changes)
    assert set(before) <= {str(path) for path in tmp_path.rglob("*")}
