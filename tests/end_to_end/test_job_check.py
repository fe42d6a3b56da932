# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a job from running on a cluster is told by the master before anything is submitted."""

from __future__ import annotations

import json

import pytest

MODULE = "ohmy.hadoop.job_check"
GOOD = """import sys
try:
    import nobodys_module
except ImportError:
    import json as nobodys_module
import helper
for line in sys.stdin:
    print(line, end="")
"""
# Job → the errors that it is refused for.
BAD = {
    "interpreter": ["command-absent", "interpreter-absent"],
    "module": ["module-missing"],
    "memory": ["memory-too-much"],
    "cores": ["vcores-too-many", "vcores-too-many"],
    "queue": ["queue-unknown"],
    "room": ["hdfs-full"],
    "bucket": ["s3-bucket-absent"],
    "object": ["s3-input-absent"],
    "rights": ["s3-refused"],
    "several": ["memory-too-much", "module-missing", "queue-unknown"],
}


@pytest.fixture(name="jobs")
def fixture_jobs(lone):
    """Return a job that can run, and for each reason one that cannot."""
    s3, folder = lone.cloud.client("s3"), lone.folder
    for name, text in {
        "good.py": GOOD,
        "helper.py": "",
        "import.py": "import nobodys_module\n",
        "program": "#!/usr/bin/env nobodys_language\n",
    }.items():
        (folder / name).write_text(text)
    s3.create_bucket(Bucket="not-for-nodes")
    s3.put_object(Bucket="not-for-nodes", Key="in/a.txt", Body=b"x\n")
    iam, there = lone.cloud.client("iam"), "arn:aws:s3:::not-there-at-all"
    allow = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [there]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=lone.role, PolicyName="nothing", PolicyDocument=document)
    key = s3.list_objects_v2(Bucket=lone.bucket, Prefix="input/")["Contents"][0]["Key"]
    prefix = f"s3://{lone.bucket}/{key.rsplit('/', 1)[0]}/"
    good = {
        "mapper": "python3 good.py 'a b'",
        "reducer": "uniq -c",
        "files": [{"src": str(folder / "good.py")}, {"src": str(folder / "helper.py")}],
        "queue": "root.default",
        "map_memory": 512,
        "sources": [prefix, str(folder)],
        "input": ["/data/nothing-yet"],
        "input_bytes": 1 << 20,
        "endings": [".gz", ".txt"],
    }
    importing = {"mapper": "python3 import.py", "files": [{"src": str(folder / "import.py")}]}
    bad = {
        "interpreter": {
            "mapper": "./program",
            "files": [{"src": str(folder / "program")}],
            "reducer": "nobodys_command",
        },
        "module": importing,
        "memory": {"map_memory": 1 << 20},
        "cores": {"vcores": 1000},
        "queue": {"queue": "science"},
        "room": {"input_bytes": 1 << 50},
        "bucket": {"sources": ["s3://not-there-at-all/in/"]},
        "object": {"sources": [f"{prefix}not-there"]},
        "rights": {"sources": ["s3://not-for-nodes/in/"]},
        "several": {**importing, "map_memory": 1 << 20, "queue": "science"},
    }
    yield good, {name: {**good, **part} for name, part in bad.items()}
    s3.delete_object(Bucket="not-for-nodes", Key="in/a.txt")
    s3.delete_bucket(Bucket="not-for-nodes")
    iam.delete_role_policy(RoleName=lone.role, PolicyName="nothing")


@pytest.mark.long
def test_a_job_that_cannot_run_is_refused_before_it_costs(lone, jobs):
    good, bad = jobs
    assert list(bad) == list(BAD)
    (checked,) = lone.tasks({MODULE: good})
    assert not checked.get("failed") and checked["looked"], checked
    assert {one["severity"] for one in checked["findings"]} <= {"warning"}, checked
    assert not {"module-missing", "module-optional"} & {one["id"] for one in checked["findings"]}
    assert checked["containers"]["map"]["memory"] == 512 < checked["largest_container"]["memory"]
    before = lone.shell("yarn application -list -appStates ALL 2>/dev/null | grep -c ^application_ || true")
    found = dict(zip(bad, lone.tasks(*({MODULE: job} for job in bad.values()))))
    told = {
        name: sorted(one["id"] for one in result.get("findings", []) if one["severity"] == "error")
        for name, result in found.items()
    }
    assert told == BAD, found
    assert all(result["failed"] for result in found.values())
    assert "not-there-at-all" in found["bucket"]["msg"]
    assert "s3://not-for-nodes/in/" in found["rights"]["msg"] and "s3:ListBucket" in found["rights"]["msg"]
    assert "it has default" in found["queue"]["msg"]
    assert "3 errors" in found["several"]["msg"] and "1048576" in found["several"]["msg"]
    assert before == lone.shell("yarn application -list -appStates ALL 2>/dev/null | grep -c ^application_ || true")
