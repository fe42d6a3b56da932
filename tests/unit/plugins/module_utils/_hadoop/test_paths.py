# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import path_info, paths
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Refused
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.statuses import statuses
from ansible_collections.ohmy.hadoop.plugins.modules import hdfs_path

FOLDER = {"type": "DIRECTORY", "length": 0, "owner": "hdfs", "group": "hadoop", "permission": "755"}
FOLDER.update(replication=0, blockSize=0, modificationTime=1500, childrenNum=0)
FILE = {**FOLDER, "type": "FILE", "length": 3, "permission": "644", "replication": 1, "blockSize": 1 << 27}


class FakeHdfs:
    """Statuses by path; what would change something is written down."""

    def __init__(self, there=None):
        self.there = {path: dict(status) for path, status in (there or {}).items()}
        self.data, self.quotas, self.calls, self.looks = {}, {}, [], []

    def status(self, path):
        self.looks.append(path)
        return self.there.get(path)

    def entries(self, path):
        self.looks.append(f"{path}/")
        found = {name: status for name, status in self.there.items() if name.rsplit("/", 1)[0] == path.rstrip("/")}
        return {name.rsplit("/", 1)[1]: status for name, status in found.items()} or None

    def list(self, path):
        return [{**status, "pathSuffix": name} for name, status in (self.entries(path) or {}).items()]

    def read(self, path, limit):
        return self.data[path]

    def quota(self, path):
        return self.quotas.get(path, {"quota": -1, "spaceQuota": -1})

    def trash_root(self, path):
        return "/user/ada/.Trash"

    def content_summary(self, path):
        return {"fileCount": 1, "directoryCount": 2, "length": 3, "spaceConsumed": 9, "quota": -1, "spaceQuota": 5}

    def checksum(self, path):
        return {"algorithm": "MD5", "bytes": "00", "length": 1}

    def __getattr__(self, name):
        return lambda *args, **options: self.calls.append((name, *args, options))


def options(**given):
    spec = {name: entry.get("default") for name, entry in hdfs_path.ARGUMENT_SPEC.items()}
    given.setdefault("path", None if given.get("paths") else ["/a"])
    return {**spec, **given}


def run(client, **given):
    params = options(**given)
    wanted = paths.wants(params)
    plan = paths.make_plan(wanted, paths.observe(client, wanted), params["recursive"], params["trash"])
    paths.apply(client, wanted, plan, params["recursive"])
    return [str(step) for step in plan.steps]


def test_other_content_changes_neither_owner_nor_rights():
    client = FakeHdfs({"/a": {**FILE, "permission": "600", "owner": "ada", "group": "g", "replication": 2}})
    client.data["/a"] = b"abc"
    assert run(client, state="file", content="abd", owner="ada", mode="0600") == ["write /a"]
    aside = "/.a.ohmy-partial"
    assert client.calls == [
        ("create", aside, b"abd", {"overwrite": True, "mode": "600"}),
        ("set_owner", aside, "ada", "g", {}),
        ("set_permission", aside, "600", {}),
        ("set_replication", aside, 2, {}),
        ("rename", aside, "/a", {"overwrite": True}),
    ]


def test_what_lies_in_a_path_that_is_to_go_is_refused():
    given = [{"path": "/a", "state": "absent"}, {"path": "/a/b", "state": "file"}]
    with pytest.raises(OhmyError, match="/a/b lies in /a, which is to be absent"):
        run(FakeHdfs({"/a": FOLDER}), paths=given, recursive=True)


def test_what_lies_in_the_trash_is_removed_and_said_to_be():
    client = FakeHdfs({"/user/ada/.Trash": FOLDER})
    assert run(client, path=["/user/ada/.Trash"], state="absent", recursive=True, trash=True) == [
        "remove /user/ada/.Trash"
    ]
    assert client.calls == [("delete", "/user/ada/.Trash", {"recursive": True})]


def test_a_file_in_the_trash_that_is_called_like_a_folder_is_not_in_the_way(monkeypatch):
    client = FakeHdfs({"/t/in": FILE})
    monkeypatch.setattr(paths.time, "time", lambda: 1.5)
    made = []

    def mkdirs(path, **_options):
        made.append(path)
        if path == "/user/ada/.Trash/Current/t":
            raise Refused("Path is not a directory: /user/ada/.Trash/Current/t", "", 403, "ParentNotDirectoryException")

    client.mkdirs = mkdirs
    assert run(client, path=["/t/in"], state="absent", trash=True) == ["move to the trash /t/in"]
    assert client.calls == [("rename", "/t/in", "/user/ada/.Trash/Current/1500/t/in", {})] and len(made) == 2


