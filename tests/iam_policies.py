# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of the documentation, filled in."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "iam"
WORDS = ("ACCOUNT", "REGION", "BUCKET", "CLUSTERS", "DATA")


def text(name: str, **values: str) -> str:
    """Return a policy as text, its words in capitals replaced."""
    found = (FOLDER / f"{name}.json").read_text()
    for word in WORDS:
        found = found.replace(word, values.get(word.lower(), word))
    return found


def filled(name: str, **values: str) -> dict[str, t.Any]:
    """Return a policy, its words in capitals replaced."""
    return json.loads(text(name, **values))


def by_sid(document: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return the statements by their names."""
    return {one["Sid"]: one for one in document["Statement"]}


def listed(value: t.Any) -> list[str]:
    """Return a list for what may be one item."""
    return [value] if isinstance(value, str) else list(value)
