# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option of a streaming job: what Hadoop is told, what is refused, and what tells two jobs apart."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    identity,
    jobs,
    profiles,
    property_names,
    sizing,
    streaming,
    streaming_checks,
    streaming_options,
    task_jvm,
)

BASE = {"id": "j", "mapper": "cat", "reducer": "cat", "input": ["/in"], "output": "/out"}
PLAIN = streaming.properties(BASE)
LIB = "org.apache.hadoop.mapred.lib."


def told(**options):
    """Return the properties that options add to a job, those that they take away being None."""
    found = streaming.properties({**BASE, **options})
    gone = {key: None for key in PLAIN if key not in found}
    return {**{key: value for key, value in found.items() if PLAIN.get(key) != value}, **gone}


def words(split=None, **options):
    """Return what options add to the command line."""
    plain = streaming.command(BASE, "mapred", "/c", "/f")
    found = streaming.command({**BASE, **options}, "mapred", "/c", "/f", split)
    return [word for word in found if word not in plain]


CODEC = "org.apache.hadoop.io.compress."
OUT, MAPS = "mapreduce.output.fileoutputformat.compress", "mapreduce.map.output.compress"
FLAGS = f"{task_jvm.QUICK_START} {task_jvm.CLASS_DATA}"


@pytest.mark.parametrize(
    "options, expected",
    [
        ({"maps": 7}, {"mapreduce.job.maps": "7"}),
        ({"key_fields": 2}, {"stream.num.map.output.key.fields": "2", "stream.num.reduce.output.key.fields": "2"}),
        (
            {"field_separator": ","},
            {
                "stream.map.output.field.separator": ",",
                "stream.reduce.input.field.separator": ",",
                "stream.reduce.output.field.separator": ",",
                "mapreduce.map.output.key.field.separator": ",",
            },
        ),
        (
            {"output_separator": ";"},
            {"mapreduce.output.textoutputformat.separator": ";", "stream.reduce.output": None},
        ),
        ({"partition_fields": 1}, {"mapreduce.partition.keypartitioner.options": "-k1,1"}),
        (
            {"key_fields": 2, "sort": ["1", "2nr"]},
            {
                "stream.num.map.output.key.fields": "2",
                "stream.num.reduce.output.key.fields": "2",
                "mapreduce.job.output.key.comparator.class": streaming_options.COMPARATOR,
                "mapreduce.partition.keycomparator.options": "-k1,1 -k2,2nr",
            },
        ),
        (
            {"input_format": "nline", "lines_per_map": 10},
            {"mapreduce.input.lineinputformat.linespermap": "10", "stream.map.input.ignoreKey": "true"},
        ),
        ({"input_format": "key_value"}, {}),
        (
            {"input_format": LIB + "CombineTextInputFormat"},
            {"stream.map.input.ignoreKey": "true", streaming_options.SPLIT: str(128 << 20)},
        ),
        ({"output_format": "text"}, {}),
        ({"output_format": "sequence"}, {"stream.reduce.output": None}),
        ({"output_compress": "gzip"}, {OUT: "true", f"{OUT}.codec": CODEC + "GzipCodec"}),
        ({"output_compress": "none"}, {OUT: "false"}),
        (
            {"output_compress": "deflate", "output_format": "sequence"},
            {OUT: "true", f"{OUT}.codec": CODEC + "DefaultCodec", f"{OUT}.type": "BLOCK", "stream.reduce.output": None},
        ),
        ({"map_output_compress": "snappy"}, {MAPS: "true", f"{MAPS}.codec": CODEC + "SnappyCodec"}),
        ({"queue": "root.fast"}, {"mapreduce.job.queuename": "root.fast"}),
        ({"priority": "very_high"}, {"mapreduce.job.priority": "VERY_HIGH"}),
        (
            {"map_memory": 2048},
            {
                "mapreduce.map.memory.mb": "2048",
                "mapreduce.map.java.opts": f"-Xmx384m {FLAGS}",
                "mapreduce.task.io.sort.mb": "100",
            },
        ),
        (
            {"map_memory": 256},
            {
                "mapreduce.map.memory.mb": "256",
                "mapreduce.map.java.opts": f"-Xmx96m {FLAGS}",
                "mapreduce.task.io.sort.mb": "32",
            },
        ),
        (
            {"reduce_memory": 512},
            {"mapreduce.reduce.memory.mb": "512", "mapreduce.reduce.java.opts": f"-Xmx192m {FLAGS}"},
        ),
        ({"vcores": 2}, {"mapreduce.map.cpu.vcores": "2", "mapreduce.reduce.cpu.vcores": "2"}),
        ({"task_timeout": 30}, {"mapreduce.task.timeout": "30000"}),
        ({"attempts": 1}, {"mapreduce.map.maxattempts": "1", "mapreduce.reduce.maxattempts": "1"}),
        (
            {"tolerated_failures": 0},
            {"mapreduce.map.failures.maxpercent": "0", "mapreduce.reduce.failures.maxpercent": "0"},
        ),
    ],
)
def test_each_option_is_these_properties(options, expected):
    assert streaming_checks.problems({**BASE, **options}) == []
    assert told(**options) == expected


