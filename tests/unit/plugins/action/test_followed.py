# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json
import os
import re

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import distcp, streaming_job
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import followed_action, node_action, progress

from .fakes import make_action
from .test_node_action import Clock

LOST = AnsibleConnectionFailure("Connection reset by peer")


@pytest.fixture(name="clock", autouse=True)
def fixture_clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(node_action, "time", clock)
    monkeypatch.setattr(followed_action, "time", clock)
    monkeypatch.setattr(progress, "STDOUT_IS_TTY", True)
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    return clock


def status(state, **values):
    percent = {"map": 50, "reduce": 0, "text": "mapping"}
    return {
        "id": "j1",
        "kind": "streaming",
        "name": "wordcount",
        "state": state,
        "application_id": "application_1_1",
        "progress": percent,
        "counters": {},
        "started": 100.0,
        "finished": 130.5 if state in followed_action.ENDED else None,
        "output": {"files": 1, "bytes": 10},
        "error": None,
        "digest": f"{state}-{percent}",
        "following": True,
        **values,
    }


class Master:
    """Answers module runs as the modules do; ``states`` are seen one after the other."""

    def __init__(self, *states, job=None, changed=True):
        self.states = list(states)
        self.job = job
        self.changed = changed
        self.looks = 0

    def __call__(self, name, args):
        if name != "look":
            state = self.states.pop(0)
            return {"changed": self.changed, "id": "j1", "status": state, "actions": ["start"], "output": None}
        if args["wait"] == 0:
            return self.job
        self.looks += 1
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, BaseException):
            return state
        return state


def run(master, args=None, cls=streaming_job.ActionModule, **options):
    action = make_action(cls, {"id": "j1", "name": "wordcount", **(args or {})}, master, **options)
    return action, action.run(task_vars={})


def test_a_job_is_started_watched_and_its_end_is_the_result():
    action, result = run(Master(status("starting"), status("running"), status("succeeded", counters={"a": 1})))
    assert result["changed"] and not result.get("failed")
    assert (result["state"], result["application_id"], result["seconds"]) == ("succeeded", "application_1_1", 30.5)
    assert result["counters"] == {"a": 1} and "status" not in result
    assert any("map 50 %, reduce 0 % - mapping" in line for line in action.display.shown)
    looks = [(args["job"], args["wait"], args["known"]) for name, args in action.calls if name == "look"]
    assert looks == [
        ("j1", 8, "starting-{'map': 50, 'reduce': 0, 'text': 'mapping'}"),
        ("j1", 8, "running-{'map': 50, 'reduce': 0, 'text': 'mapping'}"),
    ]


def test_a_first_failed_attempt_is_told_once_and_at_once():
    failure = {"summary": "The mapper m.py failed: oops.", "hint": "Mend it.", "stderr": "Traceback\nValueError: oops"}
    running = status("running", first_failure=failure)
    action, result = run(Master(status("starting"), running, running, status("succeeded", first_failure=failure)))
    told = [line for line in action.display.shown if "first attempt has failed" in line]
    assert len(told) == 1 and "The mapper m.py failed: oops. Mend it.\n    Traceback\n    ValueError: oops" in told[0]
    assert not result.get("failed") and result["first_failure"] == failure


def test_time_and_rest_are_on_the_line():
    text = followed_action.progress_line(status("running", age=3735.2, progress={"text": "mapping", "left": 40}))
    assert text.endswith("mapping, 1:02:15, about 0:40 left")


def test_a_finished_job_is_found_finished_without_a_look():
    master = Master(status("succeeded"), changed=False, job=status("succeeded"))
    _action, result = run(master)
    assert not result["changed"] and result["state"] == "succeeded" and master.looks == 0


def test_a_failure_is_told_in_the_programs_own_words():
    error = {
        "summary": "The mapper raised ValueError: bad line.",
        "hint": "Look at line 3.",
        "stderr": "Traceback (most recent call last):\nValueError: bad line",
        "attempt": "attempt_1_m_0_3",
        "host": "10.0.0.6",
    }
    _action, result = run(Master(status("running"), status("failed", error=error)))
    assert result["failed"] and result["changed"], "the job did run"
    assert "wordcount failed. The mapper raised ValueError" in result["msg"]
    assert "Traceback" in result["msg"] and "10.0.0.6" in result["msg"] and result["error"] == error
    assert result["state"] == "failed"


def long_failure(**more):
    stack = "Error: java.io.IOException: x\n\tat a.b.C.d(E.java:1)"
    return {
        "id": "python-exception",
        "summary": "The mapper raised ValueError: bad line.",
        "hint": "Look at line 3.",
        "stderr": "Traceback (most recent call last):\n"
        + "\n".join(f"  frame {n} " + "x" * 300 for n in range(60))
        + "\nLast",
        "evidence": {"diagnostics": stack, "exit_code": 1},
        **more,
    }


