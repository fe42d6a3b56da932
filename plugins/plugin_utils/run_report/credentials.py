# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What looks like a credential in a text, whoever wrote it.

Whatever repeats here is bounded, or followed by what it cannot hold: a program may say one word of a million letters.
"""

from __future__ import annotations

import re

MASK = "(hidden)"
# Names are bounded: what a program says may be one long word. Tokens are what a tokenizer counts, too.
NAME = (
    r"[\w.-]{0,64}(?:secret(?!ar|ly)|passw(?:or)?d|passphrase|(?<!invalid)(?<!expired)token(?!s|i[sz]|[._-]?(?:count|length|type))|signature|authorization"
    r"|(?:access|auth|api|bearer|refresh|session)[._-]?tokens|credential(?!s?\.provider)"
    r"|(?<!invalid)(?:api|access|account|private|signing|encryption)[._-]?key)"
    r"(?![\w.-]{0,64}(?:error|exception)\b)"  # what went wrong is none
    r"""(?![\w.-]{0,64}(?:file|path|location|dir)\\?["']?[=: ]{1,3}["']?/)[\w.-]*"""  # where it lies is none itself
)
# Keys of records, not of doors.
OF_RECORDS = "(?:sort|partition|join|group|primary|foreign|row|map|reduce|record|input|output|field|cache|natural)"
# As sort has them.
FIELDS = r"\d+(?:\.\d+)?[a-zMRV]{0,8}(?:,\d+(?:\.\d+)?[a-zMRV]{0,8})?(?!\w)"
# Quotes within JSON have a backslash, and within JSON within JSON three. A sign that ends a value may also be within it.
VALUE = (
    r"""(?:(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'){1,8}"""
    r"""|\\"(?:[^"\\]|\\\\\\"|\\(?!"))*\\"|\\'(?:[^'\\]|\\\\\\'|\\(?!'))*\\'"""
    r"""|[^\s,;&]+(?:[,;&](?!["'\\]|[\w.-]{0,64}[=:])[^\s,;&]+)*)"""
)
IS = r"""\\?["']?\s*[=:]\s*"""
KEY_END = re.compile(r"-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
# The lines before an end, from the last to the first, written backwards; of the first a part may be lost.
LINES_BACK = re.compile(
    r"(?:{0}*{1}+)?(?:{0}+{1}{{16,}})*(?:{0}+{1}+\Z)?".format(r"(?:\s|[nr]\\+)", r"(?:[A-Za-z0-9+/=](?!\\))")
)
AWS_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
AWS_SECRET = re.compile(
    r"(?<![A-Za-z0-9/+])(?=[^A-Z]{0,39}[A-Z])(?=[^a-z]{0,39}[a-z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
)
# Each hides what follows its group ``name``, where it has one.
IN_TEXTS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----.*?(?:" + KEY_END.pattern + r"|\Z)", re.DOTALL),
        # Before a host: a name and a password, which may hold all signs but a slash; with a slash where no port can stand.
        (r"""(?<=://)[^/\s"<>:@?#\[]*:(?!\d{1,5}[?#])[^/\s"<>]*(?=@)""", 0),
        (
            r"""(?<=://)[^/\s"<>:@?#\[]{0,256}:(?!\d{0,5}(?:[/?#,;'"<>)\]\s]|\Z))[^\s"<>@]{1,128}(?=@)""",
            0,
        ),
        # And a token alone, but where a user or a container stands there.
        (
            r"""(?P<name>(?<![\w+.-])(?!(?:\w+\+)?(?:ssh|sftp|scp|rsync|hdfs|s3[an]?|abfss?|wasbs?)://)[a-z][\w+.-]{0,31}://)"""
            r"""[^/\s"<>:@?#,;]+(?=@)""",
            re.IGNORECASE,
        ),
        (
            r"(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}"
            r"|gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[\w-]{16,}|xox[a-z]-[\w-]{8,}"
            r"|xapp-[\w-]{8,}|sk-(?:(?:ant|proj)-[\w-]{16,}|[A-Za-z0-9]{20,})|[rs]k_(?:live|test)_\w{8,}"
            r"|AIza[\w-]{30,}|(?:hf|npm)_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{16,})",
            0,
        ),
        (r"(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]{4,}){1,4}\.?", 0),
        (rf"""(?P<name>(?<![\w.-]){NAME}{IS}(?:(?:Bearer|Basic|Token)\s+)?){VALUE}""", re.IGNORECASE),
        (r"(?P<name>\bBearer\s+)(?=[a-z.~+/=_-]*\d)[\w.~+/=-]{16,}", re.IGNORECASE),
        (rf"(?P<name><name>\s*{NAME}\s*</name>\s*<value>)[^<]+", re.IGNORECASE),
        # As curl takes a name and a password; two numbers are a user's.
        (r"""(?P<name>(?<![\w-])(?:-u|--(?:proxy-)?user)[ =]["']?[\w.@-]{1,64}:)(?!\d{1,10}\b)[^\s"']+""", 0),
        # The directory in which a program runs is called so, too.
        (rf"(?P<name>(?<![^\W_])(?:pass|pwd(?!=/))=){VALUE}", re.IGNORECASE),
        (rf"""(?P<name>["'](?:\w{{0,64}}_)?(?:pass|pwd)\\?["']\s*:\s*){VALUE}""", re.IGNORECASE),
        (
            rf"(?P<name>(?<![A-Za-z0-9_])(?![A-Z0-9_]{{0,64}}(?i:{OF_RECORDS})_KEY)"
            rf"(?:PGPASS|[A-Z][A-Z0-9_]{{0,64}}_(?:PASS|PWD|PAT|KEY)){IS}){VALUE}",
            0,
        ),
        (
            rf"(?P<name>(?<![\w-])--?(?:{NAME}|(?:[\w-]{{0,64}}[_-])?(?:pass|pwd))\s+)(?!-){VALUE}",
            re.IGNORECASE,
        ),
        (
            rf"(?P<name>(?<![\w-])--?(?![\w-]{{0,64}}{OF_RECORDS}[_-]key)(?:[\w-]{{0,64}}[_-])?key(?:\s+|=))"
            rf"(?!-|{FIELDS}){VALUE}",
            re.IGNORECASE,
        ),
    )
)


def clean(text: str) -> str:
    """Return a text without what looks like a credential."""
    if AWS_ID.search(text):
        text = AWS_SECRET.sub(MASK, AWS_ID.sub(MASK, text))
    for pattern in IN_TEXTS:
        text = pattern.sub(rf"\g<name>{MASK}" if pattern.groups else MASK, text)
    return without_ends_of_keys(text) if KEY_END.search(text) else text


def without_ends_of_keys(text: str) -> str:
    """Return a text without private keys of which it holds the end only, as that of a long output does."""
    found, rest = [], 0
    for end in KEY_END.finditer(text):
        lines = LINES_BACK.match(text[rest : end.start()][::-1])
        found += [text[rest : end.start() - (lines.end() if lines else 0)], MASK]
        rest = end.end()
    return "".join([*found, text[rest:]])
