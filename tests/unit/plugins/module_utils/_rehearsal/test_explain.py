# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a program that failed on the sample, and of archives that are unpacked for it."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import explain, pipeline, preflight, task

LIMITS = task.Limits(seconds=23, memory=0, output=1000)


@pytest.fixture(name="job")
def fixture_job(tmp_path):
    """A job whose mapper lies beside files that do not travel with it, but for one list and one archive."""
    (tmp_path / "mapper.py").write_text("")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/stop.txt").write_text("")
    (tmp_path / "words").mkdir()
    (tmp_path / "words/en.txt").write_text("")
    files = {name: str(tmp_path / name) for name in ("mapper.py", "words", "names.txt")}
    return pipeline.Job({"mapper": "python3 mapper.py", "reducer": None, "combiner": None}, files, {})


def told(job, **result):
    failed = pipeline.Failed("mapper", task.Result(code=1, **result), [b"a"] * 3)
    return explain.explain(failed, job, None, [], LIMITS)


@pytest.mark.parametrize(
    ("result", "kind", "words"),
    [
        ({"missing": "No such file or directory: perl"}, "not-rehearsed", "lacks a command on this machine"),
        ({"built_for": "s390x"}, "other-processor", "is built for s390x, and this machine is "),
        ({"overflow": True}, "mapper-output-too-large", "writes more than 1,000 bytes for 3 lines"),
        ({"timed_out": True, "seconds": 23.4}, "mapper-timeout", "does not end within 23 s on 3 lines"),
        ({"timed_out": True, "seconds": 0.44}, "mapper-timeout", "does not end within 0.4 s"),
    ],
)
def test_what_says_enough_by_itself_is_not_run_again(job, result, kind, words):
    found = told(job, **result)
    assert found["id"] == kind and words in found["text"]


@pytest.mark.parametrize(
    ("opened", "words", "hint"),
    [
        ("lists/stop.txt", "does not travel with the job", "Or keep the folder: Pack it by tar -czf lists.tgz"),
        ("lists", "does not travel with the job", "Pack it by tar -czf lists.tgz"),
        ("words/en.txt", "does not travel with the job", "It is not there in what words is unpacked from"),
        ("data/names.txt", "lies beside it as names.txt", "Let it open names.txt, without a folder"),
    ],
)
def test_a_file_that_lies_beside_the_program_here_is_named(job, opened, words, hint):
    found = explain._side_file(opened, "mapper", job, {})
    assert words in found["text"] and hint in found["hint"]


@pytest.mark.parametrize("opened", ["/etc/words", "../words", "names.txt", "nowhere.txt"])
def test_a_file_that_is_nobody_s_fault_here_is_not(job, opened):
    assert explain._side_file(opened, "mapper", job, {}) is None
    stranger = pipeline.Job({"mapper": "perl -ne print", "reducer": None, "combiner": None}, {}, {})
    assert explain._side_file("lists/stop.txt", "mapper", stranger, {}) is None


@pytest.mark.parametrize(
    ("place", "where", "hint"),
    [
        (None, "", "its tasks would fail the same way"),
        ({"line": 0, "text": "", "file": None}, ", without any input too", "it fails before it has read a line"),
        (
            {"line": 1200, "text": "x", "file": "in.txt", "offset": 3000, "exact": True},
            "; it breaks on line 1,200 of in.txt (byte 3,000): x",
            "let it pass over such lines",
        ),
        (
            {"line": 2, "text": "x", "file": None, "offset": None, "exact": False},
            "; it breaks at or before line 2 of its input",
            "let it pass over such lines",
        ),
    ],
)
def test_where_a_program_breaks_is_told_as_exactly_as_it_is_known(place, where, hint):
    assert explain._where(place) == where and hint in explain._hint(place)


def test_archives_are_unpacked_as_nodes_do_it_with_their_modes(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        item = zipfile.ZipInfo("bin/run.sh")
        item.external_attr = 0o100750 << 16
        archive.writestr(item, "true")
        archive.writestr(zipfile.ZipInfo("plain"), "x")
    with tarfile.open(tmp_path / "b.tgz", "w:gz") as archive:
        item = tarfile.TarInfo("bin/run.sh")
        item.size, item.mode = 4, 0o750
        archive.addfile(item, io.BytesIO(b"true"))
    for name in ("a.zip", "b.tgz"):
        folder = preflight.unpacked(str(tmp_path / name), str(tmp_path / name[0]))
        assert folder == str(tmp_path / name[0])
        assert (tmp_path / name[0] / "bin/run.sh").stat().st_mode & 0o777 == 0o750
    (tmp_path / "c.jar").write_text("no archive")
    (tmp_path / "d.tar.gz").write_text("no archive")
    for name in ("c.jar", "d.tar.gz"):
        with pytest.raises(OhmyError, match=f"job_archives: .*{name} cannot be unpacked"):
            preflight.unpacked(str(tmp_path / name), str(tmp_path / f"{name[0]}-folder"))


def test_an_answer_is_kept_where_there_is_one_and_a_place_for_it(tmp_path):
    path = tmp_path / "answer"
    assert preflight.keep([], str(path), 3.0) == {"bytes": 0, "whole_bytes": 0} and not path.exists()
    assert preflight.keep([b"a\t1"], "", 3.0) == {"bytes": 0, "whole_bytes": 0}
    assert preflight.keep([b"a\t1", b"b\t2"], str(path), 2.5) == {"bytes": 8, "whole_bytes": 20}
    assert path.read_bytes() == b"a\t1\nb\t2\n"
