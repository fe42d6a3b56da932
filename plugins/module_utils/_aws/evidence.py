# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where the nodes' last logs lie, which outlive their cluster."""

from __future__ import annotations

from . import errors
from .client import Clients


def place(clients: Clients, bucket: str | None, prefix: str) -> str | None:
    """Return the URI of a prefix, None where nothing lies there or the caller may not look: one LIST of one key."""
    if bucket is None:
        return None
    what = f"look for evidence in {bucket}"
    try:
        found = errors.call(what, clients.s3.list_objects_v2, Bucket=bucket, Prefix=prefix, MaxKeys=1)
    except errors.AwsError:
        return None
    return f"s3://{bucket}/{prefix}" if found.get("Contents") else None
