# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""One writer at a time for a local directory: a run that was killed may leave a worker that still writes there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import typing as t

from ..module_utils._core.errors import OhmyError

LOCK = ".ohmy-lock"
WAIT_SECONDS = 30.0
PAUSE = 0.5


@contextlib.contextmanager
def locked(folder: str, wait: float = WAIT_SECONDS) -> t.Iterator[None]:
    """Hold the directory's lock; the directory is made where it is missing.

    Where the lock cannot be written, nothing else can: there the first write tells, in better words.

    :param wait: seconds for which the end of another run is waited for.
    :raises OhmyError: the other run still fetches into it.
    """
    descriptor = _acquire(folder, wait)
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, LOCK))
            os.close(descriptor)


def _acquire(folder: str, wait: float) -> int | None:
    path = os.path.join(folder, LOCK)
    deadline = time.monotonic() + wait
    while True:
        try:
            os.makedirs(folder, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The one who held it may have removed the file in between: then the lock is on nothing.
            if _same(descriptor, path):
                return descriptor
            os.close(descriptor)
            continue
        except BlockingIOError:
            os.close(descriptor)
        except OSError:
            # A file system without locks.
            os.close(descriptor)
            return None
        if time.monotonic() >= deadline:
            raise OhmyError(
                f"Another run is fetching into {folder}.",
                "Wait for its end, or end it: see ps for ansible-playbook; then run the same command again.",
            )
        time.sleep(PAUSE)


def _same(descriptor: int, path: str) -> bool:
    try:
        have, there = os.fstat(descriptor), os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (have.st_dev, have.st_ino) == (there.st_dev, there.st_ino)
