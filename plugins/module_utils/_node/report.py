# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a node tells its cluster through S3: its host keys, and whether it reached its document."""

from __future__ import annotations

import base64
import json
import os
import time
import typing as t

from .._core import cluster_keys
from .._core.canonical import dumps
from .._core.errors import OhmyError
from .s3 import S3
from .system import last_words, one_line, service_state

LINES = 40


class Reporter:
    """Writes below ``nodes/INSTANCE/`` of the cluster's prefix; see docs/architecture.md."""

    def __init__(self, s3: S3, prefix: str, instance: str) -> None:
        """Remember where this node's objects lie."""
        self.s3, self.at = s3, f"{cluster_keys.nodes(prefix)}{instance}/"

    def host_keys(self, folder: str = "/etc/ssh", seconds: float = 120) -> None:
        """Publish the public host keys; they are in the names, so that one LIST reads those of all nodes."""
        deadline = time.monotonic() + seconds
        while not (found := public_keys(folder)) and time.monotonic() < deadline:
            time.sleep(0.2)
        if not found:
            raise OhmyError(
                f"There is no ED25519 host key in {folder} after {seconds:.0f} s.", "Is an SSH server there?"
            )
        for kind, blob in found:
            name = base64.urlsafe_b64encode(base64.b64decode(blob)).decode().rstrip("=")
            self.s3.put(f"{self.at}hostkey/{kind}/{name}", b"")

    def reached(self, digest: str, body: dict[str, t.Any]) -> None:
        """Report that the document was reached."""
        self.s3.put(f"{self.at}report/reached/{digest}", dumps(body))

    def failed(self, error: str, lines: t.Sequence[str]) -> None:
        """Report the last error lines."""
        self.s3.put(f"{self.at}report/failed", json.dumps({"error": error, "lines": list(lines)[-LINES:]}).encode())

    def notice(self, found: dict[str, str]) -> None:
        """Report that EC2 takes this instance back."""
        self.s3.put(f"{self.at}notice", dumps(found))


def public_keys(folder: str) -> list[tuple[str, str]]:
    """Return (type, base64 blob) of the ED25519 host key, the one that is pinned."""
    try:
        with open(os.path.join(folder, "ssh_host_ed25519_key.pub"), encoding="ascii") as stream:
            words = stream.read().split()
    except OSError:
        return []
    return [(words[0], words[1])] if len(words) >= 2 else []


def failed_units(names: t.Sequence[str]) -> tuple[str, list[str]] | None:
    """Return (error in one line, last lines) of the first unit that failed, or None."""
    for name in names:
        if service_state(name) == "failed":
            lines = last_words(name)
            return f"{name} failed: {one_line(lines)}", lines
    return None
