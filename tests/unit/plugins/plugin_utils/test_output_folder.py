# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.identity import MANIFEST, output_state
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import output_folder
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.output_folder import OutputFolder

CONTENT = {"part-00000": b"alpha", "part-00001": b"beta!!"}
PARTS = [{"name": name, "size": len(data)} for name, data in CONTENT.items()]


def fetch(folder, names=None, finish=True, content=None):
    content = CONTENT if content is None else content
    parts = [{"name": name, "size": len(data)} for name, data in content.items()]
    plan = folder.plan(parts)
    folder.begin(parts)
    for part in folder.missing(parts):
        if names is not None and part["name"] not in names:
            continue
        data = content[part["name"]]
        with open(folder.partial(part["name"]), "wb") as stream:
            stream.write(data)
        folder.accept([(part, len(data), hashlib.sha256(data).hexdigest(), folder.partial(part["name"]))])
    if finish:
        folder.finish(parts)
    return plan


def test_a_whole_fetch_and_the_same_again(tmp_path):
    path = str(tmp_path / "out")
    plan = fetch(OutputFolder(path, "f1"))
    assert [str(step) for step in plan.steps] == ["fetch part-00000", "fetch part-00001"]
    assert sorted(os.listdir(path)) == [MANIFEST, "part-00000", "part-00001"]
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert set(manifest) == {"schema", "fingerprint", "parts", "finished"} and manifest["finished"]
    assert output_state(path, "f1") == "finished"
    assert OutputFolder(path, "f1").plan(PARTS).steps == []


def test_a_killed_fetch_goes_on_and_is_not_taken_for_finished(tmp_path):
    path = str(tmp_path / "out")
    fetch(OutputFolder(path, "f1"), names=["part-00000"], finish=False)
    assert output_state(path, "f1") == "ours"
    (tmp_path / "out" / ".ohmy-part-00001.partial").write_bytes(b"be")
    plan = fetch(OutputFolder(path, "f1"))
    assert [str(step) for step in plan.steps] == ["fetch part-00001"]
    assert output_state(path, "f1") == "finished"
    assert not [name for name in os.listdir(path) if name.endswith(".partial")]


def test_killed_between_the_last_part_and_the_manifest(tmp_path):
    path = str(tmp_path / "out")
    fetch(OutputFolder(path, "f1"), finish=False)
    assert output_state(path, "f1") == "ours"
    plan = fetch(OutputFolder(path, "f1"))
    assert [str(step) for step in plan.steps] == ["write " + MANIFEST]
    assert output_state(path, "f1") == "finished"


def test_killed_between_entry_and_rename(tmp_path, monkeypatch):
    path = str(tmp_path / "out")
    fetch(OutputFolder(path, "f1"))
    with monkeypatch.context() as patch:
        real = os.replace

        def killed(source, target):
            if target.endswith("part-00000"):
                raise KeyboardInterrupt
            real(source, target)

        patch.setattr(output_folder.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch(OutputFolder(path, "f2"), content={"part-00000": b"new"})
    assert (tmp_path / "out" / "part-00000").read_bytes() == b"alpha"
    fetch(OutputFolder(path, "f2"), content={"part-00000": b"new"})
    assert sorted(os.listdir(path)) == [MANIFEST, "part-00000"], "what the earlier job left is gone"
    assert (tmp_path / "out" / "part-00000").read_bytes() == b"new"


def test_a_strangers_part_is_never_touched(tmp_path):
    (tmp_path / "part-00000").write_bytes(b"mine")
    (tmp_path / "notes.txt").write_bytes(b"mine too")
    with pytest.raises(OhmyError, match="part-00000"):
        OutputFolder(str(tmp_path), "f1", force=True).plan(PARTS)
    (tmp_path / "part-00000").unlink()
    fetch(OutputFolder(str(tmp_path), "f1"))
    assert (tmp_path / "notes.txt").read_bytes() == b"mine too"


def test_a_part_changed_by_hand_is_refused_unless_forced(tmp_path):
    fetch(OutputFolder(str(tmp_path), "f1"))
    (tmp_path / "part-00000").write_bytes(b"edited")
    with pytest.raises(OhmyError, match="part-00000"):
        OutputFolder(str(tmp_path), "f1").plan(PARTS)
    fetch(OutputFolder(str(tmp_path), "f1", force=True))
    assert (tmp_path / "part-00000").read_bytes() == b"alpha"


def test_force_fetches_all_again(tmp_path):
    fetch(OutputFolder(str(tmp_path), "f1"))
    assert len(OutputFolder(str(tmp_path), "f1", force=True).plan(PARTS).steps) == 2


def test_planning_writes_nothing(tmp_path):
    OutputFolder(str(tmp_path / "out"), "f1").plan(PARTS)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_said_before_the_first_byte(tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 3})
    monkeypatch.setattr(output_folder.shutil, "disk_usage", lambda path: usage)
    folder = OutputFolder(str(tmp_path), "f1")
    folder.plan(PARTS)
    with pytest.raises(OhmyError, match="does not fit.* 3 are free, and 16 MiB of them are left"):
        folder.begin(PARTS)
    assert os.listdir(tmp_path) == []


def test_a_file_in_the_place_of_the_directory(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OhmyError):
        OutputFolder(str(tmp_path / "out"), "f1").plan(PARTS)
    (tmp_path / "link").symlink_to("/nowhere")
    with pytest.raises(OhmyError, match="not a directory"):
        OutputFolder(str(tmp_path / "link"), "f1").plan(PARTS)


def test_an_unwritable_place_is_said_clearly(tmp_path, monkeypatch):
    def refuse(path, exist_ok):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(output_folder.os, "makedirs", refuse)
    folder = OutputFolder(str(tmp_path / "out"), "f1")
    folder.plan(PARTS)
    with pytest.raises(OhmyError, match="Permission denied"):
        folder.begin(PARTS)


@pytest.mark.parametrize("text", ["[]", '{"schema": 1, "parts": null}', '{"schema": 1, "parts": [{}]}', '"x"', "{"])
def test_a_manifest_that_is_none_vouches_for_nothing(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text)
    (tmp_path / "part-00000").write_text("mine\n")
    with pytest.raises(OhmyError, match="part-00000"):
        output_state(str(tmp_path), "f1")


def test_a_manifest_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(OhmyError, match="cannot be used") as caught:
        output_state(str(tmp_path), "f1")
    assert caught.value.hint
