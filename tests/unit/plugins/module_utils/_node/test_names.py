# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in DNS and the own line of /etc/hosts."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._node import names

NAME = "ip-10-0-0-5.example.internal"
DEBIAN = """# made at boot
127.0.1.1 ip-10-0-0-5.example.internal ip-10-0-0-5
127.0.0.1 localhost

::1 localhost ip6-localhost  # both
"""


def wire(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def reply(number, question, kind, data, flags=0x8180):
    records = b"\xc0\x0c" + struct.pack(">2HIH", kind, 1, 60, len(data)) + data if data else b""
    head = struct.pack(">6H", number, flags, 1, 1 if data else 0, 0, 0)
    return head + wire(question) + struct.pack(">2H", kind, 1) + records


def test_reads_addresses_and_names():
    assert names.answers(reply(7, "a.example", names.A, bytes([10, 0, 0, 5])), 7, names.A) == ["10.0.0.5"]
    question = "5.0.0.10.in-addr.arpa"
    assert names.answers(reply(7, question, names.PTR, wire(NAME.upper())), 7, names.PTR) == [NAME]
    assert names.answers(reply(7, question, names.PTR, b""), 7, names.PTR) == []
    # Compression: the name ends with the question's own "arpa".
    at = 12 + len(wire("5.0.0.10.in-addr"))  # the label "arpa" begins one byte before the end of that
    pointer = struct.pack(">H", 0xC000 | at - 1)
    assert names.answers(reply(7, question, names.PTR, b"\x01x" + pointer), 7, names.PTR) == ["x.arpa"]


@pytest.mark.parametrize(
    "message", [b"", reply(8, "a", 1, b"1234"), reply(7, "a", 1, b"1234", 0x0100), reply(7, "a", 1, b"1234")[:-9]]
)
def test_takes_nothing_from_a_broken_or_foreign_answer(message):
    with pytest.raises((ValueError, IndexError, struct.error, OSError)):
        names.answers(message, 7, names.A)


def test_a_name_that_points_to_itself_is_no_endless_loop():
    with pytest.raises(ValueError, match="without an end"):
        names._name(b"\xc0\x00", 0)


def test_asks_over_the_network(monkeypatch):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    monkeypatch.setattr(names, "PORT", server.getsockname()[1])

    def serve():
        message, sender = server.recvfrom(512)
        server.sendto(reply(struct.unpack(">H", message[:2])[0], NAME, names.A, bytes([10, 0, 0, 5])), sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert names.ask(NAME, names.A, ["127.0.0.1"]) == ["10.0.0.5"]
    thread.join(5)
    server.close()


@pytest.mark.parametrize(
    ("answers", "known"),
    [
        ({"5.0.0.10.in-addr.arpa": [NAME], NAME: ["10.0.0.5"]}, NAME),
        ({"5.0.0.10.in-addr.arpa": [NAME], NAME: ["127.0.1.1"]}, "10.0.0.5"),
        ({"5.0.0.10.in-addr.arpa": ["odd name!"], "odd name!": ["10.0.0.5"]}, "10.0.0.5"),
        ({}, "10.0.0.5"),
    ],
)
def test_goes_by_a_name_only_where_it_leads_back(monkeypatch, answers, known):
    monkeypatch.setattr(names, "ask", lambda name, _kind, _servers: answers.get(name, []))
    assert names.known_as("10.0.0.5", ["192.0.2.53"]) == known


def test_asks_the_resolvers_behind_the_local_one(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/resolv.conf").write_text("# x\nnameserver 127.0.0.53\nnameserver ::1\n")
    assert names.nameservers(str(tmp_path)) == ["127.0.0.53"]
    (tmp_path / "run/systemd/resolve").mkdir(parents=True)
    (tmp_path / "run/systemd/resolve/resolv.conf").write_text("nameserver 10.0.0.2\n")
    assert names.nameservers(str(tmp_path)) == ["10.0.0.2"]
    assert names.nameservers(str(tmp_path / "nowhere")) == []


def test_the_own_name_leads_to_the_own_address():
    once = names.hosts(DEBIAN, "10.0.0.5", NAME)
    assert "127.0.1.1" not in once
    assert once.endswith(f"\n10.0.0.5 {NAME} ip-10-0-0-5\n")
    assert "::1 localhost ip6-localhost  # both\n" in once
    assert names.hosts(once, "10.0.0.5", NAME) == once


def test_other_names_on_the_line_stay():
    text = f"127.0.0.1 localhost {NAME} other\n"
    assert names.hosts(text, "10.0.0.5", NAME).startswith("127.0.0.1 localhost other\n")


def test_a_node_without_a_name_keeps_its_file():
    assert names.hosts(DEBIAN, "10.0.0.5", "10.0.0.5") == DEBIAN


def test_resolvers_that_are_silent_or_talk_nonsense_know_no_name(monkeypatch):
    asked = []

    class Door:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def settimeout(self, seconds):
            assert seconds > 0

        def connect(self, place):
            asked.append(place[0])
            if place[0] == "10.0.0.2":
                raise TimeoutError("timed out")

        def send(self, question):
            pass

        def recv(self, _size):
            return b"no answer"

    monkeypatch.setattr(names.socket, "socket", Door)
    assert names.ask("ip-10-0-0-5.example.internal", 1, ["10.0.0.2", "10.0.0.3"], 0.1) == []
    assert asked == ["10.0.0.2", "10.0.0.3"] * 2, "each is given a second chance"
