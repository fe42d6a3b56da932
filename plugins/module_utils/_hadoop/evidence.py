# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What explains a failure, packed into one archive before the cluster goes; bounded in size and in time."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import socket
import subprocess
import tarfile
import time
import typing as t

from .._core.errors import OhmyError
from .doors import CONF_DIR, Doors, open_doors
from .history import job_of
from .jobdir import ROOT, JobDir
from .node_folders import LOG_DIR
from .yarn import EVERY_STATE

FILE_BYTES = 1 << 20
LINES = 2000
FAILED_ATTEMPTS = 3
HTTP_SECONDS = 3.0
LOGS = ("stderr", "stdout", "syslog")
# job.xml stays out: it is the one file that may hold what its owner did not want to show.
JOB_FILES = ("spec.json", "status.json", "client.log")
UNITS = ("hadoop-*", "ohmy-*")
MOST_BYTES = 64 << 20


class Evidence:
    """An archive that is being filled; what cannot be had is named instead."""

    def __init__(self, archive: tarfile.TarFile, deadline: float, room: int = MOST_BYTES) -> None:
        self._archive = archive
        self._deadline = deadline
        self._room = room
        self.entries: list[str] = []
        self.missing: list[str] = []

    def left(self) -> float:
        """Return the seconds that are left."""
        return self._deadline - time.monotonic()

    def add(self, name: str, data: bytes) -> None:
        """Add a file; an empty one says nothing and is left out."""
        if not data:
            return
        if len(data) > self._room:
            self.missing.append(f"{name}: the archive would be too large")
            return
        self._room -= len(data)
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(data), int(time.time()), 0o644
        self._archive.addfile(info, io.BytesIO(data))
        self.entries.append(name)

    def attempt(self, what: str, work: t.Callable[[], None]) -> None:
        """Do one part of the work, or say why it could not be done."""
        if self.left() <= 0:
            self.missing.append(f"{what}: there was no time left")
            return
        try:
            work()
        except Exception as exc:  # pylint: disable=broad-exception-caught  # part of the evidence is better than none
            self.missing.append(f"{what}: {exc}")


@contextlib.contextmanager
def filled(path: str, limit: float, room: int = MOST_BYTES) -> t.Iterator[Evidence]:
    """Fill the tar.gz ``path``, for root's eyes only, in about ``limit`` seconds and with ``room`` bytes of files."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream, tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as archive:
        found = Evidence(archive, time.monotonic() + limit, room)
        yield found
        found.add("missing.txt", "\n".join(found.missing).encode())


def collect(
    path: str,
    job: str | None = None,
    limit: float = 45.0,
    root: str = ROOT,
    log_dir: str = LOG_DIR,
    conf_dir: str = CONF_DIR,
    alone: bool = False,
) -> dict[str, t.Any]:
    """Write ``path``, a tar.gz, in about ``limit`` seconds; return {"entries", "missing"}.

    :param job: the id of the job whose history and failed tasks are wanted too.
    :param alone: only what this node itself wrote is wanted, and no daemon is asked.
    """
    host = socket.gethostname()
    with filled(path, limit) as found:
        # The most telling first: time may run out.
        if job:
            found.attempt("the job's files", lambda: job_files(found, JobDir.of(job, root)))
            found.attempt(
                "the job in YARN",
                lambda: _application(found, JobDir.of(job, root), open_doors(conf_dir, timeout=HTTP_SECONDS)),
            )
        if not alone:
            found.attempt(
                "the state of the cluster", lambda: cluster(found, open_doors(conf_dir, timeout=HTTP_SECONDS))
            )
        found.attempt("the logs of the daemons", lambda: daemons(found, log_dir, host))
        found.attempt("the journal", lambda: journal(found, host))
    return {"entries": found.entries, "missing": found.missing}


def tail(path: str, size: int = FILE_BYTES) -> bytes:
    """Return the last bytes of a file, from the beginning of a line."""
    with open(path, "rb") as stream:
        length = os.fstat(stream.fileno()).st_size
        stream.seek(max(0, length - size))
        data = stream.read(size)
    return data if length <= size else data.partition(b"\n")[2]


def job_files(found: Evidence, folder: JobDir, under: str = "job") -> None:
    """Add what a follower and its client wrote."""
    for name in JOB_FILES:
        if os.path.isfile(folder.file(name)):
            found.add(f"{under}/{name}", tail(folder.file(name)))


def _application(found: Evidence, folder: JobDir, doors: Doors) -> None:
    application = (folder.status() or {}).get("application_id")
    if not application:
        return
    found.add("job/application.json", _json(doors.yarn.app(application)))
    job = job_of(application)
    record = doors.history.wait_for(job, min(5.0, found.left()))
    if record is None:
        found.missing.append(f"the history of {job}: JobHistory does not know it")
        return
    found.add("job/history.json", _json(record))
    found.add("job/counters.json", _json(doors.history.counters(job)))
    found.add("job/tasks.json", _json(doors.history.tasks(job)))
    attempts = doors.history.failed_attempts(job, FAILED_ATTEMPTS)
    found.add("job/failed-attempts.json", _json(attempts))
    for attempt in attempts:
        name = str(attempt.get("id"))
        found.attempt(f"the logs of {name}", functools.partial(_container, found, doors, attempt))


def _container(found: Evidence, doors: Doors, attempt: t.Mapping[str, t.Any]) -> None:
    container, node = str(attempt.get("assignedContainerId") or ""), str(attempt.get("nodeHttpAddress") or "")
    if not container:
        return
    texts = {
        name: doors.history.container_log(container, name, node, FILE_BYTES // 4) if found.left() > 0 else None
        for name in LOGS
    }
    for name, text in texts.items():
        found.add(f"job/{attempt.get('id')}/{name}", (text or "").encode())
    if all(text is None for text in texts.values()):
        raise OhmyError(
            f"neither {node} nor JobHistory has them",
            "Logs are there once the job has ended and its log aggregation is over.",
        )


def cluster(found: Evidence, doors: Doors) -> None:
    """Add what the ResourceManager and the NameNode say of themselves."""
    found.add("cluster/metrics.json", _json(doors.yarn.metrics()))
    found.add("cluster/nodes.json", _json(doors.yarn.nodes(EVERY_STATE)))
    state = {"live_datanodes": doors.hdfs.live_datanodes(), "safe_mode": doors.hdfs.safe_mode()}
    found.add("cluster/hdfs.json", _json(state))


def daemons(found: Evidence, log_dir: str, host: str) -> None:
    """Add the last part of each daemon's log on this node."""
    for name in sorted(os.listdir(log_dir)):
        path = os.path.join(log_dir, name)
        if name.endswith((".log", ".out", ".err")) and os.path.isfile(path) and found.left() > 0:
            found.add(f"{host}/{name}", tail(path))


def journal(found: Evidence, host: str) -> None:
    """Add what systemd has to say of our units on this node."""
    units = [word for unit in UNITS for word in ("-u", unit)]
    seconds = max(1.0, min(15.0, found.left()))
    for name, command in (
        ("journal.txt", ["journalctl", "--no-pager", "-o", "short-iso", "-n", str(LINES), *units]),
        ("units.txt", ["systemctl", "--no-pager", "--all", "list-units", *UNITS]),
    ):
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
        found.add(f"{host}/{name}", done.stdout[-FILE_BYTES:])


def _json(data: t.Any) -> bytes:
    return json.dumps(data, indent=1, sort_keys=True).encode() if data else b""
