# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS refuses as it was done already, and what stands in the way of a cluster."""

from __future__ import annotations

import types
from dataclasses import replace

import botocore.session
import pytest
from botocore.stub import Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import (
    apply,
    buckets,
    errors,
    groups,
    iam,
    instances,
    key_pair,
    network,
    observe,
    plan,
    security_group,
    standing,
    tags,
    view,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

OWN = {tags.CLUSTER: "demo", tags.INCARNATION: "7f8f7d1e", tags.SCHEMA: "1"}


def client_of(service):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return botocore.session.get_session().create_client(service, region_name="eu-central-1", **keys)


@pytest.fixture(name="ec2")
def fixture_ec2():
    found = client_of("ec2")
    with Stubber(found) as stub:
        found.stub = stub
        yield found


def group(incarnation, vpc="vpc-1"):
    marks = [{"Key": key, "Value": value} for key, value in {**OWN, tags.INCARNATION: incarnation}.items()]
    return {"GroupId": "sg-1", "GroupName": "ohmy-demo", "VpcId": vpc, "Tags": marks}


def test_a_group_whose_making_was_answered_into_the_void_is_ours(ec2):
    ec2.stub.add_client_error("create_security_group", "InvalidGroup.Duplicate")
    ec2.stub.add_response("describe_security_groups", {"SecurityGroups": [group("7f8f7d1e")]})
    assert security_group.create(ec2, "demo", "vpc-1", OWN) == "sg-1"


@pytest.mark.parametrize(("incarnation", "vpc"), [("another", "vpc-1"), ("7f8f7d1e", "vpc-2")])
def test_a_group_that_another_run_made_is_not_ours(ec2, incarnation, vpc):
    ec2.stub.add_client_error("create_security_group", "InvalidGroup.Duplicate")
    ec2.stub.add_response("describe_security_groups", {"SecurityGroups": [group(incarnation, vpc)]})
    with pytest.raises(OhmyError, match="Security group ohmy-demo has just been made by somebody else"):
        security_group.create(ec2, "demo", "vpc-1", OWN)


@pytest.mark.parametrize(
    ("work", "operation", "harmless"),
    [
        (
            lambda ec2: security_group.allow(ec2, "sg-1", True, "192.0.2.7/32"),
            "authorize_security_group_ingress",
            "InvalidPermission.Duplicate",
        ),
        (
            lambda ec2: security_group.forbid(ec2, "sg-1", ["192.0.2.7/32", "2001:db8::/64"]),
            "revoke_security_group_ingress",
            "InvalidPermission.NotFound",
        ),
        (lambda ec2: security_group.delete(ec2, "sg-1"), "delete_security_group", "InvalidGroup.NotFound"),
    ],
)
def test_what_was_done_already_is_no_error_and_anything_else_is(ec2, work, operation, harmless):
    ec2.stub.add_client_error(operation, harmless)
    work(ec2)
    ec2.stub.add_client_error(operation, "UnauthorizedOperation")
    with pytest.raises(errors.AwsError, match="UnauthorizedOperation"):
        work(ec2)


def test_an_error_that_says_nothing_of_a_group_that_is_there_is_told(ec2):
    ec2.stub.add_client_error("create_security_group", "VpcIdNotSpecified")
    with pytest.raises(errors.AwsError, match="VpcIdNotSpecified"):
        security_group.create(ec2, "demo", "vpc-1", OWN)


def test_rules_are_asked_for_that_are_missing_and_no_others():
    assert security_group.rules("sg-1", False, None) == []
    (inside,) = security_group.rules("sg-1", True, None)
    assert inside["IpProtocol"] == "-1" and inside["UserIdGroupPairs"][0]["GroupId"] == "sg-1"
    (ssh,) = security_group.rules("sg-1", False, "2001:db8::7/128")
    assert ssh["Ipv6Ranges"][0]["CidrIpv6"] == "2001:db8::7/128" and "IpRanges" not in ssh


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("BucketAlreadyExists", "exists already and is not this account's"),
        ("AccessDenied", "Could not create bucket"),
    ],
)
def test_a_bucket_that_cannot_be_had_is_told(code, words):
    s3 = client_of("s3")
    with Stubber(s3) as stub, pytest.raises(OhmyError, match=words):
        stub.add_client_error("create_bucket", code)
        buckets.create(s3, "demo-bucket", "eu-central-1")


