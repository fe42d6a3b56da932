# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row is given: a folder of its own, what it shares with other rows, and a voice."""

from __future__ import annotations

import contextlib
import shutil
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What rows share, such as a cluster: brought up when a row first needs it, taken down after the last row.
Factory = t.Callable[["Context"], contextlib.AbstractContextManager[t.Any]]


class Context:
    """The surroundings of the rows of one run.

    :param folder: where may be written; a row has one of its own, empty at its start.
    :param say: prints a line of progress.
    """

    def __init__(self, folder: Path, say: t.Callable[[str], None] = print) -> None:
        self.folder, self.say = folder, say
        self._of_all = self
        self._stack = contextlib.ExitStack()
        self._made: dict[Factory, t.Any] = {}

    def of_row(self, name: str) -> Context:
        """Return the context of a row, which shares with the others what is shared."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        own = Context(folder, self.say)
        own._of_all = self
        return own

    def shared(self, factory: Factory) -> t.Any:
        """Return what the factory's context manager yields; it is entered once, and left by ``close``.

        What could not be brought up is not tried again: its error is raised for each row that needs it.
        """
        if self._of_all is not self:
            return self._of_all.shared(factory)
        if factory not in self._made:
            try:
                self._made[factory] = self._stack.enter_context(factory(self))
            except Exception as error:
                self._made[factory] = error
        if isinstance(self._made[factory], Exception):
            raise self._made[factory]
        return self._made[factory]

    def close(self) -> None:
        """Take down what is shared, the last first."""
        self._stack.close()
