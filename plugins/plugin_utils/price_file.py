# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The user's own table of prices: a file of YAML or JSON, by region and name."""

from __future__ import annotations

import typing as t

import yaml

from ..module_utils._aws import prices
from ..module_utils._core.errors import OhmyError, as_clause


def load(path: str | None) -> dict[str, t.Any]:
    """Return the table in a file, an empty one without a file.

    :raises OhmyError: it cannot be read, or what it holds is no table of prices.
    """
    if not path:
        return {}
    try:
        with open(path, encoding="utf-8") as stream:
            told = yaml.safe_load(stream)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        reason = getattr(exc, "strerror", None) or " ".join(str(exc).split())
        raise OhmyError(f"{path} cannot be read: {reason}", f"Write YAML or JSON such as {prices.EXAMPLE}.") from exc
    # A date without quotes is one to YAML, and no text.
    if isinstance(told, dict) and "date" in told:
        told["date"] = str(told["date"])
    return prices.checked(told, path)


def problem(path: str | None) -> str:
    """Return why a file is no table of prices, an empty text where it is one."""
    try:
        load(path)
    except OhmyError as exc:
        return as_clause(exc)
    return ""


def limit_problem(limit: float | None) -> str:
    """Return why an amount is no limit, an empty text where it is one, or none is wanted."""
    return "" if limit is None or 0 < limit < 1e9 else f"must be USD an hour, such as 2.5, not {limit}"
