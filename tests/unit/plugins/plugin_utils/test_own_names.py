# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip
import subprocess

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.table import find
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import own_names

STAGED = "/user/hadoop/input/60303ae22b998861/local"
SAMPLE = own_names.OWN_ERROR
M = {"mapper": "./mapper.py"}


def plan(source, key="0/far.csv"):
    return {
        "target": STAGED,
        "uploads": [{"source": str(source), "key": key}],
        "copies": [
            {"source": "s3a://b/input/60303ae22b998861", "target": STAGED},
            {"source": "s3a://logs/may", "target": "/user/hadoop/input/60303ae22b998861/1"},
        ],
        "uris": ["s3://b/input/60303ae22b998861/", "s3://logs/may"],
    }


def failed(path=f"{STAGED}/0/far.csv", line=None, hint=None, **more):
    hint = (
        hint or f"The line at byte {line and line['offset']} of {path} is no JSON: 'x'\nIt was given {path}. {SAMPLE}"
    )
    evidence = {
        "program": "mapper",
        "input": {"path": path, "start": 0, "length": 9, "others": 0},
        "line": line,
        **more,
    }
    return {"summary": "The mapper failed.", "hint": hint, "evidence": evidence}


def test_the_hint_that_is_replaced_is_the_table_s():
    assert own_names.OWN_ERROR in find("stderr", "Traceback (most recent call last):\nValueError: x").hint
    for code in (3, 134, 139, "1 silent", "3 silent"):
        assert find("exit", f"code {code}").hint.endswith(own_names.OWN_ERROR)


