# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A private bucket for archives, input and the clusters' own objects."""

from __future__ import annotations

import typing as t

from . import errors, tags

BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


def create(s3: t.Any, bucket: str, region: str) -> None:
    """Make a bucket that nobody else reads, encrypted and tagged."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        errors.call(f"create bucket {bucket}", s3.create_bucket, Bucket=bucket, **place)
    except errors.AwsError as exc:
        if exc.code != "BucketAlreadyOwnedByYou":
            raise
    what = f"block public access to bucket {bucket}"
    errors.call(what, s3.put_public_access_block, Bucket=bucket, PublicAccessBlockConfiguration=BLOCK)
    what = f"encrypt bucket {bucket}"
    errors.call(what, s3.put_bucket_encryption, Bucket=bucket, ServerSideEncryptionConfiguration=ENCRYPTION)
    marks = {"TagSet": tags.as_list({tags.SCHEMA: tags.SCHEMA_NOW})}
    errors.call(f"tag bucket {bucket}", s3.put_bucket_tagging, Bucket=bucket, Tagging=marks)
