# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources a request names, with which tags, and what policies with conditions say to it."""

from __future__ import annotations

import json
import types

import pytest

from localcloud import auth, authorize
from localcloud.resources import ec2_arn, kind_of, plain

DEMO = {"ohmy:cluster": "demo", "ohmy:schema": "1"}
ROLE = "arn:aws:iam::123456789012:role/ohmy-demo-us-east-1"
USER = "arn:aws:iam::123456789012:user/operator"


class Things:
    """A cluster of ours, another one's instance, and one without tags."""

    ec2 = {
        ("instance", "i-ours"): DEMO,
        ("instance", "i-theirs"): {**DEMO, "ohmy:cluster": "other"},
        ("instance", "i-plain"): {},
        ("security-group", "sg-ours"): DEMO,
        ("security-group", "sg-plain"): {},
        ("key-pair", "ohmy-demo"): DEMO,
        ("image", "ami-1"): {},
        ("subnet", "subnet-1"): {},
        ("vpc", "vpc-1"): {},
    }
    principal = {"AWS": "arn:aws:iam::123456789012:root"}

    def ec2_tags(self, kind, identifier):
        return self.ec2.get((kind, identifier))

    def key_name(self, identifier):
        return identifier

    def group_id(self, name):
        return "sg-plain" if name == "default" else None

    def role(self, name):
        return (ROLE, DEMO) if name == "ohmy-demo-us-east-1" else None

    def role_in(self, name, arn):
        return {"ohmy": ROLE, "foreign": ROLE.replace("ohmy-demo", "admin")}.get(name)

    def profile(self, name, arn=None):
        return None

    def trust(self, arn):
        return json.dumps({"Statement": {"Effect": "Allow", "Principal": self.principal, "Action": "sts:AssumeRole"}})


class Look:
    """What completes a launch."""

    def default_subnet(self, zone):
        return "subnet-1"

    def default_group(self, subnet_id):
        return "sg-plain"

    def subnet_reachable(self, subnet_id):
        return True


def tagged(kind, number=1, cluster="demo"):
    at = f"TagSpecification.{number}"
    form = {f"{at}.ResourceType": kind, f"{at}.Tag.1.Key": "ohmy:cluster", f"{at}.Tag.1.Value": cluster}
    return {**form, f"{at}.Tag.2.Key": "ohmy:schema", f"{at}.Tag.2.Value": "1"}


LAUNCH = {
    "ImageId": "ami-1",
    "KeyName": "ohmy-demo",
    "SubnetId": "subnet-1",
    "SecurityGroupId.1": "sg-ours",
    "IamInstanceProfile.Name": "ohmy",
    **tagged("instance", 1),
    **tagged("volume", 2),
    **tagged("network-interface", 3),
}

SPOT = {"InstanceMarketOptions.MarketType": "spot"}


@pytest.fixture(scope="module", name="controller")
def fixture_controller():
    """Return the documented policy, filled in for clusters called demo."""
    with open("docs/iam/controller.json", encoding="utf-8") as stream:
        text = stream.read()
    for word, value in {"REGION": "us-east-1", "ACCOUNT": "123456789012", "CLUSTERS": "demo"}.items():
        text = text.replace(word, value)
    return json.loads(text)


def denied(document, service, action, form=None, body=b"", things=None, administrator=False):
    """Return what was refused: the action and the resource; None where all was allowed."""
    caller = types.SimpleNamespace(name=USER, names={USER}, policies=(document,), administrator=administrator)
    try:
        authorize.require(caller, service, action, form or {}, body, things or Things(), Look())
    except auth.AuthError as error:
        words = error.message.split("perform: ")[1].split()
        return words[0], words[3].rstrip(".")
    return None


@pytest.mark.parametrize(
    ("service", "action", "form"),
    [
        ("ec2", "DescribeInstances", {}),
        ("ec2", "TerminateInstances", {"InstanceId.1": "i-ours"}),
        ("ec2", "TerminateInstances", {"InstanceId.1": "i-gone"}),  # moto's to refuse
        ("ec2", "RunInstances", LAUNCH),
        ("ec2", "RunInstances", {**LAUNCH, **SPOT, **tagged("spot-instances-request", 4)}),
        ("ec2", "DeleteSecurityGroup", {"GroupId": "sg-ours"}),
        ("ec2", "CreateSecurityGroup", {"VpcId": "vpc-1", **tagged("security-group")}),
        ("ec2", "ImportKeyPair", {"KeyName": "ohmy-demo", **tagged("key-pair")}),
        ("iam", "PutRolePolicy", {"RoleName": "ohmy-demo-us-east-1"}),
        ("sts", "GetCallerIdentity", {}),
        ("servicequotas", "GetServiceQuota", {}),
    ],
)
def test_what_the_documented_policy_allows(controller, service, action, form):
    assert denied(controller, service, action, form) is None


