# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that name a cluster alone: what they do not say is as it was launched."""

from __future__ import annotations

import json
import time

import pytest

from .conftest import BUCKET, assert_reads_only
from .test_ec2_cluster_sleep import lease_of, outrun_lease

pytestmark = pytest.mark.usefixtures("impatient")

WISH = {
    "instance_type": ["m5.large", "m5.xlarge"],
    "root_volume": {"size": 20, "type": "gp2"},
    "volumes": [{"size": 125, "type": "st1"}, {"size": 30}],
    "tags": {"team": "search: naïve"},
    "public_ip": "never",
    "ttl": "5d",
    "ttl_max": "9d",
}
SPOT = {"name": "spot", "workers": 1, "spot": "prefer", "instance_type": ["m6a.large"], "volumes": []}


@pytest.fixture(name="private")
def fixture_private(account):
    """Give the VPC's subnets a way to S3 that needs no public address; return the subnet."""
    table = account.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [account.subnet["VpcId"]]}])[
        "RouteTables"
    ][0]["RouteTableId"]
    account.ec2.create_vpc_endpoint(
        VpcId=account.subnet["VpcId"],
        ServiceName="com.amazonaws.eu-central-1.s3",
        RouteTableIds=[table],
    )
    return account.subnet["SubnetId"]


@pytest.fixture(name="by_name")
def fixture_by_name(account, cluster):
    """Run ``ec2_cluster`` as a play does that knows a cluster's name, and how many workers it is to have."""
    key = str(account.home / "id.pub")

    def run(state="present", check=False, **more):
        more = {"document": None, "image": None, "at_least": True, **more} if state == "present" else more
        return cluster(state, check, public_key=key, **more)

    return run


def group(account, name="mine"):
    """Make a security group of the user's own."""
    return account.ec2.create_security_group(GroupName=name, Description=name, VpcId=account.subnet["VpcId"])["GroupId"]


def made(account, instance_id):
    """Return an instance as EC2 tells of it, with its disks."""
    (one,) = [one for one in account.instances() if one["InstanceId"] == instance_id]
    disks = [mapping["Ebs"]["VolumeId"] for mapping in one["BlockDeviceMappings"]]
    found = account.ec2.describe_volumes(VolumeIds=disks)["Volumes"]
    tags = {tag["Key"]: tag["Value"] for tag in one["Tags"] if tag["Key"] not in ("Name", "ohmy:group")}
    return {
        "type": one["InstanceType"],
        "image": one["ImageId"],
        "disks": sorted((disk["Size"], disk["VolumeType"]) for disk in found),
        "groups": sorted(each["GroupId"] for each in one["SecurityGroups"] or one["NetworkInterfaces"][0]["Groups"]),
        "profile": one["IamInstanceProfile"]["Arn"],
        "public": bool(one.get("PublicIpAddress")),
        "tags": tags,
    }


def came(before, after):
    """Return the id of the one worker that came between two results."""
    old, new = ({one["instance_id"] for one in result["cluster"]["workers"]} for result in (before, after))
    (found,) = new - old
    return found


def launch_file(account):
    """Return the key of what was kept of the only launch."""
    (key,) = [one for one in account.objects("clusters/") if one.endswith("/launch.json")]
    return key


def forget(account):
    """Make the cluster one of a version that kept nothing."""
    account.s3.delete_object(Bucket=BUCKET, Key=launch_file(account))


def own_profile(account):
    """Make a role and a profile of the user's own; return its name."""
    account.iam.create_role(RoleName="mine", AssumeRolePolicyDocument="{}")
    account.iam.create_instance_profile(InstanceProfileName="mine")
    account.iam.add_role_to_instance_profile(InstanceProfileName="mine", RoleName="mine")
    return "mine"


