# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Options of a task as its action reads them, before the module itself has looked at them."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean


def seconds_option(value: t.Any, default: float) -> float:
    """Return an option in seconds; what is no number the module itself refuses, and better."""
    try:
        return float(value) if value is not None else default
    except (TypeError, ValueError):
        return default


def truth_option(value: t.Any) -> bool:
    """Return an option that is on or off; what is neither is off."""
    return bool(boolean(value or False, strict=False))
