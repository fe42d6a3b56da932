# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a job on hosts of one's own cannot have, as these are used without AWS; pure."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from .._core.s3_uri import is_s3

WHY = "and hosts of one's own are used without AWS"


def refused(items: t.Iterable[str], mode: str = "hdfs", output: str = "") -> list[OhmyError]:
    """Return an error for each value of a job that needs AWS.

    :param items: the job's input.
    :param mode: how it is read, as ``job_input_mode`` has it.
    :param output: where the answer is to lie.
    """
    found = [in_s3("job_input", item, "Bring it here first.") for item in items if is_s3(item)]
    if is_s3(output):
        found.append(in_s3("job_output", output, "Name a directory here or hdfs:///PATH."))
    if mode == "direct":
        found.append(OhmyError(f"job_input_mode: direct reads S3, {WHY}.", "Leave job_input_mode out."))
    return found


def refuse(items: t.Iterable[str], mode: str = "hdfs", output: str = "") -> None:
    """Raise the first error of ``refused``."""
    for problem in refused(items, mode, output):
        raise problem


def in_s3(name: str, place: str, hint: str) -> OhmyError:
    """Return the error of a variable that names a place in S3."""
    return OhmyError(f"{name}: {place} lies in S3, {WHY}.", hint)
