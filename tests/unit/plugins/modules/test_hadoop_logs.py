# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import file_sha256
from ansible_collections.ohmy.hadoop.plugins.modules import hadoop_logs


def fake(path, job, limit, alone):
    assert (job, limit, alone) == ("j1", 5, False) and os.stat(path).st_mode & 0o777 == 0o600
    with open(path, "wb") as stream:
        stream.write(b"tar")
    return {"entries": ["a"], "missing": ["b: no time"]}


def test_the_archive_is_for_the_ssh_user_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(hadoop_logs.evidence, "collect", fake)
    result = hadoop_logs.collect({"spool": str(tmp_path), "job": "j1", "limit": 5, "alone": False})
    path = result["spooled"]["path"]
    assert os.stat(path).st_mode & 0o777 == 0o600 and os.stat(path).st_uid == os.stat(tmp_path).st_uid
    assert result["spooled"] == {"path": path, "size": 3, "sha256": file_sha256(path)}
    assert result["missing"] == ["b: no time"] and result["actions"] == ["1 file", "not had: b: no time"]


def test_a_full_disk_is_said_clearly(tmp_path, monkeypatch):
    def full(path, job, limit, alone):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hadoop_logs.evidence, "collect", full)
    with pytest.raises(OhmyError, match="No space left"):
        hadoop_logs.collect({"spool": str(tmp_path), "job": None, "limit": 5, "alone": True})
