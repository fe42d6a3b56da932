# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure the explanation of a failed attempt is, what is read for it, and what is shown of it."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import clues, failures

SPEC = {"mapper": "mapper.py", "reducer": "reducer.py", "combiner": None}
TRACEBACK = 'Traceback (most recent call last):\n  File "m.py", line 1, in <module>\nValueError: no\n'
SYNTAX = '  File "m.py", line 3\n    print "x"\n    ^\nSyntaxError: Missing parentheses\n'


def attempt(diagnostics):
    return {"id": "attempt_1_0001_m_000000_0", "type": "MAP", "diagnostics": diagnostics}


def test_an_attempt_whose_container_said_how_it_ended_beats_one_that_says_nothing():
    nothing = failures.diagnose_attempt(attempt("Error: Something that nobody has seen"), "", SPEC)
    ended = failures.diagnose_attempt(
        attempt("Error: Something that nobody has seen"), "", SPEC, failures.More(container="exit status 77\n")
    )
    assert (nothing[0], ended[0]) == (0, 1)
    assert nothing[1]["id"] == ended[1]["id"] == "unknown"
    assert "Something that nobody has seen" in nothing[1]["summary"] and "Error: Some" not in nothing[1]["summary"]
    assert ended[1]["evidence"]["container_exit_code"] == 77


def test_yarn_is_asked_only_where_the_program_left_the_cause_open():
    asked = []

    def read_log(_attempt, name):
        asked.append(name)
        return TRACEBACK if name == "stderr" and speaks else ""

    speaks = True
    failures.diagnose_application({}, [attempt("subprocess failed with code 1")], read_log, SPEC)
    assert "container" not in asked
    speaks = False
    failures.diagnose_application({}, [attempt("subprocess failed with code 1")], read_log, SPEC)
    assert "container" in asked


def test_one_attempt_is_explained_as_those_of_an_application_are():
    found = failures.diagnose_one(
        attempt("x"), lambda _attempt, name: TRACEBACK if name == "stderr" else None, SPEC, str
    )
    assert found["id"] == "python-exception" and "ValueError: no (m.py, line 1)" in found["summary"]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (SYNTAX, "SyntaxError: Missing parentheses (m.py, line 3)"),
        (f"SyntaxError: first\n{SYNTAX}", "SyntaxError: Missing parentheses (m.py, line 3)"),
        ("IndentationError: unexpected indent\n", "IndentationError: unexpected indent"),
        (TRACEBACK, "ValueError: no (m.py, line 1)"),
        ("no error of Python's\n", None),
    ],
)
def test_a_program_that_python_cannot_read_is_told_by_its_line(log, said):
    assert clues.python_error(log) == said


def test_of_a_long_error_both_halves_stay():
    said = "a" * 200 + "b" * 200
    assert clues.short(said) == "a" * 150 + "…" + "b" * 150


@pytest.mark.parametrize(
    ("code", "log", "shown"),
    [
        (25, "AccessDeniedException: s3a://b/in/a: S3Exception: null (Service: S3, Status Code: 403)", False),
        (255, "something that nobody has seen", True),
        (None, "halfway", True),
    ],
)
def test_the_client_s_words_are_shown_where_they_are_not_understood(code, log, shown):
    assert bool(failures.diagnose_copy(code, log, "/t")["stderr"]) is shown


def test_yarn_is_not_asked_where_hadoop_itself_named_the_cause():
    asked = []
    heap = attempt("Error: java.lang.OutOfMemoryError: Java heap space")
    found = failures.diagnose_application({}, [heap], lambda _attempt, name: asked.append(name), SPEC)
    assert found["id"] != "unknown" and "container" not in asked


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        ({"id": "attempt_1_0001_r_000001_0"}, "reduce"),
        ({"id": "attempt_1_0001_m_000001_0"}, "map"),
        ({"type": "REDUCE"}, "reduce"),
        ({"type": "MAP", "id": "attempt_1_0001_r_000001_0"}, "map"),
        ({}, "map"),
    ],
)
def test_what_kind_of_task_it_was_is_told_by_hadoop_or_by_its_id(known, kind):
    assert clues.task_kind(known) == kind


def named(number, diagnostics):
    return {**attempt(diagnostics), "id": f"attempt_1_0001_m_{number:06d}_0"}


def test_of_attempts_that_say_as_much_the_earliest_explains_the_job():
    unknown, ended = "Error: Something that nobody has seen", "subprocess failed with code 3"

    def blamed(*diagnostics):
        attempts = [named(number, text) for number, text in enumerate(diagnostics)]
        return failures.diagnose_application({}, attempts, lambda *_: None, SPEC)["attempt"][-3]

    assert blamed(ended, unknown) == "0" and blamed(unknown, ended) == "1"
    assert blamed(ended, ended) == "0"


