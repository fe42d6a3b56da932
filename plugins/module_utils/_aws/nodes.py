# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the nodes put into S3 about themselves: host keys and reports, all read from one LIST."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t
from dataclasses import dataclass, field

from .._core import cluster_keys
from .._core.errors import OhmyError
from .._hadoop.health import newest_reports, parse_report
from . import s3

MOST_BODIES = 10
_HOST_KEY = re.compile(r"(i-[0-9a-f]+)/hostkey/([a-z0-9@.-]+)/([A-Za-z0-9_-]+)")
_REPORT = re.compile(r"(i-[0-9a-f]+)/report/(?:failed|reached/([0-9a-f]{64}))")


@dataclass
class Node:
    """What one LIST tells of a node; ``keys`` are ``<type> <base64>``, ``report`` is reached, failed or silent."""

    keys: list[str] = field(default_factory=list)
    report: str = "silent"
    digest: str | None = None
    report_key: str | None = None


def host_key(kind: str, blob: str) -> str | None:
    """Return ``<type> <base64>`` of a host key object's name, None when the name holds no such key."""
    try:
        raw = base64.urlsafe_b64decode(blob + "=" * (-len(blob) % 4))
    except (binascii.Error, ValueError):
        return None
    length = int.from_bytes(raw[:4], "big")
    if raw[4 : 4 + length] != kind.encode():
        return None
    return f"{kind} {base64.b64encode(raw).decode()}"


def read(objects: t.Iterable[dict[str, t.Any]], prefix: str) -> dict[str, Node]:
    """Return what the objects under the cluster's prefix tell, by instance id; the newest report counts."""
    found: dict[str, Node] = {}
    at = cluster_keys.nodes(prefix)
    reports = []
    for one in objects:
        name = one["Key"][len(at) :] if one["Key"].startswith(at) else ""
        key = _HOST_KEY.fullmatch(name)
        line = host_key(key[2], key[3]) if key is not None else None
        if key is not None and line is not None:
            found.setdefault(key[1], Node()).keys.append(line)
        elif _REPORT.fullmatch(name):
            reports.append((name, one["LastModified"]))
    for instance, (kind, name) in newest_reports(reports).items():
        node = found.setdefault(instance, Node())
        node.report, node.report_key = kind, f"{at}{name}"
        node.digest = name.rsplit("/", 1)[-1] if kind == "reached" else None
    for node in found.values():
        node.keys.sort()
    return found


def observe(client: t.Any, bucket: str, prefix: str, instance: str | None = None) -> dict[str, Node]:
    """Return what the nodes told so far, or one of them: one LIST."""
    at = cluster_keys.nodes(prefix) + (f"{instance}/" if instance is not None else "")
    return read(s3.listing(client, bucket, at), prefix)


def error_of(client: t.Any, bucket: str, node: Node) -> str:
    """Return the error and the last lines of a node's failed report: one GET."""
    report = parse_report("failed", s3.get(client, bucket, node.report_key or "") or b"")
    return "\n".join([report.error, *report.lines[-20:]])


def pinned(nodes: dict[str, Node], known: dict[str, set[str]], ids: t.Iterable[str]) -> dict[str, list[str]]:
    """Return the host keys of these instances, by id; raise OhmyError when a key differs from the one known.

    A program of the job can borrow a node's credentials and write another key beside the first: two keys of one type
    for one instance, or another than the pinned one, are never settled silently.
    """
    found: dict[str, list[str]] = {}
    for one in ids:
        keys = nodes[one].keys if one in nodes else []
        kinds = [line.split()[0] for line in keys]
        before = known.get(one, set())
        strange = before and any(
            line not in before and line.split()[0] in {old.split()[0] for old in before} for line in keys
        )
        if strange or len(set(kinds)) != len(kinds):
            raise OhmyError(
                f"Instance {one} shows another SSH host key than the one pinned for it.",
                "Somebody may be in between: end the cluster (state absent) and launch it again.",
            )
        if keys or before:
            found[one] = sorted(set(keys) | before)
    return found