def test_a_failure_fits_on_a_screen_and_shows_no_stack_of_java():
    _action, result = run(Master(status("running"), status("failed", error=long_failure())))
    lines = result["msg"].split("\n")
    assert sum(max(1, -(-len(line) // 80)) for line in lines) <= 24 and len(lines) > 10
    assert lines[1] == "The program's own words:" and lines[-1] == "Last" and "ValueError" in lines[0]
    assert "java" not in str(result), "the result is printed too"
    assert result["error"]["evidence"] == {"diagnostics": "", "exit_code": 1} and result["hint"] == "Look at line 3."


def test_all_that_is_known_is_shown_where_it_is_asked_for():
    error = long_failure()
    found = followed_action.failure_of(status("failed", error=error), "wordcount", verbosity=3)
    assert "frame 0" in str(found) and "\tat a.b.C.d(E.java:1)" in str(found) and found.details["error"] == error


def test_all_tries_are_named():
    spent = [{"application_id": None, "id": "safe-mode", "summary": f"HDFS is in safe mode ({n})."} for n in (1, 2)]
    _action, result = run(Master(status("running"), status("failed", error=long_failure(stderr=""), tries=spent)))
    words = "It was tried 2 times: 1. HDFS is in safe mode (1); 2. HDFS is in safe mode (2). Look at line 3."
    assert words in result["msg"] and result["tries"] == spent
    _action, result = run(Master(status("running"), status("failed", error=long_failure(stderr=""), tries=spent[:1])))
    assert "It was tried" not in result["msg"]


def test_the_line_says_which_try_it_is():
    spent = [{"application_id": None, "id": "safe-mode", "summary": "HDFS is in safe mode."}]
    assert followed_action.progress_line(status("running", tries=spent)).endswith("- mapping (try 2)")
    waiting = {"map": 0, "reduce": 0, "text": "try 2 of 3: HDFS is in safe mode."}
    line = followed_action.progress_line(status("starting", tries=spent, application_id=None, progress=waiting))
    assert line == "try 2 of 3: HDFS is in safe mode."


def test_a_killed_job_is_a_failed_task():
    _action, result = run(Master(status("running"), status("killed")))
    assert result["failed"] and "killed" in result["msg"]


def test_a_lost_link_is_tried_again_and_shown():
    action, result = run(Master(status("running"), LOST, LOST, status("succeeded")))
    assert not result.get("failed") and any("connection to the master is lost" in line for line in action.display.shown)


@pytest.mark.parametrize(
    "answer",
    [
        {"rc": 143, "stdout": "Terminated", "stderr": "Shared connection to 10.0.0.5 closed."},
        {"rc": 0, "stdout": "", "stderr": ""},
        {"rc": 0, "stdout": '{"state": "run', "stderr": ""},
        {"rc": 1, "stdout": "", "stderr": "sudo: a password is required"},
        {"rc": 2, "stdout": "sh: 1: Cannot fork", "stderr": ""},
        {"rc": 255, "stdout": "", "stderr": ""},
    ],
)
def test_a_look_without_an_answer_is_a_lost_link(clock, answer):
    _action, result = run(Master(status("running"), answer, status("succeeded")))
    assert not result.get("failed"), result
    _action, result = run(Master(status("running"), answer))
    assert result["failed"] and result["connection_lost"] and 60 <= clock.now < 80


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"rc": 1, "stdout": "ohmy: x cannot be read.\r\n"}, r"demo-master \(10.0.0.5\): x cannot be read\."),
        ({"rc": 1, "stdout": "", "stderr": "ohmy: No room.\nShared connection closed."}, "No room"),
    ],
)
def test_a_look_that_cannot_be_is_told_at_once(clock, answer, words):
    _action, result = run(Master(status("running"), {"stderr": "", **answer}))
    assert result["failed"] and re.search(words, result["msg"]) and clock.now == 0


@pytest.mark.parametrize(
    "said", ["argument verb: invalid choice: 'look' (choose from boot)", "No such file or directory"]
)
def test_a_master_that_an_earlier_release_configured_is_asked_by_the_module(said):
    class Older(Master):
        def __call__(self, name, args):
            if name == "look":
                return {"rc": 2, "stdout": "", "stderr": said}
            if name == "streaming_job_info":
                state = super().__call__("look", args)
                return {"jobs": [state] if state else []}
            return super().__call__(name, args)

    action, result = run(Older(status("starting"), status("running"), status("succeeded")))
    assert result["state"] == "succeeded", result
    names = [name for name, _args in action.calls]
    assert names.count("look") == 1 and names.count("streaming_job_info") == 2
    assert all(args["touch"] for name, args in action.calls if name == "streaming_job_info"), "a sign of life, too"


def test_noise_around_an_answer_is_passed_over():
    noisy = {"rc": 0, "stdout": f"Welcome!\r\n{json.dumps(status('succeeded'))}\r\nbye\r\n", "stderr": "mux"}
    _action, result = run(Master(status("running"), noisy))
    assert result["state"] == "succeeded"


@pytest.mark.parametrize("job", ["-h", "--known", "a b", "../x"])
def test_what_is_no_id_of_a_job_is_told_as_that(job):
    action = make_action(streaming_job.ActionModule, {}, [])
    with pytest.raises(OhmyError, match="cannot be the id of a job"):
        action.look(job, 0, None)
    assert action._connection.commands == []


