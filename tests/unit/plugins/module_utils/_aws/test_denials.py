# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in AWS's own words: what is missing, and what allows it."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import denials, errors, permissions
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from tests.iam_policies import by_sid, filled, listed

USER = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: "
SORRY = "You are not authorized to perform this operation."
ARN = "arn:aws:ec2:eu-central-1:123456789012:"
NO_POLICY = "because no identity-based policy allows the ec2:RunInstances action"
BLOB = "Encoded authorization failure message: " + "g4oZPBqZ4Bni8dE5dGjx_YTnOZ-" * 40
NEW = f"{SORRY} {USER}ec2:RunInstances on resource: {ARN}instance/* {NO_POLICY}. {BLOB}"
GROUP = f"{SORRY} {USER}ec2:RunInstances on resource: {ARN}security-group/sg-1 {NO_POLICY}. {BLOB}"
OLD = f"{SORRY} {BLOB}"
SCP = f"{SORRY} {USER}ec2:RunInstances on resource: {ARN}instance/* with an explicit deny in a service control policy. {BLOB}"
BOUNDARY = (
    f"{SORRY} {USER}ec2:RunInstances on resource: {ARN}security-group/sg-1 with an explicit deny in a permissions boundary: "
    f"arn:aws:iam::123456789012:policy/limit. {BLOB}"
)
PASS = (
    f"{SORRY} {USER}iam:PassRole on resource: arn:aws:iam::123456789012:role/ohmy-demo-eu-central-1 because no "
    f"identity-based policy allows the iam:PassRole action. {BLOB}"
)
ROLE = (
    f"{USER}iam:CreateRole on resource: arn:aws:iam::123456789012:role/ohmy-demo-eu-central-1 because no identity-based "
    "policy allows the iam:CreateRole action"
)
QUOTA = f"{USER}servicequotas:GetServiceQuota because no identity-based policy allows the servicequotas:GetServiceQuota action"


@pytest.fixture(scope="module", name="clients")
def fixture_clients():
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-central-1"}
    return {service: session.create_client(service, **keys) for service in ("ec2", "iam", "service-quotas")}


def refused(client, method, code, message):
    with Stubber(client) as stub:
        stub.add_client_error(method, code, message, http_status_code=403)
        with pytest.raises(errors.AwsError) as caught:
            errors.call("do it", getattr(client, method), **({"RoleName": "x"} if method == "get_role" else {}))
    return caught.value


@pytest.mark.parametrize(
    ("message", "action", "kind", "hint"),
    [
        (NEW, "ec2:RunInstances", "instance", "LaunchMarked in docs/iam/controller.json"),
        (GROUP, "ec2:RunInstances", "security-group", "LaunchWith in docs/iam/controller.json"),
        (OLD, "ec2:DescribeInstances", None, "Look in docs/iam/controller.json"),
        (SCP, "ec2:RunInstances", "instance", "A service control policy forbids ec2:RunInstances"),
        (BOUNDARY, "ec2:RunInstances", "security-group", "A permissions boundary forbids ec2:RunInstances"),
        (PASS, "iam:PassRole", "role", "RolePass in docs/iam/controller.json"),
    ],
)
def test_ec2_tells_what_is_missing(clients, message, action, kind, hint):
    error = refused(clients["ec2"], "describe_instances", "UnauthorizedOperation", message)
    assert (error.denial.action, error.denial.kind) == (action, kind)
    assert hint in error.hint and "cluster_profile" in error.hint and "Encoded" not in error.message, error
    assert error.message.count("..") == 0 and error.message.startswith(
        "Could not do it: UnauthorizedOperation: "
    ), error


def test_others_tell_too(clients):
    error = refused(clients["iam"], "get_role", "AccessDenied", ROLE)
    assert "RoleMake in docs" in error.hint
    assert "does not allow this call" in refused(clients["iam"], "get_role", "AccessDenied", "Access Denied").hint
    assert denials.hint(denials.read(QUOTA)).startswith(
        "The caller's IAM policy does not allow servicequotas:GetServiceQuota: Look"
    )
    assert denials.statement("ec2:AllocateAddress") is None and denials.statement("s3:GetObject") is None


