# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and hosts of one's own in one inventory: who works on the ones does not come near the others."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.machines import up

from .support import ROOT, tags, write_job

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", name="both")
def fixture_both(cloud, tmp_path_factory):
    """A cluster on EC2, a host of one's own that is a cluster, and the inventory that holds both."""
    folder = tmp_path_factory.mktemp("both")
    machines = up("mine", 0, folder / "machines")
    inventory = folder / "inventory"
    inventory.mkdir()
    (inventory / "mine.yml").write_text(machines.inventory.read_text())
    (inventory / "hosts.yml").write_text((ROOT / "inventory" / "hosts.yml").read_text())
    (inventory / "clouds.ohmy_hadoop.yml").write_text(yaml.safe_dump({"plugin": "ohmy.hadoop.ec2_cluster"}))
    (folder / "in.txt").write_text("rose is a rose\n")
    job = write_job(
        folder,
        cluster_name="both",
        cluster_workers=1,
        cluster_instance_type="t3.medium",
        cluster_keep="always",
        job_mapper="cat",
        job_input=["in.txt"],
        job_output="out",
    )
    arguments = ["-i", str(inventory), "-e", f"job_file={job}"]
    run = cloud.play("playbooks/launch.yml", *arguments)
    assert run.code == 0, run.text
    yield machines, arguments
    cloud.play("playbooks/terminate.yml", *arguments)
    machines.down()


def logins(cloud, machines):
    """Return how often each host was entered over SSH: those of one's own, then instances by group."""
    count = "journalctl -u ssh --no-pager -q | grep -c 'Accepted publickey' || true"
    found = {name: int(machines.run(name, "sh", "-c", count)) for name in machines.addresses}
    for one in cloud.instances("both", "running"):
        found[one["InstanceId"]] = int(cloud.inside(one, "sh", "-c", count).stdout)
    return found


def test_work_on_own_hosts_leaves_the_instances_alone(cloud, both):
    machines, arguments = both
    before = logins(cloud, machines)
    more = ["-e", json.dumps({"cluster_name": "mine", "cluster_provider": "inventory"})]
    run = cloud.play("playbooks/configure.yml", *arguments, *more)
    assert run.code == 0, run.text
    after = logins(cloud, machines)
    assert {name for name in after if after[name] != before[name]} == {"mine-master"}


def test_a_changed_property_and_own_roles_reach_all_instances_and_no_other_host(cloud, both, tmp_path):
    machines, arguments = both
    task = {"name": "Mark", "ansible.builtin.copy": {"content": "here\n", "dest": "/etc/own-role", "mode": "0644"}}
    (tmp_path / "mark" / "tasks").mkdir(parents=True)
    (tmp_path / "mark" / "tasks" / "main.yml").write_text(yaml.safe_dump([task]))
    before = logins(cloud, machines)
    values = {"hadoop_hdfs_site": {"dfs.namenode.handler.count": 21}, "hadoop_roles": [str(tmp_path / "mark")]}
    run = cloud.play("playbooks/configure.yml", *arguments, "-e", json.dumps(values))
    assert run.code == 0, run.text
    for one in cloud.instances("both", "running"):
        assert "<value>21</value>" in cloud.inside(one, "cat", "/etc/hadoop/hdfs-site.xml").stdout
        assert cloud.inside(one, "cat", "/etc/own-role").stdout == "here\n"
    after = logins(cloud, machines)
    assert after["mine-master"] == before["mine-master"]
    again = cloud.play("playbooks/configure.yml", *arguments, "-e", json.dumps(values))
    assert again.code == 0 and "changed=0" in again.lines[-2] + again.lines[-3] + again.lines[-4], again.text
    # Their document is the same as before.
    (worker,) = [one for one in cloud.instances("both", "running") if tags(one)["ohmy:group"] == "worker"]
    cloud.inside(worker, "sh", "-c", "rm /etc/hadoop/hdfs-site.xml && systemctl stop hadoop-datanode")
    mended = cloud.play("playbooks/configure.yml", *arguments, "-e", json.dumps(values))
    assert mended.code == 0, mended.text
    assert "<value>21</value>" in cloud.inside(worker, "cat", "/etc/hadoop/hdfs-site.xml").stdout, mended.text
    assert cloud.inside(worker, "systemctl", "is-active", "hadoop-datanode").stdout == "active\n", mended.text
    left = cloud.play(
        "playbooks/configure.yml", *arguments, "-e", json.dumps(values), "--limit", "localhost,both-master"
    )
    assert left.code != 0 and "left out both-" in left.text, left.text


def test_a_host_of_one_s_own_with_the_master_s_name_is_refused(cloud, both, tmp_path):
    _machines, arguments = both
    (tmp_path / "named.yml").write_text(yaml.safe_dump({"all": {"hosts": {"other-master": {}}}}))
    more = ["-i", str(tmp_path / "named.yml"), "-e", "cluster_name=other"]
    run = cloud.play("playbooks/preflight.yml", *arguments, *more)
    assert run.code != 0 and "a host of its own" in run.text, run.text
    assert not cloud.instances("other")
