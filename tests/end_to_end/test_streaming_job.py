# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of streaming_job, run alone on a master alone: once, again, in check mode."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.modules import streaming_job

MODULE = "ohmy.hadoop.streaming_job"
MAPPER = "import sys\nfor line in sys.stdin:\n    for word in line.split():\n        print(f'{word}\\t1')\n"
REDUCER = """import sys
from itertools import groupby
for word, lines in groupby(sys.stdin, key=lambda line: line.split("\\t")[0]):
    print(f"{word}\\t{sum(1 for _line in lines)}")
"""


@pytest.mark.long
def test_the_examples_run_once_each_and_tell_the_truth(lone):
    count, _show, find = yaml.safe_load(streaming_job.EXAMPLES)
    (lone.folder / "mapper.py").write_text(MAPPER)
    (lone.folder / "reducer.py").write_text(REDUCER)
    lone.hdfs("mkdir -p /data/books /data/letters")
    lone.hdfs("put - /data/books/moby.txt", "the whale\nthe end\n")
    lone.hdfs("put - /data/letters/one.txt", "no Whale here\n")
    changed = {**find[MODULE], "force": False}
    checked, first, again, after, found = lone.tasks(
        {MODULE: count[MODULE], "check_mode": True},
        {MODULE: count[MODULE]},
        {MODULE: count[MODULE]},
        {MODULE: count[MODULE], "check_mode": True},
        {MODULE: changed},
    )
    assert checked["changed"] and checked["status"] is None and checked["diff"]["after"] == {first["id"]: "running"}
    assert first["changed"] and first["state"] == "succeeded", first
    assert first["counters"]["MAP_INPUT_RECORDS"] == 2 and first["files"] == 2 and first["bytes"] > 0
    assert not again["changed"] and again["application_id"] == first["application_id"]
    assert not after["changed"] and after["actions"] == []
    answer = lone.shell("hdfs dfs -cat '/user/hadoop/wordcount/output/part-*'").splitlines()
    assert sorted(answer) == ["end\t1", "the\t2", "whale\t1"]
    assert found["changed"], found
    whales = lone.shell("hdfs dfs -cat '/user/hadoop/whales/output/part-*'").splitlines()
    assert sorted(whales) == ["no Whale here", "the whale"]
    (told,) = lone.tasks({"ohmy.hadoop.streaming_job_info": {"id": first["id"]}})
    assert told["jobs"][0]["state"] == "succeeded" and not told["changed"]
