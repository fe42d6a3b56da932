# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The table of causes, read from the top; and what is never a cause."""

from __future__ import annotations

import re
import typing as t

from .application import APPLICATION
from .attempt import ATTEMPT
from .container import CONTAINER
from .distcp import DISTCP
from .follower import FOLLOWER
from .program import EXIT, PROGRAM
from .row import Cause, Found
from .s3 import S3
from .submit import SUBMIT

CAUSES: tuple[Cause, ...] = (
    *SUBMIT, *S3, *APPLICATION, *CONTAINER, *ATTEMPT, *PROGRAM, *EXIT, *DISTCP, *FOLLOWER,
)  # fmt: skip
BY_ID = {cause.id: cause for cause in CAUSES}
ABOUT_S3 = re.compile(r"s3a?:/|s3a\.|Service: (?:Amazon )?S3|AmazonS3|AWS|awssdk|amazonaws")
# Each of these stands around a cause that another line names.
WRAPPERS = re.compile(
    r"PipeMapRed\.waitOutputThreads\(\): subprocess failed with code \d+|^Job not successful!|Streaming Command Failed!"
    r"|Container killed by the ApplicationMaster|Container killed on request\. Exit code is 143"
    r"|Container exited with a non-zero exit code (?:137|143)|^log4j:WARN|Task failed task_|^Job failed as tasks failed"
    r"|DistCp failure: Job \S+ has failed|^(?:java\.io\.)?(?:IOException: )?Broken pipe$|Error in configuring object$"
)


def find(place: str, text: str) -> Found | None:
    """Return the first cause of a place that the text gives away, None where it gives none.

    :param place: a key of ``row.PLACES``.
    """
    if place == "s3" and not ABOUT_S3.search(text):
        return None
    for cause in CAUSES:
        if place not in cause.seen_in:
            continue
        for pattern in cause.patterns:
            found = pattern.search(text)
            if found:
                values = {name: _one_line(value) for name, value in found.groupdict().items() if value}
                return Found(cause, values)
    return None


def find_any(places: t.Iterable[str], text: str) -> Found | None:
    """Return the first cause in the order of the places."""
    for place in places:
        found = find(place, text)
        if found:
            return found
    return None


def real_lines(text: str) -> list[str]:
    """Return the lines that are no mere wrapper of a cause."""
    return [line for line in text.splitlines() if line.strip() and not WRAPPERS.search(line)]


def _one_line(value: str) -> str:
    # The cluster has one HDFS, whose address is nothing that a user wrote.
    return re.sub(r"^hdfs://[^/\s]+(?=/)", "", " ".join(value.split()))