@pytest.mark.parametrize("place", [STAGED, "s3a://b/input/60303ae22b998861"])
def test_a_line_is_told_by_the_users_own_name_and_number(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "data bad/far.csv"
    file.parent.mkdir()
    file.write_text("a\nbb\nccc\n")
    error = failed(f"{place}/0/far.csv", {"offset": 5, "number": None, "text": "'ccc'"})
    found = own_names.with_own_names(error, plan(file), M)
    assert place not in found["hint"] and found["evidence"]["line"]["number"] == 3
    assert found["hint"].startswith("Line 3 of data bad/far.csv is no JSON: 'x'\nIt was given data bad/far.csv.")
    assert found["hint"].endswith("try it on that line: tail -c +6 'data bad/far.csv' | head -n 1 | ./mapper.py")
    assert found["evidence"]["input"]["path"] == f"{place}/0/far.csv" and error["evidence"]["line"]["number"] is None


def shown_by(words):
    """Return what the command in these words gives the program at its end."""
    command = words.partition(": ")[2]
    return subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("packed", [False, True])
def test_the_command_shows_the_line(tmp_path, packed):
    data = b"a\nbb\nccc\nd\n"
    file = tmp_path / ("x.gz" if packed else "x")
    file.write_bytes(gzip.compress(data) if packed else data)
    for offset, shown in ((5, b"ccc\n"), (0, b"a\n")):
        words = own_names.reproduce(str(file), {"start": 0, "length": 11, "others": 0}, offset, "cat")
        assert words.startswith("that line: ") and shown_by(words) == shown, words


@pytest.mark.parametrize(
    ("start", "length", "shown"),
    [
        (0, 4, b"a\nbb\n"),
        (0, 5, b"a\nbb\nccc\n"),
        (4, 4, b"ccc\n"),
        (5, 4, b"d\n"),
        (4, 5, b"ccc\nd\n"),
        (3, 8, b"ccc\nd\n"),
        (0, 11, b"a\nbb\nccc\nd\n"),
    ],
)
def test_the_command_reads_the_very_lines_of_a_split_as_hadoop_does(tmp_path, start, length, shown):
    file = tmp_path / "it's x"
    file.write_bytes(b"a\nbb\nccc\nd\n")
    words = own_names.reproduce(str(file), {"start": start, "length": length, "others": 0}, None, "cat")
    assert words.startswith("what it was given: ") and shown_by(words) == shown, words


def test_splits_side_by_side_read_each_line_once(tmp_path):
    file = tmp_path / "x"
    data = b"".join(b"%d\n" % 7**number for number in range(40))
    file.write_bytes(data)
    for size in (1, 5, 64, 100):
        read = b""
        for start in range(0, len(data), size):
            found = own_names.lines_of(str(file), start, min(size, len(data) - start))
            read += data[found[0] : sum(found)] if found else b""
        assert read == data, size


def test_a_split_of_a_file_that_is_not_there_like_this_is_cut(tmp_path, monkeypatch):
    name = str(tmp_path / "x")
    split = {"start": 1129441, "length": 1129441, "others": 0}
    cut = f"what it was given, whose first line is cut: tail -c +1129442 {name} | head -c 1129441 | m"
    assert own_names.reproduce(name, split, None, "m") == cut
    (tmp_path / "x").write_bytes(b"1\n" * 9)
    assert own_names.reproduce(name, split, None, "m") == cut
    assert (
        own_names.reproduce(name, {"start": 0, "length": 99}, None, "m") == f"what it was given: head -c 99 {name} | m"
    )
    monkeypatch.setattr(own_names, "BLOCK", 3)
    (tmp_path / "x").write_bytes(b"1\n234567\n8\n")
    assert own_names.lines_of(name, 3, 3) is None and own_names.lines_of(name, 0, 10) == (0, 11)


def test_what_is_packed_is_given_whole_and_what_cannot_be_unpacked_not_at_all():
    split = {"start": 500, "length": 100, "others": 0}
    assert own_names.reproduce("x.bz2", split, None, "m") == "what it was given: bzip2 -dc x.bz2 | m"
    assert own_names.reproduce("x.lz4", split, None, "m") == own_names.reproduce("x", {}, None, "m") == ""
    several = own_names.reproduce("x", {"start": 0, "length": 5, "others": 2}, None, "m")
    assert several == "the first of them: head -c 5 x | m"


def test_the_count_of_lines_is_bounded(tmp_path, monkeypatch):
    file = tmp_path / "x"
    file.write_bytes(b"1\n2\n3\n")
    monkeypatch.setattr(own_names, "BLOCK", 3)
    assert [own_names.line_number(str(file), offset) for offset in (0, 2, 4)] == [1, 2, 3]
    monkeypatch.setattr(own_names, "COUNTED", 3)
    assert own_names.line_number(str(file), 4) is None
    assert own_names.line_number(str(file), 3) == 2
    file.write_bytes(b"1")
    assert own_names.line_number(str(file), 3) is None and own_names.line_number(str(tmp_path / "gone"), 0) is None


def test_a_file_without_a_known_line_is_named_with_what_the_map_read(tmp_path):
    found = own_names.with_own_names(failed(), plan(tmp_path / "far.csv"), {"mapper": "python3 m.py"})
    assert f"It was given {tmp_path}/far.csv." in found["hint"]
    assert found["hint"].endswith(f"error; try it on what it was given: head -c 9 {tmp_path}/far.csv | python3 m.py")


def after_sort(role, names, commands=None, **more):
    data = {"uploads": [{"source": name, "key": name} for name in names], **more}
    error = {"hint": SAMPLE, "evidence": {"program": role, "input": None}}
    commands = {"mapper": "./m.py", "reducer": "./r.py 2", "combiner": "./c.py"} if commands is None else commands
    return own_names.with_own_names(error, data, commands)["hint"]


def test_a_reducer_is_tried_behind_the_mapper_and_a_sort(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    start, pipe = "It is the program's own error; try it on", "./m.py | LC_ALL=C sort | ./r.py 2"
    assert after_sort("reducer", ["/in a/x.csv"]) == f"{start} its input: cat '/in a/x.csv' | {pipe}"
    assert after_sort("reducer", [f"{tmp_path}/x", f"{tmp_path}/y"]) == f"{start} its input: cat x y | {pipe}"
    assert after_sort("reducer", ["/x.gz"]) == f"{start} its input: gzip -dc /x.gz | {pipe}"
    assert after_sort("combiner", ["/x"]).endswith("its input: cat /x | ./m.py | LC_ALL=C sort | ./c.py")
    some = f"{start} some of its input: {pipe}"
    for names in ([], ["/1", "/2", "/3", "/4"], ["/x.gz", "/y"], ["/x.zst"]):
        assert after_sort("reducer", names) == some
    assert after_sort("reducer", ["/x"], hdfs=["/a", "/b"]) == some
    for role, commands in (("", None), ("reducer", {}), ("reducer", {"reducer": "r"}), ("mapper", None)):
        assert after_sort(role, ["/x"], commands) == SAMPLE


def test_a_later_step_is_never_tried_on_the_input_of_the_first():
    steps = {"input": {"uploads": [{"source": "/x", "key": "0/x"}]}, "steps": [{"id": "a"}, {"id": "b"}]}
    error = {"hint": SAMPLE, "evidence": {"program": "reducer"}}
    commands = {"mapper": "m.py", "reducer": "r.py", "combiner": None}
    first, second = (own_names.of_step(error, steps, step, commands, [], {})["hint"] for step in "ab")
    assert "on its input: cat /x | m.py |" in first and "on some of its input: m.py | LC" in second
    alone = own_names.of_step(error, {}, "None", commands, [{"src": "/job/r.py"}], {})["hint"]
    assert alone.endswith("some of its input: m.py | LC_ALL=C sort | /job/r.py")
    assert own_names.of_step(None, {}, "a", {}, [], {}) is None


SORTED = {
    "fields": ({"sort": ["1", "2nr"], "field_separator": ","}, "sort -t , -k1,1 -k2,2nr"),
    "another separator": ({"sort": ["3n"], "field_separator": ";"}, "sort -t ';' -k3,3n"),
    "tabs": ({"sort": ["2r"], "field_separator": None}, "sort -t \"$(printf '\\t')\" -k2,2r"),
    "bytes": ({"sort": None, "field_separator": ","}, "sort"),
    "no words of a run": ({"sort": 2}, "sort"),
}


@pytest.mark.parametrize("said, sort", SORTED.values(), ids=SORTED)
def test_a_reducer_is_tried_behind_a_sort_like_that_of_its_job(said, sort):
    error = {"hint": SAMPLE, "evidence": {"program": "reducer"}}
    found = own_names.of_step(error, {}, "a", {"mapper": "m.py", "reducer": "r.py"}, [], said)["hint"]
    assert found.endswith(f"some of its input: m.py | LC_ALL=C {sort} | r.py")


def test_what_lies_in_s3_is_named_by_its_own_address(tmp_path):
    path = "/user/hadoop/input/60303ae22b998861/1/day1.csv"
    found = own_names.with_own_names(failed(path, {"offset": 5, "number": None, "text": "x"}), plan(tmp_path), M)
    assert found["hint"].startswith("The line at byte 5 of s3://logs/may/day1.csv") and SAMPLE in found["hint"]


def test_what_is_not_known_is_left_as_it_is(tmp_path):
    assert own_names.with_own_names(None, plan(tmp_path), M) is None
    for error in (failed("/elsewhere/x"), {"summary": "x", "hint": "y"}, {"hint": "", "evidence": {"input": None}}):
        assert own_names.with_own_names(error, plan(tmp_path), M) == error
        assert own_names.with_own_names(error, {}, M) == error


def test_a_program_is_run_by_its_path_and_its_interpreter(tmp_path, monkeypatch):
    (tmp_path / "map me.py").write_text("#!/usr/bin/env python3\nprint(1)\n")
    (tmp_path / "slow").write_text("#!/usr/bin/env -S python3 -u\n")
    (tmp_path / "quick").write_text("#!/bin/sh\n")
    (tmp_path / "quick").chmod(0o755)
    files = [{"src": str(tmp_path / "map me.py"), "name": "m.py"}]
    files += [{"src": str(tmp_path / name)} for name in ("quick", "slow")]
    monkeypatch.chdir(tmp_path)
    assert own_names.as_here("python3 -u m.py --field 2", files) == "python3 -u 'map me.py' --field 2"
    assert own_names.as_here("slow 'a  b'", files) == "python3 -u ./slow 'a  b'"
    assert own_names.as_here("./m.py --field 2", files) == "python3 './map me.py' --field 2"
    assert own_names.as_here("quick", files) == "./quick"
    assert own_names.as_here("grep -c x", files) == "grep -c x"
    monkeypatch.chdir("/")
    assert own_names.as_here("quick", files) == str(tmp_path / "quick").lstrip("/")