def test_a_directory_is_made_with_all_it_needs():
    client = FakeHdfs()
    assert run(client, owner="ada", group="g", mode="1777", name_quota="10", space_quota="1G") == [
        "make /a",
        "set owner of /a",
        "set group of /a",
        "set mode of /a",
        "set name_quota of /a",
        "set space_quota of /a",
    ]
    assert client.calls == [
        ("mkdirs", "/a", {}),
        ("set_permission", "/a", "1777", {}),
        ("set_quota", "/a", 10, 1 << 30, {}),
        ("set_owner", "/a", "ada", "g", {}),
    ]


def test_what_is_right_already_is_left_alone():
    client = FakeHdfs({"/a": FOLDER})
    client.quotas["/a"] = {"quota": 2048, "spaceQuota": -1}
    right = {"owner": "hdfs", "group": "hadoop", "mode": "0755", "name_quota": "2K", "space_quota": "none"}
    assert run(client, **right) == [] and client.calls == []
    assert run(client, **{**right, "name_quota": "NONE", "mode": "755"}) == ["set name_quota of /a"]
    assert client.calls == [("set_quota", "/a", -1, None, {})]


def test_only_what_differs_is_changed():
    assert run(FakeHdfs({"/a": FOLDER}), owner="ada", mode="755") == ["set owner of /a"]


def test_files_are_compared_by_content_and_replication():
    client = FakeHdfs({"/a": FILE})
    client.data["/a"] = b"abc"
    assert run(client, state="file", content="abc", replication=1) == []
    assert run(client, state="file", replication=2) == ["set replication of /a"]
    assert client.calls == [("set_replication", "/a", 2, {})]
    client = FakeHdfs()
    assert run(client, state="file", content="", mode="0600") == ["make /a", "set mode of /a"]
    assert client.calls[0] == ("create", "/a", b"", {"mode": "0600"})


@pytest.mark.parametrize(("content", "size"), [("abd", "3 other bytes"), ("abcd", "4 bytes")])
def test_of_other_content_the_difference_tells_the_size_alone(content, size):
    client = FakeHdfs({"/a": FILE})
    client.data["/a"] = b"abc"
    wanted = paths.wants(options(state="file", content=content))
    plan = paths.make_plan(wanted, paths.observe(client, wanted), False, False)
    assert paths.diff(plan) == {"before": {"/a": {"content": "3 bytes"}}, "after": {"/a": {"content": size}}}


def test_each_path_may_have_options_of_its_own():
    client = FakeHdfs({"/d": FOLDER, "/old": FOLDER})
    own = [{"path": "/d/x/", "mode": "0700", "owner": None}, {"path": "/old", "state": "absent"}]
    assert run(client, path=["/d"], paths=own, owner="ada") == [
        "set owner of /d",
        "make /d/x",
        "set owner of /d/x",
        "set mode of /d/x",
        "remove /old",
    ]
    assert [call[0] for call in client.calls] == ["delete", "set_owner", "mkdirs", "set_permission", "set_owner"]


def test_a_thousand_paths_cost_a_listing_for_each_directory():
    client = FakeHdfs({f"/d{number % 10}/{number}": FOLDER for number in range(0, 1000, 2)})
    wanted = paths.wants(options(path=[f"/d{number % 10}/{number}" for number in range(1000)]))
    found = paths.observe(client, wanted)
    assert len(client.looks) == 10 and sum(status is not None for status in found.values()) == 500


def test_a_few_paths_cost_no_listing_of_what_lies_beside_them():
    client = FakeHdfs({"/a": FOLDER})
    run(client, path=["/a", "/vast/x", "/vast/y"])
    assert sorted(client.looks) == ["/a", "/vast/x", "/vast/y"]
    names = [f"/{number}" for number in range(20)]
    client = FakeHdfs(dict.fromkeys(["/", *names], FOLDER))
    assert run(client, path=["/", *names]) == [] and sorted(client.looks) == ["/", "//"]


def test_what_may_not_be_listed_or_is_a_file_is_asked_for_path_by_path():
    class Closed(FakeHdfs):
        def entries(self, path):
            raise OhmyError(f"{path} may not be listed", "")

    there = {f"/d/{number}": FILE for number in range(0, 20, 2)}
    client, wanted = Closed(there), [f"/d/{number}" for number in range(20)]
    assert statuses(client, wanted) == {path: there.get(path) for path in wanted}
    assert sorted(client.looks) == sorted(wanted)


def test_removal_goes_from_the_leaves_up():
    client = FakeHdfs({"/a": FOLDER, "/a/b": FOLDER, "/a/b/c": FILE})
    assert run(client, path=["/a", "/a/b/c", "/none"], state="absent", recursive=True) == ["remove /a", "remove /a/b/c"]
    assert [call[1] for call in client.calls] == ["/a/b/c", "/a"]


def test_a_directory_that_holds_something_goes_only_recursively():
    client = FakeHdfs({"/a": {**FOLDER, "childrenNum": 1}})
    with pytest.raises(OhmyError, match="/a in HDFS is not empty"):
        run(client, state="absent")
    run(client, state="absent", recursive=True)
    assert client.calls == [("delete", "/a", {"recursive": True})]


