# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said to a playbook on its command line alone is refused by name before anything else is looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.playbook import play

ROOT = Path(__file__).parents[3]
LINE = {"command": "uptime"}


@pytest.mark.parametrize(
    ("book", "said", "text"),
    [
        ("run_command", {}, "Say what to run"),
        ("run_command", {"command": " "}, "Say what to run"),
        ("run_command", {"command": ["ls", "-l"]}, "a line of bash"),
        ("run_command", {**LINE, "command_batch": "lots"}, "command_batch: must be a number of hosts"),
        ("run_command", {**LINE, "command_batch": 0}, "not 0."),
        ("run_command", {**LINE, "command_batch": "-3"}, "not -3."),
        ("run_command", {**LINE, "command_batch": "101%"}, "not 101%."),
        ("run_command", {**LINE, "command_become": False, "command_user": "hdfs"}, "command_user: hdfs is become by"),
        ("copy_file", {"src": "/nosuch", "dest": "/srv"}, "src: /nosuch is no file and no folder here."),
        ("copy_file", {"src": "/", "dest": "/srv", "copy_batch": "lots"}, "copy_batch: must be"),
        (
            "logs",
            {"logs_dest": "/dev/null/look"},
            "logs_dest: /dev/null/look cannot be written: /dev/null is no folder",
        ),
        ("logs", {"logs_dest": ["look"]}, "logs_dest: must be the path of a folder"),
        ("logs", {"logs_dest": 5}, "logs_dest: must be the path of a folder"),
        ("ui", {"ui_port": 99999}, "ui_port: must be a number from 1 to 65535, not 99999."),
        ("ui", {"ui_port": "abc"}, "not abc."),
        ("ui", {"ui_port": "0"}, "not 0."),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path, book, said, text):
    config = str(ROOT / "ansible.cfg")
    code, told = play(tmp_path, ROOT / f"playbooks/{book}.yml", "-e", json.dumps(said), ANSIBLE_CONFIG=config)
    assert code == 2 and text in told and "Traceback" not in told and "Read the name" not in told, told


@pytest.mark.parametrize(
    ("book", "said"),
    [
        ("run_command", LINE),
        ("run_command", {**LINE, "command_batch": "10%"}),
        ("run_command", {**LINE, "command_batch": 3}),
        ("run_command", {**LINE, "command_become": False}),
        ("run_command", {**LINE, "command_become": True, "command_user": "hdfs"}),
        ("copy_file", {"src": "~", "dest": "/srv"}),
        ("copy_file", {"src": "~", "dest": "/srv", "copy_batch": "100%"}),
        ("logs", {"logs_dest": "~/no/such/look"}),
        ("logs", {"logs_dest": "no/such/look"}),
        ("logs", {"logs_dest": ""}),
        ("logs", {}),
        ("ui", {"ui_port": "8157"}),
    ],
)
def test_what_can_be_is_not(tmp_path, book, said):
    wrong = {**said, "cluster_name": "No Name"}
    config = str(ROOT / "ansible.cfg")
    code, told = play(tmp_path, ROOT / f"playbooks/{book}.yml", "-e", json.dumps(wrong), ANSIBLE_CONFIG=config)
    assert code == 2 and "is no name for a cluster; use 1 to 40 lower-case letters" in told, told
