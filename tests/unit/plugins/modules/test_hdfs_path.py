# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.modules import hdfs_path

DEFAULTS = {
    "path": ["/a"],
    "state": "directory",
    "content": None,
    "owner": None,
    "group": None,
    "mode": None,
    "recursive": False,
    "user": "hdfs",
}
FOLDER = {"type": "DIRECTORY", "length": 0, "owner": "hdfs", "group": "hadoop", "permission": "755"}
FILE = {**FOLDER, "type": "FILE", "length": 3}


class FakeHdfs:
    def __init__(self, **there):
        self.there = {f"/{name}": dict(status) for name, status in there.items()}
        self.data = {}
        self.calls = []

    def status(self, path):
        return self.there.get(path)

    def read(self, path, limit):
        return self.data[path]

    def __getattr__(self, name):
        return lambda *args, **options: self.calls.append((name, *args, options))


def run(client, **options):
    params = {**DEFAULTS, **options}
    hdfs_path.check(params)
    plan = hdfs_path.make_plan(params, hdfs_path.observe(client, params))
    hdfs_path.apply(client, params, plan)
    return [str(step) for step in plan.steps]


def test_a_directory_is_made_with_all_it_needs():
    client = FakeHdfs()
    assert run(client, owner="ada", group="g", mode="1777") == [
        "make /a",
        "set owner of /a",
        "set group of /a",
        "set mode of /a",
    ]
    assert [call[0] for call in client.calls] == ["mkdirs", "set_owner", "set_owner", "set_permission"]


def test_what_is_right_already_is_left_alone():
    client = FakeHdfs(a=FOLDER)
    assert run(client, owner="hdfs", group="hadoop", mode="0755") == [] and client.calls == []


def test_only_what_differs_is_changed():
    assert run(FakeHdfs(a=FOLDER), owner="ada", mode="755") == ["set owner of /a"]


def test_files_are_compared_by_content():
    client = FakeHdfs(a=FILE)
    client.data["/a"] = b"abc"
    assert run(client, state="file", content="abc") == []
    assert run(client, state="file", content="abd") == ["write /a"]
    assert run(client, state="file") == []
    assert run(FakeHdfs(), state="file") == ["make /a"]
    assert client.calls == [("create", "/a", b"abd", {"overwrite": True})]


def test_absent():
    client = FakeHdfs(a=FOLDER)
    assert run(client, path=["/a", "/b"], state="absent", recursive=True) == ["remove /a"]
    assert client.calls == [("delete", "/a", {"recursive": True})]


@pytest.mark.parametrize(
    "options",
    [
        {"path": ["a"]},
        {"path": ["/a/../b"]},
        {"path": ["/"], "state": "absent"},
        {"content": "x"},
        {"mode": "u+x"},
        {"mode": "888"},
        {"state": "file", "content": "x" * (hdfs_path.CONTENT_LIMIT + 1)},
        {"state": "file", "path": ["/d"]},
    ],
)
def test_what_cannot_be_meant_is_refused(options):
    with pytest.raises(OhmyError):
        run(FakeHdfs(d=FOLDER), **options)
