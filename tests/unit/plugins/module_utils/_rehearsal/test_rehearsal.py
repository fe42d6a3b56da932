# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole rehearsals of small programs, good and bad."""

from __future__ import annotations

import math
import os
import re
import sys
import tempfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import (
    pipeline,
    records,
    rehearsal,
    sample,
    task,
    variations,
    words,
)

WORDS = "awk '{for (i = 1; i <= NF; i++) print $i \"\\t\" 1}'"
SUM = "awk -F'\\t' '$1 != k {if (NR > 1) print k \"\\t\" n; k = $1; n = 0} {n += $2} END {if (NR) print k \"\\t\" n}'"
LIMITS = task.Limits(20)
TEXT = "the cat and the dog\n" * 6 + "a bird\n" * 5
FIRST, AGAIN = "one map for each file, one reduce", "when the same is run again"


@pytest.fixture
def rehearse(tmp_path):
    """Rehearse shell commands, or Python where the text begins with import, as mapper, reducer and combiner."""

    def run(mapper, reducer=None, combiner=None, text=TEXT, reduces=1, limits=LIMITS, seconds=60, **settings):
        texts = text if isinstance(text, dict) else {"in.txt": text}
        for name, one in texts.items():
            (tmp_path / name).write_text(one)
        sources = [sample.Source(str(tmp_path / name), len(one), f"/in/{name}") for name, one in texts.items()]
        files, commands = settings.pop("extra", {}), {}
        for role, program in (("mapper", mapper), ("reducer", reducer), ("combiner", combiner)):
            commands[role] = program
            if program and " " in program:
                first = f"#!{sys.executable}\n" if program.startswith("import") else "#!/bin/sh\n"
                (tmp_path / role).write_text(f"{'' if program.startswith('#!') else first}{program}\n")
                commands[role], files[role] = role, str(tmp_path / role)
        properties = words.present_names({**settings.pop("properties", {}), "mapreduce.job.reduces": str(reduces)})
        job = pipeline.Job(commands, files, properties, reduces=reduces, **settings)
        taken = sample.take(sources, sample.read_local)
        with tempfile.TemporaryDirectory(dir=tmp_path) as root:
            found = rehearsal.rehearse(job, taken, root, limits, seconds)
            assert set(os.listdir(root)) <= {"filecache"}
        return found

    return run


def ids(found):
    return [(one["id"], one["severity"]) for one in found["findings"]]


def test_a_good_job_is_tried_in_all_ways_without_a_word(rehearse):
    found = rehearse(WORDS, SUM, SUM, {"a.txt": TEXT, "b.txt": TEXT}, reduces=3, joins=True)
    assert ids(found) == [] and found["not_tried"] == []
    assert found["tried"] == [
        FIRST,
        "with 3 reduces instead of one",
        "when the combiner runs once",
        "when a file is cut into several splits",
        "when one map reads several files",
        AGAIN,
        "when the values of a key arrive in another order",
        "when the combiner runs twice",
    ]
    speed = found["speed"]
    assert speed["sample_bytes"] == 2 * len(TEXT) and speed["map_output_ratio"] > 1
    assert speed["map_bytes_per_second"] > 0 and speed["reduce_bytes_per_second"] > 0


def test_the_line_that_breaks_a_mapper_is_named_with_its_traceback(rehearse, tmp_path):
    script = "import sys\ndef main():\n    for line in sys.stdin:\n        print(line.split()[0], int(line.split()[1]))\nmain()"
    good, bad = "a 1\nb 2\n", "a 1\nb 2\nodd x\nc 3\nd 4\n"
    (error,) = rehearse(script, SUM, text={"a.txt": good, "b.txt": bad})["findings"]
    assert (error["id"], error["severity"]) == ("mapper-failed", "error")
    assert "mapper line 5, in main: print(line.split()[0], int(line.split()[1])): ValueError: invalid" in error["text"]
    assert error["text"].endswith(f"it breaks on line 3 of {tmp_path}/b.txt (byte 8): odd x.")
    evidence = error["evidence"]
    assert evidence["exit_code"] == 1 and "Traceback" in evidence["stderr"] and str(tmp_path) not in evidence["stderr"]
    assert evidence["input"]["alone"] is True and evidence["input"]["line"] == 3


