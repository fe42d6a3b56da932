# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A row of the table of causes: what Hadoop or a program writes when something fails, what it means, what helps."""

from __future__ import annotations

import re
import typing as t

# Where the text that gives a cause away is looked for.
PLACES = {
    "submit": "client",
    "application": "ResourceManager",
    "attempt": "attempt",
    "attempt-end": "attempt",  # what may be a mere consequence: asked after the program's own words
    "container": "container",
    "stderr": "stderr",
    "exit": "exit code",
    "s3": "client or attempt",
    "distcp": "distcp",
    "distcp-end": "distcp",  # asked after everything else
    "follower": "follower",
}
# no: it would fail again; wait: it may clear by itself; config: after a setting was changed; yes: it may pass.
RETRY = ("no", "wait", "config", "yes")
PART = re.compile(r"\[([^\]]*)\]|\{(\w+)\}")
NAME = re.compile(r"\{(\w+)\}")


class Cause(t.NamedTuple):
    """One cause of failures.

    :param seen_in: keys of ``PLACES``.
    :param patterns: one of them is in the text; their named groups fill ``{name}`` in summary and hint.
    :param summary: the cause as a clause without a full stop; a part in brackets is left out where it lacks a value.
    :param retry: one of ``RETRY``.
    """

    id: str
    seen_in: tuple[str, ...]
    summary: str
    hint: str
    retry: str
    patterns: tuple[t.Pattern[str], ...]


class Found(t.NamedTuple):
    """A cause that a text gave away, with the values it named."""

    cause: Cause
    values: dict[str, str]

    @property
    def summary(self) -> str:
        """The cause in words, its values filled in."""
        return fill(self.cause.summary, self.values)

    @property
    def hint(self) -> str:
        """What helps, values filled in."""
        return fill(self.cause.hint, self.values)


def row(name: str, seen_in: str, summary: str, hint: str, retry: str, *patterns: str) -> Cause:
    """Return a row; ``seen_in`` are places with blanks between, ``patterns`` see beginnings and ends of lines."""
    compiled = tuple(re.compile(pattern, re.MULTILINE) for pattern in patterns)
    return Cause(name, tuple(seen_in.split()), summary, hint, retry, compiled)


def fill(form: str, values: t.Mapping[str, str]) -> str:
    """Return a text with its ``{name}``; a ``[part]`` without all of its values is left out."""

    def put(found: t.Match[str]) -> str:
        part, name = found.groups()
        if name:
            return values.get(name) or ""
        names = NAME.findall(part)
        return PART.sub(put, part) if all(values.get(name) for name in names) else ""

    return PART.sub(put, form).strip()
