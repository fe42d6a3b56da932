# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs and copies that Hadoop, HDFS or S3 refuse: each is told by its cause, and not tried again in vain."""

from __future__ import annotations

import json

import pytest

from .failing import DISTCP, HOME, STREAMING, job, put, together, told

pytestmark = pytest.mark.failures
BELOW = "/failing"
ABSENT = "s3://ohmy-there-is-no-such-bucket"
COMPRESS = "mapreduce.output.fileoutputformat.compress"
SOON = {"ipc.client.connect.max.retries": 0, "yarn.resourcemanager.connect.max-wait.ms": 500}
S3_SOON = {"fs.s3a.attempts.maximum": 1, "fs.s3a.retry.limit": 1, "fs.s3a.connection.establish.timeout": "1s"}
BUCKET = "s3://{bucket}"
ONCE = {"mapreduce.am.max-attempts": 1}
OURS = {"owner": "hadoop"}
PLACES = [
    {"path": f"{BELOW}/deep/er"},
    {"path": f"{BELOW}/mine", "mode": "0700"},
    {"path": f"{BELOW}/taken", **OURS},
    {"path": f"{BELOW}/clash", **OURS},
    {"path": f"{BELOW}/clash/words.txt", **OURS},
    {"path": f"{BELOW}/names", "name_quota": "3", **OURS},
    {"path": f"{BELOW}/stage", **OURS},
    {"path": f"{BELOW}/stage/hadoop", **OURS},
    {"path": f"{BELOW}/stage/hadoop/.staging"},
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
    "map_memory": ({"map_memory": 1000000}, "task-too-big", ["a MAP asks for more than any node has: 1000000 MB", "job_map_memory"]),
    "map_cores": ({"vcores": 100}, "task-too-big", ["a MAP asks for more than any node has", "and 100 cores", "job_vcores"]),
    "no_sequence_file": ({"input_format": "sequence"}, "input-not-sequence-file", ["words.txt is no SequenceFile"]),
    "new_interface": (
        {
            "options": {"mapreduce.job.partitioner.class": "org.apache.hadoop.mapreduce.lib.partition.HashPartitioner"},
            "reducer": "cat", "reduces": 1,
        },
        "property-of-new-api", ["mapreduce.job.partitioner.class belongs to Hadoop's newer interface"],
    ),
    "scheme": ({"options": {"fs.defaultFS": "foo://x"}}, "uri-scheme-unknown", ["no file system foo://"]),
    "no_classes": (
        {
            "options": {
                **ONCE,
                "yarn.app.mapreduce.am.env": "HADOOP_MAPRED_HOME=/none",
                # In place of options that name the classes.
                "yarn.app.mapreduce.am.command-opts": "-Xmx512m",
                "mapreduce.application.classpath": "/none/*",
            }
        },
        "mapred-home-missing", ["does not find Hadoop's classes"],
    ),
    "class": ({"input_format": "org.example.Nothing"}, "class-not-found", ["org.example.Nothing"]),
    "staging": ({"options": {"yarn.app.mapreduce.am.staging-dir": f"{BELOW}/stage"}}, "staging-not-writable", ["stage"]),
    "master_java": (
        {"options": {**ONCE, "yarn.app.mapreduce.am.command-opts": "-XX:NoSuchOption"}},
        "java-options", ["Unrecognized VM option 'NoSuchOption'"],
    ),
    "master": (
        {"options": {**ONCE, "yarn.app.mapreduce.am.command-opts": "-javaagent:/none.jar"}},
        "master-died", ["exit code 1", "/none.jar"],
    ),
    "number": (
        {"options": {"mapreduce.job.split.metainfo.maxsize": "many"}}, "property-no-number", ["must be a number, and is many"],
    ),
    "output_codec": (
        {"options": {f"{COMPRESS}": True, f"{COMPRESS}.codec": "org.example.NoCodec"}},
        "class-not-found", ["org.example.NoCodec does not exist"],
    ),
    "namenode": (
        {"options": {"fs.defaultFS": "hdfs://127.0.0.9:8020", "dfs.client.retry.policy.enabled": False, **SOON}, "retries": 0},
        "namenode-unreachable", ["the NameNode at 127.0.0.9:8020 does not answer"],
    ),
    "resourcemanager": (
        {"options": {"yarn.resourcemanager.address": "127.0.0.9:8032", **SOON}, "retries": 0},
        "resourcemanager-unreachable", ["the ResourceManager at 127.0.0.9:8032 does not answer"],
    ),
    "task_java": (
        {"options": {"mapreduce.map.java.opts": "-Xmx1y"}}, "java-options", ["Invalid maximum heap size: -Xmx1y"],
    ),
}  # fmt: skip
# name → (source, target, options, its cause, words that are shown); S3's bucket is {bucket}
COPIES = {
    "absent_bucket": (f"{ABSENT}/x", f"{HOME}/a", {}, "s3-bucket-missing", ["bucket does not exist"]),
    "forbidden": (
        f"{HOME}/in/words.txt", f"{BUCKET}/elsewhere/x", {}, "s3-access-denied", ["S3 refused the nodes access", "s3:PutObject"],
    ),
    "absent_source": (f"{HOME}/none", f"{HOME}/b", {}, "distcp-source-missing", [f"{HOME}/none"]),
    "no_right": (f"{HOME}/in/words.txt", f"{BELOW}/x", {}, "hdfs-permission", ["HDFS refused MKDIRS of /failing/x", "access=WRITE", "hdfs_path"]),
    "no_credentials": (
        f"{BUCKET}/input/failing/x", f"{HOME}/c",
        {"fs.s3a.aws.credentials.provider": "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider"},
        "s3-no-credentials", ["no credentials for S3"],
    ),
    "no_host": (
        f"{BUCKET}/input/failing/x", f"{HOME}/d", {**S3_SOON, "fs.s3a.endpoint": "http://s3.nowhere.invalid"},
        "s3-host-unknown", ["the name of the S3 host is not known"],
    ),
    "archived": (f"{BUCKET}/input/failing/cold", f"{HOME}/e", {}, "s3-archived", ["an object is archived"]),
    "silent_store": (
        f"{BUCKET}/input/failing/x", f"{HOME}/f", {**S3_SOON, "fs.s3a.endpoint": "http://127.0.0.1:9"},
        "s3-unreachable", ["S3 does not answer the nodes", "tried 3 times, with the same end"],
    ),
    "clash": (
        f"{HOME}/in/words.txt", f"{BELOW}/clash", {}, "distcp-type-clash", ["where a file is to go", f"{BELOW}/clash/words.txt"],
    ),
    "no_class": (
        f"{BUCKET}/input/failing/x", f"{HOME}/g", {"fs.s3a.aws.credentials.provider": "org.example.Nothing"},
        "class-not-found", ["org.example.Nothing does not exist"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module", name="results")
def fixture_results(lone):
    """Run all jobs and copies of this file; return their results by name."""
    put(lone, {"words.txt": b"ann 1\n"})
    lone.cloud.client("s3").put_object(Bucket=lone.bucket, Key="input/failing/x", Body=b"1")
    cold = {"Key": "input/failing/cold", "Body": b"1", "StorageClass": "GLACIER"}
    lone.cloud.client("s3").put_object(Bucket=lone.bucket, **cold)
    allow = [{"Effect": "Allow", "Action": ["s3:*"], "Resource": [f"arn:aws:s3:::{ABSENT[5:]}*"]}]
    policy = {"RoleName": lone.role, "PolicyName": "absent"}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    lone.cloud.client("iam").put_role_policy(**policy, PolicyDocument=document)
    (made,) = lone.tasks({"ohmy.hadoop.hdfs_path": {"paths": PLACES}})
    assert not made.get("failed"), made
    tasks = {name: {STREAMING: job("cat", **case[0])} for name, case in JOBS.items()}
    for name, (source, target, options, _cause, _words) in COPIES.items():
        copies = [{side: text.format(bucket=lone.bucket) for side, text in (("source", source), ("target", target))}]
        tasks[name] = {DISTCP: {"copies": copies, "options": options}}
    yield together(lone, tasks)
    lone.cloud.client("iam").delete_role_policy(**policy)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_hadoop_refuses_is_told_by_its_cause(results, name):
    _options, cause, words = JOBS[name]
    told(results[name], cause, *words)
    assert len(results[name]["tries"]) <= 1


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_that_is_refused_is_told_by_its_cause(results, name):
    *_copy, cause, words = COPIES[name]
    told(results[name], cause, *words)
