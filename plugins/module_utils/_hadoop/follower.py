# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What follows one job on the master, whether or not anybody watches: a unit started by the modules.

A stop of the unit (SIGTERM, a reboot) is no word about the job: the application goes on, and the next start attaches
to it. A job ends early only when its time is up, or by a silent controller where its specification says so.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import threading
import time
import traceback
import typing as t

from .._core.errors import OhmyError
from .._core.locks import alone
from .._core.voice import say
from .doors import CONF_DIR, Doors, open_doors, read_document
from .jobdir import ENDED, JobDir, error, fresh_status
from .node_folders import HADOOP_HOME
from .streaming import tag
from .yarn import ENDED as APP_ENDED

SILENCE = 120.0  # seconds without a sign of life from the controller
LEASE_EVERY = 300
LEASE_SECONDS = 3600
LOG_BYTES = 1 << 20
KILL_SECONDS = 120.0
ORPHAN_SECONDS = 300.0
PROGRESS_EVERY = 1.0
SUBMITTED = re.compile(r"Submitted application (application_\d+_\d{4,})")


class Stop(Exception):
    """The job is to be killed; the text says why."""


class Failed(Exception):
    """The job failed; carries the ``error`` of its status."""

    def __init__(self, diagnosis: dict[str, t.Any]) -> None:
        super().__init__(diagnosis["summary"])
        self.diagnosis = diagnosis


class Follower:
    """One job while it is followed: its status file, its client process, the signs that it is to end."""

    def __init__(self, folder: JobDir, doors: Doors, document: t.Mapping[str, t.Any] | None = None) -> None:
        spec = folder.spec()
        if spec is None:
            raise OhmyError(
                f"There is no specification in {folder.path}.", "Run the same command again, which makes the job anew."
            )
        self.folder = folder
        self.doors = doors
        self.document = document or {}
        self.spec: dict[str, t.Any] = spec
        self.earlier = folder.status()
        self.status = self.earlier or fresh_status(spec)
        self.ended = "failed"  # what a failed job has come to
        self.created = os.stat(folder.file("spec.json")).st_mtime
        self._written: dict[str, t.Any] | None = None
        self._beat = folder.heartbeat()
        self._heard = time.monotonic()
        self._inode = self._spec_inode()

    def report(self, text: str | None = None, **changes: t.Any) -> None:
        """Change the status and write it where it is not the same as before.

        :param changes: keys of the status; ``map`` and ``reduce`` are percents of its progress, ``left`` its seconds to go.
        """
        progress = {**self.status["progress"], "left": changes.pop("left", None)}
        for key in ("map", "reduce"):
            if key in changes:
                progress[key] = max(0, min(100, int(changes.pop(key))))
        if text is not None:
            progress["text"] = text
        self.status = {**self.status, **changes, "progress": progress}
        if self.status != self._written:
            self.folder.write("status.json", self.status)
            self._written = self.status

    def alive(self) -> None:
        """Look whether the job is to go on.

        :raises Stop: somebody wants it killed, its time is up, or its controller fell silent.
        """
        inode = self._spec_inode()
        if inode != self._inode:
            # A later run attached, and may have more patience.
            self.spec, self._inode = self.folder.spec() or self.spec, inode
        limit = self.spec.get("timeout")
        if limit and time.time() - self.status["started"] > float(limit):
            raise Stop(f"its time of {limit} s was up")
        if self.spec.get("on_disconnect") != "kill":
            return
        beat = self.folder.heartbeat()
        if beat != self._beat:
            self._beat, self._heard = beat, time.monotonic()
        elif time.monotonic() - self._heard > SILENCE:
            raise Stop(f"nobody watched it for {SILENCE:.0f} s, and on_disconnect is kill")

    def _spec_inode(self) -> int:
        return os.stat(self.folder.file("spec.json")).st_ino

    def run(self, argv: t.Sequence[str], limit: float, turn: t.Callable[[], None] | None = None) -> int | None:
        """Run a client of Hadoop to its end; its output is appended to ``client.log``.

        :param turn: called about once a second.
        :returns: its exit code, None when it was ended after ``limit`` seconds.
        """
        with open(self.folder.file("client.log"), "ab") as log:
            # The client inherits the lock, and keeps it where it outlives its follower.
            fcntl.flock(log, fcntl.LOCK_EX)
            log.write(b"# " + argv[0].encode() + b" " + argv[1].encode() + b"\n")
            log.flush()
            client = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder.path,
                start_new_session=True,
            )  # fmt: skip
        deadline, next_turn = time.monotonic() + limit, time.monotonic() + PROGRESS_EVERY
        try:
            while True:
                try:
                    return client.wait(0.1)
                except subprocess.TimeoutExpired:
                    pass
                self.alive()
                if time.monotonic() >= deadline:
                    return None
                if turn is not None and time.monotonic() >= next_turn:
                    turn()
                    next_turn = time.monotonic() + PROGRESS_EVERY
        finally:
            if client.poll() is None:
                _end(client)

    def wait_for_orphan(self) -> None:
        """Wait for the end of a client that outlived an earlier follower: it may be about to submit.

        :raises OhmyError: it still runs after five minutes.
        """

        def turn() -> None:
            self.report("waiting for the client of an earlier follower")
            self.alive()

        busy = OhmyError("A client of an earlier follower still runs.", "See ps on the master.")
        with alone(self.folder.file("client.log"), ORPHAN_SECONDS, busy, turn):
            pass

    def log_size(self) -> int:
        """Return how much is in ``client.log`` now."""
        try:
            return os.stat(self.folder.file("client.log")).st_size
        except FileNotFoundError:
            return 0

    def log_since(self, offset: int) -> str:
        """Return what was written to ``client.log`` after ``offset``, the last of it where that is much."""
        with open(self.folder.file("client.log"), "rb") as stream:
            stream.seek(max(offset, self.log_size() - LOG_BYTES))
            return stream.read().decode("utf-8", "replace")

    def finish(self, state: str, text: str, **changes: t.Any) -> None:
        """Write the last status."""
        self.report(text, state=state, finished=round(time.time(), 3), **changes)

    def keep_lease(self) -> None:
        """Renew the cluster's lease for as long as this process lives, in a thread of its own."""
        from .._node import lease

        if lease.leased(self.document):
            threading.Thread(target=_renew, args=(self.document,), daemon=True).start()


