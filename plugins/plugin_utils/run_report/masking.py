# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a report must not show: the values of what sounds like a secret, and secrets within texts."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.secrets import HIDDEN, REFUSED, REFUSED_ENV

MASK = "(hidden)"
# Beyond what configuration calls so: a report may be sent to anybody. A number under such a name counts fields.
KEY = re.compile(r"(^|[._-])keys?($|[._-])", re.IGNORECASE)
# All of these are a program's own, and only that knows what they mean.
WHOLE = ("job_cmdenv", "cmdenv")
# Names are bounded: what a program says may be one long word.
NAME = (
    r"[\w.-]{0,64}(?:secret|passw(?:or)?d|passphrase|token|signature|authorization|credential(?!s?\.provider)"
    r"|(?:api|access|account|private|signing|encryption)[._-]?key)[\w.-]*"
)
# Quotes within JSON within JSON have a backslash.
VALUE = r"""(?:\\?"[^"]*"|\\?'[^']*'|[^\s,;&]+)"""
IN_TEXTS = (
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"), MASK),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), MASK),
    (
        re.compile(rf"""(?P<name>(?<![\w.-]){NAME}\\?["']?\s*[=:]\s*(?:(?:Bearer|Basic)\s+)?){VALUE}""", re.IGNORECASE),
        rf"\g<name>{MASK}",
    ),
    (re.compile(rf"(?P<name>(?<![^\W_])(?:pass|pwd)=){VALUE}", re.IGNORECASE), rf"\g<name>{MASK}"),
    (
        re.compile(rf"(?P<name>(?<![\w-])--?(?:{NAME}|[\w-]{{0,64}}key[\w-]*)\s+)(?!-){VALUE}", re.IGNORECASE),
        rf"\g<name>{MASK}",
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
)


def sounds_secret(name: str, value: t.Any) -> bool:
    """Tell whether the value of a name is to be hidden."""
    if value in (None, "", [], {}) or isinstance(value, bool):
        return False
    if any(pattern.search(name) for pattern in (HIDDEN, REFUSED, REFUSED_ENV)):
        return True
    return KEY.search(name) is not None and not isinstance(value, int)


def masked(value: t.Any, name: str = "") -> t.Any:
    """Return variables without what sounds like a secret, in dicts within them too."""
    if name in WHOLE and isinstance(value, dict):
        return dict.fromkeys(map(str, value), MASK)
    if isinstance(value, dict):
        return {str(key): MASK if sounds_secret(str(key), one) else masked(one, str(key)) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(one) for one in value]
    return value


def clean(text: str) -> str:
    """Return a text without what looks like a credential."""
    for pattern, instead in IN_TEXTS:
        text = pattern.sub(instead, text)
    return text