@pytest.mark.parametrize("made", [True, False])
def test_a_bucket_that_cannot_be_closed_goes_again_where_it_was_made_here(made):
    s3 = client_of("s3")
    with Stubber(s3) as stub:
        if made:
            stub.add_response("create_bucket", {})
        else:
            stub.add_client_error("create_bucket", "BucketAlreadyOwnedByYou")
        stub.add_client_error("put_public_access_block", "AccessDenied")
        if made:
            stub.add_response("delete_bucket", {}, {"Bucket": "demo-bucket"})
        with pytest.raises(errors.AwsError, match="block public access"):
            buckets.create(s3, "demo-bucket", "us-east-1")
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("error", "words"), [("NoSuchEntity", "There is no instance profile mine"), ("Throttling", "Throttling")]
)
def test_a_given_profile_that_is_not_there_is_told(error, words):
    found = client_of("iam")
    with Stubber(found) as stub, pytest.raises(OhmyError, match=words):
        stub.add_client_error("get_instance_profile", error)
        iam.require_given(found, "arn:aws:iam::123456789012:instance-profile/mine")


def test_a_given_profile_counts_where_nobody_may_look_and_not_where_it_holds_no_role():
    found = client_of("iam")
    empty = {
        "Path": "/",
        "InstanceProfileName": "mine",
        "InstanceProfileId": "AIPA0123456789012345",
        "Arn": "arn:aws:iam::123456789012:instance-profile/mine",
        "CreateDate": "2026-01-01T00:00:00Z",
        "Roles": [],
    }
    with Stubber(found) as stub:
        stub.add_client_error("get_instance_profile", "AccessDenied")
        iam.require_given(found, "mine")
        stub.add_response("get_instance_profile", {"InstanceProfile": empty})
        with pytest.raises(OhmyError, match="Instance profile mine holds no role"):
            iam.require_given(found, "mine")


def instance(number, name="worker", **more):
    usual = {"instance_type": "m6i.large", "image_id": "ami-1", "subnet_id": "subnet-1", "tags": {tags.ROLE: "worker"}}
    return instances.Instance(f"i-{number}", "running", name, **{**usual, **more})


def wish(**more):
    master = groups.Group("master", "master", 1, ("m6i.large",), "ami-1")
    workers = groups.Group("worker", "worker", 2, ("m6i.large",), "ami-1")
    usual = {"name": "demo", "groups": (master, workers), "leaving": (), "at_least": False}
    return types.SimpleNamespace(**{**usual, **more})


MASTER = instance(0, "master")


def test_what_is_missing_of_each_group_is_counted():
    assert standing.missing(wish(), []) == {"master": 1, "worker": 2}
    assert standing.missing(wish(), [MASTER, instance(1)]) == {"master": 0, "worker": 1}
    assert standing.missing(wish(leaving=("i-1",)), [MASTER, instance(1), instance(2)]) == {"master": 0, "worker": 1}
    many = [MASTER, *map(instance, range(1, 5))]
    assert standing.missing(wish(at_least=True), many) == {"master": 0, "worker": 0}


@pytest.mark.parametrize(
    ("known", "more", "words"),
    [
        ([MASTER, instance(9, "master")], {}, "has 2 masters: i-0, i-9"),
        ([instance(1)], {}, "has 1 workers but its master is gone, and HDFS with it"),
        ([MASTER], {"leaving": ("i-0",)}, "leaving: i-0 is the master of demo"),
        ([MASTER, instance(1, "spare")], {}, "has nodes of group spare, which is not wanted"),
        ([MASTER, *map(instance, range(1, 4))], {}, "has 3 workers, 2 are wanted"),
        ([MASTER, instance(1, instance_type="m5.large")], {}, "Worker i-1 is m5.large, m6i.large is wanted"),
        ([MASTER, instance(1, market="spot")], {}, "Worker i-1 is spot, on-demand is wanted"),
        ([MASTER, instance(1, tags={tags.ROLE: "compute"})], {}, "Worker i-1 is of role compute, not worker"),
        ([MASTER, instance(1, image_id="ami-2")], {}, "Worker i-1 runs ami-2, ami-1 is wanted"),
    ],
)
def test_what_stands_otherwise_than_it_is_wanted_is_refused(known, more, words):
    with pytest.raises(OhmyError, match=words):
        standing.missing(wish(**more), known)


