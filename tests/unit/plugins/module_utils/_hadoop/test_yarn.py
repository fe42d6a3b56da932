# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ResourceManager and JobHistory: the forms that their answers take, and kill."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import history, rest
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.yarn import ResourceManager

from .stub_server import serve

APP = {"id": "application_1_10000", "state": "RUNNING", "startedTime": "5", "applicationTags": "ohmy-x,other"}


@pytest.mark.parametrize("empty", [None, {}, {"apps": None}, {"apps": ""}, {"apps": {}}, {"apps": {"app": None}}])
def test_nothing_comes_in_many_forms(empty):
    with serve(lambda *_: (200, empty)) as stub:
        assert ResourceManager("127.0.0.1", stub.port).apps() == []


@pytest.mark.parametrize("form", [APP, [APP]])
def test_one_application_comes_with_and_without_a_list(form):
    with serve(lambda *_: (200, {"apps": {"app": form}})) as stub:
        manager = ResourceManager("127.0.0.1", stub.port)
        assert [app["id"] for app in manager.apps("ohmy-X")] == ["application_1_10000"]
        assert "applicationTags=ohmy-x" in stub.seen[-1][1]
        assert manager.apps("ohmy-y") == []  # a server that ignored the filter


def test_the_newest_comes_first_whatever_numbers_look_like():
    older, newer = {**APP, "id": "a", "startedTime": 9}, {**APP, "id": "b", "startedTime": "10"}
    with serve(lambda *_: (200, {"apps": {"app": [older, newer]}})) as stub:
        assert [app["id"] for app in ResourceManager("127.0.0.1", stub.port).apps()] == ["b", "a"]


def test_metrics_are_numbers():
    with serve(lambda *_: (200, {"clusterMetrics": {"activeNodes": "2", "x": None}})) as stub:
        assert ResourceManager("127.0.0.1", stub.port).metrics() == {"activeNodes": 2}


def test_an_unknown_application_is_none():
    with serve(lambda *_: (404, {"RemoteException": {"message": "not found"}})) as stub:
        assert ResourceManager("127.0.0.1", stub.port).app("application_1_0001") is None


@pytest.fixture(name="starting")
def fixture_starting():
    """A ResourceManager as 3.5.0 answers while it recovers: an application is unknown, and the list lacks it."""
    state = {"haState": "INITIALIZING"}

    def answer(_method, path, _body):
        if path == "/ws/v1/cluster/info":
            return 200, {"clusterInfo": {"state": "STARTED", **state}}
        if state["haState"] != "ACTIVE":
            return (404, {"RemoteException": {}}) if "application_1" in path else (200, {"apps": {"app": []}})
        return 200, {"app": APP} if "application_1" in path else {"apps": {"app": [APP]}}

    with serve(answer) as stub:
        yield ResourceManager("127.0.0.1", stub.port), state


def test_what_is_not_recovered_yet_is_not_taken_for_unknown(starting):
    manager, state = starting
    for ask in (lambda: manager.app("application_1_10000"), lambda: manager.apps("ohmy-x")):
        with pytest.raises(rest.Unreachable, match="has just started"):
            ask()
    state["haState"] = "ACTIVE"
    assert manager.app("application_1_10000")["state"] == "RUNNING" and len(manager.apps("ohmy-x")) == 1


def test_kill_asks_until_it_has_ended():
    states = ["RUNNING", "RUNNING", "KILLED"]

    def answer(method, path, body):
        if method == "PUT":
            assert body == b'{"state": "KILLED"}' and path.endswith("/state?user.name=hadoop")
            return 202, {"state": "ACCEPTED"}
        return 200, {"app": {**APP, "state": states.pop(0)}}

    with serve(answer) as stub:
        assert ResourceManager("127.0.0.1", stub.port).kill("application_1_10000") == "KILLED"


def test_an_application_that_ended_by_itself_is_not_killed():
    with serve(lambda *_: (200, {"app": {**APP, "state": "FINISHED"}})) as stub:
        assert ResourceManager("127.0.0.1", stub.port).kill("application_1_10000") == "FINISHED"
        assert [method for method, _path, _body in stub.seen] == ["GET"]


def test_kill_has_a_limit_and_says_what_was_refused():
    with serve(lambda *_: (200, {"app": APP})) as stub, pytest.raises(OhmyError, match="has not ended"):
        ResourceManager("127.0.0.1", stub.port).kill("application_1_10000", wait=0)

    def answer(method, path, body):
        return (403, {"RemoteException": {"message": "User x cannot"}}) if method == "PUT" else (200, {"app": APP})

    with serve(answer) as stub, pytest.raises(OhmyError, match="User x cannot"):
        ResourceManager("127.0.0.1", stub.port).kill("application_1_10000")


def test_the_page_of_an_ended_application_is_no_answer_of_its_master():
    with serve(lambda *_: (302, "http://127.0.0.1/jobhistory")) as stub:
        tree = history.running_tree(ResourceManager("127.0.0.1", stub.port), "application_1_0001")
        assert tree.job("job_1_0001") is None
    with serve(lambda *_: (200, b"<html>")) as stub:
        tree = history.running_tree(ResourceManager("127.0.0.1", stub.port), "application_1_0001")
        assert tree.job("job_1_0001") is None and tree.tasks("job_1_0001") == []


def tree_of(answers):
    return history.JobTree(lambda path, _params: answers.get(path))


