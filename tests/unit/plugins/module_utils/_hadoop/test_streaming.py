# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From specification to command line: order, bytes, what is refused."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import formats, streaming

SPEC = {
    "schema": 1,
    "id": "wc-1",
    "kind": "streaming",
    "name": "word count",
    "fingerprint": "f",
    "input": ["/user/hadoop/input/d/0", "/a,b"],
    "output": "/user/hadoop/jobs/wc-1/output",
    "mapper": "python3 mapper.py",
    "reducer": "reducer.py",
    "combiner": None,
    "files": ["mapper.py", "reducer.py"],
    "reduces": 2,
    "options": {"mapreduce.map.memory.mb": 1024, "mapreduce.map.speculative": False},
    "cmdenv": {"K": "V"},
}


def command(**changes):
    """Return the command line of the changed specification."""
    return streaming.command({**SPEC, **changes}, "/h/bin/mapred", "/j/job.xml", "/j/files")


def test_generic_options_come_first_and_nothing_is_a_d_pair():
    assert command() == [
        *[
            "/h/bin/mapred",
            "streaming",
            "-conf",
            "/j/job.xml",
            "-files",
            "file:///j/files/mapper.py,file:///j/files/reducer.py",
        ],
        *["-background", "-input", "/user/hadoop/input/d/0", "-input", "/a\\,b"],
        *["-output", "/user/hadoop/jobs/wc-1/output", "-mapper", "python3 mapper.py", "-reducer", "reducer.py"],
        *["-cmdenv", "PYTHONUTF8=1", "-cmdenv", "PYTHONPATH=.", "-cmdenv", "K=V"],
    ]


def test_without_files_reducer_or_environment_their_options_are_absent():
    words = command(files=[], reducer=None, cmdenv={"PYTHONUTF8": "0"})
    assert "-files" not in words and "-reducer" not in words
    assert [word for word in words if word.startswith("PYTHONUTF8")] == ["PYTHONUTF8=0"]


def test_properties_are_ours_where_they_must_be_and_the_users_else():
    found = streaming.properties(
        {**SPEC, "options": {**SPEC["options"], "mapreduce.input.fileinputformat.input.dir.recursive": "false"}}
    )
    assert found["mapreduce.job.name"] == "word count"
    assert found["mapreduce.job.tags"] == "ohmy-wc-1"
    assert found["mapreduce.job.reduces"] == "2"
    assert found["mapreduce.map.memory.mb"] == "1024"
    assert found["mapreduce.map.speculative"] == "false"
    assert found["mapreduce.input.fileinputformat.input.dir.recursive"] == "false"


@pytest.mark.parametrize(
    "changes, key",
    [
        ({}, "stream.reduce.output"),
        ({"reducer": None}, "stream.map.output"),
        ({"reducer": None, "reduces": 0}, "stream.map.output"),
        ({"reducer": None, "combiner": "c.py"}, None),
        ({"combiner": "c.py"}, None),
        ({"options": {"stream.num.reduce.output.key.fields": "2"}}, None),
        ({"options": {"mapreduce.output.textoutputformat.separator": ";"}}, None),
    ],
)
def test_lines_without_a_tab_stay_as_they_are(changes, key):
    found = streaming.properties({**SPEC, **changes})
    assert [name for name in ("stream.map.output", "stream.reduce.output") if name in found] == ([key] if key else [])


@pytest.mark.parametrize(
    ("read", "written", "good"),
    [
        ("/data/in", "/data/out", True),
        ("/data/in", "/data/in2", True),
        ("in", "/user/hadoop/out", True),
        ("/data/in", "/data/in", False),
        ("/data/in/", "/data/in/out", False),
        ("/data/out/x", "/data//out/", False),
        ("/", "/out", False),
        ("hdfs:///data", "/data/out", False),
        ("hdfs://10.0.0.5:8020/data", "/data/out", False),
        ("s3a://b/x", "/user/hadoop", True),
    ],
)
def test_output_and_input_are_apart(read, written, good):
    found = streaming.problems({**SPEC, "input": [read], "output": written})
    assert found == ([] if good else [f"The output {written} and the input {read} lie in each other."])


def test_variables_arrive_as_yaml_reads_them_and_in_quotes_as_they_are_written():
    words = command(cmdenv=yaml.safe_load("{A: yes, B: 1.10, C: 'yes', D: '1.10', E: 5}"))
    assert words[-9::2] == ["A=true", "B=1.1", "C=yes", "D=1.10", "E=5"]