def test_a_reducer_that_fails_is_told_with_the_line_of_its_input(rehearse):
    reducer = 'while read -r k v; do [ "$k" = dog ] && exit 3; echo "$k"; done'
    (error,) = rehearse(WORDS, reducer)["findings"]
    assert error["id"] == "reducer-failed"
    assert (
        "it ended with exit code 3 and said nothing on stderr; it breaks on line 23 of its input: dog" in error["text"]
    )
    assert "Let it say why on stderr" in error["hint"] and "grep" not in error["hint"]


@pytest.mark.parametrize(
    "ending, words_, hint",
    [
        ("exit 1", "it ended with exit code 1 and said nothing on stderr", "as of a grep that finds nothing"),
        ("kill -9 $$", "it was killed (exit code 137), most likely for memory", "Nothing here"),
        ("exit 137", "it was killed (exit code 137), most likely for memory", "Nothing here"),
        ("kill -11 $$", "it crashed (exit code 139, segmentation fault)", "It is an error in native code"),
        ("kill -6 $$", "it aborted (exit code 134)", "A native library"),
        ("kill -15 $$", "it was told to end (exit code 143)", "Nothing here"),
    ],
)
def test_a_program_that_ends_without_a_word_is_told_by_its_exit_code(rehearse, ending, words_, hint):
    (error,) = rehearse(f"cat >/dev/null; {ending}", reduces=0)["findings"]
    assert error["id"] == "mapper-failed" and words_ in error["text"] and hint in error["hint"]


@pytest.mark.parametrize(
    ("size", "channel"),
    [("4194304KB", ""), ("4194304 KB", ""), ("4194304KB", " >&2")],
)
def test_a_jvm_that_finds_no_room_for_its_heap_is_told_with_the_limit(rehearse, size, channel):
    last = f"Could not reserve enough space for {size} object heap"
    java = rf"printf 'Error occurred during initialization of VM\n{last}\n'{channel}; exit 1"
    (error,) = rehearse(java, reduces=0, limits=task.Limits(20, 1 << 30))["findings"]
    assert error["id"] == "mapper-memory" and f"exit code 1: {last}, without" in error["text"]
    assert "1024 MiB here" in error["hint"]


def test_a_program_that_fails_before_it_reads_is_told_without_a_line(rehearse):
    (error,) = rehearse("echo broken >&2; exit 1", SUM)["findings"]
    assert "broken, without any input too" in error["text"] and error["evidence"]["input"]["line"] == 0


def test_of_a_key_without_a_value_the_separator_at_the_end_is_told(rehearse):
    reducer = "import sys\nfor line in sys.stdin:\n    key, value = line.rstrip('\\n').split('\\t')\n    int(value)"
    (error,) = rehearse("cat -", reducer, text="a\t1\nb\nc\t2\n")["findings"]
    assert "it breaks on line 2 of its input: b\\t" in error["text"] and "ends a line of a mapper" in error["hint"]


def test_what_breaks_it_is_told_apart_from_what_it_does_without_input(rehearse):
    reducer = "import sys\nn = 0\nfor line in sys.stdin:\n    n += int(line.split()[1])\n    k = line\nprint(k, n)"
    (error,) = rehearse("cat -", reducer, text="a\t1\nb\tx\nc\t2\n")["findings"]
    assert "it breaks on line 2 of its input: b\\tx" in error["text"]


def test_a_combiner_that_changes_the_answer_is_an_error_with_the_keys(rehearse):
    count = SUM.replace("n += $2", "n += 1")
    found = rehearse(WORDS, count, count)
    (error,) = found["findings"]
    assert (error["id"], error["severity"]) == ("answer-depends-on-combiner", "error")
    assert "When the combiner runs once, the answer is another one: 6 keys differ, such as" in error["text"]
    assert {"key": "cat", "one": ["6"], "other": ["1"]} in error["evidence"]["examples"]
    assert "when the combiner runs twice" not in found["tried"]


def test_a_combiner_that_is_wrong_only_the_second_time_is_found(rehearse):
    # It takes each line for a raw one, unless that comes from itself: then it is dropped.
    combiner = "awk -F'\\t' '$2 ~ /c$/ {next} {n[$1] += $2} END {for (k in n) print k \"\\t\" n[k] \"c\"}' | sort"
    reducer = "awk -F'\\t' '{sub(/c$/, \"\", $2); n[$1] += $2} END {for (k in n) print k \"\\t\" n[k]}'"
    found = rehearse(WORDS, reducer, combiner)
    assert ids(found) == [("answer-depends-on-combiner", "error")]
    assert "runs twice" in found["findings"][0]["text"]


