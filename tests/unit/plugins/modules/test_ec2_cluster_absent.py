# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing a cluster where AWS refuses: machines end first and always, nothing is forgotten, everything is named."""

from __future__ import annotations

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import absent, instances, waits

from .conftest import BUCKET, assert_reads_only
from .test_ec2_cluster_failures import body_of, refuse, throttle

OTHER = "other-bucket"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Give up in a moment what would be asked for minutes, and pause no longer."""

    class Short(absent.Deadline):
        def __init__(self, seconds):
            super().__init__(min(seconds, 0.5))

    honest = absent.poll
    monkeypatch.setattr(absent, "Deadline", Short)
    monkeypatch.setattr(absent, "poll", lambda *args, **kwargs: honest(*args, **{**kwargs, "pause": 0.05}))


def groups(account):
    found = account.ec2.describe_security_groups()["SecurityGroups"]
    return [one["GroupName"] for one in found if one["GroupName"] != "default"]


def test_group_in_use_is_left_with_the_reason(account, cluster):
    cluster(workers=0)
    account.before_send = refuse("DeleteSecurityGroup", "DependencyViolation")
    result = cluster("absent")
    assert result.get("failed") and "DependencyViolation" in result["msg"], result
    assert [one.split()[0:2] for one in result["left"]] == [["security", "group"]], result
    assert any(one.startswith("instance i-") for one in result["removed"]), result
    assert account.calls["DeleteSecurityGroup"], account.calls


@pytest.mark.parametrize("call", ["DeleteInstanceProfile", "DeleteRole"])
def test_role_that_seems_held_by_what_just_went_is_removed(account, cluster, monkeypatch, call):
    monkeypatch.setattr(waits.time, "sleep", lambda _seconds: None)
    cluster(workers=0)
    account.before_send = throttle(call, 2, "DeleteConflict")
    result = cluster("absent")
    assert result.get("left") == [] and account.calls[call] == 3, (result, account.calls)


def test_group_that_is_in_use_for_a_while_is_removed(account, cluster, monkeypatch):
    # Ends with the fourth try, and no sooner on a slow machine.
    monkeypatch.setattr(absent, "Deadline", waits.Deadline)
    cluster(workers=0)
    left = [3]

    def busy(name, request):
        if name == "DeleteSecurityGroup" and left[0]:
            left[0] -= 1
            refuse(name, "DependencyViolation")(name, request)

    account.before_send = busy
    result = cluster("absent")
    assert result.get("left") == [] and not result.get("failed"), result
    assert account.calls["DeleteSecurityGroup"] == 4 and groups(account) == []


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("GetRole", "AccessDenied"),
        ("GetRole", "ServiceFailure"),
        ("GetInstanceProfile", "AccessDenied"),
        ("GetInstanceProfile", "ServiceFailure"),
        ("ListObjectsV2", "AccessDenied"),
        ("DescribeVolumes", "UnauthorizedOperation"),
        ("DescribeNetworkInterfaces", "UnauthorizedOperation"),
        ("DescribeSecurityGroups", "UnauthorizedOperation"),
        ("DescribeKeyPairs", "UnauthorizedOperation"),
        ("DeleteRole", "AccessDenied"),
        ("DeleteKeyPair", "UnauthorizedOperation"),
        ("DeleteObjects", "AccessDenied"),
    ],
)
def test_machines_end_whatever_else_is_refused_and_a_second_run_ends_the_rest(account, cluster, call, code):
    cluster(workers=1)
    account.before_send = refuse(call, code)
    check = cluster("absent", check=True)
    assert_reads_only(account.calls)
    if not call.startswith("Delete"):
        assert check.get("failed") and code in check["msg"], check
    result = cluster("absent")
    assert result.get("failed") and code in result["msg"], result
    assert account.instances("pending", "running", "stopping", "stopped", "shutting-down") == []
    account.before_send = None
    again = cluster("absent")
    assert again.get("left") == [] and not again.get("failed"), again
    assert groups(account) == [] and account.objects("clusters/") == [] and not account.iam.list_roles()["Roles"]
    assert not account.ec2.describe_key_pairs()["KeyPairs"]


@pytest.mark.parametrize("call", ["ListObjectsV2", "DeleteObjects"])
def test_group_whose_tags_name_the_bucket_stays_while_objects_do(account, cluster, call):
    cluster(workers=0)
    account.before_send = refuse(call, "AccessDenied")
    result = cluster("absent", bucket=None)
    assert result.get("failed"), result
    assert groups(account) == ["ohmy-demo"]
    account.before_send = None
    assert cluster("absent", bucket=None)["left"] == []
    assert groups(account) == [] and account.objects("clusters/") == []


def test_one_object_that_stays_is_named_and_the_others_go(account, cluster, monkeypatch):
    made = cluster(workers=0)["cluster"]
    stays = f"{made['prefix']}lease"
    honest = BaseClient._make_api_call

    def keep(client, name, params):
        if name != "DeleteObjects":
            return honest(client, name, params)
        params["Delete"]["Objects"] = [one for one in params["Delete"]["Objects"] if one["Key"] != stays]
        answer = honest(client, name, params)
        return {**answer, "Errors": [{"Key": stays, "Code": "AccessDenied", "Message": "no"}]}

    monkeypatch.setattr(BaseClient, "_make_api_call", keep)
    result = cluster("absent")
    assert result.get("failed") and stays in result["msg"] and "1 objects under" in str(result["left"]), result
    assert account.objects("clusters/") == [stays] and groups(account) == ["ohmy-demo"]


def test_refused_role_of_a_caller_who_gave_a_profile_is_no_reason(account, cluster):
    account.iam.create_role(RoleName="own", AssumeRolePolicyDocument="{}")
    account.iam.create_instance_profile(InstanceProfileName="own")
    account.iam.add_role_to_instance_profile(InstanceProfileName="own", RoleName="own")
    assert not cluster(workers=0, instance_profile="own").get("failed")
    account.before_send = refuse("GetInstanceProfile", "AccessDenied")
    result = cluster("absent")
    assert result.get("left") == [] and not result.get("failed"), result
    assert [one["RoleName"] for one in account.iam.list_roles()["Roles"]] == ["own"]


def test_machines_that_may_not_be_ended_keep_what_they_use(account, cluster):
    made = cluster(workers=0)["cluster"]
    account.before_send = refuse("TerminateInstances", "OperationNotPermitted")
    result = cluster("absent")
    assert result.get("failed") and "protection" in result["msg"], result
    assert f"instance {made['master']['instance_id']}" in result["left"] and result["removed"] == [], result
    assert account.instances() and groups(account) and account.objects("clusters/")


def test_bucket_of_the_tags_wins_over_the_given_one(account, cluster):
    cluster(workers=0)
    account.s3.create_bucket(Bucket=OTHER, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    account.s3.put_object(Bucket=OTHER, Key="input/x", Body=b"x")
    result = cluster("absent", bucket=OTHER)
    assert result.get("left") == [] and result["cluster"]["bucket"] == BUCKET, result
    assert account.objects("clusters/") == []
    assert account.s3.list_objects_v2(Bucket=OTHER)["KeyCount"] == 1


def unknown_among_the_living(account, gone):
    """Play an instance that vanishes between the look and the call, as AWS refuses the whole call for it."""

    def handler(name, request):
        if name == "TerminateInstances" and gone in body_of(request).values():
            message = f"The instance ID '{gone}' does not exist"
            raise ClientError({"Error": {"Code": "InvalidInstanceID.NotFound", "Message": message}}, name)

    account.before_send = handler


def test_one_unknown_instance_does_not_save_the_others(account, cluster):
    made = cluster(workers=2)["cluster"]
    unknown_among_the_living(account, made["workers"][0]["instance_id"])
    result = cluster("absent", wait_timeout=1)
    # With it, without it, and once more as its volume shows that it is there.
    assert account.calls["TerminateInstances"] == 3, account.calls
    living = {one["InstanceId"] for one in account.instances()}
    assert living == {made["workers"][0]["instance_id"]}, (living, result)
    account.before_send = None
    assert cluster("absent").get("left") == []


def test_refusal_that_names_nobody_is_no_success(account, cluster):
    cluster(workers=1)
    account.before_send = refuse("TerminateInstances", "InvalidInstanceID.NotFound")
    result = cluster("absent")
    assert result.get("failed") and "InvalidInstanceID.NotFound" in result["msg"], result
    assert len(account.instances()) == 2


@pytest.mark.parametrize(
    ("refused", "code", "message"),
    [
        ("DeleteVolume", "VolumeInUse", "vol-1 is currently attached"),
        ("DeleteNetworkInterface", "InvalidParameterValue", "Network interface eni-1 is currently in use."),
    ],
)
def test_instances_seen_after_what_they_use_are_ended_too(account, cluster, monkeypatch, refused, code, message):
    made = cluster(workers=1)["cluster"]
    tags = [one for one in account.instances()[0]["Tags"] if one["Key"].startswith("ohmy:")]
    marks = [{"ResourceType": "network-interface", "Tags": tags}]
    account.ec2.create_network_interface(SubnetId=account.subnet["SubnetId"], TagSpecifications=marks)
    honest, hidden = instances.observe, [2]

    def observe(*args, **kwargs):
        hidden[0] -= 1
        return [] if hidden[0] >= 0 else honest(*args, **kwargs)

    def busy(name, request):
        if name == refused and account.instances():
            refuse(name, code, message)(name, request)

    monkeypatch.setattr(instances, "observe", observe)
    account.before_send = busy
    result = cluster("absent")
    assert not result.get("failed") and result["left"] == [], result
    ids = {made["master"]["instance_id"], made["workers"][0]["instance_id"]}
    assert ids == {name.split()[1] for name in result["removed"] if name.startswith("instance ")}, result
    assert account.instances() == [] and groups(account) == [] and account.calls[refused] >= 2, account.calls
