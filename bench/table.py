# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of all rows, for the terminal and for docs/performance.md."""

from __future__ import annotations

import statistics
import typing as t

from .record import Record
from .row import Row

HEADINGS = ("row", "ours", "theirs", "median", "lowest", "highest", "goal", "")
BEGIN, END = "<!-- made by `python -m bench docs`: begin -->", "<!-- made by `python -m bench docs`: end -->"


def in_terminal(rows: t.Iterable[Row], records: t.Mapping[str, Record]) -> str:
    """Return the table in columns, and below it why rows failed."""
    shown = [(row, records.get(row.name)) for row in rows]
    lines = [HEADINGS, *(_cells(row, one) for row, one in shown)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    failed = [f"{row.name}: {one['error']}" for row, one in shown if one and "error" in one]
    return "\n".join([*padded, *([""] if failed else []), *failed])


def in_page(rows: t.Iterable[Row], records: t.Mapping[str, Record]) -> str:
    """Return the table as Markdown, what each row compares, and when and where it was measured."""
    rows = list(rows)
    headings = [*HEADINGS[:1], "what, against what", *HEADINGS[1:]]
    lines = [_line(headings), _line(["---"] * len(headings))]
    for row in rows:
        name, *cells = _cells(row, records.get(row.name))
        # What was measured, which the row may do otherwise by now.
        told = records.get(row.name, vars(row))
        compared = f"{told['what']}, against {told['against']}" if told["against"] else told["what"]
        lines.append(_line([f"`{name}`", compared, *cells]))
    return "\n".join([*lines, "", *_measured(rows, records)])


def put_into(page: str, made: str) -> str:
    """Return the page with what is made in place of what stands between its two marks.

    :raises ValueError: it has not each mark once.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"The page must have the lines {BEGIN} and {END}, each once.")
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}"


def _line(cells: t.Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cells(row: Row, record: Record | None) -> tuple[str, ...]:
    goal = _goal(record["goal"], record["unit"]) if record else _goal(vars(row.goal), row.unit)
    if record is None:
        return (row.name, "", "", "", "", "", goal, "not measured")
    if "error" in record:
        return (row.name, "", "", "", "", "", goal, "failed")
    sides = [_median(record["ours"], record["unit"])]
    sides.append(_median(record["theirs"], record["unit"]) if record["theirs"] else "")
    values = [_number(record[key]) for key in ("median", "lowest", "highest")]
    verdict = "reached, stretch too" if record["verdict"] == "stretch" else record["verdict"]
    return (row.name, *sides, *values, goal, verdict)


def _goal(goal: t.Mapping[str, t.Any], unit: str) -> str:
    after = f" {unit}" if goal["absolute"] else ""
    stretch = f" ({_number(goal['stretch'])})" if goal["stretch"] is not None else ""
    return f"≤ {_number(goal['must'])}{stretch}{after}"


def _median(values: t.Sequence[float], unit: str) -> str:
    return f"{_number(statistics.median(values))} {unit}"


def _number(value: float) -> str:
    """Return three digits that count, and no exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _measured(rows: t.Iterable[Row], records: t.Mapping[str, Record]) -> list[str]:
    """Return a sentence for each commit and machine."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if record := records.get(row.name):
            machine = record["machine"]
            where = (
                f"{machine['processors']} processors, {machine['memory_gib']:g} GiB, Linux {machine['kernel']}, "
                f"Python {machine['python']}"
            )
            tree = " and uncommitted changes" if record["dirty"] else ""
            when = f"Measured on {record['date'][:10]} at commit {record['commit'][:12]}{tree}, {where}"
            found.setdefault(when, []).append(f"`{row.name}`")
    if len(found) == 1:
        return [f"{when}." for when in found]
    return [f"- {when}: {', '.join(names)}." for when, names in found.items()]
