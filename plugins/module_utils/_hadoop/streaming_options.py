# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The options of a streaming job that have names of their own, and the properties that they stand for; pure.

What speculative execution is to do is no option: the cluster's own mapred-site.xml turns it off (see ``profiles.py``), as
a program that writes anywhere but to its output must not run twice.
"""

from __future__ import annotations

import typing as t

from . import codecs
from .formats import COMBINE_FORMAT, class_of, takes_key
from .property_names import modern
from .site import text_of
from .task_jvm import task_heap, task_java, task_sort

Spec = t.Mapping[str, t.Any]
COMPRESS = ["none", *(codec.name for codec in codecs.CODECS)]
PRIORITIES = ["very_low", "low", "normal", "high", "very_high"]
SPEC: dict[str, dict[str, t.Any]] = {
    "maps": {"type": "int"},
    "key_fields": {"type": "int", "no_log": False},
    "field_separator": {"type": "str"},
    "output_separator": {"type": "str"},
    "partition_fields": {"type": "int"},
    "sort": {"type": "list", "elements": "str"},
    "input_format": {"type": "str"},
    "lines_per_map": {"type": "int"},
    "output_format": {"type": "str"},
    "output_compress": {"type": "str", "choices": COMPRESS},
    "map_output_compress": {"type": "str", "choices": COMPRESS},
    "queue": {"type": "str"},
    "priority": {"type": "str", "choices": PRIORITIES},
    "map_memory": {"type": "int"},
    "reduce_memory": {"type": "int"},
    "vcores": {"type": "int"},
    "task_timeout": {"type": "int"},
    "attempts": {"type": "int"},
    "tolerated_failures": {"type": "int"},
}
# These change how a job runs, never what its answer is.
NOT_IDENTITY = (
    "maps",
    "map_output_compress",
    "queue",
    "priority",
    "map_memory",
    "reduce_memory",
    "vcores",
    "task_timeout",
    "attempts",
)
KEY_SEPARATOR = "mapreduce.map.output.key.field.separator"
PARTITIONER = "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner"
COMPARATOR = "org.apache.hadoop.mapreduce.lib.partition.KeyFieldBasedComparator"
FLAGS = {
    "mapred.input.format.class": "-inputformat",
    "mapred.output.format.class": "-outputformat",
    "mapred.partitioner.class": "-partitioner",
}
COMPRESS_OUTPUT = "mapreduce.output.fileoutputformat.compress"
COMPRESS_MAPS = "mapreduce.map.output.compress"
SPLIT = "mapreduce.input.fileinputformat.split.maxsize"
HDFS_BLOCK = 128 << 20
# What an option says, no property may say a second time.
OWN: dict[str, tuple[str, ...]] = {
    "maps": ("mapreduce.job.maps",),
    "key_fields": ("stream.num.map.output.key.fields", "stream.num.reduce.output.key.fields"),
    "field_separator": (
        "stream.map.output.field.separator",
        "stream.reduce.input.field.separator",
        "stream.reduce.output.field.separator",
        KEY_SEPARATOR,
    ),
    "output_separator": ("mapreduce.output.textoutputformat.separator",),
    "partition_fields": ("mapred.partitioner.class", "mapreduce.partition.keypartitioner.options"),
    "sort": ("mapreduce.job.output.key.comparator.class", "mapreduce.partition.keycomparator.options"),
    "input_format": ("mapred.input.format.class",),
    "lines_per_map": ("mapreduce.input.lineinputformat.linespermap",),
    "output_format": ("mapred.output.format.class",),
    "output_compress": (COMPRESS_OUTPUT, f"{COMPRESS_OUTPUT}.codec"),
    "map_output_compress": (COMPRESS_MAPS, f"{COMPRESS_MAPS}.codec"),
    "queue": ("mapreduce.job.queuename",),
    "priority": ("mapreduce.job.priority",),
    "map_memory": ("mapreduce.map.memory.mb",),
    "reduce_memory": ("mapreduce.reduce.memory.mb",),
    "vcores": ("mapreduce.map.cpu.vcores", "mapreduce.reduce.cpu.vcores"),
    "task_timeout": ("mapreduce.task.timeout",),
    "attempts": ("mapreduce.map.maxattempts", "mapreduce.reduce.maxattempts"),
    "tolerated_failures": ("mapreduce.map.failures.maxpercent", "mapreduce.reduce.failures.maxpercent"),
}
# Whoever sets one of these says by himself what a program's output looks like.
OUTPUT_FORM = ("stream.reduce.output", "stream.map.output", "mapreduce.output.textoutputformat", "stream.num.")


def given(params: Spec) -> dict[str, t.Any]:
    """Return the options that have a value, each of its type; as they were written, or as Ansible types them."""
    found: dict[str, t.Any] = {}
    for name, option in SPEC.items():
        value = params.get(name)
        if value is None or value == []:
            continue
        if option["type"] == "list":
            value = value.split(",") if isinstance(value, str) else value
            found[name] = [str(item).strip() for item in (value if isinstance(value, (list, tuple)) else [value])]
        elif option["type"] == "int":
            try:
                found[name] = int(value)
            except (TypeError, ValueError):
                found[name] = value  # Ansible refuses it
        else:
            found[name] = str(value)
    return found


def identity(params: Spec) -> dict[str, t.Any]:
    """Return the options that can change the answer; empty for a job without any, whose fingerprint stays what it was."""
    say = given(params)
    found = {name: value for name, value in say.items() if name not in NOT_IDENTITY}
    if "maps" in say and reduces(params) == 0:
        found["maps"] = say["maps"]  # the answer has a part of each
    return found


def reduces(spec: Spec) -> int:
    """Return the number of reduces of a job."""
    value = spec.get("reduces")
    return 1 if value is None else int(value)


def whole_lines(spec: Spec) -> bool:
    """Tell whether the last program's lines are the answer byte for byte, and are not cut into key and value.

    Otherwise a line without a separator gets one at its end. A combiner is read like a reducer, by key and value.
    """
    say = given(spec)
    told = any(modern(key).startswith(OUTPUT_FORM) for key in spec.get("options") or {})
    kept = class_of("output", say.get("output_format", "text")) == class_of("output", "text")
    return kept and not told and not spec.get("combiner") and "output_separator" not in say


def properties(spec: Spec) -> dict[str, str]:
    """Return the properties that a job's options stand for, those that its own ``options`` say left out."""
    said = {modern(key) for key in spec.get("options") or {}}
    say = given(spec)
    found = {**_lines(spec, say), **_fields(say), **_files(say), **_tasks(say)}
    return {key: text_of(value) for key, value in found.items() if key not in said}


