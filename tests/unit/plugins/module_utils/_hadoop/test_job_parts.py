# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests of what a job is made of: programs, input, identity."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import identity, inputs, programs


def no_s3(_bucket, _prefix):
    """Fail: these tests have no S3."""
    raise AssertionError("S3 was asked")


def write(folder, name, text):
    """Write a file and return its path as text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_programs_keep_their_names_and_python_needs_no_shebang(tmp_path):
    mapper = write(tmp_path, "m.py", "print(1)\n")
    reducer = write(tmp_path, "r.py", "#!/usr/bin/env python3\n")
    side = write(tmp_path, "stop.txt", "the\n")
    commands, shipped = programs.plan_programs(mapper, reducer, None, [side])
    assert commands == {"mapper": "python3 m.py", "reducer": "r.py", "combiner": None}
    assert [file["name"] for file in shipped] == ["m.py", "r.py", "stop.txt"]


def test_programs_of_one_name_in_two_folders_do_not_shadow_each_other(tmp_path):
    mapper = write(tmp_path, "map/main.py", "#!/bin/sh\n")
    reducer = write(tmp_path, "reduce/main.py", "#!/bin/sh\n")
    commands, shipped = programs.plan_programs(mapper, reducer, None, [])
    assert commands["mapper"] == "main.py" and commands["reducer"] == "reducer-main.py"
    assert {file["name"]: file["src"] for file in shipped} == {"main.py": mapper, "reducer-main.py": reducer}


def test_programs_one_file_twice_is_shipped_once(tmp_path):
    both = write(tmp_path, "sum.py", "#!/bin/sh\n")
    _commands, shipped = programs.plan_programs("cat", both, both, [])
    assert [file["name"] for file in shipped] == ["sum.py"]


def test_programs_unsafe_name_gets_a_safe_one(tmp_path):
    mapper = write(tmp_path, "my mapper, v2#.py", "#!/bin/sh\n")
    commands, _shipped = programs.plan_programs(mapper, None, None, [])
    assert commands["mapper"] == "mapper.py"


def test_side_files_of_one_name_are_refused(tmp_path):
    with pytest.raises(OhmyError, match="same name"):
        programs.plan_programs("cat", None, None, [write(tmp_path, "a/x", "1"), write(tmp_path, "b/x", "2")])


def test_command_with_a_shell_operator_is_refused():
    with pytest.raises(OhmyError, match="shell operator"):
        programs.plan_programs("cut -f1 | sort", None, None, [])


def test_input_files_globs_and_directories_in_a_fixed_order(tmp_path):
    for name in ("d/b.txt", "d/a.txt", "d/sub/c.txt", "d/_SUCCESS", "d/.hidden", "x1.log", "x2.log"):
        write(tmp_path, name, name)
    found = inputs.expand([str(tmp_path / "d"), str(tmp_path / "x*.log")], no_s3)
    assert [(file.index, file.relative) for file in found] == [
        (0, "a.txt"),
        (0, "b.txt"),
        (0, "sub/c.txt"),
        (1, "x1.log"),
        (1, "x2.log"),
    ]


def test_hidden_names_that_somebody_may_take_for_input_are_told(tmp_path):
    kept = ("d/_SUCCESS", "d/.hidden", "d/_logs/x", "d/_committed_1", "d/sub/.git/_x")
    for name in ("a.txt", "d/b.txt", "d/_c.txt", "d/_old/e.txt", "_f.txt", *kept):
        write(tmp_path, name, "x")
    write(tmp_path, "d/_empty", "")
    passed: list[str] = []
    found = inputs.expand([str(tmp_path / "d"), str(tmp_path / "*.txt")], no_s3, passed=passed)
    assert [file.relative for file in found] == ["b.txt", "a.txt"]
    assert passed == [str(tmp_path / name) for name in ("d/_old", "d/_c.txt", "_f.txt")]
    listed = [{"key": f"in/{name}", "size": len(name), "etag": "x"} for name in ("a", "_b", "_SUCCESS", "_c/d")]
    inputs.expand(["s3://b/in"], lambda *_: listed, passed=(passed := []))
    assert passed == ["s3://b/in/_b", "s3://b/in/_c/d"]


@pytest.mark.parametrize("name", ["nope.txt", "no*.txt", "_only", "."])
def test_input_that_holds_nothing_is_refused(tmp_path, name):
    (tmp_path / "_only").write_text("x")
    with pytest.raises(OhmyError, match="job_input"):
        inputs.expand([str(tmp_path / name)], no_s3)


@pytest.mark.parametrize("name", ["a:b", "a\nb", "a\rb", "caf\udce9"])
def test_input_whose_name_hdfs_cannot_hold_is_refused(tmp_path, name):
    with pytest.raises(OhmyError, match="which HDFS cannot hold"):
        inputs.expand([str(tmp_path)] if write(tmp_path, name, "x") else [], no_s3)


def test_input_of_empty_files_is_refused(tmp_path):
    with pytest.raises(OhmyError, match="empty"):
        inputs.expand([write(tmp_path, "a", "")], no_s3)


def test_input_in_s3_means_the_prefix_as_a_folder():
    objects = [
        {"key": "log", "size": 1, "etag": "a"},
        {"key": "log/", "size": 0, "etag": "b"},
        {"key": "log/x", "size": 2, "etag": "c"},
        {"key": "logbook", "size": 3, "etag": "d"},
        {"key": "log/_tmp/y", "size": 4, "etag": "e"},
    ]
    found = inputs.expand(["s3://b/log"], lambda bucket, key: objects)
    assert [(file.relative, file.source) for file in found] == [("log", "s3://b/log"), ("x", "s3://b/log/x")]


def sources(tmp_path, item):
    """Return the names of the files that an item means, below the folder of the test."""
    return [os.path.relpath(one.source, tmp_path) for one in inputs.expand([str(tmp_path / item)], None)]


def test_input_behind_a_link_to_a_folder_is_brought(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "b.txt").write_text("b")
    (tmp_path / "data" / "link").symlink_to("../real")
    assert sources(tmp_path, "data") == ["data/link/b.txt"]
    (tmp_path / "real" / "loop").symlink_to("../real")
    with pytest.raises(OhmyError, match="loop is a link to a folder that holds it"):
        sources(tmp_path, "data")


def test_input_by_a_pattern_through_all_folders_is_brought_once(tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt"):
        (tmp_path / "data" / name).write_text(name)
    assert sources(tmp_path, "data/**") == ["data/a.txt", "data/deep/b.txt"]
    assert sources(tmp_path, "data/**/*.txt") == ["data/a.txt", "data/deep/b.txt"]


@pytest.mark.parametrize(
    ("pattern", "below", "left"),
    [
        ("data/*/log", "", "data/_3/log"),
        ("data/*", "", "data/_3"),
        ("data/**/log", "", "data/_3/log"),
        ("*/*/log", "data/", "data/_3/log"),
    ],
)
def test_equal_names_in_the_folders_of_a_pattern_keep_their_folders(tmp_path, pattern, below, left):
    for name in ("data/1/log", "data/2/log", "data/_3/log"):
        write(tmp_path, name, name)
    passed: list[str] = []
    found = inputs.expand([str(tmp_path / pattern)], no_s3, passed=passed)
    assert [file.relative for file in found] == [f"{below}1/log", f"{below}2/log"]
    assert passed == [str(tmp_path / left)]


def test_a_hidden_folder_that_a_pattern_names_is_meant(tmp_path):
    for name in ("data/1/_in/log", "data/2/_in/log"):
        write(tmp_path, name, name)
    found = inputs.expand([str(tmp_path / "data/*/_in/log")], no_s3)
    assert [file.relative for file in found] == ["1/log", "2/log"]
    write(tmp_path, "data/1/_in/_in/log", "x")
    with pytest.raises(OhmyError, match="have the same name below"):
        inputs.expand([str(tmp_path / "data/**/_in/log")], no_s3)


def test_what_only_a_hidden_folder_holds_a_pattern_does_not_find(tmp_path):
    write(tmp_path, "data/_old/log", "x")
    with pytest.raises(OhmyError, match="holds no file that Hadoop would read"):
        inputs.expand([str(tmp_path / "data/*")], no_s3)


@pytest.mark.parametrize(("pattern", "names"), [("data/*/[ab]", ["a", "b"]), ("data/1*", ["a"])])
def test_other_names_that_a_pattern_finds_are_those_of_the_files_alone(tmp_path, pattern, names):
    write(tmp_path, "data/1/a", "x")
    write(tmp_path, "data/2/b", "y")
    assert [file.relative for file in inputs.expand([str(tmp_path / pattern)], no_s3)] == names


@pytest.mark.parametrize(
    ("item", "hint"),
    [
        ("hdfs:///data/x", "by job_steps"),
        ("HTTPS://example.com/x.txt", "Bring it to this machine"),
        ("file:///data/x", "without file://"),
    ],
)
def test_input_of_another_kind_of_place_is_refused_as_that(item, hint):
    with pytest.raises(OhmyError, match="is neither a path on this machine nor in S3") as caught:
        inputs.expand([item], no_s3)
    assert hint in caught.value.hint


@pytest.mark.parametrize("item", ["a.txt, b.txt", "a.txt b.txt", "a.txt,b.txt", "*.txt; b.csv"])
def test_several_names_in_one_text_are_told_as_that(tmp_path, item):
    write(tmp_path, "a.txt", "x")
    with pytest.raises(OhmyError, match="matches no file") as caught:
        inputs.expand([str(tmp_path / item)], no_s3)
    assert "as a list: [a.txt, b.txt]" in caught.value.hint


@pytest.mark.parametrize("pattern", ["data/**", "data/**/*.txt", "*/**/*.txt", "data/deep/../**/nothing"])
def test_a_pattern_through_all_folders_does_not_follow_links_in_circles(tmp_path, pattern):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "a.txt").write_text("a")
    for number in range(8):
        (tmp_path / "data" / "deep" / f"up{number}").symlink_to("..")
    with pytest.raises(OhmyError, match="deep/up[0-7] is a link to a folder that holds it"):
        sources(tmp_path, pattern)
    # Into hidden folders a pattern does not lead.
    (tmp_path / "data" / "deep").rename(tmp_path / "data" / ".deep")
    (tmp_path / "data" / "b.txt").write_text("b")
    if "nothing" not in pattern:
        assert sources(tmp_path, pattern) == ["data/b.txt"]


def test_a_pattern_may_begin_with_all_folders(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text("a")
    monkeypatch.chdir(tmp_path)
    assert inputs.matches("**/*.txt") == ["deep/a.txt"]


def test_input_in_a_folder_that_cannot_be_read_is_refused(monkeypatch, tmp_path):
    (tmp_path / "data" / "locked").mkdir(parents=True)
    (tmp_path / "data" / "a.txt").write_text("a")
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(OhmyError, match="locked cannot be read: Permission denied"):
        sources(tmp_path, "data")


@pytest.mark.parametrize("where", ["data", "data/pipe"])
def test_input_that_is_a_pipe_is_refused(tmp_path, where):
    (tmp_path / "data").mkdir()
    os.mkfifo(tmp_path / "data" / "pipe")
    with pytest.raises(OhmyError, match="pipe is no regular file"):
        sources(tmp_path, where)
    with pytest.raises(OhmyError, match="zero is no regular file"):
        inputs.expand(["/dev/zero"], None)


@pytest.mark.parametrize(
    ("item", "output", "good"),
    [(".", "out", False), ("data", "data/out", False), ("da*", "data/out", False), ("data", "data2", True)],
)
def test_output_among_the_input_is_refused(tmp_path, item, output, good):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_text("a")
    items = ["s3://b/data", os.path.join(str(tmp_path), item)]
    if good:
        return inputs.refuse_output_inside(items, str(tmp_path / output))
    with pytest.raises(OhmyError, match="lies in the input"):
        inputs.refuse_output_inside(items, str(tmp_path / output))


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("data/*", "data/out"),
        ("data/*.log", "data/out.log"),
        ("*/*.json", "data/out-report.json"),
        ("data/out-e*", "data/out-evidence"),
        ("data/out.log", "data/out.log"),
        ("data/*.txt", None),
        ("*.log", None),
        ("data/[a]*", None),
    ],
)
def test_what_a_pattern_would_find_after_the_run_is_refused_before_it(tmp_path, item, found):
    write(tmp_path, "data/a.txt", "a")
    arguments = ["s3://b/data", os.path.join(str(tmp_path), item)], str(tmp_path / "data/out")
    if found is None:
        return inputs.refuse_output_inside(*arguments)
    with pytest.raises(OhmyError, match=f"/{found}, which a run writes, would be found by "):
        inputs.refuse_output_inside(*arguments)


def test_digest_changes_with_content_and_not_with_place(tmp_path):
    one = inputs.digest(inputs.expand([write(tmp_path, "1/a", "x")], no_s3))
    same = inputs.digest(inputs.expand([write(tmp_path, "2/a", "x")], no_s3))
    other = inputs.digest(inputs.expand([write(tmp_path, "3/a", "y")], no_s3))
    assert one == same != other


def manifest(folder, fingerprint, parts, **extra):
    """Write an output directory with its manifest."""
    for name, text in parts.items():
        write(folder, name, text)
    listing = [
        {"name": name, "size": len(text), "sha256": programs.file_sha256(str(folder / name))}
        for name, text in parts.items()
    ]
    data = {"schema": 1, "fingerprint": fingerprint, "parts": listing, **extra}
    write(folder, identity.MANIFEST, json.dumps(data))


def test_output_is_finished_only_with_every_part_whole(tmp_path):
    manifest(tmp_path, "f", {"part-00000": "a\n"})
    assert identity.output_state(str(tmp_path), "f") == "finished"
    assert identity.output_state(str(tmp_path), "other") == "ours"
    (tmp_path / "part-00000").unlink()
    assert identity.output_state(str(tmp_path), "f") == "ours"


def test_output_that_somebody_changed_is_refused_before_anything_is_launched(tmp_path):
    manifest(tmp_path, "f", {"part-00000": "a\n"})
    (tmp_path / "part-00000").write_text("b\n")
    for wanted in ("f", "other"):
        with pytest.raises(OhmyError, match=r"job_output: .* no earlier fetch left like this: part-00000"):
            identity.output_state(str(tmp_path), wanted)
    assert identity.output_state(str(tmp_path), "f", force=True) == "ours"
    write(tmp_path, "part-00001", "a stranger's")
    with pytest.raises(OhmyError, match=r"part-00001"):
        identity.output_state(str(tmp_path), "f", force=True)


def test_output_of_a_stranger_is_refused(tmp_path):
    write(tmp_path, "thesis.doc", "x")
    with pytest.raises(OhmyError, match=r"thesis\.doc"):
        identity.output_state(str(tmp_path), "f")


def test_output_that_is_a_file_is_refused(tmp_path):
    with pytest.raises(OhmyError, match="not a directory"):
        identity.output_state(write(tmp_path, "x", ""), "f")


def test_output_absent_or_empty_is_absent(tmp_path):
    assert identity.output_state(str(tmp_path / "a" / "b"), "f") == "absent"
    assert identity.output_state(str(tmp_path), "f") == "absent"


def test_fingerprint_depends_on_every_value():
    job = {"commands": {"mapper": "m"}, "files": {"m": "1"}, "input": "d", "reduces": 1, "options": {}, "cmdenv": {}}
    assert identity.fingerprint(job) == identity.fingerprint(dict(reversed(list(job.items()))))
    changed = [
        {**job, "reduces": 2},
        {**job, "input": "e"},
        {**job, "options": {"a": "1"}},
        {**job, "files": {"m": "2"}},
    ]
    assert len({identity.fingerprint(one) for one in [job, *changed]}) == 5


def test_a_side_file_is_no_program(tmp_path):
    (tmp_path / "words").write_text("a\n")
    assert programs.plan_programs("cat", None, None, [str(tmp_path / "words")])[1]
