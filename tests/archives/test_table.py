# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table in docs/archives.md, what preflight believes, and what is in the archive say the same."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import codecs
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import archives
from tests.archives import features

BUILT = Path(__file__).resolve().parents[2] / "build/archives"


def test_the_codecs_that_preflight_lets_through_are_those_that_were_seen_to_work() -> None:
    contents = archives.contents(str(BUILT / "hadoop-3.5.0.tar"))
    assert contents is not None
    there = [codec.name for codec in codecs.available(contents)]
    for codec in codecs.CODECS:
        line = f"| {codec.name} (`{codec.suffix}`), read and write | {'yes' if codec.name in there else 'no'} |"
        assert line in features.written()


def test_every_line_of_the_table_is_tried() -> None:
    names = [line.split(" | ")[0].removeprefix("| ") for line in features.written().splitlines()[2:] if line]
    assert names == [feature.name for feature in features.FEATURES]
    assert all(line.split(" | ")[1] in ("yes", "no") for line in features.written().splitlines()[2:] if line)
