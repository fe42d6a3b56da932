# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan of a job refuses before it makes a call."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import identity, inputs
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.identity import MANIFEST
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import file_sha256
from ansible_collections.ohmy.hadoop.plugins.modules import job_plan

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("missing", ["gone.txt", "*.log", "no/such/folder"])
def test_local_input_that_is_not_there_is_refused_before_the_first_call(tmp_path, monkeypatch, missing):
    monkeypatch.setattr(job_plan, "Clients", lambda _params: pytest.fail("a client was made"))
    items = ["s3://bucket/key", str(tmp_path / missing)]
    usual = {key: option.get("default") for key, option in job_plan.SPEC.items()}
    params = {**usual, "name": "j", "mapper": "cat", "input": items, "output": str(tmp_path / "out")}
    with pytest.raises(OhmyError, match=r"job_input: .* matches no file"):
        job_plan.run(params)


def test_local_input_that_is_there_is_not_read_yet(tmp_path):
    (tmp_path / "a b.txt").write_text("")
    job_plan.require_local([str(tmp_path / "*.txt"), str(tmp_path), "s3://bucket/key"])


def plan(folder, **changes):
    """Return the plan of a job on hosts of one's own."""
    (folder / "in.txt").write_text("a\n")
    usual = {key: option.get("default") for key, option in job_plan.SPEC.items()}
    params = {**usual, "provider": "inventory", "name": "j", "mapper": "cat", "input": [str(folder / "in.txt")]}
    return job_plan.run({**params, "output": str(folder / "out"), **changes})["plan"]


def test_files_to_bring_are_told_with_what_they_held(tmp_path):
    (one,) = plan(tmp_path)["input"]["uploads"]
    sha256 = hashlib.sha256(b"a\n").hexdigest()
    assert one == {"source": str(tmp_path / "in.txt"), "key": "0/in.txt", "sha256": sha256}


def test_options_and_archives_make_another_job_and_other_means_do_not(tmp_path):
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("a", "b")
    base = plan(tmp_path, reducer="cat")
    packed = plan(tmp_path, reducer="cat", archives=[str(tmp_path / "lib.zip")])
    assert base["archives"] == [] and [one["name"] for one in packed["archives"]] == ["lib"]
    sorted_one = plan(tmp_path, reducer="cat", sort=["1n"])
    assert len({one["fingerprint"] for one in (base, packed, sorted_one)}) == 3
    assert plan(tmp_path, reducer="cat", map_memory=512, queue="x")["fingerprint"] == base["fingerprint"]
    with pytest.raises(OhmyError, match="sort: with 0 reduces"):
        plan(tmp_path, reduces=0, sort=["1"])


def test_an_ordinary_job_is_one_step_and_is_known_as_ever(tmp_path):
    (tmp_path / "m.py").write_text("print()\n")
    job = {"mapper": f"{tmp_path / 'm.py'} -x", "reducer": "cat", "reduces": 2, "sort": ["1n"]}
    planned = plan(tmp_path, **job, options={"a": 1}, cmdenv={"B": True})
    known = {
        "schema": 1,
        "commands": {"mapper": "python3 m.py -x", "reducer": "cat", "combiner": None},
        "files": {"m.py": hashlib.sha256(b"print()\n").hexdigest()},
        "input": planned["input"]["digest"],
        "reduces": 2,
        "options": {"a": "1"},
        "cmdenv": {"B": "true"},
        "named": {"sort": ["1n"]},
    }
    text = json.dumps(known, sort_keys=True, separators=(",", ":"))
    assert planned["fingerprint"] == hashlib.sha256(text.encode()).hexdigest()
    (step,) = planned["steps"]
    assert step["name"] == "j" and step["input"] == planned["input"]["hdfs"] and step["maps"] is None
    assert {key: step[key] for key in SHARED} == {key: planned[key] for key in SHARED}
    lone = plan(tmp_path, mapper=None, steps=[{**job, "options": {"a": 1}, "cmdenv": {"B": True}, "maps": None}])
    assert lone == planned


