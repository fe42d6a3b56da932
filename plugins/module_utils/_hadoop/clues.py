# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the logs of a failed task tell: its words, its program, its input, how far it came; pure."""

from __future__ import annotations

import re
import typing as t

from .._core.voice import count
from . import command_words
from .rest import strip_java

STDERR_LINES = 20
STDERR_CHARACTERS = 4000
CODE = re.compile(r"subprocess (?:failed|exited with error)(?: with)? code (\d+)")
# Where the task ran means nothing to the user, whose file it was.
SANDBOX = re.compile(r"/[^\s'\"]*/container_(?:e\d+_)?\d+_\d{4,}_\d{2,}_\d{6,}/(?:\./)?")
STAMP = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\]")
SPLIT = re.compile(
    r"Processing split: (?:Paths:)?(?:hdfs://[^/]*)?((?:s3a:/)?/.*?):(\d+)\+(\d+)(,\S.*)?$", re.MULTILINE
)
FRAME = re.compile(r'^[ |+]*File "([^"]+)", line (\d+)', re.MULTILINE)
TRACEBACK = "Traceback (most recent call last):"
PYTHON_END = re.compile(
    r"^(?:[ +]*\| )?((?:SyntaxError|IndentationError|TabError): .*|[A-Za-z_][\w.]*(?::.*)?)$", re.MULTILINE
)
PYTHON_SYNTAX = re.compile(r"^(?:SyntaxError|IndentationError|TabError): .*$", re.MULTILINE)
CONTAINER_STATUS = re.compile(r"(?:[Ee]xit code is|exitCode:|exit status|non-zero exit code) (-?\d+)")
EXEC = re.compile(r"PipeMapRed exec \[(.*)\]")
# Hadoop writes these lines where a program breaks off; the count alone stands in the log every now and then.
CONTEXT = re.compile(r"R/W/S=(\d+)/\d+/\d+[^\n]*\n\s*minRecWrittenToEnableSkip_")
# A thread of Hadoop's that reads what a program prints ended by an exception; [main] tells only what came of it.
READER_ENDED = re.compile(r"WARN \[Thread-\d+\] \S+\.PipeMapRed: .*\n((?:(?!\d{4}-\d\d-\d\d ).*\n?)*)")
# By which a program ends that prints to nobody: one of Python's that only notices at its end, and by a signal.
UNREAD = (120, 141)
LAST_OUTPUT = re.compile(r"last tool output: \|([^\n]*?)\|?$", re.MULTILINE)
LAST_OUTPUT_CHARACTERS = 200
ERROR_CHARACTERS = 300
NOISE = re.compile(
    r"^(log4j:|SLF4J:|Last \d+ bytes of |Container id: |Failing this attempt|For more detailed output"
    r"|WARNING: (?:An illegal|Illegal|Please|Use --|All illegal|A terminally|A restricted|sun\.|System::)"
    r"|reporter:(?:counter|status):|\s+at [\w.$/@<>]+\(|Log4j|[A-Z][a-z]{2} \d\d, \d{4} .* (?:AM|PM) )"
)


def plain(text: str) -> str:
    """Return diagnostics without time stamps, places and Java's stack frames."""
    return strip_java(SANDBOX.sub("", STAMP.sub("", text)))


def tail(log: str, lines: int = STDERR_LINES) -> str:
    """Return the end of a program's own words, without those of Java and its loggers."""
    kept = [line.rstrip() for line in log.splitlines() if line.strip() and not NOISE.match(line)]
    return "\n".join(kept[-lines:])[-STDERR_CHARACTERS:]


def last_words(log: str) -> str:
    """Return a log from its last Python traceback on, all of it where it has none.

    A program may print one and go on; and the programs of a small job share one log.
    """
    return log[max(log.rfind(TRACEBACK), 0) :]


def python_error(log: str) -> str | None:
    """Return "Type: message (file, line N)" of the last Python error in a log, None where there is none."""
    start = log.rfind(TRACEBACK)
    if start < 0:
        ends = list(PYTHON_SYNTAX.finditer(log))
        found, start = (ends[-1] if ends else None), 0
    else:
        found = PYTHON_END.search(log, start + len(TRACEBACK))
    if found is None:
        return None
    frames = FRAME.findall(log[start : found.start()])
    # The last frame of the user's own code, not of the library that it called.
    own = [frame for frame in frames if "/lib/python" not in frame[0] and not frame[0].startswith("<frozen")] or frames
    where = f" ({own[-1][0].rsplit('/', 1)[-1]}, line {own[-1][1]})" if own else ""
    text = found.group(1) if found.lastindex else found.group(0)
    return re.sub(r"^(?:[a-z_]\w*\.)+(?=[A-Z])", "", text.strip()) + where


