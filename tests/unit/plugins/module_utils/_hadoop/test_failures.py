# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of a failure beside its cause: whose it is, what it read, how far it came, and what nobody knows."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import clues, failures
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import EVIDENCE, error
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Unreachable

SPEC = {"mapper": "mapper.py", "reducer": "reducer.py", "combiner": None}
STACK = (
    "Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code {}\n"
    "\tat org.apache.hadoop.streaming.PipeMapRed.waitOutputThreads(PipeMapRed.java:326)\n"
    "\tat java.base/java.security.AccessController.doPrivileged(Unknown Source)\n"
)
EXITED = STACK.format(1)
PLACE = "/data/usercache/hadoop/appcache/application_1_0001/container_e02_1_0001_01_000002"
TRACEBACK = f"""Traceback (most recent call last):
  File "{PLACE}/mapper.py", line 7, in <module>
    json.loads("x")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
log4j:WARN No appenders could be found
"""
CONTEXT = (
    "R/W/S=1703/12/0 in:NA [rec/s] out:NA [rec/s]\nminRecWrittenToEnableSkip_=9223372036854775807 HOST=null\n"
    "USER=hadoop\nHADOOP_USER=null\nlast tool output: |whale\t1|\n"
)
SYSLOG = (
    "INFO [main] org.apache.hadoop.mapred.MapTask: Processing split: hdfs://10.0.0.4:8020/in/a b:c,d.txt:100+12\n"
    f"INFO [main] org.apache.hadoop.streaming.PipeMapRed: PipeMapRed exec [{PLACE}/./mapper.py]\n"
    "INFO [main] org.apache.hadoop.streaming.PipeMapRed: R/W/S=1000/0/0 in:NA [rec/s] out:NA [rec/s]\n"
)


def no_log(*_):
    """Stand for logs that are gone."""
    return None


def attempt(diagnostics=EXITED, **more):
    """Return a failed map."""
    usual = {"id": "attempt_1_0001_m_000000_0", "type": "MAP", "nodeHttpAddress": "10.0.0.6:8042"}
    return {**usual, "assignedContainerId": "container_1_0001_01_000002", "diagnostics": diagnostics, **more}


def told(diagnostics=EXITED, log="", spec=SPEC, **more):
    """Return how an attempt is explained."""
    return failures.diagnose_attempt(attempt(diagnostics), log, spec, failures.More(**more))[1]


def test_a_traceback_is_told_by_its_last_frame_of_the_users_own_and_all_evidence():
    found = told(log=TRACEBACK, syslog=SYSLOG + CONTEXT)
    assert found["summary"] == (
        "The mapper mapper.py failed: it raised JSONDecodeError: Expecting value: line 1 column 1 (char 0) "
        "(mapper.py, line 7)."
    )
    assert found["hint"].startswith(
        "It was given /in/a b:c,d.txt to read, 12 bytes from byte 100, and broke after at most 1703 records. It is the"
    )
    evidence = found["evidence"]
    assert evidence["input"] == {"path": "/in/a b:c,d.txt", "start": 100, "length": 12, "others": 0}
    assert (evidence["records_read"], evidence["last_output"]) == (1703, "whale\t1")
    assert (evidence["exit_code"], evidence["container_exit_code"]) == (1, None)
    assert (evidence["program"], evidence["container"]) == ("mapper", "container_1_0001_01_000002")
    assert (found["attempt"], found["host"]) == ("attempt_1_0001_m_000000_0", "10.0.0.6")
    assert all(evidence[key] == found[key] for key in ("stderr", "attempt", "host"))
    assert "PipeMapRed.java" in evidence["diagnostics"]
    assert (
        "container_" not in found["stderr"]
        and "log4j" not in found["stderr"]
        and 'mapper.py", line 7' in found["stderr"]
    )


def test_every_explanation_has_the_same_keys():
    app = {"state": "FINISHED", "finalStatus": "FAILED", "diagnostics": "new"}
    explanations = [
        told(),
        failures.diagnose_submit(5, "new"),
        failures.diagnose_submit(5, "Input path does not exist: /x"),
        failures.diagnose_copy(25, "new", "/t"),
        failures.diagnose_application(app, [], no_log, SPEC),
        failures.diagnose_application({"state": "KILLED"}, [attempt()], no_log, SPEC),
        failures.diagnose_error(OhmyError("No.", "Do.")),
    ]
    for found in explanations:
        assert set(found) == {"id", "summary", "hint", "retry", "stderr", "attempt", "host", "evidence"}
        assert set(found["evidence"]) == set(EVIDENCE)