def test_a_dead_master_fails_within_the_limit(clock):
    _action, result = run(Master(status("running"), LOST))
    assert result["failed"] and "unreachable" not in result and "demo-master" in result["msg"]
    assert clock.now < 70


def test_the_limit_of_the_wait(clock):
    class Slow(Master):
        def __call__(self, name, args):
            clock.now += args.get("wait", 0)
            return super().__call__(name, args)

    _action, result = run(Slow(status("running"), status("running")), {"timeout": 60})
    assert result["failed"] and "not ended after 60 s" in result["msg"] and "attach" in result["hint"]
    assert 240 <= clock.now < 250 and result["application_id"] == "application_1_1"


def test_a_follower_that_died_is_noticed():
    _action, result = run(Master(status("running"), status("running", following=False)))
    assert result["failed"] and "journalctl" in result["hint"]


def test_a_job_that_vanished_is_noticed():
    _action, result = run(Master(status("running"), None))
    assert result["failed"] and "knows no job" in result["msg"]


def test_check_mode_is_the_modules_plan_alone(tmp_path):
    (tmp_path / "m.py").write_text("x")
    files = [{"src": str(tmp_path / "m.py"), "name": "m.py"}]
    action, result = run(Master(status("absent")), {"files": files}, check=True)
    assert [name for name, _args in action.calls] == ["fake"] and action._connection.put == []
    assert result["changed"]


@pytest.mark.parametrize(
    ("job", "sent"),
    [
        (None, True),
        (status("running"), False),
        (status("succeeded"), False),
        (status("failed"), False),
    ],
)
def test_programs_travel_only_to_a_job_that_is_to_start(tmp_path, job, sent):
    (tmp_path / "m.py").write_text("print(1)")
    spool = tmp_path / "spool"
    spool.mkdir()
    files = [{"src": str(tmp_path / "m.py"), "name": "mapper.py"}]
    action, _result = run(Master(status("succeeded"), job=job), {"files": files}, spool=str(spool))
    args = next(args for name, args in action.calls if name == "fake")
    assert args["files"][0]["sha256"] == hashlib.sha256(b"print(1)").hexdigest()
    assert (args.get("spool") == str(spool)) is sent and os.path.exists(spool / "mapper.py") is sent


def test_local_files_are_all_checked_before_anything_starts(tmp_path):
    (tmp_path / "a.py").write_text("")
    os.mkfifo(tmp_path / "pipe")
    good = {"src": str(tmp_path / "a.py")}
    assert streaming_job.local_files([good])[0]["name"] == "a.py"
    for files, words in [
        ([{"src": "/nowhere/x"}, {"src": "/nowhere/y"}], "/nowhere/x.*/nowhere/y"),
        ([good, good], "two files are called a.py"),
        ([{**good, "name": "../a"}], "no name that Hadoop can ship"),
        ([{**good, "name": ".."}], "no name that Hadoop can ship"),
        ([{**good, "name": "a.py\n"}], "no name that Hadoop can ship"),
        ([{"src": str(tmp_path / "pipe")}], "no regular file"),
        (["a.py"], "list of entries"),
    ]:
        with pytest.raises(OhmyError, match=words):
            streaming_job.local_files(files)


def test_a_program_that_changed_since_it_was_looked_at_does_not_travel(tmp_path):
    (tmp_path / "m.py").write_text("print(2)")
    (tmp_path / "spool").mkdir()
    files = [{"src": str(tmp_path / "m.py"), "name": "m.py", "sha256": hashlib.sha256(b"print(1)").hexdigest()}]
    action, result = run(Master(status("succeeded"), job=None), {"files": files}, spool=str(tmp_path / "spool"))
    assert result["failed"] and f"{tmp_path / 'm.py'} has changed since it was looked at" in result["msg"]
    assert action.calls == [] and action._connection.put == []


@pytest.mark.parametrize("bad", [{"options": "x"}, {"cmdenv": ["a"]}, {"reduces": "two"}])
def test_values_of_a_wrong_type_are_left_to_the_module_to_refuse(bad):
    seen = []

    def answers(_name, args):
        seen.append(args)
        return {"failed": True, "msg": "argument is of the wrong type"}

    _action, result = run(answers, {"mapper": "cat", "input": ["/in"], "output": "/out", **bad})
    assert result["failed"] and "wrong type" in result["msg"] and len(seen) == 1


@pytest.mark.parametrize(("counters", "changed"), [({"COPY": 3}, True), ({"COPY": 0, "SKIP": 3}, False)])
def test_a_copy_changed_something_when_it_copied(counters, changed):
    master = Master(status("running", kind="distcp"), status("succeeded", kind="distcp", counters=counters))
    _action, result = run(master, cls=distcp.ActionModule)
    assert result["changed"] is changed and result["files"] == 1 and result["bytes"] == 10


def test_the_line_before_and_after_an_application_is_there():
    assert followed_action.progress_line(status("starting", application_id=None)) == "mapping"
    assert followed_action.progress_line({"state": "starting"}) == "starting"
    assert followed_action.progress_line(status("running", kind="distcp")) == "map 50 % - mapping"
