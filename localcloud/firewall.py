# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups as iptables rules in a node's own network namespace."""

from __future__ import annotations

import dataclasses
import typing as t

from .paths import DNS_PORT, METADATA_PORT
from .shell import run

METADATA_ADDRESS = "169.254.169.254"


@dataclasses.dataclass(frozen=True)
class Rule:
    """One permission of a security group: protocol, ports, and who it is for."""

    protocol: str  # -1, tcp, udp, icmp or a number
    from_port: int | None = None
    to_port: int | None = None
    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Group:
    """A security group as far as packets are concerned."""

    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()


def match(rule: Rule) -> list[str]:
    """Return the iptables matches for a rule's protocol and ports."""
    protocol = {"6": "tcp", "17": "udp", "1": "icmp"}.get(str(rule.protocol), str(rule.protocol))
    if protocol in ("-1", "all"):
        return []
    words = ["-p", protocol]
    first, last = rule.from_port, rule.to_port
    if protocol in ("tcp", "udp") and first not in (None, -1):
        words += ["--dport", f"{first}:{first if last is None else last}"]
    if protocol == "icmp" and first not in (None, -1):
        words += ["--icmp-type", str(first) if last in (None, -1) else f"{first}/{last}"]
    return words


def peers(rule: Rule, members: t.Mapping[str, t.Iterable[str]]) -> list[str]:
    """Return the CIDRs a rule is for: its own and the addresses of its groups' members, sorted, IPv4 only."""
    found = {cidr for cidr in rule.cidrs if ":" not in cidr}
    for group in rule.groups:
        found.update(f"{address}/32" for address in members.get(group, ()))
    return sorted(found)


def chain(name: str, flag: str, rules: t.Iterable[Rule], members: t.Mapping[str, t.Iterable[str]]) -> list[str]:
    """Return the ACCEPT lines of one chain, each once, in order."""
    lines: list[str] = []
    for rule in rules:
        for peer in peers(rule, members):
            line = " ".join(["-A", name, *([flag, peer] if peer != "0.0.0.0/0" else []), *match(rule), "-j", "ACCEPT"])
            if line not in lines:
                lines.append(line)
    return lines


def filter_table(groups: t.Iterable[Group], members: t.Mapping[str, t.Iterable[str]], gateway: str) -> str:
    """Return the filter table, for iptables-restore, of a node in these groups.

    :param members: group id -> private addresses of the instances in it.
    :param gateway: where metadata and names are answered; they pass always, as on EC2.
    """
    chosen = list(groups)
    lines = ["*filter", ":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT DROP [0:0]"]
    lines += ["-A INPUT -i lo -j ACCEPT", "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"]
    lines += chain("INPUT", "-s", (rule for group in chosen for rule in group.ingress), members)
    lines += ["-A OUTPUT -o lo -j ACCEPT", "-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"]
    lines += [f"-A OUTPUT -d {gateway}/32 -p tcp --dport {METADATA_PORT} -j ACCEPT"]
    lines += [f"-A OUTPUT -d {gateway}/32 -p udp --dport {DNS_PORT} -j ACCEPT"]
    lines += chain("OUTPUT", "-d", (rule for group in chosen for rule in group.egress), members)
    return "\n".join([*lines, "COMMIT", ""])


def nat_table(gateway: str) -> str:
    """Return the nat table, for iptables-restore, that leads to the metadata service."""
    rule = f"-A OUTPUT -d {METADATA_ADDRESS}/32 -p tcp --dport 80 -j DNAT --to-destination {gateway}:{METADATA_PORT}"
    return "\n".join(["*nat", rule, "COMMIT", ""])


IPV6_TABLE = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n"


def prepare(namespace: str, gateway: str, table: str) -> None:
    """Put all rules of a node into its namespace, before its first process starts."""
    enter = ["nsenter", f"--net={namespace}"]
    # There is no default route in the VPC's network; the kernel wants one before it translates.
    run([*enter, "ip", "route", "replace", f"{METADATA_ADDRESS}/32", "via", gateway])
    run([*enter, "iptables-restore", "-w", "10"], stdin=nat_table(gateway) + table)
    run([*enter, "ip6tables-restore", "-w", "10"], stdin=IPV6_TABLE)


def refresh(namespace: str, table: str) -> None:
    """Replace a node's filter table in one step."""
    run(["nsenter", f"--net={namespace}", "iptables-restore", "-w", "10", "-T", "filter"], stdin=table)
