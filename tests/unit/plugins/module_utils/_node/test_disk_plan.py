# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which disks are used: only blank ones become ours, and what is ours by its label stays."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import disk_plan, disk_wish
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.block_devices import (
    EBS,
    INSTANCE_STORE,
    OTHER,
    Device,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.disk_layout import Directory, Disk
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.disk_plan import Short

OWN = "7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52"
ROOT = Device("/dev/nvme0n1", EBS, "vol-0", holds="nvme0n1p1", used="mounted at /", zeroes=False)
ONE, TWO = Device("/dev/nvme1n1", EBS, "vol-1"), Device("/dev/nvme2n1", EBS, "vol-2")
LOCAL = Device("/dev/nvme3n1", INSTANCE_STORE, "AWS1", zeroes=False)


def ours(device, number, mounted=True):
    place = disk_plan.place_of(number)
    return dataclasses.replace(
        device,
        label=disk_plan.label(OWN, number),
        uuid=f"uuid-{number}",
        holds="ext4",
        zeroes=False,
        mounts=(place,) if mounted else (),
        used=f"mounted at {place}" if mounted else "",
    )


def disk(device, number):
    place = disk_plan.place_of(number)
    return Disk(place, device.kind, f"uuid-{number}", device.serial, device.path, place)


def plan(wish, found=(), **have):
    return disk_plan.plan(wish, disk_plan.Have(found=tuple(found), **have), OWN)


def steps(layout):
    return [(step.verb, step.device.path, step.place, step.label) for step in layout.steps]


def test_blank_volumes_become_ours_and_the_root_never():
    layout = plan({"volumes": 2}, [ROOT, ONE, TWO])
    assert steps(layout) == [
        ("format", "/dev/nvme1n1", "/var/lib/hadoop/disks/1", "ohmy-7f8f7d1e-1"),
        ("format", "/dev/nvme2n1", "/var/lib/hadoop/disks/2", "ohmy-7f8f7d1e-2"),
    ]
    assert layout.storage(False).places == ("/var/lib/hadoop/disks/1", "/var/lib/hadoop/disks/2")
    assert len(disk_plan.label(OWN, 99)) == 16


def test_what_is_done_is_not_done_again():
    layout = plan({"volumes": 2}, [ROOT, ours(ONE, 1), ours(TWO, 2)], known=[disk(ONE, 1), disk(TWO, 2)])
    assert (layout.steps, layout.lost) == ([], {})
    assert layout.disks == [disk(ONE, 1), disk(TWO, 2)]


def test_after_a_reboot_ours_are_mounted_by_their_labels_whatever_their_names_are():
    moved = [ours(dataclasses.replace(ONE, path="/dev/nvme2n1"), 1, mounted=False)]
    moved += [ours(dataclasses.replace(TWO, path="/dev/nvme1n1"), 2, mounted=False)]
    layout = plan({"volumes": 2}, [ROOT, *moved], known=[disk(ONE, 1), disk(TWO, 2)])
    assert [step[:3] for step in steps(layout)] == [
        ("mount", "/dev/nvme2n1", "/var/lib/hadoop/disks/1"),
        ("mount", "/dev/nvme1n1", "/var/lib/hadoop/disks/2"),
    ]


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ({"holds": "xfs", "label": "photos", "zeroes": False}, "holds xfs labelled photos"),
        ({"holds": "a partition table (gpt), nvme1n1p1"}, "holds a partition table"),
        ({"holds": "LVM2_member"}, "holds LVM2_member"),
        ({"used": "mounted at /home", "holds": "ext4"}, "is mounted at /home"),
        ({"used": "held by md0"}, "is held by md0"),
        ({"zeroes": False}, "holds data without a file system"),
        ({"holds": "ext4", "label": "ohmy-aaaaaaaa-1", "uuid": "x"}, "belongs to another cluster"),
    ],
)
@pytest.mark.parametrize("kind", [EBS, OTHER])
def test_a_disk_that_is_not_blank_is_named_and_left_alone(device, words, kind):
    strange = dataclasses.replace(ONE, kind=kind, **device)
    with pytest.raises(OhmyError, match=words) as caught:
        if kind == EBS:
            plan({"volumes": 1}, [ROOT, strange])
        else:
            plan({"devices": [ONE.path]}, named={ONE.path: strange})
    assert "/dev/nvme1n1 (vol-1)" in caught.value.message and "not touched" in caught.value.message
    assert not isinstance(caught.value, Short)


def test_the_root_disk_is_refused_where_it_is_named():
    with pytest.raises(OhmyError, match="mounted at /"):
        plan({"devices": ["/dev/nvme0n1"]}, named={"/dev/nvme0n1": ROOT})


def test_a_volume_of_the_user_s_beside_ours_is_no_matter():
    home = dataclasses.replace(TWO, holds="ext4", used="mounted at /home")
    assert plan({"volumes": 1}, [ROOT, ours(ONE, 1), home]).steps == []
    assert plan({}, [ROOT, TWO]).disks == []
    assert plan({"volumes": 1}, [ROOT, ours(ONE, 1), TWO]).steps == []


