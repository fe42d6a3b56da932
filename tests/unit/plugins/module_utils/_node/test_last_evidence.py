# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node brings to S3 before its end."""

from __future__ import annotations

import json
import re
import tarfile
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import evidence
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import last_evidence, s3, units


@pytest.fixture(name="node")
def fixture_node(tmp_path, monkeypatch):
    """A master with logs of daemons, jobs and containers, whose ResourceManager is gone."""
    logs, jobs = tmp_path / "logs", tmp_path / "jobs"
    for number in range(3):
        (jobs / f"job-{number}").mkdir(parents=True)
        (jobs / f"job-{number}" / "spec.json").write_text("{}")
        (jobs / f"job-{number}" / "status.json").write_text(json.dumps({"state": "running"}))
        (jobs / f"job-{number}" / "job.xml").write_text("a secret")
    container = logs / "containers" / "application_1_0001" / "container_1_0001_01_000002"
    container.mkdir(parents=True)
    (container / "stderr").write_bytes(b"x" * (last_evidence.CONTAINER_BYTES + 10) + b"\nthe last word\n")
    (container / "stdout").write_bytes(b"")
    (container / "launch_container.sh").write_text("a script")
    (logs / "hdfs-namenode.log").write_text("started\n")
    monkeypatch.setattr(evidence, "open_doors", lambda *_args, **_more: (_ for _ in ()).throw(OhmyError("gone")))
    monkeypatch.setattr(last_evidence, "open_doors", evidence.open_doors)
    log_dirs = {"yarn.nodemanager.log-dirs": f"{tmp_path}/lost,{logs}/containers"}
    monkeypatch.setattr(last_evidence, "read_conf", lambda _folder: log_dirs)
    monkeypatch.setattr(evidence, "journal", lambda found, host: found.add(f"{host}/journal.txt", b"a line"))
    return tmp_path


def unpacked(path):
    with tarfile.open(path) as archive:
        return {name: archive.extractfile(name).read() for name in archive.getnames()}


def test_a_master_brings_jobs_logs_and_containers(node):
    names = last_evidence.collect(str(node / "e"), "master", 20, str(node / "jobs"), str(node / "logs"), str(node))
    files = unpacked(node / "e")
    assert sorted(names) == sorted(files)
    assert {f"jobs/job-{number}/status.json" for number in range(3)} <= set(files)
    assert not any(b"secret" in data or name.endswith(".sh") for name, data in files.items())
    told = {name.partition("/")[2]: data for name, data in files.items()}
    assert told["hdfs-namenode.log"] == b"started\n" and told["journal.txt"] == b"a line"
    (stderr,) = [data for name, data in files.items() if name.endswith("container_1_0001_01_000002/stderr")]
    assert stderr == b"the last word\n"
    assert b"the state of the cluster: gone" in files["missing.txt"]


def test_a_worker_brings_no_jobs(node):
    names = last_evidence.collect(str(node / "e"), "worker", 20, str(node / "jobs"), str(node / "logs"), str(node))
    assert names and not any(name.startswith(("jobs/", "cluster/")) for name in names)


def test_no_more_jobs_and_bytes_than_there_is_room_for(node, monkeypatch):
    monkeypatch.setattr(last_evidence, "JOBS", 1)
    monkeypatch.setattr(last_evidence, "ROOM", 100)
    names = last_evidence.collect(str(node / "e"), "master", 20, str(node / "jobs"), str(node / "logs"), str(node))
    assert sum(name.startswith("jobs/") and name.endswith("spec.json") for name in names) == 1
    assert sum(map(len, unpacked(node / "e").values())) <= 100


def test_it_lies_beside_the_clusters_prefix(document):
    at = last_evidence.key(document, "i-1", 0)
    assert at == f"evidence/{document['s3']['prefix'].removeprefix('clusters/')}i-1/19700101T000000Z.tar.gz"


def test_whatever_goes_wrong_is_a_line(document, monkeypatch):
    def broken(*_args):
        raise MemoryError("no memory")

    monkeypatch.setattr(last_evidence, "collect", broken)
    assert "could not be brought to S3: no memory" in last_evidence.save(document)


def test_it_is_brought_to_where_the_next_run_looks(document, monkeypatch, tmp_path):
    brought, asked = {}, {}
    spool = tmp_path / "spool"
    store = types.SimpleNamespace(bucket="b", put=brought.__setitem__)
    monkeypatch.setattr(last_evidence, "SPOOL", str(spool))
    monkeypatch.setattr(last_evidence.S3, "from_document", lambda _document, **how: asked.update(how) or store)
    monkeypatch.setattr(last_evidence, "Imds", lambda limit: types.SimpleNamespace(get=lambda _path: "i-0123\n"))
    monkeypatch.setattr(last_evidence, "collect", lambda path, role: spool.write_bytes(role.encode()) and ["a", "b"])
    told = last_evidence.save(document)
    ((key, data),) = brought.items()
    assert key.startswith("evidence/demo/7f8f7d1e/i-0123/") and data == b"master"
    assert told == f"2 last logs lie in s3://b/{key}"
    assert asked["attempts"] == last_evidence.TRIES


def test_what_takes_longest_takes_less_than_the_unit_may():
    unit = int(re.search(r"^TimeoutStartSec=(\d+)", units.LEASE, re.MULTILINE)[1])
    asked = 3 * last_evidence.PATIENCE  # for the instance's id, its role and the keys of that
    assert last_evidence.SECONDS + asked + last_evidence.TRIES * (s3.TIMEOUT + 2) < unit
