# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The one form in which documents are written: what is the same has the same bytes, wherever it is written."""

from __future__ import annotations

import json
import typing as t


def dumps(value: t.Any) -> bytes:
    """Return the canonical JSON of a value: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
