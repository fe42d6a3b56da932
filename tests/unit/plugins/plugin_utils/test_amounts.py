# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes, times and money in words."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import amounts


@pytest.mark.parametrize(
    "number, text",
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (5e18, "5000.0 PB")],
)
def test_sizes(number, text):
    assert amounts.size(number) == text


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0.04, "less than a second"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (61, "1 min"),
        (3599, "1 h 0 min"),
        (4400, "1 h 13 min"),
        (36001, "10 h"),
        (1e6, "11.6 days"),
    ],
)
def test_times(seconds, text):
    assert amounts.span(seconds) == text


def test_durations():
    told = [amounts.duration(one) for one in (0, 59, 61, 3600, 90000, 200000)]
    assert told == ["0 s", "59 s", "1 min 1 s", "1 h 0 min", "1 d 1 h", "2 d 7 h"]


def test_a_clock_shows_hours_where_there_are_any():
    assert [amounts.clock(one) for one in (0, 35.9, 65, 3725)] == ["0:00", "0:35", "1:05", "1:02:05"]


def test_a_fraction_of_a_cent_keeps_its_digits():
    assert [amounts.money(one) for one in (12.346, 0.1, 0.0123)] == ["12.35 USD", "0.10 USD", "0.0123 USD"]
