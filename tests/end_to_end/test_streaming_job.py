# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of streaming_job, run alone on a master alone: once, again, in check mode."""

from __future__ import annotations

import base64
import gzip
import tarfile

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
    count, _show, _dearest, find = yaml.safe_load(streaming_job.EXAMPLES)
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


SHOW = """import sys
words = open("words/list.txt").read().split()
for line in sys.stdin:
    print(",".join([*line.strip().split(",")[:2], *sys.argv[1:], *words]))
"""


@pytest.mark.long
def test_arguments_archives_keys_order_and_codecs_do_what_they_say(lone):
    (lone.folder / "show.py").write_text(SHOW)
    (lone.folder / "list.txt").write_text("x\n")
    with tarfile.open(lone.folder / "list.tgz", "w:gz") as archive:
        archive.add(lone.folder / "list.txt", "list.txt")
    lone.hdfs("mkdir -p /data/bought")
    lone.hdfs("put - /data/bought/one.csv", "ann,9\nbob,5\nann,10\nbob,40\nann,-1\n")
    sort = {
        "input": ["/data/bought"],
        "output": "/user/hadoop/sorted/output",
        "mapper": "python3 show.py 'a b'",
        "reducer": "cat",
        "files": [{"src": str(lone.folder / "show.py")}],
        "archives": [{"src": str(lone.folder / "list.tgz"), "name": "words"}],
        "field_separator": ",",
        "key_fields": 2,
        "partition_fields": 1,
        "sort": ["1", "2nr"],
        "reduces": 2,
        "maps": 2,
        "output_compress": "gzip",
        "map_output_compress": "snappy",
        "map_memory": 512,
        "reduce_memory": 512,
        "task_timeout": 120,
        "attempts": 1,
    }
    lines = {"input": ["/data/bought"], "output": "/user/hadoop/lines/output", "mapper": "cat", "reduces": 0}
    lines = {**lines, "input_format": "nline", "lines_per_map": 2}
    whole = {"input": ["/data/bought"], "output": "/user/hadoop/whole/output", "mapper": "cat"}
    whole = {**whole, "input_format": "combine", "field_separator": ",", "sort": ["2n"]}
    twice = {**whole, "options": {"mapred.output.key.comparator.class": "x"}}
    packed, cut, ordered, refused = lone.tasks(*({MODULE: one} for one in (sort, lines, whole, twice)))
    assert packed["state"] == cut["state"] == ordered["state"] == "succeeded", (packed, cut, ordered)
    parts = lone.shell(
        "for part in $(hdfs dfs -ls -C '/user/hadoop/sorted/output/part-*.gz'); do "
        "hdfs dfs -cat $part | base64 -w0; echo; done"
    ).split()
    found = "".join(gzip.decompress(base64.b64decode(part)).decode() for part in parts).splitlines()
    assert len(parts) == 2
    assert [line for line in found if line.startswith("ann")] == [f"ann,{n},a b,x" for n in (10, 9, -1)]
    assert [line for line in found if line.startswith("bob")] == [f"bob,{n},a b,x" for n in (40, 5)]
    assert cut["counters"]["TOTAL_LAUNCHED_MAPS"] == 3 and cut["files"] == 3
    assert sorted(lone.shell("hdfs dfs -cat '/user/hadoop/lines/output/part-*'").split()) == sorted(
        ["ann,9", "bob,5", "ann,10", "bob,40", "ann,-1"]
    )
    answer = lone.shell("hdfs dfs -cat '/user/hadoop/whole/output/part-*'").split("\n")
    assert answer == ["ann,-1", "bob,5", "ann,9", "ann,10", "bob,40", ""]
    assert refused["failed"] and "sort: the property mapred.output.key.comparator.class says the same" in refused["msg"]
