# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of a job on their way to the master."""

from __future__ import annotations

import hashlib
import zipfile

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import streaming_job
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

from .fakes import make_action
from .test_followed import Master, status


@pytest.fixture(name="packed")
def fixture_packed(tmp_path):
    with zipfile.ZipFile(tmp_path / "lib-2.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    return tmp_path / "lib-2.zip"


def test_an_archive_is_brought_under_its_folder_s_name(packed, tmp_path, monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    (tmp_path / "spool").mkdir()
    args = {"mapper": "cat", "input": ["/in"], "output": "/out", "archives": [{"src": str(packed), "name": "lib"}]}
    master = Master(status("succeeded"))
    action = make_action(streaming_job.ActionModule, args, master, spool=str(tmp_path / "spool"))
    result = action.run(task_vars={})
    assert not result.get("failed"), result
    (sent,) = [given for name, given in action.calls if name != "look"]
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    assert sent["archives"] == [{"src": str(packed), "name": "lib", "sha256": digest}]
    assert (tmp_path / "spool" / "lib.zip").read_bytes() == packed.read_bytes()


@pytest.mark.parametrize("archives", ["a.zip", [{"name": "a"}]])
def test_what_is_no_list_of_archives_is_refused(archives):
    with pytest.raises(OhmyError, match="archives must be a list"):
        streaming_job.local_archives(archives, [])


def test_a_folder_called_like_a_file_is_refused(packed):
    with pytest.raises(OhmyError, match="both called lib-2"):
        streaming_job.local_archives([{"src": str(packed)}], [{"name": "lib-2"}])


def test_an_archive_that_changed_since_it_was_looked_at_is_not_shipped(packed):
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    given = [{"src": str(packed), "name": name, "sha256": digest} for name in ("b", "a")]
    assert [one["name"] for one in streaming_job.local_archives(given, [])] == ["a", "b"]
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("b.txt", "b")
    with pytest.raises(OhmyError, match="lib-2.zip has changed since it was looked at"):
        streaming_job.local_archives(given, [])
