# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented policy, enforced: a cluster comes and goes by it, and each statement is needed and named where it lacks."""

from __future__ import annotations

import configparser
import json
import typing as t

import pytest

from tests.faults.paper import BUCKET, Paper
from tests.iam_policies import filled

VALUES = {"account": "123456789012", "region": "us-east-1", "bucket": BUCKET, "clusters": "demo", "data": "no-data"}
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


class Operator(Paper):
    """The cloud on paper, used by a user with a policy."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(paper.state, paper.home)
        self.config = paper.home / "operators-config"
        self.bundle = paper.bundle
        iam = self.client("iam")
        iam.create_user(UserName="operator")
        key = iam.create_access_key(UserName="operator")["AccessKey"]
        parser = configparser.ConfigParser()
        parser.read(paper.state / "aws-config")
        parser["profile localcloud"]["aws_access_key_id"] = key["AccessKeyId"]
        parser["profile localcloud"]["aws_secret_access_key"] = key["SecretAccessKey"]
        with self.config.open("w") as stream:
            parser.write(stream)
        self.allow()

    @property
    def env(self) -> dict[str, str]:
        """Return the environment with this user's keys."""
        return {**super().env, "AWS_CONFIG_FILE": str(self.config), "AWS_SHARED_CREDENTIALS_FILE": str(self.config)}

    def allow(self, *without: str) -> None:
        """Give the user the documented policy without some statements."""
        document = filled("controller", **VALUES)
        document["Statement"] = [one for one in document["Statement"] if one["Sid"] not in without]
        self.client("iam").put_user_policy(
            UserName="operator", PolicyName="controller", PolicyDocument=json.dumps(document)
        )

    def end(self) -> None:
        """Remove the user."""
        iam = self.client("iam")
        iam.delete_user_policy(UserName="operator", PolicyName="controller")
        for one in iam.list_access_keys(UserName="operator")["AccessKeyMetadata"]:
            iam.delete_access_key(UserName="operator", AccessKeyId=one["AccessKeyId"])
        iam.delete_user(UserName="operator")


@pytest.fixture(name="operator")
def fixture_operator(paper: Paper) -> t.Iterator[Operator]:
    """The user, gone afterwards."""
    operator = Operator(paper)
    yield operator
    operator.end()


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
    operator.allow(sid)
    checked, result = operator.run("present", check=True), operator.run("present")
    assert result.get("failed") and f"{sid} in docs/iam/controller.json" in result["hint"], result
    assert operator.standing() == {}
    if sid in BEFORE_ANYTHING_IS_MADE:
        assert checked.get("failed") and operator.things() == [], (checked, operator.things())
    operator.allow()
    operator.well("absent")
    assert operator.things() == []
