# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why a job failed, in the words of its own program where it had any; Java's stacks are not shown."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError
from . import clues
from .causes.row import Found
from .causes.table import find, find_any, real_lines
from .clues import plain, tail
from .jobdir import error
from .rest import Refused, Unreachable, strip_java

ATTEMPTS = 5
SURE_AND_LASTING = (3, True)
LASTING = ("no", "config")
DIAGNOSTICS = 8000
EVIDENCE_HINT = "All logs are in the evidence, which run_job fetches, as the module hadoop_logs does."
CLIENT_HINT = "See client.log in the evidence, which run_job fetches, as the module hadoop_logs does."
Diagnosis = dict[str, t.Any]
ReadLog = t.Callable[[dict[str, t.Any], str], t.Optional[str]]
FirstLine = t.Callable[[str], str]


class More(t.NamedTuple):
    """What is known of an attempt beside its diagnostics and its program's words.

    :param container: ``exit status N`` and what YARN says of its container.
    :param first_line: returns the first line of a file that was shipped, or nothing.
    """

    syslog: str = ""
    container: str = ""
    first_line: FirstLine = lambda _name: ""


def diagnose_submit(code: int | None, log: str) -> Diagnosis:
    """Explain why nothing was submitted, from the client's output.

    :param code: its exit code; None when it was ended after its time was up.
    """
    found = find_any(("submit", "s3"), log)
    if found:
        return error(f"Hadoop did not take the job: {found.summary}.", found.hint, cause=found.cause.id)
    words = tail(strip_java("\n".join(real_lines(log))), 10)
    if code is None:
        return error("Hadoop's client did not come back in time.", CLIENT_HINT, words, cause="client-too-slow")
    lines = re.findall(r"(?:ERROR|Exception in thread \S+) ?(?:[\w.]+: )?(.*)", "\n".join(real_lines(log)))
    said = [line for line in (strip_java(line).strip() for line in lines) if line]
    last = said[-1].rstrip(".") if said else f"its client ended with exit code {code}"
    summary = f"Hadoop did not take the job, and nothing that is known here says why: {last}."
    return error(summary, CLIENT_HINT, words, cause="unknown", exit_code=code)


def diagnose_error(exc: OhmyError) -> Diagnosis:
    """Return the explanation of an error of our own, or of a daemon's refusal by what it says."""
    if isinstance(exc, Unreachable):
        return error(exc.message, exc.hint, cause="daemon-unreachable")
    found = find_any(("submit", "s3", "distcp"), exc.message)
    if found is None:
        return error(exc.message, exc.hint)
    if isinstance(exc, Refused) or "s3" in found.cause.seen_in:
        return error(f"{_capital(found.summary)}.", found.hint, cause=found.cause.id)
    return error(exc.message, exc.hint or found.hint, cause=found.cause.id)


def diagnose_application(
    app: t.Mapping[str, t.Any],
    attempts: t.Sequence[dict[str, t.Any]],
    read_log: ReadLog,
    spec: t.Mapping[str, t.Any],
    master_log: str = "",
    first_line: FirstLine = lambda _name: "",
    master_words: str = "",
) -> Diagnosis:
    """Explain why an application failed.

    :param attempts: failed attempts of tasks that never succeeded, the earliest first.
    :param read_log: (attempt, name of the log, or ``container``) → its end, or None.
    :param master_log: the end of the application master's own log, where no task is known to have failed.
    :param first_line: of a file that was shipped with the job.
    :param master_words: the end of its stderr; a small job runs its programs in there.
    """
    text = plain(str(app.get("diagnostics") or ""))
    best: _Look | None = None
    for attempt in attempts[:ATTEMPTS]:
        look = _look(attempt, read_log, spec, first_line)
        if best is None or look.weight > best.weight:
            best = look
        if look.weight >= SURE_AND_LASTING:
            break
    if app.get("finalStatus") == "KILLED" or app.get("state") == "KILLED":
        return _killed(text, best.found if best else None)
    if best is None:
        return _without_tasks(app, text, master_log, master_words)
    return _whole(best, read_log, spec, first_line)


