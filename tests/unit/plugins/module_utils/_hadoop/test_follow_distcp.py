# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies as the follower makes them: what is needed, nothing twice, nothing of anybody else's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import copies as copies_module
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import follow_distcp
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.copies import Look
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.distcp import Entry

from .fake_cluster import Cluster, FakeHdfs

S3 = {"a.txt": Entry(3), "sub/b.txt": Entry(2)}


@pytest.fixture
def copies(monkeypatch, tmp_path):
    """A job of two copies; the client copies what is asked for."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    pairs = [{"source": f"s3a://b/{n}", "target": f"/user/hadoop/input/d/{n}"} for n in (0, 1)]
    found = Cluster(monkeypatch, tmp_path, kind="distcp", copies=pairs)
    monkeypatch.setattr(Look, "_in_s3", lambda _look, _place: dict(S3))

    def client(argv):
        for name, entry in S3.items():
            found.hdfs.files[f"{argv[-1]}/{name}"] = b"x" * entry.size
        return 0, "\tDistCp Counters\n\t\tFiles Copied=2\n\t\tBytes Copied=5\n"

    found.client = client
    return found


def test_copies_are_made_verified_and_counted(copies):
    status = copies.follow()
    assert status["state"] == "succeeded", status
    assert status["output"] == {"files": 4, "bytes": 10}
    assert status["counters"]["COPY"] == 4 and status["counters"]["SKIP"] == 0
    assert copies.hdfs.files["/user/hadoop/input/d/.0.fingerprint"] == b"f1\n"


def test_what_is_there_needs_no_java(copies):
    copies.follow()
    os.unlink(f"{copies.path}/status.json")
    copies.started.clear()
    status = copies.follow()
    assert copies.started == [] and status["counters"]["SKIP"] == 4 and status["counters"]["COPY"] == 0


def test_leftovers_of_an_interrupted_copy_are_swept(copies):
    copies.hdfs.files = {
        "/user/hadoop/input/d/.0.fingerprint": b"f1\n",
        "/user/hadoop/input/d/0/.distcp.tmp.attempt_1": b"half",
        "/user/hadoop/input/d/0/a.txt": b"xxx",
    }
    assert copies.follow()["state"] == "succeeded"
    assert copies.hdfs.deleted == ["/user/hadoop/input/d/0/.distcp.tmp.attempt_1"]


def test_a_target_that_holds_something_else_is_left_alone(copies):
    copies.hdfs.files = {"/user/hadoop/input/d/0/theirs": b"x"}
    status = copies.follow()
    assert "did not copy it there" in status["error"]["summary"] and copies.started == []


def test_a_copy_that_lacks_a_file_fails(copies):
    copies.client = lambda _argv: (0, "")
    assert "2 of 2 files are not in" in copies.follow()["error"]["summary"]


def test_a_file_that_the_source_has_not_fails(copies):
    copies.follow()
    os.unlink(f"{copies.path}/status.json")
    copies.hdfs.files["/user/hadoop/input/d/1/old"] = b"x"
    assert "holds 1 files that s3a://b/1 has not" in copies.follow()["error"]["summary"]


def test_a_copy_that_s3_asked_to_slow_down_is_tried_again(copies):
    copy, left = copies.client, [1]

    def client(argv):
        left[0] -= 1
        if left[0] >= 0:
            return (
                25,
                "AWSServiceThrottledException: open s3a://b/0/a.txt: S3Exception: (Service: S3, Status Code: 503)",
            )
        return copy(argv)

    copies.client = client
    status = copies.follow()
    assert status["state"] == "succeeded" and status["output"] == {"files": 4, "bytes": 10}
    assert [one["id"] for one in status["tries"]] == ["s3-throttled"] and status["counters"]["COPY"] == 4


SLOW_DOWN = "AWSServiceThrottledException: open s3a://b/0/a.txt: S3Exception: (Service: S3, Status Code: 503)"


def counted(status):
    """Return what a job that succeeded in its second try says of the files and bytes that it copied, and left alone."""
    assert status["state"] == "succeeded" and len(status["tries"]) == 1, status
    return [status["counters"][name] for name in ("COPY", "BYTESCOPIED", "SKIP", "BYTESSKIPPED")]


@pytest.mark.parametrize("fails", [0, 1])
def test_what_a_try_that_failed_has_copied_counts_as_copied(copies, fails):
    copy, calls = copies.client, iter(range(9))

    def client(argv):
        done = copy(argv)
        return (25, SLOW_DOWN) if next(calls) == fails else done

    copies.client = client
    assert counted(copies.follow()) == [4, 10, 0, 0]
    assert len(copies.started) == 2


def test_what_a_try_before_it_copied_is_nothing_that_was_there(copies):
    copy, calls = copies.client, iter(range(9))
    copies.client = lambda argv: (25, SLOW_DOWN) if next(calls) == 1 else copy(argv)
    assert counted(copies.follow()) == [4, 10, 0, 0]


def test_a_copy_that_was_found_incomplete_counts_too(copies):
    copy, calls = copies.client, iter(range(9))

    def client(argv):
        done, call = copy(argv), next(calls)
        if call == 0:
            del copies.hdfs.files["/user/hadoop/input/d/0/a.txt"]
        return (0, "Files Copied=1\nBytes Copied=3\nFiles Skipped=1\nBytes Skipped=2\n") if call == 1 else done

    copies.client = client
    assert counted(copies.follow()) == [5, 13, 0, 0]


def test_a_copy_that_s3_refused_is_not_tried_again(copies):
    copies.client = lambda _argv: (25, "AccessDeniedException: s3a://b/0: S3Exception: (Service: S3, Status Code: 403)")
    status = copies.follow()
    assert status["error"]["id"] == "s3-access-denied" and len(copies.started) == 1


def test_large_copies_go_to_yarn(copies, monkeypatch):
    monkeypatch.setattr(follow_distcp.distcp, "LOCAL_BYTES", 0)
    copy = copies.client
    count = iter(range(1, 9))

    def client(argv):
        copy(argv)
        application = f"application_1_000{next(count)}"
        copies.yarn.add(application, ["FINISHED"], finalStatus="SUCCEEDED", tag="x")
        return 0, f"Submitted application {application}\n"

    copies.client = client
    status = copies.follow()
    assert status["state"] == "succeeded" and status["application_id"] == "application_1_0002"
    assert all("-async" in argv for argv in copies.started)


# Without a fingerprint


class Bucket:
    """A folder in S3, as the node's own client lists it."""

    def __init__(self, monkeypatch, **files):
        self.files = {name: Entry(size, 100.0) for name, size in files.items()}
        monkeypatch.setattr(Look, "_in_s3", lambda _look, _place: dict(self.files))


