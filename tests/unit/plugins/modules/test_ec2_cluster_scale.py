# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that grows and shrinks: what becomes of its documents, which instances may go, how many calls it takes."""

from __future__ import annotations

import json

import pytest

from .conftest import BUCKET, assert_reads_only


def standing(result):
    """Return the ids of a result's workers."""
    return [one["instance_id"] for one in result["cluster"]["workers"]]


def documents(account):
    """Return the nodes' documents in S3, by role."""
    keys = [key for key in account.objects() if "/documents/" in key]
    bodies = {key: account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}
    return {key.rpartition("/")[2]: body for key, body in bodies.items()}


def policy(account):
    """Return the policy of the only role."""
    (role,) = account.iam.list_roles()["Roles"]
    (name,) = account.iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    return account.iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]


@pytest.mark.parametrize("launched", [0, 1])
def test_standing_nodes_keep_their_document_when_the_cluster_grows(account, cluster, launched):
    first = cluster(workers=launched)
    before = documents(account)
    result = cluster(workers=3)
    assert not result.get("failed"), result
    assert len(standing(result)) == 3
    after = documents(account)
    assert {name: after[name] for name in before} == before
    assert json.loads(after["worker.json"])["workers"] == launched
    assert result["cluster"]["digests"]["master"] == first["cluster"]["digests"]["master"]


def test_a_cluster_that_stands_needs_no_word_on_what_it_is(account, cluster):
    cluster(workers=0, read_uris=["s3://example-data/logs/"])
    before, allowed = documents(account), policy(account)
    result = cluster(workers=1, document=None)
    assert not result.get("failed"), result
    after = documents(account)
    assert after["master.json"] == before["master.json"] and policy(account) == allowed
    worker, master = json.loads(after["worker.json"]), json.loads(after["master.json"])
    address = result["cluster"]["master"]["private_ip"]
    assert worker == {**master, "role": "worker", "master": address}
    assert cluster(workers=1, document=None)["changed"] is False


def test_more_workers_than_wanted_are_left_alone_where_that_is_said(account, cluster):
    cluster(workers=3)
    result = cluster(workers=2)
    assert result["failed"] and "3 workers, 2 are wanted" in result["msg"]
    kept = cluster(workers=2, at_least=True)
    assert (kept["changed"], kept["cluster"]["state"], len(standing(kept))) == (False, "running", 3)


def test_exactly_those_that_leave_are_terminated(account, cluster):
    ids = standing(cluster(workers=3))
    check = cluster(check=True, workers=2, leaving=[ids[1]])
    assert check["actions"] == ["terminate workers of demo"]
    assert_reads_only(account.calls)
    result = cluster(workers=2, leaving=[ids[1], "i-00000000000000000"])
    assert (result["changed"], standing(result)) == (True, [ids[0], ids[2]])
    assert {one["private_ip"] for one in result["cluster"]["nodes"]} == {
        one["PrivateIpAddress"] for one in account.instances("running")
    }
    assert cluster(workers=2, leaving=[ids[1]])["changed"] is False


def test_one_that_leaves_is_replaced_first(account, cluster):
    ids = standing(cluster(workers=2))
    result = cluster(workers=2, leaving=[ids[0]])
    assert result["actions"] == ["launch worker of demo", "terminate workers of demo"]
    assert len(standing(result)) == 2 and ids[0] not in standing(result)


def test_others_than_those_are_not_taken_away(account, cluster):
    first = cluster(workers=3)
    result = cluster(workers=1, leaving=standing(first)[:1])
    assert result["failed"] and "2 workers, 1 are wanted" in result["msg"]
    master = first["cluster"]["master"]["instance_id"]
    result = cluster(workers=3, leaving=[master])
    assert result["failed"] and "is the master" in result["msg"]
    assert len(account.instances("running")) == 4


def test_calls_do_not_grow_with_the_nodes_that_come_and_go(account, cluster):
    counts = []
    for number in (2, 13):
        name = f"demo-{number}"
        cluster(name=name, workers=number)
        calls = []
        grown = cluster(name=name, workers=2 * number)
        calls.append(dict(account.calls))
        result = cluster(name=name, workers=number, leaving=standing(grown)[number:])
        assert not result.get("failed"), result
        calls.append(dict(account.calls))
        counts.append(calls)
    assert counts[0] == counts[1]
    assert counts[0][1]["TerminateInstances"] == 1


def test_a_cluster_of_a_named_system_is_found_again(account, cluster):
    first = cluster(workers=1)
    result = cluster(workers=1, image="ssm:/made/up", document=None)
    assert (result.get("failed"), result.get("changed")) == (None, False), result
    named = cluster(workers=1, image="debian-12", document=None)
    assert (named.get("failed"), named["cluster"]["nodes"]) == (None, first["cluster"]["nodes"]), named
