# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job on the master: its directory, its unit, its answer, the evidence of its failure."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    doors,
    evidence,
    follower_unit,
    job_look,
    jobs,
    results,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir
from ansible_collections.ohmy.hadoop.plugins.modules import hdfs_fetch

from .fake_cluster import SPEC, FakeHdfs, FakeHistory, FakeYarn

OUTPUT = SPEC["output"]


@pytest.fixture
def units(monkeypatch):
    """Record what is asked of systemd; ``state`` is what is-active answers."""

    class Units(list):
        state = "inactive"

    found = Units()

    def systemctl(*words, check=True):
        if words[0] == "is-active":
            return found.state
        found.append(words)
        return ""

    monkeypatch.setattr(follower_unit, "systemctl", systemctl)
    return found


def test_a_job_is_written_whole_and_once(tmp_path):
    (tmp_path / "m").write_text("print(1)")
    root = str(tmp_path / "jobs")
    assert jobs.create(SPEC, {"mapper.py": str(tmp_path / "m")}, root, None)
    assert not jobs.create({**SPEC, "name": "other", "on_disconnect": "kill"}, {}, root, None)
    folder = JobDir.of("wc", root)
    assert folder.spec() == SPEC and os.stat(folder.file("files", "mapper.py")).st_mode & 0o777 == 0o755
    assert os.listdir(root) == ["wc"] and jobs.known_jobs(root) == ["wc"]
    with pytest.raises(OhmyError, match="fingerprint, mapper differ"):
        jobs.create({**SPEC, "mapper": "x", "fingerprint": "y"}, {}, root, None)


@pytest.mark.parametrize("job", ["", "../x", "a/b", "-x", "a b", "x" * 65, "a@b"])
def test_an_id_that_cannot_be_a_unit_is_refused(job):
    with pytest.raises(OhmyError, match="cannot be the id"):
        JobDir.of(job)


def test_an_unknown_job_has_no_status_and_a_new_one_is_starting(tmp_path, units):
    root = str(tmp_path)
    assert job_look.look("wc", root=root) is None
    jobs.create(SPEC, {}, root, None)
    first = job_look.look("wc", root=root)
    assert first["state"] == "starting" and first["following"] is False
    assert job_look.look("wc", root=root)["digest"] == first["digest"]


def test_a_look_waits_for_news_and_only_so_long(tmp_path, units):
    root = str(tmp_path)
    jobs.create(SPEC, {}, root, None)
    known = job_look.look("wc", root=root)["digest"]
    began = time.monotonic()
    assert job_look.look("wc", 0.3, known, root)["digest"] == known
    assert 0.2 < time.monotonic() - began < 5
    JobDir.of("wc", root).write("status.json", {**job_look.status("wc", root), "state": "failed"})
    assert job_look.look("wc", 60, known, root)["state"] == "failed"


def test_that_a_job_goes_on_is_told_less_often_than_news(tmp_path, units, monkeypatch):
    monkeypatch.setattr(job_look, "PROGRESS_SECONDS", 0.5)
    root = str(tmp_path)
    jobs.create(SPEC, {}, root, None)
    folder, first = JobDir.of("wc", root), job_look.status("wc", root)
    known = job_look.look("wc", root=root)["digest"]
    folder.write("status.json", {**first, "progress": {**first["progress"], "map": 7}})
    began = time.monotonic()
    gone_on = job_look.look("wc", 60, known, root)
    assert gone_on["progress"]["map"] == 7 and 0.4 < time.monotonic() - began < 5
    monkeypatch.setattr(job_look, "PROGRESS_SECONDS", 60)
    folder.write("status.json", {**first, "first_failure": {"summary": "x"}})
    assert job_look.look("wc", 60, gone_on["digest"], root)["first_failure"]


