# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud, whole: two real instances, seen through the API and over SSH. Needs root and podman."""

from __future__ import annotations

import json
import os
import pathlib
import socket
import subprocess
import sys
import typing as t

import boto3
import botocore.config
import botocore.exceptions
import pytest

from tests.waiting import wait_for

from .support import controller

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = CHECKOUT / "var" / "localcloud" / "image"
PARAMETER = "/aws/service/debian/release/12/latest/amd64"
USER_DATA = """#!/bin/sh
echo made-by-user-data > /srv/proof
systemd-run --unit=web python3 -m http.server 8080 --directory /srv
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::data/mine/*"},
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::data",
            "Condition": {"StringLike": {"s3:prefix": "mine/*"}},
        },
    ],
}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="makes containers: needs root")


def localcloud(state: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the local cloud."""
    argv = [sys.executable, "-m", "localcloud", "--state", str(state), *arguments]
    return subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)


def traces(state: pathlib.Path) -> dict[str, list[str]]:
    """Return what there is of a cloud on this machine; each list is empty when there is none."""
    sys.path.insert(0, str(CHECKOUT))
    from localcloud.network import candidates
    from localcloud.paths import State

    cloud = State.at(state)
    octets = ".".join(candidates(str(cloud.root))[0].split(".")[:2]) + "."

    def printed(*argv: str) -> str:
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout

    def lines(*argv: str, having: str) -> list[str]:
        return [line for line in printed(*argv).splitlines() if having in line]

    found = {
        "containers": lines("podman", "ps", "-a", "--format", "{{.Names}}", having=cloud.network),
        "networks": lines("podman", "network", "ls", "--format", "{{.Name}}", having=cloud.network),
        "processes": lines("ps", "-eo", "args", having=f"--state {state}"),
    }
    of_network = {
        "addresses": lines("ip", "-br", "address", having=octets),
        "routes": lines("ip", "route", "show", "table", "all", having=octets),
        "rules": lines("iptables-save", having=octets),
    }
    networks = json.loads(printed("podman", "network", "ls", "--format", "json"))
    if any(octets in str(one["subnets"]) and one["name"] != cloud.network for one in networks):
        return found  # what was let go may be another cloud's a moment later
    return {**found, **of_network}


