# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which commands a shell script calls, as far as a look at its text tells; pure.

Words in quotes, and commands whose names are made by the script, are not seen.
"""

from __future__ import annotations

import re

QUOTED = re.compile(r"\\[^\n]|'[^']*'|\"(?:\\.|[^\"\\])*\"|(?:(?<=\s)|^)#[^\n]*", re.DOTALL | re.MULTILINE)
HERE_DOCUMENT = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1([^\n]*\n)(.*?\n)?[ \t]*\2[ \t]*$", re.DOTALL | re.MULTILINE)
ENDS = re.compile(r"\n|[|;&(){}`]")
COMMAND = re.compile(r"[A-Za-z0-9][\w.+-]*")
FUNCTION = re.compile(r"(?:^|[;{])[ \t]*(?:function[ \t]+([\w-]+)|([\w-]+)[ \t]*\([ \t]*\))", re.MULTILINE)
# Who asks whether a command is there can do without it.
ASKED = re.compile(r"\b(?:command[ \t]+-[vV]|which|type|hash)[ \t]+([\w.+-]+)")
# Before these words and assignments, a command follows; after the others of a shell's words none does.
BEFORE = frozenset("! builtin command do elif else exec if nohup then time until while".split())
OTHER = frozenset(
    "alias bg bind break caller case cd compgen complete continue coproc declare dirs disown done enable esac eval exit "
    "export fc fg fi for function getopts help history in jobs let local logout mapfile popd pushd read readarray "
    "readonly return select set shift shopt source suspend times trap typeset ulimit umask unalias unset wait".split()
)
ASSIGNMENT = re.compile(r"\w+\+?=")


def commands(text: str) -> dict[str, int]:
    """Return the commands that a script calls, each with the number of the first line that does."""
    text = HERE_DOCUMENT.sub(lambda found: found[3] + "\n" * (found[4] or "").count("\n"), text)
    own = {name for names in FUNCTION.findall(text) for name in names} | set(ASKED.findall(text))
    # A line that goes on is one; each \0 stands for a line's end that ends no command.
    text = QUOTED.sub(lambda found: "_" + "\0" * found[0].count("\n") if found[0][0] != "#" else "", text)
    text = text.replace("\\\n", " \0")
    found: dict[str, int] = {}
    begin = line = 0
    for end in [*(match.start() for match in ENDS.finditer(text)), len(text)]:
        piece = text[begin:end]
        words = piece.replace("\0", " ").split()
        while words and (words[0] in BEFORE or ASSIGNMENT.match(words[0])):
            words.pop(0)
        if words and COMMAND.fullmatch(words[0]) and words[0] not in OTHER and words[0] not in own:
            at = line + piece[: piece.index(words[0])].count("\0")
            found.setdefault(words[0], at + 1)
        line += piece.count("\0") + text[end : end + 1].count("\n")
        begin = end + 1
    return found