def diagnose_one(
    attempt: dict[str, t.Any], read_log: ReadLog, spec: t.Mapping[str, t.Any], first_line: FirstLine
) -> Diagnosis:
    """Explain one failed attempt by all that can be read of it; parameters as for ``diagnose_application``."""
    return _whole(_look(attempt, read_log, spec, first_line), read_log, spec, first_line)


def diagnose_attempt(
    attempt: t.Mapping[str, t.Any], log: str, spec: t.Mapping[str, t.Any], more: More | None = None
) -> tuple[int, Diagnosis]:
    """Return (how sure: 0 to 3, the explanation) for one failed attempt and its program's stderr."""
    more = more or More()
    raw = str(attempt.get("diagnostics") or "")
    text, log = plain(raw), clues.SANDBOX.sub("", log)
    kind, code, shown = clues.task_kind(attempt), clues.exit_code(text), tail(log)
    program = clues.program_of(kind, spec, raw, log, more.syslog)
    records = clues.records_of(text, more.syslog)
    status = clues.container_status(more.container, text)
    evidence: dict[str, t.Any] = {
        "container": str(attempt.get("assignedContainerId") or ""),
        "program": program if spec.get(program) else "",
        "exit_code": code,
        "container_exit_code": status,
        "input": clues.input_of(more.syslog) if kind == "map" else None,
        "records_read": records,
        "last_output": clues.last_output(text, more.syslog),
        "diagnostics": "\n".join(part for part in (raw, more.container) if part)[:DIAGNOSTICS],
    }
    who = f"The {program} {spec[program]}" if spec.get(program) else f"A {kind} task"
    read = clues.what_it_read(more.syslog if kind == "map" else "", records)

    def say(rank: int, found: Found | None, summary: str = "", hint: str = "") -> tuple[int, Diagnosis]:
        cause = found.cause.id if found else "unknown"
        summary, hint = (found.summary, found.hint) if found else (summary, hint)
        place = {
            "attempt": str(attempt.get("id") or ""),
            "host": str(attempt.get("nodeHttpAddress") or "").partition(":")[0],
        }
        words = f"{who} failed{': ' if found else ', '}{summary.rstrip('.')}."
        return rank, error(words, f"{read} {hint}".strip(), shown, **place, cause=cause, **evidence)

    fact = _first_line(text, more.first_line)
    unread = clues.why_unread(log, code, more.syslog)
    sure = find("attempt", text + fact) or find("attempt", unread) or _said(log) or find("s3", text)
    if sure is None and status is not None:
        sure = find("container", f"exit status {status}\n{more.container}\n{text}")
    if sure:
        return say(3, sure)
    likely = (
        find("exit", f"code {code}" + ("" if shown else " silent")) if code is not None else find("attempt-end", text)
    )
    if likely:
        return say(2, likely)
    first = next((line.strip() for line in real_lines(text)), "no reason was given").replace("Error: ", "", 1)
    rank = 1 if status is not None else 0
    return say(rank, None, f"and nothing that is known here says why: {first}", EVIDENCE_HINT)


def _said(log: str) -> Found | None:
    """Return what a program's own words give away: its last traceback, or all it said."""
    found = find("stderr", clues.last_words(log)) or find("stderr", log)
    if found and "error" in found.values:
        said = clues.python_error(log) or found.values["error"]
        return Found(found.cause, {**found.values, "error": clues.short(said)})
    return found


def _first_line(text: str, first_line: FirstLine) -> str:
    """Return a line with the first line of the program that could not be started, where it was shipped."""
    found = re.search(r"Cannot run program \"([^\"]*)\"", text)
    name = found.group(1).rsplit("/", 1)[-1] if found else ""
    line = first_line(name) if name else ""
    return f"\nFirst line of {name}: {line}" if line else ""


class _Look(t.NamedTuple):
    rank: int
    found: Diagnosis
    attempt: dict[str, t.Any]
    log: str
    container: str

    @property
    def weight(self) -> tuple[int, bool]:
        """How much it says of why the job failed: what comes back each time, more than what may pass."""
        return self.rank, self.found["retry"] in LASTING


