# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the AWS modules return is what they document, to the leaf, whether or not something changed."""

from __future__ import annotations

import importlib
import json

import yaml

from .conftest import BUCKET, MODULES

# What Ansible itself adds.
STANDARD = {"changed", "diff", "invocation", "warnings", "msg", "failed"}


def returns(name):
    return yaml.safe_load(importlib.import_module(f"{MODULES}.{name}").RETURN)


def assert_documented(value, documented, where="", free=()):
    """Fail unless a dict has all documented keys and no others, and so on below."""
    assert set(value) - STANDARD == set(documented), f"{where}: {set(value) ^ set(documented)}"
    for key, told in documented.items():
        inside, found = told.get("contains"), value[key]
        for one in found if isinstance(found, list) else [found]:
            if inside and one is not None:
                assert_documented(one, inside, f"{where}.{key}")


def test_ec2_cluster(account, cluster):
    told = returns("ec2_cluster")
    results = [cluster(workers=2, check=True), cluster(workers=2), cluster(workers=2)]
    results += [cluster("absent", check=True), cluster("absent"), cluster("absent")]
    assert [one["changed"] for one in results] == [True, True, False, True, True, False], results
    for result in results:
        assert_documented(result, told)


def test_ec2_cluster_info(account, cluster, run_module):
    told = returns("ec2_cluster_info")
    made = cluster(workers=1)["cluster"]
    report = f"{made['prefix']}nodes/{made['master']['instance_id']}/report/failed"
    account.s3.put_object(Bucket=BUCKET, Key=report, Body=b"{}")
    for reports in (False, True):
        result = run_module("ec2_cluster_info", reports=reports)
        assert len(result["clusters"]) == 1 and bool(result["clusters"][0]["reports"]) is reports, result
        assert_documented(result, told)


def test_s3_upload(account, run_module, tmp_path):
    told = returns("s3_upload")
    (tmp_path / "x").write_text("x")
    source = str(tmp_path / "x")
    for check in (True, False, False):
        items, archives = [{"source": source}], [{"source": source}]
        assert_documented(run_module("s3_upload", check, bucket=BUCKET, items=items, archives=archives), told)


def test_documents_hold_all_that_is_asked_for_and_user_data_none_of_it(account, cluster):
    biting = {f"my.property.{number}": f"<&\"'%é ${{x}} {number} \n" for number in range(200)}
    archive = {"url": f"s3://{BUCKET}/archives/a/h.tar.gz", "sha512": "ab"}
    elsewhere = {"url": "s3://other-bucket/jars.tar.gz", "sha512": "cd"}
    document = {
        "hadoop": {**archive, "overlay": elsewhere},
        "java": {"package": "openjdk-17-jre-headless"},
        "properties": {"hdfs-site": biting, "yarn-site": {"a": "1"}},
        "packages": ["python3-numpy", "libgomp1"],
    }
    sizes = []

    def note(name, request):
        if name == "RunInstances":
            sizes.append(len(request.body))

    account.before_send = note
    result = cluster(workers=1, document=document)
    assert not result.get("failed"), result
    for role in ("master", "worker"):
        key = f"{result['cluster']['prefix']}documents/{role}.json"
        told = json.loads(account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        assert {name: told[name] for name in document} == document
    policy = account.iam.get_role_policy(RoleName="ohmy-demo-eu-central-1", PolicyName="ohmy-nodes")["PolicyDocument"]
    assert "arn:aws:s3:::other-bucket/jars.tar.gz" in json.dumps(policy)
    cluster("absent")
    large = list(sizes)
    sizes.clear()
    cluster(workers=1)
    assert max(large) - max(sizes) < 50 and max(large) < 12000, (large, sizes)
    assert cluster(workers=1, document=document)["actions"] == [
        "write policy of ohmy-demo-eu-central-1",
        "write document of the master",
        "write document of the worker",
    ]
    assert cluster(workers=1, document=document)["changed"] is False
