# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from a node's disks: properties, directories, units."""

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import storage
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.storage import Storage
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import units, want

DISKS = tuple(f"/var/lib/hadoop/disks/{number}" for number in (1, 2, 3))


@pytest.mark.parametrize(("folders", "may_fail"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2)])
def test_half_of_the_disks_may_fail(folders, may_fail):
    assert storage.tolerated(folders) == may_fail


def test_without_disks_nothing_is_said_of_them():
    assert storage.hdfs(Storage()) == {"dfs.datanode.data.dir": "file:///var/lib/hadoop/data"}


def test_several_disks(document):
    own = {**document, "role": "worker", "master": "10.0.0.4"}
    facts = Facts(8192, 2, "10.0.0.5", storage=Storage(DISKS, lost=DISKS[2:], mounts=DISKS))
    wish = want.wanted(own, facts, "x86_64")
    hdfs, yarn = (wish.files[f"etc/hadoop/{name}-site.xml"].decode() for name in ("hdfs", "yarn"))
    assert ",".join(f"file://{path}/data" for path in DISKS) in hdfs
    assert "<name>dfs.datanode.failed.volumes.tolerated</name><value>1</value>" in hdfs
    assert ",".join(f"{path}/local" for path in DISKS) in yarn and ",".join(f"{path}/logs" for path in DISKS) in yarn
    made = [path for path in wish.directories if path.startswith("var/lib/hadoop/")]
    assert [path for path in made if "disks/1" in path] == [
        "var/lib/hadoop/disks/1",
        "var/lib/hadoop/disks/1/data",
        "var/lib/hadoop/disks/1/local",
        "var/lib/hadoop/disks/1/logs",
    ]
    assert not [path for path in made if "disks/3" in path], "it would be made on the root's disk"
    assert "var/lib/hadoop/data" not in made and "var/lib/hadoop/recovery" in made
    assert wish.directories["var/lib/hadoop/disks/1/data"] == ("hdfs", "hdfs", 0o700)


def test_blocks_of_a_time_without_disks_stay():
    assert Storage(DISKS[:1], root_data=True).data() == ["/var/lib/hadoop/data", f"{DISKS[0]}/data"]


def test_one_disk_is_needed_and_of_several_each_is_wished_for():
    one, two = (units.daemon("datanode", "/j", 1, True, DISKS[:number]) for number in (1, 2))
    assert f"RequiresMountsFor=/var/lib/hadoop {DISKS[0]}\n" in one
    names = r"var-lib-hadoop-disks-1.mount var-lib-hadoop-disks-2.mount"
    assert f"Wants={names}\nAfter={names}\n" in two and "RequiresMountsFor=/var/lib/hadoop\n" in two
    assert "disks" not in units.daemon("namenode", "/j", 1, True, DISKS)


@pytest.mark.parametrize("place", ["/data/1", "/data/a-b", "/srv/x_y.z:1", "/mnt/a+b@c"])
def test_the_name_of_a_mount_s_unit(place):
    try:
        done = subprocess.run(["systemd-escape", "-p", "--suffix=mount", place], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("systemd-escape does not run here")
    assert units.mount_unit(place) == done.stdout.decode().strip()
