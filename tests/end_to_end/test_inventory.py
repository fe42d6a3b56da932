# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin on a cluster of real machines, from a home that never launched one, by the page's own commands."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documented import documented
from tests.waiting import wait_for

from .support import tags, write_job

PAGE = "docs/inventory.md"
CLUSTER = "demo"


@dataclasses.dataclass
class Visitor:
    """Somebody with the SSH key and the account, a home and a folder with an inventory, and no more."""

    cloud: object
    home: Path

    @property
    def folder(self) -> Path:
        """Return where the commands are typed."""
        return self.home / "work"

    def write(self, name: str, block: str) -> None:
        """Write a block of the page into the inventory folder."""
        path = self.folder / "inventory" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(documented(PAGE, block))

    def type(self, text: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Type commands; return what they printed, errors too."""
        env = {key: value for key, value in self.cloud.env.items() if not key.startswith(("XDG_", "ANSIBLE_CONFIG"))}
        env.update({"HOME": str(self.home), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **more})
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=200,
            check=False,
        )


@pytest.fixture(scope="module", name="nodes")
def fixture_nodes(cloud, tmp_path_factory):
    """Launch a cluster of a master and a worker; yield their instances, master first; end it."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "in.txt").write_text("a\n")
    job = write_job(folder, cluster_name=CLUSTER, cluster_workers=1, job_mapper="cat", job_input=["in.txt"])
    run = cloud.play("playbooks/launch.yml", "-e", f"job_file={job}")
    assert run.code == 0, run.text
    found = sorted(cloud.instances(CLUSTER, "running"), key=lambda one: tags(one)["ohmy:group"])
    done = ["ls", "/var/lib/cloud/instance/boot-finished"]
    for one in found:  # each has let its host key be known
        wait_for(f"{one['InstanceId']} to boot", lambda one=one: cloud.inside(one, *done).returncode == 0, 300)
    yield found
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    assert run.code == 0 and cloud.leftovers(CLUSTER) == [], run.text


@pytest.fixture(name="visitor")
def fixture_visitor(cloud, nodes, tmp_path):
    """Return somebody else on another machine, who was given the key."""
    shutil.copytree(cloud.home / "data" / "ohmy.hadoop", tmp_path / ".local/share/ohmy.hadoop")
    return Visitor(cloud, tmp_path)


def names(nodes) -> list[str]:
    """Return the inventory's names of master and workers."""
    return [f"{CLUSTER}-master"] + [f"{CLUSTER}-worker-{one['InstanceId']}" for one in nodes[1:]]


def test_the_commands_of_the_page(cloud, nodes, visitor):
    visitor.write("ec2.ohmy_hadoop.yml", "file")
    done = visitor.type(documented(PAGE, "commands"))
    assert done.returncode == 0, done.stdout
    master, *workers = names(nodes)
    for group, members in (("demo_master", [master]), ("demo_workers", workers), ("ohmy_workers", workers)):
        assert f"--@{group}:" in done.stdout and all(f"--{one}\n" in done.stdout for one in members), done.stdout
    assert done.stdout.count('"ping": "pong"') == 2 and "load average" in done.stdout, done.stdout
    for one in nodes[1:]:  # by ansible-console
        assert f"ip-{one['PrivateIpAddress'].replace('.', '-')}\n" in done.stdout, done.stdout
    # The limit left the master alone.
    assert done.stdout.count(f"{master} | CHANGED") == 1, done.stdout
    # Workers saw a login from the master's address only.
    for one in nodes[1:]:
        log = cloud.inside(one, "journalctl", "-u", "ssh", "--no-pager", "-q").stdout
        came = [line for line in log.splitlines() if "Accepted publickey" in line]
        assert came and all(f"from {nodes[0]['PrivateIpAddress']} " in line for line in came), log


def test_beside_hosts_of_ones_own(nodes, visitor):
    visitor.write("ec2.ohmy_hadoop.yml", "file")
    visitor.write("hosts.yml", "own")
    done = visitor.type(documented(PAGE, "both"))
    assert done.returncode == 0, done.stdout
    assert "gateway | SUCCESS" in done.stdout and all(f"{one} | SUCCESS" in done.stdout for one in names(nodes)[1:])
    assert f"{CLUSTER}-master" not in done.stdout


def test_groups_of_ones_own_and_a_cache_that_needs_no_cloud(nodes, visitor):
    visitor.write("ec2.ohmy_hadoop.yml", "larger")
    first = visitor.type("ansible-inventory -i inventory --graph")
    assert first.returncode == 0 and "--@zone_us_east_1a:" in first.stdout and "--@launched:" in first.stdout
    again = visitor.type("ansible -i inventory all -m ansible.builtin.ping", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert again.returncode == 0 and again.stdout.count('"ping": "pong"') == 2, again.stdout
    rack = visitor.type(f"ansible -i inventory {CLUSTER}_master -m ansible.builtin.debug -a var=rack")
    assert '"rack": "us-east-1a/master"' in rack.stdout, rack.stdout
    flushed = visitor.type(
        "ansible-inventory -i inventory --graph --flush-cache", AWS_ENDPOINT_URL="http://127.0.0.1:1"
    )
    assert flushed.returncode != 0 and "Could not describe the instances of demo" in flushed.stdout, flushed.stdout


def test_a_machine_with_another_host_key_is_refused(cloud, nodes, visitor):
    visitor.write("ec2.ohmy_hadoop.yml", "file")
    assert visitor.type("ansible-inventory -i inventory --list").returncode == 0
    pinned = (visitor.home / ".local/state/ohmy.hadoop").glob("*/known_hosts")  # of each cluster there is
    known = next(path for path in pinned if nodes[0]["InstanceId"] in path.read_text())
    lines = [line.split() for line in known.read_text().splitlines()]
    keys = {line[0].split(",")[0]: line for line in lines if line[1] == "ssh-ed25519"}
    master, worker = (keys[one["InstanceId"]] for one in nodes[:2])
    known.write_text(f"{worker[0]} {master[1]} {master[2]}\n{master[0]} {master[1]} {master[2]}\n")
    # To a module's input, which goes through a pipe, Ansible may find SSH gone before it reads what that said.
    done = visitor.type(f"ansible -i inventory {names(nodes)[1]} -m ansible.builtin.raw -a true")
    assert done.returncode != 0 and "REMOTE HOST IDENTIFICATION HAS CHANGED" in done.stdout, done.stdout