def test_every_option_has_a_test_and_its_own_properties():
    tested = {
        name for mark in test_each_option_is_these_properties.pytestmark for row in mark.args[1] for name in row[0]
    }
    assert tested == set(streaming_options.SPEC) == set(streaming_options.OWN)


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, []),
        ({"partition_fields": 1}, ["-partitioner", LIB + "KeyFieldBasedPartitioner"]),
        ({"input_format": "nline"}, ["-inputformat", LIB + "NLineInputFormat"]),
        ({"input_format": "sequence"}, ["-inputformat", "org.apache.hadoop.mapred.SequenceFileAsTextInputFormat"]),
        ({"output_format": "sequence"}, ["-outputformat", "org.apache.hadoop.mapred.SequenceFileOutputFormat"]),
        ({"output_format": "com.example.Own"}, ["-outputformat", "com.example.Own"]),
        ({"split": 9}, ["-inputformat", LIB + "CombineTextInputFormat"]),
        ({"split": 9, "input_format": "text"}, ["-inputformat", LIB + "CombineTextInputFormat"]),
        ({"archives": ["env.tgz", "lib.zip"]}, ["-archives", "file:///f/env.tgz#env,file:///f/lib.zip#lib"]),
    ],
)
def test_formats_partitioner_and_archives_are_words_of_the_command(options, expected):
    assert words(**options) == expected
    line = streaming.command({**BASE, "archives": ["env.tgz"]}, "mapred", "/c", "/f")
    assert line.index("-archives") < line.index("-background"), "generic options come first"


def test_programs_that_follow_each_other_agree_on_the_separator():
    found = told(combiner="cat", field_separator=",")
    assert found["mapreduce.output.textoutputformat.separator"] == ","
    assert (
        told(combiner="cat", field_separator=",", output_separator=";")["mapreduce.output.textoutputformat.separator"]
        == ";"
    )


def test_what_options_only_follow_from_others_a_property_has_the_last_word():
    found = told(map_memory=2048, options={"mapreduce.map.java.opts": "-Xmx1g", "io.sort.mb": 300})
    assert found["mapreduce.map.java.opts"] == "-Xmx1g" and found["io.sort.mb"] == "300"
    assert "mapreduce.task.io.sort.mb" not in found
    old = streaming.properties({**BASE, "options": {"mapred.input.dir.recursive": False}})
    assert "mapreduce.input.fileinputformat.input.dir.recursive" not in old


def test_programs_do_not_run_twice_at_the_same_time_and_python_lets_bytes_pass():
    site = profiles.mapred_site({"workers": 2}, "10.0.0.1", sizing.Memory({}, 2048, 1024))
    assert site["mapreduce.map.speculative"] is site["mapreduce.reduce.speculative"] is False
    assert "PYTHONUTF8=1" in streaming.command(BASE, "mapred", "/c", "/f")


MANY = {"sort": ["1"], "partition_fields": 1, "key_fields": 1}


