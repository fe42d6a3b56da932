# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line of the input that broke a mapper."""

from __future__ import annotations

import bz2
import gzip
import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import broken_line
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import error

from .fake_cluster import APP, Cluster, FakeHdfs

NUMBERS = b"a\t1\nb\tx7\nc\t3\n"
LATIN = b"one\nzwei\nf\xfcnf\nsechs\n"


def failure(words, split=(0, None), path="/in/a", data=NUMBERS, **evidence):
    """Return the explanation of a mapper that failed on a split of a file."""
    start, length = split
    given = {"path": path, "start": start, "length": len(data) if length is None else length, "others": 0}
    stderr = f'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\n    work\n{words}\n'
    found = error(
        "It failed.", "Do.", stderr, cause="python-exception", **{"program": "mapper", "input": given, **evidence}
    )
    return broken_line.with_line(found, FakeHdfs({path: data}))


VALUE = "ValueError: invalid literal for int() with base 10: 'x7'"


def test_the_only_line_that_holds_what_the_error_quotes_is_told():
    found = failure(VALUE)
    assert found["evidence"]["line"] == {"offset": 4, "number": 2, "text": "'b\\tx7'"}
    assert found["hint"] == "Line 2 of /in/a is the only one that holds what it quotes: 'b\\tx7'\nDo."


@pytest.mark.parametrize(
    ("words", "data", "offset"),
    [
        (VALUE, NUMBERS + b"d\tx7\n", None),
        ("ValueError: not enough values to unpack (expected 2, got 1)", NUMBERS, None),
        ("KeyError: 'nowhere'", NUMBERS, None),
        ("ValueError: invalid literal for int() with base 10: b'x7\\n'", NUMBERS, 4),
        ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xfc in position 10: invalid start byte", LATIN, 9),
        ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xfc in position 10: invalid start byte", NUMBERS, None),
        ("UnicodeDecodeError: 'nonsense' codec can't decode byte 0xfc", b"one\n", None),
        ("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", b'{"a": 1}\n[1]\noops\n2\n', 13),
        ("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", NUMBERS, None),
    ],
)
def test_a_line_is_told_only_where_no_other_can_be_meant(words, data, offset):
    line = failure(words, data=data)["evidence"]["line"]
    assert (line and line["offset"]) == offset


def test_the_lines_of_a_split_are_those_that_hadoop_gives_its_map():
    data = b"x7 a\nb\nx7 c\nd\nx7 e\n"
    for start, length, offset in (
        (0, 6, 0),
        (0, 7, None),
        (1, 6, 7),
        (1, 12, 7),
        (1, 13, None),
        (7, 9, 14),
        (8, 20, 14),
        (15, 5, None),
    ):
        line = failure(VALUE, (start, length), data=data)["evidence"]["line"]
        assert (line and line["offset"]) == offset, (start, length)
        assert line is None or (line["number"] is None) is bool(start)


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_packed_input_is_unpacked(suffix, pack):
    packed = pack(NUMBERS * 1 + b"d\t4\n" * 999)
    assert failure(VALUE, path=f"/in/a{suffix}", data=packed)["evidence"]["line"]["number"] == 2
    assert failure(VALUE, path=f"/in/a{suffix}", data=packed[:-9])["evidence"]["line"] is None
    assert failure(VALUE, path=f"/in/a{suffix}", data=b"no such thing x7")["evidence"]["line"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"program": "reducer"},
        {"program": "combiner"},
        {"input": None},
        {"input": {"path": "/in/a", "start": 0, "length": 12, "others": 3}},
        {"input": {"path": "/in/gone", "start": 0, "length": 12, "others": 0}},
        {"input": {"path": "s3a://b/in/a", "start": 0, "length": 12, "others": 0}},
        {"input": {"path": "/in/a", "start": 0, "length": broken_line.LOOKED_AT + 1, "others": 0}},
    ],
)
def test_what_cannot_be_looked_at_is_left_as_it_is(changes):
    found = failure(VALUE, **changes)
    assert found["evidence"]["line"] is None and found["hint"] == "Do."
    assert failure(VALUE, path="/in/a.zst")["evidence"]["line"] is None


def test_long_lines_are_cut_and_odd_bytes_shown():
    data = b"\xff\x00x7" + b"y" * 500 + b"\n"
    text = failure(VALUE, data=data)["evidence"]["line"]["text"]
    assert text.startswith("'\\\\xff\\x00x7yyy") and len(text) == broken_line.SHOWN and json.dumps(text)


def test_the_status_of_a_job_tells_the_line(monkeypatch, tmp_path):
    found = Cluster(monkeypatch, tmp_path)
    found.hdfs.files["/in/a"] = NUMBERS

    def client(_argv):
        found.yarn.add(APP, ["FINISHED"], finalStatus="FAILED", diagnostics="Task failed task_1")
        return 0, f"Submitted application {APP}"

    found.client = client
    attempt = {
        "id": "attempt_1_0001_m_000000_0",
        "state": "FAILED",
        "diagnostics": "subprocess failed with code 1",
        "assignedContainerId": "c",
    }
    found.history.answers.update(
        {
            "/jobs/job_1_0001/tasks": {"tasks": {"task": [{"id": "t", "state": "FAILED"}]}},
            "/jobs/job_1_0001/tasks/t/attempts": {"taskAttempts": {"taskAttempt": attempt}},
        }
    )
    words = f'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\n    work\n{VALUE}\n'
    logs = {"stderr": words, "syslog": f"Processing split: hdfs://h:8020/in/a:0+{len(NUMBERS)}\n"}
    found.history.container_log = lambda container, name, node="", size=0: logs[name]
    told = found.follow()["error"]
    assert told["evidence"]["line"]["number"] == 2 and told["hint"].startswith("Line 2 of /in/a is the only one")