def test_the_trash_keeps_the_path_and_what_it_holds_already():
    client = FakeHdfs({"/d/a": FILE})
    assert run(client, path=["/d/a"], state="absent", trash=True) == ["move to the trash /d/a"]
    assert client.calls == [
        ("mkdirs", "/user/ada/.Trash/Current/d", {"mode": "700"}),
        ("rename", "/d/a", "/user/ada/.Trash/Current/d/a", {}),
    ]
    client = FakeHdfs({"/d/a": FILE, "/user/ada/.Trash/Current/d/a": FILE})
    run(client, path=["/d/a"], state="absent", trash=True)
    place = client.calls[1][2]
    assert place.startswith("/user/ada/.Trash/Current/d/a") and place[len("/user/ada/.Trash/Current/d/a") :].isdigit()
    client = FakeHdfs({"/user/ada/.Trash/Current/d": FOLDER})
    run(client, path=["/user/ada/.Trash/Current/d"], state="absent", trash=True)
    assert client.calls == [("delete", "/user/ada/.Trash/Current/d", {"recursive": False})]
    with pytest.raises(OhmyError, match="holds the trash"):
        run(FakeHdfs({"/user/ada": FOLDER}), path=["/user/ada"], state="absent", trash=True)


def test_the_difference_names_each_property():
    client = FakeHdfs({"/a": FOLDER})
    params = options(path=["/a", "/b"], mode="0700", name_quota="5")
    wanted = paths.wants(params)
    plan = paths.make_plan(wanted, paths.observe(client, wanted), False, False)
    assert paths.diff(plan) == {
        "before": {
            "/a": {"mode": "0755", "name_quota": "none"},
            "/b": {"state": "absent", "mode": None, "name_quota": "none"},
        },
        "after": {
            "/a": {"mode": "0700", "name_quota": 5},
            "/b": {"state": "directory", "mode": "0700", "name_quota": 5},
        },
    }
    wanted = paths.wants(options(state="absent"))
    plan = paths.make_plan(wanted, {"/a": FOLDER}, False, False)
    assert paths.diff(plan) == {"before": {"/a": {"state": "directory"}}, "after": {"/a": {"state": "absent"}}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"path": ["a"]}, "no absolute path"),
        ({"path": ["/a/../b"]}, "no absolute path"),
        ({"path": ["/a:b"]}, "no absolute path"),
        ({"path": []}, "path is empty"),
        ({"path": ["/a", "//a/"]}, "/a is named twice"),
        ({"path": ["//"], "state": "absent"}, "root of HDFS"),
        ({"content": "x"}, "content goes with state: file"),
        ({"replication": 2}, "replication goes with state: file"),
        ({"state": "file", "replication": 0}, "not from 1 to 512"),
        ({"state": "file", "name_quota": "1"}, "quotas go with state: directory"),
        ({"name_quota": "0"}, "no number above 0"),
        ({"space_quota": "1 GB"}, "no number above 0"),
        ({"space_quota": "-1"}, "no number above 0"),
        ({"mode": "u+x"}, "octal digits"),
        ({"mode": "888"}, "octal digits"),
        ({"mode": "2755"}, "sticky bit"),
        ({"mode": 493}, "the number 493"),
        ({"mode": 755}, "Write it in quotes"),
        ({"state": "file", "content": "x" * (paths.CONTENT_LIMIT + 1)}, "1 MiB"),
        ({"state": "file", "path": ["/d"]}, "is a directory, not a file"),
        ({"path": ["/f"]}, "is a file, not a directory"),
    ],
)
def test_what_cannot_be_meant_is_refused(given, words):
    client = FakeHdfs({"/d": FOLDER, "/f": FILE})
    with pytest.raises(OhmyError, match=words):
        run(client, **given)
    assert client.calls == []


def test_info_tells_the_same_keys_of_whatever_is_there():
    client = FakeHdfs({"/d": FOLDER, "/d/f": FILE})
    params = {"path": ["/d", "/d/f", "/none"], "summary": True, "entries": True, "checksum": True}
    folder, file, none = path_info.look(client, params)
    assert set(folder) == set(file) == set(none)
    assert folder["entries"][0]["name"] == "f" and folder["entries"][0]["size"] == 3 and folder["checksum"] is None
    assert folder["summary"]["space"] == 9 and folder["summary"]["space_quota"] == 5
    assert folder["summary"]["name_quota"] is None and folder["modified"] == 1.5 and folder["mode"] == "0755"
    assert file["checksum"] == {"algorithm": "MD5", "value": "00"} and file["entries"] is None
    assert none["state"] == "absent" and none["owner"] is None and none["summary"] is None
    plain = path_info.look(client, {**params, "summary": False, "entries": False, "checksum": False})[0]
    assert plain["entries"] is None and plain["summary"] is None
