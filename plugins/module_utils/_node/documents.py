# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The document that a node converges to, on disk and in S3."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from .._core.errors import OhmyError
from .s3 import dumps

WANTED, REACHED = "etc/ohmy/document.json", "etc/ohmy/digest"
SCHEMA = 1
REQUIRED = {
    "cluster": str,
    "incarnation": str,
    "role": str,
    "master": str,
    "workers": int,
    "hadoop": dict,
    "java": dict,
}


def check(document: t.Any) -> dict[str, t.Any]:
    """Return the document, or raise OhmyError naming what is wrong with it."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise OhmyError(
            f"The node document is not of schema {SCHEMA}.", "Use one version of the collection throughout."
        )
    for name, kind in REQUIRED.items():
        if not isinstance(document.get(name), kind):
            raise OhmyError(f"The node document has no usable {name!r}.")
    if document["role"] not in ("master", "worker"):
        raise OhmyError(f"The node document knows no role {document['role']!r}.", "Use master or worker.")
    if document["role"] == "worker" and document["master"] == "self":
        raise OhmyError("The node document of a worker must name the master's address.")
    return document


def parse(data: bytes) -> dict[str, t.Any]:
    """Return the document in these bytes."""
    try:
        return check(json.loads(data))
    except ValueError as exc:
        raise OhmyError(f"The node document is no JSON: {exc}.") from exc


def digest(document: t.Mapping[str, t.Any]) -> str:
    """Return the sha256 of the document's canonical form."""
    return hashlib.sha256(dumps(document)).hexdigest()


def load(root: str = "/") -> dict[str, t.Any]:
    """Return the document on disk."""
    path = os.path.join(root, WANTED)
    try:
        with open(path, encoding="utf-8") as stream:
            return check(json.load(stream))
    except (OSError, ValueError) as exc:
        raise OhmyError(f"The node document {path} cannot be read: {exc}.") from exc


def reached(root: str = "/") -> str | None:
    """Return the digest of the document that was reached, or None."""
    try:
        with open(os.path.join(root, REACHED), encoding="ascii") as stream:
            return stream.read().strip() or None
    except OSError:
        return None
