# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel's files and a probe tell of a node's disks, and how they come into use."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import block_devices, disk_layout, disk_plan, disks

OWN = "7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52"
EBS, STORE = "Amazon Elastic Block Store              ", "Amazon EC2 NVMe Instance Storage        "
MOUNTS = "24 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw\n"


class Node:
    """A root with a /sys, /proc and /dev that are made up; every device is blank until ``tags`` says otherwise."""

    def __init__(self, path):
        self.path, self.tags, self.number = path, {}, 0
        (path / "dev").mkdir()
        self.mounts(MOUNTS)
        self.disk("nvme0n1", EBS, "vol0aa", parts=["nvme0n1p1"])

    def disk(self, name, model, serial="", parts=(), holders=()):
        folder = self.path / "sys/block" / name
        for place in ("device", "holders"):
            (folder / place).mkdir(parents=True)
        files = {"dev": f"259:{self.number}", "size": "2097152", "device/model": model, "device/serial": serial}
        self.number += 1
        for part in parts:
            (folder / part).mkdir()
            files |= {f"{part}/partition": "1", f"{part}/dev": f"259:{self.number}"}
            self.number += 1
        for file, text in files.items():
            (folder / file).write_text(f"{text}\n")
        for holder in holders:
            (folder / "holders" / holder).mkdir()
        of_class = self.path / "sys/class/block"
        of_class.mkdir(parents=True, exist_ok=True)
        (of_class / name).symlink_to(folder)
        (self.path / "dev" / name).touch()

    def mounts(self, text):
        (self.path / "proc/self").mkdir(parents=True, exist_ok=True)
        (self.path / "proc/self/mountinfo").write_text(text)

    def probe(self, path):
        return self.tags.get(os.path.basename(path), {})

    def found(self):
        return {one.path: one for one in block_devices.disks(str(self.path), self.probe)}


@pytest.fixture
def node(tmp_path, monkeypatch):
    here = Node(tmp_path)
    monkeypatch.setattr(block_devices, "probed", here.probe)
    return here


def test_disks_are_told_apart_by_their_models(node):
    node.disk("nvme10n1", EBS, "vol0123456789abcdef0")
    node.disk("nvme2n1", STORE, "AWS22F13A")
    node.disk("sda", "QEMU HARDDISK")
    node.disk("loop0", "")
    node.disk("xvdf", "")
    node.disk("nvme5n1", EBS, "vol0bb")
    (node.path / "dev/nvme5n1").unlink()  # the kernel knows it, and nobody can open it yet
    found = node.found()
    assert {path: (one.kind, one.serial) for path, one in found.items()} == {
        "/dev/nvme0n1": ("ebs", "vol-0aa"),
        "/dev/nvme2n1": ("instance-store", "AWS22F13A"),
        "/dev/nvme10n1": ("ebs", "vol-0123456789abcdef0"),
        "/dev/xvdf": ("ebs", ""),
    }
    assert list(found)[1] == "/dev/nvme2n1", "2 comes before 10"
    assert found["/dev/nvme0n1"].of_system and not found["/dev/nvme2n1"].of_system
    assert str(found["/dev/nvme10n1"]) == "/dev/nvme10n1 (vol-0123456789abcdef0)"
    assert found["/dev/nvme2n1"].size == 1 << 30


def test_who_uses_a_disk(node):
    node.disk("nvme1n1", EBS, "vol1", holders=["dm-0"])
    node.disk("nvme2n1", EBS, "vol2")
    node.disk("nvme3n1", EBS, "vol3")
    node.mounts(f"{MOUNTS}30 24 0:40 / /srv/a\\040b rw - btrfs /dev/nvme2n1 rw\n")
    (node.path / "proc/swaps").write_text("Filename Type Size Used Priority\n/dev/nvme3n1 partition 1 0 -2\n")
    found = node.found()
    assert found["/dev/nvme1n1"].used == "held by dm-0"
    assert found["/dev/nvme2n1"].used == "mounted at /srv/a b" and found["/dev/nvme2n1"].mounts == ("/srv/a b",)
    assert found["/dev/nvme3n1"].used == "used as swap"
    assert found["/dev/nvme0n1"].holds == "nvme0n1p1"


@pytest.mark.parametrize(
    ("options", "broken"),
    [("rw - ext4 @ rw", False), ("ro - ext4 @ rw", True), ("rw - ext4 @ ro", True), ("rw - ext4 @ rw,shutdown", True)],
)
def test_a_file_system_after_an_error(node, options, broken):
    node.disk("nvme1n1", EBS, "vol1")
    (node.path / "data").mkdir()
    node.mounts(f"{MOUNTS}30 24 259:2 / /data {options.replace('@', '/dev/nvme1n1')}\n")
    assert ("after an error" in node.found()["/dev/nvme1n1"].broken) is broken


def test_what_lies_on_a_disk(node):
    node.disk("nvme1n1", EBS, "vol1")
    node.tags["nvme1n1"] = {"TYPE": "ext4", "LABEL": "photos", "UUID": "u-1", "DATA": "1"}
    one = node.found()["/dev/nvme1n1"]
    assert (one.holds, one.label, one.uuid, one.zeroes) == ("ext4", "photos", "u-1", False)
    node.tags["nvme1n1"] = {"PTTYPE": "gpt", "DATA": "1"}
    assert node.found()["/dev/nvme1n1"].holds == "a partition table (gpt)"


