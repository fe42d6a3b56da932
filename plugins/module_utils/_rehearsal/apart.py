# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Work that starts programs, done in a process of its own, with which all ends that they started.

On Linux the kernel gives that process what loses its parent, and tells it when ours is gone, even by ``kill -9``; then it
ends what runs and removes its folders. Elsewhere only process groups are ended, and the work is done to its end.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import glob
import os
import pickle
import signal
import subprocess
import sys
import typing as t

from .._core.errors import OhmyError

# See prctl(2).
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
# A new interpreter: a fork of ours would be killed with us by who looks for our name, and is not safe on macOS.
BEGIN = """
import pickle, sys, types
sys.path[:], packages = pickle.load(sys.stdin.buffer)
for name, places in packages.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = places
pickle.load(sys.stdin.buffer)()
"""


def apart(work: t.Callable[[], t.Any]) -> t.Any:
    """Return what ``work`` returns.

    :param work: a function of a module, with its arguments as ``functools.partial`` has them; they are pickled.
    :raises OhmyError: it was killed, or as ``work`` does; OSError likewise.
    """
    given = pickle.dumps((sys.path, _packages())) + pickle.dumps(functools.partial(_done, work, os.getpid()))
    pipe = subprocess.PIPE
    command = [sys.executable, "-I", "-c", BEGIN]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        try:
            out, err = process.communicate(given)
        finally:
            process.terminate()
    if process.returncode:
        stderr = err.decode("utf-8", "replace")
        last = f": {stderr.strip().splitlines()[-1]}" if stderr.strip() else ""
        text = f"The rehearsal itself ended with exit code {process.returncode}{last}."
        raise OhmyError(text, "See whether this machine lacks memory.", stderr=stderr)
    found, error = pickle.loads(out)
    if error is not None:
        raise error
    return found


def _packages() -> dict[str, list[str]]:
    """Return the packages above the collection's own, and the collection: where it lies may be on no path at all."""
    parts = __name__.split(".")
    names = [".".join(parts[:count]) for count in range(1, parts.index("plugins") + 1)]
    return {name: list(sys.modules[name].__path__) for name in names}


def _done(work: t.Callable[[], t.Any], parent: int) -> None:
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        return
    try:
        done: tuple[t.Any, Exception | None] = (work(), None)
    except (OhmyError, OSError) as exc:
        done = (None, exc)
    finally:
        end_but(set())
    pickle.dump(done, sys.stdout.buffer)


def _leave(number: int, _frame: t.Any) -> None:
    # Once is enough: what it cleans up then is not to be broken off.
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def children() -> set[int]:
    """Return the ids of our children; none where the system does not tell."""
    found: set[int] = set()
    for path in glob.glob("/proc/self/task/*/children"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as stream:
            found.update(map(int, stream.read().split()))
    return found


def end_but(spared: set[int]) -> None:
    """End our children but some, and with each those of its own, which become ours when it ends."""
    spared = set(spared)
    while more := children() - spared:
        for one in more:
            try:
                os.kill(one, signal.SIGKILL)
                os.waitpid(one, 0)
            except OSError:  # another user's, as after sudo
                spared.add(one)
