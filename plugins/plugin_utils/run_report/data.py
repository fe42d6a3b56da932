# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The data of a run's report: one plain dict, of which the page is made and that is kept as JSON; pure."""

from __future__ import annotations

import datetime
import shlex
import typing as t

from ...module_utils._core.voice import printable
from ...module_utils._hadoop.task_summary import KINDS
from .. import run_summary
from ..rehearsal_report import together
from .credentials import clean
from .masking import Mask

FORMAT = 1
KIND = "ohmy.hadoop run report"
TEXT_CHARACTERS = 16_000
VALUE_CHARACTERS = 2_000
VALUE_ITEMS = 50
# Lie among the settings, and are nothing that a user says.
NO_VARIABLES = ("cluster_price_table", "job_beside")
# A reduce with more than so many times its fair share of the records is worth a word.
SKEWED = 2.0
# A number beyond it is told as a text, which every reader of JSON takes.
MOST = 10**300
STATUS = ("id", "name", "state", "application_id", "started", "finished", "counters", "tries", "output")
# What stands under these names is made here or by Hadoop, and read again: no value of a variable is looked for there.
OWN = ("format", "kind", "made", "state", "severity", "phase", "name", "id", "application_id", "node", "provider")
Run = t.Mapping[str, t.Any]
Text = t.Callable[[str], str]


def build(run: Run, words: t.Sequence[str], versions: t.Mapping[str, str], now: float) -> dict[str, t.Any]:
    """Return the data of a report.

    :param run: the arguments of the module job_report.
    :param words: what was said at the run's end.
    :param versions: of what ran here.
    :param now: seconds since 1970.
    """
    steps = [step(job) for job in run["jobs"]]
    plan = run["plan"]
    mask = Mask(run["settings"], (plan.get("name"), plan.get("id"), run["cluster_name"], run["output"]))
    data = {
        "format": FORMAT,
        "kind": KIND,
        "made": datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "state": "failed" if run["failure"] or run["left"] else "succeeded",
        "job": {key: plan.get(key) for key in ("name", "id", "fingerprint")},
        "input": {key: (plan.get("input") or {}).get(key) for key in ("files", "bytes", "digest")},
        "answer": {"where": run["output"], **_last_output(steps)},
        "cluster": {"name": run["cluster_name"], "provider": run["provider"], "workers": run["workers"]},
        "phases": phases(run["phases"], run["failure"].get("phase")),
        "speed": speed(run),
        "cost": run_summary.cost(run),
        "steps": steps,
        "failure": failure(run),
        "warnings": warnings(run, steps),
        "versions": {**versions, **{f"{name} of the master": text for name, text in run["versions"].items() if text}},
        "variables": variables(mask),
        "commands": commands(run),
        "words": list(words),
    }
    return {
        name: value if name == "variables" else bounded(value, TEXT_CHARACTERS, text=mask.text, name=name)
        for name, value in data.items()
    }


def step(job: Run) -> dict[str, t.Any]:
    """Return what is told of one step of the job."""
    began, ended = job.get("started"), job.get("finished")
    return {
        **{key: job.get(key) for key in STATUS},
        "seconds": round(ended - began, 1) if began and ended else None,
        "tasks": job.get("tasks"),
        "tasks_missing": job.get("tasks_missing") or "",
    }


def phases(taken: t.Mapping[str, t.Any], failed: str | None) -> list[dict[str, t.Any]]:
    """Return [{"name", "began", "seconds", "failed"}] in their order, each after the one before."""
    found, began = [], 0.0
    for name in run_summary.PHASES:
        if name in taken:
            seconds = float(taken[name])
            found.append(
                {"name": name, "began": round(began, 1), "seconds": round(seconds, 1), "failed": name == failed}
            )
            began += seconds
    return found


def speed(run: Run) -> dict[str, t.Any] | None:
    """Return what was expected of the job by the sample, and what came of it; None where neither is known."""
    expected, real = together(run["estimates"]), run_summary.job_seconds(run)
    if not expected and real is None:
        return None
    alone, seconds = expected.get("one_machine_seconds"), expected.get("seconds")
    return {
        "one_machine_seconds": alone,
        "expected_seconds": seconds,
        "expected_speedup": round(alone / seconds, 2) if alone and seconds else None,
        "real_seconds": real,
        "real_speedup": round(alone / real, 2) if alone and real else None,
    }


def failure(run: Run) -> dict[str, t.Any] | None:
    """Return why the run failed and what shows it; None where it did not."""
    if not run["failure"]:
        return None
    error = next((job["error"] for job in reversed(run["jobs"]) if job.get("error")), None) or {}
    found = {key: error.get(key) or "" for key in ("id", "summary", "hint", "retry", "stderr", "attempt", "host")}
    return {**run["failure"], "logs": run["evidence"], "cause": found, "evidence": error.get("evidence") or {}}