def code_of(call: t.Callable[..., t.Any], **arguments: t.Any) -> str:
    """Return the error code that a call ends with."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


class Cloud:
    """A running cloud, its clients, and what the tests made in it."""

    def __init__(self, state: pathlib.Path) -> None:
        self.state = state
        self.session = boto3.Session(profile_name="localcloud")
        self.ec2 = self.session.client("ec2")
        self.s3 = self.session.client("s3")
        self.key = state / "key"
        self.known_hosts = state / "known_hosts"

    @property
    def gateway(self) -> str:
        """The address of API and controller in the VPC."""
        return controller(self.ec2)

    def instance(self, instance_id: str) -> dict[str, t.Any]:
        """Describe one instance."""
        found = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        return dict(found[0]["Instances"][0])

    def wait_state(self, instance_id: str, state: str, seconds: float = 60) -> None:
        """Wait for an instance's state."""
        wait_for(f"{instance_id} {state}", lambda: self.instance(instance_id)["State"]["Name"] == state, seconds)

    def container(self, instance_id: str) -> str:
        """Return the name of an instance's container."""
        names = subprocess.run(
            ["podman", "ps", "-a", "--format", "{{.Names}}"], capture_output=True, text=True, timeout=60, check=True
        ).stdout.split()
        return next(name for name in names if name.endswith(instance_id))

    def pin(self, instance_id: str, address: str) -> None:
        """Pin an instance's host key, read past the network."""
        path = "/etc/ssh/ssh_host_ed25519_key.pub"
        argv = ["podman", "exec", self.container(instance_id), "cat", path]

        def read() -> str:
            return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False).stdout

        kind, blob = wait_for("a host key", read, 60).split()[:2]
        with open(self.known_hosts, "a", encoding="utf-8") as handle:
            handle.write(f"{address} {kind} {blob}\n")

    def ssh(self, address: str, command: str, seconds: float = 60) -> str:
        """Run a command on an instance as admin; wait for sshd at most ``seconds``."""
        argv = ["ssh", "-F", "none", "-i", str(self.key), "-o", f"UserKnownHostsFile={self.known_hosts}"]
        argv += ["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3", f"admin@{address}"]

        def attempt() -> subprocess.CompletedProcess[str] | None:
            done = subprocess.run([*argv, command], capture_output=True, text=True, timeout=60, check=False)
            return None if done.returncode == 255 else done

        return str(wait_for(f"ssh {address}", attempt, seconds).stdout)

    def reaches(self, port: int, address: str) -> bool:
        """Tell whether the controller reaches a port."""
        try:
            with socket.create_connection((address, port), timeout=0.7):
                return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cloud]:
    """A cloud of its own, with a key, a group, a profile and a bucket; gone afterwards."""
    state = tmp_path_factory.mktemp("cloud")
    up = localcloud(state, "up", "--image-cache", str(IMAGES))
    patch = pytest.MonkeyPatch()
    try:
        assert up.returncode == 0, up.stderr
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(state / "aws-config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        made = Cloud(state)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(made.key)], timeout=30, check=True)
        yield made
    finally:
        patch.undo()
        down = localcloud(state, "down")
        assert down.returncode == 0, down.stderr
        assert not any(traces(state).values())


@pytest.fixture(scope="module")
def pair(cloud: Cloud) -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    """Two instances with a profile, launched in one call; the request and what it answered."""
    public = cloud.key.with_suffix(".pub").read_bytes()
    cloud.ec2.import_key_pair(KeyName="test", PublicKeyMaterial=public)
    group = cloud.ec2.create_security_group(GroupName="nodes", Description="nodes")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": f"{cloud.gateway}/32"}]}
    cloud.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    iam = cloud.session.client("iam")
    iam.create_role(RoleName="node", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="node", PolicyName="s3", PolicyDocument=json.dumps(POLICY))
    shared = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/shared/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [shared]})
    arn = iam.create_policy(PolicyName="shared", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="node", PolicyArn=arn)
    iam.create_instance_profile(InstanceProfileName="node")
    iam.add_role_to_instance_profile(InstanceProfileName="node", RoleName="node")
    image = cloud.session.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    request = {
        "ImageId": image,
        "InstanceType": "t3.small",
        "MinCount": 2,
        "MaxCount": 2,
        "KeyName": "test",
        "SecurityGroupIds": [group],
        "IamInstanceProfile": {"Name": "node"},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "UserData": USER_DATA,
        "ClientToken": "once",
    }
    instances = cloud.ec2.run_instances(**request)["Instances"]
    assert {i["State"]["Name"] for i in instances} == {"pending"}
    assert not any("PublicIpAddress" in i for i in instances)
    for instance in instances:
        cloud.wait_state(instance["InstanceId"], "running")
        cloud.pin(instance["InstanceId"], instance["PrivateIpAddress"])
    return request, instances


def test_boots_like_debians_image(cloud: Cloud, pair: t.Any) -> None:
    """cloud-init made the user and the host name; user data ran; no Java; no way to the internet."""
    for instance in pair[1]:
        address = instance["PrivateIpAddress"]
        name = f"ip-{address.replace('.', '-')}"
        assert instance["PrivateDnsName"] == f"{name}.ec2.internal"
        assert cloud.ssh(address, "cloud-init status --wait >/dev/null; cat /srv/proof").strip() == "made-by-user-data"
        facts = cloud.ssh(
            address, "hostname; sudo -n id -u; grep 127.0.1.1 /etc/hosts; which java; getent hosts " + address
        )
        assert facts.split("\n")[:4] == [
            name,
            "0",
            f"127.0.1.1 {name}.ec2.internal {name}",
            f"{address}{' ' * (16 - len(address))}{name}.ec2.internal",
        ]
        assert "Network is unreachable" in cloud.ssh(address, "(: </dev/tcp/192.0.2.1/443) 2>&1; true")


def test_the_gateway_stays_what_the_instances_took_it_for(cloud: Cloud, pair: t.Any) -> None:
    """The bridge's hardware address was set, and so does not follow those of the instances that come and go."""
    argv = ["ip", "-json", "address"]
    links = json.loads(subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout)
    (bridge,) = (one for one in links if cloud.gateway in [address.get("local") for address in one["addr_info"]])
    set_by_hand = "3"  # NET_ADDR_SET: Documentation/ABI/testing/sysfs-class-net
    assert pathlib.Path("/sys/class/net", bridge["ifname"], "addr_assign_type").read_text().strip() == set_by_hand
    for instance in pair[1]:
        known = cloud.ssh(instance["PrivateIpAddress"], f"ip neigh show {cloud.gateway}")
        assert f"lladdr {bridge['address']} " in known


def metadata(cloud: Cloud, address: str, path: str) -> str:
    """Ask an instance's metadata service, with a token."""
    base = "http://169.254.169.254/latest"
    token = (
        f'-H "X-aws-ec2-metadata-token: $(curl -s -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 {base}/api/token)"'
    )
    return cloud.ssh(address, f"curl -sf {token} {base}/{path}")


