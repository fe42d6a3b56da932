# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault of the plan against ``ec2_cluster`` and the API alone: a re-run converges, the end leaves nothing."""

from __future__ import annotations

import typing as t

import pytest

from tests.faults.paper import Paper
from tests.survived import Survived, survives

LAUNCH, WORKER = "ec2:RunInstances", {"TagSpecification.*.Value": "worker"}
NO_CAPACITY = {"action": LAUNCH, "code": "InsufficientInstanceCapacity"}
BOOT = "instance:Boot"
WORKER_BOOT = {"Tag:ohmy:group": "worker"}
#: The calls that change something; what is asked twice as an answer got lost must not be done twice.
CHANGES = [
    "ec2:CreateSecurityGroup",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:ImportKeyPair",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:CreateInstanceProfile",
    "iam:AddRoleToInstanceProfile",
    "s3:PutObject",
    "ec2:RunInstances",
]
REMOVALS = [
    "ec2:TerminateInstances",
    "ec2:DeleteKeyPair",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:DeleteInstanceProfile",
    "iam:DeleteRolePolicy",
    "iam:DeleteRole",
    "s3:DeleteObject",
    "ec2:DeleteSecurityGroup",
]


class Case(t.NamedTuple):
    """A fault: its plan, what the module's error says, empty where the run goes well, and its row of the page."""

    id: str
    plan: list[dict[str, t.Any]]
    error: str
    row: Survived
    params: dict[str, t.Any] = {}


def lost(how: str, actions: list[str], **more: t.Any) -> list[dict[str, t.Any]]:
    """Return a plan in which the first answer of each of these calls gets lost."""
    return [{"action": action, "how": how, "times": 1, **more} for action in actions]


LAUNCHES = [
    Case(
        "no-capacity",
        [NO_CAPACITY],
        "There is no capacity for this type",
        Survived("no capacity", "the first launch", "the launch is removed", "the reason, and what to try instead"),
    ),
    Case(
        "no-capacity-for-workers",
        [{**NO_CAPACITY, "where": WORKER}],
        "There is no capacity for this type",
        Survived(
            "no capacity", "the launch of the workers, the master runs", "the master is removed too", "the reason"
        ),
    ),
    Case(
        "no-capacity-sometimes",
        [{**NO_CAPACITY, "every": 2}],
        "",
        Survived("no capacity", "some calls", "the call is made again", "nothing"),
    ),
    Case(
        "no-quota",
        [{"action": LAUNCH, "code": "VcpuLimitExceeded", "where": WORKER}],
        "quota is used up",
        Survived("the quota is used up", "the launch of the workers", "the launch is removed", "the reason"),
    ),
    Case(
        "throttled",
        [{"action": "ec2:*", "code": "RequestLimitExceeded", "every": 4}],
        "",
        Survived("throttling (RequestLimitExceeded)", "every fourth call", "calls are made again", "nothing"),
    ),
    Case(
        "unavailable",
        [
            {"action": "ec2:*", "code": "Unavailable", "every": 5},
            {"action": "iam:*", "code": "ServiceUnavailable", "every": 4},
            {"action": "s3:*", "code": "InternalError", "every": 4},
        ],
        "",
        Survived("errors of the server (500, 503)", "every fourth or fifth call", "calls are made again", "nothing"),
    ),
    Case(
        "dropped-answers",
        lost("dropped", CHANGES),
        "",
        Survived(
            "a lost answer: the call took effect, the connection ends",
            "each kind of call that makes something",
            "the call is made again and finds its own work",
            "nothing",
        ),
    ),
    Case(
        "answers-lost-to-errors",
        lost("lost", CHANGES),
        "",
        Survived(
            "a lost answer: the call took effect, the answer is an error 500",
            "each kind of call that makes something",
            "the call is made again and finds its own work",
            "nothing",
        ),
    ),
    Case(
        "no-answer",
        [{"action": LAUNCH, "how": "hung", "times": 1}, {"action": "s3:PutObject", "how": "hung", "times": 1}],
        "",
        Survived(
            "no answer comes, the call took effect",
            "the launch, and a write to S3",
            "the call is made again when its time is up, with the same token",
            "nothing",
        ),
        {"aws_config": {"read_timeout": 3}},
    ),
    Case(
        "launch-always-lost",
        [{"action": LAUNCH, "how": "dropped", "where": WORKER}],
        "Could not launch 2 worker",
        Survived(
            "every answer to a launch is lost",
            "the launch of the workers",
            "what was launched is found by its tags and removed",
            "that the connection was closed",
        ),
    ),
    Case(
        "ids-seen-late",
        [{"action": LAUNCH, "how": "late", "seconds": 3}],
        "",
        Survived("new instances are not visible yet", "for some seconds", "they are waited for", "nothing"),
    ),
    Case(
        "ids-seen-too-late",
        [{"action": LAUNCH, "how": "late", "seconds": 6}],
        "not visible",
        Survived(
            "new instances are not visible",
            "longer than the launch waits",
            "the security group, in use, tells that there are some; they are removed once seen",
            "which instances did not run in time",
        ),
        {"wait_timeout": 2},
    ),
    Case(
        "things-seen-late",
        [
            {"action": "ec2:AuthorizeSecurityGroupIngress", "code": "InvalidGroup.NotFound", "times": 1},
            {"action": "iam:PutRolePolicy", "code": "NoSuchEntity", "times": 1},
            {"action": LAUNCH, "code": "InvalidGroup.NotFound", "times": 1},
            {
                "action": LAUNCH,
                "code": "InvalidParameterValue",
                "message": "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
                "times": 1,
            },
        ],
        "",
        Survived(
            "a new group or instance profile is not visible yet", "the launch", "the launch is tried again", "nothing"
        ),
    ),
    Case(
        "s3-slow-down",
        [{"action": "s3:*", "code": "SlowDown", "every": 3}],
        "",
        Survived("S3 says SlowDown (503)", "every third request", "requests are made again", "nothing"),
    ),
    Case(
        "s3-forbidden",
        [{"action": "s3:PutObject", "code": "AccessDenied", "where": {"Resource": "*/documents/worker.json"}}],
        "AccessDenied",
        Survived(
            "S3 says AccessDenied (403)", "a write in the middle", "the launch is removed", "which policy to mend"
        ),
    ),
    Case(
        "master-dies-booting",
        [{"action": BOOT, "how": "dies", "seconds": 0, "where": {"Tag:ohmy:group": "master"}}],
        "Server.InternalError",
        Survived("the master dies", "while it boots", "the launch is removed", "AWS's reason"),
    ),
    Case(
        "worker-dies-booting",
        [{"action": BOOT, "how": "dies", "seconds": 0, "where": WORKER_BOOT, "times": 1}],
        "Server.InternalError",
        Survived("a worker dies", "while it boots", "the launch is removed", "AWS's reason"),
    ),
    Case(
        "master-never-answers",
        [{"action": BOOT, "how": "silent", "where": {"Tag:ohmy:group": "master"}}],
        "no host key",
        Survived(
            "the master runs but never answers",
            "after its launch",
            "the launch is removed when its time is up",
            "that it wrote no host key, and where to look",
        ),
        {"wait_timeout": 4},
    ),
]


