# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web pages through a SOCKS proxy, as a browser fetches them: names are resolved at the other end."""

from __future__ import annotations

import http.client
import socket
import struct
from urllib.parse import urljoin, urlsplit


def connect(port: int, host: str, at: int, seconds: float = 20) -> socket.socket:
    """Return a connection to ``host:at`` through the proxy on ``port`` of loopback; raise OSError where it refuses."""
    line = socket.create_connection(("127.0.0.1", port), seconds)
    name = host.encode("idna")
    line.sendall(b"\x05\x01\x00")
    if line.recv(2) != b"\x05\x00":
        raise OSError("the proxy wants more than nothing to know")
    line.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + struct.pack(">H", at))
    answer = line.recv(10)
    if answer[1:2] != b"\x00":
        line.close()
        raise OSError(f"the proxy refuses {host}:{at}: {answer!r}")
    return line


def fetch(port: int, url: str) -> tuple[str, str]:
    """Return (the address where a page was in the end, its text)."""
    for _hop in range(5):
        parts = urlsplit(url)
        client = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
        client.sock = connect(port, parts.hostname or "", parts.port or 80)
        client.request("GET", parts.path + (f"?{parts.query}" if parts.query else "") or "/")
        answer = client.getresponse()
        body = answer.read().decode("utf-8", "replace")
        client.close()
        if answer.status in (301, 302, 303, 307, 308):
            url = urljoin(url, answer.headers["Location"])
            continue
        if answer.status != 200:
            raise OSError(f"{url}: {answer.status}")
        return url, body
    raise OSError(f"{url}: too many redirections")