def test_workers_that_come_by_name_are_as_those_of_the_launch(account, cluster, by_name, private):
    first = cluster(workers=1, subnet_id=private, security_group_ids=[group(account)], **WISH)
    assert not first.get("failed"), first
    for more in ({}, {"check": True}):
        grown = by_name(workers=2, **more)
        assert not grown.get("failed") and grown["actions"] == ["launch worker of demo"], grown
        old = made(account, first["cluster"]["workers"][0]["instance_id"])
        if not more:
            new = came(first, grown)
            assert made(account, new) == old
            account.ec2.terminate_instances(InstanceIds=[new])
    assert old["disks"] == [(20, "gp2"), (30, "gp3"), (125, "st1")] and len(old["groups"]) == 2
    assert old["tags"]["team"] == WISH["tags"]["team"] and old["public"] is False


def test_a_master_alone_tells_how_its_workers_are_to_be(account, cluster, by_name):
    cluster(workers=0, master_instance_type=["c5.large"], **{**WISH, "public_ip": "subnet"})
    grown = by_name(workers=1)
    assert not grown.get("failed"), grown
    assert made(account, grown["cluster"]["workers"][0]["instance_id"])["type"] == "m5.large"
    assert by_name(workers=0)["changed"] is False


def test_what_is_said_wins_and_is_kept(account, cluster, by_name):
    first = cluster(workers=1, **{**WISH, "public_ip": "subnet"})
    # A job that finds it standing forgets nothing of it.
    assert cluster(workers=1, instance_type=["m5.large"])["changed"] is False
    said = by_name(workers=2, volumes=[], tags={})
    assert said["actions"] == ["write wish of the launch", "launch worker of demo"], said
    youngest = made(account, came(first, said))
    assert youngest["disks"] == [(20, "gp2")] and "team" not in youngest["tags"]
    assert made(account, came(said, by_name(workers=3))) == youngest


def test_a_group_needs_no_more_than_its_name_and_number(account, cluster, by_name):
    cluster(workers=1, worker_groups=[SPOT], volumes=[{"size": 40}])
    # A run that tells of no such group, and one that wants none of it, forget nothing.
    cluster(workers=1, at_least=True, volumes=[{"size": 40}])
    assert by_name(workers=1)["changed"] is False
    grown = by_name(workers=1, worker_groups=[{"name": "spot", "workers": 2}])
    assert not grown.get("failed") and grown["actions"] == ["launch spot of demo"], grown
    old, new = [made(account, one["instance_id"]) for one in grown["cluster"]["workers"] if one["group"] == "spot"]
    assert old == new and (old["type"], old["disks"]) == ("m6a.large", [(50, "gp3")])


def test_a_profile_of_one_s_own_is_taken_from_the_instances(account, cluster, by_name):
    cluster(workers=1, instance_profile=own_profile(account))
    for state, more in (("present", {"workers": 0}), ("present", {"workers": 2})):
        result = by_name(state, **more)
        assert not result.get("failed") and not any("role" in one for one in result["actions"]), result
    assert not account.calls["GetRole"] and [one["RoleName"] for one in account.iam.list_roles()["Roles"]] == ["mine"]
    arns = {one["IamInstanceProfile"]["Arn"].rpartition("/")[2] for one in account.instances()}
    assert arns == {"mine"}


def test_a_start_gives_the_time_to_live_of_the_launch(account, cluster, by_name):
    first = cluster(workers=0, ttl="5d", ttl_max="9d")
    for state, more in (("started", {}), ("present", {"workers": 0})):
        by_name("stopped")
        outrun_lease(account, first)
        result = by_name(state, **more)
        assert not result.get("failed"), result
        lease = lease_of(account, first)
        assert abs(lease["expires"] - time.time() - 5 * 86400) < 60 and abs(lease["max"] - time.time() - 9 * 86400) < 60
    by_name("stopped")
    outrun_lease(account, first)
    by_name("started", ttl="8d")
    assert abs(lease_of(account, first)["expires"] - time.time() - 8 * 86400) < 60
    refused = by_name("started", ttl="10d")
    assert refused.get("failed") and "longer than ttl_max" in refused["msg"], refused


