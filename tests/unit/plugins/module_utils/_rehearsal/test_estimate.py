# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estimate: what the model says of simple cases."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import estimate

MIB = 1 << 20
SPEED = {
    "map_bytes_per_second": 1_000_000,
    "reduce_bytes_per_second": 2_000_000,
    "map_start_seconds": 0.0,
    "reduce_start_seconds": 0.0,
    "map_output_ratio": 0.0,
    "sample_bytes": 1_000_000,
}


def guess(splits, workers=1, cores=1, reduces=0, job=0.0, task=0.0, **speed):
    return estimate.estimate({**SPEED, **speed}, splits, workers, cores, reduces, job, task)


def test_files_are_cut_by_blocks_where_their_codec_allows_it():
    plain, packed = (1000 * MIB, True, False), (1000 * MIB, False, True)
    assert estimate.splits_of([plain], 1.0) == (8, 1000 * MIB, 128 * MIB)
    assert estimate.splits_of([packed], 3.0) == (1, 3000 * MIB, 3000 * MIB)
    assert estimate.splits_of([(100, True, False)], 1.0) == (2, 100, 50)
    assert estimate.splits_of([(MIB, True, False)] * 1000, 1.0, together=100 * MIB).maps == 10


def test_work_that_can_be_shared_is_shared_by_all_cores():
    splits = estimate.Splits(100, 1e9, 1e7)
    assert guess(splits)["one_machine_seconds"] == guess(splits)["seconds"] == 1000
    assert guess(splits, workers=5, cores=4)["seconds"] == 50
    assert guess(splits, workers=5, cores=4)["speedup"] == 20
    assert guess(splits, workers=0)["seconds"] == 1000


def test_one_file_that_cannot_be_cut_gains_nothing():
    splits = estimate.Splits(1, 1e9, 1e9)
    found = guess(splits, workers=50)
    assert found["seconds"] == 1000 and found["useful_workers"] == 1


def test_overheads_count():
    splits = estimate.Splits(10, 1e7, 1e6)
    assert guess(splits, job=20, task=3)["seconds"] == 20 + 10 * (3 + 1)
    found = guess(splits, workers=100, job=20, task=3)
    assert found["seconds"] == 24 and found["speedup"] < 1


def test_reduces_read_what_maps_write():
    splits = estimate.Splits(100, 1e9, 1e7)
    alone = guess(splits, reduces=1, map_output_ratio=1.0)["one_machine_seconds"]
    assert alone == pytest.approx(1000 + 500 + 1e9 / estimate.SORT, abs=0.1)
    one = guess(splits, workers=100, reduces=1, map_output_ratio=1.0)["seconds"]
    many = guess(splits, workers=100, reduces=100, map_output_ratio=1.0)["seconds"]
    assert one - many == pytest.approx(500 - 5, abs=0.2)


def test_what_maps_write_is_moved_over_the_workers_networks():
    splits = estimate.Splits(100, 6e9, 6e7)
    fast = {"map_bytes_per_second": 1e15, "reduce_bytes_per_second": 1e15, "map_output_ratio": 1.0}
    assert guess(splits, workers=1, reduces=1, **fast)["seconds"] == 100
    assert guess(splits, workers=4, reduces=1, **fast)["seconds"] == 25


def test_beyond_the_useful_workers_one_more_gains_less_than_a_twentieth():
    splits = estimate.Splits(1000, 1e9, 1e6)
    useful = guess(splits, job=30, task=1)["useful_workers"]
    seconds = [guess(splits, workers=number, job=30, task=1)["seconds"] for number in range(useful - 1, useful + 2)]
    assert 1 - seconds[1] / seconds[0] >= 0.05 > 1 - seconds[2] / seconds[1]


def test_without_a_speed_nothing_is_known():
    assert guess(estimate.Splits(1, 1e9, 1e9), map_bytes_per_second=None) == estimate.nothing()


def test_of_a_few_bytes_that_took_no_time_nothing_is_guessed():
    splits = estimate.Splits(1, 65e6, 65e6)
    few = {"sample_bytes": 6, "map_bytes_per_second": 1000}
    assert guess(splits, **few) == estimate.nothing()
    # A slow program is known by few lines.
    assert guess(splits, **{**few, "map_bytes_per_second": 10})["seconds"] == 6.5e6
    assert guess(estimate.Splits(1, 60, 60), **few)["seconds"] == 0.1
