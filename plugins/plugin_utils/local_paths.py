# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the paths and programs of a job file mean here, and which of these files would not reach the nodes."""

from __future__ import annotations

import os
import re
import shlex
import typing as t

from ..module_utils._hadoop import programs, side_archives
from . import archives

PROGRAMS = ("job_mapper", "job_reducer", "job_combiner")
# A package, and a name that begins as that of a class does.
JAVA_CLASS = re.compile(r"(org|com|net|io|edu)(\.[a-z_]\w*)+\.[A-Z][\w$]*")


def absolute(name: str, option: t.Mapping[str, t.Any], value: t.Any, base: str) -> t.Any:
    """Return the value of a variable with the paths in it counted from ``base``."""
    if name in PROGRAMS:
        return resolve_program(value, base)
    if option.get("type") == "path":
        return resolve_path(value, base)
    one = resolve_role if name == "hadoop_roles" else resolve_path if option.get("elements") == "path" else None
    if one is not None and isinstance(value, (list, str)):
        return [one(item, base) for item in _listed(value)]
    return value


def resolve_path(value: t.Any, base: str) -> t.Any:
    """Return ``value`` with ``~``, ``$NAME`` and a relative path made absolute; URLs and commands stay.

    What is there under its name as it stands is meant; else variables are what options of type path make of them.
    """
    if not isinstance(value, str) or not value or archives.URL.match(value):
        return value
    # YAML's folded style, behind which a line ends, is a way of writing a long one.
    value = value.rstrip("\n")
    literal = _from(base, value)
    return literal if os.path.lexists(literal) else _from(base, os.path.expandvars(value))


def _from(base: str, path: str) -> str:
    return os.path.normpath(os.path.join(base, os.path.expanduser(path)))


def resolve_program(value: t.Any, base: str) -> t.Any:
    """Return a program's absolute path, and its arguments, where it is a file, else the command as it is.

    A command is a single word without ``/`` and ``.`` (``cat``), or has blanks and
    begins with no file (``wc -l``), or is a class in Java; anything else is a path, there or not.
    """
    value = value.rstrip("\n") if isinstance(value, str) else value
    path = resolve_path(value, base)
    if not isinstance(value, str) or not value or os.path.lexists(path):
        return path
    if JAVA_CLASS.fullmatch(value):
        return value
    program, arguments = programs.split_program(value, lambda name: _program_at(name, base))
    if program:
        return f"{program} {arguments}"
    if re.search(r"\s", value.strip()) or not re.search(r"[/.]", value):
        return value
    return path


def _program_at(name: str, base: str) -> str | None:
    """Return the path of a program by the name that stands before arguments, or None; ``sort`` may be a file of data."""
    path = resolve_path(name, base)
    meant = programs.program_file(path) and (re.search(r"[/.]", name) or os.access(path, os.X_OK))
    return path if meant else None


def resolve_role(value: t.Any, base: str) -> t.Any:
    """Return a role's absolute path where it is given as a path, else its name."""
    return resolve_path(value, base) if isinstance(value, str) and re.search("[/~]", value) else value


def not_shipped(command: t.Any, base: str, files: t.Any) -> str | None:
    """Return the first word of a command that is a file in ``base`` which would not travel with the job, or None.

    :param files: the job's side files, as they were given.
    """
    if not isinstance(command, str):
        return None
    shipped = _names(files)
    program, rest = programs.split_program(command, programs.program_file)
    for word in rest.split() if program or "/" not in command else []:
        # A bare name such as "data" may be an argument that a file is called like by chance.
        if "." in word and "/" not in word and word not in shipped and os.path.isfile(os.path.join(base, word)):
            return word
    return None


def missing_program(command: t.Any, files: t.Any, packed: t.Any) -> str | None:
    """Return the program with which a command begins where it is meant to be a file, but is none here, or None.

    :param files: the job's side files, as they were given.
    :param packed: its archives, likewise, whose folders may hold programs.
    """
    if not isinstance(command, str) or not re.search(r"\s", command) or os.path.isabs(command):
        return None
    try:
        word = shlex.split(command)[0]
    except (ValueError, IndexError):
        return None  # told with the plan's words
    folders = {side_archives.split(str(one))[1] for one in _listed(packed)}
    first, slash, _rest = word.removeprefix("./").partition("/")
    if first in (folders if slash else _names(files)) or not (slash or re.search(r"\.(py|sh|pl|rb|awk)$|^\./", word)):
        return None
    return word


def _listed(value: t.Any) -> list[t.Any]:
    return [value] if isinstance(value, str) else value or []


def _names(files: t.Any) -> set[str]:
    return {os.path.basename(str(path)) for path in _listed(files)}