def test_a_start_begins_a_failed_job_anew_and_leaves_the_others(tmp_path, units):
    root = str(tmp_path)
    jobs.create(SPEC, {}, root, None)
    folder = JobDir.of("wc", root)
    assert jobs.start("wc", root)
    assert ("start", "--no-block", "ohmy-follow@wc.service") in units
    folder.write("status.json", {**job_look.status("wc", root), "state": "running"})
    units.state = "active"
    assert not jobs.start("wc", root)
    units.state = "failed"
    assert jobs.start("wc", root) and folder.status()["state"] == "running"
    folder.write("status.json", {**job_look.status("wc", root), "state": "failed"})
    assert jobs.start("wc", root) and folder.status() is None
    folder.write("status.json", {**job_look.status("wc", root), "state": "succeeded"})
    assert not jobs.start("wc", root)


def test_what_is_no_part_of_a_jobs_identity_is_renewed_and_its_age_is_not(tmp_path, units):
    root = str(tmp_path)
    jobs.create({**SPEC, "timeout": 60}, {}, root, None)
    path = tmp_path / "wc" / "spec.json"
    os.utime(path, (1000, 1000))
    jobs.renew({**SPEC, "timeout": 90, "mapper": "other"}, root)
    assert JobDir.of("wc", root).spec()["timeout"] == 60
    jobs.renew({**SPEC, "timeout": 90}, root)
    assert JobDir.of("wc", root).spec()["timeout"] == 90 and path.stat().st_mtime == 1000
    jobs.renew({**SPEC, "id": "unknown"}, root)


def test_forgetting_removes_what_is_the_jobs_own(tmp_path, units):
    root = str(tmp_path)
    jobs.create(SPEC, {}, root, None)
    hdfs = FakeHdfs({OUTPUT + "/part-0": b"x"})
    with pytest.raises(OhmyError, match="not written by this job"):
        jobs.forget("wc", hdfs, root)
    hdfs.files["/user/hadoop/jobs/wc/.output.fingerprint"] = b"f1\n"
    units.state = "active"
    with pytest.raises(OhmyError, match="still runs"):
        jobs.forget("wc", hdfs, root)
    units.state = "inactive"
    assert jobs.forget("wc", hdfs, root) and hdfs.deleted == [OUTPUT] and jobs.known_jobs(root) == []
    assert not jobs.forget("wc", hdfs, root)


def whole():
    """Return an HDFS with a whole answer."""
    files = {"_SUCCESS": b"", "part-00001": b"two", "part-00000": b"one", ".part-00000.crc": b"x"}
    found = FakeHdfs({f"{OUTPUT}/{name}": data for name, data in files.items()})
    found.files["/user/hadoop/jobs/wc/.output.fingerprint"] = b"f1\n"
    found.open = lambda path, offset, length: Chunks(found.files[path][offset : offset + length])
    return found


class Chunks(io.BytesIO):
    """A stream as WebHdfs opens it."""

    def chunks(self):
        """Yield pieces of two bytes."""
        while data := self.read(2):
            yield data


def test_only_a_whole_answer_of_the_job_has_parts():
    hdfs = whole()
    parts = [{"name": f"part-0000{number}", "size": 3, "modified": 0} for number in range(2)]
    assert results.list_parts(hdfs, OUTPUT, "f1") == {"parts": parts, "left_out": [".part-00000.crc"]}
    with pytest.raises(OhmyError, match="another job's"):
        results.list_parts(hdfs, OUTPUT, "f2")
    del hdfs.files[f"{OUTPUT}/_SUCCESS"]
    with pytest.raises(OhmyError, match="not whole"):
        results.list_parts(hdfs, OUTPUT)
    assert results.list_parts(hdfs, OUTPUT, require_success=False) == {"parts": parts, "left_out": [".part-00000.crc"]}
    with pytest.raises(OhmyError, match="There is no"):
        results.list_parts(hdfs, "/nowhere")