def test_what_is_not_known_says_so():
    found = told("Error: java.lang.IllegalStateException: odd thing\n\tat a.b.C.d(E.java:1)", "strange word")
    assert found["id"] == "unknown" and found["retry"] == "no"
    assert found["summary"].endswith("nothing that is known here says why: IllegalStateException: odd thing.")
    assert "hadoop_logs" in found["hint"] and found["stderr"] == "strange word"
    assert told("")["summary"].endswith("no reason was given.")
    log = (
        "2026-01-01 00:00:00,000 ERROR streaming.StreamJob: Error Launching job : org.apache.hadoop.x.StrangeException: odd\n"
        "\tat a.b.C.d(E.java:1)\nStreaming Command Failed!\n"
    )
    found = failures.diagnose_submit(5, log)
    assert (
        "StrangeException: odd." in found["summary"]
        and "a.b.C" not in str(found)
        and "Command Failed" not in str(found)
    )
    assert (found["id"], found["evidence"]["exit_code"]) == ("unknown", 5)
    app = {"state": "FINISHED", "finalStatus": "FAILED", "diagnostics": "Task failed task_1\nsomething new\n"}
    found = failures.diagnose_application(app, [], no_log, SPEC)
    assert found["id"] == "unknown" and found["summary"].endswith("why: something new.")
    assert failures.diagnose_copy(77, "odd", "/t")["summary"].endswith("exit code 77.")


def test_a_client_that_does_not_come_back():
    assert failures.diagnose_submit(None, "")["id"] == "client-too-slow"
    assert failures.diagnose_copy(None, "", "/t")["id"] == "client-too-slow"


def test_the_last_traceback_counts_where_a_program_survived_one_or_several_share_their_words():
    survived = TRACEBACK.replace(
        "json.decoder.JSONDecodeError: Expecting value", "ModuleNotFoundError: No module named 'x'"
    )
    log = survived + TRACEBACK.replace("mapper.py", "reducer.py")
    assert told(log=log)["id"] == "python-exception" and "(reducer.py, line 7)" in told(log=log)["summary"]


@pytest.mark.parametrize(
    ("end", "summary"),
    [
        ("mymodule.errors.BadLine: no tab", "it raised BadLine: no tab (mapper.py, line 7)."),
        ("KeyError", "it raised KeyError (mapper.py, line 7)."),
        (
            "  | ExceptionGroup: two (2 sub-exceptions)",
            "it raised ExceptionGroup: two (2 sub-exceptions) (mapper.py, line 7).",
        ),
    ],
)
def test_exceptions_of_any_name_are_told(end, summary):
    log = f'Traceback (most recent call last):\n  File "{PLACE}/mapper.py", line 7, in <module>\n    work\n{end}\n'
    assert told(log=log)["summary"] == f"The mapper mapper.py failed: {summary}"


def test_a_silent_attempt_is_told_by_what_yarn_says_of_its_container():
    asked = []

    def read_log(_attempt, name):
        asked.append(name)
        words = "[2026-01-31 10:00:00.123]Container [pid=1,containerID=c] is running 1B beyond the 'PHYSICAL' memory limit. "
        return (
            f"exit status -104\n{words}Current usage: 1.2 GB of 1 GB physical memory used"
            if name == "container"
            else ""
        )

    app = {"finalStatus": "FAILED", "diagnostics": "Task failed task_1"}
    found = failures.diagnose_application(app, [attempt(STACK.format(137))], read_log, SPEC)
    assert found["id"] == "task-memory-physical" and "1.2 GB of 1 GB" in found["summary"] and "container" in asked
    evidence = found["evidence"]
    assert (evidence["exit_code"], evidence["container_exit_code"]) == (137, -104)
    found = failures.diagnose_application(app, [attempt(STACK.format(137))], no_log, SPEC)
    assert found["id"] == "exit-137"


def test_a_container_is_not_asked_for_where_the_program_spoke():
    def read_log(_attempt, name):
        assert name != "container"
        return TRACEBACK if name == "stderr" else ""

    assert failures.diagnose_application({}, [attempt()], read_log, SPEC)["id"] == "python-exception"


