# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What Hadoop does between a map's output and a reducer's input, and with a reducer's output; pure.

Only what a Text holds is done here; values of one key keep the order in which they came.
"""

from __future__ import annotations

import heapq
import itertools
import typing as t
from dataclasses import dataclass, field

from . import keys, records

# A key and its value; no value at all where the form is keyonlytext.
Pair = tuple[bytes, t.Optional[bytes]]
KEY_ONLY = "keyonlytext"
COMPARATOR_OPTIONS = "mapreduce.partition.keycomparator.options"
PARTITIONER_OPTIONS = "mapreduce.partition.keypartitioner.options"
# Properties by their present names → what a rehearsal cannot do with other values than these endings.
KNOWN = {
    "mapred.partitioner.class": ("", "HashPartitioner", "KeyFieldBasedPartitioner"),
    "mapreduce.job.output.key.comparator.class": ("", "KeyFieldBasedComparator", "Text$Comparator"),
    "mapreduce.job.output.group.comparator.class": ("",),
    "mapred.input.format.class": ("", "TextInputFormat", "CombineTextInputFormat"),
    "mapred.output.format.class": ("", "TextOutputFormat", "SequenceFileOutputFormat"),
    "stream.map.input": ("", "text"),
    "stream.map.output": ("", "text", KEY_ONLY),
    "stream.reduce.input": ("", "text", KEY_ONLY),
    "stream.reduce.output": ("", "text", KEY_ONLY),
}


def unknown(properties: t.Mapping[str, str]) -> list[str]:
    """Return the properties that make the job something which cannot be rehearsed, as ``name=value``."""
    found = []
    for name, endings in KNOWN.items():
        value = properties.get(name, "")
        if value.split(".")[-1] not in endings:
            found.append(f"{name}={value}")
    return found


@dataclass(frozen=True)
class Form:
    """How a job cuts lines into keys and values, sorts and joins them again; made by ``form_of``."""

    map_separator: bytes = b"\t"
    map_fields: int = 1
    map_key_only: bool = False
    input_separator: bytes = b"\t"
    input_key_only: bool = False
    reduce_separator: bytes = b"\t"
    reduce_fields: int = 1
    reduce_key_only: bool = False
    output_separator: bytes = b"\t"
    partition_by: keys.Fields | None = None
    sort_by: keys.Fields | None = field(default=None)

    @property
    def apart(self) -> list[int]:
        """The fields, from 1, by which keys are partitioned, where the sort does not begin with them; none where it does."""
        if not (self.partition_by and self.sort_by and self.partition_by.ranges):
            return []
        first = self.partition_by.ranges[0]
        fields = list(range(1, first.last_field + 1)) if (first.field, first.char) == (1, 1) else []
        ordered = [one.field for one in self.sort_by.ranges]
        return fields if ordered and not set(fields) <= set(ordered[: len(fields)]) else []

    def mapped(self, output: bytes) -> list[Pair]:
        """Return the pairs of a mapper's output."""
        return split(output, self.map_separator, self.map_fields, self.map_key_only)

    def reduced(self, output: bytes) -> list[Pair]:
        """Return the pairs of a reducer's or combiner's output."""
        return split(output, self.reduce_separator, self.reduce_fields, self.reduce_key_only)

    def written(self, pairs: t.Iterable[Pair]) -> list[bytes]:
        """Return the lines of the answer that TextOutputFormat writes."""
        return [key if value is None else key + self.output_separator + value for key, value in pairs]

    def partition(self, pairs: t.Iterable[Pair], reduces: int) -> list[list[Pair]]:
        """Return the pairs of each reduce."""
        if reduces == 1:
            return [list(pairs)]
        found: list[list[Pair]] = [[] for _reduce in range(reduces)]
        numbers: dict[bytes, int] = {}
        for pair in pairs:
            number = numbers.get(pair[0])
            if number is None:
                value = self.partition_by.hash(pair[0]) if self.partition_by else keys.text_hash(pair[0])
                number = numbers[pair[0]] = keys.reduce_of(value, reduces)
            found[number].append(pair)
        return found

    def _order(self, pairs: t.Iterable[Pair]) -> t.Callable[[Pair], t.Any]:
        """Return the value by which each of these pairs sorts among them."""
        if self.sort_by is None:
            return lambda pair: pair[0]
        ranks = self.sort_by.ranks(key for key, _value in pairs)
        return lambda pair: ranks[pair[0]]

    def sort(self, pairs: t.Sequence[Pair]) -> list[Pair]:
        """Return the pairs sorted by key."""
        return sorted(pairs, key=self._order(pairs))

    def merge(self, runs: t.Sequence[t.Sequence[Pair]]) -> list[Pair]:
        """Return sorted runs as one; what a combiner put out of order stays so."""
        return list(heapq.merge(*runs, key=self._order(itertools.chain.from_iterable(runs))))

    def reducer_input(self, pairs: t.Sequence[Pair]) -> list[bytes]:
        """Return the lines that a reducer or combiner reads."""
        if self.input_key_only:
            return [key for key, _value in pairs]
        return [key + self.input_separator + (b"(null)" if value is None else value) for key, value in pairs]


def split(output: bytes, separator: bytes, fields: int, key_only: bool) -> list[Pair]:
    """Return the pairs of lines: the key ends at the n-th separator, or is the whole line where there are fewer."""
    if key_only:
        return [(line, None) for line in records.lines(output)]
    found: list[Pair] = []
    for line in records.lines(output):
        at = line.find(separator)
        for _field in range(fields - 1):
            if at < 0:
                break
            at = line.find(separator, at + len(separator))
        found.append((line, b"") if at < 0 else (line[:at], line[at + len(separator) :]))
    return found


def form_of(properties: t.Mapping[str, str]) -> Form:
    """Return the form of a job with these properties, by their present names.

    :raises OhmyError: options of the sort or the partition that Hadoop would refuse.
    """
    separator = properties.get("mapreduce.map.output.key.field.separator", "\t").encode()
    kind = KNOWN["mapred.partitioner.class"][2]
    partition_by = sort_by = None
    if properties.get("mapred.partitioner.class", "").endswith(kind):
        partition_by = keys.Fields(properties.get(PARTITIONER_OPTIONS, ""), PARTITIONER_OPTIONS, separator)
    if properties.get("mapreduce.job.output.key.comparator.class", "").endswith("KeyFieldBasedComparator"):
        sort_by = keys.Fields(properties.get(COMPARATOR_OPTIONS, ""), COMPARATOR_OPTIONS, separator)
    return Form(
        map_separator=properties.get("stream.map.output.field.separator", "\t").encode(),
        map_fields=_number(properties, "stream.num.map.output.key.fields"),
        map_key_only=properties.get("stream.map.output") == KEY_ONLY,
        input_separator=properties.get("stream.reduce.input.field.separator", "\t").encode(),
        input_key_only=properties.get("stream.reduce.input") == KEY_ONLY,
        reduce_separator=properties.get("stream.reduce.output.field.separator", "\t").encode(),
        reduce_fields=_number(properties, "stream.num.reduce.output.key.fields"),
        reduce_key_only=properties.get("stream.reduce.output") == KEY_ONLY,
        output_separator=properties.get("mapreduce.output.textoutputformat.separator", "\t").encode(),
        partition_by=partition_by,
        sort_by=sort_by,
    )


def _number(properties: t.Mapping[str, str], name: str) -> int:
    try:
        return int(properties.get(name, "1"))
    except ValueError:
        return 1
