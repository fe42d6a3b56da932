# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs and security groups of the user's own, against answers in AWS's form."""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore.stub import Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import key_pair, open_ports, security_group
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from tests.documented import ROOT

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBmGCQ4tWV4aXbMnwfYl3n0TqJ2cV9W5S8Y8xG2rQkqZ"
WORLD = [{"CidrIp": "0.0.0.0/0"}]
TAGS = [{"Key": "ohmy:cluster", "Value": "demo"}, {"Key": "ohmy:schema", "Value": "1"}]


@pytest.fixture(scope="module", name="client")
def fixture_client():
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return session.create_client("ec2", region_name="eu-central-1", **keys)


def test_pairs_are_looked_up_in_one_call_and_by_their_exact_names(client):
    pairs = [
        {"KeyName": "ohmy-demo", "PublicKey": f"{PUBLIC} ohmy.hadoop\n", "Tags": TAGS},
        {"KeyName": "m*", "PublicKey": "-----BEGIN PUBLIC KEY-----", "Tags": TAGS[:1]},
        {"KeyName": "mine"},
    ]
    only = [{"Name": "key-name", "Values": ["ohmy-demo", "m*"]}]
    with Stubber(client) as stub:
        stub.add_response("describe_key_pairs", {"KeyPairs": pairs}, {"Filters": only, "IncludePublicKey": True})
        found = key_pair.described(client, ["ohmy-demo", "m*", "ohmy-demo"])
    assert found == {
        "ohmy-demo": key_pair.KeyPair("ohmy-demo", PUBLIC, "demo"),
        "m*": key_pair.KeyPair("m*", ""),
    }


def test_a_pair_whose_public_half_is_not_told_is_taken_at_its_word(monkeypatch, tmp_path):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    (tmp_path / "mine.pub").write_text(f"{PUBLIC} me\n")
    found = key_pair.of_pair(key_pair.KeyPair("mine", ""), str(tmp_path / "mine.pub"))
    assert found == key_pair.LocalKey(PUBLIC, None)


def test_which_key_it_was_is_asked_only_of_what_was_launched_with_a_users_own(client):
    assert key_pair.materials(client, {"demo": "ohmy-demo", "old": ""}) == {}
    with Stubber(client) as stub:
        stub.add_response("describe_key_pairs", {"KeyPairs": [{"KeyName": "mine", "PublicKey": PUBLIC}]})
        assert key_pair.materials(client, {"demo": "ohmy-demo", "one": "mine", "two": "gone"}) == {"one": PUBLIC}
        stub.add_client_error("describe_key_pairs", "UnauthorizedOperation", "no", http_status_code=403)
        assert key_pair.materials(client, {"one": "mine"}) == {}


def group(*rules):
    return {"GroupId": "sg-1", "GroupName": "mine", "VpcId": "vpc-1", "IpPermissions": list(rules)}


def rule(first, last, protocol="tcp", **ranges):
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last, **(ranges or {"IpRanges": WORLD})}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (rule(22, 22), "port 22, which SSH of the nodes uses, to 0.0.0.0/0"),
        (rule(8000, 9000), "ports 8000-9000, which Hadoop of the nodes uses"),
        (rule(0, 65535), "ports 0-65535, which SSH and Hadoop of the nodes use"),
        (rule(40000, 40010), "ports 40000-40010, which Hadoop"),
        ({"IpProtocol": "-1", "IpRanges": WORLD}, "'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'"),
        (rule(8088, 8088, Ipv6Ranges=[{"CidrIpv6": "::/0"}]), "ToPort=8088,Ipv6Ranges=[{CidrIpv6=::/0}]'"),
        (rule(22, 22, IpRanges=[{"CidrIp": "128.0.0.0/1"}]), "to 128.0.0.0/1"),
    ],
)
def test_a_rule_open_to_the_world_is_told_with_what_closes_it(given, words):
    (text,) = open_ports.remarks(group(given))
    assert words in text and "Security group sg-1 (mine) opens" in text, text
    assert "aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions 'IpProtocol=" in text, text


@pytest.mark.parametrize(
    "given",
    [
        rule(443, 443),
        rule(22, 22, IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "192.0.2.7/32"}]),
        rule(22, 22, UserIdGroupPairs=[{"GroupId": "sg-2"}]),
        rule(0, 65535, "udp"),
        rule(-1, -1, "icmp"),
    ],
)
def test_what_opens_no_port_of_ours_or_not_to_the_world_is_passed_over(given):
    assert open_ports.remarks(group(given)) == []


def test_the_ports_are_those_of_the_documentation():
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    table = page.split("<!-- doors: the test compares ports -->")[1].split("\n\n")[0]
    rows = [row.split("|")[1] for row in table.strip().splitlines()[2:]]
    ports = {int(port) for row in rows for port in re.findall(r"\d+", row)}
    assert ports == {open_ports.SSH, open_ports.JOBS, *open_ports.HADOOP}


def test_groups_are_read_in_one_call_and_their_number_is_awss_business(client):
    ids = [f"sg-{number}" for number in range(9)]
    told = {"SecurityGroups": [{**group(rule(22, 22)), "GroupId": one} for one in ids]}
    with Stubber(client) as stub:
        stub.add_response("describe_security_groups", told, {"GroupIds": ids})
        assert len(security_group.require_given(client, ids, "vpc-1")) == 9
        assert security_group.require_given(client, [], "vpc-1") == []
        stub.add_client_error("describe_security_groups", "InvalidGroup.NotFound", "no sg-1")
        with pytest.raises(OhmyError, match="sg-1"):
            security_group.require_given(client, ["sg-1"], "vpc-1")
