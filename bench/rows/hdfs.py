# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to HDFS, and a large answer on its way to this machine."""

from __future__ import annotations

import functools
import hashlib
import itertools
import typing as t
from pathlib import Path

from ..cluster import HOME, NAME, NEEDS, Cluster, standing
from ..command import Failed, output, seconds
from ..context import Context
from ..row import Goal, Pair, Row, interleaved

INFO, FETCH = "ohmy.hadoop.hdfs_path_info", "ohmy.hadoop.hdfs_fetch"
PARTS, PART_BYTES = 20, 15_000_000


def state(context: Context, name: str, folders: int, files: int) -> t.Iterator[Pair | None]:
    """Tell what lies at the paths of so many files in each of so many folders.

    Ours is one run of the module ``hdfs_path_info`` with all paths, from the task's start to its end; theirs one ``hadoop fs
    -stat`` with all paths on the master, from its start to its exit.
    """
    cluster: Cluster = context.shared(standing)
    cluster.use("auto")
    base = f"{HOME}/{name}"
    braces = f"{base}/d{{0..{folders - 1}}}"
    every = f"{braces}/f{{0..{files - 1}}}" if files > 1 else f"{braces}/f0"
    cluster.shell(f"hdfs dfs -mkdir -p {braces} && hdfs dfs -touchz {every}")
    paths = [f"{base}/d{folder}/f{file}" for folder in range(folders) for file in range(files)]

    def ours() -> float:
        took, (found,) = cluster.tasks({INFO: {"path": paths}})
        if [one["state"] for one in found["paths"]] != ["file"] * len(paths):
            raise Failed(f"{INFO} did not see all files")
        return took

    return interleaved(ours, lambda: cluster.stock(f"hadoop fs -stat '%F %n' {every}"))


def fetch(context: Context) -> t.Iterator[Pair | None]:
    """Bring 20 parts of 15 MB from HDFS to this machine, as one file.

    Ours is the module ``hdfs_fetch`` with ``merge``, from the task's start to its end, its checksums in it; theirs ``hadoop fs
    -getmerge`` to a file on the master and ``scp`` of that, one after the other, the same connection to the master being open.
    """
    cluster: Cluster = context.shared(standing)
    cluster.use("auto")
    source = f"{HOME}/parts"
    parts = f"part-000{{00..{PARTS - 1}}}"
    make = f"for name in {parts}; do head -c {PART_BYTES} /dev/urandom > $name; done"
    cluster.shell(
        f"cd $(mktemp -d) && {make} && hdfs dfs -mkdir -p {source} && hdfs dfs -put {parts} {source} && rm {parts}"
    )
    cluster.shell(f"hdfs dfs -touchz {source}/_SUCCESS")
    (config,) = (cluster.cloud.home / "state/ohmy.hadoop").glob(f"{NAME}-*/ssh_config")
    merged, here = "/tmp/merged", context.folder / "theirs"
    numbers = itertools.count()
    checksums: set[str] = set()

    def ours() -> float:
        folder = context.folder / f"ours-{next(numbers)}"
        arguments = {"src": source, "dest": str(folder), "merge": True, "name": "merged"}
        took, _results = cluster.tasks({FETCH: arguments})
        checksums.add(_taken(folder / "merged"))
        return took

    def theirs() -> float:
        ssh = ("-F", str(config))
        output("ssh", *ssh, "master", "true", env=cluster.cloud.env)
        took = cluster.stock(f"hadoop fs -getmerge {source} {merged}")
        took += seconds("scp", "-q", *ssh, f"master:{merged}", str(here), env=cluster.cloud.env)
        checksums.add(_taken(here))
        cluster.shell(f"rm -f {merged} /tmp/.merged.crc")
        return took

    def checked(side: t.Callable[[], float]) -> float:
        took = side()
        if len(checksums) > 1:
            raise Failed("the two sides brought different bytes")
        return took

    return interleaved(lambda: checked(ours), lambda: checked(theirs))


def _taken(path: Path) -> str:
    """Return the checksum of a file and remove it."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    path.unlink()
    return found


def _state(name: str, what: str, must: float, folders: int, files: int) -> Row:
    measure = functools.partial(state, name=name, folders=folders, files=files)
    return Row(name, what, "`hadoop fs -stat`, one JVM", Goal(must), measure, repeats=5, needs=NEEDS)


ROWS = (
    _state("hdfs-state", "state of 1,000 paths in 10 folders of HDFS", 0.4, 10, 100),
    _state("hdfs-state-scattered", "state of 1,000 paths in 1,000 folders of HDFS", 1.0, 1000, 1),
    Row(
        "hdfs-fetch",
        "300 MB in 20 parts, from HDFS to one file here",
        "`hadoop fs -getmerge` and `scp`",
        Goal(0.6),
        fetch,
        needs=NEEDS,
    ),
)
