# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up AWS account, a recorder of API calls, and whole runs of modules in it."""

from __future__ import annotations

import base64
import contextlib
import importlib
import io
import json
import os
from collections import Counter

import boto3
import botocore.session
import pytest
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args
from moto import mock_aws
from moto.ec2.models import amis

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import instance_waits, stopped, waits
from tests.seen import every_instance

REGION = "eu-central-1"
BUCKET = "example-bucket"
BLOB = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(range(32))
MODULES = "ansible_collections.ohmy.hadoop.plugins.modules"
IMAGE = {
    "ami_id": "ami-0123456789abcdef0",
    "architecture": "x86_64",
    "creation_date": "2026-01-01T00:00:00.000Z",
    "description": "Debian 12",
    "hypervisor": "xen",
    "image_location": "example/debian-12",
    "image_type": "machine",
    "name": "debian-12",
    "owner_id": "123456789012",
    "platform": None,
    "public": True,
    "root_device_name": "/dev/xvda",
    "root_device_type": "ebs",
    "sriov": "simple",
    "state": "available",
    "virtualization_type": "hvm",
}
READS = ("Describe", "Get", "List", "Head", "DryRun")
# The service models, parsed once for all sessions.
LOADER = botocore.session.get_session().get_component("data_loader")
SESSION = boto3.session.Session
# Clients are slow to make and hold no state: one per service and set of options, for the account of the running test.
CLIENTS = {}
CURRENT = []


def watch(client):
    """Tell the current account of each call of a client."""
    service = client.meta.service_model.service_name

    def record(event_name, request, **_kwargs):
        CURRENT[-1].record(event_name.rsplit(".", 1)[1], request)

    client.meta.events.register(f"before-send.{service}", record)
    return client


def kept(key, make):
    """Return the client of this key, made once."""
    if key not in CLIENTS:
        CLIENTS[key] = make()
    return CLIENTS[key]


def session(**kwargs):
    """Make a boto3 session that shares the parsed service models."""
    if kwargs.get("profile_name"):
        return SESSION(**kwargs)
    base = botocore.session.Session()
    base.register_component("data_loader", LOADER)
    return SESSION(botocore_session=base, **kwargs)


class Account:
    """The account: clients to look with, an image, a bucket, and what the modules called."""

    def __init__(self, home):
        self.home = home
        self.calls = Counter()
        self.bodies = []
        made = session(region_name=REGION)
        self.ec2, self.s3, self.iam = (kept(name, lambda name=name: made.client(name)) for name in ("ec2", "s3", "iam"))
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.image = IMAGE["ami_id"]
        self.subnet = min(self.ec2.describe_subnets()["Subnets"], key=lambda one: one["AvailabilityZone"])
        self._gateway()
        self.answers_host_keys = True
        self.before_send = None

    def _gateway(self):
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.subnet["VpcId"])
        only = [{"Name": "vpc-id", "Values": [self.subnet["VpcId"]]}]
        table = self.ec2.describe_route_tables(Filters=only)["RouteTables"][0]["RouteTableId"]
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    def record(self, name, request):
        if b"DryRun=true" in (request.body if isinstance(request.body, bytes) else str(request.body or "").encode()):
            name = f"DryRun{name}"
        self.calls[name] += 1
        if name == "RunInstances":
            self.bodies.append(request.body)
        if self.before_send is not None:
            self.before_send(name, request)

    def instances(self, *states):
        return [one for one in every_instance(self.ec2) if one["State"]["Name"] in (states or ("pending", "running"))]

    def put_host_key(self, instance, blob=BLOB):
        tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
        prefix = f"clusters/{tags['ohmy:cluster']}/{tags['ohmy:incarnation']}/nodes/{instance['InstanceId']}/hostkey"
        name = base64.urlsafe_b64encode(blob).decode().rstrip("=")
        self.s3.put_object(Bucket=BUCKET, Key=f"{prefix}/ssh-ed25519/{name}", Body=b"")

    def objects(self, prefix=""):
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [one["Key"] for one in found.get("Contents", [])]


@pytest.fixture
def account(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    # One image instead of hundreds, which took most of each test's time.
    monkeypatch.setattr(amis, "AMIS", [dict(IMAGE)])
    monkeypatch.delenv("MOTO_EC2_LOAD_DEFAULT_AMIS", raising=False)
    monkeypatch.setenv("MOTO_AMIS_PATH", "the one above")  # or the region's are read besides, anew by each test
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(boto3.session, "Session", session)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))  # which holds the key's private half
    (tmp_path / "run").mkdir()
    (tmp_path / "bundle.pyz").write_bytes(b"bundle")
    (tmp_path / "id.pub").write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBmGCQ4tWV4aXbMnwfYl3n0TqJ2cV9W5S8Y8xG2rQkqZ me\n"
    )
    with mock_aws():
        CURRENT[:] = [Account(tmp_path)]
        yield CURRENT[0]


@pytest.fixture
def run_module(account, monkeypatch):
    """Run a module as Ansible does; return its result (``failed`` set where it failed)."""

    def run(name, check=False, /, **params):
        module = importlib.import_module(f"{MODULES}.{name}")
        made = module.Clients

        class Watched(made):
            def _client(self, *args, **kwargs):
                made_once = super()._client
                return kept((self.region, args, tuple(kwargs.items())), lambda: watch(made_once(*args, **kwargs)))

        monkeypatch.setattr(module, "Clients", Watched)
        args = {"region": REGION, "_ansible_check_mode": check, "_ansible_diff": True, **params}
        out = io.StringIO()
        account.calls.clear()
        warnings._global_warnings.clear()  # those of a module that ran in this process before
        with monkeypatch.context() as apart:
            # Where a plugin of the controller was imported too, remarks go to its display.
            apart.setattr("ansible.module_utils._internal.is_controller", False)
            with patch_module_args(args), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
                module.main()
        monkeypatch.setattr(module, "Clients", made)
        return json.loads(out.getvalue().strip().splitlines()[-1])

    return run


@pytest.fixture
def cluster(account, run_module, monkeypatch):
    """Run ``ec2_cluster``; the nodes' part, an object with the host key, is played here as soon as they run."""
    from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import nodes

    honest = nodes.observe

    def boot(client, bucket, prefix, *which):
        if account.answers_host_keys:
            for one in account.instances():
                if not account.objects(f"{prefix}nodes/{one['InstanceId']}/hostkey"):
                    account.put_host_key(one)
        return honest(client, bucket, prefix, *which)

    monkeypatch.setattr(nodes, "observe", boot)

    def run(state="present", check=False, **params):
        wanted = {"name": "demo", "state": state, "bucket": BUCKET, "wait_timeout": 5, **params}
        if state == "present":
            wanted = {
                "image": account.image,
                "ssh_cidr": "192.0.2.7/32",
                "public_key": str(account.home / "id.pub"),
                "bundle": str(account.home / "bundle.pyz"),
                "document": {"hadoop": {"url": f"s3://{BUCKET}/archives/a/h.tar.gz", "sha512": "ab"}},
                **wanted,
            }
        return run_module("ec2_cluster", check, **{key: value for key, value in wanted.items() if value is not None})

    return run


def assert_reads_only(calls):
    assert calls and all(name.startswith(READS) for name in calls), calls


@pytest.fixture(name="impatient")
def fixture_impatient(monkeypatch):
    """Look again at once."""
    honest = waits.poll
    for module in (instance_waits, stopped):
        monkeypatch.setattr(module, "poll", lambda *args, **kwargs: honest(*args, **{**kwargs, "pause": 0.01}))
