# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's code on real disks: loop devices in a machine that may mount them, which stand for EBS volumes and others."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.bundle import build_bundle
from localcloud.shell import run
from tests.machines import Machines, loops, up

OWN = "7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52"
SETTLE = """
import json, sys
sys.path.insert(0, "/root/node.pyz")
from ohmy._core.errors import OhmyError
from ohmy._node import disks
document = {"incarnation": sys.argv[2], "disks": json.loads(sys.argv[1])}
try:
    layout = disks.settle(document, True, sys.argv[3:] == ["check"])
    steps = [[step.verb, step.device.path, step.place] for step in layout.steps]
    print(json.dumps({"steps": steps, "disks": layout.rows(), "warnings": layout.warnings, "error": ""}))
    if sys.argv[3:] != ["check"]:
        text = disks.fstab(open("/etc/fstab").read(), layout.disks)
        open("/etc/fstab", "w").write(text)
except OhmyError as exc:
    print(json.dumps({"error": str(exc)}))
"""
SHUTDOWN = """
import fcntl, os, struct, sys
# EXT4_IOC_SHUTDOWN without a flush of the journal: as if the device had gone.
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
"""


class Bench:
    """A machine with four blank disks, called nvme1n1 … where the kernel is to say so, and the code of a node."""

    def __init__(self, machines: Machines) -> None:
        self.machines, self.state = machines, machines.state

    def run(self, *command: str, stdin: str | None = None) -> str:
        return self.machines.run(self.machines.master, *command, stdin=stdin)

    def settle(self, wish: dict[str, t.Any], *more: str, incarnation: str = OWN) -> dict[str, t.Any]:
        return json.loads(self.run("python3", "-c", SETTLE, json.dumps(wish), incarnation, *more))

    def show(self, number: int, model: str = loops.EBS, serial: str = "") -> None:
        loops.show(self.state, self.machines.disks, number, model, serial or f"vol0{number}")

    def blank(self) -> None:
        """Forget all: unmount, empty the disks, hide them, remove what a node remembers."""
        self.run(
            "sh",
            "-c",
            "umount /var/lib/hadoop/disks/* /data/* 2>/dev/null; : > /etc/fstab; rm -rf /var/lib/ohmy /var/lib/hadoop /data",
        )
        for number in range(1, len(self.machines.disks) + 1):
            loops.replace(self.state, self.machines.disks, number)
            if (loops.sysfs(self.state) / loops.nvme(number)).exists():
                loops.hide(self.state, number)

    def reboot(self) -> None:
        self.machines.stop(self.machines.master)
        self.machines.start(self.machines.master)

    def mounted(self) -> dict[str, str]:
        """Return device -> options of what is mounted below our folder, as the kernel has it."""
        lines = [line.split() for line in self.run("cat", "/proc/mounts").splitlines()]
        return {words[1]: words[3] for words in lines if words[1].startswith("/var/lib/hadoop/disks")}

    def digest(self, number: int) -> str:
        """Return a hash of a disk's beginning, where all signatures are, and how much of it was written."""
        with loops.image(self.state, number - 1).open("rb") as stream:
            return f"{hashlib.sha256(stream.read(16 << 20)).hexdigest()} {os.fstat(stream.fileno()).st_blocks}"


@pytest.fixture(scope="module", name="machine")
def fixture_machine(tmp_path_factory):
    made = up("bench", 0, tmp_path_factory.mktemp("bench"), disks=4)
    try:
        (made.state / "node.pyz").write_bytes(build_bundle())
        run(["podman", "cp", str(made.state / "node.pyz"), f"{made.container(made.master)}:/root/node.pyz"])
        yield Bench(made)
    finally:
        made.down()
        assert not run(["losetup", "--associated", str(loops.image(made.state, 0))])


@pytest.fixture(name="bench")
def fixture_bench(machine):
    yield machine
    machine.blank()