@survives(*[case.row._replace(case=case.id) for case in LAUNCHES])
@pytest.mark.parametrize("case", LAUNCHES, ids=[case.id for case in LAUNCHES])
def test_a_launch_is_completed_or_leaves_nothing(paper: Paper, case: Case) -> None:
    paper.plan(*case.plan)
    first = paper.run("present", **case.params)
    met = paper.met()
    assert met, "the fault was not met"
    paper.clear()
    if case.error:
        assert first.get("failed") and case.error in first["msg"], first
        assert first["left"] == [] and paper.things() == [], (first, paper.things())
    else:
        assert not first.get("failed"), first.get("msg")
        paper.whole()
    again = paper.well("present")
    assert again["changed"] is bool(case.error), again
    paper.whole()
    paper.well("absent")
    assert paper.things() == []


KEPT = [
    case for case in LAUNCHES if case.id in ("no-capacity-for-workers", "launch-always-lost", "worker-dies-booting")
]


@survives(
    Survived(
        "no capacity, every answer to a launch is lost, or a worker dies while it boots",
        "`cluster_on_launch_failure: kept`",
        "what was launched stays; the next run completes it",
        "the reason, and that it costs money",
    )
)
@pytest.mark.parametrize("case", KEPT, ids=[case.id for case in KEPT])
def test_a_kept_launch_is_completed_by_the_next_run(paper: Paper, case: Case) -> None:
    paper.plan(*case.plan)
    first = paper.run("present", on_launch_failure="kept", **case.params)
    paper.clear()
    assert case.error in first["msg"] and "costs money" in first["msg"], first
    stays = paper.standing()
    assert stays["master"] == 1
    paper.well("present")
    paper.whole()
    paper.well("absent")
    assert paper.things() == []


@survives(
    Survived(
        "no capacity",
        "workers are added to a cluster that stands",
        "the cluster stays as it was, as it may hold data",
        "the reason, and that the cluster stays",
    )
)
def test_a_cluster_that_stood_before_is_never_removed(paper: Paper) -> None:
    paper.well("present", workers=1)
    paper.plan(NO_CAPACITY)
    grown = paper.run("present", workers=3)
    paper.clear()
    assert grown.get("failed") and "stood before" in grown["msg"], grown
    paper.whole(workers=1)
    paper.well("present", workers=3)
    paper.whole(workers=3)
    paper.well("absent")
    assert paper.things() == []