def warnings(run: Run, steps: t.Sequence[Run]) -> list[dict[str, str]]:
    """Return [{"severity", "text", "fix"}] of what preflight found, what was seen, and what could not be told."""
    found = [
        {"severity": one["severity"], "text": one["text"], "fix": one.get("hint") or ""}
        for one in run["findings"]
        if one["severity"] != "error"
    ]
    for one in steps:
        tasks = one["tasks"]
        if tasks is None:
            fix = "Counters and times of the whole job are there all the same."
            text = f"What the tasks of {one['name']} did is not known: {one['tasks_missing']}"
            found.append({"severity": "note", "text": text, "fix": fix})
            continue
        found += skew(tasks)
    for planned in run["plan"]["steps"]:
        if planned["id"] in run["took"] and planned["id"] not in [one["id"] for one in steps]:
            text = f"What {planned['name']} did is not known: the master gave no answer when it had ended."
            found.append({"severity": "note", "text": text, "fix": ""})
    if run["left"]:
        text, fix = run_summary.not_removed(run)
        found.append({"severity": "warning", "text": text, "fix": fix})
    return found


def skew(tasks: Run) -> list[dict[str, str]]:
    """Return a warning where one reduce had far more than its share."""
    reduces = tasks["reduce"]
    if reduces["number"] < 2 or not reduces["records"]:
        return []
    first = reduces["largest"][0]
    share = (first["records"] or 0) / reduces["records"]
    if share * reduces["number"] <= SKEWED:
        return []
    text = (
        f"The reduce {first['id']} got {share:.0%} of all records, where each of {reduces['number']} has its fair share"
    )
    fix = (
        "A combiner shrinks what one key sends; a key with most of the records can be cut into several, and joined by "
        "a second step."
    )
    return [{"severity": "warning", "text": f"{text} with {1 / reduces['number']:.0%}.", "fix": fix}]


def variables(mask: Mask) -> dict[str, t.Any]:
    """Return the run's variables that have a value, without secrets."""
    told = {
        name: value
        for name, value in sorted(mask.variables.items())
        if name not in NO_VARIABLES and value not in (None, "", [], {})
    }
    return {name: bounded(value, VALUE_CHARACTERS, VALUE_ITEMS, mask.text) for name, value in told.items()}


def commands(run: Run) -> list[dict[str, str]]:
    """Return [{"what", "command"}]: how to get there again, to look, and to take away what is left."""
    found = []
    if again := run_summary.again(run["settings"].get("job_file"), run.get("said") or (), run.get("playbooks") or ()):
        found.append({"what": "Run it again; what is done is not done twice", "command": again})
    if run["evidence"]:
        logs = f"tar -tzf {shlex.quote(run['evidence'])}"
        found.append({"what": "List the logs of the failed run", "command": logs})
    config = (run["cluster"].get("ssh") or {}).get("config")
    if run["kept"] and config and run["cluster"].get("master"):
        found.append({"what": "Log in to the master", "command": f"ssh -F {shlex.quote(config)} master"})
    if (run["kept"] or run["left"]) and run["provider"] == "ec2":
        found.append({"what": "Remove the cluster", "command": run_summary.removal(run)})
    return found


def totals(data: Run) -> dict[str, float | None]:
    """Return the numbers by which one run is told from another: seconds, money, tasks."""
    found: dict[str, float | None] = {"Seconds in all": round(sum(one["seconds"] for one in data["phases"]), 1) or None}
    found.update({f"Seconds of the phase {one['name']}": one["seconds"] for one in data["phases"]})
    speeds = data["speed"] or {}
    found["Seconds of the job"] = speeds.get("real_seconds")
    found["Times as fast as one machine"] = speeds.get("real_speedup")
    found["Cost in USD"] = (data["cost"] or {}).get("usd")
    for kind in KINDS:
        told = [one["tasks"][kind] for one in data["steps"] if one["tasks"] and one["tasks"][kind]["number"]]
        found[f"Number of {kind}s"] = sum(one["number"] for one in told) or None
        found[f"Seconds of the longest {kind}"] = max((one["longest_seconds"] for one in told), default=None)
    return found


def _last_output(steps: t.Sequence[Run]) -> dict[str, t.Any]:
    output = (steps[-1]["output"] if steps else None) or {}
    return {key: output.get(key) for key in ("files", "bytes")}


def bounded(
    value: t.Any, characters: int, items: int | None = None, text: Text = clean, name: str | None = None
) -> t.Any:
    """Return a value that JSON can hold, without credentials in its texts.

    The middle of long texts and the end of what has many items are left out.

    :param text: takes the credentials out of a text.
    :param name: under which the value stands among what was made here; None for what a user made.
    """
    if isinstance(value, dict):
        more = {"…": f"{len(value) - items:,} more"} if items is not None and len(value) > items else {}
        told = list(value.items())[:items]
        # The names of counters are a program's words.
        names = text if name == "counters" else clean
        return {
            cut(plain(str(key), names), characters): bounded(
                one, characters, items, text, None if name is None else str(key)
            )
            for key, one in told
        } | more
    if isinstance(value, (list, tuple)):
        rest = [f"… {len(value) - items:,} more"] if items is not None and len(value) > items else []
        return [bounded(one, characters, items, text, name) for one in value[:items]] + rest
    if value is None or isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) <= MOST):
        return value
    # A date of YAML, for one, is none of these.
    return cut(plain(str(value), clean if name in OWN else text), characters)


def plain(text: str, without: Text = clean) -> str:
    """Return a text without credentials, and without what neither a file in UTF-8 nor a page takes."""
    return printable(without(text).encode("utf-8", "backslashreplace").decode())


def cut(text: str, characters: int) -> str:
    """Return a text without its middle, where it is long."""
    if len(text) <= characters:
        return text
    half = characters // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters are left out …\n{text[-half:]}"