@pytest.mark.parametrize(
    ("service", "action", "form", "what"),
    [
        ("ec2", "TerminateInstances", {"InstanceId.1": "i-ours", "InstanceId.2": "i-plain"}, "instance/i-plain"),
        ("ec2", "TerminateInstances", {"InstanceId.1": "i-theirs"}, "instance/i-theirs"),
        ("ec2", "DeleteSecurityGroup", {"GroupId": "sg-plain"}, "security-group/sg-plain"),
        ("ec2", "DescribeVpcs", {}, "*"),
        ("ec2", "AllocateAddress", {}, "*"),
        ("ec2", "CreateSecurityGroup", {"VpcId": "vpc-1"}, "security-group/*"),
        ("ec2", "ImportKeyPair", {"KeyName": "ohmy-other", **tagged("key-pair")}, "key-pair/ohmy-other"),
        (
            "ec2",
            "CreateTags",
            {"ResourceId.1": "i-plain", "Tag.1.Key": "ohmy:cluster", "Tag.1.Value": "demo"},
            "i-plain",
        ),
        ("ec2", "RunInstances", {**LAUNCH, "SecurityGroupId.1": "sg-plain"}, "security-group/sg-plain"),
        ("ec2", "RunInstances", {**LAUNCH, **tagged("volume", 2, "other")}, "volume/*"),
        ("ec2", "RunInstances", {"ImageId": "ami-1"}, "instance/*"),
        ("ec2", "RunInstances", {**LAUNCH, **SPOT}, "spot-instances-request/*"),
        ("ec2", "RunInstances", {**LAUNCH, "IamInstanceProfile.Name": "foreign"}, "role/admin-us-east-1"),
        ("iam", "PutRolePolicy", {"RoleName": "admin"}, "role/admin"),
        ("iam", "CreateRole", {"RoleName": "ohmy-demo-us-east-1"}, "role/ohmy-demo-us-east-1"),
        ("iam", "CreateUser", {"UserName": "me"}, "user/me"),
    ],
)
def test_what_it_refuses(controller, service, action, form, what):
    if action == "CreateRole":
        form = {**form, "Tags.member.1.Key": "ohmy:cluster", "Tags.member.1.Value": "other"}
    found = denied(controller, service, action, form)
    assert found is not None and found[1].endswith(what), found


def test_a_role_that_is_handed_on_is_told_as_such(controller):
    foreign = {**LAUNCH, "IamInstanceProfile.Name": "foreign"}
    assert denied(controller, "ec2", "RunInstances", foreign)[0] == "iam:PassRole"
    mine = {"RoleName": "ohmy-demo-us-east-1", "InstanceProfileName": "ohmy-demo-us-east-1"}
    actions = [(one.action, one.resource) for one in authorize.iam("AddRoleToInstanceProfile", mine, Things())]
    assert actions[1:] == [("iam:PassRole", ROLE)]


def test_parameters_of_aws_and_ones_own(controller):
    own, theirs = (json.dumps({"Name": name}).encode() for name in ("/mine/image", "/aws/service/debian/x"))
    assert denied(controller, "ssm", "GetParameter", body=theirs) is None
    assert denied(controller, "ssm", "GetParameter", body=own)[1].endswith("123456789012:parameter/mine/image")


def test_what_a_launch_does_to_what():
    found = [(one.action, one.resource.rpartition(":")[2]) for one in authorize.ec2("RunInstances", LAUNCH, Things())]
    made = ("instance/*", "volume/*", "network-interface/*")
    assert [one for one in found if one[0] == "ec2:CreateTags"] == [("ec2:CreateTags", kind) for kind in made]
    used = {"image/ami-1", "key-pair/ohmy-demo", "subnet/subnet-1", "security-group/sg-ours"}
    assert {what for action, what in found if action == "ec2:RunInstances"} == used | set(made)
    assert found[-1] == ("iam:PassRole", "role/ohmy-demo-us-east-1")


@pytest.mark.parametrize(
    ("principal", "administrator", "expected"),
    [
        ({"AWS": USER}, False, True),
        ({"AWS": "arn:aws:iam::123456789012:root"}, False, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, True, True),
        ({"Service": "ec2.amazonaws.com"}, True, False),
        ({"AWS": USER + "2"}, True, False),
    ],
)
def test_who_may_take_a_role(controller, principal, administrator, expected):
    things = Things()
    things.principal = principal
    found = denied(controller, "sts", "AssumeRole", {"RoleArn": ROLE}, things=things, administrator=administrator)
    assert (found is None) is expected


def test_names_and_tags():
    assert ec2_arn("image", "ami-1") == "arn:aws:ec2:us-east-1::image/ami-1"
    assert kind_of("eni-1") == "network-interface" and kind_of("rtb-1") is None
    assert plain({"a": {"Key": "a", "Value": "1"}}) == plain([{"Key": "a", "Value": "1"}]) == plain({"a": "1"})
