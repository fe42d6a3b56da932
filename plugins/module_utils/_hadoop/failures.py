# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why a job failed, in the words of its own program where it had any; Java's stacks are not shown."""

from __future__ import annotations

import re
import typing as t

from .failure_rules import APPLICATION, ATTEMPT, MEMORY_HINT, S3, STDERR, SUBMIT, match
from .jobdir import error
from .rest import strip_java

ATTEMPTS = 5
STDERR_LINES = 40
STDERR_CHARACTERS = 4000
CODE = re.compile(r"subprocess (?:failed|exited with error)(?: with)? code (\d+)")
# Where the task ran means nothing to the user, whose file it was.
SANDBOX = re.compile(r"/[^\s'\"]*/container_(?:e\d+_)?\d+_\d{4,}_\d{2,}_\d{6,}/(?:\./)?")
STAMP = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\]")
SPLIT = re.compile(r"Processing split: (?:Paths:)?(?:hdfs://[^/]*)?(/.*?):(\d+)\+(\d+)(,\S.*)?$", re.MULTILINE)
FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+)', re.MULTILINE)
PYTHON_END = re.compile(
    r"^(?:[A-Za-z_][\w.]*\.)?([A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Group)\b.*)$", re.MULTILINE
)
CONTAINER_KILLED = re.compile(r"Exit code is (\d+)|exitCode: (-?\d+)")
NOISE = re.compile(
    r"^(log4j:|SLF4J:|Last \d+ bytes of |Container id: |Failing this attempt|For more detailed output"
    r"|WARNING: (?:An illegal|Illegal|Please|Use --|All illegal|A terminally|A restricted|sun\.|System::)"
    r"|\s+at [\w.$/@<>]+\(|Log4j|[A-Z][a-z]{2} \d\d, \d{4} .* (?:AM|PM) )"
)
EXIT_CODES = {
    2: ("it ended with exit code 2", "A wrong argument, a missing file, or no first line that names an interpreter."),
    126: ("it was found but could not be executed (exit code 126)", "See its mode and its first line."),
    127: (
        "its command was not found on the node (exit code 127)",
        "See the program's first line and the commands it calls.",
    ),
    134: ("it aborted (exit code 134)", "A native library gave up; see its words."),
    137: ("it was killed (exit code 137), most likely for memory", MEMORY_HINT),
    139: ("it crashed (exit code 139, segmentation fault)", "A native library does not fit the nodes."),
    143: ("it was told to end (exit code 143)", "Its container was killed; see the node's log in the evidence."),
}
Diagnosis = t.Dict[str, t.Any]
ReadLog = t.Callable[[t.Dict[str, t.Any], str], t.Optional[str]]


def diagnose_submit(code: int | None, log: str) -> Diagnosis:
    """Explain why nothing was submitted, from the client's output.

    :param code: its exit code; None when it was ended after its time was up.
    """
    found = match(S3, log) if "s3a:" in log.lower() or "Service: S3" in log else None
    found = match(SUBMIT, log) or found
    if found:
        return error(f"Hadoop did not take the job: {found[0]}.", found[1])
    if code is None:
        return error("Hadoop's client did not come back in time.", "See client.log in the evidence.", tail(log, 10))
    lines = re.findall(r"(?:ERROR|Exception in thread \S+) ?(?:[\w.]+: )?(.*)", log)
    words = [strip_java(line).strip() for line in lines if "Streaming Command Failed" not in line]
    summary = words[-1] if words and words[-1] else f"its client ended with exit code {code}"
    return error(f"Hadoop did not take the job: {summary}", "See client.log in the evidence.", tail(log, 10))


def diagnose_application(
    app: t.Mapping[str, t.Any],
    attempts: t.Sequence[dict[str, t.Any]],
    read_log: ReadLog,
    spec: t.Mapping[str, t.Any],
    master_log: str = "",
) -> Diagnosis:
    """Explain why an application failed.

    :param attempts: failed attempts of tasks that never succeeded, the earliest first.
    :param read_log: (attempt, name of the log) → its end, or None.
    :param master_log: the end of the application master's own log, where no task failed.
    """
    best: tuple[int, Diagnosis, dict[str, t.Any]] | None = None
    for attempt in attempts[:ATTEMPTS]:
        rank, found = diagnose_attempt(attempt, read_log(attempt, "stderr") or "", spec)
        if best is None or rank > best[0]:
            best = rank, found, attempt
        if rank >= 3:
            break
    if best is not None:
        read = what_it_read(read_log(best[2], "syslog") or "") if _kind(best[2]) == "map" else ""
        return {**best[1], "hint": f"{read} {best[1]['hint']}".strip()}
    text = plain(str(app.get("diagnostics") or ""))
    matched = match(APPLICATION, text) or match(ATTEMPT, text) or match(S3, text)
    if app.get("finalStatus") == "KILLED" or app.get("state") == "KILLED":
        return error(f"{_capital(matched[0] if matched else 'it was killed')}.", "Run the same command again.")
    deeper = match((*APPLICATION, *SUBMIT, *S3), plain(master_log))
    if deeper and (matched is None or "application master ended" in matched[0]):
        return error(f"The application master ended: {deeper[0]}.", deeper[1])
    if matched:
        words = tail(master_log or text, 15) if "application master ended" in matched[0] else ""
        return error(f"{_capital(matched[0])}.", matched[1], words)
    return error("YARN gave no reason that is known here.", "See the logs in the evidence.", tail(text, 15))


