# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""distcp alone, both ways, on a master alone; what it did is read with other tools."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.long
MODULE = "ohmy.hadoop.distcp"
BASE = "/user/hadoop/copies"
OBJECTS = {"a b.txt": b"one\n", "sub/ü%20#.txt": b"two\n", "-d{1}[2]*": b"three\n", "quote'\".txt": b"", "x": b"1"}


def copy(source, target, check=False, **options):
    """Return the task of one copy."""
    copies = [{"source": one, "target": target} for one in ([source] if isinstance(source, str) else source)]
    return {MODULE: {"copies": copies, **options}, "check_mode": check}


@pytest.fixture(scope="module", name="made")
def fixture_made(lone):
    """Copy in, again, inside and out; return the results and the master."""
    lone.may_write("mirror/")
    s3 = lone.cloud.client("s3")
    for name, data in OBJECTS.items():
        s3.put_object(Bucket=lone.bucket, Key=f"input/copies/{name}", Body=data)
    source, mirror = f"s3://{lone.bucket}/input/copies", f"s3://{lone.bucket}/mirror/all"
    results = lone.tasks(
        copy(source, f"{BASE}/in", check=True),
        copy(source, f"{BASE}/in"),
        copy(source, f"{BASE}/in"),
        copy([f"{BASE}/in/sub", f"{BASE}/in/x"], f"{BASE}/gathered", preserve=["permission"]),
        copy(f"{BASE}/in", mirror, bandwidth=50),
        copy(f"{BASE}/in", mirror, check=True),
        copy(f"{BASE}/in", f"{BASE}/by-yarn", maps=1),
    )
    return lone, results


def listed(lone, folder):
    """Return relative name → size of the files below a folder of HDFS."""
    lines = lone.shell(f"hdfs dfs -ls -R {folder}").splitlines()
    files = [line.split(None, 7) for line in lines if line.startswith("-")]
    return {words[7][len(folder) + 1 :]: int(words[4]) for words in files}


def test_what_would_be_copied_is_told_and_nothing_is_done(made):
    _lone, results = made
    assert results[0]["changed"] and results[0]["actions"] == [f"copy 5 files in {BASE}/in"]
    assert results[0]["diff"]["after"][f"{BASE}/in"]["a b.txt"] == 4


def test_objects_become_files_once(made):
    lone, results = made
    assert results[1]["changed"] and results[1]["copied"] == 5 and results[1]["files"] == 5
    assert not results[2]["changed"] and results[2]["copied"] == 0 and results[2]["kept"] == 5
    assert listed(lone, f"{BASE}/in") == {name: len(data) for name, data in OBJECTS.items()}
    assert lone.shell(f"hdfs dfs -cat '{BASE}/in/a b.txt'") == "one\n"


def test_several_sources_meet_in_one_target_inside_hdfs(made):
    lone, results = made
    assert results[3]["changed"] and results[3]["copied"] == 2, results[3]
    assert listed(lone, f"{BASE}/gathered") == {"ü%20#.txt": 4, "x": 1}


def test_files_become_objects_with_their_very_names(made):
    lone, results = made
    assert results[4]["changed"] and results[4]["copied"] == 5, results[4]
    s3 = lone.cloud.client("s3")
    for name, data in OBJECTS.items():
        assert s3.get_object(Bucket=lone.bucket, Key=f"mirror/all/{name}")["Body"].read() == data
    assert not results[5]["changed"] and results[5]["actions"] == []


def test_yarn_copies_where_maps_are_asked_for(made):
    lone, results = made
    assert results[6]["changed"] and results[6]["application_id"].startswith("application_"), results[6]
    assert listed(lone, f"{BASE}/by-yarn") == {name: len(data) for name, data in OBJECTS.items()}


def test_update_and_delete_do_what_was_asked_for_and_no_more(made):
    lone, _results = made
    s3 = lone.cloud.client("s3")
    place = {"Bucket": lone.bucket}
    s3.put_object(**place, Key="input/copies/x", Body=b"2")
    s3.delete_object(**place, Key="input/copies/a b.txt")
    s3.put_object(**place, Key="input/copies/new", Body=b"new")
    s3.put_object(**place, Key="mirror/beside", Body=b"stays")
    lone.shell(f"echo mine | hdfs dfs -put - {BASE}/in/mine && echo out | hdfs dfs -put - {BASE}/outside")
    source = f"s3://{lone.bucket}/input/copies"
    added, updated, deleted, told, mirrored = lone.tasks(
        copy(source, f"{BASE}/in", update=False),
        copy(source, f"{BASE}/in"),
        copy(source, f"{BASE}/in", delete=True),
        copy(source, f"{BASE}/in", delete=True, check=True),
        copy(f"{BASE}/in", f"s3://{lone.bucket}/mirror/all", delete=True),
    )
    assert (added["copied"], added["deleted"]) == (1, 0), added
    assert (updated["copied"], updated["deleted"]) == (1, 0), updated
    assert deleted["changed"] and (deleted["copied"], deleted["deleted"]) == (0, 2), deleted
    assert not told["changed"]
    assert (mirrored["copied"], mirrored["deleted"]) == (2, 1), mirrored
    assert sorted(listed(lone, f"{BASE}/in")) == sorted({*OBJECTS, "new"} - {"a b.txt"})
    assert lone.shell(f"hdfs dfs -cat {BASE}/in/x {BASE}/outside") == "2out\n"
    keys = {one["Key"] for one in s3.list_objects_v2(**place, Prefix="mirror/")["Contents"]}
    assert "mirror/beside" in keys and "mirror/all/a b.txt" not in keys and "mirror/all/new" in keys
    assert s3.get_object(**place, Key="mirror/all/x")["Body"].read() == b"2"


def test_copies_that_fail_say_why_in_one_sentence(made):
    lone, _results = made
    source = f"s3://{lone.bucket}/input/copies"
    for result, words in zip(
        lone.tasks(
            copy(f"{source}-not-there", f"{BASE}/none"),
            copy([f"{source}/x", f"{BASE}/in/x"], f"{BASE}/two"),
            copy(source, "/user"),
            copy(source, "/user", delete=True),
            copy(f"{BASE}/in", f"s3://{lone.bucket}/elsewhere/x"),
            copy(source, f"{BASE}/in/x"),
            copy(source, f"{BASE}/none", options={"fs.s3a.secret.key": "x"}),
            copy(f"{source}/x", f"{BASE}/none", options={"fs.s3a.endpoint": "http://127.0.0.1:9"}, timeout=20),
        ),
        (
            "holds no object",
            "would become the same file",
            "lacks WRITE permission on /user",
            "delete is refused",
            "S3 refused the nodes access",
            "is a file",
            "looks like a secret",
            "its time of 20 s was up",
        ),
        strict=True,
    ):
        assert result["failed"] and words.lower() in result["msg"].lower(), (words, result["msg"])
        assert result["changed"] is False and result["hint"], result
