# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""One look at a cluster from its master: the daemons' own pages, the nodes' reports, the master's units."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import typing as t

from .._core import cluster_keys
from .._core.errors import OhmyError
from .._node.s3 import S3
from . import health, membership
from .rest import Rest, items

BODIES = 10
HTTP_SECONDS = 5.0
RESULT_OF_FIRST_BOOT = "run/cloud-init/result.json"
LOG_OF_FIRST_BOOT = "var/log/cloud-init-output.log"


def look_at_cluster(nodes: t.Sequence[health.Node], root: str = "/", credentials: t.Any = None) -> health.Look:
    """Take one look; what does not answer yet is simply not there.

    :param root: the folder in which the master's files lie.
    :param credentials: what S3 is asked with; the instance's own by default.
    """
    master = next(node for node in nodes if node["role"] == "master")
    look = health.Look(leaving=_leaving(root))
    address = master["private_ip"]
    namenode = Rest("The NameNode", address, 9870, HTTP_SECONDS)
    info = _or_nothing(lambda: namenode.namenode_bean("NameNodeInfo", tries=1))
    if info:
        look.namenode = True
        look.safe_mode = bool(info.get("Safemode"))
        look.datanodes = health.live_datanodes(info)
        look.damage = health.damage(info)
        look.unreported = health.unreported(info)
    manager = Rest("The ResourceManager", address, 8088, HTTP_SECONDS)
    answer = _or_nothing(lambda: manager.get("/ws/v1/cluster/nodes", tries=1))
    look.nodemanagers = [address_of(name) for name in health.live_nodemanagers(items(answer, "nodes", "node"))]
    document = _document(root)
    if document is None:
        look.trouble = "the master is still being set up"
    elif document.get("s3"):
        look.reports, look.trouble = _reports(document, nodes, credentials)
    own = None if look.namenode else _own_failure(root)
    if own is not None:
        look.reports = {**(look.reports or {}), master["instance_id"]: own}
    return look


def _leaving(root: str) -> frozenset[str]:
    try:
        with open(os.path.join(root, membership.ENTRIES[1:]), "rb") as stream:
            known = membership.parse(stream.read())
    except (OSError, OhmyError):
        return frozenset()
    return frozenset(one.instance_id for one in known if one.state == membership.DECOMMISSIONED)


def address_of(name: str) -> str:
    """Return the address of a NodeManager, which goes by its name in DNS where it has one."""
    try:
        return socket.gethostbyname(name)
    except OSError:
        return name


def _or_nothing(ask: t.Callable[[], t.Any]) -> t.Any:
    try:
        return ask()
    except OhmyError:
        return None


def _document(root: str) -> dict[str, t.Any] | None:
    try:
        with open(os.path.join(root, "etc/ohmy/document.json"), encoding="utf-8") as stream:
            data = json.load(stream)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _reports(
    document: t.Mapping[str, t.Any], nodes: t.Sequence[health.Node], credentials: t.Any
) -> tuple[dict[str, health.Report] | None, str]:
    """Return the newest report of each node by its instance id, and what is wrong with asking for them.

    One LIST, and the bodies of at most ten failures.
    """
    try:
        s3 = S3.from_document(document, credentials=credentials, attempts=2)
        prefix = cluster_keys.nodes(document["s3"]["prefix"])
        found = [(entry["key"][len(prefix) :], entry["last_modified"]) for entry in s3.list(prefix)]
        ids = {node["instance_id"] for node in nodes}
        reports, bodies = {}, 0
        for instance, (kind, key) in sorted(health.newest_reports(found).items()):
            body = b"{}"
            if kind == "failed" and instance in ids and bodies < BODIES:
                body, bodies = s3.get(prefix + key), bodies + 1
            reports[instance] = health.parse_report(kind, body)
        return reports, ""
    except OhmyError as exc:
        return None, f"the nodes' reports cannot be read: {exc.message}"


def _own_failure(root: str) -> health.Report | None:
    """Return the failure of this very node, which may have happened before it could report anything."""
    if _run("systemctl", "is-failed", "ohmy-node.service").strip() == "failed":
        lines = _run("journalctl", "-u", "ohmy-node.service", "-n", "30", "-o", "cat", "--no-pager").splitlines()
        return health.Report("failed", next((line for line in reversed(lines) if line), "ohmy-node failed"), lines)
    try:
        with open(os.path.join(root, RESULT_OF_FIRST_BOOT), encoding="utf-8") as stream:
            errors = (json.load(stream).get("v1") or {}).get("errors") or []
    except (OSError, ValueError, AttributeError):
        return None
    if not errors or _document(root) is not None:
        return None
    return health.Report("failed", f"its first boot failed: {'; '.join(map(str, errors))}", _tail(root))


def _tail(root: str) -> list[str]:
    try:
        with open(os.path.join(root, LOG_OF_FIRST_BOOT), "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - 8192))
            return stream.read().decode("utf-8", "replace").splitlines()[-30:]
    except OSError:
        return []


def _run(*argv: str) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
