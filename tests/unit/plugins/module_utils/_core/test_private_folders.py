# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where this user's sockets lie."""

from __future__ import annotations

import os
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import private_folders


def test_sockets_lie_where_this_user_may_write(monkeypatch, tmp_path):
    mine = f"/ohmy-{os.getuid()}/x"
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(tmp_path)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert private_folders.socket_path("x") == f"{tmp_path}{mine}"
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # another user's, as after su
    assert private_folders.socket_path("x") == f"/tmp{mine}"


def disk(blocks=1000, files=1000, there=1000):
    return types.SimpleNamespace(f_bavail=blocks, f_frsize=4096, f_files=there, f_favail=files)


@pytest.mark.parametrize("full", [disk(blocks=3), disk(files=0)])
def test_a_full_disk_is_told_with_the_setting_that_helps(monkeypatch, tmp_path, full):
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(tmp_path)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(os, "statvfs", lambda _path: full)
    with pytest.raises(private_folders.NoSockets, match=f"{tmp_path}/ohmy-.*: the disk is full.*XDG_RUNTIME_DIR"):
        private_folders.require_sockets()
    monkeypatch.setattr(os, "statvfs", lambda _path: disk(files=0, there=0))
    private_folders.require_sockets()


def test_what_is_in_the_way_is_told_with_the_setting_that_helps(monkeypatch, tmp_path):
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(tmp_path)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    private_folders.require_sockets()
    private_folders.make_socket_folder()
    folder = tmp_path / f"ohmy-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    folder.write_text("in the way")
    for look in (private_folders.require_sockets, private_folders.make_socket_folder):
        with pytest.raises(private_folders.NoSockets, match=f"cannot be kept in {folder}: .*XDG_RUNTIME_DIR"):
            look()
