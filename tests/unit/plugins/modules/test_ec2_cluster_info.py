# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``ec2_cluster_info``."""

from __future__ import annotations

from .conftest import BUCKET, assert_reads_only

DIGEST = "a" * 64


def test_no_cluster_is_an_empty_list(account, run_module):
    assert run_module("ec2_cluster_info")["clusters"] == []
    assert dict(account.calls) == {"DescribeInstances": 1}


def test_all_clusters_are_told_of_with_one_describe(account, run_module, cluster):
    cluster(name="one", workers=2)
    cluster(name="two", workers=0)
    result = run_module("ec2_cluster_info")
    assert [one["name"] for one in result["clusters"]] == ["one", "two"], result
    assert result["clusters"][0]["state"] == "running" and len(result["clusters"][0]["workers"]) == 2, result
    assert dict(account.calls) == {"DescribeInstances": 1}


def test_reports_name_the_reached_the_failed_and_the_silent(account, run_module, cluster):
    made = cluster(workers=12)["cluster"]
    ids = [one["instance_id"] for one in made["workers"]]
    at = f"{made['prefix']}nodes"
    account.s3.put_object(Bucket=BUCKET, Key=f"{at}/{ids[0]}/report/reached/{DIGEST}", Body=b"{}")
    for one in ids[1:]:
        account.s3.put_object(Bucket=BUCKET, Key=f"{at}/{one}/report/failed", Body=b'{"error": "disk", "lines": ["x"]}')
    result = run_module("ec2_cluster_info", name="demo", reports=True)
    assert_reads_only(account.calls)
    reports = {one["instance_id"]: one for one in result["clusters"][0]["reports"]}
    assert reports[ids[0]]["report"] == "reached" and reports[ids[0]]["digest"] == DIGEST, reports
    assert reports[made["master"]["instance_id"]]["report"] == "silent", reports
    failed = [one for one in reports.values() if one["report"] == "failed"]
    assert len(failed) == 11 and len([one for one in failed if one["error"] == "disk\nx"]) == 10, reports
    assert account.calls["GetObject"] == 13 and account.calls["ListObjectsV2"] == 2, account.calls
    assert result["clusters"][0]["digests"] == made["digests"], result