def test_a_combiner_that_fails_does_not_hide_the_rest(rehearse):
    found = rehearse(WORDS, SUM, "cat >/dev/null; exit 4")
    assert ids(found) == [("combiner-failed", "error")]
    assert "when the combiner runs once" in found["findings"][0]["text"]
    assert "when a file is cut into several splits" in found["tried"]


MEAN = "awk -F'\\t' '{n[$1] += $2; m[$1] += NF > 2 ? $3 : 1} END {for (k in n) %s}' | sort"


def test_a_combiner_that_changes_what_rounding_may_is_a_warning(rehearse):
    mapper = "awk '{print $1 \"\\t\" $2}'"
    reducer = MEAN % 'printf "%s\\t%.2f\\n", k, n[k] / m[k]'
    combiner = MEAN % 'printf "%s\\t%.2f\\t%d\\n", k, n[k], m[k]'
    text = "a 0.487\na 0.487\nb 1\n"
    found = rehearse(mapper, reducer, combiner, text=text)
    (warning,) = found["findings"]
    assert (warning["id"], warning["severity"]) == ("answer-depends-on-combiner", "warning")
    assert "1 key differs by one in the last digit, as rounding does, such as a: 0.49 and 0.48." in warning["text"]
    assert "when the combiner runs twice" in found["tried"]
    # By more it is wrong.
    found = rehearse(mapper, reducer, combiner.replace("n[k],", "n[k] + 1,"), text=text)
    assert ids(found) == [("answer-depends-on-combiner", "error")]


@pytest.mark.parametrize(
    ("properties", "end"),
    [
        ({}, b"\t"),
        ({"stream.reduce.output.field.separator": ","}, b","),
        (
            {"stream.reduce.output.field.separator": ",", "mapreduce.output.textoutputformat.separator": ";"},
            b";",
        ),
        ({"mapreduce.output.textoutputformat.separator": ""}, b"\t"),
    ],
)
def test_the_key_of_a_line_of_the_answer_ends_where_the_job_says(properties, end):
    assert rehearsal.key_end(pipeline.Job({}, {}, properties)) == end


NUMBERED = "awk '{print $1 \"\\t\" NR}'"


def test_a_mapper_that_counts_its_lines_is_an_error_and_without_reduces_a_warning(rehearse):
    assert ("answer-depends-on-splits", "error") in ids(rehearse(NUMBERED, "cat -"))
    assert ids(rehearse(NUMBERED, reduces=0)) == [("answer-depends-on-splits", "warning")]


def test_packed_files_are_not_cut_since_hadoop_would_not(rehearse, tmp_path):
    import gzip

    (tmp_path / "a.gz").write_bytes(gzip.compress(TEXT.encode()))
    source = sample.Source(str(tmp_path / "a.gz"), (tmp_path / "a.gz").stat().st_size)
    parts = sample.take([source], sample.read_local).parts
    assert len(pipeline.cut(parts)) == 1
    plain = sample.Part(sample.Source("a.txt", 1), None, parts[0].records)
    assert [len(split.records) for split in pipeline.cut([plain])] == [3, 4, 4]


def records_of(number, data=b""):
    return [records.Record(0, at + 1, at, data) for at in range(number)]


