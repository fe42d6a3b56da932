# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be is refused by one sentence and a hint that names the variable, in a check too, before anything is made."""

from __future__ import annotations

import os

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import documents
from ansible_collections.ohmy.hadoop.plugins.module_utils._core import private_folders
from ansible_collections.ohmy.hadoop.plugins.modules import ec2_cluster

from .conftest import READS, REGION
from .test_ec2_cluster_failures import refuse

NO_IMAGE, NO_SUBNET = "ami-0fedcba9876543210", "subnet-0123456789abcdef0"


def assert_refused(account, result, text, hint):
    assert result.get("failed") and text in result["msg"], result
    assert hint in result["hint"] and result["msg"].count("\n") == 0, result
    assert not account.instances()
    assert [name for name in account.calls if not name.startswith(READS)] == []


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
@pytest.mark.parametrize(
    ("params", "text", "hint"),
    [
        ({"instance_type": "m6i.lrage"}, "no instance type m6i.lrage", "cluster_instance_type"),
        ({"master_instance_type": "m6i.lrage"}, "no instance type m6i.lrage", "cluster_master_instance_type"),
        ({"instance_type": "t3.nano"}, "has 0.5 GiB of memory", "cluster_instance_type"),
        ({"instance_type": "t3.small", "workers": 0}, "a master that works alone needs 4", "cluster_workers"),
        ({"instance_type": "m6g.large"}, "is for x86_64, instance type m6g.large for arm64", "cluster_image"),
        ({"image": NO_IMAGE}, NO_IMAGE, "cluster_image"),
        ({"image": "ssm:/no/such/parameter"}, "ssm:/no/such/parameter", "cluster_image"),
        ({"subnet_id": NO_SUBNET}, NO_SUBNET, "cluster_subnet_id"),
        ({"instance_profile": "nobody"}, "no instance profile nobody", "cluster_instance_profile"),
        ({"public_key": "/nonexistent.pub"}, "/nonexistent.pub", "cluster_public_key"),
        ({"bucket": "No_Bucket"}, "no name for a bucket", "job_bucket"),
        ({"ssh_user": "admin\n    ProxyCommand x"}, "no name of a user", "ubuntu"),
        ({"name": "ohmy"}, "cannot be called ohmy", "cluster_name"),
        ({"workers": -1}, "workers", ""),
        ({"ttl": "soon"}, "ttl: 'soon' is no time to live", "or 0 for never"),
        ({"ttl": "9m"}, "ttl: '9m' is no time to live", "at least 10m"),
        ({"ttl": "25h"}, "ttl_max", "ttl_max"),
        ({"tags": {"ohmy:cluster": "x"}}, "reserved", ""),
        ({"tags": {"Owner": "Jane (ops)"}}, "'Jane (ops)' holds what IAM takes in no tag", "cluster_instance_profile"),
        ({"tags": {"owner": "a", "Owner": "b"}}, "two keys differ in case alone", ""),
        ({"read_uris": ["/tmp/x"]}, "read_uris", "s3://"),
        ({"root_volume": {"size": 1}}, "root_volume", ""),
        (
            {"root_volume": {"size": 200, "type": "st1"}},
            "root_volume: no instance boots from a volume of type st1",
            "gp3",
        ),
        ({"volumes": [{"type": "st1"}]}, "volumes: a size of 50 GiB of type st1 is not possible", "Give 125 to"),
        ({"volumes": [{"type": "io2"}]}, "volumes: io2 needs a number of operations", "gp3"),
        ({"profile": "nobody"}, "nobody", "cluster_profile"),
    ],
)
def test_impossible_wishes_are_refused_before_anything_is_made(account, cluster, params, text, hint, check):
    assert_refused(account, cluster(check=check, **params), text, hint)


def test_what_iam_takes_in_no_tag_is_no_matter_with_a_profile_of_ones_own(account, cluster):
    tags = {"Owner": "Jane (ops)", "owner": "Zoë, Łódź: a/b=c+d@e-f"}
    account.iam.create_role(RoleName="mine", AssumeRolePolicyDocument="{}")
    account.iam.create_instance_profile(InstanceProfileName="mine")
    account.iam.add_role_to_instance_profile(InstanceProfileName="mine", RoleName="mine")
    assert not cluster(check=True, instance_profile="mine", tags=tags).get("failed")
    assert not cluster(check=True, tags={"Owner": "Zoë Łódź: a/b=c+d@e-f"}).get("failed")


@pytest.mark.parametrize(
    ("params", "text"), [({"bucket": "no-such-bucket"}, "does not exist"), ({"document": {}}, "doc")]
)
def test_what_a_check_can_do_without_a_launch_cannot(account, cluster, params, text):
    assert_refused(account, cluster(**params), text, "s3_upload")
    assert not cluster(check=True, **params).get("failed")


