# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``ec2_cluster_info``."""

from __future__ import annotations

import errno
import json
import os

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import local_files
from ansible_collections.ohmy.hadoop.plugins.module_utils._core import private_folders

from .conftest import BUCKET, assert_reads_only

DIGEST = "a" * 64
PRICES = {"eu-central-1": {"m6i.large": 0.1, "gp3": 0.073}}


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


def test_costs_take_one_more_call_whatever_the_number(account, run_module, cluster):
    cluster(workers=2)
    few = run_module("ec2_cluster_info", costs=True, prices=PRICES)["clusters"][0]
    assert dict(account.calls) == {"DescribeInstances": 1, "DescribeVolumes": 1}
    assert few["price"]["per_hour"] == round(3 * (0.1 + 0.005) + 150 * 0.073 / 730, 4), few["price"]
    assert few["cost"]["usd"] > 0 and few["age"] >= 0 and not few["cost"]["at_least"], few
    assert {one["market"] for one in [few["master"], *few["workers"]]} == {"on-demand"}
    account.ec2.stop_instances(InstanceIds=[one["InstanceId"] for one in account.instances()])
    asleep = run_module("ec2_cluster_info", costs=True, prices=PRICES)["clusters"][0]
    assert asleep["price"]["per_hour"] == round(150 * 0.073 / 730, 4), asleep["price"]
    unknown = run_module("ec2_cluster_info", costs=True)["clusters"][0]
    assert unknown["price"]["per_hour"] is None and unknown["price"]["missing"] == ["gp3"], unknown["price"]


def test_leftovers_of_a_cluster_without_instances_are_told(account, run_module, cluster):
    cluster(workers=1)
    assert run_module("ec2_cluster_info", leftovers=True)["clusters"][0]["leftovers"] == []
    account.ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in account.instances()])
    assert run_module("ec2_cluster_info")["clusters"] == []
    for params in ({}, {"name": "demo"}):
        (told,) = run_module("ec2_cluster_info", leftovers=True, **params)["clusters"]
        assert_reads_only(account.calls)
        words = " ".join(told["leftovers"])
        assert told["state"] == "absent" and told["bucket"] == BUCKET, told
        assert all(one in words for one in ("security group", "key pair", "role", "objects under")), told
    cluster("absent")
    assert run_module("ec2_cluster_info", leftovers=True, name="demo")["clusters"] == []
    account.s3.put_object(Bucket=BUCKET, Key="clusters/demo/late", Body=b"x")
    assert run_module("ec2_cluster_info", leftovers=True, name="demo")["clusters"] == []
    (told,) = run_module("ec2_cluster_info", leftovers=True, name="demo", bucket=BUCKET)["clusters"]
    assert told["leftovers"] == [f"1 objects under s3://{BUCKET}/clusters/demo/"] and told["bucket"] == BUCKET, told


def test_access_pins_the_host_keys_here(account, run_module, cluster, tmp_path):
    cluster(workers=1)
    told = run_module("ec2_cluster_info", access=True, state_dir=str(tmp_path / "elsewhere"))["clusters"][0]
    folder = tmp_path / "elsewhere" / f"demo-{told['incarnation'][:8]}"
    ids = [told["master"]["instance_id"], told["workers"][0]["instance_id"]]
    pinned = (folder / "known_hosts").read_text()
    assert all(one in pinned for one in ids) and "ProxyJump master" in (folder / "ssh_config").read_text()
    assert told["ssh"]["config"] == str(folder / "ssh_config")
    assert [one["state"] for one in told["hosts"]] == ["running", "running"]
    assert told["master"]["host_key"].startswith("ssh-ed25519 ")


def test_worker_2_is_the_same_one_where_the_first_is_stopped(account, run_module, cluster):
    made = cluster(workers=2)["cluster"]
    account.ec2.stop_instances(InstanceIds=[made["workers"][0]["instance_id"]])
    told = run_module("ec2_cluster_info", access=True)["clusters"][0]
    with open(told["ssh"]["config"], encoding="utf-8") as stream:
        names = [line.split()[1::2] for line in stream if line.startswith("Host worker")]
    assert names == [[one["short"], one["instance_id"]] for one in told["workers"]], (names, told["workers"])
    assert [one["short"] for one in told["workers"]] == ["worker-1", "worker-2"]