def test_no_more_logs_are_read_once_the_cause_is_sure_and_comes_back():
    read = []

    def read_log(one, name):
        read.append(one["id"])
        return TRACEBACK if name == "stderr" else None

    attempts = [named(number, "subprocess failed with code 1") for number in range(3)]
    failures.diagnose_application({}, attempts, read_log, SPEC)
    assert set(read) == {attempts[0]["id"]}


def test_the_first_line_is_read_of_a_program_that_could_not_be_started_and_of_no_other():
    assert failures._first_line('Cannot run program "/x/./m.py": error=2', {"m.py": "#!/usr/bin/python"}.get) == (
        "\nFirst line of m.py: #!/usr/bin/python"
    )
    assert failures._first_line('Cannot run program "/x/./m.py": error=2', lambda _name: "") == ""
    assert failures._first_line("subprocess failed with code 1", pytest.fail) == ""


@pytest.mark.parametrize(("kind", "told"), [("MAP", True), ("REDUCE", False)])
def test_only_a_map_has_an_input_of_its_own(kind, told):
    syslog = "INFO [main] org.apache.hadoop.mapred.MapTask: Processing split: hdfs://10.0.0.4:8020/in/a.txt:100+12\n"
    _rank, found = failures.diagnose_attempt({**attempt("x"), "type": kind}, "", SPEC, failures.More(syslog=syslog))
    assert (found["evidence"]["input"] is not None) is told


def test_what_yarn_says_of_an_application_without_a_failed_task_is_its_cause():
    app = {"state": "FAILED", "diagnostics": "User's AM resource limit exceeded."}
    found = failures.diagnose_application(app, [], lambda *_: None, SPEC)
    assert found["id"] == "waits-for-master" and found["hint"]
    log = "AccessDeniedException: s3a://b/in: S3Exception: null (Service: S3, Status Code: 403)"
    assert failures.diagnose_application(app, [], lambda *_: None, SPEC, log)["id"] == "waits-for-master"
    assert (
        failures.diagnose_application({"state": "FAILED"}, [], lambda *_: None, SPEC, log)["id"] == "s3-access-denied"
    )


# Run of Hadoop 3.5.0: a thread that reads a program's output or stderr ends, and the program's next line finds no reader.
THREAD = """2026-12-01 00:27:55,500 INFO [main] org.apache.hadoop.streaming.PipeMapRed: R/W/S=3/1/0 in:NA [rec/s] out:NA [rec/s]
2026-12-01 00:27:55,576 WARN [Thread-18] org.apache.hadoop.streaming.PipeMapRed: {}
%s
\tat org.apache.hadoop.streaming.PipeMapRed$MROutputThread.run(PipeMapRed.java:385)
2026-12-01 00:27:55,608 INFO [main] org.apache.hadoop.streaming.PipeMapRed: R/W/S=9/8/0 in:NA [rec/s] out:NA [rec/s]
minRecWrittenToEnableSkip_=9223372036854775807 HOST=null
java.io.IOException: Broken pipe
2026-12-01 00:27:55,609 WARN [main] org.apache.hadoop.streaming.PipeMapRed: {}
java.io.IOException: Stream closed
"""
COUNTERS = "org.apache.hadoop.mapreduce.counters.LimitExceededException: Too many counters: 121 max=120"
DISK = (
    "java.io.IOException: Spill failed\nCaused by: org.apache.hadoop.util.DiskChecker$DiskErrorException: Could not find any "
    "valid local directory for attempt_1_0001_m_000000_0_spill_0.out with requested size 83610023"
)
CLOSED = TRACEBACK.replace("ValueError: no", "BrokenPipeError: [Errno 32] Broken pipe")
PIPES = {
    "python fails to print": (1, CLOSED, DISK, "node-disk-full"),
    "python fails at its end": (120, "", COUNTERS, "too-many-counters"),
    "a signal ends it": (141, "", COUNTERS, "too-many-counters"),
    "it says so in its own words": (2, "awk: write failure (Broken pipe)", DISK, "node-disk-full"),
    "another error": (1, TRACEBACK, DISK, "python-exception"),
    "another code": (3, "", DISK, "exit-silent"),
    "nobody knows why": (1, CLOSED, "java.io.IOException: Odd", "python-exception"),
    "a closed pipe of its own": (1, CLOSED, "", "python-exception"),
}


@pytest.mark.parametrize(("code", "log", "words", "cause"), PIPES.values(), ids=PIPES)
def test_where_hadoop_reads_no_more_of_a_program_the_reason_is_hadoops(code, log, words, cause):
    syslog = THREAD % words if words else ""
    diagnostics = (
        f"Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code {code}"
    )
    _rank, found = failures.diagnose_attempt(attempt(diagnostics), log, SPEC, failures.More(syslog=syslog))
    assert found["id"] == cause, found
