# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Is the cluster whole? What the daemons say, what the nodes reported, and the judgement on both."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field

Node = dict[str, str]
SILENT = "silent, it has not reported anything"
# The NameNode's words while it waits for DataNodes to tell of their blocks.
REPORTED = re.compile(
    r"reported blocks (\d+) needs additional \d+ blocks to reach the threshold \S+ of total blocks (\d+)"
)


@dataclass(frozen=True)
class Report:
    """The newest report of a node: ``failed`` or ``reached``, with its words where it failed."""

    kind: str
    error: str = ""
    lines: list[str] = field(default_factory=list)


@dataclass
class Look:
    """What one look at the cluster saw; addresses are private IP addresses.

    ``reports`` is None where there is nobody to ask (no S3, or the master has no document yet).
    """

    namenode: bool = False
    safe_mode: bool | None = None
    datanodes: list[str] = field(default_factory=list)
    nodemanagers: list[str] = field(default_factory=list)
    reports: dict[str, Report] | None = None
    trouble: str = ""
    # Instances that are to leave the cluster, whose daemons nobody waits for.
    leaving: frozenset[str] = frozenset()
    # Blocks of which no DataNode has told the NameNode since its start, and because of which safe mode goes on.
    unreported: int = 0
    # Failed disks and missing blocks, in words.
    damage: list[str] = field(default_factory=list)


def live_datanodes(info: t.Mapping[str, t.Any]) -> list[str]:
    """Return the addresses of live DataNodes from the NameNode's bean ``NameNodeInfo``."""
    found = set()
    for key, node in json.loads(info.get("LiveNodes") or "{}").items():
        found.add(key.rsplit(":", 1)[0])
        found.add(str(node.get("xferaddr", "")).rsplit(":", 1)[0])
    return sorted(found - {""})


def damage(info: t.Mapping[str, t.Any]) -> list[str]:
    """Return what the bean ``NameNodeInfo`` tells of failed disks and missing blocks; nothing in safe mode."""
    if info.get("Safemode"):
        return []
    found = []
    for key, node in sorted(json.loads(info.get("LiveNodes") or "{}").items()):
        count = int(node.get("volfails") or 0)
        if count:
            host = str(node.get("xferaddr") or key).rsplit(":", 1)[0]
            found.append(f"{count} disk{'s' if count > 1 else ''} of {host} failed")
    blocks = int(info.get("NumberOfMissingBlocks") or 0)
    if blocks:
        found.append(f"{blocks} block{'s have' if blocks > 1 else ' has'} no replica left")
    return found


def unreported(info: t.Mapping[str, t.Any]) -> int:
    """Return of how many blocks the NameNode waits to be told in safe mode, from its bean ``NameNodeInfo``."""
    found = REPORTED.search(str(info.get("Safemode") or ""))
    return max(0, int(found[2]) - int(found[1])) if found else 0


