# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``ec2_cluster_ssh``: one rule of ours, whoever is let in, and nobody else's touched."""

from __future__ import annotations

import pytest

from .conftest import assert_reads_only

FOREIGN = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}


@pytest.fixture(name="group")
def fixture_group(account, cluster):
    cluster(workers=0)
    named = [one for one in account.ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] == "ohmy-demo"]
    account.ec2.authorize_security_group_ingress(GroupId=named[0]["GroupId"], IpPermissions=[FOREIGN])
    return named[0]["GroupId"]


def allowed(account, group):
    rules = account.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    ranges = [(one["CidrIp"], rule.get("FromPort")) for rule in rules for one in rule["IpRanges"]]
    return sorted(cidr for cidr, port in ranges if port == 22)


def test_the_rule_is_replaced_and_never_piles_up(account, run_module, group):
    assert allowed(account, group) == ["192.0.2.7/32", "198.51.100.0/24"]
    for number in (8, 9, 10):
        check = run_module("ec2_cluster_ssh", True, name="demo", ssh_cidr=f"192.0.2.{number}")
        assert_reads_only(account.calls)
        result = run_module("ec2_cluster_ssh", name="demo", ssh_cidr=f"192.0.2.{number}")
        assert (
            result["changed"]
            and result["actions"] == check["actions"]
            and result["before"] == [f"192.0.2.{number - 1}/32"]
        )
        assert dict(account.calls) == {
            "DescribeSecurityGroups": 1,
            "AuthorizeSecurityGroupIngress": 1,
            "RevokeSecurityGroupIngress": 1,
        }
        assert allowed(account, group) == [f"192.0.2.{number}/32", "198.51.100.0/24"]
    again = run_module("ec2_cluster_ssh", name="demo", ssh_cidr="192.0.2.10/32")
    assert again["changed"] is False and set(again) == set(result), again


def test_absent_lets_nobody_in_and_leaves_strangers_rules(account, run_module, group):
    result = run_module("ec2_cluster_ssh", name="demo", state="absent")
    assert result["changed"] and result["ssh_cidr"] is None, result
    assert allowed(account, group) == ["198.51.100.0/24"]
    assert run_module("ec2_cluster_ssh", name="demo", state="absent")["changed"] is False
    assert run_module("ec2_cluster_ssh", name="other", state="absent")["changed"] is False


def test_the_world_and_a_cluster_that_is_not_there_are_refused(account, run_module, group):
    result = run_module("ec2_cluster_ssh", name="demo", ssh_cidr="0.0.0.0/0")
    assert result.get("failed") and not account.calls, result
    result = run_module("ec2_cluster_ssh", name="other", ssh_cidr="192.0.2.9/32")
    assert result.get("failed") and "no security group" in result["msg"], result
    assert allowed(account, group) == ["192.0.2.7/32", "198.51.100.0/24"]


def test_the_callers_own_address(account, run_module, group, monkeypatch):
    from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import network

    monkeypatch.setattr(network, "caller_cidr", lambda subnet, public, url: f"192.0.2.{77 if public else 78}/32")
    assert run_module("ec2_cluster_ssh", name="demo")["ssh_cidr"] == "192.0.2.77/32"


def test_a_jump_host_is_not_shut_out_by_the_callers_own_address(account, run_module, group):
    result = run_module("ec2_cluster_ssh", name="demo", ssh_proxy="bastion.example.com")
    assert result.get("failed") and "where the jump host connects" in result["msg"] and not account.calls, result
    assert "cluster_ssh_cidr" in result["hint"] and allowed(account, group) == ["192.0.2.7/32", "198.51.100.0/24"]
    through = {"ssh_cidr": "192.0.2.9/32", "ssh_proxy": "bastion.example.com"}
    assert run_module("ec2_cluster_ssh", name="demo", **through)["ssh_cidr"] == "192.0.2.9/32"
    absent = run_module("ec2_cluster_ssh", name="demo", state="absent", ssh_proxy="bastion.example.com")
    assert absent["changed"] and absent["ssh_cidr"] is None, absent