def test_a_named_device_may_be_a_link_and_may_be_missing(node):
    node.disk("sdb", "SomeDisk")
    by_id = node.path / "dev/disk/by-id"
    by_id.mkdir(parents=True)
    (by_id / "one").symlink_to("../../sdb")
    found = block_devices.named("/dev/disk/by-id/one", str(node.path), node.probe)
    assert (found.path, found.kind) == ("/dev/sdb", "other")
    assert block_devices.named("/dev/sdz", str(node.path), node.probe) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [("1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 8:2 / /data rw - ext4 /dev/b rw\n", "/data"), (MOUNTS, "/")],
)
def test_the_mount_on_which_a_path_lies(node, text, place):
    node.mounts(text)
    assert block_devices.mount_of("/data/1", block_devices.mounts(str(node.path))).place == place
    assert block_devices.mount_of("/database", block_devices.mounts(str(node.path))).place == "/"


@pytest.mark.parametrize(
    ("code", "out", "found"),
    [
        (2, "", {}),
        (0, "DEVNAME=/x\nLABEL=a\\ b\nTYPE=ext4\n", {"DEVNAME": "/x", "LABEL": "a b", "TYPE": "ext4"}),
        (8, "", {"HOLDS": "signatures that contradict each other"}),
    ],
)
def test_what_blkid_says(tmp_path, monkeypatch, code, out, found):
    device = tmp_path / "device"
    device.write_bytes(bytes(4096))
    (tmp_path / "out").write_text(out)
    (tmp_path / "blkid").write_text(f"#!/bin/sh\ncat {tmp_path}/out\nexit {code}\n")
    (tmp_path / "blkid").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert block_devices.probed(str(device)) == found
    device.write_bytes(bytes(4095) + b"x")
    assert block_devices.probed(str(device)) == {**found, "DATA": "1"}
    assert "cannot be read" in block_devices.probed(str(tmp_path))["HOLDS"], "a folder, which cannot be read as bytes"


@pytest.fixture
def ran(node, monkeypatch):
    """Commands that were run; a format makes the device what it asks for, a mount is seen by the next look."""
    done = []

    def run(argv, _what, _seconds=0):
        done.append(argv)
        name = os.path.basename(argv[-2 if argv[0] == "mount" else -1])
        if argv[0] == "mkfs.ext4":
            label, uuid = (argv[argv.index(flag) + 1] for flag in ("-L", "-U"))
            node.tags[name] = {"TYPE": "ext4", "LABEL": label, "UUID": uuid, "DATA": "1"}
        elif argv[0] == "mount":
            number = (node.path / "sys/block" / name / "dev").read_text().strip()
            place = argv[-1].removeprefix(str(node.path))
            old = (node.path / "proc/self/mountinfo").read_text()
            node.mounts(f"{old}40 24 {number} / {place} rw - ext4 /dev/{name} rw\n")

    monkeypatch.setattr(disks, "run", run)
    monkeypatch.setattr(disks.shutil, "which", lambda name: f"/sbin/{name}")
    monkeypatch.setattr(disks, "_busy", lambda _path: "")
    monkeypatch.setattr(disks, "UDEV", str(node.path / "udev"))
    return done


def settle(node, wish, **more):
    return disks.settle({"incarnation": OWN, "disks": wish}, True, root=str(node.path), **more)


def test_from_blank_to_used_and_then_nothing(node, ran):
    for number in (1, 2):
        node.disk(f"nvme{number}n1", EBS, f"vol{number}")
    foretold = settle(node, {"volumes": 2}, check_mode=True)
    assert [step.verb for step in foretold.steps] == ["format", "format"] and not ran
    layout = settle(node, {"volumes": 2})
    assert [argv[0] for argv in ran] == ["mkfs.ext4", "mount"] * 2
    assert [disk.uuid for disk in layout.disks] == [node.tags[f"nvme{number}n1"]["UUID"] for number in (1, 2)]
    again = settle(node, {"volumes": 2})
    assert len(ran) == 4 and again.steps == [] and again.disks == layout.disks
    known = json.loads((node.path / disks.KNOWN).read_text())
    assert [row["place"][-1] for row in known["disks"]] == ["1", "2"] and known["half_made"] == []


def test_udev_learns_of_a_new_file_system_before_it_is_mounted(node, ran):
    (node.path / "udev").touch()
    node.disk("nvme1n1", EBS, "vol1")
    settle(node, {"volumes": 1})
    assert [argv[0] for argv in ran] == ["mkfs.ext4", "udevadm", "udevadm", "mount"]
    assert "--name-match=/dev/nvme1n1" in ran[1]


