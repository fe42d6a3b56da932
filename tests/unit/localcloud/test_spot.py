# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spot instances that are taken back on request."""

from __future__ import annotations

import json
import threading
import types

import pytest

from localcloud import metadata_tree, spot
from localcloud.shell import LocalCloudError

from .test_services import FACTS


class Account:
    def __init__(self):
        self.lock = threading.RLock()
        self.ended = []
        self.known = {
            "i-1": types.SimpleNamespace(id="i-1", lifecycle="spot", state="running"),
            "i-2": types.SimpleNamespace(id="i-2", lifecycle=None, state="running"),
        }

    def by_id(self, name):
        return self.known.get(name)

    def end(self, instance, state, code, message):
        instance.state = state
        self.ended.append((instance.id, code))


def test_a_spot_instance_has_a_notice_and_ends_when_its_time_has_come(tmp_path):
    account, done = Account(), threading.Event()
    folder = tmp_path / "spot"
    assert spot.notice(folder, account.known["i-1"]) is None
    spot.interrupt(folder, "i-1", 3600)
    spot.interrupt(folder, "i-2", 0)
    told = json.loads(spot.notice(folder, account.known["i-1"]))
    assert told["action"] == "terminate" and told["time"].endswith("Z")
    assert spot.notice(folder, account.known["i-2"]) is None
    spot.watch(folder, account, done.set)
    spot.interrupt(folder, "i-1", 0)
    assert done.wait(10)
    assert account.ended == [("i-1", spot.CODE)] and account.known["i-2"].state == "running"


def test_what_is_no_interruption():
    with pytest.raises(LocalCloudError):
        spot.interrupt("", "demo", 0)


def test_the_metadata_of_a_spot_instance():
    import dataclasses

    facts = dataclasses.replace(FACTS, life_cycle="spot", notice="{}")
    assert metadata_tree.look_up(metadata_tree.tree(facts), "instance-life-cycle") == "spot"
    assert metadata_tree.look_up(metadata_tree.tree(facts), "spot/instance-action") == "{}"
    assert metadata_tree.look_up(metadata_tree.tree(FACTS), "spot/instance-action") is None
