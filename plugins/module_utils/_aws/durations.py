# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Durations as people write them."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(value: t.Any, option: str) -> int:
    """Return the seconds of ``4h``, ``90m``, ``1h30m`` or a number of seconds; raise OhmyError naming the option."""
    text = str(value).strip().lower()
    if re.fullmatch(r"\d+", text):
        return int(text)
    if not re.fullmatch(r"(\d+[smhd])+", text):
        raise OhmyError(f"{option}: {value!r} is no duration.", "Write for example 4h, 90m or a number of seconds.")
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))
