# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what one process does at a time."""

from __future__ import annotations

import fcntl

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.locks import alone

BUSY = OhmyError("Another one is at it.", "Wait for its end.")


def test_a_second_one_is_refused_until_the_first_has_ended(tmp_path):
    path = tmp_path / "lock"
    with alone(str(path), 0, BUSY), pytest.raises(OhmyError, match="Another one"), alone(str(path), 0.2, BUSY):
        raise AssertionError("two at once")
    with alone(str(path), 0, BUSY), path.open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
