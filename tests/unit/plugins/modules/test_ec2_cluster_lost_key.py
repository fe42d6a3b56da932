# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters whose SSH key is not on the controller any more: what is missing is named, by login and by launch."""

from __future__ import annotations

import os

import pytest

from .conftest import assert_reads_only
from .test_ec2_cluster_own_key import key


@pytest.fixture(name="made")
def fixture_made(account, cluster, monkeypatch):
    """Launch a cluster with the key that is made for who has none; return the path of its private half."""
    monkeypatch.delenv("SSH_AUTH_SOCK")
    assert not cluster(workers=0, public_key=None).get("failed")
    return account.home / "data" / "ohmy.hadoop" / "id_ed25519"


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ([""], "{} is missing, the private half of the SSH key that cluster demo was launched with."),
        (["", ".pub"], "launched with is not here: none of ~/.ssh is it, and {} is missing."),
    ],
    ids=["private", "both"],
)
def test_what_is_missing_is_named(account, cluster, run_module, made, gone, words):
    for suffix in gone:
        os.unlink(f"{made}{suffix}")
    result = run_module("ec2_cluster_info", access=True)
    assert len(result["clusters"]) == 1, result
    assert words.format(made) in str(result["warnings"]) and "cluster_public_key" in str(result["warnings"]), result
    result = cluster(workers=0, public_key=None)
    assert result.get("failed") and words.format(made) in result["msg"] and "Put" in result["hint"], result
    assert_reads_only(account.calls)


def test_a_key_of_the_users_own_in_its_place_is_not_taken_for_it(account, cluster, run_module, made):
    key(account.home / ".ssh", "id_ed25519")
    result = run_module("ec2_cluster_info", access=True)
    assert not result.get("warnings") and result["clusters"][0]["ssh"]["private_key"] == str(made), result
    assert cluster(workers=0, public_key=None).get("changed") is False
    os.unlink(made)
    assert f"{made} is missing" in str(run_module("ec2_cluster_info", access=True)["warnings"])
    assert f"{made} is missing" in cluster(workers=0, public_key=None)["msg"]


def test_another_key_that_is_named_is_told_from_one_that_is_missing(account, cluster, made):
    key(account.home / ".ssh", "id_ed25519")
    public = str(account.home / ".ssh" / "id_ed25519.pub")
    result = cluster(workers=0, public_key=public)
    assert result.get("failed") and f"launched with another SSH key than {public}." in result["msg"], result
