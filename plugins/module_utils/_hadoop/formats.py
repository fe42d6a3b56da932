# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Short names of Hadoop's input and output formats; Streaming wants those of the old API, ``org.apache.hadoop.mapred``."""

from __future__ import annotations

import re

COMBINE_FORMAT = "org.apache.hadoop.mapred.lib.CombineTextInputFormat"
NLINE_FORMAT = "org.apache.hadoop.mapred.lib.NLineInputFormat"
FORMATS = {
    "input": {
        "text": "org.apache.hadoop.mapred.TextInputFormat",
        "key_value": "org.apache.hadoop.mapred.KeyValueTextInputFormat",
        "nline": NLINE_FORMAT,
        "combine": COMBINE_FORMAT,
        "sequence": "org.apache.hadoop.mapred.SequenceFileAsTextInputFormat",
        "auto": "org.apache.hadoop.streaming.AutoInputFormat",
    },
    "output": {
        "text": "org.apache.hadoop.mapred.TextOutputFormat",
        "sequence": "org.apache.hadoop.mapred.SequenceFileOutputFormat",
    },
}
# Of the formats of input those that read lines of text, packed or not.
OF_LINES = frozenset(FORMATS["input"][name] for name in ("text", "key_value", "nline", "combine"))
CLASS = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)+")


def class_of(side: str, name: str) -> str:
    """Return the class of a format by its short name, and any other name as it is.

    :param side: ``input`` or ``output``.
    """
    return FORMATS[side].get(name, name)


def takes_key(name: str) -> bool:
    """Tell whether an input format counts lines in its key, which Streaming would hand to the mapper before the line."""
    return class_of("input", name) in (COMBINE_FORMAT, NLINE_FORMAT)


def problem(side: str, name: str) -> str:
    """Return what is wrong with the name of a format, an empty text where nothing is."""
    if name in FORMATS[side]:
        return ""
    if not CLASS.fullmatch(name):
        return f"must be one of {', '.join(FORMATS[side])}, or the full name of a class, not {name!r}"
    if name.startswith("org.apache.hadoop.mapreduce."):
        return f"{name} is of Hadoop's new API, and Streaming takes classes of org.apache.hadoop.mapred only"
    return ""
