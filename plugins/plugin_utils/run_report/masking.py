# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a report must not show: the values of what sounds like a secret, and secrets within texts."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.secrets import HIDDEN, REFUSED, REFUSED_ENV
from .credentials import MASK, OF_RECORDS, clean

__all__ = ["MASK", "clean", "masked", "sounds_secret"]
# Beyond what configuration calls so: a report may be sent to anybody. A number under such a name counts fields.
KEY = re.compile(r"(^|[._-])keys?($|[._-])", re.IGNORECASE)
# Those of records, as Hadoop sorts and cuts them.
RECORDS = re.compile(
    rf"(^|[._-]){OF_RECORDS}[._-]keys?(?=$|[._-])"
    r"|(^|[._-])keys?[._-](fields?|values?|class|comparator|partitioner|separator)(?=$|[._-])",
    re.IGNORECASE,
)
# All of these are a program's own, and only that knows what they mean.
WHOLE = ("job_cmdenv", "cmdenv")


def sounds_secret(name: str, value: t.Any) -> bool:
    """Tell whether the value of a name is to be hidden."""
    if value in (None, "", [], {}) or isinstance(value, bool):
        return False
    if REFUSED.search(name) or REFUSED_ENV.search(name):
        return True
    name = RECORDS.sub("", name)
    return HIDDEN.search(name) is not None or (KEY.search(name) is not None and not isinstance(value, int))


def masked(value: t.Any, name: str = "") -> t.Any:
    """Return variables without what sounds like a secret, in dicts within them too."""
    if name in WHOLE and isinstance(value, dict):
        return dict.fromkeys(map(str, value), MASK)
    if isinstance(value, dict):
        return {str(key): MASK if sounds_secret(str(key), one) else masked(one, str(key)) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(one) for one in value]
    return value
