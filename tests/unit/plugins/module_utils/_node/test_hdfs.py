# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HDFS before its first start: formatted once, never over anything."""

from __future__ import annotations

import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import hdfs

OWN, OTHER = "7f8f7d1e", "0c0ffee0"


def storage(root, folder, cluster):
    path = root / folder / "current"
    path.mkdir(parents=True)
    (path / "VERSION").write_text(f"#Mon\nnamespaceID=1\nclusterID={cluster}\nlayoutVersion=-66\n")


def marker(root, **values):
    (root / "var/lib/hadoop").mkdir(parents=True, exist_ok=True)
    (root / hdfs.MARKER).write_text(json.dumps(values))


def test_a_new_directory_is_formatted(tmp_path):
    assert hdfs.needs_format(str(tmp_path), OWN)
    (tmp_path / hdfs.NAME).mkdir(parents=True)
    assert hdfs.needs_format(str(tmp_path), OWN)


def test_an_own_file_system_is_not(tmp_path):
    storage(tmp_path, hdfs.NAME, OWN)
    assert not hdfs.needs_format(str(tmp_path), OWN)


@pytest.mark.parametrize("folder", [hdfs.NAME, hdfs.DATA])
def test_another_cluster_s_storage_is_refused(tmp_path, folder):
    storage(tmp_path, folder, OTHER)
    with pytest.raises(OhmyError, match=f"/{folder} belongs to the cluster {OTHER}.*not touched"):
        hdfs.needs_format(str(tmp_path), OWN)


def test_a_host_that_holds_the_file_system_does_not_become_a_worker(tmp_path):
    hdfs.refuse_demotion(str(tmp_path))
    storage(tmp_path, hdfs.DATA, OWN)
    hdfs.refuse_demotion(str(tmp_path))
    storage(tmp_path, hdfs.NAME, OWN)
    with pytest.raises(OhmyError, match="holds the file system of the cluster") as caught:
        hdfs.refuse_demotion(str(tmp_path))
    assert "var/lib/hadoop/name" in caught.value.hint


def test_a_lost_file_system_is_not_replaced_by_an_empty_one(tmp_path):
    marker(tmp_path, incarnation=OWN, state="formatted", version="3.5.0")
    with pytest.raises(OhmyError, match="holds no file system any more"):
        hdfs.needs_format(str(tmp_path), OWN)


