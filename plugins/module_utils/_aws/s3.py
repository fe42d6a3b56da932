# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Plain S3 calls, each error naming bucket and key."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from . import errors

DELETE_BATCH = 1000
MOST_BODY = 1 << 20


def bucket_exists(s3: t.Any, bucket: str, region: str) -> bool:
    """Tell whether the bucket exists; raise OhmyError when it lies in another region."""
    answer = errors.call_or_none(f"look at bucket {bucket}", s3.head_bucket, Bucket=bucket)
    if answer is None:
        return False
    found = answer.get("BucketRegion") or region
    if found != region:
        hint = f"Take a bucket in {region}: data that crosses regions is slow and paid for."
        raise OhmyError(f"Bucket {bucket} is in {found}, the cluster in {region}.", hint)
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


def get(s3: t.Any, bucket: str, key: str, most: int | None = MOST_BODY) -> bytes | None:
    """Return an object, at most its first ``most`` bytes, or None where there is none."""
    what = f"read s3://{bucket}/{key}"
    answer = errors.call_or_none(what, s3.get_object, Bucket=bucket, Key=key)
    return None if answer is None else errors.call(what, answer["Body"].read, amt=most)


def put(s3: t.Any, bucket: str, key: str, body: bytes) -> None:
    """Write an object."""
    errors.call(f"write s3://{bucket}/{key}", s3.put_object, Bucket=bucket, Key=key, Body=body)


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
            f"Could not delete s3://{bucket}/{first.get('Key')}: {first.get('Code')} {first.get('Message')}{more}."
        )
