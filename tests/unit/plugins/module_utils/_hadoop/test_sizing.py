# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What daemons and containers get of a node, against the tables of docs/nodes.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import sizing, task_jvm

PAGE = Path(__file__).resolve().parents[5] / "docs" / "nodes.md"
TABLE = [
    [int(cell) for cell in line.strip("| ").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if re.match(r"\| *\d{4,5} \|", line)
]


def test_memory_is_divided_as_the_page_says():
    """Its three tables: a master, a worker, and a master that works alone (which 2 GiB are too little for)."""
    names = ("namenode", "resourcemanager", "historyserver", "datanode", "nodemanager")
    expected = []
    for role, workers, shown in (("master", 2, names[:3]), ("worker", 2, names[3:]), ("master", 0, names)):
        for total in (2048, 4096, 8192, 16384):
            if (workers, total) == (0, 2048):
                continue
            room = sizing.memory(total, sizing.services(role, workers))
            row = [total, *(room.heaps[name] for name in shown)]
            if "nodemanager" in shown:
                row += [room.containers, room.task, task_jvm.task_heap(room.task)]
            expected.append(row)
    assert expected == TABLE


def test_a_task_that_has_no_room_is_refused():
    with pytest.raises(OhmyError, match="1280 MiB for containers, and one task is to get 2048 MiB"):
        sizing.memory(2048, sizing.services("worker", 2), 2048)


@pytest.mark.parametrize("total", [1900, 2048, 3799, 3800, 4096, 8192, 16384, 65536, 786432])
@pytest.mark.parametrize(("role", "workers"), [("master", 2), ("worker", 2), ("master", 0)])
def test_no_node_is_given_more_than_it_has(role, workers, total):
    running = sizing.services(role, workers)
    if workers == 0 and total < 3800:
        return  # refused, see below
    room = sizing.memory(total, running)
    assert sum(room.heaps.values()) * 1.2 + room.containers + 256 <= total
    if "nodemanager" in running:
        assert room.containers >= sizing.application_master(room.task) + room.task
        assert task_jvm.task_heap(room.task) <= min(384, room.task // 2)


@pytest.mark.parametrize(
    ("role", "workers", "total", "words"),
    [
        ("master", 2, 1899, "1899 MiB of memory, and Hadoop needs 2 GiB"),
        ("worker", 2, 1024, "1024 MiB of memory, and Hadoop needs 2 GiB"),
        ("master", 0, 2048, "2048 MiB of memory, and Hadoop needs 4 GiB"),
    ],
)
def test_too_small_a_node_is_refused(role, workers, total, words):
    with pytest.raises(OhmyError, match=words) as caught:
        sizing.memory(total, sizing.services(role, workers))
    assert caught.value.hint == "Take a larger instance type."


def test_a_compute_node_runs_tasks_and_holds_no_data():
    assert sizing.services("compute", 0) == ["nodemanager"] == sizing.services("compute", 3)
    assert "datanode" in sizing.services("master", 0)
