# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A private bucket for archives, input and the clusters' own objects."""

from __future__ import annotations

import contextlib
import typing as t

from .._core.errors import OhmyError
from . import errors, tags
from .waits import seen

BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
EVIDENCE_DAYS = 30
# What a killed upload leaves would cost for ever, and no listing of objects shows it. Last logs outlive their clusters.
LIFECYCLE = {
    "Rules": [
        {
            "ID": "ohmy-unfinished-uploads",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
        {
            "ID": "ohmy-evidence",
            "Status": "Enabled",
            "Filter": {"Prefix": "evidence/"},
            "Expiration": {"Days": EVIDENCE_DAYS},
        },
    ]
}
# What S3 may say of a bucket that it made a moment ago.
UNSEEN = ("NoSuchBucket", "OperationAborted")
_TAKEN = "The name is somebody else's, among all of AWS: take another bucket (job_bucket)."


def create(s3: t.Any, bucket: str, region: str) -> None:
    """Make a bucket that nobody else reads, encrypted and tagged; one that cannot be made so is removed again."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    made = True
    try:
        what = f"create bucket {bucket}"
        errors.call(what, s3.create_bucket, Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **place)
    except errors.AwsError as exc:
        if exc.code == "BucketAlreadyExists":
            raise OhmyError(f"Bucket {bucket} exists already and is not this account's.", _TAKEN) from exc
        if exc.code != "BucketAlreadyOwnedByYou":
            raise
        made = False
    try:
        _close(s3, bucket)
    except errors.AwsError:
        if made:
            with contextlib.suppress(errors.AwsError):
                errors.call(f"remove bucket {bucket}", s3.delete_bucket, Bucket=bucket)
        raise


def _close(s3: t.Any, bucket: str) -> None:
    what = f"block public access to bucket {bucket}"
    _set(what, s3.put_public_access_block, Bucket=bucket, PublicAccessBlockConfiguration=BLOCK)
    what = f"encrypt bucket {bucket}"
    _set(what, s3.put_bucket_encryption, Bucket=bucket, ServerSideEncryptionConfiguration=ENCRYPTION)
    what = f"let unfinished uploads and old evidence in bucket {bucket} end"
    _set(what, s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration=LIFECYCLE)
    marks = {"TagSet": tags.as_list({tags.SCHEMA: tags.SCHEMA_NOW})}
    _set(f"tag bucket {bucket}", s3.put_bucket_tagging, Bucket=bucket, Tagging=marks)


def _set(what: str, operation: t.Callable[..., t.Any], **arguments: t.Any) -> None:
    seen(UNSEEN, lambda: errors.call(what, operation, **arguments))
