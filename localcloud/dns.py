# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VPC's resolver: names and addresses of the form ip-A-B-C-D, and nothing else."""

from __future__ import annotations

import ipaddress
import re
import socket
import struct
import threading

DOMAIN = "ec2.internal"
A, PTR, INTERNET = 1, 12, 1
NO_SUCH_NAME = 3


def read_question(message: bytes) -> tuple[str, int, int]:
    """Return name, type and the end of the first question; raise ValueError when there is none."""
    if len(message) < 17 or struct.unpack(">H", message[4:6])[0] < 1:
        raise ValueError("no question")
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode("ascii", "replace"))
        at += 1 + message[at]
        if at >= len(message):
            raise ValueError("cut short")
    kind = struct.unpack(">H", message[at + 1 : at + 3])[0]
    return ".".join(labels).lower(), kind, at + 5


def host_name(address: str) -> str:
    """Return the name of an instance by its address."""
    return f"ip-{address.replace('.', '-')}.{DOMAIN}"


def write_name(name: str) -> bytes:
    """Return a name in wire form."""
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answer_for(name: str, kind: int, network: ipaddress.IPv4Network) -> tuple[bool, bytes | None]:
    """Return whether a name exists, and the record data for it of this type, if any."""
    match = re.fullmatch(rf"ip-(\d+)-(\d+)-(\d+)-(\d+)\.{re.escape(DOMAIN)}", name)
    if match:
        try:
            address = ipaddress.IPv4Address(".".join(match.groups()))
        except ValueError:
            return False, None
        return (True, address.packed if kind == A else None) if address in network else (False, None)
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa", name)
    if match:
        try:
            address = ipaddress.IPv4Address(".".join(reversed(match.groups())))
        except ValueError:
            return False, None
        if address in network:
            return True, write_name(host_name(str(address))) if kind == PTR else None
    return False, None


def reply(message: bytes, network: ipaddress.IPv4Network) -> bytes:
    """Return the answer to a DNS message."""
    name, kind, end = read_question(message)
    exists, data = answer_for(name, kind, network)
    flags = 0x8580 | (struct.unpack(">H", message[2:4])[0] & 0x0100) | (0 if exists else NO_SUCH_NAME)
    head = message[:2] + struct.pack(">HHHHH", flags, 1, 1 if data is not None else 0, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", kind, INTERNET, 60, len(data)) + data if data is not None else b""
    return head + message[12:end] + record


def serve(address: str, port: int, network: ipaddress.IPv4Network) -> None:
    """Answer queries on a UDP socket in a thread of its own."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((address, port))

    def loop() -> None:
        while True:
            message, peer = listener.recvfrom(4096)
            try:
                listener.sendto(reply(message, network), peer)
            except (ValueError, IndexError, struct.error, OSError):
                continue

    threading.Thread(target=loop, name="dns", daemon=True).start()
