# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are timed, and end with whoever waits for them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

from tests.end_to_end.support import Run

from .context import ROOT

TAIL_LINES = 40


class Failed(Exception):
    """A side could not be measured; the text says why."""


def output(*command: str, cwd: Path = ROOT, env: t.Mapping[str, str] | None = None, text: str = "") -> str:
    """Run a command and return what it printed on standard output; ``text`` is its input.

    Failed with the last lines of both outputs when it fails. What an exception interrupts is killed.
    """
    done = subprocess.run(command, cwd=cwd, env=env, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-TAIL_LINES:])
        raise Failed(f"{' '.join(command[:3])} … ended with {done.returncode}:\n{last}")
    return done.stdout


def seconds(*command: str, cwd: Path = ROOT, env: t.Mapping[str, str] | None = None, text: str = "") -> float:
    """Run a command as ``output`` does and return how long it took."""
    began = time.monotonic()
    output(*command, cwd=cwd, env=env, text=text)
    return time.monotonic() - began


def finished(run: Run, what: str, limit: float) -> Run:
    """Wait for a command that was started, for so many seconds; whatever interrupts the wait ends the command with it.

    :raises Failed: with its last lines.
    """
    try:
        code = run.finish(limit)
    finally:
        if run.process.poll() is None:
            run.kill()
    if code:
        raise Failed(f"{what} ended with {code}:\n" + "\n".join(run.lines[-TAIL_LINES:]))
    return run


@contextlib.contextmanager
def short_home() -> t.Iterator[Path]:
    """Make a home for the commands of a cloud, and remove it; its path is short, as sockets of SSH lie below it."""
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
