# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of a job's tasks: where it lies, and what is made of it.

``failed_once.jhist`` was written by Hadoop 3.5.0's own EventWriter: a map that failed once, and a reduce.
"""

from __future__ import annotations

import itertools
import time
import types
from pathlib import Path

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import task_history, task_summary
from ansible_collections.ohmy.hadoop.plugins.modules import streaming_job_info
from tests import sample_run
from tests.unit.plugins.module_utils._hadoop.fake_cluster import APP, FakeHdfs

DATA = (Path(__file__).parents[3] / "fixtures/history/failed_once.jhist").read_bytes()
NAME = "job_1_0001-1-hadoop-w-2-1-1-SUCCEEDED-default-1.jhist"


class Hdfs(FakeHdfs):
    """Remembers what was asked for."""

    user = "hadoop"

    def entries(self, path):
        """Return the entries of a folder."""
        self.asked = [*getattr(self, "asked", []), path]
        return {entry["pathSuffix"]: entry for entry in self.list(path)} or None


def doors(files, finished=0.0):
    """Return a cluster with these files."""
    waited = []

    def wait_for(_job, seconds):
        waited.append(seconds)
        return {"finishTime": 1000 * finished} if files else None

    history = types.SimpleNamespace(wait_for=wait_for, waited=waited)
    return types.SimpleNamespace(hdfs=Hdfs(files), history=history)


def day(finished):
    """Return the folder in which JobHistory puts jobs that ended then."""
    return time.strftime("/mr-history/done/%Y/%m/%d/000000", time.localtime(finished))


def test_a_history_is_found_where_jobhistory_puts_it():
    finished = 1_700_000_000.0
    known = doors({f"{day(finished)}/{NAME}": DATA, f"{day(finished)}/job_1_00012-9.jhist": b""}, finished)
    found = task_history.tasks_of(known, {}, APP, 0.0)
    assert found["number"] == 3 and found["left_out"] == "" and len(known.hdfs.asked) == 1
    failed, again, reduce = found["attempts"]
    assert (failed["id"], failed["state"], failed["node"]) == ("m_000000_0", "failed", "node-a")
    assert "subprocess failed with code 1" in failed["error"]
    assert (again["records"], again["locality"], again["error"]) == (1000, "RACK_LOCAL", "")
    assert (reduce["keys"], reduce["records"], reduce["bytes"], reduce["shuffled"]) == (40, 900, 12345, 1700000007.0)
    assert found["locality"] == {"RACK_LOCAL": 1}


def test_a_history_on_its_way_is_found_too():
    known = doors({f"/elsewhere/hadoop/{NAME}": DATA})
    conf = {"mapreduce.jobhistory.intermediate-done-dir": "/elsewhere/"}
    assert task_history.tasks_of(known, conf, APP, 0.0)["number"] == 3


@pytest.mark.parametrize(("files", "words"), [({}, "never started, or was killed"), ({"/a": b""}, "no events")])
def test_who_knows_nothing_says_so(files, words):
    with pytest.raises(OhmyError) as failure:
        task_history.tasks_of(doors(files), {}, APP, 0.0)
    assert words in f"{failure.value.message} {failure.value.hint}"


def test_only_what_ended_just_now_is_waited_for():
    known = doors({f"{day(0)}/{NAME}": DATA})
    for ended in (0.0, time.time() - 3600, time.time(), time.time() + 3600):
        task_history.tasks_of(known, {}, APP, ended)
    assert known.history.waited[:2] == [0.0, 0.0]
    assert all(0 < seconds <= task_history.WAIT_SECONDS for seconds in known.history.waited[2:])


def test_a_history_that_is_cut_off_tells_what_it_has():
    whole = list(task_history.events(DATA))
    assert [kind for kind, _event in whole][:2] == ["JOB_SUBMITTED", "JOB_INITED"]
    for length in (len(DATA) - 1, len(DATA) - 900):
        assert whole[: len(list(task_history.events(DATA[:length])))] == list(task_history.events(DATA[:length]))
    with pytest.raises(OhmyError, match="Avro-Json"):
        list(task_history.events(b"Avro-Json\n{}\n"))


def test_what_is_too_long_is_read_in_part(monkeypatch):
    monkeypatch.setattr(task_history, "MOST_BYTES", len(DATA) - 900)
    found = task_history.tasks_of(doors({f"{day(0)}/{NAME}": DATA}), {}, APP, 0.0)
    assert "was not read" in found["left_out"]


def test_the_module_documents_all_that_is_told():
    def keys(contains):
        return {name: keys(one["contains"]) if "contains" in one else {} for name, one in contains.items()}

    def told(value):
        if isinstance(value, list):
            return told(value[0])
        return {name: told(one) for name, one in value.items()} if isinstance(value, dict) else {}

    documented = yaml.safe_load(streaming_job_info.RETURN)["jobs"]["contains"]["tasks"]["contains"]
    found = task_summary.summary(sample_run.events(3, 2))
    assert keys(documented) == {**told(found), "locality": {}}
    assert told(found["map"]) == told(found["reduce"])


def test_a_job_without_an_end_ends_with_its_last_attempt():
    events = itertools.islice(sample_run.events(3, 1), 3)
    (only,) = task_summary.summary(events)["attempts"]
    assert only["state"] == "unfinished" and only["finished"] == only["started"]
    assert task_summary.summary([])["number"] == 0


def test_a_large_job_is_told_by_what_tells_most():
    found = task_summary.summary(sample_run.events(5000, 400, nodes=300))
    assert found["number"] == 5401 and len(found["attempts"]) == task_summary.MOST_ATTEMPTS
    assert [one["id"] for one in found["attempts"] if one["state"] == "failed"] == ["m_000000_0"]
    assert "4,801 attempts" in found["left_out"] and "100 nodes" in found["left_out"]
    assert sum(found["locality"].values()) == found["map"]["number"] == 5000
    assert found["reduce"]["largest"][0]["records"] == 90_000 and len(found["reduce"]["slowest"]) == 10
    starts = [one["started"] for one in found["attempts"]]
    assert starts == sorted(starts)
