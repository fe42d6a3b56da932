# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is wrong with the options of a streaming job that have names of their own; pure."""

from __future__ import annotations

import re
import typing as t

from .._core.voice import count
from . import formats
from .property_names import modern
from .site import FORBIDDEN
from .streaming_options import OWN, SPEC, given, reduces, whole_lines

Spec = t.Mapping[str, t.Any]
# A pair is the name of an option, without the prefix that a variable has, and what is wrong, without a full stop.
Problem = tuple[str, str]
RANGES = {
    "maps": (1, 100000),
    "key_fields": (1, 1000),
    "partition_fields": (1, 1000),
    "lines_per_map": (1, 10**9),
    "map_memory": (256, 1 << 20),
    "reduce_memory": (256, 1 << 20),
    "vcores": (1, 1024),
    "task_timeout": (1, 2000000),
    "attempts": (1, 100),
    "tolerated_failures": (0, 100),
}
SORT = re.compile(r"([1-9]\d{0,2})n?r?")
# As YAML leaves them but in double quotes.
ESCAPED = re.compile(r"(\\(t|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}))+")
QUEUE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def problems(spec: Spec) -> list[Problem]:
    """Return what is wrong with the options of a job, and where they and its properties say the same twice."""
    say = given(spec)
    found = [*_values(say), *_twice(spec, say)]
    # What follows counts with the values.
    return found or [*_fields(spec, say), *_formats(say)]


def _values(say: Spec) -> t.Iterator[Problem]:
    for name, value in say.items():
        if name in RANGES:
            low, high = RANGES[name]
            if not isinstance(value, int) or not low <= value <= high:
                yield name, f"must be {low} to {high}, not {value}"
        elif name.endswith("_separator"):
            if not value or "\n" in value or "\r" in value or FORBIDDEN.search(value):
                yield name, f"must be text that Hadoop's configuration can hold, without a line's end, not {value!r}"
            elif ESCAPED.fullmatch(value):
                sign = 'in double quotes YAML makes one sign of it, and a tab ("\\t") is the default'
                yield name, f"{value} is {len(value)} signs here; {sign}"
        elif name == "sort":
            for item in value:
                if not SORT.fullmatch(item):
                    yield name, f"{item!r} is no field; write its number, with n for numbers and r for reverse: 1, 2nr"
        elif name in ("input_format", "output_format"):
            if text := formats.problem(name.partition("_")[0], value):
                yield name, text
        elif name == "queue" and not QUEUE.fullmatch(value):
            yield name, f"must be the name of a queue, not {value!r}"
        elif "choices" in SPEC[name] and value not in SPEC[name]["choices"]:
            yield name, f"must be one of {', '.join(SPEC[name]['choices'])}, not {value!r}"


def _twice(spec: Spec, say: Spec) -> t.Iterator[Problem]:
    for key in sorted(spec.get("options") or {}):
        for name in say:
            if modern(key) in OWN[name]:
                yield name, f"the property {key} says the same; leave one of the two out"


def _fields(spec: Spec, say: Spec) -> t.Iterator[Problem]:
    asked = {}
    if "partition_fields" in say:
        asked["partition_fields"] = say["partition_fields"]
    if "sort" in say:
        asked["sort"] = max(int(item.rstrip("nr")) for item in say["sort"])
    try:
        number = reduces(spec)
    except (TypeError, ValueError):
        return  # told elsewhere
    if number == 0:
        for name in asked:
            yield name, "with 0 reduces nothing is sorted or handed out"
    size = len(say.get("field_separator", "\t").encode())
    # Hadoop's KeyFieldHelper goes on one byte behind the beginning of a separator, whatever its length.
    if size > 1 and any(field > 1 for field in asked.values()):
        text = "where fields sort or part lines Hadoop cuts these by separators of one byte only"
        yield "field_separator", f"has {size} bytes, and {text}; let the programs write such a one"
    if "key_fields" in say and whole_lines(spec) and (number == 0 or not spec.get("reducer")):
        yield "key_fields", "without a reducer whole lines are sorted, whose fields sort and partition_fields count"
    elif number and (spec.get("reducer") or not whole_lines(spec)):
        limit = say.get("key_fields", 1)
        if not any(modern(key).startswith("stream.num.") for key in spec.get("options") or {}):
            for name, field in asked.items():
                if field > limit:
                    has = count(limit, "field")
                    yield name, f"field {field} is not in the key, which has {has}; set key_fields to {field} or more"


def _formats(say: Spec) -> t.Iterator[Problem]:
    if "lines_per_map" in say and formats.class_of("input", say.get("input_format", "text")) != formats.NLINE_FORMAT:
        yield "lines_per_map", "goes with the input_format nline only"
    sequence = formats.FORMATS["output"]["sequence"]
    if "output_separator" in say and formats.class_of("output", say.get("output_format", "text")) == sequence:
        yield "output_separator", "a sequence file keeps keys and values apart by itself"
