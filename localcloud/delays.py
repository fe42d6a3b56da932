# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How slow the cloud is, and how late it shows what is new: by default not at all, on request as AWS."""

from __future__ import annotations

import dataclasses
import functools


@dataclasses.dataclass(frozen=True)
class Delays:
    """Seconds; 0: at once.

    :ivar api: before each answer but S3's. :ivar s3: before each of S3's.
    :ivar visible: from RunInstances until any other call knows of the instances.
    :ivar profile: from CreateInstanceProfile until RunInstances takes the profile.
    :ivar pending: from launch or start until an instance is running.
    :ivar boot: from launch or start until its first process runs; SSH answers some seconds later.
    :ivar terminate: from TerminateInstances until it is terminated; its system is shut down meanwhile.
    """

    api: float = 0.0
    s3: float = 0.0
    visible: float = 0.0
    profile: float = 0.0
    pending: float = 0.0
    boot: float = 0.0
    terminate: float = 0.0

    @functools.cached_property
    def any(self) -> bool:
        """Tell whether anything happens by the clock."""
        return any(dataclasses.astuple(self))


PROFILES = {
    "fast": Delays(),
    "aws-like": Delays(api=0.15, s3=0.03, visible=4, profile=8, pending=10, boot=20, terminate=30),
}


def hold(delays: Delays, shown: str, job: str | None, age: float) -> tuple[str, str | None]:
    """Return the state to show and the job to do now, of what would be due without delays.

    :param age: seconds since the instance was last asked to run, or to end.
    """
    if job == "start" and age < delays.boot:
        return ("pending" if age < delays.pending else "running"), None
    if shown in ("pending", "running") and delays.any:
        return ("pending" if age < delays.pending else "running"), job
    if shown == "shutting-down" and age < delays.terminate:
        return shown, "stop" if job == "stop" else None
    return shown, job
