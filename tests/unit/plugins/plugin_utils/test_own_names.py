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
SAMPLE = f"It is the program's own error; {own_names.SAMPLE}."


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
    evidence = {"program": "mapper", "input": {"path": path}, "line": line, **more}
    return {"summary": "The mapper failed.", "hint": hint, "evidence": evidence}


def test_the_hint_that_is_replaced_is_the_table_s():
    assert own_names.SAMPLE in find("stderr", "Traceback (most recent call last):\nValueError: x").hint


@pytest.mark.parametrize("place", [STAGED, "s3a://b/input/60303ae22b998861"])
def test_a_line_is_told_by_the_users_own_name_and_number(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "data bad/far.csv"
    file.parent.mkdir()
    file.write_text("a\nbb\nccc\n")
    error = failed(f"{place}/0/far.csv", {"offset": 5, "number": None, "text": "'ccc'"})
    found = own_names.with_own_names(error, plan(file), "./mapper.py")
    assert place not in found["hint"] and found["evidence"]["line"]["number"] == 3
    assert found["hint"].startswith("Line 3 of data bad/far.csv is no JSON: 'x'\nIt was given data bad/far.csv.")
    assert found["hint"].endswith("try it on that line: tail -c +6 'data bad/far.csv' | head -n 1 | ./mapper.py")
    assert found["evidence"]["input"]["path"] == f"{place}/0/far.csv" and error["evidence"]["line"]["number"] is None


@pytest.mark.parametrize("packed", [False, True])
def test_the_command_shows_the_line(tmp_path, packed):
    data = b"a\nbb\nccc\nd\n"
    file = tmp_path / ("x.gz" if packed else "x")
    file.write_bytes(gzip.compress(data) if packed else data)
    for offset, shown in ((5, b"ccc\n"), (0, b"a\n"), (None, data)):
        command = own_names.reproduce(str(file), offset, "cat")
        assert subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, check=True).stdout == shown, command


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


def test_a_file_without_a_known_line_is_named_too(tmp_path):
    found = own_names.with_own_names(failed(), plan(tmp_path / "far.csv"), "python3 m.py")
    assert f"It was given {tmp_path}/far.csv." in found["hint"]
    assert f"try it on its beginning: head {tmp_path}/far.csv | python3 m.py" in found["hint"]


def test_what_lies_in_s3_is_named_by_its_own_address(tmp_path):
    path = "/user/hadoop/input/60303ae22b998861/1/day1.csv"
    found = own_names.with_own_names(failed(path, {"offset": 5, "number": None, "text": "x"}), plan(tmp_path), "m")
    assert found["hint"].startswith("The line at byte 5 of s3://logs/may/day1.csv") and SAMPLE in found["hint"]


def test_what_is_not_known_is_left_as_it_is(tmp_path):
    assert own_names.with_own_names(None, plan(tmp_path), "m") is None
    for error in (failed("/elsewhere/x"), {"summary": "x", "hint": "y"}, {"hint": "", "evidence": {"input": None}}):
        assert own_names.with_own_names(error, plan(tmp_path), "m") == error
        assert own_names.with_own_names(error, {}, "m") == error


def test_a_program_is_run_by_its_path_and_its_interpreter(tmp_path, monkeypatch):
    (tmp_path / "map me.py").write_text("#!/usr/bin/env python3\nprint(1)\n")
    (tmp_path / "quick").write_text("#!/bin/sh\n")
    (tmp_path / "quick").chmod(0o755)
    files = [{"src": str(tmp_path / "map me.py"), "name": "m.py"}, {"src": str(tmp_path / "quick")}]
    monkeypatch.chdir(tmp_path)
    assert own_names.as_here("./m.py --field 2", files) == "python3 './map me.py' --field 2"
    assert own_names.as_here("quick", files) == "./quick"
    assert own_names.as_here("grep -c x", files) == "grep -c x"
    monkeypatch.chdir("/")
    assert own_names.as_here("quick", files) == str(tmp_path / "quick").lstrip("/")
