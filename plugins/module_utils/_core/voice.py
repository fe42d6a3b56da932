# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a program of the node bundle says: a line for the journal, at once; numbers, and what others said, fit to be shown."""

from __future__ import annotations

import re
import sys

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def say(text: str) -> None:
    """Write a line to standard error, which systemd and cloud-init keep."""
    sys.stderr.write(f"ohmy: {text}\n")
    sys.stderr.flush()


def count(number: int, noun: str) -> str:
    """Return ``1 line``, ``2 lines`` …; thousands are set off."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Return a program's words with their control characters spelled out: no terminal is to obey them."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
