# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused of a job before it is started, brought or forgotten."""

from __future__ import annotations

import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    follower_unit,
    jobs,
    results,
    streaming,
    streaming_options,
)

from .fake_cluster import FakeHdfs


def _step(**more):
    usual = dict.fromkeys(streaming_options.SPEC)
    return {**usual, "mapper": "cat", "reducer": None, "combiner": None, "files": [], "reduces": 0, **more}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"files": ["a b"]}, "The file name 'a b' cannot be shipped"),
        ({"archives": ["words.rar"]}, "The archive 'words.rar' cannot be unpacked"),
        ({"mapper": "awk '{print"}, "The command of the mapper has a quote that is not closed"),
    ],
)
def test_what_hadoop_could_not_ship_or_start_is_refused(more, words):
    spec = {**_step(), "options": {}, "cmdenv": {}, "archives": [], "input": ["/in"], "output": "/out", **more}
    assert any(words in text for text in streaming.problems(spec)), streaming.problems(spec)


def test_a_program_that_asks_for_its_file_is_known_by_its_text(tmp_path):
    (tmp_path / "asks.py").write_text("os.environ['mapreduce_map_input_file']")
    (tmp_path / "not.py").write_text("print(1)")
    asks, silent = str(tmp_path / "asks.py"), str(tmp_path / "not.py")
    assert streaming.asks_for_file({"mapper": "sh -c 'echo $map_input_file'"}, [])
    assert streaming.asks_for_file({"mapper": "not.py"}, [silent, asks])
    assert not streaming.asks_for_file({"mapper": "not.py", "combiner": None}, [silent])


def test_nothing_is_spooled_that_is_not_there_or_does_not_fit(tmp_path, monkeypatch):
    hdfs = FakeHdfs({"/out/part-00000": b"12345", "/out/sub/x": b"1"})
    one = {"part": "part-00000", "offset": 0, "length": 5}
    for piece in ({**one, "part": "part-00001"}, {**one, "offset": 1}):
        with pytest.raises(OhmyError, match="in HDFS as it was listed"):
            results.spool(hdfs, "/out", [piece], str(tmp_path))
    with pytest.raises(OhmyError, match="as it was listed"):
        results.spool(hdfs, "/none", [one], str(tmp_path))
    given = []
    monkeypatch.setattr(results.pwd, "getpwnam", lambda name: types.SimpleNamespace(pw_uid={"ada": 7}[name], pw_gid=8))
    monkeypatch.setattr(results.os, "fchown", lambda _handle, uid, gid: given.append((uid, gid)))
    found = results.spool(hdfs, "/out/", [one, {**one, "offset": 5, "length": 0}], str(tmp_path), "ada")
    assert given == [(7, 8)] and [piece["length"] for piece in found["pieces"]] == [5, 0]
    monkeypatch.setattr(results.shutil, "disk_usage", lambda _folder: types.SimpleNamespace(free=1 << 20))
    with pytest.raises(OhmyError, match="does not fit into .* on the master: 0 MiB, 1 are free"):
        results.spool(hdfs, "/out", [one], str(tmp_path))


def test_a_job_that_runs_is_not_forgotten_and_one_that_is_unknown_needs_it_not(tmp_path, monkeypatch):
    root = str(tmp_path / "jobs")
    assert jobs.forget("wc", None, root) is False
    spec = {"schema": 1, "id": "wc", "kind": "distcp", "fingerprint": None}
    jobs.create(spec, {}, root, None)
    monkeypatch.setattr(follower_unit, "is_following", lambda _job: True)
    with pytest.raises(OhmyError, match="The job wc still runs"):
        jobs.forget("wc", None, root)
    monkeypatch.setattr(follower_unit, "is_following", lambda _job: False)
    assert jobs.forget("wc", None, root) is True and jobs.known_jobs(root) == []
    with pytest.raises(OhmyError, match="'a/b' is no plain file name"):
        jobs.create(spec, {"a/b": "/dev/null"}, root, None)
