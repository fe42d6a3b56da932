# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a job needs, looked for on the master before it is submitted; reads only, in a few calls for any number of workers."""

from __future__ import annotations

import os
import pwd
import typing as t

from .._core.s3_uri import is_s3
from .._hadoop import codecs, results, streaming_options
from .._hadoop.doors import Doors
from .._hadoop.node_folders import HADOOP_HOME
from .._hadoop.rest import Refused
from .._hadoop.webhdfs import WebHdfs
from .._node.units import USERS, environment
from . import fit, s3_check, words
from .findings import Finding, of_kind, sorted_by_severity
from .input_check import has_own_reader
from .probe import Starter, probe

Data = dict[str, t.Any]
# Where the archive of Hadoop holds what codecs need.
CODEC_FOLDERS = ("lib/native", "share/hadoop/common/lib")


def nothing() -> Data:
    """Return what ``check`` returns, with nothing done."""
    return {"findings": [], "containers": {}, "largest_container": {}, "room": {}}


def check(
    params: t.Mapping[str, t.Any], doors: Doors, conf: t.Mapping[str, str], document: t.Mapping[str, t.Any]
) -> Data:
    """Return the module's result but ``changed`` and ``looked``; see job_check.

    :param params: of the module.
    :param conf, document: of this node.
    :raises OhmyError: a daemon does not answer.
    """
    having = fit.properties({**params, "id": params["id"] or "check"}, conf)
    reduces = streaming_options.reduces(params)
    size = params["input_bytes"]
    direct = any(is_s3(path) for path in params["input"])  # nothing of it comes into HDFS
    there = size or 0 if direct else staged(doors, params["input"])
    found: list[Finding] = probe(params["needs"], starter(params, having))
    endings = set(params["endings"])
    # What is in HDFS already nobody reads from S3 again.
    far = [uri for uri in params["sources"] if is_s3(uri)]
    if far and document.get("s3") and (direct or size is None or there < size):
        seen = s3_check.check_input(far, s3_check.opener(document))
        found += seen.findings
        endings |= seen.endings
    if has_own_reader({**params["options"], **streaming_options.classes(params)}):
        endings = set()
    found += fit.check_codecs(having, endings, codecs.available(archive_contents()))
    fitting, numbers = containers(doors, having, reduces, streaming_options.given(params).get("queue") is not None)
    found += fitting
    if size is not None:
        output = (params["unpacked_bytes"] or size) * params["map_output_ratio"]
        room = fit.room(doors.hdfs.state(), having, size, there, output, reduces)
        found += fit.check_room(room)
        numbers["room"] = {name: getattr(room, name) for name in ("remaining", "to_come", "map_output")}
    if params["output"]:
        found += check_output(doors.hdfs, params)
    return {**nothing(), **numbers, "findings": sorted_by_severity(found)}


def check_output(hdfs: WebHdfs, params: t.Mapping[str, t.Any]) -> list[Finding]:
    """Return the finding of what lies where the answer is to go and may not be replaced."""
    obstacle = results.obstacle(hdfs, params["output"], params["existing"], params["fingerprint"])
    return [of_kind("output-exists", obstacle.message, obstacle.hint, path=params["output"])] if obstacle else []


def containers(doors: Doors, having: t.Mapping[str, str], reduces: int, named: bool) -> tuple[list[Finding], Data]:
    """Return whether YARN can ever run the job, and what it asks for; two calls.

    :param named: the job names its queue; otherwise the cluster decides.
    """
    scheduler = doors.yarn.scheduler()
    asked, have = fit.containers(having, reduces), fit.nodes(doors.yarn.nodes())
    most = fit.largest(scheduler, having)
    queue = having.get("mapreduce.job.queuename", "") if named or "mapreduce.job.queuename" in having else ""
    found = [*fit.check_containers(asked, have, most), *fit.check_queue(queue, scheduler)]
    top = fit.Size(*(min(most[at], max((one[at] for one in have), default=0)) for at in (0, 1)))
    shown = {name.replace(" ", "_"): one._asdict() for name, one in asked.items()}
    return found, {"containers": shown, "largest_container": top._asdict()}


def staged(doors: Doors, paths: t.Iterable[str]) -> int:
    """Return the bytes that lie below paths of HDFS; what is read elsewhere, or matched by a pattern, counts nothing."""
    total = 0
    for path in paths:
        if not path.startswith("/") or any(char in path for char in "*?[{"):
            continue
        try:
            total += int(doors.hdfs.content_summary(path)["length"])
        except Refused as exc:
            if exc.exception != "FileNotFoundException":
                raise
    return total


def starter(params: t.Mapping[str, t.Any], having: t.Mapping[str, str]) -> Starter:
    """Return what starts programs with a task's environment as a task's user, where this node has that user."""
    path = environment("nodemanager", "", 0, False)["PATH"]
    own = words.task_properties("mapper", 0)
    variables = words.environment(having, own, params["cmdenv"], path, "/")
    # The folders of a task are not there.
    variables = {**variables, "HOME": "/", "TMPDIR": "/tmp"}
    return Starter(variables, USERS["nodemanager"] if os.geteuid() == 0 and _known(USERS["nodemanager"]) else None)


def _known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def archive_contents(home: str = HADOOP_HOME) -> list[str] | None:
    """Return the files of the archive of Hadoop by which its codecs are known, None where it cannot be looked at."""
    found = []
    for folder in CODEC_FOLDERS:
        try:
            found += [f"{folder}/{name}" for name in os.listdir(os.path.join(home, folder))]
        except OSError:
            continue
    return found or None
