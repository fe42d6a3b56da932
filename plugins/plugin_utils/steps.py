# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The steps of a job: each has the variables of a job, its own or those at the top; pure.

Steps are counted from 1 in all that a user reads.
"""

from __future__ import annotations

import difflib
import typing as t

from ..module_utils._hadoop import codecs
from ..module_utils._hadoop.formats import NLINE_FORMAT, class_of
from ..module_utils._hadoop.streaming_options import SPEC

PROGRAMS = ("mapper", "reducer", "combiner")
# What a step may say; at the top of a job each has the prefix job_, and but for the first ones holds for all steps.
NAMES = (*PROGRAMS, "files", "archives", "reduces", "options", "cmdenv", *SPEC)
VARIABLES = tuple(f"job_{name}" for name in NAMES)
Values = t.Mapping[str, t.Any]


def form_problems(steps: t.Any) -> list[str]:
    """Return what keeps ``job_steps`` from being read as steps at all, and names that no step knows."""
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return ["job_steps: must be a list of steps, each with a mapper such as - {mapper: count.py, reducer: sum.py}"]
    found = []
    for number, step in enumerate(steps, 1):
        for name in sorted(str(name) for name in step if name not in ("name", *NAMES)):
            near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.6)
            hint = f"; did you mean {near[0]}?" if near else ""
            found.append(f"job_steps[{number}].{name}: a step has no such option{hint}")
        title = step.get("name")
        if title is not None and (
            not isinstance(title, (str, int)) or not str(title).isprintable() or "/" in str(title)
        ):
            found.append(f"job_steps[{number}].name: must be one line without a slash")
    return found


def variables(step: Values, top: Values) -> dict[str, t.Any]:
    """Return the variables of a job that a step stands for: its own, else those at the top, where programs are none's."""
    own = {f"job_{name}": value for name, value in step.items() if name in NAMES and value is not None}
    own = {name: value for name, value in own.items() if not names_nothing(name, value)}
    shared = {name: value for name, value in top.items() if name in VARIABLES[len(PROGRAMS) :]}
    return {**shared, **own}


def names_nothing(name: str, value: t.Any) -> bool:
    """Tell whether a variable of a program is blank, which is as if it were not there."""
    return name in VARIABLES[: len(PROGRAMS)] and isinstance(value, str) and not value.strip()


def at_top(top: Values) -> list[str]:
    """Return what is wrong with the variables beside ``job_steps``."""
    return [
        f"{name}: the programs of a job with job_steps stand in its steps; leave one of the two out"
        for name in VARIABLES[: len(PROGRAMS)]
        if top.get(name) is not None
    ]


def of_step(problems: t.Iterable[str], number: int) -> list[str]:
    """Return problems of a job's variables as those of a step: ``job_sort: …`` as ``job_steps[2].sort: …``."""
    return [
        f"job_steps[{number}].{text.removeprefix('job_')}" if text.partition(":")[0] in VARIABLES else text
        for text in problems
    ]


def settled(settings: Values, name: str | None = None) -> dict[str, t.Any]:
    """Return a step as the plan takes it, all of its options without ``job_``.

    :param settings: the variables of a job, checked; they may hold others too.
    """
    return {"name": name, **{short: settings[f"job_{short}"] for short in NAMES}}


def link_problems(steps: t.Sequence[Values]) -> list[str]:
    """Return where a step cannot read what the one before it writes."""
    found = []
    for number, (before, step) in enumerate(zip(steps, steps[1:]), 2):
        wrote = class_of("output", before["output_format"] or "text")
        reads = step["input_format"] or "text"
        if wrote == class_of("output", "sequence") and reads in ("text", "nline", "combine", "key_value"):
            found.append(
                f"job_steps[{number}].input_format: step {number - 1} writes sequence files; say sequence or auto"
            )
        packed = before["output_compress"] or "none"
        if packed != "none" and not codecs.by_name(packed).splits and class_of("input", reads) == NLINE_FORMAT:
            found.append(
                f"job_steps[{number}].input_format: nline counts lines of what is packed, and step {number - 1} packs "
                f"by {packed}; leave one of the two out"
            )
        if wrote == class_of("output", "text") and reads == "sequence":
            found.append(
                f"job_steps[{number}].input_format: step {number - 1} writes lines, no sequence files; say text"
            )
    return found
