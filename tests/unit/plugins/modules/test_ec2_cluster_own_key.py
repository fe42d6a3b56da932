# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters with a key pair of the user's own: launched with it, never imported and never deleted."""

from __future__ import annotations

import subprocess

import pytest

from tests.documented import documented

from .conftest import REGION, assert_reads_only
from .test_ec2_cluster_checks import assert_nothing_was_made, denied
from .test_ec2_cluster_failures import refuse

OURS = "ohmy-demo"


def key(folder, name, kind="ed25519"):
    """Make a key that opens by itself; return its public half."""
    folder.mkdir(exist_ok=True)
    argv = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "me", "-f", str(folder / name)]
    subprocess.run(argv, check=True, timeout=60)
    return (folder / f"{name}.pub").read_bytes()


@pytest.fixture(name="mine")
def fixture_mine(account):
    """Put a key pair ``mine`` into EC2, whose public half is the one that runs of ``cluster`` give."""
    account.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=(account.home / "id.pub").read_bytes())
    return account.ec2.describe_key_pairs(KeyNames=["mine"], IncludePublicKey=True)["KeyPairs"]


def names(account):
    return sorted(one["KeyName"] for one in account.ec2.describe_key_pairs()["KeyPairs"])


def launched_with(account):
    return {one["KeyName"] for one in account.instances()}


def test_it_is_launched_with_never_imported_and_never_deleted(account, cluster, mine):
    check = cluster(check=True, workers=1, key_name="mine")
    assert_reads_only(account.calls)
    first = cluster(workers=1, key_name="mine")
    assert not first.get("failed") and first["actions"] == check["actions"], first
    assert not any("key" in one for one in first["actions"]), first
    assert "key pair" not in str(first["diff"]), first
    assert account.calls["DescribeKeyPairs"] == 1 and not account.calls["DryRunImportKeyPair"], account.calls
    assert launched_with(account) == {"mine"} and names(account) == ["mine"]
    second = cluster(workers=1, key_name="mine")
    assert second.get("changed") is False and second["cluster"] == first["cluster"], second
    assert_reads_only(account.calls)
    gone = cluster("absent")
    assert gone.get("left") == [] and not account.calls["DeleteKeyPair"], (gone, account.calls)
    assert account.ec2.describe_key_pairs(KeyNames=["mine"], IncludePublicKey=True)["KeyPairs"] == mine


def test_it_takes_no_more_calls_and_the_result_has_the_same_keys(account, cluster, mine):
    found = []
    for wish in ({}, {"key_name": "mine"}):
        runs = []
        for state in ("present", "present", "absent"):
            result = cluster(state, **({"workers": 1, **wish} if state == "present" else {}))
            assert not result.get("failed"), result
            runs.append((dict(account.calls), set(result)))
        found.append(runs)
    for (without, keys), (having, same) in zip(*found, strict=True):
        assert keys == same and sum(having.values()) <= sum(without.values()), (without, having)
        imports = ("ImportKeyPair", "DryRunImportKeyPair", "DeleteKeyPair")
        assert {name: count for name, count in without.items() if name not in imports} == having


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_one_that_is_not_there_is_refused_before_anything_is_made(account, cluster, check):
    result = cluster(check=check, key_name="mine")
    assert_nothing_was_made(account, result, "There is no key pair mine in this region.", "cluster_key_name")
    result = cluster(check=check, key_name="mine.pem ")
    assert result.get("failed") and "key_name" in result["msg"] and not account.calls, result


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_a_key_of_a_type_that_ec2_does_not_take_is_refused(account, cluster, check):
    key(account.home / ".ssh", "id_ecdsa", "ecdsa")
    path = account.home / ".ssh" / "id_ecdsa.pub"
    result = cluster(check=check, public_key=str(path))
    text = f"{path} is of the type ecdsa-sha2-nistp256, which EC2 does not take"
    assert_nothing_was_made(account, result, text, "cluster_public_key")


def test_one_that_was_made_for_a_cluster_is_refused(account, cluster):
    cluster(name="other", workers=0)
    result = cluster(key_name="ohmy-other")
    assert result.get("failed") and "was made for cluster other" in result["msg"], result
    assert len(account.instances()) == 1


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_another_key_than_the_given_one_is_refused_by_both_names(account, cluster, check):
    account.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=key(account.home / ".ssh", "id_ed25519"))
    result = cluster(check=check, key_name="mine")
    text = f"Key pair mine has another public half than {account.home}/id.pub."
    assert_nothing_was_made(account, result, text, "cluster_public_key")


def test_of_the_users_own_keys_the_pairs_is_taken(account, cluster):
    key(account.home / ".ssh", "id_ed25519")
    account.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=key(account.home / ".ssh", "id_rsa", "rsa"))
    result = cluster(workers=0, public_key=None, key_name="mine")
    wanted = str(account.home / ".ssh" / "id_rsa")
    assert result["cluster"]["ssh"]["private_key"] == wanted, result
    # Nor is it forgotten by who is told the cluster's name alone.
    stopped = cluster("stopped")
    assert stopped["cluster"]["ssh"]["private_key"] == wanted, stopped
    assert account.calls["DescribeKeyPairs"] == 1, account.calls


