# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where this user's sockets lie."""

from __future__ import annotations

import os

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import private_folders


def test_sockets_lie_where_this_user_may_write(monkeypatch, tmp_path):
    mine = f"/ohmy-{os.getuid()}/x"
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(tmp_path)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert private_folders.socket_path("x") == f"{tmp_path}{mine}"
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # another user's, as after su
    assert private_folders.socket_path("x") == f"/tmp{mine}"
