# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Sizes, times and sums of money as a person says them; pure."""

from __future__ import annotations

from ..module_utils._core.voice import count

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def size(number: float) -> str:
    """Return a number of bytes as a person says it, such as ``1.4 GB``."""
    power = 0
    while number >= 1000 and power < len(UNITS) - 1:
        number, power = number / 1000, power + 1
    return f"{number:.1f} {UNITS[power]}" if power else count(round(number), "byte")


def span(seconds: float) -> str:
    """Return a time that was measured or expected, rounded as a person says it: ``1 h 5 min``, ``2.3 days``."""
    if seconds < 1:
        return "less than a second"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = round(seconds / 3600, 1)
    if minutes < 10 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.1f} days"


def duration(seconds: float) -> str:
    """Return an age, or what is left of a time, cut to its two largest units: ``1 min 5 s``, ``2 d 7 h``."""
    left = int(seconds)
    parts: list[str] = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if left >= length or parts or unit == "s":
            parts.append(f"{left // length} {unit}")
        left %= length
        if len(parts) == 2:
            break
    return " ".join(parts)


def clock(seconds: float) -> str:
    """Return seconds as ``0:35`` or ``1:02:05``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def money(usd: float) -> str:
    """Return an amount with two digits, or more where it is a fraction of a cent."""
    return f"{usd:.2f} USD" if usd >= 0.1 else f"{usd:.4f} USD"
