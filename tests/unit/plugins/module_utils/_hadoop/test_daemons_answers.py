# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients of Hadoop's daemons do where one is silent, or answers something else than hoped for."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    doors,
    fsck,
    history,
    rest,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.yarn import ResourceManager

from .stub_server import serve

CONTAINER = "container_1700000000000_0001_01_000002"


def test_a_fsck_that_is_refused_cut_short_or_unheard_is_no_check(monkeypatch):
    real = fsck.Rest

    def at(port):
        monkeypatch.setattr(fsck, "Rest", lambda name, _master, _port, seconds: real(name, "127.0.0.1", port, seconds))

    with serve(lambda *_: (403, {"RemoteException": {"exception": "E", "message": "not you"}})) as stub:
        at(stub.port)
        with pytest.raises(OhmyError, match="not you"):
            fsck.look("m")
    with serve(lambda *_: (200, b"/a 3 bytes, replicated: replication=2, 1 block(s):  OK\n")) as stub:
        at(stub.port)
        assert not fsck.look("m").whole
        with pytest.raises(OhmyError, match="did not end"):
            fsck.look("m", ["10.0.0.2"])
    at(stub.port)
    with pytest.raises(OhmyError, match="The NameNode at 127.0.0.1:.* does not answer"):
        fsck.look("m")


def test_a_redirect_that_names_no_host_is_refused():
    with pytest.raises(OhmyError, match="redirected to '/webhdfs', which names no host"):
        rest.split_location("/webhdfs")


def test_an_error_that_is_no_java_exception_is_told_by_its_status():
    door = rest.Rest("The ResourceManager", "127.0.0.1", 1)
    for body in (b"<html>", b'["x"]', b"{}"):
        assert "HTTP status 503" in door.refused(rest.Answer(503, body), "/x").message


def test_scheduler_attempts_and_a_finished_container_of_yarn():
    answers = {
        "/ws/v1/cluster/scheduler": {"scheduler": {"schedulerInfo": {"type": "capacityScheduler"}}},
        "/ws/v1/cluster/apps/application_1700000000000_0001/appattempts": {"appAttempts": {"appAttempt": [{"id": 1}]}},
        "/ws/v1/cluster/apps/application_1700000000000_0001/appattempts/appattempt_1700000000000_0001_000001/containers": {
            "container": [
                {"containerId": "other", "containerState": "COMPLETE"},
                {
                    "containerId": CONTAINER,
                    "containerState": "COMPLETE",
                    "containerExitStatus": 143,
                    "diagnosticsInfo": "killed",
                },
            ]
        },
    }
    with serve(lambda _method, path, _body: (200, answers.get(path.partition("?")[0], {}))) as stub:
        yarn = ResourceManager("127.0.0.1", stub.port)
        assert yarn.scheduler() == {"type": "capacityScheduler"}
        assert yarn.attempts("application_1700000000000_0001") == [{"id": 1}]
        assert yarn.container(CONTAINER) == "exit status 143\nkilled"
        assert yarn.container("container_1700000000000_0002_01_000002") == ""
        assert yarn.container("no container") == ""


def test_a_container_s_log_comes_from_its_node_or_from_the_history():
    log = "<html><pre>LogContents:\nthe last word\nEnd of LogType:stderr</pre>"

    def node(_method, path, _body):
        return (200, log.encode()) if "stderr" in path else (404, {})

    def server(_method, path, _body):
        return (200, b"from HDFS") if "stdout" in path else (404, {})

    with serve(node) as manager, serve(server) as stub:
        found = history.JobHistory("127.0.0.1", stub.port)
        at = f"127.0.0.1:{manager.port}"
        assert "the last word" in found.container_log(CONTAINER, "stderr", at)
        assert found.container_log(CONTAINER, "stdout", at) == "from HDFS"
        assert found.container_log(CONTAINER, "syslog", "unknown") is None
    assert found.container_log(CONTAINER, "stdout", at) is None, "nobody answers any more"


def test_a_job_that_moves_to_the_history_is_waited_for(monkeypatch):
    answers = [(500, {}), (404, {}), (200, {"job": {"id": "job_1_0001"}})]
    monkeypatch.setattr(history.time, "sleep", lambda _seconds: None)
    with serve(lambda *_: answers.pop(0)) as stub:
        found = history.JobHistory("127.0.0.1", stub.port)
        found.rest.get = lambda path, params, _get=found.rest.get: _get(path, params, tries=1)
        assert found.wait_for("job_1_0001", 60)["id"] == "job_1_0001"
    assert answers == []


def test_a_large_or_missing_file_of_hdfs_is_told(monkeypatch):
    def answer(_method, path, _body):
        if "GETFILECHECKSUM" in path:
            return 200, {"Location": f"http://127.0.0.1:{stub.port}/checksum"}
        if "OPEN" in path:
            return 200, {"Location": f"http://127.0.0.1:{stub.port}/data"}
        if path.startswith("/data"):
            return 200, b"12345"
        return 404, {"RemoteException": {"exception": "FileNotFoundException", "message": "no such file"}}

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        assert hdfs.read("/a", 5) == b"12345"
        assert hdfs.sha256("/a") == "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"
        with pytest.raises(OhmyError, match="/a in HDFS is larger than the 4 bytes"):
            hdfs.read("/a", 4)
        with pytest.raises(OhmyError, match="no such file"):
            hdfs.checksum("/a")


def test_what_the_namenode_says_of_itself_and_what_is_unknown():
    beans = [{"beans": [{"Safemode": "Safe mode is ON."}]}, {"beans": [{"NumLiveDataNodes": 2}]}, {"beans": []}]
    with serve(lambda *_: (200, beans.pop(0))) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        assert hdfs.safe_mode() == "Safe mode is ON."
        assert hdfs.live_datanodes() == 2
        assert hdfs.state() == {}


def test_a_node_without_a_document_or_a_configuration_has_no_doors(tmp_path):
    assert doors.read_document(str(tmp_path / "none.json")) == {}
    for site in ("core", "hdfs", "yarn", "mapred"):
        (tmp_path / f"{site}-site.xml").write_text("<configuration/>")
    with pytest.raises(OhmyError, match="names no host and port"):
        doors.open_doors(str(tmp_path))


def test_a_checksum_is_asked_of_the_datanode_that_has_the_file():
    whole = {"algorithm": "MD5-of-0MD5-of-512CRC32C", "bytes": "00", "length": 28}

    def answer(_method, path, _body):
        if path.startswith("/webhdfs"):
            return 200, {"Location": f"http://127.0.0.1:{stub.port}/checksum"}
        return 200, {"FileChecksum": whole}

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        assert hdfs.checksum("/a") == whole
        with pytest.raises(OhmyError, match="'a' is no path in HDFS"):
            hdfs.checksum("a")