def test_blank_volumes_get_a_file_system_and_are_found_again_after_a_reboot(bench):
    bench.show(1)
    bench.show(2)
    foretold = bench.settle({"volumes": 2}, "check")
    assert bench.run("sh", "-c", "blkid -p /dev/nvme1n1 || echo nothing") == "nothing\n" and not bench.mounted()
    done = bench.settle({"volumes": 2})
    assert (
        foretold["steps"]
        == done["steps"]
        == [
            ["format", "/dev/nvme1n1", "/var/lib/hadoop/disks/1"],
            ["format", "/dev/nvme2n1", "/var/lib/hadoop/disks/2"],
        ]
    )
    assert all("noatime" in text and "errors=remount-ro" in text for text in bench.mounted().values())
    assert len(bench.mounted()) == 2
    label, uuid = bench.run("blkid", "-p", "-o", "value", "-s", "LABEL", "-s", "UUID", "/dev/nvme1n1").split()
    assert label == "ohmy-7f8f7d1e-1" and f"UUID={uuid} /var/lib/hadoop/disks/1 ext4" in bench.run("cat", "/etc/fstab")
    bench.run("tee", "/var/lib/hadoop/disks/2/kept", stdin="kept")
    assert bench.settle({"volumes": 2})["steps"] == []

    bench.reboot()
    assert not bench.mounted(), "in a container nobody but the node mounts"
    assert [step[0] for step in bench.settle({"volumes": 2})["steps"]] == ["mount", "mount"]
    assert bench.run("cat", "/var/lib/hadoop/disks/2/kept") == "kept"
    assert bench.run("stat", "-f", "-c", "%T", "/var/lib/hadoop/disks/1").strip() == "ext2/ext3"


# One partition of Linux, from sector 2048 on.
TABLE = """
import struct, sys
entry = struct.pack("<8B2I", 0, 0, 0, 0, 0x83, 0, 0, 0, 2048, 65536)
open(sys.argv[1], "r+b").write(bytes(446) + entry + bytes(48) + b"\\x55\\xaa")
"""
MADE = {
    "a foreign file system": ("mkfs.ext4 -q -L photos @", "holds ext4 labelled photos"),
    "a partition table": (f"python3 -c '{TABLE}' @", "holds a partition table (dos)"),
    "swap": ("mkswap @", "holds swap"),
    "data without a file system": ("echo precious | dd of=@ bs=512 seek=100 status=none", "holds data without"),
    "another cluster's": ("mkfs.ext4 -q -L ohmy-aaaaaaaa-1 @", "belongs to another cluster (ohmy-aaaaaaaa-1)"),
    "a mount": ("mkfs.ext4 -q @ && mkdir -p /data/1 && mount -o ro @ /data/1", "is mounted at /data/1"),
}


@pytest.mark.parametrize(("made", "words"), MADE.values(), ids=MADE.keys())
def test_a_disk_that_is_not_blank_is_named_and_left_as_it_is(bench, made, words):
    bench.show(1)
    bench.run("sh", "-ec", made.replace("@", "/dev/nvme1n1"))
    bench.run("sync")
    before = bench.digest(1)
    for device, wish in (
        ("/dev/nvme1n1", {"volumes": 1}),
        (bench.machines.disks[0], {"devices": [bench.machines.disks[0]]}),
    ):
        told = bench.settle(wish)["error"]
        assert device in told and words in told and "was not touched" in told, told
    assert bench.digest(1) == before and not bench.mounted()


def test_a_volume_that_is_missing_at_first_is_waited_for_by_name_and_then_used(bench):
    bench.show(1)
    assert (
        "1 of 2 data volumes are attached to this node: /dev/nvme1n1 (vol-01)" in bench.settle({"volumes": 2})["error"]
    )
    assert not bench.mounted()
    bench.show(3)
    assert [step[1] for step in bench.settle({"volumes": 2})["steps"]] == ["/dev/nvme1n1", "/dev/nvme3n1"]