PAIR = key_pair.KeyPair("ohmy-demo", "ssh-ed25519 AAAA", "demo")
ROLE = types.SimpleNamespace(name="ohmy-demo", ours=True)
GROUP = types.SimpleNamespace(name="ohmy-demo", incarnation="7f8f7d1e")


@pytest.mark.parametrize(
    ("have", "words"),
    [
        ({"pair": replace(PAIR, owner="")}, "Key pair ohmy-demo is not of this collection"),
        ({"role": types.SimpleNamespace(name="ohmy-demo", ours=False)}, "Role or instance profile ohmy-demo is not"),
        ({"group": types.SimpleNamespace(name="ohmy-demo", incarnation="")}, "has lost its tag ohmy:incarnation"),
    ],
)
def test_what_is_not_ours_is_refused(have, words):
    found = types.SimpleNamespace(**{"given": None, "pair": PAIR, "role": ROLE, "group": GROUP})
    plan._refuse_strangers(wish(), found)
    with pytest.raises(OhmyError, match=words):
        plan._refuse_strangers(wish(), types.SimpleNamespace(**{**vars(found), **have}))


def test_a_user_s_own_pair_may_be_anybody_s():
    own = types.SimpleNamespace(given=PAIR, pair=replace(PAIR, owner=""), role=None, group=None)
    plan._refuse_strangers(wish(), own)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bucket_exists": False}, "Bucket demo-bucket does not exist"),
        ({"hadoop": None}, "document: hadoop with url and sha512 is missing"),
        ({"bundle": None}, "bundle is missing"),
    ],
)
def test_what_a_launch_needs_and_a_check_does_not(change, words):
    def ready(bucket_exists=True, hadoop="x", bundle="x"):
        want = types.SimpleNamespace(bucket="demo-bucket", document={"hadoop": hadoop}, bundle=bundle)
        apply.require_ready(want, types.SimpleNamespace(bucket_exists=bucket_exists, instances=[], documents={}))

    ready()
    with pytest.raises(OhmyError, match=words):
        ready(**change)


@pytest.mark.parametrize(
    ("ours", "strangers", "words"),
    [
        ([], {"vpc-1"}, "Security group ohmy-demo in vpc-1 is not of this collection"),
        ([types.SimpleNamespace(vpc_id="vpc-2")], set(), "Cluster demo has things in vpc-2, vpc-1 is wanted"),
    ],
)
def test_a_group_in_the_way_is_refused(ours, strangers, words):
    subnet = types.SimpleNamespace(vpc_id="vpc-1")
    with pytest.raises(OhmyError, match=words):
        observe._group(wish(), subnet, ours, strangers)
    here = types.SimpleNamespace(vpc_id="vpc-1")
    assert observe._group(wish(), subnet, [here], set()) is here
    assert observe._group(wish(), subnet, [], set()) is None


@pytest.mark.parametrize(
    ("first", "rest", "wanted", "state"),
    [
        ([], [], 2, "absent"),
        (["running"], ["running", "running"], 2, "running"),
        (["running"], ["running"], 2, "partial"),
        (["running"], ["running"], None, "running"),
        (["running"], ["pending"], 1, "partial"),
        (["stopped"], ["stopping"], 1, "stopped"),
        (["running"], ["stopped"], 1, "partial"),
        (["running", "running"], [], None, "partial"),
        ([], ["running"], None, "partial"),
    ],
)
def test_the_state_of_a_cluster_in_a_word(first, rest, wanted, state):
    def of(name, states):
        return [replace(instance(number, name), state=one) for number, one in enumerate(states)]

    assert view.state(of("master", first), of("worker", rest), wanted) == state


def test_a_region_without_a_default_vpc_needs_a_subnet(ec2):
    ec2.stub.add_response("describe_subnets", {"Subnets": []})
    with pytest.raises(OhmyError, match="no default VPC with a subnet in this region"):
        network.find(ec2, None, None, None)
