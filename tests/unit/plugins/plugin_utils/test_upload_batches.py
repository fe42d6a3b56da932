# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import upload_batches as batches


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(name="items")
def fixture_items(tmp_path):
    found = []
    for name, data in (("a[1]*'.txt", b"one"), ("empty", b""), ("b", b"two\xff")):
        (tmp_path / name).write_bytes(data)
        found.append({"source": str(tmp_path / name), "key": f"k/{name}"})
    return found


def test_items_are_looked_at_and_named_by_their_file(items, tmp_path):
    (tmp_path / "d").mkdir()
    found = batches.local_items([*items, {"source": items[2]["source"]}])
    assert [item["size"] for item in found] == [3, 0, 4, 4] and found[3]["key"] == "b"
    with pytest.raises(OhmyError, match=r"/nope: not there; .*/d: a directory"):
        batches.local_items([{"source": str(tmp_path / "nope")}, {"source": str(tmp_path / "d")}])
    for bad in (None, [], ["/a"], [{"key": "x"}], [{**items[0], "mode": "1"}]):
        with pytest.raises(OhmyError, match="items"):
            batches.local_items(bad)


def test_small_files_travel_together_and_large_ones_alone(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_BYTES", 10)
    monkeypatch.setattr(batches, "BATCH_FILES", 3)
    items = [{"size": size} for size in (1, 1, 1, 1, 9, 1, 50, 0)]
    assert [[item["size"] for item in batch] for batch in batches.batches(items)] == [[1, 1, 1], [1, 9], [1], [50], [0]]


def test_a_batch_holds_the_bytes_one_after_the_other(items, tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir()
    found = batches.local_items(items)
    path, listing = batches.pack(found, str(folder))
    assert Path(path).read_bytes() == b"onetwo\xff"
    assert listing == [
        {"key": item["key"], "size": len(data), "sha256": sha256(data)}
        for item, data in zip(items, (b"one", b"", b"two\xff"))
    ]
    path, listing = batches.pack(found[:1], str(folder))
    assert Path(path).read_bytes() == b"one" and listing[0]["sha256"] == sha256(b"one")
    assert batches.pack([], str(folder))[1] == []


def test_a_file_that_changed_is_not_sent(items, tmp_path):
    found = batches.local_items(items)
    (tmp_path / "b").write_bytes(b"longer than before")
    for batch in (found, found[2:]):
        with pytest.raises(OhmyError, match="has changed"):
            batches.pack(batch, str(tmp_path))
    with pytest.raises(OhmyError, match="has changed"):
        batches.pack(batches.local_items([{**items[0], "sha256": sha256(b"x")}]), str(tmp_path))


def test_a_file_that_changed_is_not_taken_for_what_is_there(items):
    found = batches.local_items([{**items[0], "sha256": sha256(b"two")}])
    with pytest.raises(OhmyError, match="has changed since it was looked at"):
        batches.compare(found, {"k/a[1]*'.txt": {"size": 3, "sha256": sha256(b"one")}}, "/t", False)
    # Under a fingerprint there is what was looked at, whatever the file holds by now.
    assert batches.compare(found, {"k/a[1]*'.txt": {"size": 3, "sha256": None}}, "/t", False)[1] == []


def test_what_is_there_is_skipped(items):
    found = batches.local_items(items)
    there = {
        "k/a[1]*'.txt": {"size": 3, "sha256": sha256(b"one")},
        "k/empty": {"size": 0, "sha256": None},
        "k/b": {"size": 4, "sha256": sha256(b"twoo")},
    }
    plan, missing = batches.compare(found, there, "/t", False)
    assert [item["key"] for item in missing] == ["k/b"] and [str(step) for step in plan.steps] == ["upload k/b"]
    assert plan.result()["diff"] == {"before": {"k/b": "4 bytes"}, "after": {"k/b": "4 bytes"}}
    assert len(batches.compare(found, there, "/t", True)[1]) == 3
    assert len(batches.compare(found, {}, "/t", False)[1]) == 3


def test_a_strangers_file_is_not_replaced(items):
    found = batches.local_items(items)
    there = {"k/b": {"size": 4, "sha256": sha256(b"hers"), "unknown": True}}
    with pytest.raises(OhmyError, match="/t/k/b is in HDFS already"):
        batches.compare(found, there, "/t/", False)
    assert len(batches.compare(found, there, "/t", True)[1]) == 3
    there["k/b"]["sha256"] = sha256(b"two\xff")
    assert len(batches.compare(found, there, "/t", False)[1]) == 2
