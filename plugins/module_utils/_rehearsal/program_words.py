# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A job's commands and the first lines of its programs: what they run, and whether the nodes have it; pure."""

from __future__ import annotations

import posixpath
import re
import shlex
import typing as t
from dataclasses import dataclass

PYTHON = re.compile(r"python(\d(\.\d+)?)?")
SHELLS = frozenset("sh bash dash ksh zsh".split())
SYSTEM = frozenset("/bin /usr/bin /sbin /usr/sbin".split())
# What streaming itself takes for a reducer or a combiner, and the names of Java's classes, with their package.
_BUILT_IN = re.compile(r"(?i:none|aggregate)|(?:[a-z_]\w*\.)+[A-Z][\w$]*")
# Interpreters that take a program's file, the options that take a program's text instead, and those with a word after.
_TEXT = {"perl": "eE", "ruby": "e", "node": "ep", "nodejs": "ep", "php": "r", "Rscript": "e", "lua": "e", "R": "ef"}
_AWK = frozenset("awk gawk mawk sed".split())


@dataclass(frozen=True)
class Run:
    """What a command or a first line runs: ``interpreter`` a word of it, ``script`` the file that it is given.

    ``inline``: the interpreter has the program's text, or a module's name, in the command.
    """

    interpreter: str
    script: str = ""
    module: str = ""
    inline: bool = False


def of_command(command: str, shipped: t.Container[str] = ()) -> Run | None:
    """Return what a command runs; None for an empty one, and for what Hadoop itself brings.

    :param shipped: names of files that travel with the job, of which mapper.R looks like a class.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None  # refused where the job is planned
    if words and posixpath.basename(words[0]) == "env":
        words = _after_env(words[1:]) or words[:1]
    if not words or (len(words) == 1 and words[0] not in shipped and _BUILT_IN.fullmatch(words[0])):
        return None
    return _given(words[0], words[1:])


def of_first_line(line: bytes) -> tuple[Run | None, str]:
    """Return what a first line names, and the kind of finding where the system cannot make out what it is."""
    text = line[2:].decode("utf-8", "replace").strip()
    path, _blank, rest = text.partition(" ")
    rest = rest.strip()
    if not path.startswith("/"):
        return None, "interpreter-relative"
    if posixpath.basename(path) != "env" or posixpath.dirname(path) not in SYSTEM:
        return Run(path), ""
    words, kind = rest.split(), ""
    if words and (words[0].startswith("-S") or words[0] in ("--split-string", "-vS")):
        words = [words[0][2:], *words[1:]] if len(words[0]) > 2 and words[0].startswith("-S") else words[1:]
    elif len(words) > 1:
        kind = "interpreter-arguments"
    words = _after_env(words)
    return (Run(words[0]), kind) if words else (None, "interpreter-relative")


def _after_env(words: t.Sequence[str]) -> list[str]:
    """Return the words that ``env`` runs."""
    rest = list(words)
    while rest and (rest[0].startswith("-") or "=" in rest[0]):
        rest = rest[2:] if rest[0] in ("-u", "--unset", "-C", "--chdir") else rest[1:]
    return rest


def _given(program: str, words: t.Sequence[str]) -> Run:
    name = posixpath.basename(program)
    if PYTHON.fullmatch(name):
        return _python(program, words)
    if name in _AWK:
        if "-f" in words[:-1]:
            return Run(program, words[words.index("-f") + 1])
        return Run(program, inline=True)
    texts = "c" if name in SHELLS else _TEXT.get(name)
    if texts is None:
        return Run(program, inline=True)
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("--"):
            continue
        elif word.startswith(("-", "+")):
            if any(letter in word[1:] for letter in texts):
                return Run(program, inline=True)
            skip = word[-1] in "oO" if name in SHELLS else word in ("-I", "-r")
        else:
            return Run(program, word)
    return Run(program, inline=True)


def _python(program: str, words: t.Sequence[str]) -> Run:
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "-m":
            return Run(program, module=rest[0] if rest else "", inline=True)
        if word == "-" or re.fullmatch(r"-[a-zA-Z]*c.*", word):
            break
        if word in ("-W", "-X"):
            rest = rest[1:]
        elif not word.startswith("-"):
            return Run(program, word)
    return Run(program, inline=True)
