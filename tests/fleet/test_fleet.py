# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand workers as cheap as two: launched, looked at, scaled and removed within EC2's limits of requests."""

from __future__ import annotations

import pytest

from tests.fleet.fleet import Fleet, life, of_launch, without_size

SIZES = (2, 20, 1000)
pytestmark = pytest.mark.long


def test_requests_do_not_grow_with_workers(fleet: Fleet, tmp_path):
    lives = {workers: life(fleet, workers, tmp_path) for workers in SIZES}
    least = lives[SIZES[0]]
    for workers, calls in lives.items():
        for verb, found in calls.items():
            same = without_size(least[verb], verb, SIZES[0])
            assert without_size(found, verb, workers) == same, (workers, verb, found)
            # Polls, and pages of a thousand: a bound, as their number depends on how busy this machine is.
            assert found["ec2:DescribeInstances"] <= 40 and found["s3:ListBucket"] <= 40, (workers, verb, found)
        assert of_launch(calls["launch"], workers, True) <= 30, calls["launch"]
        assert of_launch(calls["launch"], workers, False) <= 15, calls["launch"]
    assert fleet.things() == []
