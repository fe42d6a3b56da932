# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""An answer in S3: objects below a prefix, and a manifest among them that says whose they are and whether all are there.

While objects come the manifest says ``finished: null``, so that what a killed run left can be told from a stranger's.
"""

from __future__ import annotations

import datetime
import json
import re
import typing as t
from dataclasses import dataclass

from .._core import s3_uri
from .._core.errors import OhmyError
from .._core.plan import Plan
from .._hadoop.identity import MANIFEST
from . import errors, s3

SCHEMA = 1
# What a job writes. Nothing else is ever deleted.
OF_A_JOB = re.compile(r"(part-|_SUCCESS$)")
NEVER = "It is never deleted: name another prefix in job_output, or move it."
Data = dict[str, t.Any]


@dataclass(frozen=True)
class Answer:
    """What lies below a prefix: ``objects`` name → {"size", "etag", "modified"}, the manifest (begun at ``since``) or None."""

    uri: str
    objects: dict[str, Data]
    manifest: Data | None = None
    since: t.Any = None

    def fills(self) -> bool:
        """Tell whether a run has begun to bring an answer and has not finished."""
        return self.manifest is not None and self.manifest.get("finished") is None

    def ours(self, name: str) -> bool:
        """Tell whether an object is as a run of this collection left it."""
        if self.manifest is None:
            return False
        listed = [*self.manifest["parts"], *self.manifest.get("previous", [])]
        if any(one["name"] == name and one["etag"] == self.objects[name]["etag"] for one in listed):
            return True
        return bool(self.fills() and OF_A_JOB.match(name) and self.objects[name]["modified"] >= self.since)

    def named(self, name: str) -> bool:
        """Tell whether an object has the name of one that a run brought, changed since or not."""
        return any(one["name"] == name for one in (self.manifest or {}).get("parts", []))


def observe(client: t.Any, uri: str) -> Answer:
    """Return what lies in a place; a listing and one read."""
    bucket, key = s3_uri.split(uri)
    prefix = key.rstrip("/") + "/"
    objects: dict[str, Data] = {}
    for one in s3.listing(client, bucket, prefix):
        name = one["Key"][len(prefix) :]
        if name:  # the prefix itself may be there as the mark of a folder
            objects[name] = {"size": one["Size"], "etag": one["ETag"].strip('"'), "modified": one["LastModified"]}
    mark = objects.pop(MANIFEST, None)
    return Answer(uri, objects, _read(client, bucket, prefix) if mark else None, mark["modified"] if mark else None)


def state(there: Answer, fingerprint: str, existing: str) -> str:
    """Return ``absent``, ``finished`` (this very job's answer, whole) or ``ours``.

    :param existing: ``reused``, ``replaced`` or ``refused``, as ``job_output_existing`` has it.
    :raises OhmyError: objects that no run brought, or any answer where that is refused.
    """
    begun_by_us = there.fills() and (there.manifest or {}).get("fingerprint") == fingerprint
    if existing == "refused" and there.objects and not begun_by_us:
        raise OhmyError(
            f"job_output: {there.uri} holds {len(there.objects)} objects already, and job_output_existing is refused.",
            "Name another prefix, or let job_output_existing be reused or replaced.",
        )
    strangers = sorted(name for name in there.objects if not there.ours(name))
    if existing == "replaced":
        strangers = [name for name in strangers if not there.named(name)]
    if strangers:
        raise OhmyError(
            f"job_output: {there.uri} holds objects that no run of this collection left like this: "
            f"{', '.join(strangers[:3])}.",
            NEVER,
        )
    if there.manifest is None:
        return "absent"
    whole = there.manifest["fingerprint"] == fingerprint and there.manifest["finished"] is not None
    return "finished" if whole and all(one["name"] in there.objects for one in there.manifest["parts"]) else "ours"


def begin(client: t.Any, there: Answer, fingerprint: str, existing: str, run: str, check: bool) -> Plan:
    """Remove an earlier answer and write whose the next will be; a copy that was interrupted goes on.

    :param run: the run of the job whose answer comes; what came of another run of the same job is removed. May be empty.
    :raises OhmyError: as ``state``.
    """
    plan = Plan()
    if state(there, fingerprint, existing) == "finished" and existing != "replaced":
        return plan
    have = there.manifest or {}
    goes_on = there.fills() and have.get("fingerprint") == fingerprint and run in ("", have.get("run") or run)
    old = {one["name"] for one in have.get("previous", [])} & set(there.objects)
    gone = sorted(name for name in (old if goes_on else there.objects) if not goes_on or _stale(there, name))
    for name in gone:
        plan.add("remove", f"{there.uri}/{name}", there.objects[name]["size"], None)
    if not goes_on:
        plan.add("begin", f"{there.uri}/{MANIFEST}", have.get("fingerprint"), fingerprint)
    if check or not plan.steps:
        return plan
    bucket, key = s3_uri.split(there.uri)
    if not goes_on:
        previous = [{"name": name, **_told(there.objects[name])} for name in gone]
        _write(client, there.uri, {"fingerprint": fingerprint, "run": run, "parts": [], "previous": previous}, None)
    s3.delete(client, bucket, [f"{key}/{name}" for name in gone])
    return plan


def finish(client: t.Any, there: Answer, fingerprint: str, files: int, size: int, check: bool) -> Plan:
    """Write the final manifest.

    :param files: how many objects the copy brought, ``size`` bytes together.
    :raises OhmyError: nothing was begun for this job, or what lies there is not that.
    """
    plan = Plan()
    have = there.manifest or {}
    if have.get("fingerprint") != fingerprint:
        raise OhmyError(f"{there.uri} has become another job's while it was filled.", "Give each job its own prefix.")
    found = sum(one["size"] for one in there.objects.values())
    if (len(there.objects), found) != (files, size):
        raise OhmyError(
            f"{there.uri} holds {len(there.objects)} objects of {found} bytes, and the answer has {files} of {size}.",
            "See whether somebody else writes there, then run the same command again.",
        )
    parts = [{"name": name, **_told(one)} for name, one in sorted(there.objects.items())]
    if have.get("finished") and have["parts"] == parts:
        return plan
    plan.add("finish", f"{there.uri}/{MANIFEST}", None, fingerprint)
    if not check:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        _write(client, there.uri, {"fingerprint": fingerprint, "run": have.get("run") or "", "parts": parts}, now)
    return plan


def _stale(there: Answer, name: str) -> bool:
    """Tell whether an object that was to be removed is still there; the new answer may have one of the same name."""
    return bool(there.objects[name]["modified"] < there.since)


def _told(one: Data) -> Data:
    return {"size": one["size"], "etag": one["etag"]}


def _read(client: t.Any, bucket: str, prefix: str) -> Data | None:
    try:
        data = json.loads(s3.get(client, bucket, f"{prefix}{MANIFEST}", most=None) or b"")
    except ValueError:
        return None
    lists = [data.get("parts"), data.get("previous", [])] if isinstance(data, dict) else [None]
    if not all(isinstance(one, list) for one in lists) or data.get("schema") != SCHEMA:
        return None
    entries = [one for each in lists for one in t.cast("list[t.Any]", each)]
    known = all(isinstance(one, dict) and isinstance(one.get("name"), str) and "etag" in one for one in entries)
    return data if known and "finished" in data and isinstance(data.get("fingerprint"), str) else None


def _write(client: t.Any, uri: str, data: Data, finished: str | None) -> None:
    bucket, key = s3_uri.split(uri)
    body = json.dumps({"schema": SCHEMA, **data, "finished": finished}, indent=1, sort_keys=True) + "\n"
    s3.put(client, bucket, f"{key}/{MANIFEST}", body.encode())


def require_bucket(clients: t.Any, uri: str, own: str | None) -> None:
    """Raise OhmyError where the bucket of a place is not there; ``own``, the one to stage in, is made when it is missing."""
    bucket, _key = s3_uri.split(uri)
    if not s3.bucket_exists(clients, bucket) and bucket != own:
        raise errors.AwsError(
            f"job_output: there is no bucket {bucket}.", "NoSuchBucket", "Make it, or name another in job_output."
        )
