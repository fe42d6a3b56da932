# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The one place that takes an S3 URI apart."""

from __future__ import annotations

import re

from .errors import OhmyError

URI = re.compile(r"s3[an]?://(?P<bucket>[^/]+)(?:/(?P<key>.*))?", re.DOTALL | re.IGNORECASE)
SCHEME = re.compile(r"s3[an]?://", re.IGNORECASE)


def is_s3(text: str) -> bool:
    """Tell whether a text begins as an URI of S3 does."""
    return bool(SCHEME.match(text))


def split(uri: str) -> tuple[str, str]:
    """Return (bucket, key) of an ``s3://``, ``s3a://`` or ``s3n://`` URI; the key may be empty.

    :raises OhmyError: it is none, or names no bucket.
    """
    found = URI.fullmatch(uri)
    if not found:
        raise OhmyError(f"{uri!r} is no place in S3.", "Write s3://BUCKET/KEY.")
    return found["bucket"], found["key"] or ""