def test_counters_are_flat_and_the_programs_own_carry_their_group():
    group = "org.apache.hadoop.mapreduce.TaskCounter"
    found = tree_of(
        {
            "/jobs/j/counters": {
                "jobCounters": {
                    "counterGroup": [
                        {
                            "counterGroupName": group,
                            "counter": {"name": "MAP_INPUT_RECORDS", "totalCounterValue": "66"},
                        },
                        {
                            "counterGroupName": "Shuffle Errors",
                            "counter": [{"name": "IO_ERROR", "totalCounterValue": 0}],
                        },
                        {"counterGroupName": "Mine", "counter": [{"name": "bad lines", "totalCounterValue": 2}]},
                    ]
                }
            }
        }
    ).counters("j")
    assert found == {"MAP_INPUT_RECORDS": 66, "Mine.bad lines": 2}


def test_only_failed_attempts_of_tasks_that_never_succeeded_count():
    tree = tree_of(
        {
            "/jobs/j/tasks": {
                "tasks": {
                    "task": [
                        {"id": "t1", "state": "SUCCEEDED", "successfulAttempt": "a2"},
                        {"id": "t2", "state": "KILLED", "successfulAttempt": ""},
                        {"id": "t3", "state": "FAILED", "successfulAttempt": "", "finishTime": 3},
                    ]
                }
            },
            "/jobs/j/tasks/t1/attempts": {"taskAttempts": {"taskAttempt": [{"id": "a1", "state": "FAILED"}]}},
            "/jobs/j/tasks/t2/attempts": {"taskAttempts": {"taskAttempt": {"id": "b1", "state": "KILLED"}}},
            "/jobs/j/tasks/t3/attempts": {
                "taskAttempts": {
                    "taskAttempt": [
                        {"id": "c2", "state": "FAILED", "finishTime": 9},
                        {"id": "c1", "state": "FAILED", "finishTime": 4},
                        {"id": "c3", "state": "KILLED", "finishTime": 1},
                    ]
                }
            },
        }
    )
    assert [attempt["id"] for attempt in tree.failed_attempts("j")] == ["c1", "c2"]


def test_a_log_comes_from_its_node_or_else_from_history():
    framed = b"Container: c on h_1\nLogAggregationType: AGGREGATED\nLogType:stderr\nLogLength:3\nLogContents:\nboo\nmore\nEnd of LogType:stderr\n"

    def answer(method, path, body):
        return (404, b"") if path.startswith("/ws/v1/node") else (200, framed)

    with serve(answer) as stub:
        server = history.JobHistory("127.0.0.1", stub.port)
        assert server.container_log("c", "stderr", f"127.0.0.1:{stub.port}") == "boo\nmore"
        assert [path for _method, path, _body in stub.seen] == [
            "/ws/v1/node/containerlogs/c/stderr?size=-16384",
            "/ws/v1/history/containerlogs/c/stderr?size=-16384",
        ]
        # As Hadoop names the node of an attempt that never had one.
        for nowhere in ("N/A", "null:-1", ":0", ""):
            assert server.container_log("c", "stderr", nowhere) == "boo\nmore"
        assert len(stub.seen) == 6


def test_history_that_never_comes_is_waited_for_only_so_long():
    with serve(lambda *_: (404, {})) as stub:
        assert history.JobHistory("127.0.0.1", stub.port).wait_for("job_1_0001", 0) is None


def test_a_redirects_target_is_quoted_once():
    assert rest.split_location("http://10.0.0.5:9864/webhdfs/v1/a%20b/ü c?op=OPEN&x=1") == (
        "10.0.0.5",
        9864,
        "/webhdfs/v1/a%20b/%C3%BC%20c?op=OPEN&x=1",
    )


def test_an_empty_log_says_nothing():
    assert history.contents("LogType:stderr\nLogLength:0\nLogContents:\nEnd of LogType:stderr.\n*****\n") == ""
    assert history.contents("LogType:stderr\nLogLength:0\n") == ""
    assert history.contents("bare words") == "bare words"


# What is said of a container

CONTAINER = "container_e02_1_10000_01_000002"


@pytest.mark.parametrize("form", [lambda one: one, lambda one: [one]])
def test_a_container_that_yarn_still_knows_tells_its_end(form):
    known = {
        "containerId": CONTAINER,
        "containerState": "COMPLETE",
        "containerExitStatus": -104,
        "diagnosticsInfo": "Killed.",
    }
    with serve(lambda *_: (200, {"containers": {"container": form(known)}})) as stub:
        manager = ResourceManager("127.0.0.1", stub.port)
        assert manager.container(CONTAINER) == "exit status -104\nKilled."
        path = "/ws/v1/cluster/apps/application_1_10000/appattempts/appattempt_1_10000_000001/containers"
        assert stub.seen[0][1] == path
        assert manager.container("container_1_10000_01_000003") == manager.container("odd") == ""


def test_a_container_that_runs_or_is_forgotten_tells_nothing():
    answers = [
        (200, {"container": {"state": "EXITED_WITH_FAILURE", "exitCode": 137, "diagnostics": "Killed."}}),
        (200, {"container": {"state": "RUNNING", "exitCode": -1000}}),
        (404, {"RemoteException": {"message": "not found"}}),
        (500, {}),
    ]
    with serve(lambda *_: answers.pop(0)) as stub:
        words = [history.container_words(CONTAINER, f"127.0.0.1:{stub.port}") for _answer in range(4)]
        assert words == ["exit status 137\nKilled.", "", "", ""]
        assert stub.seen[0][1] == f"/ws/v1/node/containers/{CONTAINER}"
    for container, node in ((CONTAINER, "N/A"), (CONTAINER, ""), ("", "h:1")):
        assert history.container_words(container, node) == ""
