# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The taxonomy of failures, each kind by the words that Hadoop or a program writes."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import failure_rules, failures

SPEC = {"mapper": "mapper.py", "reducer": "reducer.py"}
STACK = (
    "Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code {}\n"
    "\tat org.apache.hadoop.streaming.PipeMapRed.waitOutputThreads(PipeMapRed.java:326)\n"
    "\tat java.base/java.security.AccessController.doPrivileged(Unknown Source)\n"
)
EXEC = (
    "Error: java.lang.RuntimeException: Error in configuring object\n\tat a.b.C.d(E.java:1)\n"
    'Caused by: java.io.IOException: Cannot run program "mapper.py": error={}, reason\n\t... 22 more'
)


@pytest.mark.parametrize(
    "log, summary",
    [
        (
            "Error Launching job : Output directory hdfs://h:8020/out already exists",
            "the output hdfs://h:8020/out is there",
        ),
        ("Error Launching job : Input path does not exist: hdfs://h/x y", "the input hdfs://h/x y is not in HDFS"),
        ("Error Launching job : Input Pattern hdfs://h/x* matches 0 files", "matches no file"),
        ("Error Launching job : Not a file: hdfs://h/dir/sub", "directory inside: hdfs://h/dir/sub"),
        (
            'Exception in thread "main" java.io.FileNotFoundException: File nosuch.py does not exist',
            "nosuch.py to ship",
        ),
        ("ERROR streaming.StreamJob: Unrecognized option: -D", "does not know -D"),
        ("-inputformat : class not found : X", "class X for -inputformat"),
        ("Error Launching job : Cannot create directory /x. Name node is in safe mode.", "safe mode"),
        (
            'Permission denied: user=hadoop, access=WRITE, inode="/user":hdfs:hdfs:drwxr-xr-x',
            "lacks WRITE permission on /user",
        ),
        ("The DiskSpace quota of /d is exceeded: quota = 1 B", "quota"),
        (
            "File /x could only be written to 0 of the 1 minReplication nodes. There are 0 datanode(s) running and 0 node(s)",
            "0 DataNodes run",
        ),
        ("Failed to submit application_1_0001 to YARN : x submitted by user u to unknown queue: Q", "no queue Q"),
        ("Queue Q is STOPPED", "queue Q is stopped"),
        (
            "Invalid resource request! Cannot allocate containers as requested resource is greater than maximum allowed "
            "allocation. Requested resource type=[memory-mb], Requested resource: <memory:9999>",
            "more memory-mb than any node",
        ),
        ("This job has exceeded the maximum number of submitted resources (Max: 1).", "files are too large"),
        ('No FileSystem for scheme "foo"', "no file system foo://"),
        ("ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found", "lacks its S3 part"),
        ("java.lang.NoClassDefFoundError: software/amazon/awssdk/core/exception/SdkException", "lacks its S3 part"),
        ("java.io.IOException: No space left on device", "disk is full"),
        ("Cannot initialize Cluster. Please check your configuration", "mapreduce.framework.name"),
        (
            "Call From h/1.2.3.4 to h:8020 failed on connection exception: java.net.ConnectException: Connection refused",
            "h:8020 does not answer",
        ),
        ("Required argument: -input <name>", "Required argument: -input <name>"),
        ("s3a://b/k: UnknownStoreException: x Bucket does not exist. Accessing", "bucket does not exist"),
        ("java.io.FileNotFoundException: No such file or directory: s3a://b/k", "s3a://b/k does not exist in S3"),
    ],
)
def test_refused_submissions(log, summary):
    found = failures.diagnose_submit(5, log + "\nStreaming Command Failed!\n")
    assert summary in found["summary"]
    assert "Streaming Command Failed" not in found["summary"]


def test_an_unknown_refusal_quotes_the_last_error_without_java():
    log = (
        "2026-01-01 00:00:00,000 ERROR streaming.StreamJob: Error Launching job : org.apache.hadoop.x.StrangeException: odd\n"
        "\tat a.b.C.d(E.java:1)\nStreaming Command Failed!\n"
    )
    assert "StrangeException: odd" in failures.diagnose_submit(5, log)["summary"]
    assert "a.b.C" not in str(failures.diagnose_submit(5, log))
    assert "exit code 1" in failures.diagnose_submit(1, "Streaming Command Failed!")["summary"]
    assert "in time" in failures.diagnose_submit(None, "")["summary"]


TRACEBACK = """Traceback (most recent call last):
  File "/data/usercache/hadoop/appcache/application_1_0001/container_e02_1_0001_01_000002/mapper.py", line 7, in <module>
    json.loads("x")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
log4j:WARN No appenders could be found
"""


