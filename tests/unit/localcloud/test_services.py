# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metadata and names."""

from __future__ import annotations

import ipaddress
import json
import struct
import types

import pytest

from localcloud import dns, metadata, metadata_tree

NETWORK = ipaddress.IPv4Network("10.70.0.0/16")
FACTS = metadata_tree.Facts(
    instance_id="i-1",
    image_id="ami-1",
    instance_type="t3.small",
    address="10.70.0.4",
    mac="02:00:00:00:00:01",
    host_name="ip-10-70-0-4.ec2.internal",
    zone="us-east-1a",
    launch_index=0,
    reservation_id="r-1",
    groups=(("sg-1", "one"), ("sg-2", "two")),
    subnet_id="subnet-1",
    subnet_cidr="10.70.0.0/20",
    vpc_id="vpc-1",
    vpc_cidr="10.70.0.0/16",
    interface_id="eni-1",
    key=("mine", "ssh-ed25519 AAAA"),
)


@pytest.mark.parametrize(
    "path, expected",
    [
        ("instance-id", "i-1"),
        ("placement/region", "us-east-1"),
        ("placement/", "availability-zone\nregion"),
        ("public-keys/", "0=mine"),
        ("public-keys/0/", "openssh-key"),
        ("public-keys/0/openssh-key", "ssh-ed25519 AAAA"),
        ("network/interfaces/macs/", "02:00:00:00:00:01/"),
        ("network/interfaces/macs/02:00:00:00:00:01/subnet-ipv4-cidr-block", "10.70.0.0/20"),
        ("security-groups", "one\ntwo"),
        ("public-ipv4", None),
        ("instance-id/x", None),
        ("iam/", None),
    ],
)
def test_tree(path, expected):
    assert metadata_tree.look_up(metadata_tree.tree(FACTS), path, "mine") == expected


def test_listing_marks_folders():
    listing = metadata_tree.look_up(metadata_tree.tree(FACTS), "").split("\n")
    assert "network/" in listing and "instance-id" in listing


def test_only_roles_that_trust_ec2():
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com"]}}]}
    assert metadata_tree.trusts_ec2(trust) and metadata_tree.trusts_ec2(json.dumps(trust))
    assert not metadata_tree.trusts_ec2({"Statement": {"Effect": "Allow", "Principal": {"AWS": "x"}}})
    assert not metadata_tree.trusts_ec2(
        {"Statement": {"Effect": "Deny", "Principal": {"Service": "ec2.amazonaws.com"}}}
    )


class Account:
    """Two instances: one insists on tokens, one does not."""

    def __init__(self):
        self.found = {
            address: types.SimpleNamespace(
                id=f"i-{tokens}",
                user_data="aGk=",
                metadata_options=types.SimpleNamespace(
                    http_endpoint="enabled", http_tokens=tokens, http_put_response_hop_limit=1
                ),
            )
            for address, tokens in (("10.70.0.4", "required"), ("10.70.0.5", "optional"))
        }

    def by_address(self, address):
        return self.found.get(address)


@pytest.fixture(name="ask")
def fixture_ask(tmp_path):
    service = metadata.Metadata(Account(), tmp_path)

    def ask(path, address="10.70.0.4", method="GET", **headers):
        status = []
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "REMOTE_ADDR": address}
        environ.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
        body = b"".join(service(environ, lambda code, _headers: status.append(int(code[:3]))))
        return status[0], body

    ask.service = service
    return ask


def token(ask, ttl="60", **arguments):
    return ask("/latest/api/token", method="PUT", x_aws_ec2_metadata_token_ttl_seconds=ttl, **arguments)


