# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notice of a spot instance, from the metadata service to the NodeManager and to S3."""

from __future__ import annotations

import json

from ansible_collections.ohmy.hadoop.plugins.module_utils._node import spot
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.imds import Imds
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.report import Reporter

ACTION = ("GET", "/latest/meta-data/spot/instance-action")
LIFE = ("GET", "/latest/meta-data/instance-life-cycle")


class Store:
    def __init__(self):
        self.objects = {}

    def put(self, key, body):
        self.objects[key] = body


def test_the_notice_is_passed_on_once_it_is_there(metadata, tmp_path):
    metadata.table[LIFE] = [(200, b"spot")]
    told = json.dumps({"action": "terminate", "time": "2026-07-01T12:02:00Z"}).encode()
    metadata.table[ACTION] = [(404, b""), (500, b""), (401, b""), (200, b"no json"), (200, told)]
    store, pauses = Store(), []
    path = str(tmp_path / "notice")
    found = spot.watch(Reporter(store, "c/", "i-1"), Imds(f"{metadata.url}/latest/", limit=0), path, pauses.append)
    assert found == {"action": "terminate", "time": "2026-07-01T12:02:00Z"} and pauses == [5.0] * 4
    text = (tmp_path / "notice").read_text()
    assert text.startswith("ERROR ") and "2026-07-01T12:02:00Z" in text
    assert json.loads(store.objects["c/nodes/i-1/notice"])["action"] == "terminate"


def test_an_instance_on_demand_watches_for_nothing(metadata, tmp_path):
    metadata.table[LIFE] = [(200, b"on-demand")]
    path = tmp_path / "notice"
    assert spot.watch(None, Imds(f"{metadata.url}/latest/", limit=0), str(path), lambda _seconds: None) is None
    assert not path.exists()