def test_in_check_mode_what_is_not_whole_yet_is_no_error():
    ask = {"src": OUTPUT, "fingerprint": "f1", "require_success": True}
    nothing = {"parts": None, "left_out": []}
    assert hdfs_fetch.look(FakeHdfs(), ask, True) == nothing
    running = FakeHdfs({f"{OUTPUT}/_temporary/0/x": b""})
    assert hdfs_fetch.look(running, ask, True) == nothing
    with pytest.raises(OhmyError, match="not whole"):
        hdfs_fetch.look(running, ask, False)


def test_a_single_file_is_its_own_only_part(tmp_path):
    hdfs = whole()
    path = f"{OUTPUT}/part-00000"
    assert [part["name"] for part in results.list_parts(hdfs, path)["parts"]] == ["part-00000"]
    spooled = results.spool(hdfs, path, [piece("part-00000", 1, 1)], str(tmp_path))
    assert [one["sha256"] for one in spooled["pieces"]] == [hashlib.sha256(b"n").hexdigest()]


def piece(part, offset, length):
    return {"part": part, "offset": offset, "length": length}


def test_one_load_at_a_time_lies_on_the_master(tmp_path):
    hdfs = whole()
    both = [piece("part-00000", 0, 3), piece("part-00001", 1, 2)]
    first = results.spool(hdfs, OUTPUT, both, str(tmp_path))
    told = [{**one, "sha256": hashlib.sha256(data).hexdigest()} for one, data in zip(both, (b"one", b"wo"))]
    assert first == {"path": str(tmp_path / results.SPOOLED), "pieces": told}
    assert os.stat(first["path"]).st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [results.SPOOLED] and (tmp_path / results.SPOOLED).read_bytes() == b"onewo"
    results.spool(hdfs, OUTPUT, [piece("part-00001", 3, 0)], str(tmp_path))
    assert (tmp_path / results.SPOOLED).read_bytes() == b""


def test_a_part_that_comes_short_or_is_none_is_refused(tmp_path):
    hdfs = whole()
    for name, length in (("../x", 1), (".hidden", 1), ("part-9", 1), ("part-00000", 4)):
        with pytest.raises(OhmyError, match="as it was listed"):
            results.spool(hdfs, OUTPUT, [piece(name, 0, length)], str(tmp_path))
    hdfs.open = lambda path, offset, length: Chunks(b"on")
    with pytest.raises(OhmyError, match="2 bytes instead of 3"):
        results.spool(hdfs, OUTPUT, [piece("part-00000", 0, 3)], str(tmp_path))


def test_a_piece_that_came_short_once_comes_again_behind_those_before_it(tmp_path):
    hdfs = whole()
    answers = [b"one", b"tw", b"two"]
    hdfs.open = lambda path, offset, length: Chunks(answers.pop(0))
    spooled = results.spool(hdfs, OUTPUT, [piece("part-00000", 0, 3), piece("part-00001", 0, 3)], str(tmp_path))
    assert (tmp_path / results.SPOOLED).read_bytes() == b"onetwo" and len(spooled["pieces"]) == 2