def test_the_program_that_spoke_beats_the_one_that_was_silent():
    silent = attempt(id="attempt_1_0001_m_000000_0")
    spoke = attempt(id="attempt_1_0001_r_000001_0", type="REDUCE")
    logs = {silent["id"]: "", spoke["id"]: TRACEBACK}

    def read_log(one, name):
        return logs[one["id"]] if name == "stderr" else None

    found = failures.diagnose_application({}, [silent, spoke], read_log, SPEC)
    assert found["attempt"] == spoke["id"] and found["summary"].startswith("The reducer reducer.py failed")
    assert found["evidence"]["input"] is None


def test_a_map_of_a_copy_is_told_by_what_lies_below_the_failed_file():
    denied = "AccessDeniedException: s3a://b/in/a: S3Exception: null (Service: S3, Status Code: 403, Request ID: 1)"
    text = "Error: java.io.IOException: File copy failed: s3a://b/in/a --> hdfs://h/in/a\nCaused by: java.nio.file."
    copying = {"kind": "distcp", "copies": []}
    found = told(text + denied, spec=copying)
    assert found["id"] == "s3-access-denied" and found["evidence"]["program"] == ""
    assert found["summary"] == "A map task failed: S3 refused the nodes access to s3a://b/in/a."
    assert told(text + "Odd: new", spec=copying)["id"] == "distcp-file-failed"
    assert failures.diagnose_copy(25, text + denied, "/t")["id"] == "s3-access-denied"


def test_what_comes_back_each_time_beats_what_may_pass():
    lost = attempt("Container released on a *lost* node", id="attempt_1_0001_m_000000_0")
    broken = attempt(id="attempt_1_0001_m_000000_1")

    def read_log(one, name):
        return TRACEBACK if name == "stderr" and one is broken else None

    assert failures.diagnose_application({}, [lost, broken], read_log, SPEC)["id"] == "python-exception"
    assert failures.diagnose_application({}, [lost], read_log, SPEC)["id"] == "node-lost"


COMBINING = {"mapper": "python3 mapper.py", "reducer": "reducer.py", "combiner": "python3 combiner.py"}
EXEC = "INFO [main] org.apache.hadoop.streaming.PipeMapRed: PipeMapRed exec [{}]\n"


@pytest.mark.parametrize(
    ("kind", "diagnostics", "log", "syslog", "program"),
    [
        ("map", "\tat org.apache.hadoop.mapred.Task$OldCombinerRunner.combine(Task.java:1730)", "", "", "combiner"),
        ("reduce", "\tat org.apache.hadoop.mapred.Task$OldCombinerRunner.combine(Task.java:1730)", "", "", "combiner"),
        ("map", "\tat org.apache.hadoop.streaming.PipeMapRunner.run(PipeMapRunner.java:34)", "", "", "mapper"),
        ("map", "", TRACEBACK.replace("mapper.py", "combiner.py"), "", "combiner"),
        ("map", "", TRACEBACK, EXEC.format("/usr/bin/python3, combiner.py"), "mapper"),
        ("map", "", "", EXEC.format("/usr/bin/python3, mapper.py"), "mapper"),
        (
            *("map", "", ""),
            EXEC.format("/usr/bin/python3, mapper.py") + EXEC.format("/usr/bin/python3, combiner.py"),
            "combiner",
        ),
        ("reduce", "", "", EXEC.format(f"{PLACE}/./reducer.py"), "reducer"),
    ],
)
def test_a_combiner_is_named_where_it_is_the_one_that_failed(kind, diagnostics, log, syslog, program):
    assert clues.program_of(kind, COMBINING, diagnostics, log, syslog) == program
    assert clues.program_of(kind, SPEC, diagnostics, log, syslog) == ("mapper" if kind == "map" else "reducer")


def test_a_combiner_that_is_the_reducer_is_known_by_the_second_start():
    spec = {"mapper": "m.py", "reducer": "r.py", "combiner": "r.py"}
    started = EXEC.format(f"{PLACE}/./m.py")
    assert clues.program_of("map", spec, "", "", started) == "mapper"
    assert clues.program_of("map", spec, "", "", started + EXEC.format(f"{PLACE}/./r.py")) == "combiner"
    assert clues.program_of("reduce", spec, "", "", EXEC.format(f"{PLACE}/./r.py")) == "reducer"


def test_a_small_job_whose_master_died_is_told_by_the_words_in_the_masters_container():
    app = {
        "finalStatus": "FAILED",
        "diagnostics": "Application application_1 failed 1 times due to AM Container for appattempt_1 exited with  exitCode: 1\n",
    }
    words = "log4j:WARN no appenders\nthe mapper is fine\n" + TRACEBACK.replace("mapper.py", "reducer.py")
    found = failures.diagnose_application(
        app, [], no_log, SPEC, "Retrying connect to server: h:8020. ", master_words=words
    )
    assert found["id"] == "python-exception" and "reducer.py, line 7" in found["summary"] and PLACE not in str(found)
    assert found["evidence"]["container_exit_code"] == 1 and "the mapper is fine" in found["stderr"]