@pytest.mark.parametrize("mounted", [True, False])
def test_a_mount_that_systemd_was_quicker_with(node, ran, monkeypatch, mounted):
    node.disk("nvme1n1", EBS, "vol1")
    quicker = disks.run

    def run(argv, what, seconds=0):
        if argv[0] != "mount" or mounted:
            quicker(argv, what, seconds)
        if argv[0] == "mount":
            raise OhmyError("already mounted")

    monkeypatch.setattr(disks, "run", run)
    if mounted:
        assert len(settle(node, {"volumes": 1}).disks) == 1
    else:
        with pytest.raises(OhmyError, match="already mounted"):
            settle(node, {"volumes": 1})


def test_disks_stay_in_use_when_the_document_forgets_them(node, ran):
    node.disk("sdb", "SomeDisk")
    settle(node, {"devices": ["/dev/sdb"]})
    assert [disk.path for disk in settle(node, None).disks] == ["/dev/sdb"]


def test_directories_stay_in_use_too(node, ran):
    for number in (1, 2):
        (node.path / f"data/{number}").mkdir(parents=True)
    lines = "".join(f"3{number} 24 8:{number} / {node.path}/data/{number} rw - xfs /dev/x rw\n" for number in (1, 2))
    node.mounts(MOUNTS + lines)
    first = settle(node, {"directories": ["/data/1", "/data/2"]})
    assert [disk.place for disk in first.disks] == ["/data/1/hadoop", "/data/2/hadoop"] and not ran
    assert settle(node, {"directories": ["/data/1"]}).disks == first.disks


def test_a_node_without_blocks_looks_at_no_disk(node):
    (node.path / "sys/block/nvme0n1/dev").unlink()
    assert disks.settle({"incarnation": OWN, "disks": {"volumes": 9}}, False, root=str(node.path)).disks == []
    assert settle(node, None).disks == []


def test_waiting_for_a_volume_has_an_end_and_a_late_one_is_used(node, ran, monkeypatch):
    with pytest.raises(OhmyError, match="0 of 1 data volumes"):
        settle(node, {"volumes": 1})
    monkeypatch.setattr(disks.time, "sleep", lambda _seconds: node.disk("nvme1n1", EBS, "vol1"))
    assert [step.verb for step in settle(node, {"volumes": 1}, patience=5).steps] == ["format"]


@pytest.mark.parametrize(
    ("answer", "count"),
    [((200, b"ami\nebs1\nebs2\nroot\n"), 2), ((200, b"ami\nephemeral0\nroot"), 0)],
)
def test_the_metadata_service_knows_the_volumes_of_the_launch(metadata, answer, count):
    metadata.table[("GET", "/latest/meta-data/block-device-mapping/")] = [answer]
    assert disks.launched(metadata.imds) == count


def test_all_attached_volumes_are_used(node, ran, monkeypatch):
    monkeypatch.setattr(disks, "launched", lambda: 1)
    for number in (1, 2):
        node.disk(f"nvme{number}n1", EBS, f"vol{number}")
    assert len(settle(node, {"volumes": "attached"}).disks) == 2


def test_a_format_that_is_killed_is_remembered(node, ran, monkeypatch):
    node.disk("nvme1n1", EBS, "vol1")
    whole = disks.run

    def cut(argv, what, seconds=0):
        node.tags["nvme1n1"] = {"DATA": "1"}
        raise OhmyError("killed")

    monkeypatch.setattr(disks, "run", cut)
    with pytest.raises(OhmyError, match="killed"):
        settle(node, {"volumes": 1})
    monkeypatch.setattr(disks, "run", whole)
    assert [step.verb for step in settle(node, {"volumes": 1}).steps] == ["format"]
    assert disks.remembered(str(node.path))[1] == []


def test_a_device_that_is_busy_at_the_last_moment(node, monkeypatch):
    node.disk("nvme1n1", EBS, "vol1")
    monkeypatch.setattr(disks.shutil, "which", lambda name: name)
    monkeypatch.setattr(disks, "_busy", lambda _path: "Device or resource busy")
    with pytest.raises(OhmyError, match=r"nvme1n1 \(vol-1\) cannot be formatted: Device or resource busy"):
        settle(node, {"volumes": 1})


def test_a_node_without_tools(node, monkeypatch):
    node.disk("nvme1n1", EBS, "vol1")
    monkeypatch.setattr(disks.shutil, "which", lambda _name: None)
    with pytest.raises(OhmyError, match="mkfs.ext4 is missing"):
        settle(node, {"volumes": 1})


def test_fstab_keeps_all_lines_but_ours():
    old = "# comment\nUUID=root / ext4 defaults 0 1\nUUID=old /var/lib/hadoop/disks/1 ext4 noatime 0 2\n/dev/x /data ext4\n"
    kept = "# comment\nUUID=root / ext4 defaults 0 1\n/dev/x /data ext4\n"
    place = disk_plan.place_of(2)
    new = disks.fstab(old, [disk_layout.Disk(place, "ebs", "u-2"), disk_layout.Disk("/data/hadoop", "directory")])
    assert new == f"{kept}UUID=u-2 {place} ext4 noatime,nofail,errors=remount-ro 0 2\n"
    assert disks.fstab(new, [disk_layout.Disk(place, "ebs", "u-2")]) == new
    assert disks.fstab("", []) == ""
