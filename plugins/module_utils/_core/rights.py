# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a task needs to be on a node."""

from __future__ import annotations

import os
import typing as t

from .errors import OhmyError


def require_root(geteuid: t.Callable[[], int] = os.geteuid) -> None:
    """Refuse to go on without the rights to read the configuration and to start units.

    :raises OhmyError: this is another user.
    """
    if geteuid() != 0:
        raise OhmyError("This task needs root on the host.", "Give it become: true.")
