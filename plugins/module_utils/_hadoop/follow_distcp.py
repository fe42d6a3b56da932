# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Follow copies from S3 into HDFS, one after the other, and verify each by names and sizes."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError
from . import distcp
from .failure_rules import S3 as S3_RULES
from .failure_rules import SUBMIT, match
from .failures import tail
from .follow_application import counters_of, diagnose, find_application, follow_application, wait_for_nodes
from .follower import Failed, Follower, mapred
from .jobdir import error
from .jobs import fingerprint_path, read_fingerprint
from .rest import Unreachable
from .streaming import tag

LOCAL_SECONDS = 3600.0
SUBMIT_SECONDS = 1800.0
SUBMITTED = re.compile(r"Submitted application (application_\d+_\d{4,})")
Wanted = t.Optional[distcp.Sizes]


def run_distcp(follower: Follower) -> None:
    """Bring all copies to their end.

    :raises Failed: with the explanation.
    """
    copies: list[dict[str, str]] = follower.spec["copies"]
    output = {"files": 0, "bytes": 0}
    follower.report("listing what is to be copied")
    wanted = [_list_source(follower, copy["source"]) for copy in copies]
    for number, (copy, want) in enumerate(zip(copies, wanted)):
        _copy(follower, number, copy, want)
        summary = follower.doors.hdfs.content_summary(copy["target"])
        output["files"] += int(summary["fileCount"])
        output["bytes"] += int(summary["length"])
    follower.report(map=100)
    counters = {**dict.fromkeys(distcp.COUNTERS, 0), **follower.status["counters"]}
    follower.finish("succeeded", "succeeded", output=output, counters=counters)


def claim_target(follower: Follower, target: str) -> None:
    """Make the target and write beside it whose it is.

    :raises OhmyError: it holds something that this job did not copy; it stays.
    """
    hdfs, fingerprint = follower.doors.hdfs, str(follower.spec["fingerprint"])
    status = hdfs.status(target)
    if status is not None and status["type"] != "DIRECTORY":
        raise OhmyError(f"{target} in HDFS is a file.", "Name another target.")
    if status is not None and hdfs.list(target) and read_fingerprint(hdfs, target) != fingerprint:
        raise OhmyError(
            f"{target} is in HDFS already, and this job did not copy it there.",
            "It is never deleted: name another target, or move it.",
        )
    # distcp takes a target that is not there for the new name of a single file.
    hdfs.mkdirs(target)
    if read_fingerprint(hdfs, target) != fingerprint:
        hdfs.create(fingerprint_path(target), fingerprint.encode() + b"\n", overwrite=True)


def _list_source(follower: Follower, source: str) -> Wanted:
    """Return what the source holds, None where the node cannot list it but Hadoop may."""
    if not follower.document.get("s3"):
        return None
    from .._node.s3 import S3, S3Error

    bucket, key = distcp.split_source(source)
    try:
        return distcp.expected(source, S3.from_document(follower.document, bucket).list(key.rstrip("/")))
    except S3Error as exc:
        # A bucket of another region: s3a finds its way, the node's own client does not.
        if exc.status in (301, 307):
            return None
        raise


def _copy(follower: Follower, number: int, copy: t.Mapping[str, str], want: Wanted) -> None:
    target = copy["target"]
    label = f"{tag(follower.spec['id'])}-{number}"
    running = find_application(follower, label)
    claim_target(follower, target)
    if running is None:
        have = _sweep(follower, target)
        todo = want if want is None else distcp.missing(want, have)
        if todo is not None and not todo:
            _verify(follower, copy, want)
            _count(follower, {"SKIP": len(want or {})})
            return
        local = todo is not None and distcp.fits_local(todo)
        counters = _run(follower, copy, want, todo, label, local)
    else:
        counters = _watch(follower, str(running["id"]))
    _sweep(follower, target)
    if counters.get("FAIL"):
        raise Failed(error(f"{counters['FAIL']} files were not copied to {target}.", "Run the same command again."))
    _verify(follower, copy, want)
    _count(follower, counters)


