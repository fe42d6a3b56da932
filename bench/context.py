# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row is given: a folder of its own, what it shares with other rows, and a voice."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Context:
    """The surroundings of the rows of one run.

    :param folder: where rows may write; each row finds its own empty folder in ``folder`` while it is measured.
    """

    def __init__(self, folder: Path, say: t.Callable[[str], None] = print) -> None:
        self.folder = folder
        self.say = say  # prints a line of progress
        self._stack = contextlib.ExitStack()
        self._made: dict[t.Any, t.Any] = {}

    def shared(self, factory: t.Callable[[Context], contextlib.AbstractContextManager[t.Any]]) -> t.Any:
        """Return what the factory's context manager yields; it is entered once, and left by ``close``.

        What could not be brought up is not tried again: its error is raised for each row that needs it.
        """
        if factory not in self._made:
            try:
                self._made[factory] = self._stack.enter_context(factory(self))
            except Exception as error:  # pylint: disable=broad-exception-caught
                self._made[factory] = error
        if isinstance(self._made[factory], Exception):
            raise self._made[factory]
        return self._made[factory]

    def close(self) -> None:
        """Take down what is shared, the last first."""
        self._stack.close()
