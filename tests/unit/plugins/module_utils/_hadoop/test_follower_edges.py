# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a follower does where YARN, JobHistory, a node or its own client fails it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    copies,
    doors,
    follow_application,
    follow_distcp,
    follower,
    webhdfs,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.distcp import Entry, place
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Refused, Unreachable
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs

from .fake_cluster import APP, SPEC, Cluster
from .stub_server import serve

MASTER = [{"containerId": "container_1_0001_01_000001", "nodeHttpAddress": "10.0.0.5:8042"}]


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """A cluster and a new job; waiting takes no time."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return Cluster(monkeypatch, tmp_path)


@pytest.fixture
def one(cluster):
    """The follower of that job."""
    return follower.Follower(JobDir(cluster.path), doors.Doors(cluster.hdfs, cluster.yarn, cluster.history))


def refuse(*_arguments, **_more):
    raise Unreachable("The JobHistory server does not answer.", "")


def test_a_job_without_a_specification_cannot_be_followed(tmp_path):
    with pytest.raises(OhmyError, match="There is no specification in"):
        follower.Follower(JobDir(str(tmp_path)), None)


def test_a_kind_of_job_that_nobody_knows_is_refused():
    with pytest.raises(OhmyError, match="No follower knows jobs of the kind 'spark'"):
        follower._work("spark")


def test_a_later_run_s_patience_counts(one, cluster, monkeypatch):
    assert one.spec.get("timeout") is None
    JobDir(cluster.path).write("spec.json", {**SPEC, "timeout": 10})
    one.status["started"] = time.time() - 60
    with pytest.raises(follower.Stop, match="its time of 10 s was up"):
        one.alive()


def test_a_lease_is_kept_only_where_there_is_one(cluster, monkeypatch):
    begun = []
    monkeypatch.setattr(
        follower.threading, "Thread", lambda target, **_: types.SimpleNamespace(start=lambda: begun.append(target))
    )
    for document in ({}, {"lease": True, "s3": None}, {"lease": True, "s3": {"bucket": "b"}}):
        follower.Follower(JobDir(cluster.path), None, document).keep_lease()
    assert begun == [follower._renew]


def test_a_lease_that_cannot_be_renewed_is_said_and_tried_again(monkeypatch, capsys):
    from ansible_collections.ohmy.hadoop.plugins.module_utils._node import lease

    tries = []

    def renew(_document, _seconds):
        tries.append(1)
        raise OhmyError("S3 did not answer")

    def pause(_seconds):
        if len(tries) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(lease, "renew", renew)
    monkeypatch.setattr(follower.time, "sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        follower._renew({})
    assert capsys.readouterr().err.count("the lease was not renewed: S3 did not answer") == 2


def test_a_client_that_does_not_listen_is_killed(monkeypatch):
    client = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal,time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(300)",
        ],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with client:
        client.stdout.readline()
        wait = client.wait
        monkeypatch.setattr(client, "wait", lambda patience=None: wait(0.2 if patience else None))
        follower._end(client)
    assert client.returncode == -signal.SIGKILL
    follower._end(client)


def test_counters_and_logs_that_nobody_has_are_left_out(one, cluster):
    cluster.history.wait_for = refuse
    assert follow_application.counters_of(one, APP) == {}
    cluster.history.wait_for = lambda _job, _seconds: None
    assert follow_application.counters_of(one, APP) == {}
    cluster.yarn.attempts = refuse
    assert follow_application._master_logs(one, {"id": APP}) == ("", "")
    cluster.yarn.attempts = lambda _application: []
    assert follow_application._master_logs(one, {"id": APP}) == ("", "")
    cluster.yarn.attempts, cluster.history.log = lambda _application: MASTER, "the last word"
    assert follow_application._master_logs(one, {"id": APP}) == ("the last word", "the last word")


def test_a_failure_is_diagnosed_though_the_history_is_silent(one, cluster):
    cluster.history.wait_for = refuse
    found = follow_application.diagnose(one, {"id": APP, "state": "FAILED", "diagnostics": "Task failed"})
    assert found["summary"] and one.ended == "failed"


def test_what_yarn_does_not_say_of_a_container_is_nothing(one, cluster):
    cluster.yarn.container = refuse
    read = follow_application.log_reader(one)
    attempt = {"assignedContainerId": "container_1_0001_01_000002", "nodeHttpAddress": ""}
    assert read(attempt, "container") == ""
    assert read({"assignedContainerId": ""}, "stderr") is None


def test_only_a_shipped_program_has_a_first_line(one, cluster):
    assert follow_application.first_line(one, "m.py") == ""
    one.spec = {**one.spec, "files": ["m.py"]}
    path = Path(JobDir(cluster.path).file("files", "m.py"))
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/usr/bin/python\nprint(1)\n")
    assert follow_application.first_line(one, "m.py") == "#!/usr/bin/python"


def test_a_job_that_yarn_never_gives_room_is_ended(one, cluster, monkeypatch):
    cluster.yarn.add(APP, ["ACCEPTED"])
    monkeypatch.setattr(cluster.yarn, "metrics", lambda: {"activeNodes": 1, "appsRunning": 1})
    follow_application._report_waiting(one, {"id": APP}, None, -1e9)
    assert cluster.yarn.killed == []
    monkeypatch.setattr(cluster.yarn, "metrics", lambda: {"activeNodes": 1, "appsRunning": 0})
    with pytest.raises(follower.Failed, match="found no room for the job in 30 minutes, though nothing else runs"):
        follow_application._report_waiting(one, {"id": APP}, None, -1e9)
    assert cluster.yarn.killed == [APP]


def test_a_node_that_comes_late_is_waited_for(one, cluster, monkeypatch):
    answers = [{"activeNodes": 0}, {"activeNodes": 0}, {"activeNodes": 1}]
    monkeypatch.setattr(cluster.yarn, "metrics", lambda: answers.pop(0))
    follow_application.wait_for_nodes(one)
    assert answers == []


def test_copies_go_as_wide_as_yarn_has_cores_and_as_files_there_are(one, cluster, monkeypatch):
    files = {str(number): Entry(1) for number in range(50)}
    assert follow_distcp._most_maps(one, files, True) == min(50, follow_distcp.distcp.LOCAL_THREADS)
    monkeypatch.setattr(cluster.yarn, "metrics", lambda: {"totalVirtualCores": 8})
    assert follow_distcp._most_maps(one, files, False) == 8
    assert follow_distcp._most_maps(one, dict(list(files.items())[:3]), False) == 3
    monkeypatch.setattr(cluster.yarn, "metrics", refuse)
    assert follow_distcp._most_maps(one, files, False) == 50
    assert follow_distcp._most_maps(one, None, False) == follow_distcp.distcp.MOST_MAPS


def test_how_far_a_copy_is_is_told_of_hdfs_alone_and_not_where_it_is_silent(one, cluster, monkeypatch):
    told = []
    monkeypatch.setattr(follower.Follower, "report", lambda _self, *_, **more: told.append(more["map"]))
    before = copies.Seen({}, {"a": Entry(10)}, {"b": Entry(100)}, [])
    cluster.hdfs.content_summary = lambda _path: {"length": 60}
    follow_distcp._report_bytes(one, place("/data/in"), before)
    follow_distcp._report_bytes(one, place("s3a://b/in"), before)
    follow_distcp._report_bytes(one, place("/data/in"), copies.Seen({}, {}, {}, []))
    cluster.hdfs.content_summary = refuse
    follow_distcp._report_bytes(one, place("/data/in"), before)
    assert told == [50]


@pytest.mark.parametrize(("exception", "hinted"), [("AccessControlException", True), ("FileAlreadyExists", False)])
def test_a_target_that_may_not_be_made_says_who_may(one, cluster, exception, hinted):
    def mkdirs(_path):
        raise Refused("Permission denied: user=hadoop", "", 403, exception)

    one.spec = {**one.spec, "fingerprint": None}
    cluster.hdfs.mkdirs = mkdirs
    with pytest.raises(OhmyError, match="Permission denied") as caught:
        follow_distcp.claim_target(one, "/data/in")
    assert ("hdfs_path" in caught.value.hint) is hinted


def test_a_target_that_is_a_file_is_refused(one, cluster):
    cluster.hdfs.files["/data/in"] = b"x"
    with pytest.raises(OhmyError, match="/data/in in HDFS is a file"):
        follow_distcp.claim_target(one, "/data/in")


def test_a_single_file_is_its_own_listing_and_compared_with_its_copy(cluster):
    cluster.hdfs.files["/data/a.txt"] = b"xyz"
    look = copies.Look(cluster.hdfs, {})
    assert look.listed(place("/data/a.txt")) == {"a.txt": Entry(3, 0.0)}
    assert look.listed(place("/data/none")) == {}


def test_a_file_is_not_written_again_from_what_cannot_go_back():
    calls = []

    def answer(method, path, _body):
        calls.append(method)
        if "CREATE" in path:
            return 200, {"Location": f"http://127.0.0.1:{stub.port}/data"}
        return 0, b""

    class Pipe:
        def seekable(self):
            return False

        def read(self, _size):
            return b""

        def fileno(self):
            raise OSError

    with serve(answer) as stub, pytest.raises(Unreachable, match="The DataNode at .* does not answer"):
        WebHdfs("127.0.0.1", "hadoop", stub.port).create("/a", Pipe())
    assert len(calls) == 2, "asked once, sent once"


def test_owners_modes_and_replication_are_asked_for(monkeypatch):
    asked = []

    def answer(_method, path, _body):
        asked.append(path.partition("?")[2])
        return 200, {"boolean": False}

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        hdfs.set_owner("/a", group="hadoop")
        hdfs.set_permission("/a", "750")
        with pytest.raises(OhmyError, match="the replication of /a was not changed"):
            hdfs.set_replication("/a", 2)
    assert "op=SETOWNER" in asked[0] and "group=hadoop" in asked[0] and "owner" not in asked[0].replace("SETOWNER", "")
    assert "permission=750" in asked[1] and "replication=2" in asked[2]


def test_reading_from_a_datanode_that_refuses_or_is_gone_is_told(monkeypatch):
    def answer(_method, path, _body):
        if "OPEN" in path:
            return 200, {"Location": f"http://127.0.0.1:{port[0]}/data"}
        return 403, {"RemoteException": {"exception": "AccessControlException", "message": "Permission denied"}}

    port = [0]
    with serve(answer) as stub:
        port[0] = stub.port
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        with pytest.raises(Refused, match="Permission denied"):
            hdfs.open("/a")
        with pytest.raises(Refused, match="Permission denied"):
            hdfs.status("/a")
        with pytest.raises(Refused, match="Permission denied"):
            hdfs.entries("/a")
        port[0] = 1
        with pytest.raises(Unreachable, match="The DataNode at 127.0.0.1:1 does not answer"):
            hdfs.open("/a")
    assert webhdfs._size(b"xyz") == 3
