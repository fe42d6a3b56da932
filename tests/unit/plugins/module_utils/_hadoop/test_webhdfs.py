# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WebHDFS: names, redirects, errors, broken connections."""

from __future__ import annotations

import io
import urllib.parse

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import rest
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.streams import Slice
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import SafeMode, WebHdfs

from .stub_server import serve

NAMES = [
    "plain",
    "a b",
    "100%",
    "%41",
    "#h",
    "{x}",
    "ü€😀",
    "a+b",
    "q?x=1&y=2",
    "semi;colon",
    "back\\slash",
    "'\"",
    "[b]",
]


def remote(exception, message):
    return {"RemoteException": {"exception": exception, "javaClassName": f"x.{exception}", "message": message}}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(rest, "PAUSES", (0.0,))


@pytest.mark.parametrize("name", NAMES)
def test_any_name_travels_unharmed(name):
    def answer(method, path, body):
        parts = urllib.parse.urlsplit(path)
        if parts.path.startswith("/data"):
            return (200, b"abc") if method == "GET" else (201, b"")
        assert urllib.parse.unquote(parts.path) == f"/webhdfs/v1/d/{name}"
        query = dict(urllib.parse.parse_qsl(parts.query))
        assert query["user.name"] == "hadoop"
        if query["op"] in ("OPEN", "CREATE"):
            # A DataNode's address as the NameNode writes it, partly unquoted.
            return 200, {
                "Location": f"http://127.0.0.1:{stub.port}/data/{name.replace('?', '%3F').replace('#', '%23')}?op=x"
            }
        return 200, {"FileStatus": {"type": "FILE", "length": 3, "pathSuffix": ""}}

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        hdfs.create(f"/d/{name}", b"abc", overwrite=True)
        assert hdfs.read(f"/d/{name}") == b"abc"
        assert hdfs.status(f"/d/{name}")["length"] == 3


def test_a_file_that_is_not_there_has_no_status_but_an_error_elsewhere():
    with serve(lambda *_: (404, remote("FileNotFoundException", "File /x does not exist."))) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        assert hdfs.status("/x") is None
        with pytest.raises(OhmyError, match="LISTSTATUS of /x: File /x does not exist"):
            hdfs.list("/x")


def test_java_is_not_shown():
    message = "/x already exists\n\tat java.base/java.security.AccessController.doPrivileged(Unknown Source)\n\tat a.b.C$1(D.java:3)"
    with (
        serve(lambda *_: (403, remote("FileAlreadyExistsException", message))) as stub,
        pytest.raises(OhmyError) as caught,
    ):
        WebHdfs("127.0.0.1", "hadoop", stub.port).mkdirs("/x")
    assert str(caught.value) == "HDFS refused MKDIRS of /x: /x already exists"


def test_safe_mode_has_a_class_of_its_own():
    message = "Cannot create directory /x. Name node is in safe mode.\nThe reported blocks 0 needs"
    with (
        serve(lambda *_: (403, remote("SafeModeException", message))) as stub,
        pytest.raises(SafeMode, match="safe mode"),
    ):
        WebHdfs("127.0.0.1", "hadoop", stub.port).mkdirs("/x")


def test_streams_with_and_without_a_size_are_written_whole(tmp_path):
    (tmp_path / "f").write_bytes(b"0123456789" * 300000)

    def answer(method, path, body):
        return (201, b"") if path.startswith("/data") else (200, {"Location": f"http://127.0.0.1:{stub.port}/data"})

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        with open(tmp_path / "f", "rb") as stream:
            stream.seek(5)
            hdfs.create("/f", stream)
        assert len(stub.seen[-1][2]) == 2999995
        hdfs.create("/f", Pipe(b"x" * 100))
        assert stub.seen[-1][2] == b"x" * 100


def test_a_broken_upload_starts_again_from_its_beginning():
    tries = []

    def answer(method, path, body):
        if not path.startswith("/data"):
            return 200, {"Location": f"http://127.0.0.1:{stub.port}/data"}
        tries.append(body)
        return (0, None) if len(tries) == 1 else (201, b"")

    with serve(answer) as stub:
        WebHdfs("127.0.0.1", "hadoop", stub.port).create("/f", io.BytesIO(b"abc"))
        asked = [path for _method, path, _body in stub.seen if "op=CREATE" in path]
    assert tries == [b"abc", b"abc"]
    assert "overwrite=false" in asked[0] and "overwrite=true" in asked[1]


def test_a_dead_door_is_named_after_a_few_tries():
    with (
        serve(lambda *_: (0, None)) as stub,
        pytest.raises(rest.Unreachable, match=f"HDFS at 127.0.0.1:{stub.port} does not answer"),
    ):
        WebHdfs("127.0.0.1", "hadoop", stub.port).status("/")
        assert len(stub.seen) == 3


