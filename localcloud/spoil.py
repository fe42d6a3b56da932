# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that do not arrive as they were meant, after the request has taken effect."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import typing as t

from .backends import Account
from .faults import Fault, Faults, status_of
from .wire import Environ, StartResponse, error_body

#: How long an answer is held back from a caller that does not give up.
HUNG_SECONDS = 180.0


def service_of(action: str) -> str:
    """Return the service of an action such as ec2:RunInstances or DryRun:ec2:RunInstances."""
    return action.split(":")[-2]


def spoil(
    faults: Faults,
    account: Account,
    environ: Environ,
    start_response: StartResponse,
    met: tuple[Fault, str],
    answer: list[t.Any],
    chunks: t.Iterable[bytes],
) -> t.Iterable[bytes]:
    """Return what the caller gets instead of the answer that the request had."""
    fault, action = met
    body = b"".join(chunks)
    if fault["how"] in ("late", "noted"):
        if fault["how"] == "late":
            ids = re.findall(r"<instanceId>(i-[0-9a-f]+)", body.decode("utf-8", "replace"))
            account.hide(ids, fault["seconds"])
        faults.note(fault, action)
        start_response(*answer)
        return [body]
    if fault["how"] == "lost":
        faults.note(fault, action)
        kind, body = error_body(service_of(action), fault["code"], fault["message"], environ.get("CONTENT_TYPE", ""))
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(f"{status_of(fault['code'])} Error", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
    connection: socket.socket = environ["werkzeug.socket"]
    faults.note(fault, action)
    if fault["how"] == "hung":
        gone = select.poll()
        gone.register(connection, select.POLLRDHUP | select.POLLHUP)
        gone.poll(HUNG_SECONDS * 1000)
    with contextlib.suppress(OSError):  # the caller was faster
        connection.shutdown(socket.SHUT_RDWR)
    start_response(*answer)
    return [body]