def _run(
    follower: Follower, copy: t.Mapping[str, str], want: Wanted, todo: Wanted, label: str, local: bool
) -> dict[str, int]:
    text = f"copying {copy['source']}"
    if todo is not None:
        text = f"copying {len(todo)} files, {sum(todo.values()) / 1e6:.1f} MB"
    if not local:
        wait_for_nodes(follower)
    follower.report(text, state="running")
    argv = distcp.command(
        mapred("hadoop"), copy["source"], copy["target"], str(follower.spec.get("name") or follower.spec["id"]),
        f"{tag(follower.spec['id'])},{label}", local, None if todo is None else len(todo),
    )  # fmt: skip
    offset = follower.log_size()
    code = follower.run(
        argv, LOCAL_SECONDS if local else SUBMIT_SECONDS, lambda: _report_bytes(follower, copy["target"], want)
    )
    log = follower.log_since(offset)
    if code != 0:
        raise Failed(explain(code, log))
    if local:
        return distcp.console_counters(log)
    found = SUBMITTED.search(log)
    if found is None:  # nothing to copy: distcp ended without a job
        return distcp.console_counters(log)
    return _watch(follower, found.group(1))


def _watch(follower: Follower, application_id: str) -> dict[str, int]:
    app = follow_application(follower, application_id)
    if app.get("finalStatus") != "SUCCEEDED":
        raise Failed(diagnose(follower, app))
    found = counters_of(follower, application_id)
    return {name: found[name] for name in distcp.COUNTERS if name in found}


def explain(code: int | None, log: str) -> dict[str, t.Any]:
    """Return the ``error`` of a copy whose client failed."""
    found = match(S3_RULES, log) or match(SUBMIT, log)
    if found:
        return error(f"The input was not copied: {found[0]}.", found[1])
    if code is None:
        return error("distcp did not come to its end in time.", "See client.log in the evidence.", tail(log, 10))
    summary, hint = distcp.EXIT_CODES.get(
        code, (f"distcp ended with exit code {code}", "See client.log in the evidence.")
    )
    return error(f"The input was not copied: {summary}.", hint, tail(log, 10))


def _sweep(follower: Follower, target: str) -> distcp.Sizes:
    """Remove what interrupted copies left and return the sizes of the other files."""
    have: distcp.Sizes = {}
    for name, entry in follower.doors.hdfs.walk(target):
        if distcp.is_leftover(name):
            follower.doors.hdfs.delete(f"{target.rstrip('/')}/{name}")
        else:
            have[name] = int(entry["length"])
    return have


def _verify(follower: Follower, copy: t.Mapping[str, str], want: Wanted) -> None:
    if want is None:
        return
    follower.report("verifying the copy")
    have = {name: int(entry["length"]) for name, entry in follower.doors.hdfs.walk(copy["target"])}
    lacking, extra = sorted(distcp.missing(want, have)), distcp.strangers(want, have)
    if lacking:
        raise Failed(
            error(
                f"{len(lacking)} of {len(want)} files are not in {copy['target']} as they are in S3, such as {lacking[0]!r}.",
                "Did somebody write to the source? Run the same command again.",
            )
        )
    if extra:
        raise Failed(
            error(
                f"{copy['target']} holds {len(extra)} files that {copy['source']} has not, such as {extra[0]!r}.",
                "Were they removed from the source? Remove them, or name another target.",
            )
        )


def _report_bytes(follower: Follower, target: str, want: Wanted) -> None:
    if not want:
        return
    try:
        done = int(follower.doors.hdfs.content_summary(target)["length"])
    except (OhmyError, Unreachable):
        return
    follower.report(map=100 * done // max(1, sum(want.values())))


def _count(follower: Follower, counters: t.Mapping[str, int]) -> None:
    total = dict(follower.status["counters"])
    for name, value in counters.items():
        total[name] = total.get(name, 0) + value
    follower.report(counters=total, application_id=follower.status["application_id"])