def test_rename_is_never_repeated():
    with serve(lambda *_: (0, None)) as stub, pytest.raises(rest.Unreachable):
        WebHdfs("127.0.0.1", "hadoop", stub.port).rename("/a", "/b")
        assert len(stub.seen) == 1


@pytest.mark.parametrize("happened", [True, False])
def test_after_a_lost_answer_a_rename_is_looked_for(happened):
    def answer(method, path, body):
        if "op=RENAME" in path:
            assert "renameoptions=OVERWRITE" in path
            return 0, None
        there = path.startswith("/webhdfs/v1/b") == happened
        return (200, {"FileStatus": {"type": "FILE"}}) if there else (404, remote("FileNotFoundException", "none"))

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        if happened:
            hdfs.rename("/a", "/b", overwrite=True)
        else:
            with pytest.raises(rest.Unreachable):
                hdfs.rename("/a", "/b", overwrite=True)


def test_entries_of_a_folder_of_none_and_of_a_file():
    def answer(method, path, body):
        if "/none" in path:
            return 404, remote("FileNotFoundException", "none")
        name = "" if "/file" in path else "a b"
        return 200, {"FileStatuses": {"FileStatus": [{"pathSuffix": name, "type": "FILE", "length": 0}]}}

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        assert list(hdfs.entries("/folder")) == ["a b"] and hdfs.entries("/none") is None
        with pytest.raises(OhmyError, match="/file in HDFS is a file"):
            hdfs.entries("/file")


def test_quotas_replication_and_the_trash():
    def answer(method, path, body):
        if "GETQUOTAUSAGE" in path:
            return 200, {"QuotaUsage": {"quota": 5, "spaceQuota": -1}}
        if "GETTRASHROOT" in path:
            return 200, {"Path": "/user/hadoop/.Trash"}
        return 200, {"boolean": False} if "SETREPLICATION" in path else b""

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        hdfs.set_quota("/d", space=-1)
        assert "op=SETQUOTA&user.name=hadoop&storagespacequota=-1" in stub.seen[-1][1]
        assert hdfs.quota("/d")["quota"] == 5 and hdfs.trash_root("/d") == "/user/hadoop/.Trash"
        with pytest.raises(OhmyError, match="replication of /d was not changed"):
            hdfs.set_replication("/d", 2)


def test_a_stretch_of_a_file_is_written_and_can_be_sent_again(tmp_path):
    (tmp_path / "f").write_bytes(b"0123456789")
    tries = []

    def answer(method, path, body):
        if not path.startswith("/data"):
            return 200, {"Location": f"http://127.0.0.1:{stub.port}/data"}
        tries.append(body)
        return (0, None) if len(tries) == 1 else (201, b"")

    with serve(answer) as stub, open(tmp_path / "f", "rb") as stream:
        WebHdfs("127.0.0.1", "hadoop", stub.port).create("/f", Slice(stream.fileno(), 2, 3), overwrite=True)
    assert tries == [b"234", b"234"]


def test_walk_goes_through_folders_and_takes_a_file_for_itself():
    tree = {
        "/in": [("b", "DIRECTORY", 0), ("a b", "FILE", 1)],
        "/in/b": [("c", "FILE", 2)],
        "/in/a b": [("", "FILE", 1)],
    }

    def answer(method, path, body):
        folder = urllib.parse.unquote(urllib.parse.urlsplit(path).path)[len("/webhdfs/v1") :]
        entries = [{"pathSuffix": n, "type": k, "length": s} for n, k, s in tree[folder]]
        return 200, {"FileStatuses": {"FileStatus": entries}}

    with serve(answer) as stub:
        hdfs = WebHdfs("127.0.0.1", "hadoop", stub.port)
        assert sorted((name, entry["length"]) for name, entry in hdfs.walk("/in/")) == [("a b", 1), ("b/c", 2)]
        assert [name for name, _entry in hdfs.walk("/in/a b")] == [""]


def test_a_stream_that_ends_too_early_is_an_error():
    import socket
    import threading

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def cut():
        connection, _peer = listener.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        connection.close()

    threading.Thread(target=cut, daemon=True).start()
    with (
        serve(lambda *_: (200, {"Location": f"http://127.0.0.1:{port}/data"})) as stub,
        pytest.raises(rest.Unreachable, match="too early|in part"),
    ):
        WebHdfs("127.0.0.1", "hadoop", stub.port).read("/f")
    listener.close()


def test_a_relative_path_is_refused():
    with pytest.raises(OhmyError, match="must begin with a slash"):
        WebHdfs("127.0.0.1", "hadoop").status("x")
