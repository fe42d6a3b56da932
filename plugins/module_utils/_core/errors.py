# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The one error that every layer raises and only ``main()`` turns into ``fail_json``."""

from __future__ import annotations

import typing as t


class OhmyError(Exception):
    """A failure that is explained to the user: what is wrong, where, and what to do.

    :param message: one sentence: what is wrong and where.
    :param hint: one sentence: what to do about it; empty when there is nothing to add.
    :param details: further values for the module's result, JSON-able, never secrets.
    """

    def __init__(self, message: str, hint: str = "", **details: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        # Some messages end with another program's words, or with a list.
        stop = "" if not self.hint or self.message.endswith((".", "!", "?", "…", "\n")) else "."
        gap = "" if self.message.endswith("\n") else " "
        return f"{self.message}{stop}{gap}{self.hint}".strip()

    def as_result(self) -> dict[str, t.Any]:
        """Return the keyword arguments for ``AnsibleModule.fail_json``, whose text Ansible refuses where it is no UTF-8."""
        msg, hint = (text.encode("utf-8", "backslashreplace").decode() for text in (str(self), self.hint))
        return {**self.details, "msg": msg, "hint": hint}


def as_clause(exc: OhmyError) -> str:
    """Return what is wrong and what to do as a part of a sentence, for a list of problems."""
    hint = exc.hint.rstrip(".")
    return exc.message.rstrip(".") + (f"; {hint[:1].lower()}{hint[1:]}" if hint else "")


def words(exc: OSError) -> str:
    """Return what the system says, with the file where it names one."""
    said = exc.strerror or str(exc) or type(exc).__name__
    return f"{exc.filename}: {said}" if exc.filename else said


def as_result(exc: OhmyError | OSError) -> dict[str, t.Any]:
    """Return the keyword arguments for ``fail_json``; an error of the system, such as a full disk, names its file."""
    if isinstance(exc, OhmyError):
        return exc.as_result()
    return OhmyError(f"{words(exc)}.", "Look at rights and room there, then run the same command again.").as_result()
