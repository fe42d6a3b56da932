# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented policy, enforced: a cluster comes and goes by it, nothing else is touched, and each statement is needed."""

from __future__ import annotations

import json
import typing as t

import botocore.exceptions
import pytest

from tests.end_to_end.support import tags
from tests.faults.paper import BUCKET, Paper
from tests.least_rights import ACCOUNT, REGION, Operator

OTHER = "clusters/other/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/documents/master.json"
MARK = [{"Key": "ohmy:cluster", "Value": "demo"}, {"Key": "ohmy:schema", "Value": "1"}]
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
OWN_ROLE = f"ohmy-demo-{REGION}"
# Statements that a launch of a cluster in a bucket that is there needs; how far it comes without each.
BEFORE_ANYTHING_IS_MADE = (
    "Look",
    "FindImage",
    "MakeGroupAndKey",
    "MakeGroupIn",
    "LaunchMarked",
    "LaunchFrom",
    "MarkWhatIsMade",
    "RoleLook",
)
BEFORE_AN_INSTANCE_RUNS = ("HandleOwn", "RoleMake", "RoleHandle", "LaunchWith", "RolePass")


class Guarded(Paper):
    """The cloud on paper, its modules run by a user with the documented policy; clients and looks are the administrator's."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(paper.state, paper.home)
        config = paper.home / "operators-config"
        self.user = Operator(paper, config, bucket=BUCKET, clusters="demo", data="no-data")

    @property
    def env(self) -> dict[str, str]:
        """Return the environment with this user's keys."""
        return {**super().env, **self.user.env}


@pytest.fixture(name="operator")
def fixture_operator(paper: Paper) -> t.Iterator[Guarded]:
    """The user, gone afterwards."""
    operator = Guarded(paper)
    yield operator
    operator.user.end()


def test_a_cluster_comes_and_goes_by_the_documented_policy(operator):
    operator.well("present", check=True)
    operator.well("present")
    operator.whole()
    assert operator.well("present")["changed"] is False
    operator.well("absent")
    assert operator.things() == []
    other = operator.run("present", name="other")
    assert other.get("failed") and "iam:GetInstanceProfile on resource" in other["msg"], other
    assert operator.things() == []


@pytest.mark.long
@pytest.mark.parametrize("sid", BEFORE_ANYTHING_IS_MADE + BEFORE_AN_INSTANCE_RUNS)
def test_each_statement_is_needed_and_named_where_it_lacks(operator, sid):
    operator.user.allow(sid)
    checked, result = operator.run("present", check=True), operator.run("present")
    assert result.get("failed") and f"{sid} in docs/iam/controller.json" in result["hint"], result
    assert operator.standing() == {}
    if sid in BEFORE_ANYTHING_IS_MADE:
        assert checked.get("failed") and operator.things() == [], (checked, operator.things())
    operator.user.allow()
    operator.well("absent")
    assert operator.things() == []