@pytest.mark.parametrize(
    "spec, name, said",
    [
        ({"maps": 0}, "maps", "must be 1 to 100000, not 0"),
        ({"map_memory": 128}, "map_memory", "must be 256 to"),
        ({"tolerated_failures": 101}, "tolerated_failures", "must be 0 to 100"),
        ({"task_timeout": "soon"}, "task_timeout", "not soon"),
        ({"field_separator": ""}, "field_separator", "must be text"),
        ({"field_separator": "\x01"}, "field_separator", "must be text"),
        (
            {"field_separator": r"\t"},
            "field_separator",
            r"\t is 2 signs here; in double quotes YAML makes one sign of it",
        ),
        ({"output_separator": r"\u00a7"}, "output_separator", "is 6 signs here"),
        ({"field_separator": "||", "sort": ["1", "2n"], "key_fields": 2}, "field_separator", "has 2 bytes"),
        ({"field_separator": "\u00a7", "sort": ["2"], "reducer": None}, "field_separator", "has 2 bytes"),
        ({"field_separator": "||", "partition_fields": 2, "key_fields": 3}, "field_separator", "has 2 bytes"),
        ({"output_separator": "a\nb"}, "output_separator", "must be text"),
        ({"sort": ["2,3"]}, "sort", "'2,3' is no field"),
        ({"sort": ["1rn"]}, "sort", "'1rn' is no field"),
        ({"sort": ["0"]}, "sort", "'0' is no field"),
        ({"sort": ["2"]}, "sort", "field 2 is not in the key, which has 1 field; set key_fields to 2 or more"),
        ({"partition_fields": 3, "key_fields": 2}, "partition_fields", "field 3 is not in the key, which has 2 fields"),
        ({**MANY, "reduces": 0, "reducer": None}, "sort", "with 0 reduces"),
        ({**MANY, "reduces": 0, "reducer": None}, "partition_fields", "with 0 reduces"),
        ({**MANY, "reduces": 0, "reducer": None}, "key_fields", "without a reducer whole lines"),
        ({"key_fields": 2, "reducer": None}, "key_fields", "without a reducer whole lines"),
        ({"input_format": "lines"}, "input_format", "must be one of text, key_value, nline"),
        (
            {"input_format": "org.apache.hadoop.mapreduce.lib.input.NLineInputFormat"},
            "input_format",
            "is of Hadoop's new API",
        ),
        ({"output_format": "nline"}, "output_format", "must be one of text, sequence"),
        ({"lines_per_map": 5}, "lines_per_map", "goes with the input_format nline only"),
        ({"output_format": "sequence", "output_separator": ","}, "output_separator", "keeps keys and values apart"),
        ({"output_compress": "gz"}, "output_compress", "must be one of none, deflate, gzip"),
        ({"priority": "HIGH"}, "priority", "must be one of very_low"),
        ({"queue": "a b"}, "queue", "must be the name of a queue"),
    ],
)
def test_what_cannot_be_meant_is_refused(spec, name, said):
    found = streaming_checks.problems({**BASE, **spec})
    assert [text for option, text in found if option == name and said in text], found
    assert any(said in text for text in streaming.problems({**BASE, **spec}))


@pytest.mark.parametrize("spec", [{"sort": ["2nr"]}, {"partition_fields": 3}])
def test_without_a_reducer_fields_are_those_of_the_whole_line(spec):
    assert streaming_checks.problems({**BASE, "reducer": None, **spec}) == []
    assert streaming.properties({**BASE, "reducer": None, **spec})["stream.map.output"] == "keyonlytext"


GOOD = {
    **{name: 1 for name, option in streaming_options.SPEC.items() if option["type"] == "int"},
    **{"map_memory": 512, "reduce_memory": 512, "field_separator": ",", "output_separator": ";", "sort": ["1"]},
    **{"input_format": "nline", "output_format": "text", "output_compress": "gzip", "map_output_compress": "gzip"},
    **{"queue": "q", "priority": "low"},
}
NAMES = [(name, own) for name, owns in streaming_options.OWN.items() for own in owns]
OLD = [(name, old) for name, own in NAMES for old, new in property_names.OLD_NAMES.items() if new == own]