SHARED = ("id", "fingerprint", "commands", "files", "archives", "output")


def test_a_step_reads_the_one_before_it_and_makes_the_later_ones_others_alone(tmp_path):
    chain = [{"mapper": "cat", "name": "one"}, {"mapper": "tac", "reducer": "uniq"}, {"mapper": "sort", "reduces": 0}]
    planned = plan(tmp_path, mapper=None, steps=chain)
    first, second, third = planned["steps"]
    assert [one["name"] for one in planned["steps"]] == ["j, step 1 of 3, one", "j, step 2 of 3", "j, step 3 of 3"]
    assert (first["input"], second["input"]) == (planned["input"]["hdfs"], [first["output"]])
    assert third["input"] == [second["output"]] and third["reduces"] == 0
    assert {key: third[key] for key in SHARED} == {key: planned[key] for key in SHARED}
    assert planned["output"] == f"/user/hadoop/jobs/{third['id']}/output" and planned["name"] == "j"
    assert first["fingerprint"] == plan(tmp_path)["fingerprint"]
    for changed, same in ((0, 0), (1, 1), (2, 2)):
        other = [{**step, "cmdenv": {"X": "y"} if number == changed else {}} for number, step in enumerate(chain)]
        ids = [one["id"] for one in plan(tmp_path, mapper=None, steps=other)["steps"]]
        assert [a == b["id"] for a, b in zip(ids, planned["steps"])] == [number < same for number in range(3)]


def test_only_the_last_step_writes_where_the_answer_goes(tmp_path):
    chain = [{"mapper": "cat"}, {"mapper": "tac"}]
    here, there = (plan(tmp_path, mapper=None, steps=chain, **more) for more in ({}, {"output": "hdfs:///data/x"}))
    assert here["steps"][0] == there["steps"][0]
    assert there["steps"][1]["output"] == there["output"] == "/data/x"
    assert there["steps"][1]["id"] == there["id"] != here["id"] and there["fingerprint"] == here["fingerprint"]


@pytest.mark.parametrize(
    "step, words",
    [
        ({"reducer": "cat"}, "Step 2: missing required arguments: mapper"),
        ({"mapper": "cat", "input": "/x"}, "Step 2: input. Supported parameters include"),
        ({"mapper": "cat | sort"}, "Step 2: .*holds a shell operator"),
        ({"mapper": "cat", "reduces": 0, "sort": ["1"]}, "Step 2: sort: with 0 reduces"),
    ],
)
def test_a_step_that_cannot_be_is_named(tmp_path, step, words):
    with pytest.raises(OhmyError, match=words) as caught:
        plan(tmp_path, mapper=None, steps=[{"mapper": "cat"}, step])
    assert caught.value.hint