def test_what_access_wrote_goes_with_the_cluster(account, run_module, cluster):
    cluster(workers=0)
    folder = os.path.dirname(run_module("ec2_cluster_info", access=True)["clusters"][0]["ssh"]["config"])
    with open(f"{folder}/cluster.json", encoding="utf-8") as stream:
        assert json.load(stream)["account"] == "123456789012"
    gone = cluster("absent")
    assert f"folder {folder}" in gone["removed"] and not os.path.exists(folder), gone


def test_access_is_by_the_login_of_the_launch_the_key_and_the_jump_host_that_are_named(account, run_module, cluster):
    cluster(workers=0, ssh_user="ubuntu")
    ways = {"public_key": str(account.home / "id.pub"), "ssh_proxy": "me@bastion.example.com"}
    (told,) = run_module("ec2_cluster_info", reports=True, access=True, **ways)["clusters"]
    with open(told["ssh"]["config"], encoding="utf-8") as stream:
        text = stream.read()
    assert told["ssh"]["user"] == "ubuntu" and "User ubuntu" in text and "-l me -- bastion.example.com" in text, text
    assert told["ssh"]["private_key"] is None, told["ssh"]  # an agent has it


def test_the_bucket_writes_nothing_into_an_ssh_config(account, run_module, cluster):
    made = cluster(workers=0)["cluster"]
    key = f"{made['prefix']}documents/master.json"
    document = json.loads(account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    document["ssh_user"] = "admin\n    ProxyCommand id"
    account.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(document).encode())
    (told,) = run_module("ec2_cluster_info", reports=True, access=True, ssh_user="ubuntu")["clusters"]
    with open(told["ssh"]["config"], encoding="utf-8") as stream:
        text = stream.read()
    assert told["ssh"]["user"] == "ubuntu" and "User ubuntu" in text and "ProxyCommand" not in text, text
    assert cluster("stopped", force=True)["cluster"]["ssh"]["user"] == "admin"


def test_a_key_that_is_not_here_is_a_warning_to_who_wants_to_log_in(account, run_module, cluster, monkeypatch):
    cluster(workers=0)
    monkeypatch.delenv("SSH_AUTH_SOCK")
    key = str(account.home / "id.pub")
    assert not run_module("ec2_cluster_info", public_key=key).get("warnings")
    result = run_module("ec2_cluster_info", public_key=key, access=True)
    assert len(result["clusters"]) == 1 and "private half" in str(result["warnings"]), result


def test_what_is_no_jump_host_is_refused_before_any_call(account, run_module):
    result = run_module("ec2_cluster_info", ssh_proxy="-oProxyCommand=x")
    assert result.get("failed") and "no jump host" in result["msg"] and not account.calls, result
    result = run_module("ec2_cluster_info", ssh_user="me\n    ProxyCommand x")
    assert result.get("failed") and "no name of a user" in result["msg"] and not account.calls, result


def test_a_full_disk_keeps_nobody_from_looking_and_its_path_is_told(account, run_module, cluster, monkeypatch):
    cluster(workers=0)
    (made,) = run_module("ec2_cluster_info", access=True)["clusters"]

    def full(**_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(local_files.tempfile, "mkstemp", full)
    unchanged = run_module("ec2_cluster_info", access=True)
    assert unchanged["clusters"][0]["ssh"]["config"] == made["ssh"]["config"], unchanged
    result = run_module("ec2_cluster_info", access=True, ssh_user="another")
    (told,) = result["clusters"]
    assert not result.get("failed") and told["state"] == "running" and not any(told["ssh"].values()), result
    assert f"cannot be written: {made['ssh']['config']}: No space left on device" in str(result["warnings"]), result


def test_sockets_that_cannot_be_kept_keep_nobody_from_looking(account, run_module, cluster, monkeypatch):
    cluster(workers=0)
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(account.home / "run")))
    (account.home / f"run/ohmy-{os.getuid()}").write_text("in the way")
    result = run_module("ec2_cluster_info", access=True)
    (told,) = result["clusters"]
    assert not result.get("failed") and told["state"] == "running" and not any(told["ssh"].values()), result
    assert "Nobody can log in to" in str(result["warnings"]) and "XDG_RUNTIME_DIR" in str(result["warnings"]), result
