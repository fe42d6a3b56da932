# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What each attempt of a job's tasks did: one look at the file of events that Hadoop leaves in HDFS.

JobHistory tells the same over HTTP, with two requests for each task.
"""

from __future__ import annotations

import contextlib
import json
import time
import typing as t

from .._core.errors import OhmyError
from . import avro, task_summary
from .doors import Doors
from .history import job_of
from .rest import number

WAIT_SECONDS = 10.0  # for the job to move from its master to JobHistory
MOST_BYTES = 64 << 20  # some 20,000 attempts
BINARY = b"Avro-Binary"
DONE = ("mapreduce.jobhistory.done-dir", "/mr-history/done")
MOVING = ("mapreduce.jobhistory.intermediate-done-dir", "/mr-history/tmp")


def tasks_of(doors: Doors, conf: t.Mapping[str, str], application_id: str, ended: float) -> dict[str, t.Any]:
    """Return what the tasks of an application that has ended did, as ``task_summary.summary`` does.

    :param conf: the properties of the master's site files.
    :param ended: when its follower saw it end, in seconds since 1970: what ended long ago is not waited for.
    :raises OhmyError: nobody knows.
    """
    job = job_of(application_id)
    record = doors.history.wait_for(job, min(WAIT_SECONDS, max(0.0, ended + WAIT_SECONDS - time.time())))
    if record is None:
        raise OhmyError(
            f"JobHistory does not know {job}.",
            "A job that never started, or was killed, as by fail_fast, has no history.",
        )
    path, size = find(doors, conf, job, number(record.get("finishTime")) / 1000)
    with doors.hdfs.open(path, 0, min(size, MOST_BYTES)) as stream:
        data = b"".join(stream.chunks())
    found = task_summary.summary(events(data))
    if size > MOST_BYTES:
        cut = f"The history is {size >> 20} MiB long; what is after its first {MOST_BYTES >> 20} was not read."
        found["left_out"] = f"{cut} {found['left_out']}".strip()
    return found


def find(doors: Doors, conf: t.Mapping[str, str], job: str, finished: float) -> tuple[str, int]:
    """Return (path in HDFS, bytes) of a job's events.

    :param finished: by the clock of the master, where JobHistory runs too, and makes a folder of each day.
    :raises OhmyError: they are not there.
    """
    serial = f"{int(job.rpartition('_')[2]):09d}"[:6]
    day = time.strftime("%Y/%m/%d", time.localtime(finished))
    done = f"{conf.get(*DONE).rstrip('/')}/{day}/{serial}"
    # It may be moved between two looks.
    for folder in (done, f"{conf.get(*MOVING).rstrip('/')}/{doors.hdfs.user}", done):
        for name, entry in (doors.hdfs.entries(folder) or {}).items():
            if name.startswith(f"{job}-") and name.endswith(".jhist"):
                return f"{folder}/{name}", int(entry["length"])
    raise OhmyError(f"There are no events of {job} in {done}.", "JobHistory removes them after a week.")


def events(data: bytes) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Yield (type, event) of a file of events; the last one may be cut off.

    :raises OhmyError: it is no such file.
    """
    # No copy is made of the many bytes behind the two lines.
    first = data.find(b"\n")
    second = data.find(b"\n", first + 1)
    version = data[:first]
    if second < 0 or version != BINARY:
        raise OhmyError(
            f"The events of the job are written as {version[:20]!r}.",
            "Leave mapreduce.jobhistory.jhist.format at binary.",
        )
    read, source = avro.reader(json.loads(data[first + 1 : second])), avro.Bytes(data, second + 1)
    with contextlib.suppress(EOFError):
        while source:
            one = read(source)
            yield one["type"], one["event"]
