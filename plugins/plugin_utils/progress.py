# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Live progress from an action plugin: one rewritten line on a terminal, few lines through a pipe."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
import time
import typing as t

from ..module_utils._core.voice import printable

# A worker process has no terminal any more; the plugin is loaded before the fork, where stdout is the user's.
STDOUT_IS_TTY = bool(sys.stdout and sys.stdout.isatty())
COLUMNS = shutil.get_terminal_size((80, 24)).columns


class DisplayLike(t.Protocol):
    """The two methods of Ansible's ``Display`` that are needed here."""

    def display(self, msg: str, **options: t.Any) -> None:
        """Write a message to the user."""

    def warning(self, msg: str, **options: t.Any) -> None:
        """Write a warning to the user."""


class Progress:
    """Shows what is going on, and keeps a log of it.

    :param display: Ansible's ``Display``, the only way from a worker to the terminal.
    :param title: begins each line.
    :param log_path: a file on the controller to which each change is appended; None: no log.
    :param tty: whether stdout is a terminal; None: as it was when Ansible started.
    :param interval: seconds at least between two lines where there is no terminal.
    """

    def __init__(
        self,
        display: DisplayLike,
        title: str = "",
        *,
        log_path: str | None = None,
        tty: bool | None = None,
        interval: float = 5.0,
        columns: int | None = None,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._display = display
        self._title = title
        self._tty = STDOUT_IS_TTY if tty is None else tty
        self._interval = interval
        self._columns = columns or COLUMNS
        self._clock = clock
        self._shown = ""
        self._logged = ""
        self._pending = ""
        self._width = 0
        self._last: float | None = None
        self._log_path = log_path
        if log_path is not None:
            self._open_log(log_path)

    def update(self, text: str) -> None:
        """Show a new state; the same text again costs nothing."""
        line = f"{self._title}: {text}" if self._title else text
        line = printable(" ".join(line.split()))
        self._log(line)
        if self._tty:
            self._rewrite(line)
        elif line != self._shown:
            self._pending = line
            if self._last is None or self._clock() - self._last >= self._interval:
                self._print_pending()

    def say(self, text: str) -> None:
        """Show lines that are to stay, before the live one."""
        self.finish()
        lines = [printable(line) for line in text.splitlines()]
        for line in lines:
            self._log(line)
        self._display.display("\n".join(lines), stderr=not self._tty)

    def finish(self) -> None:
        """Show the last state, whatever the interval, and leave the line; may be called twice."""
        if self._tty:
            if self._width:
                self._display.display("", screen_only=True)
            self._width = 0
            self._shown = ""
        elif self._pending:
            self._print_pending()

    def _print_pending(self) -> None:
        self._display.display(self._pending, stderr=True)
        self._shown, self._pending, self._last = self._pending, "", self._clock()

    def _rewrite(self, line: str) -> None:
        if len(line) >= self._columns:
            line = line[: self._columns - 2] + "…"
        if line == self._shown:
            return
        # Blanks overwrite the rest of a longer line; an escape sequence would show up where it is not understood.
        self._display.display("\r" + line.ljust(self._width), newline=False, screen_only=True)
        self._shown, self._width = line, len(line)

    def _open_log(self, path: str) -> None:
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "a", encoding="utf-8"):
                pass
        except OSError as exc:
            self._leave_log(exc)

    def _log(self, line: str) -> None:
        if self._log_path is None or line == self._logged:
            return
        self._logged = line
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            with open(self._log_path, "a", encoding="utf-8") as stream:
                stream.write(f"{now} {line}\n")
        except OSError as exc:
            self._leave_log(exc)

    def _leave_log(self, exc: OSError) -> None:
        # Whatever is wrong with it on the controller is no reason to leave a job alone.
        self._display.warning(
            f"The progress log {self._log_path} cannot be written: {exc.strerror}. It goes on without."
        )
        self._log_path = None