def test_of_an_older_cluster_the_unknown_has_to_be_said(account, cluster, by_name):
    first = cluster(workers=1, security_group_ids=[group(account)], instance_type=["m5.large"])
    forget(account)
    assert by_name(workers=0)["changed"] is False
    for check in (True, False):
        refused = by_name(workers=2, check=check, tags={"team": "search"})
        assert refused.get("failed") and "cluster_root_volume, cluster_volumes, cluster_public_ip)" in refused["msg"]
        assert_reads_only(account.calls)
    said = {"volumes": [{"size": 9}], "root_volume": {"size": 20}, "public_ip": "subnet", "tags": {}}
    grown = by_name(workers=2, **said)
    assert not grown.get("failed") and grown["actions"] == ["launch worker of demo"], grown
    youngest = made(account, came(first, grown))
    assert (youngest["type"], len(youngest["groups"])) == ("m5.large", 2), youngest
    by_name("stopped")
    outrun_lease(account, first)
    for state, more in (("started", {}), ("present", {"workers": 0})):
        refused = by_name(state, **more)
        assert refused.get("failed") and "(cluster_ttl, cluster_ttl_max)" in refused["msg"], refused
        assert_reads_only(account.calls)
    assert not by_name("started", ttl="2h", ttl_max="3h").get("failed")
    # A job that needs no more workers may know nothing of it; one that launches them does.
    assert cluster(workers=1, at_least=True, instance_type=["m5.large"], ttl="2h")["changed"] is False
    kept = cluster(workers=3, at_least=True, instance_type=["m5.large"])
    assert "write wish of the launch" in kept["actions"], kept
    assert not by_name(workers=4).get("failed")


def test_without_workers_of_an_older_cluster_their_kind_has_to_be_said(account, cluster, by_name):
    cluster(workers=0)
    forget(account)
    said = {"volumes": [], "root_volume": {"size": 20}, "public_ip": "subnet", "tags": {}}
    refused = by_name(workers=1, **said)
    assert refused.get("failed") and "(cluster_instance_type, cluster_image)" in refused["msg"], refused
    assert not by_name(workers=1, instance_type=["m6i.large"], image=account.image, **said).get("failed")


def test_what_somebody_wrote_there_is_as_if_nothing_was(account, cluster, by_name):
    cluster(workers=1)
    key = launch_file(account)
    kept = json.loads(account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    kept["options"]["instance_profile"] = "Administrator"
    account.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(kept).encode())
    refused = by_name(workers=2)
    assert refused.get("failed") and "is not known" in refused["msg"] and len(account.instances()) == 2, refused


def test_calls_by_name_do_not_grow_with_workers(account, cluster, by_name):
    counts = []
    for number in (1, 20):
        name = f"demo-{number}"
        cluster(name=name, workers=number)
        launch = dict(account.calls)
        calls = []
        for state, more in (("present", {"workers": 0}), ("present", {"workers": number + 1}), ("stopped", {})):
            assert not by_name(state, name=name, **more).get("failed")
            calls.append(dict(account.calls))
        outrun_lease(account, by_name("stopped", name=name))
        assert not by_name("started", name=name).get("failed")
        counts.append([launch, *calls, dict(account.calls)])
    assert counts[0] == counts[1]
    # Bundle, wish, two documents, lease.
    assert counts[0][0]["PutObject"] == 5 and not counts[0][0].get("GetObject"), counts[0][0]


def test_a_stopped_cluster_starts_whole_whatever_groups_are_named(account, cluster, by_name):
    cluster(workers=1, worker_groups=[{**SPOT, "spot": "no"}])
    forget(account)
    by_name("stopped")
    assert len(account.instances("stopped")) == 3
    result = by_name(workers=0, worker_groups=[], ttl="2h", ttl_max="3h")
    assert result["cluster"]["state"] == "running" and len(account.instances("running")) == 3, result


def test_a_role_that_comes_later_watches_for_the_notice_where_it_is_on_spot(account, cluster, by_name):
    cluster(workers=1)
    grown = by_name(workers=1, worker_groups=[SPOT, {**SPOT, "name": "risky", "datanode": True}])
    assert not grown.get("failed"), grown
    for role in ("compute", "worker"):
        key = f"{grown['cluster']['prefix']}documents/{role}.json"
        assert json.loads(account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())["spot"] is True, role
    assert by_name(workers=1)["changed"] is False