def live_nodemanagers(nodes: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """Return the addresses of running NodeManagers from the ResourceManager's list of nodes."""
    return sorted(str(node.get("nodeHostName")) for node in nodes if node.get("state") == "RUNNING")


def newest_reports(objects: t.Iterable[tuple[str, t.Any]]) -> dict[str, tuple[str, str]]:
    """Pick each node's newest report from a listing.

    :param objects: (key below the prefix ``nodes/``, time of the last change) pairs.
    :returns: instance id → ("failed" or "reached", key).
    """
    newest: dict[str, tuple[t.Any, str, str]] = {}
    for key, modified in objects:
        words = key.split("/")
        if len(words) < 3 or words[1] != "report" or words[2] not in ("failed", "reached"):
            continue
        # At the same second (S3 keeps whole seconds) a failure counts: nothing is hidden.
        rank = (modified, words[2] == "failed")
        if words[0] not in newest or rank >= newest[words[0]][0]:
            newest[words[0]] = (rank, words[2], key)
    return {node: (kind, key) for node, (_rank, kind, key) in newest.items()}


def parse_report(kind: str, body: bytes | str) -> Report:
    """Read the body of a report; one that is no JSON still counts as what its key says."""
    try:
        data = json.loads(body)
    except ValueError:
        data = {}
    if not isinstance(data, dict):
        data = {}
    lines = data.get("lines") or []
    lines = lines.splitlines() if isinstance(lines, str) else lines if isinstance(lines, list) else []
    error = str(data.get("error") or ("it did not say why" if kind == "failed" else ""))
    return Report(kind, error, [str(line) for line in lines[-30:]])


def evaluate(nodes: t.Sequence[Node], look: Look) -> dict[str, t.Any]:
    """Judge one look.

    :param nodes: [{"instance_id", "private_ip", "role"}], one of them the master.
    :returns: {"ready", "namenode", "safe_mode", "datanodes", "nodemanagers", "missing": [{"host", "error"}],
        "failures": [{"host", "error", "lines"}], "damage": [sentence], "unreported", "leaving": [host], "summary"}.
    """
    master = next(node for node in nodes if node["role"] == "master")
    holders = [node for node in nodes if node["role"] == "worker"] or [master]
    wanted = [*holders, *(node for node in nodes if node["role"] == "compute")]
    holders, wanted = ([node for node in some if node["instance_id"] not in look.leaving] for some in (holders, wanted))
    datanodes = [node["private_ip"] for node in holders if node["private_ip"] in look.datanodes]
    nodemanagers = [node["private_ip"] for node in wanted if node["private_ip"] in look.nodemanagers]
    missing, failures = [], []
    for node in [master, *(node for node in wanted if node is not master)]:
        lacking = _lacking(node, node is master, node in holders, node in wanted, look)
        if not lacking:
            continue
        report = (look.reports or {}).get(node["instance_id"])
        host = _host(node)
        if report is not None and report.kind == "failed":
            failures.append({"host": host, "error": report.error, "lines": report.lines})
        missing.append({"host": host, "error": _reason(report, lacking, node is master, look)})
    summary = f"DataNodes {len(datanodes)}/{len(holders)}, NodeManagers {len(nodemanagers)}/{len(wanted)}"
    if not look.namenode:
        summary = look.trouble or "the NameNode does not answer yet"
    elif look.safe_mode:
        summary += ", HDFS in safe mode"
        if look.unreported:
            summary += f", {look.unreported} block{'s' if look.unreported > 1 else ''} on no live DataNode"
    elif look.trouble:
        summary += f", {look.trouble}"
    summary = ", ".join([summary, *look.damage])
    away = [one for one in nodes if one["instance_id"] in look.leaving and one["role"] == "worker"]
    return {
        "ready": not missing and look.namenode and look.safe_mode is False,
        "namenode": look.namenode,
        "safe_mode": look.safe_mode,
        "datanodes": datanodes,
        "nodemanagers": nodemanagers,
        "missing": missing,
        "failures": failures,
        "damage": look.damage,
        "unreported": look.unreported,
        "leaving": [_host(one) for one in away if one["private_ip"] not in look.datanodes],
        "summary": summary,
    }


def _host(node: Node) -> str:
    return f"{node['private_ip']} ({node['instance_id']})"


def _lacking(node: Node, is_master: bool, holds: bool, works: bool, look: Look) -> list[str]:
    lacking = ["NameNode"] if is_master and not look.namenode else []
    if holds and node["private_ip"] not in look.datanodes:
        lacking.append("DataNode")
    if works and node["private_ip"] not in look.nodemanagers:
        lacking.append("NodeManager")
    return lacking


def _reason(report: Report | None, lacking: list[str], is_master: bool, look: Look) -> str:
    if report is not None and report.kind == "failed":
        return report.error
    what = f"its {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not live"
    if report is not None:
        return f"{what}, though it reported that it was set up"
    if look.reports is None or is_master:
        return what
    return f"{SILENT}; {what}"
