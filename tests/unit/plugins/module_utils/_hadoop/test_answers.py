# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an answer may lie, and what may be there before; and input that lies in S3."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    answers,
    broken_line,
    copies,
    distcp,
    jobs,
    streaming,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import error
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.s3 import S3
from ansible_collections.ohmy.hadoop.plugins.modules import streaming_job

from .fake_cluster import SPEC, Cluster, FakeHdfs

OTHERS = {"/out/part-00000": b"old\n", "/out/_SUCCESS": b"", "/.out.fingerprint": b"other\n"}


@pytest.mark.parametrize(
    ("output", "kind", "where"),
    [
        ("/home/me/out", "local", "/home/me/out"),
        (f"/home/{'ü' * 120}", "local", f"/home/{'ü' * 120}"),
        ("hdfs:///data//out/", "hdfs", "/data/out"),
        ("s3a://b/some/out/", "s3", "s3://b/some/out"),
    ],
)
def test_places(output, kind, where):
    assert answers.place(output) == (kind, where) and answers.problem(output) == ""


@pytest.mark.parametrize(
    "output",
    ["s3://b", "s3://b/", "s3://b/a//b", "s3://b/a/../b", "s3://b/a{b}", "hdfs:///", "hdfs:///tmp", "hdfs://nn:8020/x"]
    + [
        "hdfs:///user/hadoop/jobs/a",
        "hdfs:///user",
        "hdfs:///a/../b",
        "ftp://x/y",
        "/proc/1/out",
        "/sys",
        "/home/a\nb",
        f"/home/{'ü' * 121}",
    ],
)
def test_no_places(output):
    with pytest.raises(OhmyError) as caught:
        answers.place(output)
    assert caught.value.hint and answers.problem(output)


def test_only_a_place_in_hdfs_makes_another_job():
    local, hdfs, s3 = (answers.place(one) for one in ("/x", "hdfs:///x/y", "s3://b/x"))
    assert answers.job_id("f" * 64, local) == answers.job_id("f" * 64, s3) == "f" * 16
    assert answers.job_id("f" * 64, hdfs) != "f" * 16
    assert answers.copy_id("f", s3).startswith("answer-") and answers.copy_id("f", local) == ""
    assert answers.copy_id("f", s3) != answers.copy_id("f", answers.place("s3://b/y"))
    assert [answers.before(hdfs, one) for one in answers.EXISTING] == ["any", "any", "none"]
    assert answers.before(s3, "refused") == "own"


@pytest.mark.parametrize("items", [["s3://b/data"], ["s3://b"], ["s3://b/data/out"]])
def test_an_answer_in_the_input_is_refused(items):
    with pytest.raises(OhmyError, match="lies in the input"):
        answers.refuse_in_s3(answers.place("s3://b/data/out"), items, "own")


def test_an_answer_beside_the_input_is_taken_and_one_among_our_own_objects_is_not():
    answers.refuse_in_s3(answers.place("s3://b/data-out"), ["s3://b/data", "s3://c", "/data-out"], "b")
    with pytest.raises(OhmyError, match="what the collection keeps"):
        answers.refuse_in_s3(answers.place("s3://b/input/out"), [], "b")


def test_names_that_a_job_would_take_for_patterns():
    answers.refuse_patterns(["s3://b/a b", "/local/{}"])
    with pytest.raises(OhmyError, match="a brace or a backslash"):
        answers.refuse_patterns(["s3://b/{a}"])


def test_input_may_lie_in_s3_and_output_may_not():
    far = {**SPEC, "input": ["s3a://b/in", "/in"]}
    assert streaming.problems(far) == []
    assert streaming.properties(far)["fs.s3a.block.size"] == "134217728"
    assert "fs.s3a.block.size" not in streaming.properties(SPEC)
    own = streaming.properties({**far, "options": {"fs.s3a.block.size": "1"}})
    assert own["fs.s3a.block.size"] == "1"
    assert "s3a://" in " ".join(streaming.problems({**SPEC, "input": ["s3://b/in"]}))
    assert "is not in HDFS" in " ".join(streaming.problems({**SPEC, "output": "s3a://b/out"}))


