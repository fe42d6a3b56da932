# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""From the steps of a job to what is submitted one after the other, each on the output of the one before it."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from . import identity, programs, side_archives, streaming, streaming_options
from .site import text_of

JOBS = "/user/hadoop/jobs"
# What a step is made of; an ordinary job is one step.
SPEC: dict[str, dict[str, t.Any]] = {
    "mapper": {"type": "str"},
    "reducer": {"type": "str"},
    "combiner": {"type": "str"},
    "files": {"type": "list", "elements": "str", "default": []},
    "archives": {"type": "list", "elements": "str", "default": []},
    "reduces": {"type": "int", "default": 1},
    "options": {"type": "dict", "default": {}},
    "cmdenv": {"type": "dict", "default": {}},
    **streaming_options.SPEC,
}
Data = dict[str, t.Any]


def read(job: str, steps: t.Sequence[t.Mapping[str, t.Any]]) -> list[Data]:
    """Return each step with its programs and files read and its options checked; no call is made.

    :param job: its name.
    :param steps: each with all options of ``SPEC``, and a ``name`` where there are several.
    :returns: [{"name", "commands", "files", "archives", "reduces", …}], all that is known of it without its input.
    :raises OhmyError: names the step, where there are several, and what is wrong with it.
    """
    if len(steps) == 1:
        return [_read(job, steps[0])]
    found = []
    for number, step in enumerate(steps, 1):
        name = f"{job}, step {number} of {len(steps)}"
        try:
            found.append(_read(f"{name}, {step['name']}" if step.get("name") else name, step))
        except OhmyError as exc:
            raise OhmyError(f"Step {number}: {exc.message}", exc.hint) from exc
    return found


def _read(name: str, step: t.Mapping[str, t.Any]) -> Data:
    commands, shipped = programs.plan_programs(step["mapper"], step["reducer"], step["combiner"], step["files"])
    archives = side_archives.plan_archives(step.get("archives") or [], [file["name"] for file in shipped])
    # Its paths in HDFS are ours, and told apart from each other.
    streaming.check({**step, **commands, "files": [], "archives": [], "input": ["/"], "output": None})
    return {
        "name": name,
        "commands": commands,
        "files": shipped,
        "archives": archives,
        **{key: step[key] for key in ("reduces", "options", "cmdenv", *streaming_options.SPEC)},
    }


def chain(steps: t.Sequence[Data], digest: str, paths: t.Sequence[str]) -> list[Data]:
    """Return the steps with ``fingerprint``, ``id``, ``input`` and ``output`` in HDFS.

    :param steps: as ``read`` returns them.
    :param digest: of the first one's input. For each other one the fingerprint of the step before it stands for it: a step
        that is another one makes all later ones others, and no earlier one.
    :param paths: the first one's input in HDFS.
    """
    found: list[Data] = []
    for step in steps:
        fingerprint = identity.fingerprint(_identity(step, found[-1]["fingerprint"] if found else digest))
        found.append(
            {
                **step,
                "fingerprint": fingerprint,
                "id": fingerprint[:16],
                "input": [found[-1]["output"]] if found else list(paths),
                "output": f"{JOBS}/{fingerprint[:16]}/output",
            }
        )
    return found


def _identity(step: Data, digest: str) -> Data:
    return {
        "commands": step["commands"],
        "files": {file["name"]: file["sha256"] for file in step["files"]},
        "input": digest,
        "reduces": step["reduces"],
        "options": {key: text_of(value) for key, value in step["options"].items()},
        "cmdenv": {key: text_of(value) for key, value in step["cmdenv"].items()},
        **identity.of_more(step, step["archives"]),
    }
