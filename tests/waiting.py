# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, within a limit."""

from __future__ import annotations

import time
import typing as t


def wait_for(what: str, condition: t.Callable[[], t.Any], seconds: float, pause: float = 0.2) -> t.Any:
    """Return the first true answer of ``condition``; fail naming ``what`` when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(pause)
    raise AssertionError(f"after {seconds:.0f} s still not: {what}")