def test_more_blank_volumes_than_are_wanted_are_not_chosen_from():
    with pytest.raises(OhmyError, match=r"nvme1n1 \(vol-1\), /dev/nvme2n1 \(vol-2\) are blank, and 1"):
        plan({"volumes": 1}, [ROOT, ONE, TWO])


def test_volumes_that_are_not_attached_yet_are_waited_for():
    with pytest.raises(Short, match=r"1 of 2 data volumes are attached to this node: /dev/nvme1n1 \(vol-1\)"):
        plan({"volumes": 2}, [ROOT, ONE])
    with pytest.raises(Short, match="no disk /dev/sdb"):
        plan({"devices": ["/dev/sdb"]}, named={"/dev/sdb": None})


def test_all_attached_volumes_are_used_and_those_of_the_launch_waited_for():
    wish = {"volumes": "attached"}
    with pytest.raises(Short, match="1 of 2 data volumes"):
        plan(wish, [ROOT, ONE], launched=2)
    assert [step[1] for step in steps(plan(wish, [ROOT, ONE, TWO], launched=1))] == ["/dev/nvme1n1", "/dev/nvme2n1"]
    assert [step[1] for step in steps(plan(wish, [ROOT, ours(ONE, 1), TWO], launched=1))] == ["/dev/nvme2n1"]
    home = dataclasses.replace(TWO, holds="ext4", used="mounted at /home")
    assert plan(wish, [ROOT, ours(ONE, 1), home], launched=1).steps == []
    assert plan(wish, [ROOT]).disks == []


def test_an_added_volume_is_used_under_the_next_number():
    layout = plan({"volumes": 2}, [ROOT, ours(ONE, 1), TWO], known=[disk(ONE, 1)])
    assert [step[:3] for step in steps(layout)] == [("format", "/dev/nvme2n1", "/var/lib/hadoop/disks/2")]


def test_instance_store_is_taken_whole_and_made_again_after_a_stop():
    other = dataclasses.replace(LOCAL, path="/dev/nvme4n1", serial="AWS2")
    assert plan({}, [ROOT, LOCAL]).disks == []
    first = plan({"instance_store": True}, [ROOT, LOCAL, other])
    assert [step.verb for step in first.steps] == ["format", "format"]
    known = [disk(LOCAL, 1), disk(other, 2)]
    fresh = [dataclasses.replace(one, serial=f"{one.serial}-new") for one in (LOCAL, other)]
    again = plan({"instance_store": True}, [ROOT, *fresh], known=known)
    assert [(step.verb, step.place[-1]) for step in again.steps] == [("format", "1"), ("format", "2")]
    assert again.lost == {} and len(again.disks) == 2


def test_a_volume_in_the_place_of_a_lost_one():
    layout = plan({"volumes": 2}, [ROOT, ours(ONE, 1), TWO], known=[disk(ONE, 1), disk(LOCAL, 2)])
    assert [step.place[-1] for step in layout.steps] == ["3"], "the lost one is of another kind"
    layout = plan({"volumes": 2}, [ROOT, ours(ONE, 1), TWO], known=[disk(ONE, 1), disk(TWO, 2)])
    assert [step.place[-1] for step in layout.steps] == ["2"]


def test_hdfs_goes_on_without_one_of_two_disks_and_says_so():
    layout = plan({"volumes": 2}, [ROOT, ours(ONE, 1)], known=[disk(ONE, 1), disk(TWO, 2)])
    assert layout.warnings == ["The EBS volume /dev/nvme2n1 (vol-2) is not there any more; HDFS goes on without it."]
    storage = layout.storage(False)
    assert len(storage.places) == 2 and storage.lost == ("/var/lib/hadoop/disks/2",)


def test_a_lone_disk_that_is_lost_ends_it_by_name():
    with pytest.raises(Short, match=r"nvme1n1 \(vol-1\) is not there any more"):
        plan({"volumes": 1}, [ROOT], known=[disk(ONE, 1)])


@pytest.mark.parametrize(
    "words", ["takes nothing any more, as it does after an error", "cannot be read: Input/output error"]
)
def test_a_mounted_disk_that_is_broken_is_lost(words):
    broken = dataclasses.replace(ours(TWO, 2), broken=words)
    layout = plan({"volumes": 2}, [ROOT, ours(ONE, 1), broken], known=[disk(ONE, 1), disk(TWO, 2)])
    assert words in layout.warnings[0] and layout.storage(False).lost == ("/var/lib/hadoop/disks/2",)


def test_a_mounted_disk_that_cannot_even_be_looked_at_is_lost():
    dead = dataclasses.replace(
        LOCAL, holds="something that cannot be read", mounts=("/var/lib/hadoop/disks/2",), used="mounted at …"
    )
    layout = plan({"volumes": 1, "instance_store": True}, [ours(ONE, 1), dead], known=[disk(ONE, 1), disk(LOCAL, 2)])
    assert layout.steps == [] and list(layout.lost) == ["/var/lib/hadoop/disks/2"]


