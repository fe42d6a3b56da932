# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Follow a streaming job: attach to it or submit it, and tell how it ended."""

from __future__ import annotations

import os
import time
import typing as t

from .._core.errors import OhmyError
from . import distcp, streaming
from .copies import Look
from .failures import diagnose_submit
from .follow_application import counters_of, diagnose, find_application, follow_application, wait_for_nodes
from .follower import SUBMITTED, Failed, Follower, mapred
from .jobdir import error
from .jobs import write_fingerprint
from .programs import check_first_line
from .results import is_job_s, obstacle
from .site import render
from .tries import repeat

SUBMIT_SECONDS = 900.0
APPEAR_SECONDS = 10.0


def run_streaming(follower: Follower) -> None:
    """Bring a streaming job to its end.

    :raises Failed: with the explanation.
    """
    streaming.check(follower.spec)
    check_programs(follower)
    repeat(follower, _try)


def _try(follower: Follower) -> None:
    app = find_application(follower)
    if app is None:
        if is_done(follower):
            finish(follower, str(follower.status["application_id"] or ""))
            return
        prepare_output(follower)
        wait_for_nodes(follower)
        application_id = submit(follower)
    else:
        application_id = str(app["id"])
    app = follow_application(follower, application_id)
    if app.get("finalStatus") != "SUCCEEDED":
        raise Failed(diagnose(follower, app))
    if not is_done(follower):
        summary = "The job succeeded, but its output in HDFS is not whole."
        raise Failed(error(summary, "Run the same command again.", cause="output-incomplete"))
    finish(follower, application_id)


def check_programs(follower: Follower) -> None:
    """Refuse programs whose first line would keep every task from starting.

    :raises OhmyError: it ends in a carriage return, or follows a byte order mark.
    """
    for name in follower.spec.get("files") or []:
        path = follower.folder.file("files", name)
        if not os.path.isfile(path):
            raise OhmyError(f"The file {name} did not reach the master.", "Run the same command again, with force.")
        check_first_line(path)
    for name in follower.spec.get("archives") or []:
        if not os.path.isfile(follower.folder.file("files", name)):
            raise OhmyError(f"The archive {name} did not reach the master.", "Run the same command again, with force.")


def is_done(follower: Follower) -> bool:
    """Tell whether the whole answer of this very job is in HDFS."""
    hdfs, output = follower.doors.hdfs, str(follower.spec["output"])
    return hdfs.status(f"{output}/_SUCCESS") is not None and is_job_s(hdfs, output, follower.spec["fingerprint"])


def prepare_output(follower: Follower) -> None:
    """Make room for the output: remove our own half of one, and write whose the next will be.

    :raises Failed: there is an output that is not ours; it stays.
    """
    hdfs, output = follower.doors.hdfs, str(follower.spec["output"])
    if problem := obstacle(hdfs, output, str(follower.spec.get("existing") or "own"), follower.spec["fingerprint"]):
        raise Failed(error(problem.message, problem.hint, cause="output-exists"))
    if hdfs.status(output) is not None:
        own = is_job_s(hdfs, output, follower.spec["fingerprint"])
        follower.report("removing what an interrupted run left" if own else "removing another job's answer")
        hdfs.delete(output, recursive=True)
    hdfs.mkdirs(os.path.dirname(output.rstrip("/")))
    write_fingerprint(hdfs, output, str(follower.spec["fingerprint"]))


def submit(follower: Follower) -> str:
    """Submit the job and return its application's id.

    :raises Failed: Hadoop did not take it.
    """
    spec, folder = follower.spec, follower.folder
    follower.ended = "failed"
    follower.report("submitting")
    split = choose_split(follower)
    folder.write_text("job.xml", render(streaming.properties(spec, split)).decode(), 0o600)
    offset = follower.log_size()
    argv = streaming.command(spec, mapred("mapred"), folder.file("job.xml"), folder.file("files"), split)
    code = follower.run(argv, SUBMIT_SECONDS)
    log = follower.log_since(offset)
    found = SUBMITTED.search(log)
    if found:
        return found.group(1)
    # It may have been taken all the same: a client can break on its way back.
    deadline = time.monotonic() + (APPEAR_SECONDS if code == 0 else APPEAR_SECONDS / 5)
    while True:
        app = find_application(follower)
        if app is not None:
            return str(app["id"])
        if time.monotonic() >= deadline:
            raise Failed(diagnose_submit(code, log))
        time.sleep(0.5)


def choose_split(follower: Follower) -> int | None:
    """Return how many bytes a map reads where many small files share maps, None where each has its own."""
    spec = follower.spec
    try:
        found = [_size_of(follower, str(path)) for path in spec["input"]]
        cores = int(follower.doors.yarn.metrics().get("totalVirtualCores") or 0)
    except OhmyError:
        return None  # a pattern, or a path that is not there: Hadoop will say so
    files, size = (sum(one[index] for one in found) for index in (0, 1))
    split = streaming.split_size(spec, files, size, cores)
    shipped = (follower.folder.file("files", name) for name in spec.get("files") or [])
    if split is None or streaming.asks_for_file(spec, shipped):
        return None
    follower.report(f"submitting; {files} small files share maps")
    return split


def _size_of(follower: Follower, path: str) -> tuple[int, int]:
    """Return the number of files of an input and their bytes.

    :raises OhmyError: it is a pattern, is not there, or cannot be listed from here.
    """
    if not streaming.OTHER_STORE.match(path):
        found = follower.doors.hdfs.content_summary(path)
        return int(found["fileCount"]), int(found["length"])
    files = Look(follower.doors.hdfs, follower.document).listed(distcp.place(path))
    if files is None:
        raise OhmyError(f"{path} cannot be listed from here.", "Hadoop itself will.")
    return len(files), distcp.total(files)


def finish(follower: Follower, application_id: str) -> None:
    """Write the status of a job that succeeded."""
    follower.report("reading its counters", map=100, reduce=100)
    counters = counters_of(follower, application_id) if application_id else {}
    follower.finish("succeeded", "succeeded", counters=counters, output=measure(follower))


def measure(follower: Follower) -> dict[str, t.Any]:
    """Return {"files", "bytes"} of the answer's parts."""
    parts = [
        entry
        for entry in follower.doors.hdfs.list(str(follower.spec["output"]))
        if entry["type"] == "FILE" and not str(entry["pathSuffix"]).startswith(("_", "."))
    ]
    return {"files": len(parts), "bytes": sum(int(entry["length"]) for entry in parts)}
