# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why a program failed: its own words on stderr, or where it had none its exit code.

The code is looked for as ``code 3`` or, where stderr is empty, ``code 3 silent``.
"""

from __future__ import annotations

from .container import MEMORY_HINT
from .row import row

# Behind it the controller says how to see it again.
OWN_ERROR = "It is the program's own error."
PROGRAM = (
    row(
        "no-first-line", "stderr", "it has no first line that names its interpreter, so a shell ran it",
        "Begin the program with #!/usr/bin/env python3.", "no",
        r"^\S+: (?:line )?\d+: (?:import|from|def|print|class)\b.*not found", r"Syntax error: word unexpected",
    ),
    row(
        "script-missing", "stderr", "Python did not find {path}", "Ship it in job_files and name it without a directory.",
        "no", r"can't open file '(?P<path>[^']*)': \[Errno 2\]",
    ),
    row(
        "module-missing", "stderr", "it needs the Python module {module}, which the nodes lack",
        "Ship a file of your own in job_files; install anything larger on the nodes.", "no",
        r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.]+)",
    ),
    row(
        "text-decoding", "stderr", "it read bytes that are not {encoding}[: {byte}]",
        "Read sys.stdin.buffer, or set PYTHONIOENCODING=utf-8:surrogateescape in job_cmdenv.", "no",
        r"UnicodeDecodeError: '(?P<encoding>[\w-]+)' codec can't decode bytes? (?P<byte>0x\w+)?",
    ),
    row(
        "python-memory", "stderr", "it ran out of memory", MEMORY_HINT + " Stream instead of collecting.", "no",
        r"^MemoryError\b", r"Cannot allocate memory",
    ),
    row(
        "shell-pipe", "stderr", "its command holds a pipe, and no shell runs it", "Put the line into a script.", "no",
        r"^[\w./-]*:? ?[\u2018'\"]?\|[\u2019'\"]?: No such file",
    ),
    row(
        "python-syntax", "stderr", "the nodes' Python cannot read it: {error}",
        "Correct it; python3 -m py_compile FILE finds such errors before a run.", "no",
        r"^(?P<error>(?:SyntaxError|IndentationError|TabError): .*)",
    ),
    row(
        "side-file-missing", "stderr", "it did not find the file {path}",
        "Ship it in job_files and open it by its name alone: each task has a directory of its own.", "no",
        r"^FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<path>[^']*)'",
    ),
    row(
        "python-exception", "stderr", "it raised {error}", OWN_ERROR,
        "no", r"Traceback \(most recent call last\):[\s\S]*?^(?:[ +]*\| )?(?P<error>[A-Za-z_][\w.]*(?::.*)?)$",
    ),
    row(
        "library-missing", "stderr", "the nodes lack {library}, to which it is linked",
        "Build it on the nodes' system, or link it statically; a library's package can be named in hadoop_packages.", "no",
        r"error while loading shared libraries: (?P<library>[^\s:]+): cannot open",
        r"version [`'](?P<library>[A-Z]+_[\w.]+)' not found \(required by",
    ),
    row(
        "perl-module-missing", "stderr", "it needs {module}, which the nodes' Perl lacks",
        "Name its package in hadoop_packages, perl for Perl's own ones; ship a file of your own in job_files, and say use lib '.'.",
        "no", r"^Can't locate (?P<module>\S+) in @INC",
    ),
    row(
        "command-missing", "stderr", "it calls {command}, which the nodes lack",
        "Name its package in hadoop_packages, or ship it in job_files.", "no",
        r"^\S+: (?:line )?\d+: (?P<command>[^\s:]+): (?:command )?not found$",
    ),
)  # fmt: skip

EXIT = (
    row(
        "exit-2", "exit", "it ended with exit code 2",
        "A wrong argument, a missing file, or no first line that names an interpreter.", "no", r"^code 2\b",
    ),
    row(
        "exit-126", "exit", "it was found but could not be executed (exit code 126)", "See its mode and its first line.",
        "no", r"^code 126\b",
    ),
    row(
        "exit-127", "exit", "its command was not found on the node (exit code 127)",
        "See the program's first line and the commands it calls.", "no", r"^code 127\b",
    ),
    row(
        "exit-134", "exit", "it aborted (exit code 134)",
        f"A native library gave up, or the program itself; see its words. {OWN_ERROR}", "no", r"^code 134\b",
    ),
    row(
        "exit-137", "exit", "it was killed (exit code 137), most likely for memory", MEMORY_HINT, "config", r"^code 137\b",
    ),
    row(
        "exit-139", "exit", "it crashed (exit code 139, segmentation fault)",
        f"If it runs well here, build it on the nodes' system. {OWN_ERROR}", "no", r"^code 139\b",
    ),
    row(
        "exit-143", "exit", "it was told to end (exit code 143)",
        "Its container was killed; see the node's log in the evidence.", "no", r"^code 143\b",
    ),
    row(
        "exit-1", "exit", "it ended with exit code 1 and said nothing on stderr",
        "Let it say why on stderr; where that code is no failure, as of a grep that finds nothing, set "
        f"stream.non.zero.exit.is.failure=false in job_options. {OWN_ERROR}", "no", r"^code 1 silent$",
    ),
    row(
        "exit-silent", "exit", "it ended with exit code {code} and said nothing on stderr",
        "Let it say why on stderr; where that code is no failure, set "
        f"stream.non.zero.exit.is.failure=false in job_options. {OWN_ERROR}", "no", r"^code (?P<code>\d+) silent$",
    ),
    row(
        "exit-code", "exit", "it ended with exit code {code}, its last words are below", OWN_ERROR, "no",
        r"^code (?P<code>\d+)$",
    ),
)  # fmt: skip
