# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives from web servers and from the node itself."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import fetch

BODY = b"an archive" * 1000
SUM = hashlib.sha512(BODY).hexdigest()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(fetch.time, "sleep", lambda _seconds: None)


def test_from_a_web_server(web, tmp_path):
    web.table[("GET", "/a.tar")] = [(200, BODY)]
    fetch.download(f"{web.url}/a.tar", str(tmp_path / "a"), SUM.upper(), {})
    assert (tmp_path / "a").read_bytes() == BODY


def test_what_may_pass_is_tried_again(web, tmp_path):
    web.table[("GET", "/a.tar")] = [(503, b""), (200, BODY)]
    fetch.download(f"{web.url}/a.tar", str(tmp_path / "a"), SUM, {})
    web.lost = 5  # the connection ends before its time
    fetch.download(f"{web.url}/a.tar", str(tmp_path / "b"), SUM, {})
    assert (tmp_path / "b").read_bytes() == BODY
    assert len(web.asked) == 4


def test_a_refusal_is_told_at_once(web, tmp_path):
    with pytest.raises(OhmyError, match=r"/b.tar cannot be fetched: the server answered 404 .*See the URL"):
        fetch.download(f"{web.url}/b.tar", str(tmp_path / "a"), SUM, {})
    assert len(web.asked) == 1


def test_an_error_without_words_is_told_by_its_name(monkeypatch, tmp_path):
    class Opener:
        def open(self, *_args, **_more):
            raise TimeoutError

    monkeypatch.setattr(fetch.urllib.request, "build_opener", Opener)
    with pytest.raises(OhmyError, match=r"http://h/a cannot be fetched: TimeoutError\."):
        fetch.download("http://h/a", str(tmp_path / "a"), SUM, {})


def test_a_server_that_is_not_there(tmp_path):
    with pytest.raises(OhmyError, match="http://127.0.0.1:1/a cannot be fetched: .*refused.*way to that server"):
        fetch.download("http://127.0.0.1:1/a", str(tmp_path / "a"), SUM, {})


def test_other_bytes_are_refused(web, tmp_path):
    web.table[("GET", "/a.tar")] = [(200, b"other")]
    with pytest.raises(OhmyError, match="was not used"):
        fetch.download(f"{web.url}/a.tar", str(tmp_path / "a"), SUM, {})


@pytest.mark.parametrize("url", ["file://{0}/an%20archive.tar", "{0}/an archive.tar"])
def test_from_the_node_itself(tmp_path, url):
    (tmp_path / "an archive.tar").write_bytes(BODY)
    fetch.download(url.format(tmp_path), str(tmp_path / "a"), SUM, {})
    assert (tmp_path / "a").read_bytes() == BODY
    with pytest.raises(OhmyError, match="/nothing is not on this node"):
        fetch.download(f"file://{tmp_path}/nothing", str(tmp_path / "a"), SUM, {})
