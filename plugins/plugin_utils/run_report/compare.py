# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Two reports set side by side: what took longer, what was counted, what was asked for otherwise; pure."""

from __future__ import annotations

import typing as t

from .data import totals

Data = t.Mapping[str, t.Any]


def compared(before: Data, after: Data) -> dict[str, t.Any]:
    """Return {"runs", "numbers", "counters", "versions", "variables"}; of the last three only what differs.

    Each is [{"what", "before", "after"}], with ``change`` as a share where both are numbers.
    """
    return {
        "runs": [{"name": one["job"]["name"], "made": one["made"], "state": one["state"]} for one in (before, after)],
        "numbers": rows(totals(before), totals(after), equal=True),
        "counters": rows(counters(before), counters(after)),
        "versions": rows(before["versions"], after["versions"]),
        "variables": rows(before["variables"], after["variables"]),
    }


def words(found: Data) -> list[str]:
    """Return the numbers that differ, a line each."""
    lines = []
    for row in found["numbers"]:
        if row["before"] != row["after"]:
            old, new = ("nothing" if one is None else f"{one:,}" for one in (row["before"], row["after"]))
            grown = f" ({row['change']:+.0%})" if row["change"] else ""
            lines.append(f"{row['what']}: {old}, then {new}{grown}")
    return lines or ["No number differs."]


def rows(before: Data, after: Data, equal: bool = False) -> list[dict[str, t.Any]]:
    """Return what two dicts hold under each name, the first one's order first.

    :param equal: also what is the same in both.
    """
    found = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old is None and new is None or (old == new and not equal):
            continue
        found.append({"what": name, "before": old, "after": new, "change": change(old, new)})
    return found


def change(old: t.Any, new: t.Any) -> float | None:
    """Return by which share a number grew, None where one is none or the first is 0."""
    plain = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (old, new))
    return (new - old) / old if plain and old else None


def counters(data: Data) -> dict[str, int]:
    """Return the counters of all steps together."""
    found: dict[str, int] = {}
    for step in data["steps"]:
        for name, number in (step["counters"] or {}).items():
            found[name] = found.get(name, 0) + number
    return dict(sorted(found.items()))