def test_a_copy_of_a_disk_is_refused():
    with pytest.raises(OhmyError, match="one is a copy of the other"):
        plan({"volumes": 1}, [ours(ONE, 1), ours(TWO, 1)])


def test_one_of_ours_that_somebody_mounted_elsewhere():
    there = dataclasses.replace(ours(ONE, 1), mounts=("/mnt",), used="mounted at /mnt")
    with pytest.raises(OhmyError, match="is mounted at /mnt, and belongs at /var/lib/hadoop/disks/1"):
        plan({"volumes": 1}, [there])


def test_a_format_that_was_cut_short_is_begun_anew():
    half = dataclasses.replace(ONE, zeroes=False)
    with pytest.raises(OhmyError, match="data without a file system"):
        plan({"volumes": 1}, [half])
    assert [step.verb for step in plan({"volumes": 1}, [half], half_made=["vol-1"]).steps] == ["format"]
    with pytest.raises(OhmyError, match="holds xfs"):
        plan({"volumes": 1}, [dataclasses.replace(half, holds="xfs")], half_made=["vol-1"])


def test_directories_of_the_user_s():
    two = [Directory("/data/1", True, "/data/1"), Directory("/data/2/", True, "/data/2")]
    layout = plan({}, directories=two)
    storage = layout.storage(True)
    assert storage.places == ("/data/1/hadoop", "/data/2/hadoop") and storage.mounts == ("/data/1", "/data/2")
    assert storage.data() == ["/var/lib/hadoop/data", "/data/1/hadoop/data", "/data/2/hadoop/data"]
    assert plan({}, directories=two, known=layout.disks).disks == layout.disks
    with pytest.raises(OhmyError, match="no directory /data/3"):
        plan({}, directories=[Directory("/data/3", False)])
    with pytest.raises(OhmyError, match="lie on one file system"):
        plan({}, directories=[Directory("/data/1", True, "/"), Directory("/data/2", True, "/")])


def test_a_directory_whose_disk_is_not_mounted_is_lost():
    two = [Directory("/data/1", True, "/data/1"), Directory("/data/2", True, "/data/2")]
    known = plan({}, directories=two).disks
    layout = plan({}, directories=[two[0], Directory("/data/2", True, "/")], known=known)
    assert layout.storage(False).lost == ("/data/2/hadoop",) and "not mounted" in layout.warnings[0]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ([], "no usable 'disks'"),
        ({"volume": 1}, "no usable 'disks'"),
        ({"volumes": -1}, "no number of volumes"),
        ({"volumes": True}, "no number of volumes"),
        ({"instance_store": "yes"}, "instance_store"),
        ({"devices": "/dev/sdb"}, "no list"),
        ({"devices": ["/data/1"]}, "no path of a device"),
        ({"devices": ["/dev/../etc/passwd"]}, "no path of a device"),
        ({"directories": ["/dev/sdb"]}, "no path of a directory"),
        ({"directories": ["/data/a,b"]}, "no path of a directory"),
        ({"directories": ["/"]}, "no path of a directory"),
        ({"directories": ["data"]}, "no path of a directory"),
        ({"directories": ["/data/1", "/data/1/"]}, "twice"),
    ],
)
def test_a_wish_that_cannot_be(wish, words):
    with pytest.raises(OhmyError, match=words):
        disk_wish.check(wish)


def test_a_wish_for_all_kinds():
    wish = {
        "volumes": "attached",
        "instance_store": True,
        "devices": ["/dev/disk/by-id/a:1"],
        "directories": ["/data/1"],
    }
    assert disk_wish.check(wish) == wish and disk_wish.check(None) == {}


def test_a_named_disk_that_was_used_before_is_lost_and_no_reason_to_wait():
    known = dataclasses.replace(disk(ONE, 1), kind=OTHER, path="/dev/sdb")
    other = dataclasses.replace(disk(TWO, 2), kind=OTHER, path="/dev/sdc")
    there = dataclasses.replace(ours(TWO, 2), path="/dev/sdc", kind=OTHER)
    wish = {"devices": ["/dev/sdb", "/dev/sdc"]}
    layout = plan(wish, named={"/dev/sdb": None, "/dev/sdc": there}, known=(known, other))
    assert list(layout.lost) == [known.place]
    with pytest.raises(Short, match="There is no disk /dev/sdd on this host"):
        plan({"devices": ["/dev/sdd"]}, named={"/dev/sdd": None}, known=(known, other))


def test_a_new_volume_takes_the_number_of_the_lost_one_and_not_the_first_free_one():
    layout = plan({"volumes": 2}, [ROOT, ours(TWO, 2), ONE], known=[disk(TWO, 2), disk(ONE, 5)])
    assert [step.place[-1] for step in layout.steps] == ["5"]
