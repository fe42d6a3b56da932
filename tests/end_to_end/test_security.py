# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole run by a user who may do what docs/iam/controller.json allows and no more, and attacks on its cluster from all sides.

What is found is compared with docs/security.md.
"""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.least_rights import ACCOUNT, REGION, Operator
from tests.waiting import wait_for

from .attacks import MAPPER, SCAN
from .support import ROOT, Cloud, write_job
from .support import tags as tags_of

pytestmark = pytest.mark.long
CLUSTER = "guarded"
BUCKET = f"ohmy-hadoop-{ACCOUNT}-{REGION}"
SHARED = {"cluster_name": CLUSTER, "cluster_workers": 1, "cluster_instance_type": "t3.medium"}
OTHER = "clusters/other/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/documents/master.json"
STRANGERS = "somebody-elses-data"
EPHEMERAL = 32768
# What docs/security.md says of a task; all else is refused.
TASKS_MAY = {
    "signal NodeManager",
    "keys of the role",
    "read own document",
    "write a host key",
    "act as hdfs in HDFS",
}


class Guarded(Cloud):
    """The cloud, its playbooks run by a user with the documented policy; clients and looks are the administrator's."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        super().__init__(cloud.state, cloud.home)
        self.user = Operator(cloud, folder / "aws-config", bucket=BUCKET, clusters=CLUSTER, data="guarded-data")

    @property
    def env(self) -> dict[str, str]:
        """Return the environment with this user's keys."""
        return {**super().env, **self.user.env}


@pytest.fixture(scope="module", name="operator")
def fixture_operator(cloud, tmp_path_factory):
    """Make the user, and a bucket that is somebody else's."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=STRANGERS)
    s3.put_object(Bucket=STRANGERS, Key="secret", Body=b"secret")
    operator = Guarded(cloud, tmp_path_factory.mktemp("operator"))
    yield operator
    cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    operator.user.end()
    s3.delete_object(Bucket=STRANGERS, Key="secret")
    s3.delete_bucket(Bucket=STRANGERS)
    s3.delete_object(Bucket=BUCKET, Key=OTHER)


@pytest.fixture(scope="module", name="seen")
def fixture_seen(operator, tmp_path_factory):
    """Run a job on a cluster that stays, launched by the user; its mapper attacks. Return what the mapper saw."""
    folder = tmp_path_factory.mktemp("attack")
    (folder / "mapper.py").write_text(MAPPER)
    (folder / "in.txt").write_text(json.dumps({"bucket": STRANGERS, "other": OTHER}) + "\n")
    job = {"job_mapper": str(folder / "mapper.py"), "job_reduces": 0, "job_input": [str(folder / "in.txt")]}
    keep = {"cluster_keep": "always", "job_preflight": "off", "job_output": str(folder / "out")}
    path = write_job(folder, **SHARED, **job, **keep)
    run = operator.play("run_job.yml", "-e", f"job_file={path}", seconds=900)
    assert run.code == 0, run.text
    lines = "".join(one.read_text() for one in sorted((folder / "out").glob("part-*"))).splitlines()
    return dict(line.split("\t", 1) for line in lines)


def test_a_mapper_can_do_what_the_page_says_and_no_more(operator, seen):
    assert seen.pop("user") == "yarn", seen
    assert {name for name, result in seen.items() if result == "allowed"} == TASKS_MAY, seen
    others = {name: result for name, result in seen.items() if result not in ("allowed", "refused")}
    assert others == {} and len(seen) > 25, others
    page = (ROOT / "docs" / "security.md").read_text()
    assert page.count("**can**") == 4 and "all tasks are one user" in page
    for one in operator.instances(CLUSTER, "running"):
        code = operator.inside(one, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://169.254.169.254/")
        assert code.stdout == "401", code
    master = operator.master(CLUSTER)
    names = operator.inside(master, "su", "yarn", "-s", "/bin/sh", "-c", "ls /var/lib/hadoop/name")
    assert names.returncode != 0 and "Permission denied" in names.stderr, names


def test_a_forged_host_key_is_noticed_and_believed_by_nobody(operator, seen, tmp_path):
    s3 = operator.client("s3")
    master = operator.master(CLUSTER)["InstanceId"]
    at = f"clusters/{CLUSTER}/"
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=at)["Contents"]]
    forged = [key for key in keys if f"/{master}/hostkey/" in key and key.endswith(("AAA", "BBB"))]
    assert len(forged) == 1, keys
    known = next((operator.home / "state").rglob("known_hosts"))
    before = known.read_text()
    (tmp_path / "in.txt").write_text("x\n")
    path = write_job(tmp_path, **SHARED, job_mapper="cat", job_input=["in.txt"], job_preflight="off")
    run = operator.play("playbooks/launch.yml", "-e", f"job_file={path}")
    assert run.code != 0 and "another SSH host key" in run.text and master in run.text, run.text
    assert known.read_text() == before
    s3.delete_object(Bucket=BUCKET, Key=forged[0])


def documented_doors() -> dict[str, set[int]]:
    """Return the ports of the page's table by where they are."""
    page = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| ([\d, ]+) \| ([\w ]+) \|", page[page.index("<!-- doors") :], re.MULTILINE)
    found: dict[str, set[int]] = {"master": set(), "worker": set()}
    for ports, where in rows:
        for role in found if where == "every node" else [where]:
            found[role].update(int(port) for port in ports.split(","))
    return found