def test_metadata(cloud: Cloud, pair: t.Any) -> None:
    """Each instance is told what it is, by token only."""
    for instance in pair[1]:
        address = instance["PrivateIpAddress"]
        assert metadata(cloud, address, "meta-data/instance-id") == instance["InstanceId"]
        assert metadata(cloud, address, "user-data") == USER_DATA
        assert json.loads(metadata(cloud, address, "dynamic/instance-identity/document"))["privateIp"] == address
    bare = "curl -s -o /dev/null -w %{http_code} http://169.254.169.254/latest/meta-data/"
    assert cloud.ssh(pair[1][0]["PrivateIpAddress"], bare) == "401"


def test_role_keys_do_what_the_policy_says_and_no_more(cloud: Cloud, pair: t.Any) -> None:
    """Keys from the metadata service read and list one prefix; a wrong secret is no key at all."""
    cloud.s3.create_bucket(Bucket="data")
    cloud.s3.put_object(Bucket="data", Key="mine/a b+c", Body=b"1")
    form = "application/x-www-form-urlencoded"  # what urllib says of any body; an object like others to S3
    cloud.s3.put_object(Bucket="data", Key="theirs/a", Body=b"2", ContentType=form)
    assert cloud.s3.get_object(Bucket="data", Key="theirs/a")["Body"].read() == b"2"
    cloud.s3.put_object(Bucket="data", Key="shared/a", Body=b"3")
    role = "meta-data/iam/security-credentials/"
    address = pair[1][1]["PrivateIpAddress"]
    assert metadata(cloud, address, role) == "node"
    keys = json.loads(metadata(cloud, address, role + "node"))

    def client(secret: str, service: str = "s3") -> t.Any:
        return boto3.Session(keys["AccessKeyId"], secret, keys["Token"], "us-east-1").client(
            service,
            endpoint_url=cloud.ec2.meta.endpoint_url,
            config=botocore.config.Config(s3={"addressing_style": "path"}),
        )

    s3 = client(keys["SecretAccessKey"])
    assert s3.get_object(Bucket="data", Key="mine/a b+c")["Body"].read() == b"1"
    assert s3.get_object(Bucket="data", Key="shared/a")["Body"].read() == b"3"
    s3.put_object(Bucket="data", Key="mine/new", Body=b"x" * 100)
    assert s3.list_objects_v2(Bucket="data", Prefix="mine/")["KeyCount"] == 2
    assert code_of(s3.get_object, Bucket="data", Key="theirs/a") == "AccessDenied"
    assert code_of(s3.put_object, Bucket="data", Key="theirs/a", Body=b"") == "AccessDenied"
    assert code_of(s3.delete_object, Bucket="data", Key="mine/new") == "AccessDenied"
    assert code_of(s3.list_objects_v2, Bucket="data", Prefix="theirs/") == "AccessDenied"
    assert code_of(s3.get_object, Bucket="data", Key="mine/absent") == "AccessDenied"
    assert code_of(client("x" * 40).get_object, Bucket="data", Key="mine/new") == "SignatureDoesNotMatch"
    assert code_of(client(keys["SecretAccessKey"], "ec2").describe_instances) == "UnauthorizedOperation"


def test_groups_are_enforced_from_controller_and_between_nodes(cloud: Cloud, pair: t.Any) -> None:
    """What no rule allows is dropped, and a rule works at once, both ways."""
    first, second = (instance["PrivateIpAddress"] for instance in pair[1])
    group = pair[0]["SecurityGroupIds"][0]
    fetch = f"curl -s -m 1 -o /dev/null -w '%{{http_code}}' http://{second}:8080/proof"
    assert not cloud.reaches(8080, first)
    assert cloud.ssh(first, fetch) == "000"
    web = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080}
    rules = [{**web, "UserIdGroupPairs": [{"GroupId": group}]}]
    cloud.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    wait_for("the other node's port", lambda: cloud.ssh(first, fetch) == "200", 15)
    assert not cloud.reaches(8080, first)
    rules = [{**web, "IpRanges": [{"CidrIp": f"{cloud.gateway}/32"}]}]
    cloud.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    wait_for("the controller's port", lambda: cloud.reaches(8080, first), 15)
    cloud.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
    wait_for("the port closed", lambda: not cloud.reaches(8080, first), 15)


