# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers side by side, the line that broke a program, and pairs of keys and values."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import blame, compare, shuffle

SAME = {
    "order": ([b"a\t1", b"b\t2"], [b"b\t2", b"a\t1"]),
    "last digits": ([b"a\t0.3"], [b"a\t0.30000000000000004"]),
    "exponents": ([b"a\t1e-5 x"], [b"a\t0.00001 x"]),
    "twice the key": ([b"a\t0.1", b"a\t0.3"], [b"a\t0.30000000000000004", b"a\t0.1"]),
}
OTHER = {
    "a count": ([b"a\t1"], [b"a\t2"], ("a", ["1"], ["2"])),
    "large integers": ([b"a\t10000000001"], [b"a\t10000000002"], ("a", ["10000000001"], ["10000000002"])),
    "a missing key": ([b"a\t1"], [], ("a", ["1"], [])),
    "how often": ([b"a\t1", b"a\t1"], [b"a\t1"], ("a", ["1"], [])),
    "words beside numbers": ([b"a\t0.3 x"], [b"a\t0.3 y"], ("a", ["0.3 x"], ["0.3 y"])),
    "more than a billionth": ([b"a\t0.3"], [b"a\t0.30001"], ("a", ["0.3"], ["0.30001"])),
}


@pytest.mark.parametrize("one, other", SAME.values(), ids=SAME)
def test_answers_are_the_same(one, other):
    assert compare.differences(one, other, b"\t")[:2] == (0, [])


@pytest.mark.parametrize("one, other, expected", OTHER.values(), ids=OTHER)
def test_answers_differ(one, other, expected):
    assert compare.differences(one, other, b"\t")[:2] == (1, [expected])


def test_of_many_differences_five_are_shown_and_those_that_both_have_first():
    one = [b"k%d\t1" % number for number in range(20)]
    other = [b"k%d\t2" % number for number in range(10, 30)]
    number, shown, _rounding = compare.differences(one, other, b"\t")
    assert number == 30 and len(shown) == 5 and all(each.one == ["1"] and each.other == ["2"] for each in shown)


def test_many_lines_of_one_key_are_compared_in_bounded_time():
    one = [b"k\t%d.5" % number for number in range(5000)]
    assert compare.differences(one, [*one[1:], one[0]], b"\t").number == 0
    assert compare.differences(one, [line + b"1" for line in one], b"\t")[0] == 1


@pytest.mark.parametrize("breaks_at", [1, 2, 63, 64, 100])
def test_the_record_that_breaks_is_found_in_few_runs(breaks_at):
    runs = []

    def fails(number):
        runs.append(number)
        return number >= breaks_at

    assert blame.smallest_prefix(fails, 100) == (breaks_at - 1, breaks_at)
    assert len(runs) <= 9


def test_what_fails_without_input_is_told_after_one_run():
    runs = []
    assert blame.smallest_prefix(lambda number: runs.append(number) or True, 100) == (-1, 0)
    assert runs == [0]


def test_when_time_is_over_the_range_is_what_is_known():
    answers = iter([False, True, None])
    assert blame.smallest_prefix(lambda _number: next(answers), 100) == (0, 50)


TRACE = """warning: odd
Traceback (most recent call last):
  File "/tmp/x/m.py", line 9, in <module>
    main()
  File "/tmp/x/m.py", line 4, in main
    n = json.loads(line)
        ^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
"""
SYNTAX = """  File "m.py", line 3
    print "x"
    ^^^^^^^^^
SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
"""


def test_the_last_frame_of_the_user_s_own_code_is_told():
    found = blame.trace(TRACE)
    assert str(found) == (
        "m.py line 4, in main: n = json.loads(line): "
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
    )
    assert str(blame.trace(SYNTAX)).startswith('m.py line 3: print "x": SyntaxError: Missing parentheses')
    assert blame.trace("just words\nand others: here") is None


def test_keys_and_values_are_cut_at_the_nth_separator():
    output = b"a,b,c\nd\ne,f\r\n,x\n"
    assert shuffle.split(output, b",", 1, False) == [(b"a", b"b,c"), (b"d", b""), (b"e", b"f"), (b"", b"x")]
    assert shuffle.split(output, b",", 2, False)[:3] == [(b"a,b", b"c"), (b"d", b""), (b"e,f", b"")]
    assert shuffle.split(output, b",", 1, True)[0] == (b"a,b,c", None)


def test_what_a_reducer_reads_and_what_is_written():
    form = shuffle.form_of(
        {"stream.reduce.input.field.separator": "|", "mapreduce.output.textoutputformat.separator": ";"}
    )
    pairs = form.mapped(b"b\t2\nword\nb\t1\n")
    assert form.reducer_input(form.sort(pairs)) == [b"b|2", b"b|1", b"word|"]
    assert form.written(pairs) == [b"b;2", b"word;", b"b;1"]
    bare = shuffle.form_of({"stream.reduce.output": "keyonlytext"})
    assert bare.written(bare.reduced(b"word\na\tb\n")) == [b"word", b"a\tb"]
    assert shuffle.form_of({"stream.map.output": "keyonlytext"}).reducer_input([(b"a", None)]) == [b"a\t(null)"]


def test_bytes_sort_unsigned_and_by_the_comparator_where_there_is_one():
    pairs = [(key, b"") for key in (b"\xff", b"a", b"10", b"9")]
    assert [key for key, _value in shuffle.Form().sort(pairs)] == [b"10", b"9", b"a", b"\xff"]
    name = "org.apache.hadoop.mapreduce.lib.partition.KeyFieldBasedComparator"
    by_number = {
        "mapreduce.job.output.key.comparator.class": name,
        "mapreduce.partition.keycomparator.options": "-k1nr",
    }
    assert [key for key, _value in shuffle.form_of(by_number).sort(pairs[2:])] == [b"10", b"9"]


def test_partitions_are_those_of_the_hash_and_values_keep_their_order():
    pairs = [(b"alpha", b"1"), (b"a\tx", b"2"), (b"alpha", b"3")]
    parts = shuffle.Form().partition(pairs, 97)
    assert parts[9] == [(b"alpha", b"1"), (b"alpha", b"3")] and parts[23] == [(b"a\tx", b"2")]


def test_runs_are_merged_and_what_is_out_of_order_stays_so():
    form = shuffle.Form()
    assert form.merge([[(b"a", b"1"), (b"c", b"2")], [(b"a", b"3")]]) == [(b"a", b"1"), (b"a", b"3"), (b"c", b"2")]
    assert form.merge([[(b"c", b""), (b"a", b"")]]) == [(b"c", b""), (b"a", b"")]


def test_what_is_not_known_is_named():
    assert shuffle.unknown({"mapred.input.format.class": "org.apache.hadoop.mapred.lib.NLineInputFormat"}) == [
        "mapred.input.format.class=org.apache.hadoop.mapred.lib.NLineInputFormat"
    ]
    assert shuffle.unknown({"stream.map.input": "typedbytes"}) == ["stream.map.input=typedbytes"]
    assert shuffle.unknown({"mapred.partitioner.class": "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner"}) == []
