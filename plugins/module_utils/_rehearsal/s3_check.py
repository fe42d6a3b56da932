# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Whether the nodes' own credentials reach the input in S3: a listing and one byte of each place."""

from __future__ import annotations

import posixpath
import time
import typing as t

from .._core.errors import OhmyError
from .._core.s3_uri import split
from .._hadoop.inputs import hidden
from .._hadoop.many import for_all
from .._node.imds import Imds
from .._node.s3 import S3, S3Error
from .findings import Finding, of_kind

TRIES = 2
# Seconds for the metadata service, which has long been up on a master.
SERVICE = 10.0
MOST = 32
# Seconds for a right to reach all of AWS: on a cluster that stands the role may have got it a moment ago, for this job.
LATE_RIGHTS = 20.0
PAUSE = 2.0
PAGES = 10  # of a listing, a thousand objects each
Open = t.Callable[[str], t.Any]


class Seen(t.NamedTuple):
    """What was found of the input: findings, and the endings of the names that were listed."""

    findings: list[Finding]
    endings: set[str]


def opener(document: t.Mapping[str, t.Any]) -> Open:
    """Return what opens a bucket as this node: with the keys of its role, which are asked for once."""
    keys = Imds(limit=SERVICE)
    return lambda name: S3.from_document(document, name, keys, TRIES)


def check_input(uris: t.Sequence[str], bucket: Open) -> Seen:
    """Look whether the node may list and read each place of the input.

    :param uris: ``s3://`` URIs of objects or prefixes; of very many, the first.
    :param bucket: see ``opener``.
    """
    findings: list[Finding] = []
    endings: set[str] = set()
    until = time.monotonic() + LATE_RIGHTS
    for found, names in for_all(lambda uri: _look_patiently(uri, bucket, until), list(uris)[:MOST]):
        findings += found
        endings.update(posixpath.splitext(name)[1] for name in names)
    # Many places of one bucket that is not there are one finding.
    return Seen(list({(one["id"], one["text"]): one for one in findings}.values()), endings - {""})


def _look_patiently(uri: str, bucket: Open, until: float) -> tuple[list[Finding], list[str]]:
    while True:
        found, names = _look(uri, bucket)
        if time.monotonic() >= until or not any(one["id"] == "s3-refused" for one in found):
            return found, names
        time.sleep(PAUSE)


def _look(uri: str, bucket: Open) -> tuple[list[Finding], list[str]]:
    name, key = split(uri)
    place = bucket(name)
    listed: list[str] = []
    doing = "list"
    try:
        objects = _objects(key, place)
        if objects is None:
            return [], []  # Hadoop will look further
        listed = [one["key"] for one in objects]
        if not objects:
            text = f"s3://{name}/{key} holds no object that Hadoop would read."
            hint = "See whether it is spelt right, and whether it was removed since the job was planned."
            return [of_kind("s3-input-absent", text, hint, bucket=name, key=key)], []
        doing, key = "read", next((one["key"] for one in objects if one["size"]), "")
        if key:
            place.get_range(key, 0, 1)
        return [], listed
    except S3Error as exc:
        return _refused(exc, name, key, doing), listed
    except OhmyError as exc:  # no keys
        return [of_kind("s3-unreachable", exc.message, exc.hint, bucket=name, key=key)], listed


def _objects(key: str, place: t.Any) -> list[t.Mapping[str, t.Any]] | None:
    """Return objects that a key means, None where the first pages hold none, but there are more."""
    prefix, token = key, ""
    if key[-1:] not in ("", "/"):
        # Of all keys that begin so, it is the first.
        if found := _below(key, place.page(key)[0]):
            return found
        prefix = f"{key}/"
    for _page in range(PAGES):
        listed, token = place.page(prefix, token)
        if found := _below(key, listed):
            return found
        if not token:
            return []
    return None


def _below(key: str, objects: t.Iterable[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    """Return the objects that a key means; ``s3://b/log`` does not mean ``s3://b/logbook``."""
    found = []
    for one in objects:
        rest = one["key"][len(key) :]
        inside = rest if not key or key.endswith("/") else rest[1:] if rest.startswith("/") else ""
        if one["key"] == key or (inside and not inside.endswith("/") and not hidden(inside)):
            found.append(one)
    return found


def _refused(exc: S3Error, bucket: str, key: str, doing: str) -> list[Finding]:
    evidence = {"bucket": bucket, "key": key, "status": exc.status}
    if exc.elsewhere:
        return []  # a bucket of another region: s3a finds its way
    if exc.status == 403:
        allow = (
            f"s3:ListBucket on arn:aws:s3:::{bucket}"
            if doing == "list"
            else f"s3:GetObject on arn:aws:s3:::{bucket}/{key}"
        )
        text = f"The master's own role may not {doing} s3://{bucket}/{key}: {exc.message.rstrip('.')}."
        hint = f"Its policy, and the bucket's, must allow {allow}; for objects encrypted with a key of KMS, kms:Decrypt too."
        if doing == "list":
            hint += " S3 may refuse a bucket that is not there in the same way."
        return [of_kind("s3-refused", text, hint, **evidence)]
    if exc.status == 404:
        gone = f"The bucket {bucket}" if doing == "list" else f"s3://{bucket}/{key}"
        kind = "s3-bucket-absent" if doing == "list" else "s3-input-absent"
        return [of_kind(kind, f"{gone} is not there.", "See job_input; it may have been removed.", **evidence)]
    return [
        of_kind("s3-unreachable", f"{exc.message.rstrip('.')}.", exc.hint or "Run the same command again.", **evidence)
    ]
