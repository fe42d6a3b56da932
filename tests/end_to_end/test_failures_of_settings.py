# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs and copies that Hadoop, HDFS or S3 refuse: each is told by its cause, and not tried again in vain."""

from __future__ import annotations

import pytest

from .failing import DISTCP, HOME, STREAMING, job, put, together, told

pytestmark = pytest.mark.long
BELOW = "/failing"
ABSENT = "s3://ohmy-there-is-no-such-bucket"
ONCE = {"mapreduce.am.max-attempts": 1}
PLACES = [
    {"path": f"{BELOW}/deep/er"},
    {"path": f"{BELOW}/stage/hadoop/.staging"},
    {"path": f"{BELOW}/mine", "mode": "0700"},
    {"path": f"{BELOW}/names", "name_quota": "3"},
    {"path": f"{BELOW}/space", "space_quota": "1M"},
]
# name → (options of a job whose mapper is cat, its cause, words that are shown)
JOBS = {
    "taken": ({"output": f"{BELOW}/taken"}, "output-exists", ["this job did not write it", "It is never deleted"]),
    "missing": ({"input": ["/data/none"]}, "input-missing", ["/data/none"]),
    "pattern": ({"input": ["/data/none*"]}, "input-pattern-empty", ["/data/none*"]),
    "folder": (
        {"input": [f"{BELOW}/deep"], "options": {"mapreduce.input.fileinputformat.input.dir.recursive": False}},
        "input-has-folder", ["/failing/deep/er"],
    ),
    "queue": ({"queue": "nightly"}, "queue-unknown", ["there is no queue nightly", "job_queue"]),
    "no_right_to_write": ({"output": f"{BELOW}/out/x"}, "hdfs-permission", ["the user hadoop lacks WRITE"]),
    "no_right_to_read": ({"input": [f"{BELOW}/mine"]}, "hdfs-permission", ["the user hadoop lacks READ_EXECUTE"]),
    "names": ({"output": f"{BELOW}/names/x/y/z"}, "hdfs-quota", ["NameSpace quota of", f"{BELOW}/names"]),
    "container": (
        {"options": {"yarn.app.mapreduce.am.resource.mb": 2000000}}, "container-too-big", ["asks for more memory-mb"],
    ),
    "map_memory": ({"map_memory": 1000000}, "task-too-big", ["a MAP asks for more memory", "job_map_memory"]),
    "class": ({"input_format": "org.example.Nothing"}, "class-not-found", ["org.example.Nothing"]),
    "framework": ({"options": {"mapreduce.framework.name": "spark"}}, "framework-missing", ["mapreduce.framework.name"]),
    "staging": ({"options": {"yarn.app.mapreduce.am.staging-dir": f"{BELOW}/stage"}}, "staging-not-writable", ["stage"]),
    "no_success": (
        {"options": {"mapreduce.fileoutputcommitter.marksuccessfuljobs": False}, "retries": 0},
        "output-incomplete", ["its output in HDFS is not whole"],
    ),
    "master": (
        {"options": {**ONCE, "yarn.app.mapreduce.am.command-opts": "-XX:NoSuchOption"}},
        "master-died", ["exit code 1", "NoSuchOption"],
    ),
}  # fmt: skip
# name → (source, target, options, its cause, words that are shown); S3's bucket is {bucket}
COPIES = {
    "absent_bucket": (f"{ABSENT}/x", f"{HOME}/a", {}, "s3-bucket-missing", ["bucket does not exist"]),
    "refused": (
        f"{HOME}/in/words.txt",
        "s3://{bucket}/elsewhere/x",
        {},
        "s3-access-denied",
        ["elsewhere", "s3:PutObject"],
    ),
    "absent_source": (f"{HOME}/none", f"{HOME}/b", {}, "refused", [f"{HOME}/none"]),
}


@pytest.fixture(scope="module", name="results")
def fixture_results(lone):
    """Run all jobs and copies of this file; return their results by name."""
    put(lone, {"words.txt": b"ann 1\n"})
    ours = [
        {"path": f"{BELOW}/{name}", "owner": "hadoop"} for name in ("names", "space", "stage", "stage/hadoop", "taken")
    ]
    (made,) = lone.tasks({"ohmy.hadoop.hdfs_path": {"paths": [*PLACES, *ours]}})
    assert not made.get("failed"), made
    tasks = {name: {STREAMING: job("cat", **case[0])} for name, case in JOBS.items()}
    for name, (source, target, options, _cause, _words) in COPIES.items():
        copies = [{"source": source, "target": target.format(bucket=lone.bucket)}]
        tasks[name] = {DISTCP: {"copies": copies, **options}}
    return together(lone, tasks)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_hadoop_refuses_is_told_by_its_cause(results, name):
    _options, cause, words = JOBS[name]
    told(results[name], cause, *words)
    assert len(results[name]["tries"]) <= 1


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_that_is_refused_is_told_by_its_cause(results, name):
    *_copy, cause, words = COPIES[name]
    told(results[name], cause, *words)
