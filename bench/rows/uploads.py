# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads to S3 from this machine, beside AWS's own command."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import typing as t
from pathlib import Path

from tests.end_to_end.support import Cloud
from tests.fleet.fleet import Fleet

from ..cluster import Cluster
from ..command import Failed, output, seconds
from ..context import ROOT, Context
from ..fleet import simulated
from ..row import Goal, Pair, Row, interleaved

UPLOAD = "ohmy.hadoop.s3_upload"
PLACE, PINNED = ROOT / "build/bench/awscli", ROOT / "bench/awscli.txt"
FILES, FILE_BYTES, LARGE_BYTES = 5000, 1024, 10**9


def aws() -> Path:
    """Return AWS's command, installed into an environment of its own, once for each change of what is pinned."""
    done = PLACE / "installed.txt"
    if not done.is_file() or done.read_text() != PINNED.read_text():
        shutil.rmtree(PLACE, ignore_errors=True)
        output(sys.executable, "-m", "venv", str(PLACE))
        output(str(PLACE / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(PINNED))
        done.write_text(PINNED.read_text())
    return PLACE / "bin/aws"


class Uploads:
    """Both sides' uploads of a folder or file, each into a bucket of its own, and the buckets emptied again."""

    def __init__(self, context: Context, source: Path) -> None:
        self._fleet: Fleet = context.shared(simulated)
        self._aws, self._source = aws(), source
        # Its tasks are timed on this machine; it launches nothing.
        self._local = Cluster(Cloud(self._fleet.state, self._fleet.home), context.folder, context.say)
        for bucket in ("ours", "theirs"):
            self._fleet.client("s3").create_bucket(Bucket=f"bench-{bucket}")

    def ours(self) -> float:
        """Return the seconds of the module ``s3_upload``, from the task's start to its end."""
        task = {UPLOAD: {"bucket": "bench-ours", "items": [{"source": str(self._source)}]}}
        return self._local.timed("localhost", [], [task], [])[0]

    def theirs(self) -> float:
        """Return the seconds of ``aws s3 sync`` for a folder, ``aws s3 cp`` for a file, from its start to its exit."""
        verb, target = ("sync", "") if self._source.is_dir() else ("cp", self._source.name)
        words = [str(self._aws), "s3", verb, "--only-show-errors", str(self._source), f"s3://bench-theirs/{target}"]
        return seconds(*words, env=self._fleet.env)

    def count(self, bucket: str) -> int:
        """Return how many objects a side's bucket holds; ours a list of them besides, which a second run reads."""
        pages = self._fleet.client("s3").get_paginator("list_objects_v2").paginate(Bucket=f"bench-{bucket}")
        return sum(not one["Key"].startswith("manifests/") for page in pages for one in page.get("Contents", []))

    def same(self, count: int) -> None:
        """Require that both buckets hold as many objects."""
        for bucket in ("ours", "theirs"):
            if (found := self.count(bucket)) != count:
                raise Failed(f"{bucket} has {found} objects, not {count}")

    def empty(self) -> None:
        """Remove all that was uploaded."""
        client = self._fleet.client("s3")
        for bucket in ("bench-ours", "bench-theirs"):
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                keys = [{"Key": one["Key"]} for one in page.get("Contents", [])]
                if keys:
                    client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


@contextlib.contextmanager
def small_files(context: Context) -> t.Iterator[Uploads]:
    """Share 5,000 files of 1 KB in 50 folders, and what the first run leaves of them in S3, with the second."""
    own = context.of_row("small")
    for number in range(FILES):
        path = own.folder / "files" / f"{number % 50:02d}" / f"{number:04d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(FILE_BYTES))
    yield Uploads(own, own.folder / "files")


def first_time(context: Context) -> t.Iterator[Pair | None]:
    """Upload the small files into empty buckets.

    Ours is the module ``s3_upload``, from the task's start to its end; theirs ``aws s3 sync``, from its start to its exit.
    """
    uploads: Uploads = context.shared(small_files)
    uploads.empty()
    for pair in interleaved(uploads.ours, uploads.theirs):
        if pair is not None:
            uploads.same(FILES)
        yield pair
        if pair is not None:
            uploads.empty()


def again(context: Context) -> t.Iterator[Pair | None]:
    """Upload the small files where all of them are there; timed as the first time."""
    uploads: Uploads = context.shared(small_files)
    if uploads.count("ours") != FILES or uploads.count("theirs") != FILES:
        uploads.ours(), uploads.theirs()
    for pair in interleaved(uploads.ours, uploads.theirs):
        uploads.same(FILES)
        yield pair


def large_file(context: Context) -> t.Iterator[Pair | None]:
    """Upload one file of 1 GB into empty buckets.

    Ours is the module ``s3_upload``, from the task's start to its end; theirs ``aws s3 cp``, from its start to its exit.
    """
    source = context.folder / "large.bin"
    with open(source, "wb") as stream:
        for _part in range(LARGE_BYTES // 10**7):
            stream.write(os.urandom(10**7))
    uploads = Uploads(context, source)
    uploads.empty()
    try:
        for pair in interleaved(uploads.ours, uploads.theirs):
            if pair is not None:
                uploads.same(1)
                uploads.empty()
            yield pair
    finally:
        uploads.empty()
        source.unlink()


def _row(name: str, what: str, verb: str, must: float, measure: t.Callable[[Context], t.Iterator[Pair | None]]) -> Row:
    return Row(name, f"`s3_upload` of {what}", f"`aws s3 {verb}`", Goal(must), measure, limit=900, needs=(simulated,))


ROWS = (
    _row("s3-upload", f"{FILES:,} files of 1 KB, first run", "sync", 0.5, first_time),
    _row("s3-upload-again", f"{FILES:,} files of 1 KB, second run", "sync", 0.3, again),
    _row("s3-upload-large", "one file of 1 GB", "cp", 1.0, large_file),
)
