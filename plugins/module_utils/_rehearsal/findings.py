# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is found before a start, each with a stable id, how grave it is and what to do."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError

Finding = dict[str, t.Any]
ERROR, WARNING, NOTE = "error", "warning", "note"
ORDER = (ERROR, WARNING, NOTE)


class Kind(t.NamedTuple):
    """One kind of finding: error (the job would fail or lie), warning (it may), note (good to know)."""

    severity: str
    meaning: str


KINDS = {
    # Programs: their first line and what runs them.
    "byte-order-mark": Kind(ERROR, "A byte order mark stands before `#!`, so the system sees no interpreter."),
    "first-line-crlf": Kind(ERROR, "The line that names the interpreter ends in CRLF, so no node finds it."),
    "no-interpreter": Kind(
        ERROR, "A program that is started by its name names no interpreter, so a shell would run it."
    ),
    "interpreter-relative": Kind(ERROR, "The first line names its interpreter without the path from `/`."),
    "interpreter-arguments": Kind(ERROR, "`env` gets name and arguments as one word; only `env -S` splits them."),
    "interpreter-absent": Kind(ERROR, "The nodes' image has not what the first line of a program asks for."),
    "interpreter-unsure": Kind(WARNING, "It is not known whether the nodes have what a first line asks for."),
    "python-absent": Kind(ERROR, "A program asks for `python` or `python2`; the nodes have `python3` only."),
    "command-absent": Kind(ERROR, "A command is neither shipped nor on the nodes' image."),
    "command-unsure": Kind(WARNING, "It is not known whether the nodes have a command."),
    "file-not-shipped": Kind(ERROR, "A command runs a file that does not travel with the job."),
    "path-of-this-machine": Kind(WARNING, "A command runs a file by its path here, which the nodes may not have."),
    "file-of-this-machine": Kind(
        ERROR,
        "A Python program opens a file by its path here, which no node has; a warning where it, or a command, only names it.",
    ),
    "glibc-too-new": Kind(ERROR, "A program is linked to a newer C library than the nodes have."),
    "script-crlf": Kind(WARNING, "A shell script has CRLF line ends, which a shell takes for a part of its words."),
    "node-unknown": Kind(WARNING, "What the nodes have is not known before they run; it is checked on the master."),
    # Python: syntax.
    "python2-code": Kind(ERROR, "The program is written in Python 2, which no node has."),
    "syntax-error": Kind(ERROR, "The program is no Python."),
    "syntax-too-new": Kind(ERROR, "The program uses syntax that the nodes' Python does not know yet."),
    "syntax-unsure": Kind(WARNING, "This machine's Python is older than the nodes' and cannot read the program."),
    "python-crlf": Kind(NOTE, "A Python file has CRLF line ends, which Python takes."),
    # Python: imports.
    "module-missing": Kind(ERROR, "An imported module is neither shipped nor on the nodes."),
    "module-unsure": Kind(WARNING, "It is not known whether the nodes have an imported module."),
    "module-optional": Kind(WARNING, "A module that may be imported, in a function or a branch, is not on the nodes."),
    "module-removed": Kind(ERROR, "An imported module left the standard library before the nodes' Python."),
    "module-too-new": Kind(ERROR, "An imported module came into the standard library after the nodes' Python."),
    "module-python2": Kind(ERROR, "An imported module is one of Python 2's standard library."),
    "name-missing": Kind(ERROR, "A name is imported that the nodes' standard library has no more, or not yet."),
    "relative-import": Kind(ERROR, "`from . import` works in packages only, and programs lie in no package."),
    "module-shadowed": Kind(
        WARNING, "A shipped file has the name of a module of the standard library and replaces it."
    ),
    # Input.
    "input-not-text": Kind(ERROR, "The input is of a format that Hadoop would cut into lines of rubbish."),
    "input-codec-absent": Kind(ERROR, "The input is packed by a codec that the archive of Hadoop lacks."),
    "input-codec-wrong": Kind(ERROR, "A file's name promises a codec that did not pack it, so every map on it fails."),
    "input-codec-unseen": Kind(ERROR, "A file is packed, but its name does not say so, so Hadoop reads it as it is."),
    "input-packed-lines": Kind(
        ERROR, "A file is packed by a codec that cannot be split, and each map is to have so many of its lines."
    ),
    "input-utf16": Kind(WARNING, "A file is UTF-16 text, which Hadoop cuts in the middle of characters."),
    "input-hidden": Kind(WARNING, "Files or folders are passed over, as their names begin with `_`."),
    "input-one-map": Kind(NOTE, "A large file is packed by a codec that cannot be split, so one map reads it all."),
    "input-many-files": Kind(NOTE, "There are more than 10,000 small files."),
    # The sample.
    "codec-not-readable-here": Kind(NOTE, "Packed files cannot be unpacked on this machine; they were not tried."),
    "input-corrupt": Kind(ERROR, "A packed file cannot be unpacked, so the map on it would fail."),
    "record-too-long": Kind(NOTE, "The first record of a file is larger than the sample; the file was not tried."),
    "input-carriage-return": Kind(
        WARNING, "The input holds carriage returns within lines, which end a line for Hadoop."
    ),
    "sample-shrunk": Kind(NOTE, "A slow program was tried on less."),
    "not-rehearsed": Kind(NOTE, "Something cannot be tried here; what, and why."),
    "rehearsal-cut-short": Kind(
        WARNING, "The time for all tries was over; a note where nothing was left that the job itself asks for."
    ),
    # Programs that fail on the sample; the text has the line of input that broke them where it can be found.
    "mapper-failed": Kind(ERROR, "The mapper ends with an exit code other than 0."),
    "combiner-failed": Kind(ERROR, "The combiner does."),
    "reducer-failed": Kind(ERROR, "The reducer does."),
    "mapper-timeout": Kind(ERROR, "The mapper does not end in time on a few lines."),
    "combiner-timeout": Kind(ERROR, "The combiner does not."),
    "reducer-timeout": Kind(ERROR, "The reducer does not."),
    "mapper-memory": Kind(ERROR, "The mapper asks for more memory than a try may take."),
    "combiner-memory": Kind(ERROR, "The combiner does."),
    "reducer-memory": Kind(ERROR, "The reducer does."),
    "mapper-output-too-large": Kind(WARNING, "The mapper writes far more than it reads."),
    "combiner-output-too-large": Kind(WARNING, "The combiner does."),
    "reducer-output-too-large": Kind(WARNING, "The reducer does."),
    "other-processor": Kind(ERROR, "A program is built for another processor than this machine's."),
    "side-file-missing": Kind(ERROR, "A program opens or imports a file that lies here and does not travel with it."),
    "module-missing-here": Kind(WARNING, "A module is imported that this machine lacks; the program was not tried."),
    "stops-reading": Kind(ERROR, "A program leaves its input unread; where it is little, a warning."),
    "sort-options": Kind(ERROR, "The fields to sort or to part by are none that Hadoop understands."),
    "aggregate-input": Kind(ERROR, "Hadoop's aggregate reducer cannot take a line of the mapper's."),
    # Answers that depend on what Hadoop decides by itself; where rounding may be all there is to it, a warning.
    "answer-depends-on-splits": Kind(ERROR, "Another cut of the input gives another answer."),
    "answer-depends-on-reducers": Kind(ERROR, "Several reduces give another answer; a warning while one is asked for."),
    "answer-depends-on-combiner": Kind(ERROR, "The combiner, run not at all, once or twice, changes the answer."),
    "answer-depends-on-value-order": Kind(WARNING, "The order of a key's values changes the answer."),
    "answer-not-repeatable": Kind(WARNING, "The same run again gives another answer, as a task tried again would."),
    # By the way.
    "no-map-output": Kind(WARNING, "The mapper writes nothing for the whole sample."),
    "no-output": Kind(WARNING, "The reducer does not."),
    "carriage-return": Kind(WARNING, "The mapper writes carriage returns, which end a line for Hadoop."),
    "lines-left-out": Kind(WARNING, "A grep leaves out lines that are no UTF-8, or hold NUL, as it does without `-a`."),
    "not-found": Kind(WARNING, "A program says that it does not find a command or a file, and goes on without it."),
    "reducer-fails-without-input": Kind(WARNING, "The reducer fails where it gets no key."),
    "output-without-input": Kind(NOTE, "The reducer writes lines without any input, which Hadoop throws away."),
    "report-unreadable": Kind(WARNING, "A counter or status line is of a form that Hadoop cannot read."),
    "too-many-counters": Kind(ERROR, "The programs count under more names than Hadoop allows."),
    # On the master, before submission.
    "interpreter-broken": Kind(ERROR, "An interpreter that a program asks for does not start on the master."),
    "memory-too-much": Kind(ERROR, "A container of the job asks for more memory than the cluster can ever give it."),
    "vcores-too-many": Kind(ERROR, "A container of the job asks for more cores than the cluster can ever give it."),
    "queue-unknown": Kind(ERROR, "The ResourceManager has no queue of the name that the job asks for."),
    "queue-stopped": Kind(ERROR, "The queue that the job asks for takes no jobs."),
    "hdfs-full": Kind(ERROR, "HDFS has no room for what is still to come, with its replicas."),
    "map-output-full": Kind(ERROR, "The workers' disks have no room for what the maps write."),
    "room-tight": Kind(WARNING, "With input and map output in place, less than a tenth of HDFS would be left."),
    "output-exists": Kind(ERROR, "Something that the job may not replace lies where its answer is to go."),
    "codec-absent": Kind(ERROR, "The job packs by a codec that the archive of Hadoop lacks."),
    "s3-refused": Kind(ERROR, "The nodes' own credentials may not list or read input in S3."),
    "s3-bucket-absent": Kind(ERROR, "A bucket of the input is not there."),
    "s3-input-absent": Kind(ERROR, "S3 holds nothing where the input is to be."),
    "s3-unreachable": Kind(ERROR, "S3 does not answer the master, or the master has no credentials."),
}


