# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies in the documentation: what is called they allow, each call in a made-up account, and nothing more is in them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import types
import urllib.parse

import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import iam
from localcloud import auth, authorize, policy, resources
from tests.documented import documented
from tests.iam_policies import FOLDER, by_sid, filled, listed, text

from .conftest import BUCKET, REGION

ROOT = FOLDER.parents[1]
VALUES = {"account": DEFAULT_ACCOUNT_ID, "region": REGION, "bucket": BUCKET, "data": "example-data", "clusters": "demo"}
# Calls that are made by another name than their action's.
S3_ACTIONS = {
    "head_bucket": "ListBucket",
    "list_objects_v2": "ListBucket",
    "head_object": "GetObject",
    "upload_part": "PutObject",
    "create_multipart_upload": "PutObject",
    "complete_multipart_upload": "PutObject",
    "delete_objects": "DeleteObject",
    "put_public_access_block": "PutBucketPublicAccessBlock",
    "put_bucket_encryption": "PutEncryptionConfiguration",
    "put_bucket_lifecycle_configuration": "PutLifecycleConfiguration",
}
# Actions that come with others: tags with what is made, roles with what they are handed to, buckets with their owner's rule.
WITH_OTHERS = {
    "ec2:CreateTags",
    "iam:PassRole",
    "iam:TagRole",
    "iam:TagInstanceProfile",
    "s3:PutBucketOwnershipControls",
}
# What is about to be called.
SERVICES = {"ec2": "ec2", "launcher": "ec2", "s3": "s3", "iam": "iam", "ssm": "ssm", "quotas": "service-quotas"}
PREFIXES = {"service-quotas": "servicequotas"}


def operations():
    """Return method -> operation of each service, by boto's own models."""
    session = botocore.session.get_session()
    found = {}
    for service in set(SERVICES.values()):
        model = session.get_service_model(service)
        found[service] = {botocore.xform_name(name): name for name in model.operation_names}
    return found


def called():
    """Return the actions of all client methods that the plugins name, as an attribute or as the name of a paginated call."""
    known = operations()
    sources = [path for path in (ROOT / "plugins").rglob("*.py") if "boto" in path.read_text() or "_aws" in str(path)]
    found = set()
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text())):
            word = node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)
            if not isinstance(word, str):
                continue
            owner = getattr(node, "value", None)
            owner = getattr(owner, "attr", getattr(owner, "id", "")) if isinstance(node, ast.Attribute) else ""
            named = SERVICES.get(owner)
            for service, methods in known.items():
                if word in methods and (named is None or named == service):
                    action = S3_ACTIONS.get(word, methods[word]) if service == "s3" else methods[word]
                    found.add((PREFIXES.get(service, service), action))
    return {f"{service}:{action}" for service, action in found}


def granted():
    """Return all actions of the controller's policy."""
    return {action for one in filled("controller")["Statement"] for action in listed(one["Action"])}


def test_every_call_of_the_plugins_is_in_the_policy_and_nothing_else():
    ours = called()
    assert ours, "no calls found"
    assert ours - granted() == set(), "add to docs/iam/controller.json and docs/iam.md"
    assert granted() - ours - WITH_OTHERS == set(), "nothing calls these: take them out of docs/iam/controller.json"


def test_the_policies_are_as_short_as_aws_wants_them():
    for name, most in (("controller", 6144), ("node", 6144)):
        assert len(re.sub(r"\s", "", text(name, **VALUES))) < most - 600, name


def test_each_statement_is_explained():
    page = (ROOT / "docs" / "iam.md").read_text()
    for name in ("controller", "node"):
        for sid in by_sid(filled(name)):
            assert f"`{sid}`" in page, (name, sid)


def test_the_nodes_policy_is_what_the_module_makes():
    made = iam.policy("BUCKET", "clusters/CLUSTERS/*/", ["s3://DATA/"], ["s3://DATA/answers/"])
    assert filled("node") == made


def test_the_words_are_filled_in_as_documented(tmp_path):
    block = documented("docs/iam.md", "fill")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    subprocess.run(["bash", "-euc", block], cwd=tmp_path, check=True, timeout=30)
    told = dict(re.findall(r"s/([A-Z]+)/([^/]+)/", block))
    for name in ("controller", "node"):
        values = {word.lower(): value for word, value in told.items()}
        assert json.loads((tmp_path / f"{name}.json").read_text()) == filled(name, **values)


