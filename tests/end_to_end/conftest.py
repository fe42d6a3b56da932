# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import os

import pytest

from .lone import Lone
from .support import ROOT, Cloud


@pytest.fixture(scope="session", name="cloud")
def fixture_cloud(tmp_path_factory):
    """Bring up a local cloud for all tests, and take it down after them."""
    if os.geteuid() != 0:
        pytest.fail("the end-to-end tests start containers and need root")
    # One for each process among which the tests are divided.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    cloud = Cloud(ROOT / "build" / f"test-cloud{worker}", tmp_path_factory.mktemp("home"))
    cloud.command("up")
    yield cloud
    cloud.command("down")


@pytest.fixture(scope="session", name="lone")
def fixture_lone(cloud, tmp_path_factory):
    """Launch a master alone for all tests that need no more, by the run of a job whose names bite."""
    lone = Lone(cloud, tmp_path_factory.mktemp("lone"))
    yield lone
    lone.end()


@pytest.fixture(name="home")
def fixture_home(tmp_path_factory):
    """Make a home whose path is short enough for the sockets of SSH below it: a test's own folder bears its name."""
    return tmp_path_factory.mktemp("home")