@pytest.mark.parametrize("number", [2, 3, 4, 5, 8, 12, 24, 60, 1000, 9973, 32_223])
def test_no_number_of_lines_that_belong_together_fits_all_cuts(number):
    found = pipeline.cuts(records_of(number))
    assert found == sorted(found) and found[0] > 0 and found[-1] < number and len(found) == min(2, number - 1)
    assert math.gcd(*found) == 1
    if number > 100:
        assert all(abs(cut - number * share // 3) < 40 for share, cut in zip((1, 2), found))


def test_where_hadoop_is_told_how_many_lines_a_map_reads_the_cuts_are_there():
    assert pipeline.cuts(records_of(1000), 40) == [320, 640]
    assert pipeline.cuts(records_of(50), 40) == [40]
    assert pipeline.cuts(records_of(100), 100) == []


def test_quotes_over_a_line_end_are_cut():
    lines = records_of(50, b'1,"plain"')
    lines[20] = lines[20]._replace(data=b'1,"two ""and')
    lines[21] = lines[21]._replace(data=b'a half"')
    assert 21 in pipeline.cuts(lines) and len(pipeline.cuts(lines)) == 3


FASTQ = "import sys\nfor i, line in enumerate(sys.stdin):\n    if i % 4 == 1:\n        print(line[:2] + '\\t1')"
PAIRS = "import sys\nfor line in sys.stdin:\n    print(line.strip() + next(sys.stdin, '').strip() + '\\t1')"
CSV = "import csv, sys\nfor row in csv.reader(sys.stdin):\n    print(row[0] + '\\t1')"


@pytest.mark.parametrize("number", [3, 4, 8, 2000])
def test_a_mapper_of_records_of_several_lines_is_an_error(rehearse, number):
    fastq = "".join(f"@r{at}\n{'ACGT'[at % 4]}{'CA'[at % 2]}\n+\nII\n" for at in range(number))
    assert ("answer-depends-on-splits", "error") in ids(rehearse(FASTQ, SUM, text=fastq))
    pairs = "".join(f"a{at}\nb{at}\n" for at in range(number))
    assert ("answer-depends-on-splits", "error") in ids(rehearse(PAIRS, SUM, text=pairs))
    # Where each map reads whole records, it is right.
    properties = {
        "mapred.input.format.class": "",
        "mapreduce.input.lineinputformat.linespermap": "4",
    }
    assert ids(rehearse(FASTQ, SUM, text=fastq, properties=properties)) == []


HEADING = "import csv, sys\nfor row in csv.DictReader(sys.stdin):\n    print(row['name'] + '\\t1')"
COLUMNS = "name,number\n" + "".join(f"w{at % 7},{at}\n" for at in range(60))


def test_a_mapper_that_takes_the_first_line_for_a_heading_is_told_once_and_why(rehearse):
    found = rehearse(HEADING, SUM, text=COLUMNS)
    (error,) = found["findings"]
    assert error["id"] == "mapper-failed" and "KeyError: 'name'" in error["text"]
    assert "when a file is cut into several splits" in error["text"]
    assert error["hint"].startswith("It fails only for a split that is not the first of its file")
    assert found["not_tried"] == ["when the values of a key arrive in another order"]
    (error,) = rehearse(HEADING.replace("print", "next(sys.stdin, 0); print"), text=COLUMNS, reduces=0)["findings"]
    assert error["id"] == "mapper-failed"


def test_a_mapper_that_leaves_out_the_first_line_is_told(rehearse):
    mapper = "import sys\nnext(sys.stdin)\nfor line in sys.stdin:\n    print(line.split(',')[0] + '\\t1')"
    (error,) = rehearse(mapper, SUM, text=COLUMNS)["findings"]
    assert error["id"] == "answer-depends-on-splits" and "a heading comes to the first map" in error["hint"]


def test_a_mapper_of_csv_with_line_ends_in_quotes_is_an_error(rehearse):
    rows = [f'w{at % 7},"some {at}"' for at in range(400)]
    rows[330] = 'w3,"two\nlines"'
    (error,) = rehearse(CSV, SUM, text="\n".join(rows) + "\n")["findings"]
    assert (error["id"], error["severity"]) == ("answer-depends-on-splits", "error")
    assert "Records of several lines" in error["hint"]


@pytest.mark.parametrize("reduces, severity", [(1, "warning"), (4, "error")])
def test_a_reducer_that_sums_over_keys_is_found(rehearse, reduces, severity):
    total = "awk -F'\\t' '{n += $2} END {if (NR) print \"total\\t\" n}'"
    found = rehearse(WORDS, total, reduces=reduces)
    assert ids(found) == [("answer-depends-on-reducers", severity)]
    assert "total: 40 and" in found["findings"][0]["text"]


@pytest.mark.parametrize("ordered, hint", [("-k2,2nr", "Begin job_sort with 1, as"), ("-k1,1 -k2,2nr", None)])
def test_a_sort_that_begins_with_another_field_than_the_partition_is_named(rehearse, ordered, hint):
    mapper = "awk '{print $1 \"\\t\" NR % 3}'"
    runs = "cut -f1 | uniq -c"
    properties = {
        "stream.num.map.output.key.fields": "2",
        "mapreduce.partition.keypartitioner.options": "-k1,1",
        "mapred.partitioner.class": "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner",
        "mapreduce.job.output.key.comparator.class": "org.apache.hadoop.mapreduce.lib.partition.KeyFieldBasedComparator",
        "mapreduce.partition.keycomparator.options": ordered,
    }
    found = rehearse(mapper, runs, text="a\nb\nc\nd\n" * 12, reduces=4, properties=properties)
    hints = [one["hint"] for one in found["findings"] if one["id"] == "answer-depends-on-reducers"]
    assert [one.startswith(hint) for one in hints] == [True] if hint else not hints, found


def test_a_reducer_that_cares_for_the_order_of_values_is_a_warning(rehearse):
    mapper = "awk '{print \"k\\t\" $1 NR % 2}'"
    last = "awk -F'\\t' '{v = $2} END {if (NR) print \"k\\t\" v}'"
    assert ids(rehearse(mapper, last, text="a\nb\nc\nd\n")) == [("answer-depends-on-value-order", "warning")]


def test_programs_that_do_not_repeat_themselves_are_only_a_warning(rehearse):
    found = rehearse("awk -v p=$$ '{print $1 \"\\t\" p}'", "cat -", "cat -")
    assert ids(found) == [("answer-not-repeatable", "warning")]
    # With the output of the same map the combiner is right; what else differs may be due to anything.
    assert found["tried"] == [FIRST, "when the combiner runs once", AGAIN]
    assert found["not_tried"][0] == "when a file is cut into several splits" and len(found["not_tried"]) > 2


@pytest.mark.parametrize("number, severity", [(10, "warning"), (20_000, "error")])
def test_a_program_that_leaves_early_is_told(rehearse, number, severity):
    found = rehearse('read -r line; echo "$line"', text="some line\n" * number, reduces=0)
    assert ("stops-reading", severity) in ids(found)


@pytest.mark.parametrize(
    "reducer, words_",
    [
        ("org.apache.hadoop.mapred.lib.IdentityReducer", "is a class of Hadoop's"),
        ("no-such-command", "is not on this machine"),
    ],
)
def test_what_is_not_here_is_a_note_and_the_mapper_is_tried_all_the_same(rehearse, reducer, words_):
    found = rehearse(WORDS, reducer)
    assert ids(found) == [("not-rehearsed", "note")] and words_ in found["findings"][0]["text"]
    assert found["speed"]["map_bytes_per_second"] and found["speed"]["reduce_bytes_per_second"] is None
    assert ids(rehearse("exit 5 ", reducer))[0] == ("mapper-failed", "error")


def test_hadoop_s_own_aggregate_is_played(rehearse):
    mapper = WORDS.replace("print $i", 'print "LongValueSum:" $i')
    found = rehearse(mapper, "aggregate", reduces=2)
    assert ids(found) == [] and "with 2 reduces instead of one" in found["tried"]
    found = rehearse('awk \'{print "UniqValueCount:" $1 "\\t" NR}\'', "Aggregate")
    assert ids(found) == [("answer-depends-on-splits", "error")]


@pytest.mark.parametrize(
    "line, words_",
    {
        "word\\t1": "it does not begin with a function",
        "LongSum:a\\t1": "there is no function LongSum",
        "LongValueSum:a\\tx": "'x' is no whole number",
    }.items(),
)
def test_lines_that_aggregate_cannot_take_are_an_error(rehearse, line, words_):
    found = rehearse(f"awk '{{print \"{line}\"}}'", "aggregate")
    assert ids(found) == [("aggregate-input", "error")] and words_ in found["findings"][0]["text"]


def test_the_search_for_the_line_runs_only_on_what_was_read(rehearse, tmp_path):
    mapper = f'echo run >> {tmp_path}/runs; while read -r l; do [ "$l" = bad ] && exit 1; done; exit 0'
    found = rehearse(mapper, text="bad\n" + "some line\n" * 60_000, reduces=0, limits=task.Limits(20))
    assert "it breaks on line 1 of" in found["findings"][0]["text"]
    # The first run, one without input, one with the line alone: a shell reads no further than a line.
    assert (tmp_path / "runs").read_text().count("run") == 3


def test_an_input_format_of_another_kind_is_a_note(rehearse):
    properties = {"mapred.input.format.class": "org.apache.hadoop.mapred.SequenceFileInputFormat"}
    # What ends a line of text says nothing of another format.
    found = rehearse(WORDS, SUM, text="a\rb\n", properties=properties)
    assert ids(found) == [("not-rehearsed", "note")] and found["tried"] == []


def test_a_carriage_return_in_the_input_is_told_whatever_can_be_tried(rehearse):
    warned = ("input-carriage-return", "warning")
    assert warned in ids(rehearse("cat", text="a\rb\n", reduces=0))
    assert warned in ids(rehearse("no-such-tool", text="a\rb\n", reduces=0))


@pytest.mark.parametrize(
    "first", ["#!/no/such/interpreter -x", "#!/usr/bin/env no-such-interpreter", "no-such-tool | cat; exit 127"]
)
def test_an_interpreter_that_is_missing_here_is_a_note(rehearse, first):
    found = rehearse(first, SUM)
    assert (
        ids(found) == [("not-rehearsed", "note")] and "lacks a command on this machine" in found["findings"][0]["text"]
    )


def test_a_module_that_is_missing_here_is_a_warning_and_a_forgotten_one_an_error(rehearse, tmp_path):
    script = "import helper_of_mine"
    found = rehearse(script + " ", SUM)
    assert ids(found) == [("module-missing-here", "warning")]
    (tmp_path / "helper_of_mine.py").write_text("")
    found = rehearse(script + " ", SUM)
    assert ids(found) == [("side-file-missing", "error")]
    assert f"{tmp_path}/helper_of_mine.py does not travel with the job" in found["findings"][0]["text"]


def test_a_side_file_that_lies_beside_the_program_and_was_forgotten_is_named(rehearse, tmp_path):
    script = "import sys\nopen('books.txt')"
    assert ids(rehearse(script, SUM)) == [("mapper-failed", "error")]
    (tmp_path / "books.txt").write_text("")
    (error,) = rehearse(script, SUM)["findings"]
    assert error["id"] == "side-file-missing" and error["evidence"]["file"] == f"{tmp_path}/books.txt"
    assert ids(rehearse(script, SUM, extra={"books.txt": str(tmp_path / "books.txt")})) == [
        ("no-map-output", "warning"),
        ("stops-reading", "warning"),
    ]


@pytest.mark.parametrize("program", ["grep -f books.txt -", "./books.txt", "cat books.txt"])
def test_a_side_file_that_a_shell_misses_is_named_too(rehearse, tmp_path, program):
    assert "side-file-missing" not in dict(ids(rehearse(f"set -e; {program}", SUM)))
    (tmp_path / "books.txt").write_text("cat\n")
    (error,) = rehearse(f"set -e; {program}", SUM)["findings"]
    assert error["id"] == "side-file-missing" and error["evidence"]["file"] == f"{tmp_path}/books.txt"


def test_a_program_that_follows_its_own_link_is_told_that_it_lies_alone_there(rehearse, tmp_path):
    (tmp_path / "books.txt").write_text("cat\n")
    python = "import pathlib, sys\nopen(pathlib.Path(__file__).resolve().parent / 'books.txt')"
    for script in (python, 'cat "$(dirname "$(readlink -f "$0")")/books.txt"; exit 2'):
        (error,) = rehearse(script, SUM)["findings"]
        assert error["id"] == "side-file-missing" and "and looks for books.txt there." in error["text"]
        assert error["hint"].startswith("Name it in job_files. Let it open books.txt by its bare name")
        (error,) = rehearse(script, SUM, extra={"books.txt": str(tmp_path / "books.txt")})["findings"]
        assert error["hint"].startswith("Let it open books.txt by its bare name")
    (error,) = rehearse(python.replace("'books", "'../data/books"), SUM)["findings"]
    assert "and looks for data/books.txt there." in error["text"]


def test_a_side_file_in_a_folder_is_told_with_what_leads_on(rehearse, tmp_path):
    script = "import sys\nopen('./conf/stop.json')"
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/stop.json").write_text("")
    (error,) = rehearse(script, SUM)["findings"]
    assert error["id"] == "side-file-missing" and error["evidence"]["role"] == "mapper"
    assert f"The mapper opens conf/stop.json, and {tmp_path}/conf/stop.json does not travel" in error["text"]
    assert error["hint"].startswith("Name it in job_files and let the program open stop.json, without a folder.")
    assert "tar -czf conf.tgz -C conf . and name conf.tgz in job_archives" in error["hint"]
    # Who named it only is told the other half.
    (error,) = rehearse(script, SUM, extra={"stop.json": str(tmp_path / "conf/stop.json")})["findings"]
    assert error["id"] == "side-file-missing" and error["hint"] == "Let it open stop.json, without a folder."
    # Who packed it with one folder too many is told that.
    (tmp_path / "unpacked/conf").mkdir(parents=True)
    (error,) = rehearse(script, SUM, extra={"conf": str(tmp_path / "unpacked")})["findings"]
    assert "It is not there in what conf is unpacked from. Pack it by tar -czf conf.tgz -C conf ." in error["hint"]
    # A program that knows its way finds it.
    assert "side-file-missing" not in dict(ids(rehearse(script, SUM, extra={"conf": str(tmp_path / "conf")})))


def test_a_package_beside_the_program_is_to_be_packed(rehearse, tmp_path):
    (tmp_path / "tools_of_mine").mkdir()
    (error,) = rehearse("import tools_of_mine, sys ", SUM)["findings"]
    assert error["id"] == "side-file-missing" and "-C tools_of_mine ." in error["hint"]


def test_a_slow_program_is_tried_on_less(rehearse):
    mapper = 'n=$(cat | tee lines | wc -l); [ "$n" -gt 10 ] && sleep 60; cat lines'
    found = rehearse(mapper, text="x\n" * 100, reduces=0, limits=task.Limits(2.5))
    assert ids(found) == [("sample-shrunk", "note")] and "on 7 lines of the sample only" in found["findings"][0]["text"]


def test_a_program_that_hangs_is_an_error(rehearse):
    found = rehearse("sleep 60; cat", limits=task.Limits(0.3))
    assert ids(found) == [("mapper-timeout", "error")]
    assert re.search(r"does not end within \d\.\d s on 11 lines", found["findings"][0]["text"])


@pytest.mark.parametrize(
    "mapper, reducer, role", [("sleep 60; cat", None, "mapper"), ("cat -", "sleep 60; cat", "reducer")]
)
def test_a_program_that_hangs_is_an_error_where_one_limit_takes_all_the_time(
    rehearse, mapper, reducer, role, monkeypatch
):
    monkeypatch.setattr(rehearsal, "LEAST_SECONDS", 0.5)
    found = rehearse(mapper, reducer, text="x\n" * 1000, reduces=int(role == "reducer"), seconds=3)
    assert ids(found) == [(f"{role}-timeout", "error")]
    assert " s on 16 lines" in found["findings"][0]["text"]


def test_a_program_that_is_slow_with_each_line_is_no_error(rehearse):
    # Neither all lines nor a sixteenth of them can be done in time.
    mapper = "import sys, time\nfor line in sys.stdin:\n    time.sleep(0.02)\n    print(line, end='')"
    found = rehearse(mapper, text="x\n" * 3000, reduces=0, seconds=6)
    assert ids(found)[0] == ("sample-shrunk", "note")
    assert "on 16 lines of the sample only" in found["findings"][0]["text"]
    assert {severity for _id, severity in ids(found)} == {"note"} and len(found["answer"]) == 16


def test_a_limit_that_is_too_short_to_judge_by_is_no_reason_for_an_error(rehearse):
    assert {one["severity"] for one in rehearse("sleep 60; cat", text="x\n" * 1000, seconds=3)["findings"]} == {"note"}


def test_when_time_is_over_what_was_not_tried_is_told(rehearse):
    found = rehearse(WORDS, SUM, seconds=0)
    assert ids(found) == [("rehearsal-cut-short", "note")] and found["tried"] == []


def test_where_what_the_job_asks_for_was_not_tried_it_is_a_warning(rehearse, monkeypatch):
    planned = variations.planned

    def late(at):
        def planned_late(stage, parts):
            def answer():
                raise pipeline.OutOfTime

            return [one._replace(answer=answer) if at in one.what else one for one in planned(stage, parts)]

        monkeypatch.setattr(variations, "planned", planned_late)

    late("reduces instead")
    (warning,) = rehearse(WORDS, SUM, reduces=3)["findings"]
    assert (warning["id"], warning["severity"]) == ("rehearsal-cut-short", "warning")
    assert "not tried: with 3 reduces instead of one; " in warning["text"]
    assert warning["hint"] == "Allow it more time to see the rest, by job_preflight_seconds."
    assert ids(rehearse(WORDS, SUM, reduces=1)) == [("rehearsal-cut-short", "note")]
    # What differed before the repetition that was to tell why is told all the same.
    late("one map reads")
    found = rehearse(NUMBERED, "cat -", text={"a.txt": TEXT}, reduces=2, joins=True)
    assert ("answer-depends-on-splits", "error") in ids(found)
    again = variations.again
    monkeypatch.setattr(variations, "again", lambda stage, parts: again(stage, parts)._replace(answer=_over))
    assert ids(rehearse(NUMBERED, "cat -")) == [
        ("answer-depends-on-splits", "warning"),
        ("rehearsal-cut-short", "note"),
    ]


def _over():
    raise pipeline.OutOfTime


def test_a_run_that_the_end_of_all_time_cuts_off_is_not_taken_for_a_slow_one(rehearse):
    assert ids(rehearse("sleep 60; cat", seconds=0.3)) == [("rehearsal-cut-short", "note")]


def test_sort_options_that_hadoop_refuses_are_an_error(rehearse):
    properties = {
        "mapreduce.job.output.key.comparator.class": "org.apache.hadoop.mapreduce.lib.partition.KeyFieldBasedComparator",
        "mapred.text.key.comparator.options": "-k1,1g",
    }
    assert ids(rehearse(WORDS, SUM, properties=properties)) == [("sort-options", "error")]


def test_counters_are_added_up_and_too_many_are_an_error(rehearse):
    mapper = 'awk \'{print; print "reporter:counter:G," $1 ",1" > "/dev/stderr"}\''
    assert rehearse(mapper, reduces=0)["counters"] == {"G": {"the": 6, "a": 5}}
    found = rehearse(mapper, reduces=0, text="".join(f"w{number}\n" for number in range(200)))
    assert ids(found) == [("too-many-counters", "error")]
    wrong = mapper.replace(",1", "")
    assert ids(rehearse(wrong, reduces=0)) == [("report-unreadable", "warning")]


def test_a_reducer_that_cannot_do_without_input_is_a_warning_where_there_are_several(rehearse):
    reducer = SUM.replace("END {if (NR)", "END {if (!NR) exit 2;")
    assert ids(rehearse(WORDS, reducer, reduces=2)) == [("reducer-fails-without-input", "warning")]
    assert ids(rehearse(WORDS, reducer, reduces=1)) == []


def test_what_a_reducer_writes_without_input_does_not_count(rehearse):
    found = rehearse("cat -", "cat >/dev/null; echo seen", text="a\n" * 4, reduces=2)
    assert ids(found) == [("output-without-input", "note")]
    assert "with 2 reduces instead of one" in found["tried"]


def test_silence_is_told(rehearse):
    assert ids(rehearse("cat >/dev/null", SUM)) == [("no-map-output", "warning")]
    assert ids(rehearse(WORDS, "cat >/dev/null")) == [("no-output", "warning")]


def test_lines_that_a_grep_leaves_out_are_told(rehearse):
    assert ("lines-left-out", "warning") in ids(rehearse("grep cat -", text="a cat\n\0 cat\n"))
    assert ids(rehearse("grep -a cat -", text="a cat\n\0 cat\n")) == []


@pytest.mark.parametrize(
    ("mapper", "said"),
    [
        ("tr a b | nosuchcommand; cat", "nosuchcommand: not found"),
        ("grep -f nowhere.txt - | sort; cat", "grep: nowhere.txt: No such file or directory"),
        ("cat; cat nowhere.txt; true", "cat: nowhere.txt: No such file or directory"),
    ],
)
def test_what_a_program_does_not_find_and_goes_on_without_is_told(rehearse, mapper, said):
    found = {one["id"]: one for one in rehearse(mapper)["findings"]}
    assert found["not-found"]["severity"] == "warning" and said in found["not-found"]["text"]
    assert "not-found" not in dict(ids(rehearse("cat; echo all found >&2")))


def test_exit_codes_that_the_job_tolerates_are_tolerated(rehearse):
    mapper = f"{WORDS}; exit 3"
    properties = {"stream.non.zero.exit.is.failure": "false"}
    assert ids(rehearse(mapper, SUM, properties=properties)) == []
    assert ids(rehearse(mapper, SUM)) == [("mapper-failed", "error")]


def test_programs_see_their_file_and_their_side_files(rehearse, tmp_path):
    mapper = (
        'cat >/dev/null; echo "$(basename "$map_input_file")	$mapreduce_task_partition $mapreduce_job_reduces $(ls)"'
    )
    found = rehearse(f'{mapper} ; echo "$HOME" > {tmp_path}/home', "exec awk '{print > \"/dev/stderr\"; exit 9}'")
    assert "in.txt\t0 1 mapper" in found["findings"][0]["evidence"]["stderr"]
    assert (tmp_path / "home").read_text() == "/home/\n"
