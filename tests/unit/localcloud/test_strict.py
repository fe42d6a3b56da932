# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's rules that moto has not."""

from __future__ import annotations

import base64

import pytest

from localcloud import strict


class Look:
    """An account with one image, key, profile, subnet and group."""

    live = 0
    users: list[str] = []
    states = {"i-run": "running", "i-stop": "stopped", "i-gone": "terminated"}

    def image_exists(self, image_id):
        return image_id == "ami-1"

    def key_exists(self, name):
        return name == "key"

    def profile_exists(self, name, arn):
        return name == "node" or arn == "arn:node"

    def default_subnet(self, zone):
        return "subnet-1" if zone in (None, "us-east-1a") else None

    def default_group(self, subnet_id):
        return "sg-default"

    def subnet_reachable(self, subnet_id):
        return subnet_id != "subnet-far"

    room = 4091

    def subnet_room(self, subnet_id):
        return self.room

    def type_exists(self, name):
        return name in ("m1.small", "t3.small")

    def instance_state(self, instance_id):
        return self.states.get(instance_id)

    def instances_max(self):
        return strict.INSTANCES_MAX

    def live_instances(self):
        return self.live

    def group_users(self, group_id, name):
        return self.users


def run(look=None, region="us-east-1", **form):
    return strict.check(
        "RunInstances", {"ImageId": "ami-1", "MinCount": "1", "MaxCount": "1", **form}, look or Look(), region
    )


def refusal(call, *arguments, **keywords):
    with pytest.raises(strict.Ec2Error) as caught:
        call(*arguments, **keywords)
    return caught.value.code


def test_defaults_are_filled_in_as_aws_does():
    form = run()
    assert (form["SubnetId"], form["SecurityGroupId.1"]) == ("subnet-1", "sg-default")
    form = run(**{"NetworkInterface.1.DeviceIndex": "0"})
    assert form["NetworkInterface.1.SubnetId"] == "subnet-1"
    assert form["NetworkInterface.1.SecurityGroupId.1"] == "sg-default"
    assert "SubnetId" not in form
    form = run(**{"SecurityGroupId.1": "sg-1", "SubnetId": "subnet-2"})
    assert (form["SubnetId"], form["SecurityGroupId.1"]) == ("subnet-2", "sg-1")


def test_count_is_the_highest_there_is_room_for():
    assert run(MinCount="2", MaxCount="5")["MinCount"] == "5"
    look = Look()
    look.live = strict.INSTANCES_MAX - 3
    assert run(look, MinCount="2", MaxCount="5")["MinCount"] == "3"
    assert refusal(run, look, MinCount="4", MaxCount="5") == "InstanceLimitExceeded"
    assert refusal(run, MinCount="3", MaxCount="2") == "InvalidParameterValue"


def test_a_subnet_gives_the_addresses_it_has():
    look = Look()
    look.room = 2
    assert run(look, MinCount="1", MaxCount="5")["MinCount"] == "2"
    assert refusal(run, look, MinCount="3", MaxCount="5") == "InsufficientFreeAddressesInSubnet"
    look.room = None  # an unknown subnet is moto's to refuse
    assert run(look, MinCount="5", MaxCount="5")["MinCount"] == "5"


@pytest.mark.parametrize(
    "change, code",
    [
        ({"InstanceType": "m99.small"}, "InvalidParameterValue"),
        ({"ImageId": "ami-2"}, "InvalidAMIID.NotFound"),
        ({"KeyName": "other"}, "InvalidKeyPair.NotFound"),
        ({"IamInstanceProfile.Name": "other"}, "InvalidParameterValue"),
        ({"IamInstanceProfile.Arn": "arn:other"}, "InvalidParameterValue"),
        ({"NetworkInterface.1.AssociatePublicIpAddress": "true"}, "Unsupported"),
        ({"SubnetId": "subnet-far"}, "Unsupported"),
        ({"Placement.AvailabilityZone": "us-east-1f"}, "InvalidInput"),
        ({"UserData": base64.b64encode(b"x" * 16385).decode()}, "InvalidParameterValue"),
        ({"UserData": "x"}, "InvalidUserData.Malformed"),
        ({"region": "eu-west-1"}, "Unsupported"),
    ],
)
def test_what_is_refused(change, code):
    assert refusal(run, **change) == code