def test_the_statements_are_those_of_the_documented_policy():
    for sid, statement in by_sid(filled("controller")).items():
        for action in listed(statement["Action"]):
            if action.startswith("s3:"):
                continue
            for resource in listed(statement["Resource"]):
                kind = denials.Denial(action, resource, None).kind
                found = denials.statement(action, kind)
                # One list of resources for two actions: a key pair is not made with a group's call.
                assert found == sid or kind not in denials.STATEMENTS[sid][1], (sid, action, resource, found)
    known = {action for actions, _kinds in denials.STATEMENTS.values() for action in actions}
    stated = {one for each in by_sid(filled("controller")).values() for one in listed(each["Action"])}
    assert known <= stated, known - stated


def launch(client, *answers, whole=True, groups=("master", "worker"), **params):
    given = {"InstanceType": "m6i.large", "ImageId": "ami-1", "SecurityGroupIds": ["sg-1"], "KeyName": "k", **params}
    with Stubber(client) as stub:
        for code, message, expected in answers:
            stub.add_client_error("run_instances", code, message, expected_params=expected)
        permissions.may_launch(client, [(group, 2, given) for group in groups], whole)
        stub.assert_no_pending_responses()


YES = ("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")


def test_each_group_is_asked_for_with_its_real_parameters(clients):
    real = {"ImageId": "ami-1", "InstanceType": "m6i.large", "SecurityGroupIds": ["sg-1"], "KeyName": "k"}
    asked = {**real, "MinCount": 2, "MaxCount": 2, "DryRun": True}
    launch(clients["ec2"], (*YES, asked), (*YES, asked))
    with pytest.raises(errors.AwsError, match="launch 2 worker instance"):
        launch(clients["ec2"], (*YES, asked), ("UnauthorizedOperation", GROUP, asked))


def test_what_is_not_made_yet_is_left_out_and_what_stands_in_for_it_proves_nothing(clients):
    less = {"ImageId": "ami-1", "InstanceType": "m6i.large", "MinCount": 2, "MaxCount": 2, "DryRun": True}
    for words in (GROUP, OLD):
        launch(clients["ec2"], ("UnauthorizedOperation", words, less), (*YES, less), whole=False)
    for words in (NEW, SCP, BOUNDARY, PASS):
        with pytest.raises(errors.AwsError, match="launch 2 master"):
            launch(clients["ec2"], ("UnauthorizedOperation", words, less), whole=False)
    card = {"DeviceIndex": 0, "Groups": ["sg-1"], "SubnetId": "subnet-1"}
    assert permissions.without_own({"NetworkInterfaces": [card], "IamInstanceProfile": {"Name": "x"}}) == {
        "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-1"}]
    }


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidGroup.NotFound", "The security group 'sg-1' does not exist"),
        ("InvalidParameterValue", "Value (ohmy-demo) for parameter iamInstanceProfile.name is invalid."),
    ],
)
def test_what_may_be_visible_late_is_the_launchs_to_wait_for(clients, code, message):
    launch(clients["ec2"], (code, message, ANY_CALL), groups=("master",))


def test_what_it_asks_for_may_be_refused_too_and_no_answer_is_taken_for_a_launch(clients):
    with pytest.raises(errors.AwsError, match="InvalidParameterCombination"):
        launch(clients["ec2"], ("InvalidParameterCombination", "x", ANY_CALL), groups=("master",))
    with Stubber(clients["ec2"]) as stub, pytest.raises(OhmyError, match="without doing it"):
        stub.add_response("run_instances", {"Instances": []})
        permissions.may_launch(clients["ec2"], [("master", 1, {"InstanceType": "m6i.large"})], True)


ANY_CALL = dict.fromkeys(
    ("ImageId", "InstanceType", "SecurityGroupIds", "KeyName", "MinCount", "MaxCount", "DryRun"), ANY
)
