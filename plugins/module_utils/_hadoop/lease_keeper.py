# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Keep the cluster alive while a module moves files, piece by piece, for longer than its lease lasts."""

from __future__ import annotations

import os
import time
import typing as t

from .._core.errors import OhmyError
from .._node import lease
from .doors import read_document

SECONDS = 3600
EVERY = 600
STAMP = ".lease"


def keep(folder: str, document: t.Mapping[str, t.Any] | None = None, now: float | None = None) -> str:
    """Let the cluster's lease last an hour from now; asks S3 at most every ten minutes.

    :param folder: a directory that lasts as long as the transfer; a file in it tells when S3 was asked.
    :returns: why it was not renewed, nothing where all is well.
    """
    document = read_document() if document is None else document
    if not lease.leased(document):
        return ""
    now = time.time() if now is None else now
    stamp = os.path.join(folder, STAMP)
    try:
        if now - os.stat(stamp).st_mtime < EVERY:
            return ""
    except FileNotFoundError:
        pass
    try:
        with open(stamp, "wb"):
            pass
        os.utime(stamp, (now, now))
        lease.renew(document, SECONDS, now)
    except (OhmyError, ValueError, KeyError, OSError) as exc:
        return f"The cluster's lease was not renewed: {exc}"
    return ""