def test_disks_that_are_lost_and_what_takes_their_place(bench):
    for number in (1, 2):
        bench.show(number)
    bench.settle({"volumes": 2})
    bench.reboot()
    loops.hide(bench.state, 2)
    told = bench.settle({"volumes": 2})
    assert told["error"] == "" and "/dev/nvme2n1 (vol-02) is not there any more" in told["warnings"][0]
    assert [disk["lost"] for disk in told["disks"]] == [False, True]
    assert list(bench.mounted()) == ["/var/lib/hadoop/disks/1"]
    bench.show(3)
    assert bench.settle({"volumes": 2})["steps"] == [["format", "/dev/nvme3n1", "/var/lib/hadoop/disks/2"]]
    bench.reboot()
    for number in (1, 3):
        loops.hide(bench.state, number)
    told = bench.settle({"volumes": 2})["error"]
    assert "/dev/nvme1n1 (vol-01) is not there" in told and "/dev/nvme3n1 (vol-03) is not there" in told


def test_a_file_system_that_broke_while_it_was_mounted_is_lost(bench):
    for number in (1, 2):
        bench.show(number)
    bench.settle({"volumes": 2})
    bench.run("python3", "-c", SHUTDOWN, "/var/lib/hadoop/disks/1")
    told = bench.settle({"volumes": 2})
    assert told["error"] == "" and "The file system of /dev/nvme1n1 (vol-01) takes nothing" in told["warnings"][0]


def test_instance_store_is_blank_after_a_stop_and_made_anew(bench):
    bench.show(1)
    bench.show(2, loops.INSTANCE_STORE, "AWS1A")
    wish = {"volumes": 1, "instance_store": True}
    assert len(bench.settle(wish)["steps"]) == 2
    bench.run("touch", "/var/lib/hadoop/disks/1/kept")
    bench.machines.stop(bench.machines.master)
    loops.replace(bench.state, bench.machines.disks, 2)
    bench.show(2, loops.INSTANCE_STORE, "AWS2B")
    bench.machines.start(bench.machines.master)
    told = bench.settle(wish)
    assert told["warnings"] == [] and told["steps"] == [
        ["mount", "/dev/nvme1n1", "/var/lib/hadoop/disks/1"],
        ["format", "/dev/nvme2n1", "/var/lib/hadoop/disks/2"],
    ]
    bench.run("test", "-e", "/var/lib/hadoop/disks/1/kept")


def test_a_disk_that_comes_later_and_directories_of_the_user_s(bench):
    first, second = bench.machines.disks[:2]
    assert [step[1] for step in bench.settle({"devices": [first]})["steps"]] == [first]
    assert [step[1] for step in bench.settle({"devices": [first, second]})["steps"]] == [second]
    assert bench.settle({"devices": [second]})["steps"] == [] and len(bench.mounted()) == 2
    told = bench.settle({"devices": [first, second]}, incarnation="aaaaaaaa-0000")["error"]
    assert first in told and "not touched" in told
    assert "no disk /dev/sdz" in bench.settle({"devices": [first, second, "/dev/sdz"]})["error"]
    bench.blank()

    bench.run("mkdir", "-p", "/data/1", "/data/2")
    assert "lie on one file system" in bench.settle({"directories": ["/data/1", "/data/2"]})["error"]
    for number, device in enumerate((first, second), 1):
        bench.run("sh", "-ec", f"mkfs.ext4 -q {device} && mount {device} /data/{number}")
    told = bench.settle({"directories": ["/data/1", "/data/2"]})
    assert [disk["place"] for disk in told["disks"]] == ["/data/1/hadoop", "/data/2/hadoop"] and told["steps"] == []
    bench.run("umount", "/data/2")
    told = bench.settle({"directories": ["/data/1", "/data/2"]})
    assert "not mounted" in told["warnings"][0] and told["disks"][1]["lost"]
