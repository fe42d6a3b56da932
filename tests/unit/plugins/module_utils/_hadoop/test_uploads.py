# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import uploads

from .hdfs_in_memory import MemoryHdfs

FILES = {"a": b"one", "d/e mpty": b"", "d/a": b"two"}


def listing(files):
    return [{"key": key, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for key, data in files.items()]


@pytest.fixture(name="hdfs")
def fixture_hdfs():
    return MemoryHdfs()


@pytest.fixture(name="upload")
def fixture_upload(hdfs, tmp_path):
    def upload(files, fingerprint=None, last=True):
        (tmp_path / "batch").write_bytes(b"".join(files.values()))
        uploads.claim(hdfs, "/t", fingerprint)
        uploads.write_batch(hdfs, "/t", listing(files), str(tmp_path / "batch"), fingerprint is None)
        if last:
            uploads.finish(hdfs, "/t", listing(files), fingerprint)

    return upload


def look(hdfs, files, fingerprint=None, force=False):
    found = uploads.look(hdfs, "/t", listing(files), fingerprint, force)
    return {key: entry["sha256"] for key, entry in found.items()}


def test_files_arrive_under_their_names_and_are_known_again(hdfs, upload):
    assert look(hdfs, FILES) == {}
    upload(FILES)
    assert {key: hdfs.files[f"/t/{key}"] for key in FILES} == FILES and not uploads.leftover(hdfs, "/t")
    assert look(hdfs, FILES) == {item["key"]: item["sha256"] for item in listing(FILES)} and hdfs.read_whole == []
    upload({"a": b"other"})
    assert look(hdfs, {"a": b"other"})["a"] == hashlib.sha256(b"other").hexdigest()


def test_with_a_fingerprint_size_is_enough(hdfs, upload):
    upload(FILES, "f1")
    assert hdfs.files["/.t.fingerprint"] == b"f1\n" and f"/t/{uploads.RECORD}" not in hdfs.files
    assert look(hdfs, FILES, "f1") == dict.fromkeys(FILES)
    with pytest.raises(OhmyError, match="not uploaded there with this fingerprint"):
        look(hdfs, FILES, "f2")
    hdfs.create("/t/stranger", b"")
    with pytest.raises(OhmyError, match="1 files that are not among the items, such as 'stranger'"):
        look(hdfs, FILES, "f1")


def test_a_run_that_was_killed_is_gone_on_with(hdfs, upload):
    upload({"a": b"one"}, last=False)
    assert uploads.leftover(hdfs, "/t") and set(look(hdfs, FILES)) == {"a"}
    upload(FILES)
    assert not uploads.leftover(hdfs, "/t")


def test_a_kill_between_record_and_name_leaves_the_old_file_known(hdfs, upload, monkeypatch):
    upload({"a": b"one"})
    rename = hdfs.rename
    monkeypatch.setattr(hdfs, "rename", lambda *names, **how: rename(*names, **how) if "record" in names[0] else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        upload({"a": b"longer"})
    assert look(hdfs, {"a": b"longest"})["a"] == hashlib.sha256(b"one").hexdigest() and hdfs.files["/t/a"] == b"one"


def test_a_strangers_file_is_told_by_its_bytes_or_refused(hdfs):
    hdfs.create("/t/a", b"one")
    assert look(hdfs, {"a": b"one"})["a"] == hashlib.sha256(b"one").hexdigest() and hdfs.read_whole == ["/t/a"]
    with pytest.raises(OhmyError, match="/t/a is in HDFS already"):
        look(hdfs, {"a": b"longer"})
    assert look(hdfs, {"a": b"longer"}, force=True) == {"a": ""}


def test_damage_is_seen_before_anything_is_written(hdfs, tmp_path):
    for data in (b"onx", b"one more", b"on"):
        (tmp_path / "batch").write_bytes(data)
        with pytest.raises(OhmyError, match="damaged") as caught:
            uploads.write_batch(hdfs, "/t", listing({"a": b"one"}), str(tmp_path / "batch"), True)
        assert caught.value.details["damaged"] and not hdfs.files


def test_a_directory_in_the_way_is_named(hdfs):
    hdfs.create("/t/a/b", b"")
    with pytest.raises(OhmyError, match="/t/a in HDFS is a directory"):
        look(hdfs, FILES)


@pytest.mark.parametrize("key", ["", "/a", "a//b", "a/../b", "a:b", "a\nb", "\udcff", ".ohmy-partial/x"])
def test_names_that_hdfs_cannot_hold(key):
    with pytest.raises(OhmyError, match="items"):
        uploads.check_items("/t", [{"key": key}])


def test_lists_and_targets_that_cannot_be_meant():
    for target in ("t", "/", "", "/a/../b", "/a:b"):
        with pytest.raises(OhmyError, match="target"):
            uploads.check_items(target, [{"key": "a"}])
    for keys in (["a", "a"], ["a", "a/b"], ["a/b/c", "a/b"]):
        with pytest.raises(OhmyError, match="items"):
            uploads.check_items("/t", [{"key": key} for key in keys])
    assert uploads.check_items("//t/x/", [{"key": "a"}]) == "/t/x"
    uploads.check_items("/t", [{"key": key} for key in ("a", "ab", "-b", "{x}", "%41", "#", "ü 'q\"")])