@pytest.fixture(name="machines")
def fixture_machines(operator, seen):
    """Launch a machine in the default group and one in the cluster's; both are gone afterwards."""
    ec2, master = operator.client("ec2"), operator.master(CLUSTER)
    mine = {"SubnetId": master["SubnetId"], "ImageId": master["ImageId"], "InstanceType": "t3.small"}
    inside = [one["GroupId"] for one in master["SecurityGroups"]]
    made = []
    for groups in ({}, {"SecurityGroupIds": inside}):
        made += ec2.run_instances(MinCount=1, MaxCount=1, **mine, **groups)["Instances"]
    ids = [one["InstanceId"] for one in made]

    def states():
        found = ec2.describe_instances(InstanceIds=ids)["Reservations"]
        return {one["State"]["Name"] for group in found for one in group["Instances"]}

    wait_for("the attackers' machines to run", lambda: states() == {"running"}, 120)
    yield made
    ec2.terminate_instances(InstanceIds=ids)
    wait_for("the attackers' machines to be gone", lambda: states() == {"terminated"}, 120)


def test_doors_are_those_of_the_page_and_open_to_insiders_only(operator, machines):
    outsider, insider = machines
    nodes = {tags_of(one)["ohmy:group"]: one["PrivateIpAddress"] for one in operator.instances(CLUSTER, "running")}

    def scan(machine, *ports):
        done = operator.inside(machine, "python3", "-c", SCAN, *nodes.values(), *map(str, ports), seconds=400)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        return {role: set(found[address]) for role, address in nodes.items()}

    doors = documented_doors()
    inside = scan(insider)
    lasting = {role: {port for port in ports if port < EPHEMERAL} for role, ports in inside.items()}
    assert lasting == doors, lasting
    every = sorted(set().union(*inside.values()))
    assert scan(outsider, *every) == {"master": set(), "worker": set()}
    argv = [sys.executable, "-c", SCAN, *nodes.values(), *map(str, every)]
    controllers = json.loads(subprocess.run(argv, capture_output=True, check=True, timeout=300, text=True).stdout)
    assert controllers == {address: [22] for address in nodes.values()}
    for one in operator.instances(CLUSTER, "running"):
        sockets = operator.inside(one, "cat", "/proc/net/udp", "/proc/net/udp6").stdout
        local = [line.split()[1] for line in sockets.splitlines() if re.match(r"\s*\d+:", line)]
        assert [at for at in local if not at.startswith(("0100007F:", "0" * 24 + "01000000:"))] == [], sockets


def test_files_of_the_controller_are_its_users_own(operator, seen):
    for folder in ("state", "data"):
        paths = list((operator.home / folder).rglob("*"))
        assert paths
        for path in paths:
            assert not path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) or path.suffix == ".pub", path


def test_the_user_removes_all_of_it(operator, seen):
    run = operator.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    assert run.code == 0, run.text
    assert operator.leftovers(CLUSTER) == []