def test_a_master_that_died_is_told_by_its_own_log():
    app = {"diagnostics": "failed 2 times due to AM Container for appattempt_1 exited with  exitCode: 1\n"}
    log = 'x Permission denied: user=hadoop, access=EXECUTE, inode="/mr-history":root:root:drwxrwx---'
    found = failures.diagnose_application(app, [], no_log, SPEC, log)
    assert found["id"] == "hdfs-permission" and "EXECUTE permission on /mr-history" in found["summary"]


def test_a_killed_application_is_not_called_a_failure_of_the_program():
    found = failures.diagnose_application({"state": "KILLED", "diagnostics": ""}, [], no_log, SPEC)
    assert found["summary"] == "It was killed." and found["hint"]
    app = {"state": "KILLED", "diagnostics": "Application a was killed by user bob at 1.2.3.4"}
    found = failures.diagnose_application(
        app, [attempt()], lambda _attempt, name: TRACEBACK if name == "stderr" else None, SPEC
    )
    assert found["id"] == "killed-by-user" and found["summary"] == "It was killed by the user bob."
    assert "Before that: The mapper mapper.py failed: it raised JSONDecodeError" in found["hint"]
    assert found["attempt"] == "attempt_1_0001_m_000000_0" and "Traceback" in found["stderr"]


@pytest.mark.parametrize(
    ("log", "records", "words"),
    [
        (SYSLOG, None, "It was given /in/a b:c,d.txt to read, 12 bytes from byte 100."),
        (
            "Processing split: Paths:/in/a:0+5,/in/b:0+7,/in/c:0+7 Locations:h:; ",
            None,
            "It was given /in/a and 2 other files to read.",
        ),
        (
            "Processing split: s3a://bucket/in/a:0+5",
            3,
            "It was given s3a://bucket/in/a to read, 5 bytes from byte 0, and broke after at most 3 records.",
        ),
        ("nothing of the kind", None, ""),
        ("nothing of the kind", 7, "It broke after at most 7 records."),
    ],
)
def test_a_failed_map_is_told_by_what_it_read(log, records, words):
    assert clues.what_it_read(log, records) == words


def test_a_count_in_passing_is_not_how_far_it_came():
    assert clues.records_of(SYSLOG) is None and clues.records_of(SYSLOG, CONTEXT) == 1703
    assert clues.last_output("last tool output: |null|\n") == ""


def test_the_last_output_ends_at_the_zeros_of_streamings_buffer():
    assert clues.last_output("last tool output: |S089 22.43\0\0\0|\n") == "S089 22.43"
    assert clues.last_output("last tool output: |S089\0\x0043\0|\n", CONTEXT) == "S089"
    assert clues.last_output("last tool output: |\0\0|\n", CONTEXT) == "whale\t1"
    assert clues.last_output("last tool output: |null\0\0|\n") == ""
    assert clues.last_output(f"last tool output: |a|b{chr(0) * 300}|\nBroken pipe") == "a|b"


def test_a_reducer_tells_how_far_it_came_in_its_diagnostics():
    text = f"Error: java.io.IOException: subprocess exited with error code 3\n{CONTEXT}\nBroken pipe"
    reduce = attempt(text, id="attempt_1_0001_r_000000_0", type="REDUCE")
    _rank, found = failures.diagnose_attempt(reduce, "giving up", SPEC)
    assert found["id"] == "exit-code" and found["evidence"]["records_read"] == 1703
    assert found["hint"].startswith("It broke after at most 1703 records.")


def test_errors_of_daemons_are_known_by_their_words():
    found = failures.diagnose_error(
        OhmyError("The NameNode refused it: Cannot create /x. Name node is in safe mode.", "Wait.")
    )
    assert (found["id"], found["retry"], found["hint"]) == ("safe-mode", "wait", "Wait.")
    assert failures.diagnose_error(Unreachable("No.", "See."))["id"] == "daemon-unreachable"
    assert failures.diagnose_error(OhmyError("No.", "Do."))["id"] == "refused"


def test_an_unknown_cause_cannot_be_written():
    with pytest.raises(KeyError):
        error("It failed.", "Do.", cause="no-such-row")
