# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What travels with a job: the user's programs and side files, and the commands that run them."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import typing as t

from .._core.errors import OhmyError
from .command_words import carried

SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
# What lies there each node has itself, and made for its own system.
SYSTEM = ("/bin", "/sbin", "/usr/bin", "/usr/sbin")
# By the ending of a program that names none itself.
INTERPRETERS = {
    ".sh": "/bin/sh",
    ".bash": "/bin/bash",
    ".pl": "/usr/bin/perl",
    ".awk": "/usr/bin/awk -f",
    ".rb": "/usr/bin/env ruby",
    ".js": "/usr/bin/env node",
    ".php": "/usr/bin/env php",
    ".lua": "/usr/bin/env lua",
    ".R": "/usr/bin/env Rscript",
}

# A file or an archive that travels with a job, as modules take it.
SHIPPED: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "src": {"type": "str", "required": True},
        "name": {"type": "str"},
        "sha256": {"type": "str"},
    },
}


def file_sha256(path: str) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def shipped_name(path: str, role: str, taken: t.Mapping[str, str]) -> str:
    """Return the name under which a program lies in a task's working directory.

    Its own where that is safe in Hadoop's option syntax and not another file's;
    else one made of its role, so that no two files shadow each other.
    """
    name = os.path.basename(path)
    if not SAFE_NAME.fullmatch(name):
        name = role + re.sub(r"[^A-Za-z0-9.]", "", os.path.splitext(name)[1])
    if taken.get(name, path) != path:
        name = f"{role}-{name}"
    return name


class FirstLine(t.NamedTuple):
    """What is wrong with the first line of a file: a stable id, what is wrong, and what to do about it."""

    id: str
    message: str
    hint: str


def first_line_problem(path: str, runs: bool = False) -> FirstLine | None:
    """Return what in the first line of a file would keep every task from starting, None where nothing does.

    :param runs: it is a program that is started by its own name, so it must name its interpreter.
    """
    name = os.path.basename(path)
    with open(path, "rb") as stream:
        first = stream.readline(4096)
    if first.startswith(b"\xef\xbb\xbf#!"):
        return FirstLine("byte-order-mark", f"{name} begins with a byte order mark.", "Save it as UTF-8 without one.")
    if first.startswith(b"#!") and first.endswith(b"\r\n"):
        return FirstLine(
            "first-line-crlf",
            f"The first line of {name} ends in a carriage return (CRLF), so no node finds its interpreter.",
            f"Save it with Unix line ends: sed -i 's/\\r$//' {shlex.quote(name)}.",
        )
    if runs and not first.startswith((b"#!", b"\x7fELF")):
        if own := INTERPRETERS.get(os.path.splitext(name)[1]):
            hint = f"Begin it with #!{own}."
        else:
            instead = f"run it by python3 {name}" if name.endswith(".py") else "let its name end in .py"
            hint = f"Begin it with its interpreter, such as #!/usr/bin/env python3, or {instead}."
        return FirstLine(
            "no-interpreter", f"The first line of {name} names no interpreter, so a shell would run it.", hint
        )
    return None


def check_first_line(path: str) -> None:
    """Refuse a file whose first line would keep every task from starting; see ``first_line_problem``.

    :raises OhmyError: its first line ends in a carriage return, or follows a byte order mark.
    """
    if found := first_line_problem(path):
        raise OhmyError(found.message, found.hint)


def command_for(path: str, name: str) -> str:
    """Return the command that runs a shipped program; a Python file needs no shebang."""
    with open(path, "rb") as stream:
        head = stream.read(2)
    return f"python3 {name}" if head != b"#!" and name.endswith(".py") else name


def split_program(text: str, find: t.Callable[[str], str | None]) -> tuple[str | None, str]:
    """Return (path, arguments) of a program file with or without arguments, (None, text) for a command.

    The longest beginning of the text, up to a blank or its end, that names a file is the program: names may hold blanks.

    :param find: returns the path of a file that is meant by a name, else None.
    """
    for end in [len(text), *(match.start() for match in reversed(list(re.finditer(" +", text))))]:
        if path := find(text[:end]):
            return path, text[end:].strip()
    return None, text


def program_file(path: str) -> str | None:
    """Return an absolute path that names a file to be shipped, else None."""
    if not os.path.isabs(path) or os.path.dirname(path) in SYSTEM or not os.path.isfile(path):
        return None
    return path


def plan_programs(
    mapper: str,
    reducer: str | None,
    combiner: str | None,
    files: t.Sequence[str],
    digest: t.Callable[[str], str] = file_sha256,
) -> tuple[dict[str, str | None], list[dict[str, str]]]:
    """Work out the commands of a job and the files they need.

    :param mapper: absolute path of a program file, with or without arguments, or a command that the nodes have.
    :param files: absolute paths of side files; they keep their names.
    :param digest: path → what stands as its sha256; the default reads it all.
    :returns: ({"mapper", "reducer", "combiner"} → command or None,
        [{"src", "name", "sha256"}] in the order of their names).
    :raises OhmyError: two files of one name, or what Hadoop's options cannot hold.
    """
    taken: dict[str, str] = {}
    for path in files:
        name = os.path.basename(path)
        if os.path.isdir(path):
            raise OhmyError(f"job_files: {path} is a directory.", "Pack it, and name the archive in job_archives.")
        if not SAFE_NAME.fullmatch(name):
            raise OhmyError(
                f"job_files: {path} has a name that Hadoop cannot ship.", "Use letters, digits, dot, dash, underscore."
            )
        if taken.setdefault(name, path) != path:
            raise OhmyError(
                f"job_files: {taken[name]} and {path} have the same name, and only one would reach the tasks.",
                "Rename one of them.",
            )
    commands: dict[str, str | None] = {"mapper": None, "reducer": None, "combiner": None}
    for role, text in (("mapper", mapper), ("reducer", reducer), ("combiner", combiner)):
        program, arguments = split_program(text or "", program_file)
        if program:
            name = shipped_name(program, role, taken)
            taken[name] = program
            commands[role] = f"{command_for(program, name)} {carried(arguments, role)}".rstrip()
        else:
            commands[role] = carried(text, role) if text else None
    shipped = [{"src": path, "name": name, "sha256": digest(path)} for name, path in sorted(taken.items())]
    return commands, shipped