@pytest.mark.parametrize("name, codec, unpack", [("part-00000.gz", None, True), ("part-00000", ".gz", False)])
def test_an_answer_in_the_other_form_is_not_the_finished_one(tmp_path, name, codec, unpack):
    wanted = plan(tmp_path)["fingerprint"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("x")
    entry = {"name": name, "size": 1, "sha256": file_sha256(str(tmp_path / "out" / name)), "codec": codec}
    manifest = {"schema": 1, "fingerprint": wanted, "finished": "2026", "parts": [entry]}
    (tmp_path / "out" / MANIFEST).write_text(json.dumps(manifest))
    assert plan(tmp_path, output_decompress=not unpack)["finished"]
    assert not plan(tmp_path, output_decompress=unpack)["finished"]


REFUSED = {
    "a colon": (("a:b", b"x"), {"input": ["a:b"]}, "which HDFS cannot hold"),
    "a tab": (("a\tb", b"x"), {"input": ["a\tb"]}, "which objects in S3 cannot have"),
    "all empty": (("empty", b""), {"input": ["empty"]}, "all files are empty, so there is nothing to do"),
    "hidden": (("_hidden", b"x"), {"input": ["_hidden"]}, "holds no file that Hadoop would read"),
    "side": (("side file", b"x"), {"files": ["side file"]}, "has a name that Hadoop cannot ship"),
    "pipe": (("x", b"x"), {"mapper": "cut -f1 | sort"}, "holds a shell operator, and Hadoop Streaming starts no shell"),
    "theirs": (("out/thesis.doc", b"x"), {}, "holds files that no run of this collection put there"),
    "a file": (("out", b"x"), {}, "is not a directory"),
}


@pytest.mark.parametrize("made, changes, words", REFUSED.values(), ids=REFUSED)
def test_what_bites_is_refused_in_the_words_of_its_page(tmp_path, made, changes, words):
    (tmp_path / "in.txt").write_text("a\n")
    path = tmp_path / made[0]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(made[1])
    usual = {key: option.get("default") for key, option in job_plan.SPEC.items()}
    params = {**usual, "provider": "inventory", "name": "j", "mapper": "cat", "input": ["in.txt"], "output": "out"}
    params.update(changes)
    for key in ("input", "files"):
        params[key] = [str(tmp_path / item) for item in params[key]]
    for key in ("mapper", "output"):
        params[key] = (
            str(tmp_path / params[key]) if (tmp_path / params[key]).exists() or key == "output" else params[key]
        )
    with pytest.raises(OhmyError) as caught:
        job_plan.run(params)
    assert words in caught.value.message and caught.value.hint
    assert words in " ".join((ROOT / "docs/input.md").read_text("utf-8").split())


def test_a_file_and_a_link_to_it_are_one(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("a\n")
    (tmp_path / "b.txt").symlink_to(folder / "a.txt")
    (tmp_path / "there").symlink_to(folder)
    for second in ("b.txt", "there", "there/a.txt"):
        with pytest.raises(OhmyError, match="are one file, which would be read twice"):
            inputs.expand([str(folder), str(tmp_path / second)], lambda _bucket, _key: [])
    assert len(inputs.expand([str(tmp_path / "b.txt")], lambda _bucket, _key: [])) == 1


def test_a_link_to_nothing_is_told_as_one(tmp_path):
    (tmp_path / "a.txt").symlink_to("gone.txt")
    with pytest.raises(OhmyError, match="a.txt is a link to gone.txt, which is not there"):
        inputs.expand([str(tmp_path)], lambda _bucket, _key: [])


def test_links_that_lead_in_a_circle_are_told_as_that(tmp_path):
    for name, target in (
        ("self", "self"),
        ("a", "b"),
        ("b", "a"),
        ("in/loop", "loop"),
        ("x/y", "../y"),
        ("y/x", "../x"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(target)
    for item, told in (("self", "self"), ("a", "a"), ("in", "in/loop"), ("in/*", "in/loop")):
        with pytest.raises(OhmyError, match=f"/{told} is a link that leads in a circle"):
            inputs.expand([str(tmp_path / item)], lambda _bucket, _key: [])
    (tmp_path / "x" / "f").write_text("f\n")
    for item, told in (("x", "x/y/x"), ("y/", "y/x/y"), ("x*", "x/y/x")):
        with pytest.raises(OhmyError, match=f"/{told} is a link to a folder that holds it"):
            inputs.expand([f"{tmp_path}/{item}"], lambda _bucket, _key: [])
    (tmp_path / "far").symlink_to("x")
    with pytest.raises(OhmyError, match="/far/y/x is a link to a folder that holds it"):
        inputs.expand([str(tmp_path / "far")], lambda _bucket, _key: [])
    (tmp_path / "near").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text(name)
        (tmp_path / "near" / name).symlink_to(tmp_path / name)
    assert len(inputs.expand([str(tmp_path / "near")], lambda _bucket, _key: [])) == 2


def test_what_lies_in_a_hidden_folder_is_not_looked_at(tmp_path):
    (tmp_path / "a.txt").write_text("a\n")
    for name in (".git", "_old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "loop").symlink_to("..")
    assert [one.relative for one in inputs.expand([str(tmp_path)], lambda _bucket, _key: [])] == ["a.txt"]


def test_a_file_that_two_items_name_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "b.txt").write_text("b\n")
    for items in ([tmp_path, tmp_path / "a.txt"], [tmp_path, tmp_path], [tmp_path / "*.txt", tmp_path / "b*"]):
        with pytest.raises(OhmyError, match="would be read twice"):
            inputs.expand([str(item) for item in items], lambda _bucket, _key: [])
    with pytest.raises(OhmyError, match="a.txt is named twice, and would be read twice"):
        inputs.expand([str(tmp_path / "a.txt")] * 2, lambda _bucket, _key: [])
    listed = [{"key": "in/a.txt", "size": 1, "etag": "x"}]
    with pytest.raises(OhmyError, match="s3://b/in/a.txt is named by s3://b/in and by s3://b/in/a.txt"):
        inputs.expand(["s3://b/in", "s3://b/in/a.txt"], lambda _bucket, _key: listed)


def test_a_disk_that_no_answer_fits_on_is_told_before_the_job(tmp_path, monkeypatch):
    asked = []

    def nearly_full(path):
        asked.append(path)
        return SimpleNamespace(free=(16 << 20) - 1)

    monkeypatch.setattr(identity.shutil, "disk_usage", nearly_full)
    with pytest.raises(OhmyError, match=r"job_output: .*/a/out has no room for an answer: 16,777,215 bytes are free"):
        plan(tmp_path, output=str(tmp_path / "a" / "out"))
    assert asked == [str(tmp_path)], "what is not there yet is made on the disk of the nearest folder"
    plan(tmp_path, output="hdfs:///data/out")
    monkeypatch.setattr(identity.shutil, "disk_usage", lambda _path: SimpleNamespace(free=16 << 20))
    plan(tmp_path)


@pytest.mark.parametrize("merged", [True, False])
def test_an_answer_in_one_file_is_not_one_in_parts(tmp_path, monkeypatch, merged):
    wanted = plan(tmp_path)["fingerprint"]
    name = "output" if merged else "part-00000"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("x")
    digest = file_sha256(str(tmp_path / "out" / name))
    entry = {"name": name, "size": 1, "sha256": digest, "codec": None, "sources": [{"name": "part-00000", "size": 1}]}
    manifest = {"schema": 1, "fingerprint": wanted, "finished": "2026", "parts": [entry]}
    (tmp_path / "out" / MANIFEST).write_text(json.dumps(manifest))
    with monkeypatch.context() as full:
        # What is there needs no room.
        full.setattr(identity.shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
        assert plan(tmp_path, output_merged=merged)["finished"]
    assert not plan(tmp_path, output_merged=not merged)["finished"]
    assert not plan(tmp_path, output_merged=merged, output_existing="replaced")["finished"]
    for job in ({}, {"mapper": "wc"}):
        with pytest.raises(OhmyError, match="job_output_existing is refused"):
            plan(tmp_path, output_merged=merged, output_existing="refused", **job)
    # A fetch that was interrupted is no answer yet.
    (tmp_path / "out" / MANIFEST).write_text(json.dumps({**manifest, "finished": None}))
    assert not plan(tmp_path, output_existing="refused")["finished"]


def test_an_answer_may_stay_in_hdfs_and_its_place_is_part_of_the_job_s_name_alone(tmp_path):
    near, far = plan(tmp_path), plan(tmp_path, output="hdfs:///data/out/")
    assert far["output"] == far["answer"]["where"] == "/data/out" and not far["finished"]
    assert far["fingerprint"] == near["fingerprint"] and far["id"] != near["id"]
    assert far["answer"]["existing"] == "any" and near["answer"]["existing"] == "own"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output": "s3://b/out"}, "lies in S3"),
        ({"output": "hdfs:///tmp"}, "is not for answers"),
        ({"input_mode": "direct"}, "direct reads S3"),
    ],
)
def test_hosts_of_one_s_own_read_and_write_no_s3(tmp_path, changes, words):
    with pytest.raises(OhmyError, match=words):
        plan(tmp_path, **changes)
