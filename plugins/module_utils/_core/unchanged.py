# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Whether a file is still the one that was looked at: under the name of one content no other may travel."""

from __future__ import annotations

from .errors import OhmyError


def require_unchanged(path: str, sha256: str, looked_at: str | None) -> None:
    """Raise OhmyError unless a file that was read has the sha256 that it had when it was looked at.

    :param looked_at: that sha256, None or empty where nobody looked.
    """
    if looked_at and sha256 != looked_at.lower():
        raise OhmyError(
            f"{path} has changed since it was looked at: its sha256 is {sha256[:16]}…, not {looked_at[:16].lower()}….",
            "Run the same command again when nothing writes to it.",
        )
