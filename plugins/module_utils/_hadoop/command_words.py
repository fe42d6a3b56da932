# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Commands as Hadoop Streaming splits them: it starts no shell, and its quotes are not a shell's; pure functions.

Blanks separate words, a tab does not. ``'…'`` and ``"…"`` group, end the word before them, and vanish where they are
empty; nothing is escaped. What a user writes means what it means to a shell, and is written anew where that differs.
"""

from __future__ import annotations

import re
import shlex
import typing as t

from .._core.errors import OhmyError

WORD = re.compile(r"'([^']*)(?:'|$)|\"([^\"]*)(?:\"|$)|([^ '\"]+)")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# What a shell takes as it is: a quoted part of a word, or a sign behind a backslash.
SHELL_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", re.DOTALL)
OPERATORS = ("|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1")


def split(command: str) -> list[str]:
    """Return the words that Hadoop Streaming makes of a command."""
    found = (next((group for group in match.groups() if group), "") for match in WORD.finditer(command))
    return [word for word in found if word]


def is_closed(command: str) -> bool:
    """Tell whether every quote has its other half, and the command is one line."""
    return not re.search(r"['\"\n\r]", QUOTED.sub("", command)) and "\n" not in command


def join(words: t.Iterable[str]) -> str:
    """Return the command that Hadoop Streaming splits into these words.

    :raises ValueError: a word that no command can carry, with the reason.
    """
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if not word:
        raise ValueError("an empty word would vanish")
    if "\n" in word or "\r" in word:
        raise ValueError("a word holds a line break")
    if "'" in word and '"' in word:
        raise ValueError(f"the word {word} holds quotes of both kinds, and nothing can be escaped")
    if not re.search("[ '\"]", word):
        return word
    quote = '"' if "'" in word else "'"
    return f"{quote}{word}{quote}"


def carried(text: str, role: str) -> str:
    """Return a command, or a program's arguments, so that a task gets the words that a shell would give it.

    :param role: mapper, reducer or combiner, for the message.
    :raises OhmyError: quotes are open, a shell is needed, or Hadoop Streaming cannot carry a word.
    """
    try:
        words = shlex.split(text)
    except ValueError as exc:
        raise OhmyError(f"job_{role}: {text!r} cannot be split into words: {exc}.", "Close its quotes.") from exc
    if any(word in OPERATORS for word in SHELL_QUOTED.sub("_", text).split()):
        raise OhmyError(
            f"job_{role}: {text!r} holds a shell operator, and Hadoop Streaming starts no shell.",
            "Put the line into a script with a shebang and name that.",
        )
    try:
        return text if split(text) == words and is_closed(text) else join(words)
    except ValueError as exc:
        raise OhmyError(
            f"job_{role}: Hadoop Streaming cannot carry {text!r}: {exc}.",
            "Put the line into a script with a shebang and name that.",
        ) from exc
