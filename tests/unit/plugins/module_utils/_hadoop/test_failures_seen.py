# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of failures as they were seen on a cluster."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import clues, failures, history
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Answer, Refused

SPEC = {"mapper": "python3 m.py", "reducer": None}
TOO_BIG = (
    "The required MAP capability is more than the supported max container capability in the cluster. Killing the Job. "
    "mapResourceRequest: <memory:300000, vCores:1> maxContainerCapability:<memory:16640, vCores:3>\n"
    "Job received Kill while in RUNNING state.\n"
)


def test_a_job_that_its_own_master_killed_is_told_by_the_reason() -> None:
    app = {"state": "FINISHED", "finalStatus": "KILLED", "diagnostics": TOO_BIG}
    found = failures.diagnose_application(app, [], lambda *_: None, SPEC)
    assert found["id"] == "task-too-big" and found["retry"] == "config"
    assert found["summary"].startswith("A MAP asks for more than any node has: 300000 MB and 1 cores, and the most is ")


def test_a_refusal_of_hdfs_is_told_as_its_cause() -> None:
    said = 'HDFS refused writing /data/.out: Permission denied: user=hadoop, access=WRITE, inode="/data":hdfs:hdfs:drwxr-xr-x'
    found = failures.diagnose_error(Refused(said, "Another user owns it.", 403))
    assert found["id"] == "hdfs-permission"
    assert found["summary"] == "The user hadoop lacks WRITE permission on /data in HDFS."


def test_a_refusal_of_s3_to_the_node_itself_is_told_as_its_cause() -> None:
    said = "S3 answered 403 to GET s3://theirs/: AccessDenied: Access Denied"
    found = failures.diagnose_error(OhmyError(said, "Look."))
    assert (found["id"], found["summary"]) == ("s3-access-denied", "S3 refused the nodes access to s3://theirs/.")
    found = failures.diagnose_error(OhmyError("/user/x is not in HDFS, or holds no file.", "List the folder."))
    assert (found["id"], found["hint"]) == ("distcp-source-missing", "List the folder.")


def test_of_a_master_that_ended_only_what_is_wrong_is_shown() -> None:
    log = (
        "2026-11-23 23:44:01,170 INFO [main] org.a.Server: Stopping\n2026-11-23 23:44:01,171 WARN [main] org.a.B: odd\n"
    )
    app = {"state": "FINISHED", "finalStatus": "FAILED", "diagnostics": "Job init failed : odd thing"}
    found = failures.diagnose_application(app, [], lambda *_: None, SPEC, log)
    assert found["id"] == "unknown" and "WARN" in found["stderr"] and "INFO" not in found["stderr"]


def test_a_long_error_keeps_its_type_and_its_place() -> None:
    log = f'Traceback (most recent call last):\n  File "m.py", line 5, in <module>\nRuntimeError: {"y" * 3000}\n'
    attempt = {"id": "attempt_1_0001_m_000000_0", "diagnostics": "subprocess failed with code 1"}
    found = failures.diagnose_attempt(attempt, log, SPEC)[1]
    assert "it raised RuntimeError: yyy" in found["summary"] and found["summary"].endswith("yyy (m.py, line 5).")
    assert len(found["summary"]) < 400
    assert clues.short("x" * 300) == "x" * 300


def test_a_log_that_is_not_there_yet_is_none(monkeypatch) -> None:
    class Door:
        """Answers as JobHistory does before the logs are gathered."""

        def request(self, *_words, **_options):
            return Answer(200, b"Can not find logs for container:container_1_0001_01_000001\n")

    assert history._text(Door(), "/x", 1) is None
