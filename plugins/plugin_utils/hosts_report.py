# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What came of one task on many hosts: equal answers are shown once, with the names of the hosts that gave them."""

from __future__ import annotations

import typing as t

MOST_NAMES = 8
MOST_ACTIONS = 20
# What went well.
GOOD = ("exit code 0", "would be asked", "changed", "as it is to be")
Result = t.Mapping[str, t.Any]


def printable(text: str) -> list[str]:
    """Return lines that do not move the cursor of a terminal."""
    lines = text.expandtabs(4).splitlines()
    return ["".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line) for line in lines]


def names(hosts: t.Sequence[str]) -> str:
    """Return hosts as part of a sentence."""
    more = f" and {len(hosts) - MOST_NAMES} more" if len(hosts) > MOST_NAMES else ""
    return ", ".join(hosts[:MOST_NAMES]) + more


def outcome(result: Result | None) -> tuple[str, tuple[str, ...]]:
    """Return in a word or two what came of it on a host, and the lines to show."""
    if result is None:
        return "took no part, as --limit left it out", ()
    if "timed_out" in result:
        lines = printable(result["stdout"])
        lines += [f"stderr: {line}" for line in printable(result["stderr"])]
        if result["dropped"]:
            lines.insert(0, f"({result['dropped']} bytes before this were not kept)")
        if result["rc"] is None:
            return "would be asked", ()
        if result["timed_out"]:
            return "ended by the time limit", tuple(lines)
        return f"exit code {result['rc']}", tuple(lines)
    if "actions" not in result:  # "failed" is what failed_when made of it
        return "failed", tuple(printable(str(result.get("msg") or "it did not say why")))
    done = [str(one) for one in result["actions"]]
    if len(done) > MOST_ACTIONS:
        done = [*done[:MOST_ACTIONS], f"… and {len(done) - MOST_ACTIONS} more"]
    return ("changed" if result.get("changed") else "as it is to be"), tuple(done)


def compose(results: t.Mapping[str, Result | None]) -> tuple[list[str], str]:
    """Return the lines to print, and what failed (an empty text where nothing did).

    :param results: the registered result of each host, None for one that took no part.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for host, result in results.items():
        groups.setdefault(outcome(result), []).append(host)
    lines: list[str] = []
    for (word, told), hosts in sorted(groups.items(), key=lambda item: (item[0][0] not in GOOD, -len(item[1]))):
        count = f" ({len(hosts)} hosts)" if len(hosts) > 1 else ""
        lines += [f"{names(hosts)}{count}: {word}", *(f"    {line}" for line in told)]
    bad = [(word, hosts) for (word, _told), hosts in groups.items() if word not in GOOD]
    return lines, _problem(bad, len(results))


def _problem(bad: t.Sequence[tuple[str, list[str]]], total: int) -> str:
    if not bad:
        return ""
    by_word: dict[str, list[str]] = {}
    for word, hosts in bad:
        by_word.setdefault(word, []).extend(hosts)
    count = sum(len(hosts) for hosts in by_word.values())
    told = "; ".join(f"{names(hosts)}: {word}" for word, hosts in by_word.items())
    return f"It did not go well on {count} of {total} hosts: {told}."
