# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a rehearsal found and expects, in words; pure."""

from __future__ import annotations

import typing as t

from ..module_utils._core.voice import count
from ..module_utils._rehearsal.findings import remark
from .amounts import size, span

# Less is within what a sample can tell.
WORTH = 1.2
STDERR_LINES = 12


def workers(number: int) -> str:
    """Return so many workers in words; without one the master does their work."""
    return "the master alone" if not number else count(number, "worker")


def lines(result: t.Mapping[str, t.Any], number: int) -> list[str]:
    """Return what is to be said of a rehearsal: what was tried, warnings and notes, what the job will take.

    :param result: of the module job_preflight; its errors are said by its failure, here only the programs' own words.
    :param number: of workers.
    """
    found = []
    sample, tried = result["sample"], len(result["tried"])
    if tried:
        where = f"{count(sample['lines'], 'line')} ({size(sample['bytes'])}) of {count(len(sample['files']), 'file')}"
        ways = "in one way" if tried == 1 else f"in {tried} ways"
        found.append(f"Rehearsed {ways} on {where}.")
    for one in result["findings"]:
        if one["severity"] != "error":
            found.append(remark(one))
        elif stderr := str(one["evidence"].get("stderr") or "").splitlines():
            found.append(f"What the {one['evidence'].get('role', 'program')} says on standard error:")
            found += [f"    {line}" for line in stderr[-STDERR_LINES:]]
    return found + expected(result["estimate"], number)


def together(estimates: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the estimate of a job by those of its steps, empty where that of one is not known."""
    if not estimates or any(one.get("seconds") is None for one in estimates):
        return {}
    sums = {name: sum(one[name] for one in estimates) for name in ("one_machine_seconds", "seconds")}
    useful = max(one["useful_workers"] for one in estimates)
    return {**sums, "input_bytes": estimates[0]["input_bytes"], "useful_workers": useful}


def expected(estimate: t.Mapping[str, t.Any], number: int) -> list[str]:
    """Return an idea of the job's time and speedup, nothing where none is known."""
    if estimate.get("seconds") is None:
        return []
    alone, seconds, useful = estimate["one_machine_seconds"], estimate["seconds"], estimate["useful_workers"]
    text = (
        f"By the sample, the programs take {_about(alone)} for all {size(estimate['input_bytes'])} on one machine, "
        f"and the job {_about(seconds)} on {workers(number)}"
    )
    if alone < seconds * WORTH:
        return [text + ": no cluster makes so small a job faster."]
    more = f"; with more than {useful:,} it hardly gets faster" if useful > 1 else ""
    return [text + f", {_times(alone, seconds)} as fast{more}."]


def compared(estimate: t.Mapping[str, t.Any], seconds: float | None, number: int) -> list[str]:
    """Return how long the job really took beside what was expected, nothing where either is not known.

    :param seconds: that the job took, from its submission to its end.
    """
    if not seconds or estimate.get("seconds") is None:
        return []
    alone = estimate["one_machine_seconds"]
    return [
        f"The job took {span(seconds)} on {workers(number)}, {_times(alone, seconds)} as fast as one machine by the "
        f"sample; expected were {span(estimate['seconds'])}, {_times(alone, estimate['seconds'])} as fast."
    ]


def _times(alone: float, seconds: float) -> str:
    return f"{alone / seconds:.1f} times" if alone >= seconds / 10 else "less than 0.1 times"


def _about(seconds: float) -> str:
    return span(seconds) if seconds < 1 else f"about {span(seconds)}"
