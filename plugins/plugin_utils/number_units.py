# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""In what a variable's whole number counts, by its own description, for messages; pure."""

from __future__ import annotations

import re
import typing as t

from ..module_utils._aws import durations
from ..module_utils._core.errors import OhmyError

UNIT = re.compile(r"\b(MiB|GiB|[Ss]econds|[Mm]inutes)\b")
SIZE = re.compile(r"\s*(\d+)\s*([MGT])i?B?\s*", re.IGNORECASE)
MEBIBYTES = {"M": 1, "G": 1 << 10, "T": 1 << 20}


def meant(spec: t.Mapping[str, t.Any], value: t.Any) -> str:
    """Return what to say of a whole number's unit, such as `` of MiB, such as 2048`` for ``2G``; nothing where it has none.

    :param spec: the variable's, of an argument specification.
    """
    said = spec.get("description") or ""
    unit = UNIT.search(said if isinstance(said, str) else " ".join(said))
    if unit is None:
        return ""
    name = unit[1] if unit[1].endswith("iB") else unit[1].lower()
    number = _converted(name, value) if isinstance(value, str) else None
    return f" of {name}" + (f", such as {number}" if number else "")


def _converted(unit: str, value: str) -> int | None:
    if unit == "MiB" and (size := SIZE.fullmatch(value)):
        return int(size[1]) * MEBIBYTES[size[2].upper()]
    if unit == "seconds":
        try:
            return durations.seconds(value, "")
        except OhmyError:
            return None
    return None