@pytest.mark.parametrize("name, key", NAMES + OLD)
def test_what_is_said_twice_is_refused_with_both_names(name, key):
    (text,) = [text for text in streaming.problems({**BASE, name: GOOD[name], "options": {key: "x"}}) if key in text]
    assert text.startswith(f"{name}: ")


def test_old_names_were_looked_at():
    assert len(OLD) > 15 and set(GOOD) == set(streaming_options.SPEC)


@pytest.mark.parametrize("key", ["mapred.map.tasks", "mapred.min.split.size", "mapreduce.input.x"])
def test_who_says_how_the_input_is_cut_by_an_old_name_has_the_last_word_too(key):
    assert streaming.split_size({**BASE, "options": {key: 5}}, 500, 5000, 2) is None


@pytest.mark.parametrize(
    "spec, files, size, split",
    [
        ({"maps": 10}, 500, 5000, 500),
        ({"maps": 10}, 11, 5000, 500),
        ({"maps": 10}, 10, 5000, None),
        ({"maps": 10, "combine": False}, 500, 5000, None),
        ({"input_format": "text"}, 500, 5000, 1250),
        ({"input_format": "nline"}, 500, 5000, None),
        ({"input_format": "combine"}, 1, 400, 100),
        ({"input_format": "combine", "combine": False}, 1, 400, 100),
        ({"input_format": "combine"}, 1, 1 << 40, 128 << 20),
        ({"input_format": "combine", "maps": 2}, 1, 1 << 40, 1 << 39),
        ({"input_format": "combine", "options": {"mapred.max.split.size": 9}}, 1, 1 << 40, None),
    ],
)
def test_files_share_as_many_maps_as_are_asked_for(spec, files, size, split):
    assert streaming.split_size({**BASE, **spec}, files, size, 2) == split


RAW = {"mapper": "cat", "reducer": "cat", "input": "/in", "output": "/out"}


def test_a_job_without_these_options_keeps_the_fingerprint_that_it_always_had():
    empty = {**RAW, **dict.fromkeys(streaming_options.SPEC), "archives": []}
    expected = "bb1cbce2c91868c97d2df7a24ddb3ef1cbc15e4ed402f6c32c2215bbf60daabe"
    assert identity.of_lone_job(empty) == identity.of_lone_job(RAW) == expected


@pytest.mark.parametrize("name", sorted(streaming_options.SPEC))
def test_what_can_change_the_answer_and_nothing_else_makes_another_job(name):
    same = name in streaming_options.NOT_IDENTITY
    assert (identity.of_lone_job({**RAW, name: GOOD[name]}) == identity.of_lone_job(RAW)) == same
    assert (jobs.differences({"id": "j"}, {"id": "j", name: GOOD[name]}) == []) == same
    neutral = {"maps", "map_output_compress", "queue", "priority", "map_memory", "reduce_memory", "vcores"}
    assert same == (name in neutral | {"task_timeout", "attempts"})


def test_the_number_of_maps_is_part_of_an_answer_that_has_a_part_of_each():
    alone = {**RAW, "reducer": None, "reduces": 0}
    assert identity.of_lone_job({**alone, "maps": 3}) != identity.of_lone_job(alone)


def test_a_job_is_the_same_as_it_was_written_and_as_ansible_types_it():
    written, typed = {**RAW, "sort": "1, 2nr", "key_fields": "2"}, {**RAW, "sort": ["1", "2nr"], "key_fields": 2}
    assert identity.of_lone_job(written) == identity.of_lone_job(typed) != identity.of_lone_job(RAW)
    assert identity.of_lone_job({**RAW, "sort": [1, "2nr"], "key_fields": 2}) == identity.of_lone_job(typed)


def test_the_contents_of_an_archive_are_part_of_the_job():
    one, other = ([{"src": "/x/env.tgz", "name": "env", "sha256": digest}] for digest in "ab")
    found = [identity.of_lone_job({**RAW, "archives": archives}) for archives in ([], one, other)]
    assert len(set(found)) == 3
