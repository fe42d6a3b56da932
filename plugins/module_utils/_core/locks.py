# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""One process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import time
import typing as t

PAUSE = 0.1


@contextlib.contextmanager
def alone(path: str, seconds: float, busy: Exception, turn: t.Callable[[], None] = lambda: None) -> t.Iterator[None]:
    """Hold the lock on a file, which is made where it is not there; a process that dies lets it go.

    :param turn: called again and again while another process holds it.
    :raises Exception: ``busy``, when another process has held it for so long.
    """
    deadline = time.monotonic() + seconds
    with open(path, "ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as exc:
                if time.monotonic() >= deadline:
                    raise busy from exc
            turn()
            time.sleep(PAUSE)
        yield