def test_of_a_key_that_was_downloaded_the_documented_command_makes_the_public_half(account, cluster):
    pem = account.home / ".ssh" / "KEY.pem"
    pem.parent.mkdir()
    pem.touch(0o600)
    pem.write_text(account.ec2.create_key_pair(KeyName="mine")["KeyMaterial"])
    subprocess.run(["sh", "-e", "-c", documented("docs/clusters.md", "public_half")], check=True, timeout=60)
    result = cluster(workers=0, key_name="mine", public_key=f"{pem}.pub")
    assert not result.get("failed") and result["cluster"]["ssh"]["private_key"] == str(pem), result
    assert launched_with(account) == {"mine"}


def test_none_of_the_users_own_keys_is_refused_with_all_that_were_tried(account, cluster):
    folder = account.home / ".ssh"
    for name, kind in (("id_ed25519", "ed25519"), ("id_rsa", "rsa")):
        key(folder, name, kind)
    account.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=key(account.home / "far", "mine"))
    result = cluster(public_key=None, key_name="mine")
    text = f"has another public half than {folder}/id_ed25519.pub, {folder}/id_rsa.pub."
    assert_nothing_was_made(account, result, text, "cluster_public_key")


def test_no_key_is_made_where_it_could_not_be_the_pairs(account, cluster, mine):
    result = cluster(public_key=None, key_name="mine")
    assert_nothing_was_made(account, result, "has no SSH key that could be that of key pair mine", "cluster_public_key")
    assert not (account.home / "data").exists()


def test_a_standing_cluster_takes_another_name_for_the_same_key_and_deletes_none(account, cluster, mine):
    cluster(workers=1)
    result = cluster(workers=2, key_name="mine")
    assert result.get("actions") == ["launch worker of demo"], result
    assert launched_with(account) == {OURS, "mine"} and names(account) == ["mine", OURS]
    assert cluster(workers=2, key_name="mine")["changed"] is False
    assert not cluster("absent").get("failed")
    assert names(account) == ["mine"]


def test_a_standing_cluster_is_refused_another_key(account, cluster, mine):
    account.ec2.import_key_pair(KeyName="theirs", PublicKeyMaterial=key(account.home / "far", "theirs"))
    cluster(workers=0, key_name="mine")
    public = str(account.home / "far" / "theirs.pub")
    for wish in ({"key_name": "theirs", "public_key": public}, {"public_key": public}):
        result = cluster(workers=1, **wish)
        assert result.get("failed") and "ey pair mine" in result["msg"] and "public_key" in result["hint"], result
        assert_reads_only(account.calls)
    assert names(account) == ["mine", "theirs"] and len(account.instances()) == 1


def test_a_standing_cluster_goes_on_with_its_pair_where_none_is_named(account, cluster, mine):
    cluster(workers=1, key_name="mine")
    result = cluster(workers=2)
    assert result.get("actions") == ["launch worker of demo"], result
    assert launched_with(account) == {"mine"} and names(account) == ["mine"]
    account.ec2.delete_key_pair(KeyName="mine")
    assert cluster(workers=2)["changed"] is False
    result = cluster(workers=3)
    assert result.get("failed") and "launched with key pair mine, which is gone" in result["msg"], result


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_that_it_may_not_be_used_is_found_before_anything_is_made(account, cluster, mine, check):
    arn = f"ec2:{REGION}:123456789012:key-pair/mine"
    account.before_send = denied("DryRunRunInstances", "ec2:RunInstances", arn, "KeyName=mine")
    result = cluster(check=check, key_name="mine")
    assert_nothing_was_made(account, result, "ec2:RunInstances", "LaunchWithMine in docs/iam.md")


def test_a_launch_that_fails_leaves_it(account, cluster, mine):
    account.before_send = refuse("RunInstances", "VcpuLimitExceeded")
    result = cluster(workers=1, key_name="mine")
    assert result.get("failed") and result["left"] == [], result
    assert names(account) == ["mine"]


def test_clusters_are_told_of_with_the_key_that_they_were_launched_with(account, cluster, run_module):
    key(account.home / ".ssh", "id_ed25519")
    account.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=key(account.home / ".ssh", "id_rsa", "rsa"))
    for name in ("one", "two"):
        cluster(name=name, workers=0, public_key=None, key_name="mine")
    told = run_module("ec2_cluster_info")["clusters"]
    assert {one["ssh"]["private_key"] for one in told} == {str(account.home / ".ssh" / "id_rsa")}, told
    assert dict(account.calls) == {"DescribeInstances": 1, "DescribeKeyPairs": 1}
