# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud on paper for each process among which the tests are divided."""

from __future__ import annotations

import typing as t

import pytest

from tests.faults.paper import Paper


@pytest.fixture(scope="session", name="cloud_of_all")
def fixture_cloud_of_all(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Paper]:
    """A cloud on paper, gone afterwards."""
    cloud = Paper(tmp_path_factory.mktemp("paper"), tmp_path_factory.mktemp("home"))
    cloud.up()
    yield cloud
    cloud.localcloud("down")


@pytest.fixture(name="paper")
def fixture_paper(cloud_of_all: Paper) -> t.Iterator[Paper]:
    """The cloud, empty before and after."""
    cloud_of_all.clear()
    assert cloud_of_all.things() == []
    yield cloud_of_all
    cloud_of_all.clear()
    if cloud_of_all.things():
        cloud_of_all.run("absent")
