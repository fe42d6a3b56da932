# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The document that a node converges to, on disk and in S3."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import re
import typing as t
import urllib.parse

from .._core.canonical import dumps
from .._core.errors import OhmyError
from .._hadoop.tuning import AUTO, PROFILES
from . import disk_wish, fetch, packages

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
# A worker has a DataNode and a NodeManager, a compute node the latter alone.
ROLES = ("master", "worker", "compute")
LEAST_TASK = 512
SHA512 = re.compile(r"[0-9a-fA-F]{128}")


def check(document: t.Any) -> dict[str, t.Any]:
    """Return the document, or raise OhmyError naming what is wrong with it."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise OhmyError(
            f"The node document is not of schema {SCHEMA}.", "Use one version of the collection throughout."
        )
    for name, kind in REQUIRED.items():
        if not isinstance(document.get(name), kind) or isinstance(document[name], bool):
            raise OhmyError(
                f"The node document has no usable {name!r}.", "Use one version of the collection throughout."
            )
    require_role(document["role"])
    if document["role"] != "master" and document["master"] == "self":
        raise OhmyError("The node document of a worker must name the master's address.", "Give it in master.")
    for name in ("workers", "compute"):
        number = document.get(name, 0)
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise OhmyError(f"The node document has no usable {name!r}.", "Their number is 0 or more.")
    _check_archive("hadoop", document["hadoop"], document)
    if document["hadoop"].get("overlay") is not None:
        _check_archive("the overlay", document["hadoop"]["overlay"], document)
    if "sha512" in document["java"] or "url" in document["java"]:
        _check_archive("java", document["java"], document)
    packages.check(document.get("packages"))
    disk_wish.check(document.get("disks"))
    if document["java"].get("package") is not None:
        packages.check([document["java"]["package"]])
    task = document.get("task_memory")
    if task is not None and (not isinstance(task, int) or isinstance(task, bool) or task < LEAST_TASK):
        raise OhmyError(f"task_memory: {task!r} is no memory of a task.", f"It is in MiB and at least {LEAST_TASK}.")
    if document.get("profile", AUTO) not in PROFILES:
        raise OhmyError(f"The node document knows no profile {document['profile']!r}.", f"Use {', '.join(PROFILES)}.")
    if document.get("address") is not None:
        _check_address(document["address"])
    return document


def _check_archive(name: str, archive: t.Any, document: t.Mapping[str, t.Any]) -> None:
    url = archive.get("url") if isinstance(archive, dict) else None
    if not isinstance(url, str) or not SHA512.fullmatch(str(archive.get("sha512"))):
        raise OhmyError(f"The archive of {name} needs a url and its sha512.", "The sha512 has 128 hex digits.")
    scheme = urllib.parse.urlsplit(url).scheme
    if fetch.local(url) is None and scheme not in fetch.SCHEMES:
        raise OhmyError(f"The archive of {name} is at {url}.", f"Nodes know {', '.join(fetch.SCHEMES)}.")
    if scheme == "s3" and not document.get("s3"):
        raise OhmyError(f"The archive of {name} is at {url}, and this node has no S3.", "Use file:// or https://.")
    if scheme == "file" and not url.startswith("file:///"):
        raise OhmyError(f"The archive of {name} is at {url}.", "Use file:/// and the path on the node.")


def _check_address(address: t.Any) -> None:
    try:
        if ipaddress.IPv4Address(str(address)).is_unspecified:
            raise ValueError
    except ValueError as exc:
        raise OhmyError(f"{address!r} is no IPv4 address.", "Name the node's own private one.") from exc


def refuse_public(document: t.Mapping[str, t.Any], address: str) -> None:
    """Raise OhmyError where daemons would listen to the whole internet; without S3 there is no security group."""
    if document.get("s3") or document.get("allow_public"):
        return
    if ipaddress.ip_address(address).is_global:
        raise OhmyError(
            f"Hadoop would listen on {address}, which the whole internet may reach, and lets in whoever comes.",
            "Name a private address in hadoop_address, or set hadoop_allow_public where a firewall is in between.",
        )


def require_role(role: t.Any) -> None:
    """Refuse what is no role of a node.

    :raises OhmyError: it is none.
    """
    if role not in ROLES:
        raise OhmyError(f"The node document knows no role {role!r}.", f"Use {', '.join(ROLES)}.")


def parse(data: bytes) -> dict[str, t.Any]:
    """Return the document in these bytes."""
    try:
        return check(json.loads(data))
    except ValueError as exc:
        raise OhmyError(
            f"The node document is no JSON: {exc}.", "Let the collection write it: run the same command again."
        ) from exc


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
        raise OhmyError(
            f"The node document {path} cannot be read: {exc}.",
            "Run the playbook that configures the nodes, which writes it.",
        ) from exc


def reached(root: str = "/") -> str | None:
    """Return the digest of the document that was reached, or None."""
    try:
        with open(os.path.join(root, REACHED), encoding="ascii") as stream:
            return stream.read().strip() or None
    except OSError:
        return None
