# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of rows, the file that keeps them, and the tables that are made of them."""

from __future__ import annotations

import json

import pytest

from bench import __main__ as command
from bench import record, table
from bench.context import ROOT, Context
from bench.measuring import Taken
from bench.row import Goal, Pair, Row
from bench.rows import all_rows

MACHINE = {"processors": 2, "memory_gib": 23.4, "kernel": "6.1", "python": "3.11.2"}
WHERE = {"commit": "0123456789abcdef", "dirty": False, "date": "2026-11-29T03:00:00+00:00", "machine": MACHINE}


def a_row(name="small", must=0.5, stretch=None, absolute=False, unit="s"):
    """Return a row that is never measured."""
    against = "" if absolute else "the other|s"
    return Row(name, "a job", against, Goal(must, stretch, absolute), lambda _c: iter([]), unit=unit)


def of(row, *pairs, **changes):
    """Return the record of a row with these pairs."""
    return record.record(Taken(row, [Pair(*pair) for pair in pairs], 12.34), {**WHERE, **changes})


def test_a_record_holds_the_median_of_ratios_and_not_the_ratio_of_medians():
    found = of(a_row(), (1, 10), (4, 5), (3, 10))
    assert found["values"] == [0.1, 0.8, 0.3] and found["median"] == 0.3
    assert (found["lowest"], found["highest"], found["seconds"]) == (0.1, 0.8, 12.3)
    assert found["commit"] == WHERE["commit"] and found["machine"] == MACHINE
    json.dumps(found)


@pytest.mark.parametrize("value, verdict", [(0.3, "stretch"), (0.35, "reached"), (0.5, "reached"), (0.501, "missed")])
def test_a_goal_is_reached_at_its_very_value(value, verdict):
    assert of(a_row(stretch=0.3), (value, 1))["verdict"] == verdict


def test_an_absolute_goal_counts_ours_alone():
    found = of(a_row(must=15, absolute=True, unit="calls"), (14,))
    assert found["theirs"] is None and found["values"] == [14] and found["verdict"] == "reached"


def test_a_failure_is_kept_with_its_reason_and_no_values():
    found = record.record(Taken(a_row(), [Pair(1, 2)], 3, "no luck"), WHERE)
    assert found["error"] == "no luck" and "values" not in found


def test_one_row_s_record_leaves_the_others_with_their_own_commit(tmp_path):
    path = tmp_path / "build/results.json"
    record.merge(of(a_row("b"), (1, 2), commit="old"), path)
    record.merge(of(a_row("a"), (1, 2), commit="old"), path)
    record.merge(of(a_row("b"), (1, 4), commit="new"), path)
    found = record.load(path)
    assert list(found) == ["a", "b"]
    assert found["a"]["commit"] == "old" and found["b"]["commit"] == "new" and found["b"]["median"] == 0.25
    assert not list(path.parent.glob("*.part"))


def test_a_file_of_another_form_is_refused_and_none_is_empty(tmp_path):
    (tmp_path / "x.json").write_text('{"schema": 0}')
    with pytest.raises(SystemExit, match="another form"):
        record.load(tmp_path / "x.json")
    assert record.load(tmp_path / "none.json") == {}


def test_the_newest_record_of_each_row_counts():
    old, new = (of(a_row("a"), (1, 2), date=f"2026-11-{day}") for day in (28, 29))
    other = of(a_row("b"), (1, 2))
    assert record.newest({"a": new}, {"a": old, "b": other}) == {"a": new, "b": other}


def test_the_surroundings_name_the_commit_and_the_machine():
    found = record.surroundings()
    assert len(found["commit"]) == 40 and isinstance(found["dirty"], bool)
    assert set(found["machine"]) == set(MACHINE) and found["machine"]["processors"] >= 1


def test_the_terminal_s_table_has_a_line_for_each_row_and_tells_failures_below():
    rows = [a_row("a", stretch=0.4), a_row("b"), a_row("c", must=1, absolute=True), a_row("d")]
    records = {
        "a": of(rows[0], (10, 40), (12.5, 25), (10, 30)),
        "b": record.record(Taken(rows[1], error="no luck"), WHERE),
        "c": of(rows[2], (1.5,)),
    }
    lines = table.in_terminal(rows, records).splitlines()
    assert lines[0].split() == ["row", "ours", "theirs", "median", "lowest", "highest", "goal"]
    assert lines[1].split("  ")[0] == "a" and lines[1].endswith("reached, stretch too")
    assert lines[1].split()[1:8] == ["10", "s", "30", "s", "0.333", "0.25", "0.5"]
    assert "≤ 0.5 (0.4)" in lines[1]
    assert lines[2].endswith("≤ 0.5        failed")
    assert lines[3].endswith("≤ 1 s        missed")
    assert lines[4].endswith("not measured")
    assert lines[5:] == ["", "b: no luck"]
    assert "no luck" not in table.in_terminal(rows[:1], records)