def test_is_as_strict_as_aws(cloud: Cloud, pair: t.Any) -> None:
    """What moto would let pass."""
    request, instances = pair
    again = cloud.ec2.run_instances(**request)["Instances"]
    assert [i["InstanceId"] for i in again] == [i["InstanceId"] for i in instances]
    assert code_of(cloud.ec2.run_instances, **{**request, "InstanceType": "t3.medium"}) == "IdempotentParameterMismatch"
    fresh = {**request, "ClientToken": "other"}
    public = {"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": fresh["SecurityGroupIds"]}
    cases: dict[str, dict[str, t.Any]] = {
        "InvalidAMIID.NotFound": {"ImageId": "ami-0123456789abcdef0"},
        "InvalidKeyPair.NotFound": {"KeyName": "absent"},
        "InvalidParameterValue": {"IamInstanceProfile": {"Name": "absent"}},
        "Unsupported": {"SecurityGroupIds": [], "NetworkInterfaces": [public]},
        "InvalidSubnetID.NotFound": {"SubnetId": "subnet-0123456789abcdef0"},
    }
    for code, change in cases.items():
        assert code_of(cloud.ec2.run_instances, **{**fresh, **change}) == code
    assert code_of(cloud.ec2.delete_security_group, GroupId=request["SecurityGroupIds"][0]) == "DependencyViolation"
    assert code_of(cloud.ec2.allocate_address) == "Unsupported"


def test_stop_and_start_keep_disk_address_and_rules(cloud: Cloud, pair: t.Any) -> None:
    """A stopped instance comes back as it was, its group still enforced; a reboot from inside is no shutdown."""
    instance_id, address = pair[1][0]["InstanceId"], pair[1][0]["PrivateIpAddress"]
    cloud.ssh(address, "echo kept | sudo tee /srv/disk; sync")
    boot = cloud.ssh(address, "stat -c %Z /proc/1")
    cloud.ec2.stop_instances(InstanceIds=[instance_id])
    cloud.wait_state(instance_id, "stopped")
    assert not cloud.reaches(22, address)
    cloud.ec2.start_instances(InstanceIds=[instance_id])
    cloud.wait_state(instance_id, "running")
    assert cloud.instance(instance_id)["PrivateIpAddress"] == address
    assert cloud.ssh(address, "cat /srv/disk").strip() == "kept"
    assert metadata(cloud, address, "meta-data/instance-id") == instance_id
    assert not cloud.reaches(8080, address)
    second = cloud.ssh(address, "stat -c %Z /proc/1")
    assert second != boot
    cloud.ssh(address, "sudo systemctl reboot")
    wait_for("another boot", lambda: cloud.ssh(address, "stat -c %Z /proc/1") not in ("", second), 60)
    cloud.ec2.reboot_instances(InstanceIds=[instance_id])
    assert cloud.instance(instance_id)["State"]["Name"] in ("pending", "running")


def test_shutdown_from_inside_terminates(cloud: Cloud, pair: t.Any) -> None:
    """The API sees it, the container is gone, nothing answers for it, the group is free once both are terminated."""
    first, second = pair[1]
    cloud.ssh(second["PrivateIpAddress"], "sudo systemctl poweroff")
    cloud.wait_state(second["InstanceId"], "terminated")
    assert cloud.instance(second["InstanceId"])["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    # 28: no answer in time; where a neighbour's address cannot be resolved it would be 7, after three seconds.
    lost = f"curl -s -m 6 -o /dev/null http://{second['PrivateIpAddress']}:8080/proof; echo $?"
    assert cloud.ssh(first["PrivateIpAddress"], lost).strip() == "28"
    cloud.ec2.terminate_instances(InstanceIds=[first["InstanceId"], second["InstanceId"]])
    cloud.wait_state(first["InstanceId"], "terminated")
    assert not [name for name in traces(cloud.state)["containers"] if not name.endswith("-router")]
    cloud.ec2.delete_security_group(GroupId=pair[0]["SecurityGroupIds"][0])
    assert code_of(cloud.ec2.start_instances, InstanceIds=[first["InstanceId"]]) == "IncorrectInstanceState"


def test_up_again_and_down_after_a_crash(cloud: Cloud) -> None:
    """A second up does nothing; after kill -9 down still finds everything. The last test: the cloud is gone then."""
    record = json.loads((cloud.state / "cloud.json").read_text(encoding="utf-8"))
    assert localcloud(cloud.state, "up", "--image-cache", str(IMAGES)).returncode == 0
    assert json.loads((cloud.state / "cloud.json").read_text(encoding="utf-8")) == record
    image = cloud.session.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    made = cloud.ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1)["Instances"][0]
    cloud.wait_state(made["InstanceId"], "running")
    assert len(traces(cloud.state)["containers"]) == 2
    os.kill(record["pid"], 9)
    assert localcloud(cloud.state, "down").returncode == 0
    assert not any(traces(cloud.state).values())
    assert localcloud(cloud.state, "down").returncode == 0
