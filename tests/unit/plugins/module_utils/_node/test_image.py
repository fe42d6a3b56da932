# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/guides/image.md has removed from a node before an image is made of it is all that a node is given."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import hdfs, observe, services, want

from .conftest import DOCUMENT

ROOT = Path(__file__).resolve().parents[5]
REMOVED = [
    path
    for line in re.findall(r"^rm -r?f (.*)$", (ROOT / "docs/guides/image.md").read_text("utf-8"), re.MULTILINE)
    for path in line.split()
]
# The archives' folders, which make the next launch quicker.
KEPT = ("/opt/ohmy",)


def goes(path: str) -> bool:
    """Tell whether a path, or a folder above it, is removed."""
    above = [path, *map(str, Path(path).parents)]
    return any(fnmatch.fnmatchcase(one, pattern) for one in above for pattern in REMOVED)


@pytest.mark.parametrize("role", ["master", "worker"])
def test_all_that_makes_it_this_node_is_removed(role: str) -> None:
    document = {**DOCUMENT, "role": role, "master": "self" if role == "master" else "10.0.0.5", "spot": True}
    given = want.wanted(document, Facts(address="10.0.0.9", memory=8192, cores=2), "x86_64")
    paths = [*given.files, *given.seeds, *given.directories, hdfs.MARKER, hdfs.SECOND, observe.MADE, services.INPUTS]
    left = sorted(f"/{path}" for path in paths if not goes(f"/{path}"))
    assert len(paths) > 20 and left == list(KEPT)