def test_the_page_s_table_says_against_what_and_where_each_was_measured():
    rows = [a_row("a"), a_row("b")]
    made = table.in_page(rows, {"a": of(rows[0], (1, 4))})
    assert "| `a` | a job, against the other\\|s | 1 s | 4 s | 0.25 | 0.25 | 0.25 | ≤ 0.5 | reached |" in made
    where = "2 processors, 23.4 GiB, Linux 6.1, Python 3.11.2"
    assert made.endswith(f"\n\nMeasured on 2026-11-29 at commit 0123456789ab, {where}.")
    later = of(rows[1], (1000, 4), commit="f" * 40, dirty=True)
    made = table.in_page(rows, {"a": of(rows[0], (1, 4)), "b": later})
    assert f"- Measured on 2026-11-29 at commit ffffffffffff and uncommitted changes, {where}: `b`." in made
    assert "| 1,000 s | 4 s | 250 |" in made
    made = table.in_page([a_row("a")], {"a": {**of(rows[0], (1, 4)), "what": "a smaller job"}})
    assert "| `a` | a smaller job, against the other\\|s |" in made


def test_a_table_is_put_between_its_marks_only():
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    assert table.put_into(page, "new") == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"
    for bad in ("no marks", page + page):
        with pytest.raises(ValueError, match="each once"):
            table.put_into(bad, "new")


def test_docs_keeps_the_newest_records_of_rows_that_there_are_and_makes_the_page(tmp_path):
    page, kept, measured = (tmp_path / name for name in ("page.md", "kept.json", "measured.json"))
    page.write_text(f"{table.BEGIN}\n{table.END}\n")
    rows = {name: a_row(name) for name in "ab"}
    record.merge(of(rows["a"], (1, 4)), kept)
    record.merge(of(a_row("gone"), (1, 4)), kept)
    record.merge(of(rows["b"], (1, 5)), measured)
    command.make_page(rows, page, kept, measured)
    assert list(record.load(kept)) == ["a", "b"]
    assert "| 0.25 |" in page.read_text() and "| 0.2 |" in page.read_text()


def test_the_page_is_that_of_the_records():
    text = command.PAGE.read_text("utf-8")
    made = table.put_into(text, table.in_page(all_rows().values(), record.load(command.KEPT)))
    assert text == made, "run: python -m bench docs"


def test_names_choose_rows_and_unknown_ones_are_refused_with_those_that_there_are():
    rows = {name: a_row(name) for name in ("one", "two", "three")}
    assert [row.name for row in command.chosen(rows, [])] == ["one", "two", "three"]
    assert [row.name for row in command.chosen(rows, ["three", "one"])] == ["one", "three"]
    with pytest.raises(SystemExit, match="There is no row four. There are: one, two, three."):
        command.chosen(rows, ["one", "four"])


def test_only_of_make_names_rows(monkeypatch):
    monkeypatch.setenv("ONLY", "nothing-of-that-name, small-job")
    with pytest.raises(SystemExit, match="There is no row nothing-of-that-name. There are: .*small-job"):
        command.main([])


def test_another_checkout_s_collection_is_not_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=f"Ansible finds the collection in /.*, not in {tmp_path}"):
        command.require_checkout()


def test_each_row_is_kept_as_it_is_done_and_what_is_shared_goes_down_whatever_happens(tmp_path):
    down = []
    context = Context(tmp_path / "rows", lambda _text: None)
    context.close = lambda: down.append(True)
    path = tmp_path / "results.json"

    def good(_context):
        yield Pair(1, 2)

    def interrupted(_context):
        raise KeyboardInterrupt
        yield

    rows = [Row("a", "", "", Goal(1), good, repeats=1), Row("b", "", "", Goal(1), interrupted, repeats=1)]
    with pytest.raises(KeyboardInterrupt):
        command.run(rows, context, path)
    assert list(record.load(path)) == ["a"] and down == [True]
    assert command.run(rows[:1], context, path)
    assert not command.run([a_row("c")], context, path)
    assert record.load(path)["c"]["error"]


def test_rows_are_named_as_on_a_command_line_and_have_goals_and_limits():
    rows = all_rows()
    for name, row in rows.items():
        assert name == row.name and name.replace("-", "").isalnum() and name == name.lower()
        assert row.goal.stretch is None or row.goal.stretch < row.goal.must
        assert row.goal.absolute == (not row.against)
        assert row.goal.absolute or row.repeats >= 3
    assert "small-job" in rows and (ROOT / "bench/rows").is_dir()
