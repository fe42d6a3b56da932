# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows take turns, keep to their limits, and fail alone."""

from __future__ import annotations

import contextlib
import time

import pytest

from bench.command import Failed
from bench.context import Context
from bench.measuring import measure
from bench.row import Goal, Pair, Row, interleaved


def row(name, steps, **options):
    """Return a row whose measuring yields these steps; an exception among them is raised, a number slept first."""

    def measuring(_context):
        for step in steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, float):
                time.sleep(step)
            else:
                yield step

    return Row(name, name, "the other", Goal(0.5), measuring, **options)


def taken(rows, tmp_path, **options):
    """Measure rows; return what came of each by its name, in the order of their ends, and what was said."""
    said = []
    context = Context(tmp_path, said.append)
    found = {one.row.name: one for one in measure(rows, context, **options)}
    context.close()
    return found, said


PAIR = Pair(1, 2)


def test_as_many_pairs_are_taken_as_are_asked_for_and_the_row_is_closed(tmp_path):
    closed = []

    def endless(context):
        try:
            (context.folder / "mine").write_text("")
            yield from (PAIR for _turn in iter(int, 1))
        finally:
            closed.append(True)

    found, said = taken([Row("one", "", "", Goal(1), endless, repeats=4)], tmp_path)
    assert found["one"].pairs == [PAIR] * 4 and not found["one"].error and closed
    assert said[0] == "one: 1 of 4: 1 s, theirs 2 s, 0.500 of it"
    assert not (tmp_path / "one").exists()


def test_a_row_that_fails_is_told_and_the_others_go_on(tmp_path):
    rows = [row("bad", [PAIR, ValueError("no luck")]), row("short", [PAIR]), row("good", [PAIR] * 3)]
    found, said = taken([*rows, row("half", [Pair(1)])], tmp_path)
    assert found["bad"].error == "no luck" and "bad: failed: no luck" in said
    assert found["short"].error == "StopIteration"
    assert found["half"].error == "a ratio needs both sides"
    assert not found["good"].error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "half", "short"]


@pytest.mark.parametrize(
    "together, first, order",
    [
        ("x", "", "a1 b1 a2 b2 a3 b3 a4 b4"),
        ("x", "b", "b1 a1 b2 a2 b3 a3 b4 a4"),
        ("", "", "a1 a2 a3 a4 b1 b2 b3 b4"),
    ],
)
def test_rows_that_go_together_take_turns_at_each_side(tmp_path, together, first, order):
    done = []

    def numbered(name):
        def side():
            done.append(f"{name}{sum(one[0] == name for one in done) + 1}")
            return 1.0

        sides = interleaved(side, side)
        return Row(name, "", "", Goal(1), lambda _c: sides, repeats=2, together=together, first=name == first)

    taken([numbered("a"), numbered("b")], tmp_path)
    assert done == order.split()


def test_the_side_that_goes_first_alternates():
    order = []
    pairs = interleaved(lambda: order.append("ours") or 1.0, lambda: order.append("theirs") or 2.0)
    assert [next(pairs) for _step in range(4)] == [None, Pair(1, 2), None, Pair(1, 2)]
    assert order == ["ours", "theirs", "theirs", "ours"]


def test_a_row_has_a_limit_of_time_and_so_have_all(tmp_path):
    rows = [row("slow", [PAIR, 5.0, PAIR, PAIR], limit=0.2), row("quick", [PAIR] * 3)]
    began = time.monotonic()
    found, _said = taken(rows, tmp_path)
    assert time.monotonic() - began < 2
    assert found["slow"].error == "its 0.2 s were up" and 0.1 < found["slow"].seconds < 2
    assert not found["quick"].error
    found, _said = taken([row("slow", [5.0, PAIR]), row("late", [PAIR] * 3)], tmp_path, all_seconds=0.2)
    assert [one.error for one in found.values()] == ["the time for all rows was up"] * 2


def test_what_rows_share_is_brought_up_once_after_the_rows_that_do_without_and_taken_down(tmp_path):
    done = []

    @contextlib.contextmanager
    def cloud(context):
        assert context.folder == tmp_path
        done.append("up")
        yield "cloud"
        done.append("down")

    def measuring(context):
        for _turn in range(3):
            done.append(context.shared(cloud))
            yield PAIR

    needing = [Row(name, "", "", Goal(1), measuring, needs=(cloud,), repeats=1) for name in "ab"]

    def alone(_context):
        done.append("alone")
        yield PAIR

    found, _said = taken([*needing, Row("c", "", "", Goal(1), alone, repeats=1)], tmp_path)
    assert not any(one.error for one in found.values())
    assert done == ["alone", "up", "cloud", "cloud", "down"]


def test_what_cannot_be_brought_up_is_tried_once_and_told_for_each_row(tmp_path):
    tries = []

    @contextlib.contextmanager
    def broken(_context):
        tries.append(True)
        raise Failed("no room")
        yield

    found, _said = taken([row(name, [PAIR] * 3, needs=(broken,)) for name in ("a", "b")], tmp_path)
    assert [one.error for one in found.values()] == ["no room"] * 2 and len(tries) == 1


def test_an_interrupt_ends_all_and_lets_rows_put_away_what_they_set_up(tmp_path):
    put_away = []

    def measuring(_context):
        try:
            yield None
            raise KeyboardInterrupt
        finally:
            put_away.append("a")

    def waiting(_context):
        try:
            yield from (None for _turn in iter(int, 1))
        finally:
            put_away.append("b")

    rows = [Row(name, "", "", Goal(1), one, together="x") for name, one in (("a", measuring), ("b", waiting))]
    with pytest.raises(KeyboardInterrupt):
        taken(rows, tmp_path)
    assert sorted(put_away) == ["a", "b"]


def test_what_a_row_cannot_put_away_is_told_and_changes_no_result(tmp_path):
    def measuring(_context):
        try:
            yield PAIR
        finally:
            raise OSError("still there")

    found, said = taken([Row("a", "", "", Goal(1), measuring, repeats=1), row("b", [PAIR] * 3)], tmp_path)
    assert not found["a"].error and not found["b"].error
    assert "a: what it set up was not put away: still there" in said