def finding(name: str, severity: str, text: str, hint: str, **evidence: t.Any) -> Finding:
    """Return {"id", "severity", "text", "hint", "evidence"}.

    :param name: stable, a key of KINDS.
    :param severity: ``error`` (it would fail or lie on the cluster), ``warning`` or ``note``; that of its kind or less.
    :param evidence: further values, JSON-able; the keys depend on the id.
    """
    return {"id": name, "severity": severity, "text": text, "hint": hint, "evidence": evidence}


def of_kind(kind: str, text: str, hint: str, **evidence: t.Any) -> Finding:
    """Return a finding with the severity of its kind, a key of KINDS."""
    return finding(kind, KINDS[kind].severity, text, hint, **evidence)


def sorted_by_severity(findings: t.Iterable[Finding]) -> list[Finding]:
    """Return the findings, errors first, otherwise in the order in which they were found."""
    return sorted(findings, key=lambda one: ORDER.index(one["severity"]))


def errors(found: t.Iterable[Finding]) -> list[Finding]:
    """Return the findings for which a job is not to be submitted."""
    return [one for one in found if one["severity"] == ERROR]


def refusal(failing: t.Sequence[Finding], **result: t.Any) -> OhmyError:
    """Return the error that tells of all errors that were found.

    :param failing: at least one, see ``errors``.
    :param result: what the error carries.
    """
    if len(failing) == 1:
        return OhmyError(failing[0]["text"], failing[0]["hint"], **result)
    listing = "\n".join(f"  {one['text']} {one['hint']}" for one in failing)
    return OhmyError(f"{len(failing)} errors were found before the start:\n{listing}\n", "Correct them all.", **result)


def remark(one: Finding) -> str:
    """Return what a warning or a note is shown as."""
    return f"{one['severity'].capitalize()}: {one['text']} {one['hint']}"


def shown(data: bytes, most: int = 200) -> str:
    """Return bytes as text that fits a message: cut, and without what would upset a terminal."""
    text = data[: 4 * most].decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return text if len(text) <= most else text[: most - 1] + "…"