@pytest.mark.parametrize(
    "diagnostics, stderr, summary, hint",
    [
        (
            STACK.format(1),
            TRACEBACK,
            "JSONDecodeError: Expecting value: line 1 column 1 (char 0) (mapper.py, line 7)",
            "sample",
        ),
        (STACK.format(1), "ModuleNotFoundError: No module named 'numpy'", "the Python module numpy", "install"),
        (
            STACK.format(1),
            '  File "m.py", line 3\n    print "x"\nSyntaxError: Missing parentheses',
            "SyntaxError: Missing",
            "",
        ),
        (STACK.format(127), "/usr/bin/env: 'python3\\r': No such file or directory", "carriage return", "sed"),
        (
            STACK.format(127),
            "/usr/bin/env: \u2018python3\\r\u2019: No such file or directory",
            "python3 was not found",
            "sed",
        ),
        (STACK.format(127), "/usr/bin/env: 'python': No such file or directory", "the nodes have no python", "python3"),
        (STACK.format(2), "m.py: 1: import: not found", "no first line", "#!/usr/bin/env python3"),
        (STACK.format(2), 'm.py: 3: Syntax error: word unexpected (expecting "do")', "no first line", "env python3"),
        (
            STACK.format(2),
            "python3: can't open file '/x/nofile.py': [Errno 2] No such file or directory",
            "did not find",
            "job_files",
        ),
        (STACK.format(1), "cut: '|': No such file or directory", "holds a pipe", "script"),
        (
            STACK.format(1),
            "UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in",
            "not ascii",
            "PYTHONIOENCODING",
        ),
        (STACK.format(1), "MemoryError", "out of memory", "memory.mb"),
        (STACK.format(3), "", "exit code 3, and said nothing", "stderr"),
        (STACK.format(3), "bad input", "exit code 3, its last words", ""),
        (STACK.format(126), "", "could not be executed", "mode"),
        (STACK.format(127), "", "not found on the node", ""),
        (STACK.format(137), "", "killed (exit code 137)", "memory.mb"),
        (STACK.format(139), "", "segmentation fault", "library"),
        (STACK.format(143), "", "told to end", ""),
        (EXEC.format(2), "", "could not start mapper.py: no such file", "CRLF"),
        (
            EXEC.format(2).replace('"mapper', '"/l/appcache/application_1_0001/container_1_0001_01_000002/./mapper'),
            "",
            "could not start mapper.py: no",
            "",
        ),
        (EXEC.format(13), "", "not executable", "mode"),
        (EXEC.format(7), "", "environment is too large", "truncate.limit"),
        (
            "[2026-01-31 10:00:00.123]Container [pid=1,containerID=container_1_0001_01_000002] is running 17B beyond the "
            "'PHYSICAL' memory limit. Current usage: 1.2 GB of 1 GB physical memory used; 2 GB of 2.1 GB virtual",
            "",
            "used 1.2 GB of 1 GB memory",
            "memory.mb",
        ),
        (
            "Container [pid=1] is running beyond physical memory limits. Current usage",
            "",
            "more memory than its container",
            "",
        ),
        ("container c killed by elastic cgroups OOM handler.", "", "no memory left", ""),
        (
            "AttemptID:attempt_1_0001_m_000000_0 task timeout set: 600s, taskTimedOut: true; task stuck timeout set: 600s, "
            "taskStuck: false\nContainer killed by the ApplicationMaster.",
            "",
            "silent for 600 seconds",
            "reporter:status",
        ),
        ("AttemptID:a Timed out after 600 secs", "", "silent for 600 seconds", ""),
        (
            "task timeout set: 600s, taskTimedOut: false; task stuck timeout set: 600s, taskStuck: true",
            "",
            "never reported",
            "",
        ),
        ("is logging beyond the container single log directory limit.", "", "too much to stderr", ""),
        ("java.io.IOException: Broken pipe", "", "before it had read all its input", "stdin"),
        ("LimitExceededException: Too many counters: 121 max=120", "", "too many counters", ""),
        ("Could not find any valid local directory for X with requested size 3", "", "disk of a node is full", ""),
        ("Error: error in shuffle in fetcher#1", "", "could not fetch", "13562"),
        ("Container released on a *lost* node", "", "node was lost", ""),
        ("Resource hdfs://x changed on src filesystem - expected", "", "overwritten", ""),
        ("MROutput/MRErrThread failed:x MRErrThread failed", "", "not in the form", ""),
        (
            "s3a://b/k: getFileStatus: S3Exception: null (Service: S3, Status Code: 403, Request ID: 1)",
            "",
            "S3 refused",
            "",
        ),
        ("Container exited. Exit code is 1", "", "killed with exit code 1", ""),
        (
            "Error: java.lang.IllegalStateException: odd thing\n\tat a.b.C.d(E.java:1)",
            "",
            "IllegalStateException: odd thing",
            "",
        ),
        ("", "", "no reason was given", ""),
    ],
)
def test_failed_attempts(diagnostics, stderr, summary, hint):
    attempt = {
        "id": "attempt_1_0001_m_000000_0",
        "type": "MAP",
        "diagnostics": diagnostics,
        "nodeHttpAddress": "10.0.0.6:8042",
    }
    _rank, found = failures.diagnose_attempt(attempt, stderr, SPEC)
    assert found["summary"].startswith("The mapper mapper.py failed: ")
    assert summary in found["summary"]
    assert hint in found["hint"]
    assert found["attempt"] == "attempt_1_0001_m_000000_0" and found["host"] == "10.0.0.6"
    assert "\tat " not in str(found) and "log4j" not in found["stderr"] and "container_" not in found["stderr"]