@pytest.fixture(name="enforced")
def fixture_enforced(account, monkeypatch):
    """Refuse each call that the controller's policy does not allow to be made on just this."""
    monkeypatch.setattr(resources, "REGION", REGION)
    monkeypatch.setattr(authorize, "REGION", REGION)
    ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][REGION]

    def by_id(name):
        known = [one for reservation in ec2.reservations.values() for one in reservation.instances]
        return next((one for one in known if one.id == name), None)

    def find_profile(name, arn):
        known = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_instance_profiles()
        return next((one for one in known if (name and one.name == name) or (arn and one.arn == arn)), None)

    look = types.SimpleNamespace(
        ec2=ec2,
        iam=iam_backends[DEFAULT_ACCOUNT_ID]["aws"],
        ami_id=account.image,
        by_id=by_id,
        find_profile=find_profile,
    )
    things = resources.Resources(look)
    placed = types.SimpleNamespace(
        default_subnet=lambda _zone: account.subnet["SubnetId"],
        default_group=lambda _subnet: "sg-default",
        subnet_reachable=lambda _subnet: True,
    )
    account.caller = caller = types.SimpleNamespace(
        name=f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:user/operator",
        names=set(),
        policies=(filled("controller", **VALUES),),
        administrator=False,
    )
    judged = set()

    def judge(name, request):
        service = re.match(r"https://(?:[^/]*\.)?(ec2|s3|iam|ssm|sts|servicequotas)\.", request.url)[1]
        if service == "s3":
            url = urllib.parse.urlsplit(request.url)
            query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
            bucket = url.hostname.split(".s3")[0] if not url.hostname.startswith("s3.") else ""
            path = f"/{bucket}{url.path}" if bucket else url.path
            found = policy.s3_accesses(request.method, path, query, None, request.body or b"")
            refused = [one for one in found if not policy.allowed(caller.policies, one)]
            judged.update(one.action for one in found)
            if refused:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": str(refused)}}, name)
            return
        body = request.body or b""
        body = body if isinstance(body, bytes) else str(body).encode()
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)) if b"Action=" in body else {}
        action = form.get("Action") or name.rpartition(":")[2]
        judged.add(f"{service}:{action}")
        try:
            authorize.require(caller, service, action, form, body, things, placed)
        except auth.AuthError as error:
            raise ClientError({"Error": {"Code": error.code, "Message": error.message}}, name) from error

    account.before_send = judge
    return judged


def test_a_cluster_lives_and_dies_by_the_policy_and_no_other_does(account, cluster, enforced):
    checked = cluster(check=True)
    assert not checked.get("failed"), checked
    first = cluster(workers=2)
    assert not first.get("failed"), first
    ids = [one["InstanceId"] for one in account.instances()]
    account.ec2.stop_instances(InstanceIds=ids)
    for again in (cluster(workers=2, ssh_cidr="192.0.2.99/32"), cluster("absent")):
        assert not again.get("failed") and again["changed"], again
    assert {"ec2:RunInstances", "iam:PutRolePolicy", "s3:PutObject", "ec2:TerminateInstances"} <= enforced
    refused = cluster(name="other")
    assert refused.get("failed") and "not authorized" in refused["msg"] + str(refused), refused
    assert not account.instances()


def without_key_pairs(document):
    """Return the controller's policy without what makes, names and deletes the cluster's own key pair."""
    document = json.loads(json.dumps(document))
    for one in document["Statement"]:
        gone = ("ec2:ImportKeyPair", "ec2:DeleteKeyPair")
        one["Action"] = [word for word in listed(one["Action"]) if word not in gone]
        one["Resource"] = [arn for arn in listed(one["Resource"]) if ":key-pair/" not in arn]
        made = one.get("Condition", {}).get("StringEquals", {}).get("ec2:CreateAction", [])
        made[:] = [word for word in made if word != "ImportKeyPair"]
    return document


@pytest.mark.parametrize("own", [True, False], ids=["allowed", "refused"])
def test_a_key_pair_and_a_group_of_ones_own_take_one_statement_and_no_import(account, cluster, enforced, own):
    made = account.ec2.create_security_group(GroupName="mine", Description="x", VpcId=account.subnet["VpcId"])
    group = made["GroupId"]
    account.ec2.import_key_pair(KeyName="my-key", PublicKeyMaterial=(account.home / "id.pub").read_bytes())
    block = documented("docs/iam.md", "own").replace("sg-0123456789abcdef0", group)
    for word in ("REGION", "ACCOUNT"):
        block = block.replace(word, VALUES[word.lower()])
    without = without_key_pairs(filled("controller", **VALUES))
    more = [json.loads(block)] if own else []
    account.caller.policies = ({**without, "Statement": [*without["Statement"], *more]},)
    wish = {"workers": 1, "key_name": "my-key", "security_group_ids": [group]}
    result = cluster(**wish)
    assert bool(result.get("failed")) is not own, result
    if own:
        assert not cluster(**wish)["changed"] and not cluster("absent").get("failed")
        assert account.ec2.describe_key_pairs(KeyNames=["my-key"])["KeyPairs"]
    else:
        assert "key-pair/my-key" in result["msg"] and "LaunchWithMine in docs/iam.md" in result["hint"], result
        assert not account.calls["CreateSecurityGroup"], account.calls
    assert not account.instances()
