# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""How long a job takes on one machine and on a cluster, from the speed of its programs on a sample; pure.

The model, in seconds. B: bytes of the whole input, unpacked; m, r: bytes per second of mapper and reducer; o: bytes that
the mapper writes for each that it reads; W workers of C cores, which run W·C tasks at a time (with no worker the master
takes their place).

- one machine, ``mapper | sort | reducer`` with one process each, one after the other:
  B/m + B·o/SORT + B·o/r
- a cluster: ``job`` (submit, start, commit) + map + shuffle + reduce, where
  map     = the longer of: the largest split alone; all maps together / (W·C)
  shuffle = B·o / (W·NETWORK)
  reduce  = the longer of: one reduce; all reduces together / (W·C)
  and each task takes ``task`` (container, JVM) and its program's start besides its bytes.

Every node's core is taken to be as fast as this machine's; launching the cluster and moving data in and out come on top.
"""

from __future__ import annotations

import math
import re
import typing as t

from .._hadoop.streaming_options import HDFS_BLOCK

SORT = 40e6
NETWORK = 60e6
JOB_SECONDS = 20.0
TASK_SECONDS = 3.0
LEAST_GAIN = 0.05
# A sample of fewer bytes, of an input of so many times as many, tells the speed only where it took so many seconds.
LEAST_SAMPLE, LEAST_SHARE, NOISE = 1 << 16, 100, 0.1
MOST_WORKERS = 1000
CORES = 2


class Splits(t.NamedTuple):
    """How many maps there are, the bytes of all and of the largest, unpacked."""

    maps: int
    total: float
    largest: float


def splits_of(files: t.Iterable[tuple[int, bool, bool]], expansion: float, together: int | None = None) -> Splits:
    """Return how Hadoop cuts the input.

    :param files: (stored bytes, splittable, packed) of each.
    :param expansion: unpacked bytes for each stored byte of a packed file.
    :param together: bytes of a map where small files share maps, see ``streaming.split_size``.
    """
    listed = list(files)
    stored = sum(size for size, _splittable, _packed in listed)
    most = together or max(1, min(stored // 2, HDFS_BLOCK))
    maps, total, largest = 0, 0.0, 0.0
    for size, splittable, packed in listed:
        factor = expansion if packed else 1.0
        total += size * factor
        largest = max(largest, factor * (min(size, most) if splittable else size))
        maps += math.ceil(size / most) if splittable else 1
    return Splits(max(1, math.ceil(stored / together)) if together else maps, total, largest)


def cores_of(instance_type: str) -> int:
    """Return the virtual cores of an EC2 instance type by its name, such as 8 for ``m6i.2xlarge``; 2 where it is silent."""
    found = re.fullmatch(r"[a-z0-9-]+\.(\d*)xlarge", instance_type)
    return 4 * int(found[1] or 1) if found else CORES


def cluster_seconds(
    speed: t.Mapping[str, t.Any], splits: Splits, workers: int, cores: int, reduces: int, job: float, task: float
) -> float:
    """Return the seconds of the job on so many workers; see the model above."""
    slots = max(1, workers) * max(1, cores)
    start = task + (speed["map_start_seconds"] or 0)
    rate: float = speed["map_bytes_per_second"]
    seconds: float = job + max(start + splits.largest / rate, (splits.maps * start + splits.total / rate) / slots)
    if not reduces:
        return seconds
    moved: float = splits.total * (speed["map_output_ratio"] or 0)
    start = task + (speed["reduce_start_seconds"] or 0)
    work = moved / speed["reduce_bytes_per_second"] if speed["reduce_bytes_per_second"] else 0.0
    return seconds + moved / (NETWORK * max(1, workers)) + max(start + work / reduces, (reduces * start + work) / slots)


def _says_little(speed: t.Mapping[str, t.Any], total: float) -> bool:
    """Tell whether a sample is a small part of the input and took no longer than a program's start may differ by."""
    size = speed["sample_bytes"]
    return bool(size < LEAST_SAMPLE and size * LEAST_SHARE < total and size < NOISE * speed["map_bytes_per_second"])


def nothing() -> dict[str, t.Any]:
    """Return what ``estimate`` returns, with nothing known."""
    names = ("maps", "input_bytes", "one_machine_seconds", "seconds", "speedup", "useful_workers")
    return dict.fromkeys(names)


def estimate(
    speed: t.Mapping[str, t.Any],
    splits: Splits,
    workers: int,
    cores: int,
    reduces: int,
    job: float = JOB_SECONDS,
    task: float = TASK_SECONDS,
) -> dict[str, t.Any]:
    """Return an idea of what a cluster brings.

    :param speed: as ``remarks.speed`` returns it.
    :param cores: of each worker.
    :param job, task: seconds that each job and each task takes besides its programs.
    :returns: {"maps", "input_bytes": unpacked, "one_machine_seconds", "seconds": on so many workers, "speedup",
        "useful_workers": from which on one more shortens the job by less than 5 %}; all None without a speed.
    """
    found = nothing()
    if not speed["map_bytes_per_second"] or not splits.total or _says_little(speed, splits.total):
        return found
    moved = splits.total * (speed["map_output_ratio"] or 0) if reduces else 0.0
    alone = splits.total / speed["map_bytes_per_second"] + moved / SORT
    if speed["reduce_bytes_per_second"]:
        alone += moved / speed["reduce_bytes_per_second"]

    def on(number: int) -> float:
        return cluster_seconds(speed, splits, number, cores, reduces, job, task)

    useful = 1
    while useful < MOST_WORKERS and on(useful) - on(useful + 1) >= LEAST_GAIN * on(useful):
        useful += 1
    seconds = on(workers)
    found.update(
        maps=splits.maps,
        input_bytes=round(splits.total),
        one_machine_seconds=round(alone, 1),
        seconds=round(seconds, 1),
        speedup=round(alone / seconds, 2),
        useful_workers=useful,
    )
    return found
