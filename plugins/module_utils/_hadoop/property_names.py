# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Names of Hadoop's properties: an old name means the same as its modern one."""

from __future__ import annotations

# Hadoop's own table of what it still takes, as far as jobs are concerned.
OLD_NAMES = {
    "io.sort.mb": "mapreduce.task.io.sort.mb",
    "key.value.separator.in.input.line": "mapreduce.input.keyvaluelinerecordreader.key.value.separator",
    "map.output.key.field.separator": "mapreduce.map.output.key.field.separator",
    "mapred.cache.archives": "mapreduce.job.cache.archives",
    "mapred.cache.files": "mapreduce.job.cache.files",
    "mapred.compress.map.output": "mapreduce.map.output.compress",
    "mapred.input.dir": "mapreduce.input.fileinputformat.inputdir",
    "mapred.input.dir.recursive": "mapreduce.input.fileinputformat.input.dir.recursive",
    "mapred.job.map.memory.mb": "mapreduce.map.memory.mb",
    "mapred.job.name": "mapreduce.job.name",
    "mapred.job.priority": "mapreduce.job.priority",
    "mapred.job.queue.name": "mapreduce.job.queuename",
    "mapred.job.reduce.memory.mb": "mapreduce.reduce.memory.mb",
    "mapred.line.input.format.linespermap": "mapreduce.input.lineinputformat.linespermap",
    "mapred.map.max.attempts": "mapreduce.map.maxattempts",
    "mapred.map.output.compression.codec": "mapreduce.map.output.compress.codec",
    "mapred.map.tasks": "mapreduce.job.maps",
    "mapred.map.tasks.speculative.execution": "mapreduce.map.speculative",
    "mapred.max.map.failures.percent": "mapreduce.map.failures.maxpercent",
    "mapred.max.reduce.failures.percent": "mapreduce.reduce.failures.maxpercent",
    "mapred.max.split.size": "mapreduce.input.fileinputformat.split.maxsize",
    "mapred.min.split.size": "mapreduce.input.fileinputformat.split.minsize",
    "mapred.output.compress": "mapreduce.output.fileoutputformat.compress",
    "mapred.output.compression.codec": "mapreduce.output.fileoutputformat.compress.codec",
    "mapred.output.compression.type": "mapreduce.output.fileoutputformat.compress.type",
    "mapred.output.dir": "mapreduce.output.fileoutputformat.outputdir",
    "mapred.output.key.comparator.class": "mapreduce.job.output.key.comparator.class",
    "mapred.output.value.groupfn.class": "mapreduce.job.output.group.comparator.class",
    "mapred.reduce.max.attempts": "mapreduce.reduce.maxattempts",
    "mapred.reduce.tasks": "mapreduce.job.reduces",
    "mapred.reduce.tasks.speculative.execution": "mapreduce.reduce.speculative",
    "mapred.task.timeout": "mapreduce.task.timeout",
    "mapred.text.key.comparator.options": "mapreduce.partition.keycomparator.options",
    "mapred.text.key.partitioner.options": "mapreduce.partition.keypartitioner.options",
    "mapred.textoutputformat.separator": "mapreduce.output.textoutputformat.separator",
    "user.name": "mapreduce.job.user.name",
}


def modern(name: str) -> str:
    """Return the modern name of a property, its own where it has no other."""
    return OLD_NAMES.get(name, name)