def test_every_rule_of_attempts_and_stderr_is_met_by_a_test():
    rows = next(mark for mark in test_failed_attempts.pytestmark if mark.name == "parametrize").args[1]
    for rules, column in ((failure_rules.ATTEMPT, 0), (failure_rules.STDERR, 1)):
        lone = [
            rule.summary for rule in rules if not any(rule.pattern.search(failures.plain(row[column])) for row in rows)
        ]
        assert [text for text in lone if "local disk than allowed" not in text] == []


def test_the_program_that_spoke_beats_the_one_that_was_silent():
    silent = {"id": "attempt_1_0001_m_000000_0", "diagnostics": STACK.format(1)}
    spoke = {"id": "attempt_1_0001_r_000001_0", "diagnostics": STACK.format(1)}
    logs = {silent["id"]: "", spoke["id"]: TRACEBACK}
    found = failures.diagnose_application({}, [silent, spoke], lambda attempt, _name: logs[attempt["id"]], SPEC)
    assert found["attempt"] == spoke["id"] and found["summary"].startswith("The reducer reducer.py failed")


@pytest.mark.parametrize(
    "app, log, summary",
    [
        (
            {"diagnostics": "Application x was killed by user bob at 1.2.3.4", "finalStatus": "KILLED"},
            "",
            "killed by the user bob",
        ),
        (
            {"diagnostics": "The required MAP capability is more than the supported max"},
            "",
            "more memory than any node",
        ),
        ({"diagnostics": "REDUCE capability required is more than the supported"}, "", "more memory than any node"),
        ({"diagnostics": "The auxService:mapreduce_shuffle does not exist"}, "", "shuffle service"),
        (
            {"diagnostics": "Could not find or load main class org.apache.hadoop.mapreduce.v2.app.MRAppMaster"},
            "",
            "classes",
        ),
        (
            {"diagnostics": "failed 2 times due to AM Container for appattempt_1 exited with  exitCode: 1\n"},
            "",
            "exit code 1",
        ),
        (
            {"diagnostics": "failed 2 times due to AM Container for appattempt_1 exited with  exitCode: 1\n"},
            'x Permission denied: user=hadoop, access=EXECUTE, inode="/mr-history":root:root:drwxrwx---',
            "lacks EXECUTE permission on /mr-history",
        ),
        ({"diagnostics": "something new"}, "", "no reason that is known here"),
    ],
)
def test_applications_that_failed_before_any_task(app, log, summary):
    assert summary in failures.diagnose_application(app, [], lambda *_: None, SPEC, log)["summary"]


@pytest.mark.parametrize(
    "text, summary",
    [
        ("Operation is not valid for the source object's storage class", "archived"),
        ("NoAuthWithAWSException: x", "no credentials"),
        ("The security token included in the request is invalid", "expired"),
        ("SignatureDoesNotMatch", "signature"),
        ("java.nio.file.AccessDeniedException: s3a://b/k: getFileStatus on s3a://b/k: x", "access to s3a://b/k"),
        ("Received permanent redirect response to region eu-west-1.  This likely indicates", "region eu-west-1"),
        ("(Service: S3, Status Code: 503, Request ID: 1)", "slow down"),
    ],
)
def test_s3(text, summary):
    assert summary in failure_rules.match(failure_rules.S3, text)[0]


def test_a_killed_application_is_not_called_a_failure_of_the_program():
    found = failures.diagnose_application({"state": "KILLED", "diagnostics": ""}, [], lambda *_: None, SPEC)
    assert found["summary"] == "It was killed." and found["hint"]


@pytest.mark.parametrize(
    "log, words",
    [
        (
            "INFO [main] org.apache.hadoop.mapred.MapTask: Processing split: hdfs://10.0.0.4:8020/in/a b:c,d.txt:0+12\nx",
            "It was given /in/a b:c,d.txt to read, 12 bytes from byte 0.",
        ),
        (
            "Processing split: Paths:/in/a:0+5,/in/b:0+7,/in/c:0+7 Locations:h:; ",
            "It was given /in/a and 2 other files to read.",
        ),
        ("nothing of the kind", ""),
    ],
)
def test_a_failed_map_is_told_by_what_it_read(log, words):
    assert failures.what_it_read(log) == words