def _look(attempt: dict[str, t.Any], read_log: ReadLog, spec: t.Mapping[str, t.Any], first_line: FirstLine) -> _Look:
    log, container = read_log(attempt, "stderr") or "", ""
    rank, found = diagnose_attempt(attempt, log, spec, More(first_line=first_line))
    if rank < 3 and not found["stderr"]:
        # Killed from outside it could say nothing: YARN may know.
        container = read_log(attempt, "container") or ""
        rank, found = diagnose_attempt(attempt, log, spec, More(container=container, first_line=first_line))
    return _Look(rank, found, attempt, log, container)


def _whole(look: _Look, read_log: ReadLog, spec: t.Mapping[str, t.Any], first_line: FirstLine) -> Diagnosis:
    more = More(read_log(look.attempt, "syslog") or "", look.container, first_line)
    return diagnose_attempt(look.attempt, look.log, spec, more)[1]


def _killed(text: str, before: Diagnosis | None) -> Diagnosis:
    found, hint = find("application", text), "Run the same command again."
    if found and found.cause.retry in LASTING:
        # Nobody but its own master killed it.
        return error(f"{_capital(found.summary)}.", found.hint, cause=found.cause.id, diagnostics=text[:DIAGNOSTICS])
    by = found.summary if found and found.cause.id == "killed-by-user" else "it was killed"
    if before is None:
        return error(f"{_capital(by)}.", hint, cause="killed-by-user")
    # Whoever killed it may have done so for this.
    hint = f"Before that: {before['summary']} {hint}"
    return error(f"{_capital(by)}.", hint, cause="killed-by-user", **before["evidence"])


def _without_tasks(app: t.Mapping[str, t.Any], text: str, master_log: str, master_words: str) -> Diagnosis:
    """Explain an application none of whose tasks is known to have failed."""
    status = clues.container_status(text)
    evidence: dict[str, t.Any] = {
        "diagnostics": str(app.get("diagnostics") or "")[:DIAGNOSTICS],
        "container_exit_code": status,
    }
    found = find("application", text)
    if found is None or found.cause.id == "master-died":
        found = (
            find_any(("attempt", "s3"), text)
            or (find("container", f"exit status {status}") if status else None)
            or found
        )
    if found and found.cause.id != "master-died":
        return error(f"{_capital(found.summary)}.", found.hint, cause=found.cause.id, **evidence)
    said = _said(clues.SANDBOX.sub("", master_words))
    if said:
        words = f"A program of the job failed: {said.summary.rstrip('.')}."
        return error(words, said.hint, tail(clues.SANDBOX.sub("", master_words)), cause=said.cause.id, **evidence)
    deeper = find_any(("application", "submit", "s3"), plain(master_log))
    if deeper:
        return error(f"The application master ended: {deeper.summary}.", deeper.hint, cause=deeper.cause.id, **evidence)
    # What a daemon does as always says nothing.
    lines = [line for line in real_lines(master_log or text) if not re.match(r"\S+ \S+ INFO ", line)]
    words = tail(strip_java("\n".join(lines)), 15)
    if found:
        return error(
            f"{_capital(found.summary)}.", f"{found.hint} {EVIDENCE_HINT}", words, cause=found.cause.id, **evidence
        )
    first = next((line.strip().rstrip(".") for line in real_lines(text)), "it gave no reason")
    summary = f"The job failed in YARN, and nothing that is known here says why: {first}."
    return error(summary, EVIDENCE_HINT, words, cause="unknown", **evidence)


def diagnose_copy(code: int | None, log: str, target: str) -> Diagnosis:
    """Return the explanation of a copy whose client failed.

    :param code: of distcp; None when it was ended after its time was up.
    """
    found = find_any(("s3", "distcp", "submit"), log) or find("distcp-end", f"{log}\nexit {code}")
    words = tail(strip_java("\n".join(real_lines(log))), 10)
    if found:
        shown = words if "distcp-end" in found.cause.seen_in else ""
        return error(
            f"The copy to {target} failed: {found.summary}.", found.hint, shown, cause=found.cause.id, exit_code=code
        )
    if code is None:
        return error("distcp did not come to its end in time.", CLIENT_HINT, words, cause="client-too-slow")
    summary = (
        f"The copy to {target} failed, and nothing that is known here says why: distcp ended with exit code {code}."
    )
    return error(summary, CLIENT_HINT, words, cause="unknown", exit_code=code)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
