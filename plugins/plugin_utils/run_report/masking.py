# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a report must not show: the values of what sounds like a secret, and secrets within texts."""

from __future__ import annotations

import json
import re
import typing as t
from urllib.parse import quote

from ...module_utils._core.secrets import HIDDEN, REFUSED, REFUSED_ENV
from .credentials import MASK, OF_RECORDS, clean

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
# Lies among the settings: texts that came from a vault, the environment or another lookup.
KNOWN = "job_hidden"
# Of so many characters a hidden value is looked for in texts; with fewer, where letters and digits are mixed.
SURE = 8
SHORTEST = 6
# Paths, numbers, dates and times say nothing of a secret.
EVERYBODYS = re.compile(
    r"(?![A-Za-z0-9/+]{40}\Z)(?:/|\.{1,2}/|~[\w.-]*(?:/|\Z))[^\s:@=]*\Z|(?:file|hdfs|s3[an]?)://[^\s@]*\Z|[+-]?[\d.,_]+(?:[eE][+-]?\d+)?\Z"
    r"|\d{4}-\d{2}(?:-\d{2})?(?:[T ][\d:.+Z-]*)?\Z"
)


def sounds_secret(name: str, value: t.Any) -> bool:
    """Tell whether the value of a name is to be hidden."""
    if value in (None, "", [], {}) or isinstance(value, bool):
        return False
    if REFUSED.search(name) or REFUSED_ENV.search(name):
        return True
    name = RECORDS.sub("", name)
    return HIDDEN.search(name) is not None or (KEY.search(name) is not None and not isinstance(value, int))


def masked(value: t.Any, name: str = "", found: list[t.Any] | None = None, known: t.Collection[str] = ()) -> t.Any:
    """Return variables without what sounds like a secret, in dicts within them too.

    :param found: what was taken away is added to it.
    :param known: texts that are secrets, wherever they stand.
    """
    if isinstance(value, dict):
        told = {}
        for key, one in value.items():
            if name in WHOLE or sounds_secret(str(key), one):
                told[str(key)] = MASK
                if found is not None:
                    found.append(one)
            else:
                told[str(key)] = masked(one, str(key), found, known)
        return told
    if isinstance(value, (list, tuple)):
        return [masked(one, "", found, known) for one in value]
    return MASK if isinstance(value, str) and value in known else value


class Mask:
    """Hides the secrets of one run: in its variables, and where a text repeats their values."""

    def __init__(self, settings: t.Mapping[str, t.Any], shown: t.Iterable[t.Any] = ()) -> None:
        """Note all values that are hidden.

        :param settings: the variables, and what is known to be a secret of them.
        :param shown: texts that are told whatever they hold, as the name of the job.
        """
        told = dict(settings)
        known = told.pop(KNOWN, None) or []
        found: list[t.Any] = [known]
        self.variables = masked(told, found=found, known=set(known))
        stays = [str(text) for text in shown]
        values = {one for one in leaves(found) if is_telling(one) and not any(one in text for text in stays)}
        forms = {
            form for text in values for form in (text, json.dumps(text)[1:-1], quote(text, safe="", errors="replace"))
        }
        # A value may hold another one.
        self._values = sorted(forms, key=lambda text: (-len(text), text))

    def text(self, text: str) -> str:
        """Return a text without the values that are hidden, and without what looks like a credential."""
        for value in self._values:
            if value in text:
                text = _without(text, value)
        return clean(text)


def _without(text: str, value: str) -> str:
    if len(value) >= SURE and not re.fullmatch(r"(?:[^\W\d]|-)+", value):
        return text.replace(value, MASK)
    # A word may be part of others; the sign before it that of a line's end within JSON.
    return re.sub(rf"(?:(?<![^\W_])|(?<=\\[nrt])){re.escape(value)}(?![^\W_])", MASK, text)


def leaves(value: t.Any) -> t.Iterator[str]:
    """Yield all texts within a value, and the lines of long ones."""
    if isinstance(value, (dict, list, tuple)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value.strip()
        if "\n" in value:
            yield from (line.strip() for line in value.splitlines() if len(line) >= 2 * SURE)


def is_telling(value: str) -> bool:
    """Tell whether a hidden value is to be looked for in texts: it is no number, date, path or short word of everybody's."""
    mixed = any(map(str.isalpha, value)) and any(map(str.isdigit, value))
    return len(value) >= (SHORTEST if mixed else SURE) and not EVERYBODYS.match(value)
