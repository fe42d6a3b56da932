# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Rules of the user's own security groups that open a port of SSH or Hadoop to the world: told, and never changed."""

from __future__ import annotations

import ipaddress
import typing as t

from .want import LEAST_PREFIX

SSH = 22
# Hadoop's own, and those from which on the parts of a running job take any.
HADOOP = (8020, 8030, 8031, 8032, 8033, 8040, 8041, 8042, 8088, 9864, 9866, 9867, 9870, 10020, 10033, 13562, 19888)
JOBS = 32768
LAST = 65535
_TCP = ("tcp", "6")


def _span(rule: dict[str, t.Any]) -> tuple[int, int] | None:
    """Return the TCP ports of a rule, None where it is about none."""
    if rule.get("IpProtocol") == "-1":
        return 0, LAST
    if rule.get("IpProtocol") not in _TCP:
        return None
    return max(0, rule.get("FromPort", 0)), LAST if rule.get("ToPort", -1) < 0 else rule["ToPort"]


def _used(first: int, last: int) -> str:
    """Return what uses ports of this span, in words; nothing where none does."""
    ports = [one for one in HADOOP if first <= one <= last]
    told = ["SSH"] if first <= SSH <= last else []
    return " and ".join(told + (["Hadoop"] if ports or last >= JOBS else []))


def _world(cidr: str) -> bool:
    network = ipaddress.ip_network(cidr, strict=False)
    return network.prefixlen < LEAST_PREFIX[network.version]


def _open(rule: dict[str, t.Any]) -> list[tuple[str, str]]:
    """Return the networks of a rule that are (nearly) the whole world, each with the words that name it to the CLI."""
    ranges = [(one.get("CidrIp", ""), "IpRanges=[{CidrIp=") for one in rule.get("IpRanges") or []]
    ranges += [(one.get("CidrIpv6", ""), "Ipv6Ranges=[{CidrIpv6=") for one in rule.get("Ipv6Ranges") or []]
    return [(cidr, f"{words}{cidr}}}]") for cidr, words in ranges if cidr and _world(cidr)]


def remarks(raw: dict[str, t.Any]) -> list[str]:
    """Return a sentence for each rule of a group, as the API tells it, that opens such a port to the world."""
    found = []
    for rule in raw.get("IpPermissions") or []:
        span = _span(rule)
        used = _used(*span) if span is not None else ""
        if span is None or not used:
            continue
        kind = f"IpProtocol={rule['IpProtocol']}"
        if rule["IpProtocol"] in _TCP and "FromPort" in rule:
            kind += f",FromPort={rule['FromPort']},ToPort={rule['ToPort']}"
        ports = f"port {span[0]}" if span[0] == span[1] else f"ports {span[0]}-{span[1]}"
        for cidr, words in _open(rule):
            found.append(
                f"Security group {raw['GroupId']} ({raw.get('GroupName', '')}) opens {ports}, which {used} of the nodes "
                f"{'use' if ' and ' in used else 'uses'}, to {cidr}. Close it: aws ec2 revoke-security-group-ingress "
                f"--group-id {raw['GroupId']} --ip-permissions '{kind},{words}'; or take the group out of "
                "cluster_security_group_ids."
            )
    return found
