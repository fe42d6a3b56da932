# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Plain S3 calls, each error naming bucket and key."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError
from . import errors
from .client import Clients

DELETE_BATCH = 1000
MOST_BODY = 1 << 20
_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_OWNED = re.compile(r"ohmy-hadoop-(\d{12})-.+")
_ELSEWHERE = (
    "Take a bucket there (job_bucket), or the bucket's region (cluster_region): crossing regions is slow and paid."
)
_REFUSES = (
    "Take another bucket (job_bucket), or ask its owner for s3:ListBucket on it and s3:GetObject, s3:PutObject and "
    "s3:DeleteObject in it."
)
FORBIDDEN = ("403", "AccessDenied", "AllAccessDisabled", "Forbidden")


def checked_bucket(bucket: str) -> str:
    """Return the name of a bucket, or raise OhmyError for one that S3 would not take."""
    if not _NAME.fullmatch(bucket):
        hint = "Use 3 to 63 lower-case letters, digits, hyphens and dots (job_bucket)."
        raise OhmyError(f"bucket: {bucket!r} is no name for a bucket.", hint)
    return bucket


def owner(bucket: str) -> dict[str, str]:
    """Return the argument that refuses a stranger's bucket: a default name holds the account that it must be of."""
    found = _OWNED.fullmatch(bucket)
    return {"ExpectedBucketOwner": found[1]} if found else {}


def _region_of(exc: errors.AwsError) -> str | None:
    answer = getattr(exc.__cause__, "response", None) or {}
    return (answer.get("ResponseMetadata", {}).get("HTTPHeaders") or {}).get("x-amz-bucket-region")


def bucket_exists(clients: Clients, bucket: str) -> bool:
    """Tell whether the bucket exists, one HEAD; raise OhmyError where it refuses or lies in another region."""
    what = f"look at bucket {bucket}"
    try:
        answer = errors.call_or_none(what, clients.s3.head_bucket, Bucket=checked_bucket(bucket), **owner(bucket))
    except errors.AwsError as exc:
        found = _region_of(exc)
        if exc.code in ("301", "PermanentRedirect") or (found and found != clients.region):
            place = found or "another region"
            raise OhmyError(f"Bucket {bucket} is in {place}, not in {clients.region}.", _ELSEWHERE) from exc
        # An answer to HEAD has no body, so that wrong credentials look like this too: then the call to STS raises.
        known = exc.code in (*FORBIDDEN, "400") and bool(clients.identity)
        if known and exc.code in FORBIDDEN:
            text = f"Bucket {bucket} refuses this caller: it is somebody else's, or a policy is in the way."
            raise errors.AwsError(text, exc.code, _REFUSES) from exc
        raise
    if answer is None:
        return False
    found = answer.get("BucketRegion") or clients.region
    if found != clients.region:
        raise OhmyError(f"Bucket {bucket} is in {found}, not in {clients.region}.", _ELSEWHERE)
    return True


def listing(s3: t.Any, bucket: str, prefix: str) -> list[dict[str, t.Any]]:
    """Return the objects under a prefix (Key, Size, ETag, LastModified); none where the bucket is gone."""
    try:
        what = f"list s3://{bucket}/{prefix}"
        return errors.pages(what, s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    except errors.AwsError as exc:
        if exc.code in errors.GONE:
            return []
        raise


def between(
    s3: t.Any, bucket: str, prefix: str, first: str, last: str, most_pages: int
) -> tuple[dict[str, dict[str, t.Any]], str | None]:
    """Return the objects from key ``first`` to ``last`` by key, and up to which key they were listed (None: all).

    The listing ends after so many pages of 1,000: between two keys of a large bucket there may be millions of others.
    """
    found: dict[str, dict[str, t.Any]] = {}
    what = f"list s3://{bucket}/{prefix}"
    after = {"StartAfter": first[:-1]} if len(first) > len(prefix) + 1 else {}
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **after)
        for number, page in enumerate(pages, 1):
            listed = page.get("Contents") or []
            found.update({one["Key"]: one for one in listed})
            at = listed[-1]["Key"] if listed else last
            if at >= last:
                break
            if number >= most_pages and page.get("IsTruncated"):
                return found, at
    except (errors.ClientError, errors.BotoCoreError) as exc:
        raise refused(errors.translate(what, exc)) from exc
    return found, None


def get(s3: t.Any, bucket: str, key: str, most: int | None = MOST_BODY) -> bytes | None:
    """Return an object, at most its first ``most`` bytes, or None where there is none."""
    what = f"read s3://{bucket}/{key}"
    answer = errors.call_or_none(what, s3.get_object, Bucket=bucket, Key=key)
    return None if answer is None else errors.call(what, answer["Body"].read, amt=most)


def input_objects(s3: t.Any, bucket: str, prefix: str) -> list[dict[str, t.Any]]:
    """Return [{"key", "size", "etag"}] of the objects whose keys begin with ``prefix``; a call per 1,000."""
    what = f"list the input s3://{bucket}/{prefix}"
    found = errors.pages(what, s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    return [{"key": entry["Key"], "size": entry["Size"], "etag": entry["ETag"].strip('"')} for entry in found]


def get_range(s3: t.Any, bucket: str, key: str, start: int, length: int) -> bytes:
    """Return bytes of an object, fewer at its end; ``start`` lies within it."""
    what = f"read s3://{bucket}/{key}"
    span = f"bytes={start}-{start + length - 1}"
    answer = errors.call(what, s3.get_object, Bucket=bucket, Key=key, Range=span)
    body: bytes = errors.call(what, answer["Body"].read)
    return body


def put(s3: t.Any, bucket: str, key: str, body: bytes) -> None:
    """Write an object."""
    try:
        errors.call(f"write s3://{bucket}/{key}", s3.put_object, Bucket=bucket, Key=key, Body=body)
    except errors.AwsError as exc:
        raise refused(exc) from exc


def refused(exc: errors.AwsError) -> errors.AwsError:
    """Return the error of a call about an object with a hint about its bucket, where it is a refusal."""
    return errors.with_hint(exc, FORBIDDEN, _REFUSES)


def delete(s3: t.Any, bucket: str, keys: list[str]) -> None:
    """Delete objects, a thousand per call, as many as can be; raise OhmyError naming the first that stays."""
    bad: list[dict[str, t.Any]] = []
    for at in range(0, len(keys), DELETE_BATCH):
        batch = {"Objects": [{"Key": key} for key in keys[at : at + DELETE_BATCH]], "Quiet": True}
        what = f"delete objects from bucket {bucket}"
        bad += errors.call(what, s3.delete_objects, Bucket=bucket, Delete=batch).get("Errors") or []
    if bad:
        first = bad[0]
        more = f" ({len(bad)} objects stay)" if len(bad) > 1 else ""
        raise OhmyError(
            f"Could not delete s3://{bucket}/{first.get('Key')}: {first.get('Code')} {first.get('Message')}{more}.",
            "See what the bucket's policy lets these keys do; then run the same command again.",
        )
