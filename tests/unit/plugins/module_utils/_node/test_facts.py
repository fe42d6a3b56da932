# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node knows of itself."""

from __future__ import annotations

import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import facts

MEMINFO = "MemTotal:       16384000 kB\nMemFree:         1000000 kB\n"


def host(tmp_path, **files):
    (tmp_path / "proc").mkdir(exist_ok=True)
    (tmp_path / "proc/meminfo").write_text(MEMINFO)
    for path, text in files.items():
        place = tmp_path / {"v2": facts.LIMITS[0], "v1": facts.LIMITS[1]}[path]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("files", "mib"),
    [
        ({}, 16000),
        ({"v2": "max\n"}, 16000),
        ({"v2": f"{2 << 30}\n"}, 2048),
        ({"v1": "9223372036854771712\n"}, 16000),
        ({"v1": f"{4 << 30}\n"}, 4096),
    ],
)
def test_the_smaller_of_machine_and_control_group_counts(tmp_path, files, mib):
    assert facts.memory(host(tmp_path, **files)) == mib


def test_the_metadata_service_knows_the_address(monkeypatch, document):
    asked = []
    service = types.SimpleNamespace(get=lambda path: asked.append(path) or "10.0.0.4\n")
    monkeypatch.setattr(facts, "Imds", lambda: service)
    assert facts.address(document) == "10.0.0.4"
    assert asked == ["meta-data/local-ipv4"]


def test_a_host_of_one_s_own_takes_the_address_that_faces_the_master(document):
    own = {**document, "s3": None, "role": "worker", "master": "127.0.0.1"}
    assert facts.address(own) == "127.0.0.1"
    assert facts.address({**own, "address": "127.0.0.9"}) == "127.0.0.9"
    with pytest.raises(OhmyError, match="192.0.2.7 is no address of this node"):
        facts.address({**own, "address": "192.0.2.7"})


TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
        |-- 10.200.0.0
           /24 link UNICAST
        |-- 10.200.0.2
           /32 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
Local:
        |-- 10.200.0.2
           /32 host LOCAL
"""


def test_without_a_way_out_the_only_address_counts(monkeypatch, tmp_path, document):
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/fib_trie").write_text(TRIE)
    assert facts.addresses(str(tmp_path)) == ["10.200.0.2"]
    monkeypatch.setattr(facts, "OUTSIDE", "no.such.host.invalid")
    monkeypatch.setattr(facts, "addresses", lambda: ["10.200.0.2"])
    assert facts.address({**document, "s3": None}) == "10.200.0.2"
    monkeypatch.setattr(facts, "addresses", lambda: ["10.200.0.2", "10.201.0.2"])
    with pytest.raises(OhmyError, match="hadoop_address: 10.200.0.2, 10.201.0.2"):
        facts.address({**document, "s3": None})


def test_a_network_that_comes_up_late_is_waited_for(monkeypatch, document):
    answers = [OhmyError("no route"), "10.0.0.4"]

    def address(_document):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(facts, "memory", lambda: 8192)
    monkeypatch.setattr(facts, "address", address)
    monkeypatch.setattr(facts.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(facts.names, "known_as", lambda address: address)
    assert facts.gather({**document, "s3": None}, 60).address == "10.0.0.4"
    answers[:] = [OhmyError("no route")]
    with pytest.raises(OhmyError, match="no route"):
        facts.gather({**document, "s3": None})


def test_a_master_out_of_reach_is_named(monkeypatch, document):
    class Door:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def connect(self, _to):
            raise OSError("Network is unreachable")

    monkeypatch.setattr(facts.socket, "socket", Door)
    with pytest.raises(OhmyError, match="no route to 10.9.9.9"):
        facts.address({**document, "s3": None, "role": "worker", "master": "10.9.9.9"})


def test_gathers_all(monkeypatch, document):
    monkeypatch.setattr(facts, "memory", lambda: 8192)
    monkeypatch.setattr(facts, "address", lambda _document: "10.0.0.4")
    monkeypatch.setattr(facts.names, "known_as", lambda _address: "ip-10-0-0-4.example.internal")
    found = facts.gather(document)
    assert (found.memory, found.address, found.host) == (8192, "10.0.0.4", "ip-10-0-0-4.example.internal")
    assert found.cores >= 1
