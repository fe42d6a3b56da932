# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job in a named subnet, reached by the user's own jump host and by nothing else."""

from __future__ import annotations

import socket
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.documented import documented
from tests.waiting import wait_for

from .support import Cloud, controller, write_job
from .test_localcloud import PARAMETER

pytestmark = pytest.mark.long

NAME = "own-vpc"
# OpenSSH takes the user's folder from the password file, whatever HOME says; of two -F the last holds.
SSH = '#!/bin/sh\nexec /usr/bin/ssh -F "$HOME/.ssh/config" "$@"\n'
CONFIG = """Host {address}
  IdentityFile {key}
  IdentitiesOnly yes
  UserKnownHostsFile {known_hosts}
"""


class User(Cloud):
    """One who has a program of their own as ssh."""

    @property
    def env(self) -> dict[str, str]:
        """Return the environment, with that program in it."""
        env = super().env
        return {**env, "PATH": f"{self.home / 'bin'}:{env['PATH']}"}


class JumpHost:
    """An instance of the user's own, in no cluster, to which SSH is open; what reaches it is in ``folder``."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.ec2, self.folder = cloud.client("ec2"), folder
        key = folder / ".ssh" / "id"
        key.parent.mkdir(parents=True, mode=0o700)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], timeout=30, check=True)
        self.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=key.with_suffix(".pub").read_bytes())
        self.group = self.ec2.create_security_group(GroupName="mine", Description="mine")["GroupId"]
        rule = {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": f"{controller(self.ec2)}/32"}],
        }
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[rule])
        image = cloud.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
        (instance,) = self.ec2.run_instances(
            ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1, KeyName="mine", SecurityGroupIds=[self.group]
        )["Instances"]
        self.id, self.subnet = instance["InstanceId"], instance["SubnetId"]
        self.address = instance["PrivateIpAddress"]
        self.ec2.get_waiter("instance_running").wait(
            InstanceIds=[self.id], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        path = "/etc/ssh/ssh_host_ed25519_key.pub"
        host_key = wait_for("a host key", lambda: cloud.inside(instance, "cat", path).stdout, 60)
        known_hosts = key.with_name("known_hosts")
        known_hosts.write_text(" ".join([self.address, *host_key.split()[:2]]) + "\n")
        config = key.with_name("config")
        config.write_text(CONFIG.format(address=self.address, key=key, known_hosts=known_hosts))
        wrapper = folder / "bin" / "ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(SSH)
        wrapper.chmod(0o755)

    def remove(self) -> None:
        """Remove what was made in the cloud."""
        self.ec2.terminate_instances(InstanceIds=[self.id])
        self.ec2.get_waiter("instance_terminated").wait(
            InstanceIds=[self.id], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        self.ec2.delete_security_group(GroupId=self.group)
        self.ec2.delete_key_pair(KeyName="mine")


@pytest.fixture(name="jump_host")
def fixture_jump_host(cloud: Cloud, home: Path) -> t.Iterator[JumpHost]:
    host = JumpHost(cloud, home)
    yield host
    host.remove()


def test_a_job_runs_where_only_a_jump_host_leads(cloud: Cloud, jump_host: JumpHost, tmp_path: Path) -> None:
    user = User(cloud.state, jump_host.folder)
    guide = yaml.safe_load(documented("docs/guides/own_vpc.md", "variables"))
    guide["cluster_subnet_id"] = jump_host.subnet
    guide["cluster_ssh_cidr"] = f"{jump_host.address}/32"
    guide["cluster_ssh_proxy"] = f"admin@{jump_host.address}"
    (tmp_path / "in.txt").write_text("b\na\n")
    values = {"job_mapper": "cat", "job_input": ["in.txt"], "job_output": "out", "job_preflight": "static"}
    job = write_job(tmp_path, cluster_name=NAME, cluster_workers=1, cluster_keep="always", **values, **guide)
    run = user.play("run_job.yml", "-e", f"job_file={job}", seconds=500)
    assert run.code == 0, run.text
    assert "".join(part.read_text() for part in sorted((tmp_path / "out").glob("part-*"))) == "a\nb\n"
    nodes = cloud.instances(NAME, "running")
    assert {node["SubnetId"] for node in nodes} == {jump_host.subnet}
    for node in nodes:
        with pytest.raises(OSError), socket.create_connection((node["PrivateIpAddress"], 22), timeout=2):
            pass
    run = user.play("playbooks/terminate.yml", "-e", f"cluster_name={NAME}")
    assert run.code == 0 and cloud.leftovers(NAME) == [], run.text
    assert jump_host.ec2.describe_instances(InstanceIds=[jump_host.id])["Reservations"], "not the cluster's"
