# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what lies in what."""

from __future__ import annotations

import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import places


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("/a/b", "/a", True),
        ("/a", "/a", True),
        ("/a/", "/a", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/a", "/", True),
        ("/", "/a", False),
        ("/", "/", True),
    ],
)
def test_a_path_lies_in_another(inner, outer, lies):
    assert places.inside(inner, outer) is lies


def test_the_nearest_folder_above(tmp_path):
    (tmp_path / "file").touch()
    assert places.nearest(str(tmp_path / "file" / "x")) == str(tmp_path)
    assert places.nearest(str(tmp_path / "file"), os.path.lexists) == str(tmp_path / "file")
    assert places.nearest("/no such/folder at/all") == "/"