@survives(
    Survived(
        "no capacity",
        "in one zone",
        "the launch is removed; in a subnet of another zone the same command launches it",
        "the reason, and to try another subnet",
    )
)
def test_another_zone_has_capacity(paper: Paper) -> None:
    ec2 = paper.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]
    block = f"{vpc['CidrBlock'].rsplit('.', 2)[0]}.240.0/24"
    asked = {"VpcId": vpc["VpcId"], "CidrBlock": block, "AvailabilityZone": "us-east-1b"}
    other = ec2.create_subnet(**asked)["Subnet"]["SubnetId"]
    paper.plan({**NO_CAPACITY, "where": {"Zone": "us-east-1a"}})
    first = paper.run("present")
    assert "cluster_subnet_id" in first["msg"] and paper.things() == [], first
    paper.well("present", subnet_id=other)
    paper.whole()
    paper.well("absent")
    assert paper.things() == []
    ec2.delete_subnet(SubnetId=other)


@survives(
    Survived(
        "no capacity",
        "for spot instances of the type that is asked for first, and for any other in the zone",
        "other types, instances on demand and a fall-back subnet in another zone are tried",
        "what was launched, and what had no capacity",
    )
)
def test_a_group_goes_to_what_has_capacity(paper: Paper) -> None:
    ec2 = paper.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]
    block = f"{vpc['CidrBlock'].rsplit('.', 2)[0]}.241.0/24"
    asked = {"VpcId": vpc["VpcId"], "CidrBlock": block, "AvailabilityZone": "us-east-1b"}
    home = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    other = ec2.create_subnet(**asked)["Subnet"]["SubnetId"]
    paper.plan(
        {**NO_CAPACITY, "where": {"InstanceType": "m5.large", "InstanceMarketOptions.MarketType": "spot"}},
        {**NO_CAPACITY, "where": {"InstanceType": "m5.xlarge", "Zone": "us-east-1a"}},
    )
    spot = {"name": "spot", "workers": 2, "spot": "prefer", "instance_type": ["m5.large", "m5a.large"]}
    large = {"name": "large", "workers": 1, "instance_type": ["m5.xlarge"]}
    wish = {"subnet_id": home, "fallback_subnet_ids": [other], "worker_groups": [spot, large], "public_ip": "never"}
    result = paper.well("present", **wish)
    codes = {one["group"]: [each["code"] for each in one["tries"]] for one in result["launches"]}
    refused = "InsufficientInstanceCapacity"
    assert codes["spot"] == [refused, None] and codes["large"] == [refused, None], codes
    found = {one["group"]: (one["instance_type"], one["market"], one["zone"]) for one in result["cluster"]["workers"]}
    assert found["spot"] == ("m5a.large", "spot", "us-east-1a"), found
    assert found["large"] == ("m5.xlarge", "on-demand", "us-east-1b"), found
    assert paper.well("present", **wish)["changed"] is False
    paper.plan()
    paper.well("absent")
    assert paper.things() == []
    ec2.delete_subnet(SubnetId=other)


ENDS = [
    Case(
        "throttled",
        [{"action": "ec2:*", "code": "RequestLimitExceeded", "every": 4}],
        "",
        Survived(
            "throttling (RequestLimitExceeded)", "every fourth call of terminate", "calls are made again", "nothing"
        ),
    ),
    Case(
        "dropped-answers",
        lost("dropped", REMOVALS),
        "",
        Survived(
            "a lost answer: the call took effect, the connection ends",
            "each kind of call that removes something",
            "the call is made again; what is gone is gone",
            "nothing",
        ),
    ),
    Case(
        "answers-lost-to-errors",
        lost("lost", REMOVALS),
        "",
        Survived(
            "a lost answer: the call took effect, the answer is an error 500",
            "each kind of call that removes something",
            "the call is made again; what is gone is gone",
            "nothing",
        ),
    ),
    Case(
        "s3-slow-down",
        [{"action": "s3:*", "code": "SlowDown", "every": 2}],
        "",
        Survived("S3 says SlowDown (503)", "every second request of terminate", "requests are made again", "nothing"),
    ),
    Case(
        "s3-forbidden",
        [{"action": "s3:DeleteObject", "code": "AccessDenied"}],
        "is not wholly removed",
        Survived(
            "S3 says AccessDenied (403)",
            "terminate",
            "instances and all the rest are removed; the group, whose tags name the bucket, stays for the next try",
            "what is left, and why",
        ),
    ),
    Case(
        "end-refused",
        [{"action": "ec2:TerminateInstances", "code": "UnauthorizedOperation"}],
        "is not wholly removed",
        Survived("AWS refuses to end instances", "terminate", "what they use stays too", "what is left, and why"),
    ),
]


@survives(*[case.row._replace(case=case.id) for case in ENDS])
@pytest.mark.parametrize("case", ENDS, ids=[case.id for case in ENDS])
def test_an_end_is_complete_or_says_what_is_left(paper: Paper, case: Case) -> None:
    paper.well("present")
    paper.plan(*case.plan)
    first = paper.run("absent", **case.params)
    assert paper.met(), "the fault was not met"
    paper.clear()
    if case.error:
        assert first.get("failed") and case.error in first["msg"] and first["left"], first
    else:
        assert not first.get("failed"), first.get("msg")
        assert paper.things() == []
    paper.well("absent")
    assert paper.things() == []