def _lines(spec: Spec, say: Spec) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    if whole_lines(spec):
        last = "reduce" if spec.get("reducer") and reduces(spec) else "map"
        found[f"stream.{last}.output"] = "keyonlytext"
    elif "field_separator" in say:
        found["mapreduce.output.textoutputformat.separator"] = say["field_separator"]
    if takes_key(say.get("input_format", "text")):
        found["stream.map.input.ignoreKey"] = True
    if class_of("input", say.get("input_format", "text")) == COMBINE_FORMAT:
        found[SPLIT] = HDFS_BLOCK  # without a limit one map would read all that lies in a rack
    return found


def _fields(say: Spec) -> dict[str, t.Any]:
    """Return the properties of keys: mapper, combiner and reducer are all read alike, so that each can follow another."""
    found: dict[str, t.Any] = {}
    for name in ("key_fields", "field_separator", "output_separator"):
        found.update(dict.fromkeys(OWN[name], say[name]) if name in say else {})
    if "partition_fields" in say:
        found["mapreduce.partition.keypartitioner.options"] = f"-k1,{say['partition_fields']}"
    if "sort" in say:
        found["mapreduce.job.output.key.comparator.class"] = COMPARATOR
        found["mapreduce.partition.keycomparator.options"] = sort_keys(say["sort"])
    return found


def sort_keys(fields: t.Iterable[t.Any]) -> str:
    """Return fields such as ``2nr`` as Hadoop's comparator of keys, and sort(1), are told of them: ``-k2,2nr``."""
    keys = [(str(one).rstrip("nr"), str(one).lstrip("0123456789")) for one in fields]
    return " ".join(f"-k{at},{at}{how}" for at, how in keys)


def _files(say: Spec) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    for name in ("maps", "lines_per_map"):
        found.update({OWN[name][0]: say[name]} if name in say else {})
    for name, prefix in (("output_compress", COMPRESS_OUTPUT), ("map_output_compress", COMPRESS_MAPS)):
        if name in say:
            found[prefix] = say[name] != "none"
        if say.get(name, "none") != "none":
            found[f"{prefix}.codec"] = codecs.by_name(say[name]).full
    if found.get(COMPRESS_OUTPUT) and class_of("output", say.get("output_format", "text")) == class_of(
        "output", "sequence"
    ):
        found[f"{COMPRESS_OUTPUT}.type"] = "BLOCK"  # of each record by itself nothing becomes smaller
    return found


def _tasks(say: Spec) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    for name in ("queue", "vcores", "attempts", "tolerated_failures", "map_memory", "reduce_memory"):
        found.update(dict.fromkeys(OWN[name], say[name]) if name in say else {})
    for kind in ("map", "reduce"):
        if memory := say.get(f"{kind}_memory"):
            found[f"mapreduce.{kind}.java.opts"] = task_java(memory)
    if "map_memory" in say:
        found["mapreduce.task.io.sort.mb"] = task_sort(task_heap(say["map_memory"]))
    if "priority" in say:
        found["mapreduce.job.priority"] = say["priority"].upper()
    if "task_timeout" in say:
        found["mapreduce.task.timeout"] = say["task_timeout"] * 1000
    return found


def classes(spec: Spec) -> dict[str, str]:
    """Return the classes that a job's options stand for, by the properties that hold them in the end."""
    say = given(spec)
    found = {}
    for kind in ("input", "output"):
        if f"{kind}_format" in say:
            found[f"mapred.{kind}.format.class"] = class_of(kind, say[f"{kind}_format"])
    return {**found, **({"mapred.partitioner.class": PARTITIONER} if "partition_fields" in say else {})}


def words(spec: Spec) -> list[str]:
    """Return the words of streaming's command line that a job's options stand for; all else is a property."""
    return [word for name, value in classes(spec).items() for word in (FLAGS[name], value)]