def test_evidence_holds_what_could_be_had_and_names_the_rest(tmp_path, monkeypatch):
    root, logs = str(tmp_path / "jobs"), tmp_path / "logs"
    jobs.create(SPEC, {}, root, None)
    folder = JobDir.of("wc", root)
    folder.write("status.json", {**job_look.status("wc", root), "application_id": "application_1_0001"})
    folder.write_text("job.xml", "may hold a word of the user's own")
    logs.mkdir()
    (logs / "hadoop-hdfs-namenode.log").write_bytes(b"old\n" * 400000 + b"last\n")
    (logs / "other.pid").write_text("1")
    yarn, hdfs = FakeYarn(), FakeHdfs()
    yarn.add("application_1_0001", ["FINISHED"])
    attempt = {"id": "attempt_1", "state": "FAILED", "assignedContainerId": "c", "nodeHttpAddress": "h:1"}
    history = FakeHistory(
        {
            "/jobs/job_1_0001/tasks": {"tasks": {"task": {"id": "t", "state": "FAILED"}}},
            "/jobs/job_1_0001/tasks/t/attempts": {"taskAttempts": {"taskAttempt": attempt}},
        },
        "boo\n",
    )
    monkeypatch.setattr(evidence, "open_doors", lambda *_args, **_more: doors.Doors(hdfs, yarn, history))
    path = str(tmp_path / "e.tar.gz")
    found = evidence.collect(path, "wc", 20, root, str(logs))
    with tarfile.open(path) as archive:
        files = {name: archive.extractfile(name).read() for name in archive.getnames()}
    assert files["job/attempt_1/stderr"] == b"boo\n"
    assert json.loads(files["job/status.json"])["id"] == "wc"
    assert not any("job.xml" in name or name.endswith(".pid") for name in files)
    namenode = next(data for name, data in files.items() if name.endswith("namenode.log"))
    assert len(namenode) <= evidence.FILE_BYTES and namenode.endswith(b"old\nlast\n") and namenode.startswith(b"old\n")
    assert any("the state of the cluster: odd form" in text for text in found["missing"])
    assert sorted(found["entries"]) == sorted(files)
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_node_alone_tells_what_it_wrote_and_asks_no_daemon(tmp_path, monkeypatch):
    def asked(*_arguments, **_more):
        raise AssertionError("a daemon was asked")

    monkeypatch.setattr(evidence, "open_doors", asked)
    (tmp_path / "hadoop-hdfs-datanode.log").write_text("up\n")
    found = evidence.collect(str(tmp_path / "e.tar.gz"), None, 20, log_dir=str(tmp_path), alone=True)
    assert any(name.endswith("/hadoop-hdfs-datanode.log") for name in found["entries"])
    assert not any("cluster" in text for text in [*found["entries"], *found["missing"]])


def test_evidence_without_time_is_an_archive_that_says_so(tmp_path):
    found = evidence.collect(str(tmp_path / "e.tar.gz"), "wc", 0, str(tmp_path), str(tmp_path), str(tmp_path))
    assert found["entries"] == ["missing.txt"] and all("no time left" in text for text in found["missing"])


def test_doors_are_found_in_the_nodes_own_configuration(tmp_path):
    def write(name, **values):
        lines = "".join(f"<property><name>{k}</name><value>{v}</value></property>" for k, v in values.items())
        (tmp_path / name).write_text(f"<configuration>{lines}</configuration>")

    write("core-site.xml", **{"fs.defaultFS": "hdfs://10.0.0.5:8020"})
    write("hdfs-site.xml", **{"dfs.namenode.http-address": "0.0.0.0:9871"})
    write("yarn-site.xml", **{"yarn.resourcemanager.webapp.address": "${yarn.resourcemanager.hostname}:8089"})
    with pytest.raises(OhmyError, match="mapred-site.xml cannot be read"):
        doors.open_doors(str(tmp_path))
    write("mapred-site.xml", **{"mapreduce.jobhistory.webapp.address": "10.0.0.7:19888"})
    found = doors.open_doors(str(tmp_path))
    rest = (found.hdfs._rest, found.yarn.rest, found.history.rest)
    assert [(one.address, one.port) for one in rest] == [("10.0.0.5", 9871), ("10.0.0.5", 8089), ("10.0.0.7", 19888)]


def test_the_same_input_may_lie_elsewhere():
    here, there = {"id": "j", "input": ["/in"]}, {"id": "j", "input": ["s3a://b/in"]}
    known = {"fingerprint": "f" * 64}
    assert jobs.differences({**here, **known}, {**there, **known}) == []
    assert jobs.differences(here, there) == ["input"]
    assert jobs.differences({**here, **known}, {**there, "fingerprint": "0" * 64}) == ["fingerprint", "input"]
