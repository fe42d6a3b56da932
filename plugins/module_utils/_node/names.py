# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The name by which a node's daemons are known to the scheduler.

MapReduce's application master turns the addresses of a block's hosts into names where the reverse lookup gives one
that leads back to the address, as Java's ``InetAddress.getHostName`` does. Unless NodeManagers and DataNodes go by
that very name, no task is ever placed beside its data. So the resolver is asked here, and not ``/etc/hosts``, which
holds something else on the node itself: Debian's cloud image maps the own name to 127.0.1.1.
"""

from __future__ import annotations

import os
import random
import re
import socket
import struct
import typing as t

from .system import read_text

A, PTR, INTERNET = 1, 12, 1
SECONDS = 1.0
PORT = 53
HOSTS = "etc/hosts"


def known_as(address: str, servers: t.Sequence[str] | None = None) -> str:
    """Return the name that the resolver gives this address and leads back to it, else the address itself."""
    servers = nameservers() if servers is None else servers
    reverse = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    for name in ask(reverse, PTR, servers):
        if re.fullmatch(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", name) and address in ask(name, A, servers):
            return name
    return address


def nameservers(root: str = "/") -> list[str]:
    """Return the IPv4 addresses of the resolvers; those behind systemd-resolved, whose own answers mix in /etc/hosts."""
    for path in ("run/systemd/resolve/resolv.conf", "etc/resolv.conf"):
        text = read_text(os.path.join(root, path))
        if found := re.findall(r"^nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$", text, re.MULTILINE):
            return found[:3]
    return []


def ask(name: str, kind: int, servers: t.Sequence[str], seconds: float = SECONDS) -> list[str]:
    """Return the resolver's answers, addresses or names in lower case; none where it is silent or knows none."""
    number = random.randrange(1 << 16)
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, INTERNET)
    for server in [*servers, *servers]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.settimeout(seconds)
            try:
                door.connect((server, PORT))
                door.send(question)
                return answers(door.recv(4096), number, kind)
            except (OSError, ValueError, IndexError, struct.error):
                continue
    return []


def answers(message: bytes, number: int, kind: int) -> list[str]:
    """Return the records of this kind in an answer; raise ValueError where it answers something else."""
    head = struct.unpack(">6H", message[:12])
    if head[0] != number or not head[1] & 0x8000:
        raise ValueError("not an answer to this question")
    at, found = 12, []
    for _number in range(head[2]):
        at = _name(message, at)[1] + 4
    for _number in range(head[3]):
        at = _name(message, at)[1]
        this, _class, _ttl, size = struct.unpack(">2HIH", message[at : at + 10])
        at += 10
        if this == kind == A:
            found.append(socket.inet_ntoa(message[at : at + size]))
        elif this == kind == PTR:
            found.append(_name(message, at)[0].lower())
        at += size
    return found


def _name(message: bytes, at: int) -> tuple[str, int]:
    """Return the name at a place and the place behind it, following compression a limited number of times."""
    labels: list[str] = []
    end = -1
    for _number in range(128):
        size = message[at]
        if size >= 0xC0:
            end = at + 2 if end < 0 else end
            at = (size & 0x3F) << 8 | message[at + 1]
        elif size == 0:
            return ".".join(labels), at + 1 if end < 0 else end
        else:
            labels.append(message[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
    raise ValueError("a name without an end")


def hosts(text: str, address: str, name: str) -> str:
    """Return /etc/hosts with the own name leading to the own address and nowhere else; nothing else changes."""
    if name == address:
        return text
    own = {name, name.partition(".")[0]}
    lines = []
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if len(words) > 1 and own & set(words[1:]):
            rest = [word for word in words[1:] if word not in own]
            if not rest:
                continue
            line = " ".join([words[0], *rest])
        lines.append(line)
    lines.append(f"{address} {name} {name.partition('.')[0]}")
    return "\n".join(lines) + "\n"
