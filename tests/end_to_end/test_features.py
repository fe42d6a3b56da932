# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of codecs and features, each tried on a master alone with the archive that ``make archives`` makes."""

from __future__ import annotations

import os
import typing as t

import pytest

from tests.archives import features

from .lone import NAME
from .support import ROOT


@pytest.mark.matrix
def test_the_table_of_codecs_and_features_says_what_is(lone: t.Any) -> None:
    """Try each on the node; ``OHMY_WRITE_TABLE=1`` corrects the documentation instead of failing."""
    master = lone.cloud.master(NAME)
    given = [f"BUCKET={lone.bucket}", f"MASTER={master['PrivateIpAddress']}", "HOME=/tmp"]
    measured, said = {}, []
    for feature in features.FEATURES:
        command = ["runuser", "-u", "hadoop", "--", "env", *given, "bash", "-c", features.script(feature)]
        done = lone.cloud.inside(master, *command, seconds=120)
        measured[feature.name] = done.returncode == 0
        said.append(f"{feature.name}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    (ROOT / "build/features.log").write_text("\n".join(said))
    if os.environ.get("OHMY_WRITE_TABLE"):
        features.write(features.table(measured))
    assert features.written() == features.table(measured), "\n".join(said)
