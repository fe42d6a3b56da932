# -*- coding: utf-8 -*-
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a streaming job that its plan and its run share."""

from __future__ import annotations


class ModuleDocFragment:
    """What each option stands for is in C(module_utils/_hadoop/streaming_options.py)."""

    DOCUMENTATION = r"""
options:
  maps:
    description: How many maps there should be; a hint, as blocks and files may ask for more.
    type: int
  key_fields:
    description: How many fields at the beginning of a mapper's line are its key; V(1) by default.
    type: int
  field_separator:
    description: What stands between the fields of a line that a mapper, combiner or reducer writes; a tab by default.
    type: str
  output_separator:
    description: What stands between key and value in the answer, in place of O(field_separator).
    type: str
  partition_fields:
    description: Lines whose first so many fields are equal go to the same reduce; by default the whole key counts.
    type: int
  sort:
    description:
      - The fields by which a reduce's lines are sorted, each as its number, with C(n) for numbers and C(r) for reverse.
      - By default the bytes of the whole key are compared.
    type: list
    elements: str
  input_format:
    description:
      - How input becomes lines, V(text), V(key_value), V(nline), V(combine), V(sequence), V(auto), or the full name of a
        class of the old API.
    type: str
  lines_per_map:
    description: Lines that each map gets, with O(input_format=nline).
    type: int
  output_format:
    description: How the answer is written, V(text), V(sequence), or the full name of a class of the old API.
    type: str
  output_compress:
    description: The codec of the answer's parts; by default as the cluster has it, which is none.
    type: str
    choices: [none, deflate, gzip, bzip2, lz4, snappy, zstd]
  map_output_compress:
    description: The codec between maps and reduces; by default as the cluster has it, which is none.
    type: str
    choices: [none, deflate, gzip, bzip2, lz4, snappy, zstd]
  queue:
    description: YARN's queue for the job.
    type: str
  priority:
    description: The job's priority in its queue, where the cluster has priorities.
    type: str
    choices: [very_low, low, normal, high, very_high]
  map_memory:
    description: MiB of a map's container, of which Java takes as little as it can.
    type: int
  reduce_memory:
    description: MiB of a reduce's container, of which Java takes as little as it can.
    type: int
  vcores:
    description: Cores of each map and reduce.
    type: int
  task_timeout:
    description: Seconds after which a task that reads nothing, writes nothing and says nothing is tried again.
    type: int
  attempts:
    description: How often a map or reduce is tried before the job fails.
    type: int
  tolerated_failures:
    description: Percent of maps, and of reduces, that may fail without the job failing; what they had is missing then.
    type: int
"""