def what_it_read(log: str) -> str:
    """Return a sentence that names a map's input, from the beginning of its own log; nothing where it does not say."""
    found = SPLIT.search(log)
    if not found:
        return ""
    path, start, length, more = found.groups()
    others = len(re.findall(r":\d+\+\d+", more or ""))
    if others:
        return f"It was given {path} and {others} other file{'s' if others > 1 else ''} to read."
    return f"It was given {path} to read, {length} bytes from byte {start}."


def diagnose_attempt(attempt: t.Mapping[str, t.Any], log: str, spec: t.Mapping[str, t.Any]) -> tuple[int, Diagnosis]:
    """Return (how sure: 0 to 3, the explanation) for one failed attempt and its stderr."""
    diagnostics = plain(str(attempt.get("diagnostics") or ""))
    log = SANDBOX.sub("", log)
    who, shown = _who(attempt, spec), tail(log)
    place = {
        "attempt": str(attempt.get("id") or ""),
        "host": str(attempt.get("nodeHttpAddress") or "").partition(":")[0],
    }
    code = _code(diagnostics)

    def say(rank: int, summary: str, hint: str) -> tuple[int, Diagnosis]:
        return rank, error(f"{who} failed: {summary.rstrip('.')}.", hint, shown, **place)

    decisive = match(ATTEMPT, diagnostics)
    if decisive:
        return say(3, *decisive)
    known, python = match(STDERR, log), python_error(log)
    if known:
        return say(3, *known)
    if python:
        return say(3, python, "It is the program's own error; try it on a sample: head FILE | PROGRAM.")
    stored = match(S3, diagnostics)
    if stored:
        return say(3, *stored)
    if code in EXIT_CODES:
        return say(2, *EXIT_CODES[code])
    if code is not None:
        words = "its last words are below" if shown else "and said nothing on stderr"
        return say(2, f"it ended with exit code {code}, {words}", "" if shown else "Let it say why on stderr.")
    if "Broken pipe" in diagnostics:
        return say(
            2,
            "it ended before it had read all its input",
            "Read stdin to the end: for _ in sys.stdin: pass.",
        )
    killed = CONTAINER_KILLED.search(diagnostics)
    if killed:
        return say(
            1, f"its container was killed with exit code {killed.group(1) or killed.group(2)}", "See the node's log."
        )
    first = next((line.strip() for line in diagnostics.splitlines() if line.strip()), "no reason was given")
    return say(0, strip_java(first).replace("Error: ", "", 1), "See the logs in the evidence.")


def python_error(log: str) -> str | None:
    """Return "Type: message (file, line N)" of the last Python error in a log, None where there is none."""
    if "Traceback (most recent call last):" not in log and "SyntaxError" not in log and "IndentationError" not in log:
        return None
    ends = list(PYTHON_END.finditer(log))
    if not ends:
        return None
    end = ends[-1]
    start = max(log.rfind("Traceback (most recent call last):", 0, end.start()), 0)
    frames = FRAME.findall(log[start : end.start()])
    # The last frame of the user's own code, not of the library that it called.
    own = [frame for frame in frames if "/lib/python" not in frame[0] and not frame[0].startswith("<frozen")] or frames
    where = f" ({own[-1][0].rsplit('/', 1)[-1]}, line {own[-1][1]})" if own else ""
    return end.group(1).strip() + where


def plain(text: str) -> str:
    """Return diagnostics without time stamps, places and Java's stack frames."""
    return strip_java(SANDBOX.sub("", STAMP.sub("", text)))


def tail(log: str, lines: int = STDERR_LINES) -> str:
    """Return the end of a program's own words, without those of Java and its loggers."""
    kept = [line.rstrip() for line in log.splitlines() if line.strip() and not NOISE.match(line)]
    return "\n".join(kept[-lines:])[-STDERR_CHARACTERS:]


def _code(diagnostics: str) -> int | None:
    found = CODE.findall(diagnostics)
    return int(found[-1]) if found else None


def _kind(attempt: t.Mapping[str, t.Any]) -> str:
    kind = str(attempt.get("type") or "").lower()
    return kind or ("reduce" if "_r_" in str(attempt.get("id") or "") else "map")


def _who(attempt: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> str:
    kind = _kind(attempt)
    role = "reducer" if kind.startswith("reduce") else "mapper"
    name = spec.get(role)
    return f"The {role} {name}" if name else f"A {kind} task"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