def lone(monkeypatch, tmp_path, **changes):
    """A job of one copy out of S3, whose client copies and deletes as distcp does."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    pairs = changes.pop("copies", [{"source": "s3a://b/in", "target": "/data/in"}])
    found = Cluster(monkeypatch, tmp_path, kind="distcp", copies=pairs, fingerprint=None, **changes)
    found.bucket = Bucket(monkeypatch, a=3, b=2)

    def client(argv):
        kept = Path(argv[argv.index("-filters") + 1]).read_text() if "-filters" in argv else ""
        count = 0
        for name, entry in found.bucket.files.items():
            if f"/{name}\\E" not in kept:
                found.hdfs.files[f"/data/in/{name}"] = b"x" * entry.size
                count += 1
        if "-delete" in argv:
            for name, _entry in list(found.hdfs.walk("/data/in")):
                if name not in found.bucket.files:
                    del found.hdfs.files[f"/data/in/{name}"]
        return 0, f"DistCp Counters\n\tFiles Copied={count}\n"

    found.client = client
    return found


def test_a_lone_copy_leaves_strangers_and_marks_nothing(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path)
    found.hdfs.files = {"/data/in/theirs": b"x", "/data/in/.distcp.tmp.attempt_9": b"half"}
    status = found.follow()
    assert status["state"] == "succeeded", status
    assert status["counters"]["COPY"] == 2 and status["counters"]["DELETED"] == 0
    assert status["output"] == {"files": 2, "bytes": 5}
    assert set(found.hdfs.files) == {f"/data/in/{name}" for name in ("a", "b", "theirs", ".distcp.tmp.attempt_9")}
    assert found.hdfs.deleted == []


def test_a_second_run_copies_nothing_and_a_newer_source_is_copied(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path)
    found.follow()
    for age, started in ((0.0, 0), (100.0, 1)):
        os.unlink(f"{found.path}/status.json")
        found.started.clear()
        found.bucket.files = {"a": Entry(3, age), "b": Entry(2, age)}
        status = found.follow()
        assert status["state"] == "succeeded" and len(found.started) == started


def test_delete_removes_what_the_source_has_not_and_counts_it(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path, delete=True)
    found.hdfs.files = {"/data/in/old": b"x", "/data/other": b"x"}
    status = found.follow()
    assert status["counters"]["DELETED"] == 1 and "/data/in/old" not in found.hdfs.files
    assert "/data/other" in found.hdfs.files


def test_without_update_what_is_there_stays_whatever_it_holds(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path, update=False)
    found.hdfs.files = {"/data/in/a": b"mine, and longer"}
    status = found.follow()
    assert status["state"] == "succeeded", status
    assert found.hdfs.files["/data/in/a"] == b"mine, and longer" and found.hdfs.files["/data/in/b"] == b"xx"


def test_a_copy_into_s3_needs_no_folder_and_is_verified(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path, copies=[{"source": "/data/in", "target": "s3a://b/out"}])
    found.hdfs.files = {"/data/in/a": b"xxx", "/data/in/sub/b": b"x"}
    found.bucket.files = {}
    found.client = lambda argv: (found.bucket.files.update({"a": Entry(3, 9e9)}), (0, ""))[1]
    assert "1 of 2 files are not in s3a://b/out" in found.follow()["error"]["summary"]
    assert found.started[0][-2:] == ["/data/in", "s3a://b/out"] and found.hdfs.folders == set()


def test_small_copies_run_here_unless_maps_were_asked_for(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path, maps=2)
    found.follow()
    assert "-async" in found.started[0]


def test_options_travel_in_a_file(monkeypatch, tmp_path):
    found = lone(monkeypatch, tmp_path, options={"fs.s3a.threads.max": "7"})
    found.follow()
    path = found.started[0][found.started[0].index("-conf") + 1]
    assert "fs.s3a.threads.max" in Path(path).read_text() and os.stat(path).st_mode & 0o777 == 0o600


def spec(*pairs, **changes):
    """Return a specification of copies."""
    return {
        "copies": [{"source": source, "target": target} for source, target in pairs],
        "fingerprint": None,
        **changes,
    }


@pytest.mark.parametrize(
    "wrong, words",
    [
        (spec(), "nothing to copy"),
        (spec(("s3://b/k", "/")), "below the root"),
        (spec(("/", "s3://b/k")), "below the root"),
        (spec(("s3://b/k", "s3://c/k")), "both lie in S3"),
        (spec(("/a", "/a/b")), "overlap"),
        (spec(("/a/b", "/a")), "overlap"),
        (spec(("/x", "/a"), ("/y", "/a/b")), "lies inside the target"),
        (spec(("/x", "/a/b"), delete=True, update=False), "delete needs update"),
        (spec(("/x", "/data"), delete=True), "delete is refused for /data"),
        (spec(("/x", "/user/hadoop"), delete=True), "delete is refused"),
        (spec(("/x", "s3://b"), delete=True), "empty the bucket b"),
        (spec(("/x", "s3://b/k"), fingerprint="f"), "targets in HDFS only"),
        (spec(("s3://b/k", "/a"), preserve=["user"]), "no owner"),
        (spec(("/x", "/a"), maps=0), "maps must be at least 1"),
        (spec(("/x", "/a"), options={"fs.s3a.secret.key": "x"}), "looks like a secret"),
        (spec(("/x", "/a"), options={"mapreduce.job.name": "x"}), "is set by"),
    ],
)
def test_copies_that_cannot_be_meant_are_refused(wrong, words):
    with pytest.raises(OhmyError, match=words):
        copies_module.check(wrong)


def test_copies_are_grouped_by_target_and_named_by_what_they_are():
    pairs = (("/x", "/a"), ("s3://b/k", "/c"), ("/y", "/a/"))
    found = copies_module.groups(spec(*pairs))
    assert [(str(one.target), [str(source) for source in one.sources]) for one in found] == [
        ("/a", ["/x", "/y"]),
        ("/c", ["s3a://b/k"]),
    ]
    copies_module.check(spec(*pairs))
    assert copies_module.identity(spec(*pairs)) == copies_module.identity(spec(*pairs, bandwidth=3))
    assert copies_module.identity(spec(*pairs)) != copies_module.identity(spec(*pairs, delete=True))


def test_what_a_run_would_change_is_foreseen(monkeypatch):
    hdfs = FakeHdfs({"/data/in/a": b"xxx", "/data/in/b": b"x", "/data/in/old": b"x"})
    Bucket(monkeypatch, a=3, b=2, c=1)
    monkeypatch.setattr(copies_module, "_entry", lambda status: Entry(status["length"], 100.0))
    plan = copies_module.foresee(Look(hdfs, {}), spec(("s3://b/in", "/data/in"), delete=True)).result()
    assert plan["actions"] == ["copy 2 files and delete 1 file in /data/in"]
    assert plan["diff"] == {"before": {"/data/in": {"b": 1, "old": 1}}, "after": {"/data/in": {"b": 2, "c": 1}}}


def test_files_of_hdfs_that_are_newer_but_the_same_are_not_copied(monkeypatch):
    hdfs = FakeHdfs({"/data/in/a": b"xxx", "/copy/a": b"xxx"})
    monkeypatch.setattr(copies_module, "_entry", lambda status: Entry(status["length"], next(times)))
    for sums, expected in ((["s", "s"], []), (["s", "t"], ["copy 1 file in /copy"])):
        times, answers = iter([200.0, 100.0]), iter(sums)
        hdfs.checksum = lambda _path, answers=answers: next(answers)
        assert copies_module.foresee(Look(hdfs, {}), spec(("/data/in", "/copy"))).result()["actions"] == expected
