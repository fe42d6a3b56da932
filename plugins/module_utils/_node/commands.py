# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""One command line of a user's on a node: with a limit of time, and of what is kept of its output."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass, field

MOST_BYTES = 64 * 1024
TIMED_OUT = 124  # as coreutils' timeout has it
KILL_SECONDS = 5.0
# What a command left in the background may hold its output open for ever.
DRAIN_SECONDS = 1.0


@dataclass
class _Tail:
    """The end of a stream."""

    kept: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def add(self, data: bytes) -> None:
        """Take more, and forget the oldest above the limit."""
        self.kept += data
        over = len(self.kept) - MOST_BYTES
        if over > 0:
            del self.kept[:over]
            self.dropped += over

    def text(self) -> str:
        """Return it as text, whatever it is."""
        return self.kept.decode("utf-8", "replace")


def run(line: str, seconds: float, clock: t.Callable[[], float] = time.monotonic) -> dict[str, t.Any]:
    """Run a line of bash in a login shell; return ``rc``, ``stdout``, ``stderr``, ``seconds``, ``timed_out``, ``dropped``.

    After ``seconds`` it is ended with all that it started. Its input is empty.
    """
    begun = clock()
    process = subprocess.Popen(
        ["/bin/bash", "-l", "-c", line],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    tails = {"stdout": _Tail(), "stderr": _Tail()}
    timed_out = False
    try:
        timed_out = not _follow(process, tails, begun + seconds, clock)
    finally:
        if timed_out or process.poll() is None:
            _end(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    code = process.returncode
    return {
        "rc": TIMED_OUT if timed_out else 128 - code if code < 0 else code,
        "stdout": tails["stdout"].text(),
        "stderr": tails["stderr"].text(),
        "seconds": round(clock() - begun, 3),
        "timed_out": timed_out,
        "dropped": sum(one.dropped for one in tails.values()),
    }


def _follow(
    process: subprocess.Popen[bytes], tails: dict[str, _Tail], deadline: float, clock: t.Callable[[], float]
) -> bool:
    """Read until the command has ended; tell whether it did in time."""
    with selectors.DefaultSelector() as ready:
        for name, tail in tails.items():
            ready.register(getattr(process, name), selectors.EVENT_READ, tail)
        ended: float | None = None
        while ready.get_map():
            if ended is None and process.poll() is not None:
                ended = clock()
            if ended is not None and clock() > ended + DRAIN_SECONDS:
                return True
            if ended is None and clock() > deadline:
                return False
            for key, _events in ready.select(0.05):
                data = os.read(key.fd, 65536)
                key.data.add(data)
                if not data:
                    ready.unregister(key.fileobj)
    try:
        process.wait(max(0.0, deadline - clock()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        if sign == signal.SIGTERM:
            # Others of its session may not have listened.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return