def test_tokens(ask):
    assert ask("/latest/user-data")[0] == 401
    status, value = token(ask)
    assert status == 200
    assert ask("/latest/user-data", x_aws_ec2_metadata_token=value.decode()) == (200, b"hi")
    assert ask("/latest/user-data", x_aws_ec2_metadata_token="made up")[0] == 401
    # A token is one instance's alone; where tokens are optional, a wrong one is wrong all the same.
    assert ask("/latest/user-data", "10.70.0.5", x_aws_ec2_metadata_token=value.decode())[0] == 401
    assert ask("/latest/user-data", "10.70.0.5") == (200, b"hi")


def test_token_requests_that_are_refused(ask):
    for ttl in ("0", "21601", "", "x"):
        assert token(ask, ttl)[0] == 400
    assert token(ask, x_forwarded_for="1.2.3.4")[0] == 403
    assert ask("/latest/api/token")[0] == 405
    assert token(ask, address="10.70.0.99")[0] == 403


def test_token_travels_as_many_hops_as_allowed(ask):
    calls = []
    connection = types.SimpleNamespace(setsockopt=lambda *arguments: calls.append(arguments))
    environ = {"REMOTE_ADDR": "10.70.0.4", "REQUEST_METHOD": "PUT", "PATH_INFO": "/latest/api/token"}
    environ.update({metadata.TTL_HEADER: "60", "werkzeug.socket": connection})
    ask.service(environ, lambda *arguments: None)
    assert calls == [(metadata.socket.IPPROTO_IP, metadata.socket.IP_TTL, 1)]


def test_expired_token(ask, monkeypatch):
    value = token(ask, "1")[1].decode()
    clock = metadata.time.monotonic()
    monkeypatch.setattr(metadata.time, "monotonic", lambda: clock + 2)
    assert ask("/latest/user-data", x_aws_ec2_metadata_token=value)[0] == 401


def test_who_is_unknown_or_switched_off_is_refused(ask):
    assert ask("/latest/meta-data/", "192.0.2.1")[0] == 403
    ask.service._account.found["10.70.0.5"].metadata_options.http_endpoint = "disabled"
    assert ask("/latest/user-data", "10.70.0.5")[0] == 403


def test_versions(ask):
    assert b"latest" in ask("/", "10.70.0.5")[1]
    assert ask("/1999-01-01/user-data", "10.70.0.5")[0] == 404
    assert ask("/2021-03-23/user-data", "10.70.0.5") == (200, b"hi")
    assert ask("/latest/", "10.70.0.5")[1].split() == [b"dynamic", b"meta-data", b"user-data"]
    assert ask("/latest/user-data", "10.70.0.5", "POST")[0] == 405


def query(name, kind):
    return b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0" + dns.write_name(name) + struct.pack(">HH", kind, 1)


@pytest.mark.parametrize(
    "name, kind, code, data",
    [
        ("ip-10-70-0-4.ec2.internal", 1, 0, bytes([10, 70, 0, 4])),
        ("IP-10-70-0-4.EC2.internal", 1, 0, bytes([10, 70, 0, 4])),
        ("ip-10-70-0-4.ec2.internal", 28, 0, None),
        ("4.0.70.10.in-addr.arpa", 12, 0, dns.write_name("ip-10-70-0-4.ec2.internal")),
        ("ip-10-71-0-4.ec2.internal", 1, 3, None),
        ("ip-10-70-0-400.ec2.internal", 1, 3, None),
        ("4.0.71.10.in-addr.arpa", 12, 3, None),
        ("deb.debian.org", 1, 3, None),
    ],
)
def test_names(name, kind, code, data):
    answer = dns.reply(query(name, kind), NETWORK)
    assert answer[:2] == b"\x12\x34"
    assert answer[3] & 15 == code
    assert struct.unpack(">H", answer[6:8])[0] == (0 if data is None else 1)
    if data is not None:
        assert answer.endswith(struct.pack(">H", len(data)) + data)


@pytest.mark.parametrize("message", [b"", b"\0" * 12, b"\0" * 17, query("a.b", 1)[:15]])
def test_broken_questions(message):
    with pytest.raises((ValueError, IndexError, struct.error)):
        dns.reply(message, NETWORK)
