# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Follow copies between S3 and HDFS, one target after the other, and verify each by names and sizes."""

from __future__ import annotations

import contextlib
import typing as t

from .._core.errors import OhmyError
from .._core.voice import count
from . import distcp
from .copies import Group, Look, Seen, groups
from .distcp import Files, Place
from .failures import diagnose_copy
from .follow_application import counters_of, diagnose, find_application, follow_application, wait_for_nodes
from .follower import SUBMITTED, Failed, Follower, mapred
from .jobdir import error
from .jobs import read_fingerprint, write_fingerprint
from .rest import Refused, Unreachable
from .site import render
from .streaming import tag
from .tries import may_still_run, repeat

LOCAL_SECONDS = 3600.0
SUBMIT_SECONDS = 1800.0
# Of these each try adds its own to what those before it did; the others are those of the last one.
DONE = ("COPY", "BYTESCOPIED", "DIR_COPY", distcp.DELETED)
# What one try has copied, the next one skips.
SKIPPED = {"SKIP": "COPY", "BYTESSKIPPED": "BYTESCOPIED"}


def run_distcp(follower: Follower) -> None:
    """Bring all copies to their end.

    :raises Failed: with the explanation.
    """
    repeat(follower, _try)


def _try(follower: Follower) -> None:
    look = Look(follower.doors.hdfs, follower.document)
    output = {"files": 0, "bytes": 0}
    earlier = {name: value for name, value in follower.status["counters"].items() if name in DONE}
    follower.report("listing what is to be copied", counters=earlier)
    # Whatever cannot be copied is told before the first byte moves.
    wanted = [(group, look.wanted(group)) for group in groups(follower.spec)]
    for group, want in wanted:
        have = _copy(follower, look, group, want)
        output["files"] += len(have)
        output["bytes"] += distcp.total(have)
    follower.report(map=100)
    counters = {**dict.fromkeys(distcp.COUNTERS, 0), **follower.status["counters"]}
    for skipped, copied in SKIPPED.items():
        counters[skipped] = max(0, counters[skipped] - earlier.get(copied, 0))
    follower.finish("succeeded", "succeeded", output=output, counters=counters)


def claim_target(follower: Follower, target: str) -> None:
    """Make the target; where the copies have a fingerprint, write beside it whose it is.

    :raises OhmyError: it holds something that this job did not copy, and was to be its own; it stays.
    """
    hdfs, fingerprint = follower.doors.hdfs, follower.spec.get("fingerprint")
    status = hdfs.status(target)
    if status is not None and status["type"] != "DIRECTORY":
        raise OhmyError(f"{target} in HDFS is a file.", "Name a directory as the target.")
    # distcp takes a target that is not there for the new name of a single file.
    if not fingerprint:
        try:
            hdfs.mkdirs(target)
        except Refused as exc:
            if exc.exception == "AccessControlException":
                hint = "Copies are made by the user hadoop: let the module hdfs_path make the folder and give it to it."
                raise OhmyError(exc.message, hint) from exc
            raise
        return
    own = read_fingerprint(hdfs, target) == fingerprint
    if status is not None and hdfs.list(target) and not own:
        raise OhmyError(
            f"{target} is in HDFS already, and this job did not copy it there.",
            "It is never deleted: name another target, or move it.",
        )
    hdfs.mkdirs(target)
    if not own:
        write_fingerprint(hdfs, target, str(fingerprint))


def _copy(follower: Follower, look: Look, group: Group, want: Files | None) -> Files:
    """Bring one target to what its sources hold; return what was asked for and is there."""
    spec = follower.spec
    label = f"{tag(spec['id'])}-{group.number}"
    running = find_application(follower, label)
    if not group.target.in_s3:
        claim_target(follower, group.target.path)
    before = look.seen(group, spec, want, _sweep(follower, look, group.target))
    try:
        if running is not None:
            counters = _watch(follower, str(running["id"]))
        elif before.todo is not None and not before.todo and not (spec.get("delete") and before.strangers):
            counters = {"SKIP": len(want or {})}
        else:
            counters = _run(follower, group, before, label)
    except Failed as failed:
        if not may_still_run(failed.diagnosis):
            with contextlib.suppress(OhmyError):
                _count(follower, _came(before, _sweep(follower, look, group.target)))
        raise
    _count(follower, counters)
    have = _sweep(follower, look, group.target)
    _count(follower, {distcp.DELETED: _gone(before, have)})
    if counters.get("FAIL"):
        summary = f"{counters['FAIL']} files were not copied to {group.target}."
        raise Failed(error(summary, "Run the same task again.", cause="copy-incomplete"))
    after = look.seen(group, spec, want, have)
    _verify(follower, group, before, after)
    return have if want is None else {name: have[name] for name in want if name in have}


