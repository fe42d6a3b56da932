# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which ``hdfs_fetch`` brings an answer: merged, decompressed, in pieces, without a job."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import os
import zlib

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hdfs_fetch
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import results
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import fetch_targets, node_action, partial_file

from .fakes import make_action
from .test_node_action import Clock


@pytest.fixture(autouse=True)
def fixture_quiet(monkeypatch):
    monkeypatch.setattr(node_action, "time", Clock())
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})


def small_loads(monkeypatch, bytes_=100, pieces=100):
    for place in (results, fetch_targets):
        monkeypatch.setattr(place, "LOAD_BYTES", bytes_)
        monkeypatch.setattr(place, "LOAD_PIECES", pieces)


@pytest.fixture(name="fetch")
def fixture_fetch(tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()

    def fetch(parts, losses=(), times=None, die_at=None, **options):
        asked = []

        def answer(_name, args):
            listing = [
                {"name": name, "size": len(data), "modified": (times or {}).get(name, 1)}
                for name, data in parts.items()
            ]
            pieces = args.get("pieces") or (args.get("ahead") and results.one_load(listing))
            if not pieces:
                return {"parts": listing, "left_out": ["_logs"]}
            if len(asked) == die_at:
                raise AnsibleConnectionFailure("gone")
            asked.append([(piece["part"], piece["offset"]) for piece in pieces])
            found = [parts[piece["part"]][piece["offset"] :][: piece["length"]] for piece in pieces]
            (spool / "spooled").write_bytes(b"".join(found))
            told = [{**piece, "sha256": hashlib.sha256(data).hexdigest()} for piece, data in zip(pieces, found)]
            spooled = {"path": str(spool / "spooled"), "pieces": told}
            return {"parts": listing, "left_out": ["_logs"], "spooled": spooled}

        args = {"src": "/data/words", "dest": str(tmp_path / "dest"), **options}
        action = make_action(hdfs_fetch.ActionModule, args, answer, spool=str(spool))
        result = action.run(task_vars={})
        there = tmp_path / "dest"
        files = {name: (there / name).read_bytes() for name in os.listdir(there)} if there.is_dir() else {}
        return result, asked, {name: data for name, data in files.items() if name != ".ohmy-manifest.json"}

    return fetch


def test_parts_become_one_file_in_the_order_of_their_numbers(fetch):
    parts = {"part-00002": b"", "part-99999": b"1", "part-100000": b"2"}
    result, _asked, files = fetch(parts, merge=True)
    assert files == {"words": b"12"} and result["parts"][0]["sha256"] == hashlib.sha256(b"12").hexdigest()
    assert result["left_out"] == ["_logs"] and result["bytes"] == 2
    result, asked, files = fetch(parts, merge=True)
    assert not result["changed"] and asked == []
    assert fetch(parts, merge=True, times={"part-99999": 2})[0]["changed"]


@pytest.mark.parametrize("name", ["load", "plain"])
def test_a_part_may_be_called_as_the_scratch_files_are(fetch, monkeypatch, name):
    small_loads(monkeypatch, bytes_=3)
    packed = gzip.compress(b"one\n")
    assert fetch({name: b"12345678"})[2] == {name: b"12345678"}
    assert fetch({f"{name}.gz": packed}, decompress=True, force=True)[2] == {name: b"one\n"}


def test_what_a_killed_fetch_left_of_its_own_is_removed(fetch, tmp_path):
    (tmp_path / "dest").mkdir()
    for name in (".ohmy-load", ".ohmy-gone.partial", ".ohmy-gone.partial.plain"):
        (tmp_path / "dest" / name).write_bytes(b"half")
    assert fetch({"x": b"1"})[2] == {"x": b"1"}


def test_no_part_at_all_is_an_empty_file(fetch):
    assert fetch({}, merge="yes", name="none.txt")[2] == {"none.txt": b""}


@pytest.mark.parametrize(
    ("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".deflate", zlib.compress), ("", bytes)]
)
def test_codecs_that_python_knows_are_unpacked(fetch, ending, pack):
    parts = {f"part-0{ending}": pack(b"one\n") * (2 if ending == ".gz" else 1), f"part-1{ending}": pack(b"two\n")}
    first = b"one\none\n" if ending == ".gz" else b"one\n"
    result, _asked, files = fetch(parts, decompress=True)
    assert files == {"part-0": first, "part-1": b"two\n"} and not fetch(parts, decompress=True)[0]["changed"]
    assert result["bytes"] == len(first) + 4
    assert fetch(parts, decompress=True, merge=True, name="all.txt")[2] == {"all.txt": first + b"two\n"}
    if ending != ".deflate":
        files = fetch(parts, merge=True)[2]
        assert files == {f"words{ending}": b"".join(parts.values())}


def test_a_packed_file_that_is_cut_short_is_no_answer(fetch):
    for name, data in (
        ("a.gz", gzip.compress(b"x" * 99)),
        ("a.bz2", bz2.compress(b"x")),
        ("a.deflate", zlib.compress(b"x" * 9)),
    ):
        for broken in (data[:-3], b"no " + data):
            result, _asked, files = fetch({name: broken}, decompress=True, force=True)
            assert result["failed"] and "cannot be decompressed" in result["msg"] and "a" not in files


@pytest.mark.parametrize(
    ("parts", "options", "words"),
    [
        (["a.lz4"], {"decompress": True}, "a.lz4 cannot be decompressed"),
        (["a.gz", "b"], {"merge": True}, "different codecs"),
        (["a.deflate", "b.deflate"], {"merge": True}, "cannot follow each other"),
        (["a", "a.gz"], {"decompress": True}, "same file a"),
        (["a"], {"merge": True, "name": "../x"}, "no plain file name"),
        (["a"], {"merge": True, "name": ".ohmy-manifest.json"}, "no plain file name"),
        (["a"], {"name": "x"}, "name goes with merge"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_comes(fetch, parts, options, words):
    result, _asked, files = fetch(dict.fromkeys(parts, b"x"), **options)
    assert result["failed"] and words in result["msg"] and files == {}


def test_a_large_part_comes_in_pieces_and_goes_on_where_it_stopped(fetch, monkeypatch):
    small_loads(monkeypatch, bytes_=4)
    parts = {"big": b"0123456789", "small": b"abc"}
    result, asked, files = fetch(parts, die_at=2)
    assert result["failed"] and asked == [[("big", 0)], [("big", 4)]] and "big" not in files
    assert files[".ohmy-big.partial"] == b"01234567"
    result, asked, files = fetch(parts)
    assert asked == [[("big", 8)], [("small", 0)]] and files == parts
    assert result["parts"][0]["sha256"] == hashlib.sha256(parts["big"]).hexdigest()
    assert fetch(parts)[0]["changed"] is False


def test_many_small_parts_come_at_once(fetch, monkeypatch):
    parts = {f"part-{number:05}": b"%d\n" % number * (number % 3) for number in range(300)}
    for merge in (False, True):
        _result, asked, files = fetch(parts, merge=merge)
        assert len(asked) == 1 and b"".join(files[name] for name in sorted(files)) == b"".join(parts.values())
    small_loads(monkeypatch, bytes_=10_000, pieces=120)
    assert [len(load) for load in fetch(parts, force=True)[1]] == [120, 120, 60]


def test_pieces_of_something_else_or_damaged_ones_are_thrown_away(fetch, monkeypatch, tmp_path):
    small_loads(monkeypatch, bytes_=4)
    parts = {"big": b"0123456789"}
    fetch(parts, die_at=2)
    _result, asked, files = fetch({"big": b"9876543210"}, times={"big": 2})
    assert len(asked) == 3 and files == {"big": b"9876543210"}
    fetch(parts, die_at=2)
    with open(tmp_path / "dest" / ".ohmy-big.partial", "r+b") as stream:
        stream.seek(5)
        stream.write(b"x")
    _result, asked, files = fetch(parts)
    assert asked == [[("big", 4)], [("big", 8)]] and files == parts


def test_without_a_job_a_part_that_changed_alone_comes_again(fetch):
    parts = {"a": b"1", "b": b"2"}
    assert fetch(parts)[2] == parts
    result, asked, _files = fetch(parts, times={"b": 2})
    assert result["fetched"] == ["b"] and asked == [[("b", 0)]]
    result, asked, files = fetch({"a": b"1"}, times={"b": 2})
    assert result["actions"] == ["remove b"] and asked == [] and files == {"a": b"1"}
    result, asked, _files = fetch({"a": b"1"}, src="/elsewhere")
    assert result["fetched"] == ["a"]


def test_files_take_their_mode_from_the_umask(fetch, tmp_path):
    old = os.umask(0o027)
    try:
        fetch({"a": b"1"})
    finally:
        os.umask(old)
    assert os.stat(tmp_path / "dest" / "a").st_mode & 0o777 == 0o640


def test_pieces_that_were_cut_by_a_crash_are_not_counted(tmp_path):
    def add(partial, data):
        assert not partial.add(io.BytesIO(data), hashlib.sha256(b"other").hexdigest())
        assert not partial.add(io.BytesIO(data[:1]), hashlib.sha256(data[:1]).hexdigest())
        assert partial.add(io.BytesIO(data), hashlib.sha256(data).hexdigest())
        partial.note()

    path = str(tmp_path / "f")
    partial = partial_file.PartialFile(path, "x", [2, 2, 2])
    assert partial.resume() == 0
    add(partial, b"ab")
    add(partial, b"cd")
    with open(path, "ab") as stream:
        stream.write(b"e")
    again = partial_file.PartialFile(path, "x", [2, 2, 2])
    assert again.resume() == 2 and os.path.getsize(path) == 4
    add(again, b"ef")
    assert again.sha256 == hashlib.sha256(b"abcdef").hexdigest()
    assert partial_file.PartialFile(path, "y", [2, 2, 2]).resume() == 0 and not os.path.exists(path)