@pytest.mark.parametrize(
    ("call", "code", "hint"),
    [
        ("GetCallerIdentity", "SignatureDoesNotMatch", "cluster_profile"),
        ("GetCallerIdentity", "InvalidClientTokenId", "cluster_profile"),
        ("GetCallerIdentity", "InvalidClientTokenId", "whether the region is enabled"),
        ("GetCallerIdentity", "ExpiredToken", "sign in again"),
        ("HeadBucket", "403", "job_bucket"),
        ("DescribeInstances", "UnauthorizedOperation", "cluster_profile"),
        ("GetParameter", "AccessDeniedException", "cluster_profile"),
    ],
)
def test_refusals_of_aws_have_a_hint(account, cluster, call, code, hint):
    account.before_send = refuse(call, code)
    result = cluster(check=True, image="ssm:/x" if call == "GetParameter" else account.image)
    assert_refused(account, result, "", hint)
    assert result["aws_code"] == code, result


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("PendingVerification", "Your request for accessing resources in this region is being validated", "its mails"),
        (
            "InvalidParameterCombination",
            "The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types, run …",
            "m7i-flex.large (cluster_instance_type)",
        ),
    ],
)
def test_what_a_new_account_may_not_do_yet_has_a_hint(account, cluster, code, message, hint):
    account.before_send = refuse("RunInstances", code, message)
    result = cluster()
    assert result["aws_code"] == code and hint in result["hint"] and not account.instances(), result


def test_region_that_there_is_not_is_told_soon(account, cluster):
    def nowhere(_name, request):
        raise EndpointConnectionError(endpoint_url=request.url)

    account.before_send = nowhere
    assert_refused(account, cluster(check=True), "EndpointConnectionError", "cluster_region")
    assert account.calls["GetCallerIdentity"] == 3, account.calls


def elsewhere(name, _request):
    if name == "HeadBucket":
        answer = {"HTTPStatusCode": 301, "HTTPHeaders": {"x-amz-bucket-region": "us-west-2"}}
        error = {"Code": "301", "Message": "Moved Permanently"}
        raise ClientError({"Error": error, "ResponseMetadata": answer}, name)


def test_bucket_in_another_region_is_refused_by_both_names(account, cluster):
    account.before_send = elsewhere
    assert_refused(account, cluster(check=True), f"is in us-west-2, not in {REGION}", "job_bucket")


def only_the_owners(name, request):
    """Refuse as S3 does what expects another owner than the bucket has; a made-up account does not look."""
    if name == "HeadBucket" and request.headers.get("x-amz-expected-bucket-owner") not in (None, b"123456789012"):
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, name)


def test_default_bucket_of_another_account_is_refused(account, cluster):
    """A name that anybody can guess may have been taken by somebody who wants to read along."""
    account.before_send = only_the_owners
    for number, refused in (("210987654321", True), ("123456789012", False)):
        name = f"ohmy-hadoop-{number}-{REGION}"
        account.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        result = cluster(check=True, bucket=name)
        assert bool(result.get("failed")) is refused, result
        if refused:
            assert_refused(account, result, "somebody else's", "job_bucket")


def test_bucket_that_takes_no_objects_is_refused_before_an_instance_is_launched(account, cluster):
    account.before_send = refuse("PutObject", "AccessDenied")
    result = cluster()
    assert result.get("failed") and "job_bucket" in result["hint"], result
    assert not account.calls["RunInstances"] and not account.instances()


def test_checks_are_a_constant_number_of_calls(account, cluster):
    cluster(check=True, workers=2)
    few = dict(account.calls)
    cluster(check=True, workers=3000)
    assert dict(account.calls) == few, few
    groups = few.pop("DryRunRunInstances")
    assert groups == 2 and max(few.values()) == 1, few


def test_subnet_without_a_way_to_s3_is_refused(account, cluster):
    vpc = account.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = account.ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    result = cluster(subnet_id=subnet)
    assert result.get("failed") and "no way to S3" in result["msg"], result
    table = account.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
    account.ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.eu-central-1.s3", RouteTableIds=[table["RouteTableId"]]
    )
    assert not cluster(subnet_id=subnet, workers=0).get("failed")


def test_a_key_that_nobody_can_use_is_refused_before_anything_is_made(account, cluster, monkeypatch):
    monkeypatch.delenv("SSH_AUTH_SOCK")
    result = cluster()
    assert result["failed"] and "wants a passphrase, and no agent runs" in result["msg"] and result["hint"], result
    assert account.instances() == []


def test_a_state_folder_that_cannot_be_written_is_refused_before_anything_is_made(account, cluster):
    (account.home / "state").write_text("in the way")
    result = cluster()
    assert result["failed"] and f"{account.home}/state cannot be written" in result["msg"], result
    assert account.instances() == []


@pytest.mark.parametrize("state", ["present", "started"])
def test_sockets_that_cannot_be_kept_are_refused_before_anything_is_made(account, cluster, monkeypatch, state):
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(account.home / "run")))
    (account.home / f"run/ohmy-{os.getuid()}").write_text("in the way")
    result = cluster(state=state)
    assert result["failed"] and "SSH's sockets cannot be kept" in result["msg"], result
    assert "XDG_RUNTIME_DIR" in result["hint"] and account.instances() == [], result


def test_the_module_takes_every_part_of_a_document_that_the_role_gives():
    options = ec2_cluster.SPEC["document"]["options"]
    assert set(documents.OPTIONAL) <= set(options)