def main(job_dir: str) -> int:
    """Follow the job in this directory to its end; return the exit code.

    A job that fails is no failure of its follower: only what a restart may mend ends with 1.
    """
    folder = JobDir(os.path.abspath(job_dir))
    if (folder.status() or {}).get("state") in ENDED:
        return 0
    follower = Follower(folder, open_doors(CONF_DIR), read_document())
    follower.report(state="starting" if follower.status["application_id"] is None else "running")
    follower.keep_lease()
    return follow(follower, _work(follower.spec["kind"]))


def follow(follower: Follower, work: t.Callable[[Follower], None]) -> int:
    """Do the work of a job and write how it ended."""
    try:
        follower.wait_for_orphan()
        work(follower)
        return 0
    except Stop as stop:
        follower.report(f"being killed: {stop}")
        rest = _kill(follower)
        follower.finish(
            "killed",
            "killed",
            error=error(f"{stop}.".capitalize() + rest, "Run the same command again.", cause="stopped"),
        )
    except Failed as failed:
        follower.finish("failed", follower.ended, error=failed.diagnosis)
    except OhmyError as exc:
        follower.finish("failed", "failed", error=error(exc.message, exc.hint))
    except Exception as exc:  # a defect of ours must not leave the job without an end
        traceback.print_exc()
        summary = f"The follower ended by a defect of its own: {type(exc).__name__}: {exc}"
        follower.finish(
            "failed", "failed", error=error(summary, "See journalctl -u 'ohmy-follow@*' on the master.", cause="defect")
        )
    say(f"{follower.status['state']}: {follower.status['error']['summary']}")
    return 0


def mapred(name: str) -> str:
    """Return the path of one of Hadoop's programs."""
    return f"{HADOOP_HOME}/bin/{name}"


def _work(kind: str) -> t.Callable[[Follower], None]:
    if kind == "streaming":
        from .follow_streaming import run_streaming

        return run_streaming
    if kind == "distcp":
        from .follow_distcp import run_distcp

        return run_distcp
    raise OhmyError(f"No follower knows jobs of the kind {kind!r}.", "Use one version of the collection throughout.")


def _kill(follower: Follower) -> str:
    """Kill what the job runs in YARN; return nothing, or after two minutes of failures a sentence that says so."""
    yarn, deadline = follower.doors.yarn, time.monotonic() + KILL_SECONDS
    while True:
        try:
            for app in yarn.apps(tag=tag(follower.spec["id"])):
                if app.get("state") not in APP_ENDED:
                    yarn.kill(str(app["id"]))
            return ""
        except OhmyError as exc:
            say(f"{exc}")
            if time.monotonic() >= deadline:
                return f" It may still run in YARN: {exc.message}"
        time.sleep(2)


def _end(client: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(client.pid, number)
            client.wait(patience)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _renew(document: t.Mapping[str, t.Any]) -> None:
    from .._node import lease

    while True:
        try:
            lease.renew(document, LEASE_SECONDS)
        except (OhmyError, ValueError, KeyError, OSError) as exc:
            say(f"the lease was not renewed: {exc}")
        time.sleep(LEASE_EVERY)
