# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""One program run as a task would run it: its folder, its limits, its standard streams."""

from __future__ import annotations

import array
import collections
import contextlib
import errno
import fcntl
import os
import resource
import selectors
import shutil
import signal
import subprocess
import tempfile
import termios
import time
import typing as t
from dataclasses import dataclass, field

from .._core.voice import printable
from . import apart, processors

# Streaming's own buffer: of what a program leaves unread, the rest breaks the pipe.
UNREAD_MOST = 128 << 10
STDERR_TAIL = 16 << 10
# Larger side files are linked to where they are instead of copied.
COPY_MOST = 64 << 20
CHUNK = 64 << 10
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Of one run: seconds, bytes of address space (None: any), bytes of output."""

    seconds: float = 20
    memory: int | None = None
    output: int = 64 << 20


@dataclass
class Result:
    """How a program ended; ``code`` as streaming tells it, 128 + signal for one that was killed."""

    code: int = 0
    stdout: bytes = b""
    stderr: str = ""
    seconds: float = 0
    unread: int = 0
    timed_out: bool = False
    overflow: bool = False
    missing: str = ""
    built_for: str = ""  # another processor than this machine's
    reports: Reports = field(default_factory=lambda: Reports("reporter:"))

    @property
    def failed(self) -> bool:
        """Tell whether the task would fail, or cannot be judged."""
        return bool(self.code or self.timed_out or self.overflow or self.missing or self.built_for)


class Reports:
    """What a program says on standard error in the form ``reporter:counter:GROUP,NAME,AMOUNT``."""

    def __init__(self, prefix: str) -> None:
        """Begin with nothing counted; ``prefix`` is ``stream.stderr.reporter.prefix``."""
        self._prefix = prefix
        self.counters: dict[tuple[str, str], int] = {}
        self.wrong: list[str] = []

    def take(self, line: str) -> bool:
        """Take a line where it is a report; Hadoop does not show such a line."""
        if not line.startswith(self._prefix):
            return False
        kind, _colon, text = line[len(self._prefix) :].partition(":")
        columns = text.strip().split(",")
        if kind == "counter" and len(columns) == 3 and columns[2].removeprefix("-").isdecimal():
            key = (columns[0], columns[1])
            self.counters[key] = self.counters.get(key, 0) + int(columns[2])
        elif kind != "status":
            self.wrong = [*self.wrong[:4], line]
        return True


class Workplace:
    """The files that travel with a job, as a node has them: read-only, executable, each in a folder of its own."""

    def __init__(self, files: t.Mapping[str, str], root: str) -> None:
        """Copy them.

        :param files: name in the working directory → path here.
        :param root: an empty directory.
        :raises OSError: one cannot be read.
        """
        self._root = root
        self._names: dict[str, str] = {}
        for number, (name, path) in enumerate(sorted(files.items())):
            folder = os.path.join(root, "filecache", str(10 + number))
            os.makedirs(folder)
            target = os.path.join(folder, name)
            if os.path.isdir(path) or os.path.getsize(path) > COPY_MOST:
                os.symlink(os.path.abspath(path), target)
            else:
                shutil.copyfile(path, target)
                os.chmod(target, 0o555)
            self._names[name] = target

    @contextlib.contextmanager
    def folder(self) -> t.Iterator[str]:
        """Give a fresh working directory, which is removed afterwards."""
        place = tempfile.mkdtemp(prefix="container-", dir=self._root)
        try:
            os.mkdir(os.path.join(place, "tmp"))
            for name, target in self._names.items():
                os.symlink(target, os.path.join(place, name))
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def run(
    program: str,
    words: t.Sequence[str],
    folder: str,
    env: t.Mapping[str, str],
    data: bytes,
    limits: Limits,
    prefix: str,
) -> Result:
    """Run a program on ``data`` and return how it went.

    :param program: the file; ``words`` is its whole argument list.
    :param prefix: of reports on standard error.
    """
    result = Result(reports=Reports(prefix))
    earlier = apart.children()
    begin = time.monotonic()
    ours, theirs = os.pipe()  # we keep the end that the program reads, to see what it leaves there
    try:
        process = _start(program, words, folder, env, ours, result)
        if process is None:
            return result
        with process:
            try:
                if limits.memory:
                    _limit(process.pid, limits.memory)
                _Talk(process, theirs, data, limits, result, begin + limits.seconds).hold(ours)
            finally:
                _kill(process)
    finally:
        os.close(ours)
        os.close(theirs)
        apart.end_but(earlier)
        result.seconds = time.monotonic() - begin
    code = process.returncode
    result.code = 128 - code if code < 0 else code
    return result


def _start(
    program: str, words: t.Sequence[str], folder: str, env: t.Mapping[str, str], stdin: int, result: Result
) -> subprocess.Popen[bytes] | None:
    settings: dict[str, t.Any] = {
        "cwd": folder,
        "env": dict(env),
        "stdin": stdin,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "start_new_session": True,
    }
    # pylint: disable=consider-using-with  # _kill's caller uses the process as a context
    try:
        return subprocess.Popen([program, *words[1:]], **settings)
    except OSError as exc:
        if exc.errno != errno.ENOEXEC:
            result.missing = f"{exc.strerror}: {_interpreter(program) or exc.filename or words[0]}"
            return None
    result.built_for = processors.other_than_here(program)
    if result.built_for:
        return None
    # Java gives a file without a first line that names its interpreter to a shell.
    return subprocess.Popen(["/bin/sh", program, *words[1:]], **settings)


def _interpreter(program: str) -> str:
    """Return the first line of a program that is there, which names what is not."""
    with contextlib.suppress(OSError), open(program, "rb") as stream:
        first = stream.readline(200)
        return first.decode("utf-8", "replace").strip() if first.startswith(b"#!") else ""
    return ""


def _limit(pid: int, memory: int) -> None:
    # Set from outside: between fork and exec no Python of ours is to run.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Talk:
    """Standard streams of a process, fed and read at once, so that neither waits for the other."""

    def __init__(
        self, process: subprocess.Popen[bytes], stdin: int, data: bytes, limits: Limits, result: Result, deadline: float
    ) -> None:
        self._process, self._stdin, self._data = process, stdin, memoryview(data)
        self._limits, self._result, self._deadline = limits, result, deadline
        self._out = bytearray()
        self._err = b""
        self._tail: collections.deque[str] = collections.deque()
        self._kept = 0

    def hold(self, ours: int) -> None:
        """Talk until the process ends or a limit is reached."""
        stdout, stderr = (t.cast(t.IO[bytes], one) for one in (self._process.stdout, self._process.stderr))
        result = self._result
        os.set_blocking(self._stdin, False)
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ, self._read_out)
            selector.register(stderr, selectors.EVENT_READ, self._read_err)
            if self._data:
                selector.register(self._stdin, selectors.EVENT_WRITE, self._write)
            open_ends = 2
            closed = False
            while open_ends and not result.overflow:
                if not self._data and not closed:
                    # The program sees the end of its input once no write end is left.
                    null = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(null, self._stdin)
                    os.close(null)
                    closed = True
                left = self._deadline - time.monotonic()
                if left <= 0:
                    result.timed_out = True
                    break
                for key, _events in selector.select(left):
                    if key.data(key.fd):
                        continue
                    selector.unregister(key.fileobj)
                    open_ends -= key.fd != self._stdin
        if not result.timed_out and not result.overflow:
            try:
                self._process.wait(max(0.0, self._deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                result.timed_out = True
        if self._err:
            self._line(self._err)
        result.stdout, result.stderr = bytes(self._out), "\n".join(self._tail)
        left_in_pipe = array.array("i", [0])
        fcntl.ioctl(ours, termios.FIONREAD, left_in_pipe)
        result.unread = len(self._data) + left_in_pipe[0]

    def _write(self, descriptor: int) -> bool:
        with contextlib.suppress(BlockingIOError):
            self._data = self._data[os.write(descriptor, self._data[:CHUNK]) :]
        return bool(self._data)

    def _read_out(self, descriptor: int) -> bool:
        data = os.read(descriptor, CHUNK)
        self._out += data
        self._result.overflow = len(self._out) > self._limits.output
        return bool(data)

    def _read_err(self, descriptor: int) -> bool:
        data = os.read(descriptor, CHUNK)
        *whole, self._err = (self._err + data).split(b"\n")
        for line in whole:
            self._line(line)
        if len(self._err) > STDERR_TAIL:
            self._err = self._err[-STDERR_TAIL:]
        return bool(data)

    def _line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r")
        if self._result.reports.take(text):
            return
        text = printable(text)
        self._tail.append(text)
        self._kept += len(text) + 1
        while len(self._tail) > 1 and self._kept > STDERR_TAIL:
            self._kept -= len(self._tail.popleft()) + 1
