# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where the bars of a report's charts begin and how long they are, in percent of the chart's width; pure."""

from __future__ import annotations

import typing as t

from ...module_utils._core.voice import count
from .. import amounts

# Hadoop's words for how near a map ran to its data.
NEAR = {
    "NODE_LOCAL": "on a node that has its data",
    "RACK_LOCAL": "in a rack that has its data",
    "OFF_SWITCH": "elsewhere, as all maps that read from S3 do",
}
SIGNS = {"succeeded": "✓", "failed": "✗", "killed": "–", "unfinished": "…"}
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_TICKS = 5
Row = t.Mapping[str, t.Any]


def bars(rows: t.Sequence[Row], value: str, begin: str = "") -> list[dict[str, t.Any]]:
    """Return the rows with ``x`` and ``width``, by the number under the name ``value``.

    :param begin: name of the number at which a bar begins; without it all begin at the left.
    """
    ends = [(row[begin] if begin else 0) + (row[value] or 0) for row in rows]
    whole = max(ends, default=0) or 1
    return [
        {**row, "x": _percent(row[begin] if begin else 0, whole), "width": _percent(row[value] or 0, whole)}
        for row in rows
    ]


def attempts(tasks: Row, room: int) -> dict[str, t.Any]:
    """Return {"nodes", "ticks", "shown", "left_out"}: bars by node, in as few lanes as hold them side by side.

    :param tasks: as task_summary.summary returns it.
    :param room: for so many attempts, of which those that did not succeed and the longest are shown.
    """
    told = sorted(tasks["attempts"], key=lambda one: (one["state"] == "succeeded", one["started"] - one["finished"]))
    shown = sorted(told[:room], key=lambda one: (one["started"], one["id"]))
    if not shown:
        return {"nodes": [], "ticks": [], "shown": [], "left_out": len(tasks["attempts"])}
    start = min(one["started"] for one in shown)
    if tasks["submitted"] and tasks["submitted"] <= start:
        start = tasks["submitted"]
    whole = max(one["finished"] for one in shown) - start or 1
    rows = [{**one, "began": round(one["started"] - start, 1), "seconds": _took(one)} for one in shown]
    nodes: dict[str, list[dict[str, t.Any]]] = {}
    for row in rows:
        nodes.setdefault(row["node"] or "unknown", []).append(row)
    return {
        "nodes": [_node(name, nodes[name], start, whole) for name in sorted(nodes)],
        "ticks": ticks(whole),
        "shown": rows,
        "left_out": len(tasks["attempts"]) - len(shown),
    }


def ticks(whole: float) -> list[dict[str, t.Any]]:
    """Return the marks of a time line, [{"x", "text", "last"}], the last one ending where the line does."""
    width = next((one for one in TICKS if whole / one <= MOST_TICKS), whole / MOST_TICKS)
    marks = [width * number for number in range(int(whole / width) + 1)]
    return [{"x": _percent(at, whole), "text": clock(at), "last": at > 0.9 * whole} for at in marks]


def clock(seconds: float) -> str:
    """Return a place on a time line, such as ``45 s`` or ``1:05:00``."""
    return f"{seconds:g} s" if seconds < 60 else amounts.clock(round(seconds))


def locality(tasks: Row) -> list[dict[str, t.Any]]:
    """Return [{"where", "number", "share", "x", "width"}] of the maps, the nearest first."""
    found = tasks["locality"]
    whole = sum(found.values())
    names = [*(name for name in NEAR if name in found), *sorted(set(found) - set(NEAR))]
    rows = [{"where": NEAR.get(name, name), "number": found[name], "share": found[name] / whole} for name in names]
    return bars(rows, "number")


def ranking(tasks: Row, kind: str, by: str) -> list[dict[str, t.Any]]:
    """Return the slowest or the largest tasks with their shares of all records and keys.

    :param by: ``slowest`` or ``largest``.
    """
    known = tasks[kind]
    rows = [
        {
            **one,
            "seconds": round(one["seconds"], 1),
            **{f"{what}_share": _share(one[what], known[what]) for what in ("records", "keys")},
        }
        for one in known[by]
    ]
    return bars(rows, "seconds" if by == "slowest" else "records")


def _node(name: str, rows: t.Sequence[dict[str, t.Any]], start: float, whole: float) -> dict[str, t.Any]:
    free: list[float] = []
    for row in rows:
        lane = next((number for number, until in enumerate(free) if until <= row["started"]), len(free))
        free[lane : lane + 1] = [row["finished"]]
        row.update(
            lane=lane,
            x=_percent(row["started"] - start, whole),
            width=_percent(row["finished"] - row["started"], whole),
        )
    words = [count(sum(row["kind"] == kind for row in rows), kind) for kind in ("map", "reduce")]
    failed = sum(row["state"] != "succeeded" for row in rows)
    text = f"{', '.join(words)}, {failed} of them not successful, from {rows[0]['began']} s on"
    return {"name": name, "lanes": len(free), "bars": rows, "text": f"{name}: {text}"}


def title(row: Row) -> str:
    """Return what is said of an attempt where the pointer rests on its bar."""
    return f"{row['id']}, {row['state']}: {amounts.span(row['seconds'])} from {row['began']} s on"


def _took(one: Row) -> float:
    return round(float(one["finished"] - one["started"]), 1)


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%"