def refusal(call: t.Callable[..., t.Any], **arguments: t.Any) -> str:
    """Return the code and the text of a refused call."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return f"{error['Code']} {error['Message']}"


@pytest.fixture(name="foreign")
def fixture_foreign(operator: Guarded) -> t.Iterator[dict[str, t.Any]]:
    """What is not the cluster's: an instance without tags, a role that EC2 may take, a bucket, another cluster's object."""
    operator.well("present")
    master = next(one for one in operator.instances("demo") if tags(one)["ohmy:group"] == "master")
    ec2, iam, s3 = (operator.client(service) for service in ("ec2", "iam", "s3"))
    plain = ec2.run_instances(ImageId=master["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1)["Instances"][
        0
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="foreign", AssumeRolePolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName="foreign")
    iam.add_role_to_instance_profile(InstanceProfileName="foreign", RoleName="foreign")
    s3.create_bucket(Bucket="somebody-elses")
    s3.put_object(Bucket="somebody-elses", Key="secret", Body=b"secret")
    s3.put_object(Bucket=BUCKET, Key=OTHER, Body=b"{}")
    yield {"master": master, "plain": plain}
    s3.delete_object(Bucket=BUCKET, Key=OTHER)
    s3.delete_object(Bucket="somebody-elses", Key="secret")
    s3.delete_bucket(Bucket="somebody-elses")
    iam.remove_role_from_instance_profile(InstanceProfileName="foreign", RoleName="foreign")
    iam.delete_instance_profile(InstanceProfileName="foreign")
    iam.delete_role(RoleName="foreign")
    ec2.terminate_instances(InstanceIds=[plain["InstanceId"]])


def test_nothing_else_is_touched(operator, foreign):
    """A refusal for each statement that has a condition or a name in it."""
    master, plain = foreign["master"], foreign["plain"]["InstanceId"]
    ec2, iam, s3 = (operator.user.client(service) for service in ("ec2", "iam", "s3"))
    admin = operator.client("ec2")
    for call in (ec2.terminate_instances, ec2.start_instances, ec2.stop_instances):
        assert "UnauthorizedOperation" in refusal(call, InstanceIds=[plain])
    # Another cluster's, and one that somebody tries to make one's own.
    admin.create_tags(Resources=[plain], Tags=[{"Key": "ohmy:cluster", "Value": "other"}, MARK[1]])
    assert f"instance/{plain} because" in refusal(ec2.terminate_instances, InstanceIds=[plain])
    assert "ec2:CreateTags" in refusal(ec2.create_tags, Resources=[plain], Tags=MARK)
    # A launch without tags, with another cluster's tags, with a stranger's group, with a foreign role.
    kinds = ("instance", "volume", "network-interface")
    marked = {"TagSpecifications": [{"ResourceType": kind, "Tags": MARK} for kind in kinds]}
    group = {"SecurityGroupIds": [one["GroupId"] for one in master["SecurityGroups"]]}
    launch = {"ImageId": master["ImageId"], "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1, "DryRun": True}
    whole = {**launch, **marked, **group, "KeyName": "ohmy-demo"}
    assert "DryRunOperation" in refusal(ec2.run_instances, **whole)
    assert "instance/*" in refusal(ec2.run_instances, **launch, **group)
    assert "security-group/" in refusal(ec2.run_instances, **launch, **marked)
    profile = refusal(ec2.run_instances, **whole, IamInstanceProfile={"Name": "foreign"})
    assert "UnauthorizedOperation" in profile and "iam:PassRole" in profile and "role/foreign" in profile, profile
    # Roles.
    assert "AccessDenied" in refusal(iam.put_role_policy, RoleName="foreign", PolicyName="x", PolicyDocument="{}")
    joined = {"InstanceProfileName": OWN_ROLE, "RoleName": "foreign"}
    assert "iam:PassRole" in refusal(iam.add_role_to_instance_profile, **joined)
    role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{OWN_ROLE}", "RoleSessionName": "evil"}
    assert "sts:AssumeRole" in refusal(operator.user.client("sts").assume_role, **role)
    assert "iam:CreateUser" in refusal(iam.create_user, UserName="evil")
    # Groups and keys of other names or without tags, others' rules, and others' buckets and objects.
    new = {"GroupName": "evil", "Description": "x", "VpcId": master["VpcId"]}
    assert "security-group/*" in refusal(ec2.create_security_group, **new)
    default = foreign["plain"]["SecurityGroups"][0]["GroupId"]
    world = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    opened = refusal(ec2.authorize_security_group_ingress, GroupId=default, IpPermissions=world)
    assert f"security-group/{default}" in opened, opened
    assert "key-pair/mine" in refusal(ec2.import_key_pair, KeyName="mine", PublicKeyMaterial=b"ssh-ed25519 AAAA")
    for where in ({"Bucket": "somebody-elses", "Key": "secret"}, {"Bucket": BUCKET, "Key": OTHER}):
        assert "AccessDenied" in refusal(s3.get_object, **where)
        assert "AccessDenied" in refusal(s3.put_object, **where, Body=b"evil")
    assert "AccessDenied" in refusal(s3.list_objects_v2, Bucket="somebody-elses")
