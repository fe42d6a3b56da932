# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import health_look
from ansible_collections.ohmy.hadoop.plugins.modules import hadoop_health

NODES = [
    {"instance_id": "i-m", "private_ip": "10.0.0.5", "role": "master"},
    *({"instance_id": f"i-{n:02}", "private_ip": f"10.0.1.{n}", "role": "worker"} for n in range(20)),
]
S3 = {"endpoint": "http://s3", "region": "r", "bucket": "b", "path_style": True, "prefix": "clusters/demo/1/"}
BEAN = {"Safemode": "", "LiveNodes": json.dumps({"10.0.1.0:9866": {"xferaddr": "10.0.1.0:9866"}})}


@pytest.fixture(name="cluster")
def fixture_cluster(tmp_path, monkeypatch):
    class Cluster:
        pages = {9870: {"beans": [BEAN]}, 8088: {"nodes": {"node": [{"nodeHostName": "10.0.1.0", "state": "RUNNING"}]}}}
        objects: dict = {}
        gets: list = []
        unit = "active"

        def look(self):
            return health_look.look_at_cluster(NODES, str(tmp_path))

    cluster = Cluster()

    class FakeRest(health_look.Rest):
        def get(self, path, params=None, tries=3):
            if self.port not in cluster.pages:
                raise OhmyError("no answer")
            return cluster.pages[self.port]

    class FakeS3:
        @classmethod
        def from_document(cls, document, credentials, attempts):
            assert document["s3"] == S3 and credentials is None and attempts == 2
            return cls()

        def list(self, prefix):
            assert prefix == "clusters/demo/1/nodes/"
            return [{"key": prefix + key, "last_modified": "2026-01-01T00:00:00Z"} for key in cluster.objects]

        def get(self, key):
            cluster.gets.append(key)
            return cluster.objects[key[len("clusters/demo/1/nodes/") :]]

    monkeypatch.setattr(health_look, "Rest", FakeRest)
    monkeypatch.setattr(health_look, "S3", FakeS3)
    monkeypatch.setattr(health_look, "_run", lambda *argv: cluster.unit if argv[0] == "systemctl" else "line 1\nboom\n")
    (tmp_path / "etc/ohmy").mkdir(parents=True)
    (tmp_path / "run/cloud-init").mkdir(parents=True)
    cluster.root, cluster.gets = tmp_path, []
    (tmp_path / "etc/ohmy/document.json").write_text(json.dumps({"s3": S3}))
    return cluster


def test_what_is_live(cluster):
    look = cluster.look()
    assert look.namenode and look.safe_mode is False
    assert look.datanodes == look.nodemanagers == ["10.0.1.0"] and look.reports == {}


def test_at_most_ten_bodies_are_read(cluster):
    cluster.objects = {f"i-{n:02}/report/failed": b'{"error": "no disk", "lines": []}' for n in range(20)}
    cluster.objects["i-99/report/failed"] = b"{}"
    look = cluster.look()
    assert len(cluster.gets) == 10 and len(look.reports) == 21
    result = hadoop_health.result_of(NODES, look)
    assert result["failed"] and len(result["failures"]) == 19, "the live one does not count"
    assert "10.0.1.1 (i-01)" in result["msg"] and "(and 18 more)" in result["msg"] and "no disk" in result["msg"]


def test_a_master_that_is_still_being_set_up(cluster):
    cluster.pages = {}
    (cluster.root / "etc/ohmy/document.json").unlink()
    result = hadoop_health.result_of(NODES, cluster.look())
    assert not result.get("failed") and not result["ready"]
    assert result["summary"] == "the master is still being set up"


def test_a_masters_first_boot_that_failed_is_found_at_once(cluster):
    cluster.pages = {}
    (cluster.root / "etc/ohmy/document.json").unlink()
    errors = {"v1": {"errors": ["('scripts_user', RuntimeError('1 failed'))"]}}
    (cluster.root / "run/cloud-init/result.json").write_text(json.dumps(errors))
    (cluster.root / "var/log").mkdir(parents=True)
    (cluster.root / "var/log/cloud-init-output.log").write_text("ohmy: the checksum is wrong\n")
    result = hadoop_health.result_of(NODES, cluster.look())
    assert result["failed"] and "scripts_user" in result["msg"] and "the checksum is wrong" in result["msg"]


def test_a_masters_unit_that_failed_is_found_at_once(cluster):
    cluster.pages, cluster.unit = {}, "failed\n"
    result = hadoop_health.result_of(NODES, cluster.look())
    assert result["failed"] and result["failures"][0]["error"] == "boom"


def test_reports_that_cannot_be_read_are_no_silence(cluster, monkeypatch):
    def refuse(self, prefix):
        raise OhmyError("S3 answered 403.")

    monkeypatch.setattr(health_look.S3, "list", refuse)
    result = hadoop_health.result_of(NODES, cluster.look())
    assert "S3 answered 403" in result["summary"] and "silent" not in str(result["missing"])


def test_without_s3_nobody_is_asked(cluster):
    (cluster.root / "etc/ohmy/document.json").write_text(json.dumps({"s3": None}))
    assert cluster.look().reports is None
