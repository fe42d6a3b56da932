# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which numbers of two answers are the same one but for noise."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.compare import differences, same_numbers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"a\t0.30000000000000004", b"a\t0.3", True),
        (b"a\t0.0", b"a\t-5.684341886080802e-14", True),  # a balance that comes to nothing
        (b"a\t0.02", b"a\t0.01", False),  # rounded by the program, or another one: nobody can tell
        (b"a\t9e-15", b"a\t1e-11", False),
        (b"a\t33.77", b"a\t33.770", True),
        (b"a\t1.5e3", b"a\t1.6e3", False),
        (b"a\t33", b"a\t34", False),
        (b"a\t33.77", b"b\t33.77", False),
    ],
)
def test_noise_is_no_difference(one, other, same):
    assert same_numbers(one, other) is same_numbers(other, one) is same
    assert differences([one], [other], b"\t")[0] == (0 if same else 1 + (one[:1] != other[:1]))
    if same:
        for separator in (b",", b" ", b": "):  # of a program that writes no tab
            lines = (line.replace(b"\t", separator) for line in (one, other))
            assert differences([next(lines)], [next(lines)], b"\t").number == 0


def test_lines_without_a_separator_are_told_apart_by_all_but_their_decimals():
    one, other = [b'{"id": 1, "x": 0.25}', b"b 2"], [b'{"id": 1, "x": 0.26}', b"b 3"]
    found = differences(one, other, b"\t")
    assert found.number == 3 and not found.rounding
    assert [str(each) for each in found.examples] == [
        '{"id": 1, "x": …}: {"id": 1, "x": 0.25} and {"id": 1, "x": 0.26}',
        "b 2: b 2 and nothing",
        "b 3: nothing and b 3",
    ]
    assert differences(one[:1], other[:1], b"\t").rounding is True


@pytest.mark.parametrize(
    ("one", "other", "rounding"),
    [
        (b"a\t3.4", b"a\t3.5", True),
        (b"a\t3.45", b"a\t3.44", True),
        (b"a\t-0.1", b"a\t0.0", True),
        (b"a\t2.0", b"a\t2.01", True),  # of a program that writes round(x, 2)
        (b'a\t{"mean": 9.99, "n": 7}', b'a\t{"mean": 10.00, "n": 7}', True),
        (b"a\t3.4\t0.30000000000000004", b"a\t3.5\t0.3", True),
        (b"a\t3.4", b"a\t3.6", False),
        (b"a\t3.4\t7", b"a\t3.5\t8", False),  # integers are not rounded
        (b"a\t3", b"a\t4", False),
        (b"a\t3.", b"a\t4.", False),
        (b"a\t1.5e3", b"a\t1.6e3", False),
        (b"a\t10.0.0.1", b"a\t10.0.0.2", False),
        (b"a\tv1.1", b"a\tv1.2", False),
        (b"a\tx 3.4", b"a\ty 3.5", False),
        (b"a\t3.4", b"b\t3.4", False),
        (b"a\t3.4", b"", False),
    ],
)
def test_one_in_the_last_place_of_a_number_with_a_decimal_point_is_rounding(one, other, rounding):
    for sides in ([one], [other]), ([other], [one]):
        found = differences(*sides, b"\t")
        assert found.number and found.rounding is rounding


def test_one_key_that_differs_by_more_is_enough_to_be_no_rounding():
    one, other = [b"a\t3.4", b"b\t3.4"], [b"a\t3.5", b"b\t4.4"]
    assert differences(one, other, b"\t").rounding is False
    assert differences(one, [*other[:1], b"b\t3.3"], b"\t").rounding is True
    many = [b"a\t%d.5" % number for number in range(400)]
    assert differences(many, [line[:-1] + b"6" for line in many], b"\t").rounding is True