def test_formatting_may_take_as_long_as_a_busy_machine_needs(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(hdfs, "run", lambda argv, what, seconds: calls.append(seconds))
    hdfs.format_namenode(OWN, "/opt/ohmy/java", str(tmp_path))
    assert calls == [600]


def test_a_disk_that_is_not_mounted_is_no_new_node(tmp_path, monkeypatch):
    (tmp_path / hdfs.NAME).mkdir(parents=True)
    monkeypatch.setattr(hdfs, "run", lambda *_: None)
    hdfs.format_namenode(OWN, "/opt/ohmy/java", str(tmp_path))
    storage(tmp_path, hdfs.NAME, OWN)
    assert not hdfs.needs_format(str(tmp_path), OWN)
    (tmp_path / "var/lib/hadoop").rename(tmp_path / "unmounted")
    with pytest.raises(OhmyError, match="Restore it, or mount it"):
        hdfs.needs_format(str(tmp_path), OWN)
    (tmp_path / hdfs.SECOND).unlink()
    assert hdfs.needs_format(str(tmp_path), OWN)


def test_strange_files_are_not_formatted_over(tmp_path):
    (tmp_path / hdfs.NAME / "precious").mkdir(parents=True)
    with pytest.raises(OhmyError, match="no file system"):
        hdfs.needs_format(str(tmp_path), OWN)


def test_a_format_that_was_cut_short_is_done_again(tmp_path):
    storage(tmp_path, hdfs.NAME, OWN)
    marker(tmp_path, incarnation=OWN, state="formatting")
    assert hdfs.needs_format(str(tmp_path), OWN)


def test_formats_with_the_incarnation_as_the_cluster_s_name(tmp_path, monkeypatch):
    ran = []

    def run(command, _what, _seconds):
        ran.append(command)
        assert json.loads((tmp_path / hdfs.MARKER).read_text())["state"] == "formatting"
        assert not (tmp_path / hdfs.NAME / "current").exists()

    storage(tmp_path, hdfs.NAME, OWN)
    marker(tmp_path, incarnation=OWN, state="formatting")
    monkeypatch.setattr(hdfs, "run", run)
    hdfs.format_namenode(OWN, "/opt/ohmy/java", str(tmp_path))
    assert ran[0][-5:] == ["namenode", "-format", "-clusterId", OWN, "-nonInteractive"]
    assert ran[0][:4] == ["runuser", "-u", "hdfs", "--"]
    assert json.loads((tmp_path / hdfs.MARKER).read_text())["state"] == "formatted"


def test_another_version_over_old_directories_is_refused(tmp_path):
    home = tmp_path / "new/share/hadoop/common"
    home.mkdir(parents=True)
    (home / "hadoop-common-3.6.0.jar").touch()
    hdfs.check_version(str(tmp_path / "new"), str(tmp_path))
    marker(tmp_path, incarnation=OWN, state="formatted", version="3.5.0")
    with pytest.raises(OhmyError, match="made by Hadoop 3.5.0, and the archive is 3.6.0"):
        hdfs.check_version(str(tmp_path / "new"), str(tmp_path))
    assert hdfs.hadoop_version(str(tmp_path)) == "unknown"


class Files:
    """A file system of directories."""

    def __init__(self, *_):
        self.there, self.calls = {"/tmp": {"owner": "hdfs", "group": "hadoop", "permission": "755"}}, []

    def status(self, path):
        return self.there.get(path)

    def mkdirs(self, path):
        self.calls.append(("mkdirs", path))
        self.there[path] = {"owner": "hdfs", "group": "hdfs", "permission": "755"}

    def set_owner(self, path, owner, group):
        self.there[path].update(owner=owner, group=group)

    def set_permission(self, path, mode):
        self.there[path]["permission"] = mode


def test_makes_the_directories_that_jobs_need_once(monkeypatch):
    files = Files()
    monkeypatch.setattr(hdfs, "WebHdfs", lambda *_: files)
    made = hdfs.make_directories("10.0.0.4")
    assert made == [directory[0] for directory in hdfs.DIRECTORIES]
    assert ("mkdirs", "/tmp") not in files.calls
    assert files.there["/tmp"]["permission"] == "1777"
    assert files.there["/user/hadoop"] == {"owner": "hadoop", "group": "hadoop", "permission": "755"}
    # JobHistory reads what jobs of others leave here, by its group.
    assert files.there["/mr-history/done"] == {"owner": "mapred", "group": "hadoop", "permission": "750"}
    assert hdfs.make_directories("10.0.0.4") == []


def test_waiting_for_hdfs_has_an_end(monkeypatch):
    class Silent(Files):
        def status(self, path):
            raise OhmyError("the NameNode is in safe mode")

    monkeypatch.setattr(hdfs, "WebHdfs", Silent)
    with pytest.raises(OhmyError, match="took no directory within 0 s: the NameNode is in safe mode"):
        hdfs.make_directories("10.0.0.4", 0)


def test_waiting_for_hdfs_ends_where_the_namenode_has_failed(monkeypatch):
    files = Files()

    class Late(Files):
        def status(self, path):
            if not looked:
                raise OhmyError("the NameNode is in safe mode")
            return files.status(path)

    looked = []
    monkeypatch.setattr(hdfs, "WebHdfs", lambda *_: Late())
    monkeypatch.setattr(hdfs.time, "sleep", lambda _seconds: None)
    assert hdfs.make_directories("10.0.0.4", look=lambda: looked.append(1))
    assert looked == [1]

    def failed():
        raise OhmyError("The namenode does not start")

    del looked[:]
    with pytest.raises(OhmyError, match="does not start"):
        hdfs.make_directories("10.0.0.4", look=failed)
