# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HDFS and YARN on two disks of a host: a job, a reboot, a full disk, a disk that is gone, and what is told of it."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from localcloud.shell import LocalCloudError
from tests.machines import Machines, up
from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import BIN, ROOT, Run

JOB = """---
job_name: spindles
job_mapper: tr ' ' '\\n'
job_reducer: uniq -c
job_input: [words.txt]
job_output: output
cluster_provider: inventory
cluster_name: spindles
hadoop_data_disks: [{disks}]
"""
FILES = [f"/user/hadoop/file-{number}" for number in range(6)]
PLACES = [f"/var/lib/hadoop/disks/{number}" for number in (1, 2)]


class Host:
    """A lone master with two disks, and runs of playbooks against it."""

    def __init__(self, machines: Machines, folder) -> None:
        self.machines, self.folder, self.first, self.second = machines, folder, *machines.disks
        (folder / "job.yml").write_text(JOB.format(disks=", ".join(machines.disks)))
        (folder / "words.txt").write_text("a rose is a rose\n" * 100)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_"))}
        env.pop("PYTHONUNBUFFERED", None)
        self.env = env | {"HOME": str(folder), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}

    def play(self, playbook: str, *more: str) -> str:
        inventories = ["-i", "inventory", "-i", str(self.machines.inventory)]
        job = ["-e", f"job_file={self.folder / 'job.yml'}"]
        run = Run([str(BIN / "ansible-playbook"), *inventories, playbook, *job, *more], self.env, ROOT)
        assert run.finish(900) == 0, run.text
        return run.text

    def run(self, *command: str, check: bool = True, stdin: str | None = None) -> str:
        return self.machines.run(self.machines.master, *command, check=check, seconds=180, stdin=stdin)

    def hdfs(self, *command: str, check: bool = True) -> str:
        return self.run("runuser", "-u", "hadoop", "--", "hdfs", *command, check=check)

    def checksum(self, path: str) -> str:
        """Return the sha256 of a file in HDFS, empty where it cannot be read."""
        try:
            return self.run("sh", "-c", f"set -e; hdfs dfs -cat {path} > /tmp/read; sha256sum < /tmp/read").split()[0]
        except LocalCloudError:
            return ""

    def blocks(self, place: str) -> int:
        """Return how many blocks lie on a disk, as the disk itself has it."""
        return len(self.run("find", f"{place}/data", "-name", "blk_*", "-not", "-name", "*.meta").split())

    def fill(self, place: str) -> None:
        """Write to a disk until nothing more goes; most of it at once, as what a file costs besides differs."""
        most = f"$(($(df -B1 --output=avail {place} | tail -1) - (16 << 20)))"
        self.run("sh", "-c", f"fallocate -l {most} {place}/filler; cat /dev/zero >> {place}/filler", check=False)
        assert int(self.run("df", "-B1", "--output=avail", place).split()[1]) < 1 << 20

    def up(self) -> bool:
        return "Safe mode is OFF" in self.hdfs("dfsadmin", "-safemode", "get", check=False)

    def missing(self) -> str:
        return self.run("runuser", "-u", "hdfs", "--", "hdfs", "fsck", "/", "-list-corruptfileblocks", check=False)


@pytest.fixture(scope="module", name="host")
def fixture_host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spindles")
    made = up("spindles", 0, folder / "machines", disks=2)
    try:
        yield Host(made, folder)
    finally:
        made.down()


@survives(
    Survived(
        "one of a node's disks is full",
        "while HDFS is written",
        "blocks go to the other disks",
        "nothing",
    ),
    Survived(
        "one of a node's disks is lost",
        "while HDFS runs",
        "HDFS and YARN go on with the others; what has no other replica is missing until the disk comes back",
        "which disk is gone, and that it is done without",
    ),
)
@pytest.mark.long
def test_two_disks_from_the_first_job_to_the_loss_of_one(host):
    foretold = host.play("playbooks/configure.yml", "--check", "-v")
    assert f"format disk {host.first} at {PLACES[0]}" in foretold
    host.play("run_job.yml")
    assert (host.folder / "output" / "part-00000").read_text().split() == ["200", "a", "100", "is", "200", "rose"]
    site = host.run("cat", "/etc/hadoop/hdfs-site.xml")
    assert f"<value>file://{PLACES[0]}/data,file://{PLACES[1]}/data</value>" in site
    assert not host.run("sh", "-c", "ls -A /var/lib/hadoop/data /var/lib/hadoop/local 2>/dev/null || true").strip()
    sums = {}
    for path in FILES:
        data = host.run(
            "sh", "-c", "head -c 8000000 /dev/urandom > /var/tmp/new; chmod 644 /var/tmp/new; sha256sum < /var/tmp/new"
        )
        host.hdfs("dfs", "-put", "/var/tmp/new", path)
        sums[path] = data.split()[0]
    assert min(host.blocks(place) for place in PLACES) >= 2

    # A reboot: nobody mounts the disks in a container but the node itself.
    host.machines.stop(host.machines.master)
    host.machines.start(host.machines.master)
    wait_for("HDFS after the reboot", host.up, 240, 2)
    assert {path: host.checksum(path) for path in FILES} == sums
    assert "changed=0" in host.play("playbooks/configure.yml").rpartition(host.machines.master)[2]

    # A full disk: new blocks go to the other one.
    before = [host.blocks(place) for place in PLACES]
    host.fill(PLACES[0])
    host.hdfs("dfs", "-put", "/var/tmp/new", "/user/hadoop/beside-a-full-disk")
    assert [host.blocks(place) for place in PLACES] == [before[0], before[1] + 1]
    host.run("rm", f"{PLACES[0]}/filler")

    # A disk that is gone, with the only replica of what lay on it.
    host.run("sh", "-c", f"rm {host.second} /dev/nvme2n1; umount -l {PLACES[1]}")
    read = {path: host.checksum(path) for path in FILES}
    kept = [path for path in FILES if read[path]]
    assert 2 <= len(kept) <= 4 and all(read[path] == sums[path] for path in kept)
    lost = sorted(set(FILES) - set(kept))
    wait_for(f"HDFS to tell of {lost}", lambda: all(path in host.missing() for path in lost), 120, 2)
    wait_for(
        "room for new files", lambda: host.hdfs("dfs", "-put", "-f", "/var/tmp/new", "/after", check=False) == "", 120
    )
    told = host.play("playbooks/configure.yml")
    assert f"The disk {host.second} is not there any more; HDFS goes on without it" in told.replace("\n", " "), told
    assert "1 disk of" in told and "failed" in told, "the wait for Hadoop tells too"
    assert not host.run("ls", "-A", PLACES[1]).strip(), "nothing is written in its place"
    states = host.run("systemctl", "is-active", "hadoop-datanode", "hadoop-nodemanager").split()
    assert states == ["active", "active"]

    # It comes back, and so do its blocks.
    host.machines.stop(host.machines.master)
    host.machines.start(host.machines.master)
    wait_for("HDFS with both disks", host.up, 240, 2)
    wait_for("all blocks", lambda: {path: host.checksum(path) for path in FILES} == sums, 120, 2)
    known = json.loads(host.run("cat", "/var/lib/ohmy/disks.json"))
    assert [disk["path"] for disk in known["disks"]] == host.machines.disks
    assert hashlib.sha256(b"").hexdigest() not in sums.values()