def test_what_is_accepted():
    good = {"KeyName": "key", "IamInstanceProfile.Name": "node", "UserData": base64.b64encode(b"x" * 16384).decode()}
    assert run(**good, **{"NetworkInterface.1.AssociatePublicIpAddress": "false"})["KeyName"] == "key"
    assert run(**{"IamInstanceProfile.Arn": "arn:node"})


def test_invalid_profile_is_named_as_aws_does():
    with pytest.raises(
        strict.Ec2Error, match=r"Value \(x\) for parameter iamInstanceProfile.name is invalid. Invalid IAM"
    ):
        run(**{"IamInstanceProfile.Name": "x"})


@pytest.mark.parametrize(
    "action, instance, legal",
    [
        ("StartInstances", "i-stop", True),
        ("StartInstances", "i-gone", False),
        ("StopInstances", "i-run", True),
        ("StopInstances", "i-gone", False),
        ("RebootInstances", "i-stop", False),
        ("TerminateInstances", "i-gone", True),
        ("StartInstances", "i-unknown", True),  # moto's to refuse
    ],
)
def test_states(action, instance, legal):
    form = {"InstanceId.1": "i-run", "InstanceId.2": instance}
    if legal:
        assert strict.check(action, form, Look(), "us-east-1") == form
    else:
        assert refusal(strict.check, action, form, Look(), "us-east-1") == "IncorrectInstanceState"


def test_group_in_use_and_public_addresses():
    look = Look()
    assert strict.check("DeleteSecurityGroup", {"GroupId": "sg-1"}, look, "us-east-1")
    look.users = ["i-1"]
    assert refusal(strict.check, "DeleteSecurityGroup", {"GroupId": "sg-1"}, look, "us-east-1") == "DependencyViolation"
    assert refusal(strict.check, "AllocateAddress", {}, look, "us-east-1") == "Unsupported"
    attribute = {"MapPublicIpOnLaunch.Value": "true"}
    assert refusal(strict.check, "ModifySubnetAttribute", attribute, look, "us-east-1") == "Unsupported"
    assert strict.check("DescribeInstances", {"a": "b"}, look, "eu-west-1") == {"a": "b"}


def test_a_key_is_of_a_type_that_ec2_has():
    def key(text):
        return {"KeyName": "x", "PublicKeyMaterial": base64.b64encode(text).decode()}

    for text in (b"ssh-ed25519 AAAA me\n", b"ssh-rsa AAAA"):
        assert strict.check("ImportKeyPair", key(text), Look(), "us-east-1") == key(text)
    for form in (key(b"ecdsa-sha2-nistp256 AAAA"), key(b""), {"PublicKeyMaterial": "x"}, {}):
        assert refusal(strict.check, "ImportKeyPair", form, Look(), "us-east-1") == "InvalidKey.Format"


def test_client_tokens():
    tokens = strict.Tokens()
    form = {"ClientToken": "t", "ImageId": "ami-1"}
    assert tokens.known(form) is None
    tokens.remember(form, ["i-1"])
    assert tokens.known(dict(reversed(form.items()))) == ["i-1"]
    assert tokens.known({"ImageId": "ami-1"}) is None
    assert refusal(tokens.known, {**form, "ImageId": "ami-2"}) == "IdempotentParameterMismatch"
    tokens.remember({"ImageId": "ami-1"}, ["i-2"])
    assert tokens.known({"ClientToken": "u", "ImageId": "ami-1"}) is None


def test_list_members_come_in_order():
    form = {"InstanceId.10": "c", "InstanceId.2": "b", "InstanceId.1": "a", "InstanceIdX.1": "x"}
    assert strict.members(form, "InstanceId") == ["a", "b", "c"]
