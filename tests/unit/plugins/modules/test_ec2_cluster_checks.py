# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of AWS before money is spent: permissions by dry runs, and the quota of vCPUs; in a check, too."""

from __future__ import annotations

import fnmatch

import pytest
from botocore.exceptions import ClientError
from moto.ec2 import utils
from moto.servicequotas.models import ServiceQuotasBackend

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import network

from .conftest import READS, REGION
from .test_ec2_cluster_failures import refuse

ME = "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/me is not authorized to perform: "
ENCODED = "Encoded authorization failure message: g4oZPBqZ4Bni8dE5dGjxYTnOZ"


def denied(call, action, resource, having=""):
    """Return a handler that refuses calls, whose bodies hold ``having``, in EC2's words."""
    why = f"because no identity-based policy allows the {action} action"

    def handler(name, request):
        if name == call and having in str(request.body):
            text = f"{ME}{action} on resource: arn:aws:{resource} {why}. {ENCODED}"
            raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": text}}, name.replace("DryRun", ""))

    return handler


def assert_nothing_was_made(account, result, text, hint):
    assert result.get("failed") and text in result["msg"] and "Encoded" not in result["msg"], result
    assert hint in result["hint"], result
    assert [name for name in account.calls if not name.startswith(READS)] == [], account.calls


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
@pytest.mark.parametrize(
    ("call", "action", "kind", "hint"),
    [
        ("RunInstances", "ec2:RunInstances", "instance/*", "LaunchMarked in docs/iam/controller.json"),
        ("RunInstances", "ec2:CreateTags", "instance/*", "MarkWhatIsMade"),
        ("CreateSecurityGroup", "ec2:CreateSecurityGroup", "security-group/*", "MakeGroupAndKey"),
        ("ImportKeyPair", "ec2:ImportKeyPair", "key-pair/ohmy-demo", "MakeGroupAndKey"),
    ],
)
def test_missing_rights_are_found_before_anything_is_made(account, cluster, call, action, kind, hint, check):
    account.before_send = denied(f"DryRun{call}", action, f"ec2:{REGION}:123456789012:{kind}")
    assert_nothing_was_made(account, cluster(check=check), f"not authorized to perform: {action}", hint)


def test_a_group_that_stands_in_proves_nothing(account, cluster):
    account.before_send = denied("DryRunRunInstances", "ec2:RunInstances", f"ec2:{REGION}:1:security-group/sg-1")
    assert not cluster(check=True).get("failed")


def test_in_a_shared_vpc_nothing_is_asked_for_with_the_default_group_which_is_its_owners(account, cluster, monkeypatch):
    honest = network.Subnet
    monkeypatch.setattr(network, "Subnet", lambda **given: honest(**{**given, "owner": "210987654321"}))
    assert not cluster(check=True).get("failed") and not account.calls["DryRunRunInstances"], account.calls
    assert not cluster(workers=1).get("failed") and account.calls["DryRunRunInstances"] == 1, account.calls


def test_a_role_that_may_not_be_handed_on_is_found_before_the_master_runs(account, cluster):
    role = f"iam::123456789012:role/ohmy-demo-{REGION}"
    account.before_send = denied("DryRunRunInstances", "iam:PassRole", role, "IamInstanceProfile")
    result = cluster()
    assert result.get("failed") and "iam:PassRole" in result["msg"] and "RolePass" in result["hint"], result
    assert not account.calls["RunInstances"] and not account.instances()
    account.before_send = None
    assert not cluster().get("failed")
    assert account.calls["DryRunRunInstances"] >= 2 and account.calls["RunInstances"] == 2, account.calls


def test_only_a_launch_is_asked_for(account, cluster):
    cluster(workers=1)
    assert not cluster(workers=1)["changed"]
    assert [name for name in account.calls if name.startswith("DryRun") or name == "GetServiceQuota"] == []


def matches(value, patterns):
    return any(fnmatch.fnmatchcase(str(value), pattern) for pattern in patterns)


@pytest.fixture(name="limit")
def fixture_limit(account, monkeypatch):
    """Give the account a quota of vCPUs."""

    def give(value):
        quota = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A", "QuotaName": "x", "Value": value}
        # Filters of EC2 know wildcards, and those of the made-up account do not.
        monkeypatch.setattr(utils, "instance_value_in_filter_values", matches)
        monkeypatch.setattr(ServiceQuotasBackend, "get_service_quota", lambda *_self, **_codes: quota)

    return give


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_a_quota_that_does_not_hold_the_cluster_is_told_with_what_it_holds(account, cluster, limit, check):
    limit(10.0)
    result = cluster(check=check, workers=20)
    text = "1 m6i.large (master), 20 m6i.large (worker) need 42, 4 of 20 m6i.large (worker) would fit"
    assert_nothing_was_made(account, result, text, "--quota-code L-1216C47A --desired-value 42")
    assert not cluster(check=check, workers=4).get("failed")


def test_others_instances_count(account, cluster, limit):
    limit(10.0)
    account.ec2.run_instances(ImageId=account.image, MinCount=2, MaxCount=2, InstanceType="m6i.large")
    account.ec2.run_instances(ImageId=account.image, MinCount=1, MaxCount=1, InstanceType="p3.2xlarge")
    result = cluster(check=True, workers=3)
    assert (
        "2 instances use 4 of them" in result["msg"] and "2 of 3 m6i.large (worker) would fit" in result["msg"]
    ), result


def test_who_may_not_read_quotas_gets_a_remark(account, cluster):
    account.before_send = refuse("GetServiceQuota", "AccessDeniedException")
    result = cluster(check=True)
    assert not result.get("failed"), result
    assert any("quota of vCPUs was not checked" in str(one) for one in result["warnings"]), result