def test_small_files_in_s3_share_maps(monkeypatch, tmp_path):
    found = Cluster(monkeypatch, tmp_path, input=["s3a://b/in"])
    asked = []

    def listed(self, where):
        asked.append(str(where))
        return {f"{number}": distcp.Entry(10) for number in range(100)}

    monkeypatch.setattr(copies.Look, "listed", listed)
    found.yarn.active = 1
    monkeypatch.setattr(found.yarn, "metrics", lambda: {"totalVirtualCores": 2, "activeNodes": 1})
    found.succeed()
    assert found.follow()["state"] == "succeeded" and asked == ["s3a://b/in"]
    assert "CombineTextInputFormat" in " ".join(found.started[0])


def test_another_job_s_answer_is_replaced_where_that_is_said_and_a_strangers_never(monkeypatch, tmp_path):
    found = Cluster(monkeypatch, tmp_path / "a", output="/out", existing="any")
    found.hdfs.files.update(OTHERS)
    found.succeed()
    assert found.follow()["state"] == "succeeded" and found.hdfs.files["/out/part-00000"] == b"a\t1\n"
    assert jobs.read_fingerprint(found.hdfs, "/out") == "f1"
    for number, files in enumerate(({**OTHERS, "/out/thesis.doc": b"x"}, {"/out/part-00000": b"x"}, OTHERS)):
        existing = {} if files is OTHERS else {"existing": "any"}
        found = Cluster(monkeypatch, tmp_path / f"b{number}", output="/out", **existing)
        found.hdfs.files.update(files)
        told = found.follow()
        assert told["error"]["id"] == "output-exists" and found.hdfs.deleted == []


@pytest.mark.parametrize(
    ("files", "existing", "words"),
    [
        ({}, "none", None),
        (OTHERS, "any", None),
        (OTHERS, "own", None),  # its follower tells
        (OTHERS, "none", "no answer is to be there"),
        ({"/out/thesis.doc": b""}, "any", "no job of this collection wrote all of it"),
        ({"/out/part-0": b"", "/.out.fingerprint": b"f1\n"}, "none", None),  # a half of its own
        ({"/out/_SUCCESS": b"", "/.out.fingerprint": b"f1\n"}, "none", "no answer is to be there"),
    ],
)
def test_what_lies_in_hdfs_is_told_before_a_job_is_submitted(files, existing, words):
    params = {"output": "/out", "existing": existing, "fingerprint": "f1"}
    if words is None:
        streaming_job.check_output(FakeHdfs(files), params)
        return
    with pytest.raises(OhmyError, match=words):
        streaming_job.check_output(FakeHdfs(files), params)


def test_the_line_that_broke_a_mapper_is_found_in_s3(monkeypatch):
    data, asked = b"1\nx7\n3\n", []

    def get_range(self, key, start, length):
        asked.append((self.bucket, key, start))
        return data[start : start + length]

    monkeypatch.setattr(S3, "get_range", get_range)
    document = {"s3": {"endpoint": "http://127.0.0.1:9", "region": "r", "bucket": "own", "path_style": True}}
    split = {"path": "s3a://b/in/a.txt", "start": 0, "length": len(data), "others": 0}
    words = (
        'Traceback (most recent call last):\n  File "m.py", line 1, in <module>\n    int(x)\n'
        "ValueError: invalid literal for int() with base 10: 'x7'\n"
    )
    diagnosis = error("failed", "hint", stderr=words, cause="python-exception", program="mapper", input=split)
    told = broken_line.with_line(diagnosis, FakeHdfs(), document)
    assert told["evidence"]["line"]["number"] == 2 and asked == [("b", "in/a.txt", 0)]
    assert "s3a://b/in/a.txt" in told["hint"]
    assert broken_line.with_line(diagnosis, FakeHdfs(), {})["evidence"]["line"] is None