def _run(follower: Follower, group: Group, before: Seen, label: str) -> dict[str, int]:
    spec, folder, todo = follower.spec, follower.folder, before.todo
    local = todo is not None and distcp.fits_local(todo) and spec.get("maps") is None
    text = f"copying to {group.target}"
    if todo is not None:
        text = f"copying {count(len(todo), 'file')}, {distcp.total(todo) / 1e6:.1f} MB"
    if not local:
        wait_for_nodes(follower)
    follower.report(text, state="running")
    conf_file = filter_file = None
    if spec.get("options"):
        conf_file = folder.file("copy.xml")
        folder.write_text("copy.xml", render(spec["options"]).decode(), 0o600)
    if spec.get("update") is False:
        kept = set(before.have) & set(before.want or {})
        if before.want is None or len(kept) > distcp.MOST_FILTERS:
            raise OhmyError(
                f"update: false cannot leave alone what {group.target} holds: too many files, or they cannot be listed.",
                "Copy to a new target, or with update.",
            )
        filter_file = folder.file(f"kept-{group.number}")
        folder.write_text(f"kept-{group.number}", distcp.filters(group.sources, kept))
    argv = distcp.command(
        mapred("hadoop"), group.sources, group.target, spec, f"{tag(spec['id'])},{label}", local,
        _most_maps(follower, todo, local), conf_file, filter_file,
    )  # fmt: skip
    offset = follower.log_size()
    code = follower.run(
        argv, LOCAL_SECONDS if local else SUBMIT_SECONDS, lambda: _report_bytes(follower, group.target, before)
    )
    log = follower.log_since(offset)
    if code != 0:
        raise Failed(diagnose_copy(code, log, str(group.target)))
    found = SUBMITTED.search(log)
    # Without an application it was copied here, or there was nothing to copy.
    return distcp.console_counters(log) if local or found is None else _watch(follower, found.group(1))


def _most_maps(follower: Follower, todo: Files | None, local: bool) -> int:
    files = distcp.MOST_MAPS if todo is None else len(todo)
    if local:
        return min(files, distcp.LOCAL_THREADS)
    try:
        # A map that waits for a core copies nothing.
        return min(files, int(follower.doors.yarn.metrics().get("totalVirtualCores") or distcp.MOST_MAPS))
    except (Refused, Unreachable):
        return files


def _watch(follower: Follower, application_id: str) -> dict[str, int]:
    app = follow_application(follower, application_id)
    if app.get("finalStatus") != "SUCCEEDED":
        raise Failed(diagnose(follower, app))
    found = counters_of(follower, application_id)
    return {name: found[name] for name in distcp.COUNTERS if name in found}


def _sweep(follower: Follower, look: Look, target: Place) -> Files:
    """Return the files in a target; where it is the job's own, without what interrupted copies left, which goes."""
    have = look.listed(target) or {}
    for name in [name for name in have if distcp.is_leftover(name)]:
        del have[name]
        if follower.spec.get("fingerprint"):
            follower.doors.hdfs.delete(f"{target.path.rstrip('/')}/{name}")
    return have


def _verify(follower: Follower, group: Group, before: Seen, after: Seen) -> None:
    want = after.want
    if want is None:
        return
    follower.report("verifying the copy")
    # What was to stay as it is has any size.
    asked = want if follower.spec.get("update") is not False else before.todo or {}
    lacking = sorted(distcp.missing(asked, after.have))
    sources = " and ".join(map(str, group.sources))
    if lacking:
        raise Failed(
            error(
                f"{len(lacking)} of {len(asked)} files are not in {group.target} as they are in {sources}, "
                f"such as {lacking[0]!r}.",
                "Did somebody write to the source? Run the same task again.",
                cause="copy-incomplete",
            )
        )
    if after.strangers and (follower.spec.get("fingerprint") or follower.spec.get("delete")):
        raise Failed(
            error(
                f"{group.target} holds {len(after.strangers)} files that {sources} has not, "
                f"such as {after.strangers[0]!r}.",
                "Were they removed from the source? Remove them, or name another target.",
                cause="copy-strangers",
            )
        )


def _report_bytes(follower: Follower, target: Place, before: Seen) -> None:
    if not before.todo or target.in_s3:
        return
    try:
        done = int(follower.doors.hdfs.content_summary(target.path)["length"]) - distcp.total(before.have)
    except OhmyError:
        return
    follower.report(map=100 * max(0, done) // max(1, distcp.total(before.todo)))


def _came(before: Seen, have: Files) -> dict[str, int]:
    """Return the counters of a copy that failed and could not tell them, by what its target holds now."""
    new = {name: entry for name, entry in have.items() if before.have.get(name) != entry}
    return {"COPY": len(new), "BYTESCOPIED": distcp.total(new), distcp.DELETED: _gone(before, have)}


def _gone(before: Seen, have: Files) -> int:
    return len(set(before.strangers) - set(have))


def _count(follower: Follower, counters: t.Mapping[str, int]) -> None:
    total = dict(follower.status["counters"])
    for name, value in counters.items():
        total[name] = total.get(name, 0) + value
    follower.report(counters=total, application_id=follower.status["application_id"])
