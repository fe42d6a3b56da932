# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that bites: names, bytes and counts that work, and what is refused before anything is made."""

from __future__ import annotations

import pytest

from . import biting
from .lone import SMALL_FILES
from .support import write_job


def test_names_and_bytes_that_bite_give_the_answer_of_a_local_pipe(lone):
    assert lone.run.code == 0, lone.run.text
    assert biting.fetched(lone.job) == biting.answer(lone.job)


def test_many_small_files_share_maps(lone):
    (job,) = [
        one for one in lone.tasks({"ohmy.hadoop.streaming_job_info": {}})[0]["jobs"] if one["kind"] == "streaming"
    ]
    assert job["counters"]["TOTAL_LAUNCHED_MAPS"] < 10
    assert job["counters"]["MAP_INPUT_RECORDS"] >= SMALL_FILES


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
        (lambda at: (at / "bare").write_text("import sys\n"), {"job_mapper": "bare"}, "names no interpreter"),
        (lambda at: (at / "side file").write_text("x"), {"job_files": ["side file"]}, "cannot ship"),
        (lambda at: (at / "a:b").write_text("x"), {"job_input": ["a:b"]}, "HDFS cannot hold"),
        (lambda at: (at / "empty").write_text(""), {"job_input": ["empty"]}, "all files are empty"),
        (lambda at: (at / "_hidden").write_text("x"), {"job_input": ["_hidden"]}, "hidden from Hadoop"),
        (lambda at: (at / "thesis.doc").write_text("x"), {"job_output": "."}, "never deleted"),
        (lambda at: None, {"job_input": ["gone/*.txt"]}, "matches no file"),
    ],
    ids=["folder", "crlf", "shebang", "side", "colon", "empty", "hidden", "theirs", "gone"],
)
def test_what_cannot_work_is_refused_before_anything_is_made(cloud, tmp_path, make, changes, words):
    make(tmp_path)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    assert words in refuse(cloud, tmp_path, **changes)
    assert set(before) <= {str(path) for path in tmp_path.rglob("*")}
