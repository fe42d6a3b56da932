# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet for each process among which the tests are divided."""

from __future__ import annotations

import typing as t

import pytest

from tests.fleet.fleet import Fleet


@pytest.fixture(scope="session", name="fleet")
def fixture_fleet(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Fleet]:
    """A fleet, gone afterwards."""
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), tmp_path_factory.mktemp("home"))
    fleet.up("--fleet")
    yield fleet
    fleet.localcloud("down")
