# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies to a node, from the folder on the controller to the files there."""

from __future__ import annotations

import os
import stat
from dataclasses import replace

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import files
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import copy_source


def copy(source, tmp_path):
    """Do what action and module do; return the steps."""
    wanted = files.entries(source.files, source.dest)
    todo = files.plan(wanted, -1, -1)
    names = [one.name or os.path.basename(one.path) for one in wanted if todo.wants("write", one.path)]
    archive = str(tmp_path / "files.tgz") if names else None
    if archive:
        copy_source.pack(source, names, archive)
    files.apply(wanted, todo, archive, -1, -1)
    return [str(step) for step in todo.steps]


@pytest.fixture(name="model")
def fixture_model(tmp_path):
    folder = tmp_path / "model"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "a b.txt").write_text("one")
    (folder / "deep" / "er" / "run.sh").write_text("true")
    (folder / "deep" / "er" / "run.sh").chmod(0o750)
    (folder / "link").symlink_to("a b.txt")
    return folder


def test_a_folder_and_then_only_what_differs(model, tmp_path):
    dest = tmp_path / "node" / "model"
    source = copy_source.read(str(model), str(dest), None)
    assert copy(source, tmp_path)[0] == f"make {dest}"
    assert (dest / "link").read_text() == "one" and not (dest / "link").is_symlink()
    assert stat.S_IMODE((dest / "deep/er/run.sh").stat().st_mode) == 0o750
    assert copy(source, tmp_path) == []
    (dest / "stranger").write_text("x")
    (dest / "a b.txt").write_text("two")
    (dest / "deep/er/run.sh").chmod(0o600)
    assert copy(source, tmp_path) == [f"write {dest}/a b.txt", f"set {dest}/deep/er/run.sh"]
    assert (dest / "a b.txt").read_text() == "one" and (dest / "stranger").exists()
    assert not [name for name in os.listdir(dest) if name.startswith(".ohmy-")]


def test_folders_that_are_there_keep_rights_and_owner(model, tmp_path):
    dest = tmp_path / "node"
    (dest / "deep").mkdir(parents=True)
    dest.chmod(0o1777)
    (dest / "deep").chmod(0o700)
    source = copy_source.read(str(model), str(dest), None)
    steps = [str(one) for one in files.plan(files.entries(source.files, source.dest), 12345, 12345).steps]
    assert steps == [
        f"write {dest}/a b.txt",
        f"write {dest}/link",
        f"make {dest}/deep/er",
        f"write {dest}/deep/er/run.sh",
    ]
    assert copy(source, tmp_path) == steps
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (dest, dest / "deep", dest / "deep/er")]
    assert modes == [0o1777, 0o700, 0o755]


def test_a_file_goes_to_a_path_or_into_a_folder(model, tmp_path):
    to, into = f"{tmp_path}/node/x.txt", f"{tmp_path}/node/deep/"
    assert copy(copy_source.read(str(model / "a b.txt"), to, "0600"), tmp_path) == [f"write {to}"]
    assert stat.S_IMODE(os.stat(to).st_mode) == 0o600
    copy(copy_source.read(str(model / "a b.txt"), into, None), tmp_path)
    assert os.listdir(into) == ["a b.txt"]


def test_what_is_in_the_way_is_never_removed(model, tmp_path):
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "a b.txt").mkdir()
    wanted = files.entries(copy_source.read(str(model), f"{tmp_path}/node", None).files, f"{tmp_path}/node")
    with pytest.raises(OhmyError, match="is there and is no file"):
        files.plan(wanted, -1, -1)


def test_damage_and_strange_names_are_refused(model, tmp_path):
    source = copy_source.read(str(model / "a b.txt"), f"{tmp_path}/x", None)
    (model / "a b.txt").write_text("changed meanwhile")
    with pytest.raises(OhmyError, match="another checksum"):
        copy(replace(source), tmp_path)
    assert not (tmp_path / "x").exists()
    for name in ("../x", "/etc/x", "a/../../x"):
        with pytest.raises(OhmyError, match="leads out of"):
            files.entries([{"path": name, "sha256": "a", "mode": "0644"}], "/srv")


@pytest.mark.parametrize("src, dest, mode", [("none", "/x", None), (".", "x", None)])
def test_what_cannot_be_copied(src, dest, mode, tmp_path):
    with pytest.raises(OhmyError):
        copy_source.read(str(tmp_path / src), dest, mode)
    with pytest.raises(OhmyError, match="octal"):
        copy_source.checked_mode("u+x")