def test_the_tag_is_in_lower_case_as_yarn_keeps_it():
    assert streaming.tag("WC-1") == "ohmy-wc-1"


def test_an_option_that_xml_cannot_hold_is_refused():
    assert streaming.option_problems({"a<&>b": 'x < y & "z" ü€ ]]>', "n": "line\nfeed\ttab"}) == []
    assert "control character" in streaming.option_problems({"a": "\x01"})[0]


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"options": {"mapreduce.job.name": "x"}}, "job_name"),
        ({"options": {"mapred.job.name": "x"}}, "job_name"),
        ({"options": {"mapreduce.job.tags": "x"}}, "mapreduce.job.tags"),
        ({"options": {"mapred.output.dir": "/x"}}, "mapred.output.dir"),
        ({"options": {"fs.s3a.secret.key": "x"}}, "looks like a secret"),
        ({"options": {"fs.s3a.bucket.b.access.key": "x"}}, "looks like a secret"),
        ({"options": {"a": None}}, "plain value"),
        ({"cmdenv": {"A B": "x"}}, "no name"),
        ({"cmdenv": {"A": "x y"}}, "holds a blank"),
        ({"mapper": ""}, "no mapper"),
        ({"input": []}, "no input"),
        ({"mapper": 'a "b'}, "quote"),
        ({"reduces": 0}, "ignores reducer"),
        ({"reduces": -1, "reducer": None}, "negative"),
        ({"reduces": "many"}, "must be a number"),
        ({"reducer": "Aggregate", "combiner": "c"}, "aggregate"),
        ({"files": ["a,b"]}, "cannot be shipped"),
    ],
)
def test_what_hadoop_would_refuse_or_misread_is_refused(changes, word):
    with pytest.raises(OhmyError, match=word):
        streaming.check({**SPEC, **changes})


def test_a_good_specification_has_no_problem():
    streaming.check(SPEC)
    streaming.check(
        {**SPEC, "reducer": "aggregate", "options": {"hadoop.security.credential.provider.path": "jceks://x"}}
    )


@pytest.mark.parametrize(
    "files, size, cores, split",
    [
        (500, 5000, 2, 1250),
        (500, 0, 2, 1),
        (9, 900, 2, 225),
        (8, 900, 2, None),
        (500, 500 * streaming.SMALL_FILE + 1, 2, None),
        (500, 5000, 1000, None),
        (500, 5000, 0, 2500),
    ],
)
def test_many_small_files_share_so_many_maps_as_keep_all_cores_busy(files, size, cores, split):
    assert streaming.split_size(SPEC, files, size, cores) == split


def test_who_says_how_the_input_is_cut_has_the_last_word():
    assert streaming.split_size({**SPEC, "combine": False}, 500, 5000, 2) is None
    assert (
        streaming.split_size({**SPEC, "options": {"mapreduce.input.lineinputformat.linespermap": 1}}, 500, 9, 2) is None
    )


def test_a_split_is_asked_for_by_format_and_size():
    assert streaming.properties(SPEC, 77)["mapreduce.input.fileinputformat.split.maxsize"] == "77"
    assert streaming.properties(SPEC, 77)["stream.map.input.ignoreKey"] == "true"
    assert "stream.map.input.ignoreKey" not in streaming.properties(SPEC)
    words = streaming.command(SPEC, "mapred", "/c", "/f", 77)
    assert words[words.index("-inputformat") + 1] == formats.COMBINE_FORMAT
    assert "-inputformat" not in streaming.command(SPEC, "mapred", "/c", "/f")


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        ({"options": {"fs.s3a.secret.key": "x"}}, "credential.provider.path"),
        ({"cmdenv": {"API_TOKEN": "x"}}, "credential.provider.path"),
        ({"reduces": -1}, "nothing was started"),
    ],
)
def test_refusals_say_what_to_do(more, hint):
    with pytest.raises(OhmyError) as raised:
        streaming.check({"mapper": "cat", "input": ["/in"], "id": "x", **more})
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("It broke", "It broke. Mend it."),
        ("It broke.", "It broke. Mend it."),
        ("Broke:\n  a\n", "Broke:\n  a\nMend it."),
    ],
)
def test_message_and_hint_are_two_sentences(message, text):
    assert str(OhmyError(message, "Mend it.")) == text
    assert str(OhmyError(message)) == message.strip()