def short(said: str) -> str:
    """Return what an error says with its middle left out where it is long: its type and its place stay."""
    half = ERROR_CHARACTERS // 2
    return said if len(said) <= ERROR_CHARACTERS else f"{said[:half]}…{said[-half:]}"


def exit_code(diagnostics: str) -> int | None:
    """Return the exit code of the program, None where Hadoop names none."""
    return _last_number(CODE, diagnostics)


def container_status(*texts: str) -> int | None:
    """Return the exit status that YARN gives a container, of the first text that names one."""
    return _last_number(CONTAINER_STATUS, *texts)


def task_kind(attempt: t.Mapping[str, t.Any]) -> str:
    """Return ``map`` or ``reduce``."""
    kind = str(attempt.get("type") or "").lower()
    return kind or ("reduce" if "_r_" in str(attempt.get("id") or "") else "map")


def program_of(kind: str, spec: t.Mapping[str, t.Any], diagnostics: str = "", log: str = "", syslog: str = "") -> str:
    """Return which of the job's programs failed in an attempt: mapper, combiner or reducer.

    A combiner runs in maps and reduces. Java's stack tells it surely, a Python traceback by its file, and else the program
    that was started last is taken.

    :param diagnostics: with Java's stack.
    """
    usual = "reducer" if kind.startswith("reduce") else "mapper"
    combiner = str(spec.get("combiner") or "")
    if not combiner:
        return usual
    if "CombinerRunner" in diagnostics:
        return "combiner"
    if "PipeMapRunner" in diagnostics:
        return usual
    frames = {path.rsplit("/", 1)[-1] for path, _line in FRAME.findall(last_words(log))}
    ours, theirs = _names(str(spec.get(usual) or "")), _names(combiner)
    if frames & (ours ^ theirs):
        return "combiner" if frames & (theirs - ours) else usual
    started = EXEC.findall(SANDBOX.sub("", syslog))
    if not started or ours == theirs:
        return "combiner" if len(started) > 1 and ours == theirs else usual
    return "combiner" if _names(started[-1].replace(", ", " ")) == theirs else usual


def _names(command: str) -> set[str]:
    return {word.rsplit("/", 1)[-1] for word in command_words.split(command)}


def input_of(syslog: str) -> dict[str, t.Any] | None:
    """Return a map's input {"path", "start", "length", "others"}, in bytes and number of further files, None if unknown."""
    found = SPLIT.findall(syslog)
    if not found:
        return None
    path, start, length, more = found[-1]  # a small job reads one after the other
    others = len(re.findall(r":\d+\+\d+", more or ""))
    return {"path": path, "start": int(start), "length": int(length), "others": others}


def records_of(*texts: str) -> int | None:
    """Return how many records Hadoop had handed to a program when it broke off, None where no text says so.

    The program may have read fewer: a pipe holds some.
    """
    return _last_number(CONTEXT, *texts)


def _last_number(pattern: re.Pattern[str], *texts: str) -> int | None:
    """Return the last number that a pattern finds in the first text in which it finds any."""
    for text in texts:
        found = pattern.findall(text)
        if found:
            return int(found[-1])
    return None


def last_output(*texts: str) -> str:
    """Return about the last line that Hadoop had read from a program, of the first text that quotes one.

    Streaming quotes its whole buffer: behind a line may stand the end of a longer one before it, and then zeros.
    """
    for text in texts:
        quoted = (line.partition("\0")[0] for line in LAST_OUTPUT.findall(text))
        found = [line for line in quoted if line not in ("", "null")]
        if found:
            return str(found[-1])[:LAST_OUTPUT_CHARACTERS]
    return ""


def what_it_read(syslog: str, records: int | None = None) -> str:
    """Return a sentence that names a map's input and how far it came; nothing where the log does not say."""
    found = input_of(syslog)
    far = f", and broke after at most {records} records" if records is not None else ""
    if found is None:
        return f"It broke after at most {records} records." if far else ""
    others = found["others"]
    if others:
        return f"It was given {found['path']} and {count(others, 'other file')} to read{far}."
    return f"It was given {found['path']} to read, {found['length']} bytes from byte {found['start']}{far}."


def why_unread(log: str, code: int | None, syslog: str) -> str:
    """Return by which exceptions Hadoop read no more of what a program prints, "" where that did not end the program."""
    if code not in UNREAD and "Broken pipe" not in last_words(log):
        return ""
    return plain("".join(READER_ENDED.findall(syslog)))
