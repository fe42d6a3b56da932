# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs never write the same directory at once."""

from __future__ import annotations

import os
import threading

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import folder_lock
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.folder_lock import locked


@pytest.fixture(autouse=True)
def fixture_impatient(monkeypatch):
    monkeypatch.setattr(folder_lock, "PAUSE", 0.01)


def test_a_second_run_is_refused_and_nothing_stays_behind(tmp_path):
    folder = str(tmp_path / "out")
    refused = pytest.raises(OhmyError, match="Another run is fetching into .*/out")
    with locked(folder), refused, locked(folder, wait=0.05):
        pytest.fail("two runs held it")
    assert os.listdir(folder) == []
    with locked(folder, wait=0):
        pass


def test_an_orphan_that_goes_in_time_is_waited_for(tmp_path):
    folder, held, go = str(tmp_path), threading.Event(), threading.Event()

    def orphan():
        with locked(folder):
            held.set()
            go.wait(5)

    thread = threading.Thread(target=orphan)
    thread.start()
    assert held.wait(5)
    threading.Timer(0.1, go.set).start()
    with locked(folder, wait=5):
        assert go.is_set()
    thread.join(5)


def test_where_nothing_can_be_written_the_first_write_tells(tmp_path):
    (tmp_path / "file").write_text("x")
    with locked(str(tmp_path / "file")):
        pass
