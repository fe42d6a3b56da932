# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster that grows, loses a worker, replaces it, shrinks and restarts, with jobs running meanwhile."""

from __future__ import annotations

import json
import shlex
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.documented import documented
from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import tags

pytestmark = pytest.mark.long

PAGE = "docs/scale_up_and_down.md"
NAME = "scale"
FILES, LINES = 6, 40
# With an address it goes on when somebody has put a file there, and says so in between: a silent task is ended.
MAPPER = """#!/usr/bin/env python3
import sys, time, urllib.request
for line in sys.stdin:
    for word in line.split():
        print(f"{word}\\t1", flush=True)
url, end = %r, time.monotonic() + 1500
while url:
    try:
        urllib.request.urlopen(url, timeout=10)
        break
    except OSError:
        if time.monotonic() > end:
            sys.exit("nobody said go")
        print("reporter:status:waiting", file=sys.stderr, flush=True)
        time.sleep(1)
"""
REDUCER = """#!/usr/bin/env python3
import collections, sys
found = collections.Counter(line.split("\\t")[0] for line in sys.stdin)
for word in sorted(found):
    print(f"{word}\\t{found[word]}")
"""
ANSWER = "".join(f"{word}\t{FILES * LINES}\n" for word in ("brown", "fox", "quick", "the"))
DAEMONS = ("namenode", "resourcemanager", "historyserver", "datanode", "nodemanager")


class Scaled:
    """The cluster, and what is done to it."""

    def __init__(self, cloud: t.Any, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        first = cloud.play("run_job.yml", "-e", f"job_file={self.job('first')}", seconds=900)
        assert first.code == 0, first.text
        self.shell("head -c 3000000 /dev/urandom > /tmp/data && hdfs dfs -put /tmp/data /user/hadoop/data")
        self.sum = self.checksum()

    def job(self, name: str, gate: str = "") -> Path:
        """Write a job of so many maps, each of which ends when something is at the address ``gate``."""
        folder = self.folder / name
        (folder / "in").mkdir(parents=True)
        (folder / "mapper.py").write_text(MAPPER % gate)
        (folder / "reducer.py").write_text(REDUCER)
        for number in range(FILES):
            (folder / "in" / f"{number}.txt").write_text("the quick brown fox\n" * LINES)
        values = {
            "cluster_name": NAME,
            "cluster_workers": 2,
            "cluster_instance_type": "t3.medium",
            "cluster_keep": "always",
            "cluster_timeout": 1200,
            "job_mapper": "mapper.py",
            "job_reducer": "reducer.py",
            "job_input": ["in"],
            "job_output": "out",
            "job_preflight": "static",
            "job_combine": False,
        }
        path = folder / "job.yml"
        path.write_text(yaml.safe_dump(values))
        return path

    def begin(self, name: str) -> t.Any:
        """Start a job whose maps wait for :meth:`require_answer`, and wait until the first of them run."""
        gate = f"http://{self.cloud.master(NAME)['PrivateIpAddress']}:9870/webhdfs/v1/user/hadoop/go-{name}?op=GETFILESTATUS"
        run = self.cloud.start("run_job.yml", "-e", f"job_file={self.job(name, gate)}")
        wait_for("running maps", lambda: "running)" in run.text, 400)
        return run

    def require_answer(self, name: str, run: t.Any) -> None:
        """Let the maps go, and require that the job ends well."""
        self.shell(f"hdfs dfs -touchz /user/hadoop/go-{name}")
        assert run.finish(900) == 0, run.text
        answer = "".join(part.read_text() for part in sorted((self.folder / name / "out").glob("part-*")))
        assert answer == ANSWER

    def play(self, block: str, workers: int | None = None, leaving: str = "") -> t.Any:
        """Run a command of the page on this cluster, with another number or the id of one of its own workers."""
        words = shlex.split(documented(PAGE, block))[1:]
        words = [word.replace("cluster_name=demo", f"cluster_name={NAME}") for word in words]
        words = [f"cluster_workers={workers}" if word.startswith("cluster_workers=") else word for word in words]
        words = [word.replace("i-0123456789abcdef0", leaving) for word in words]
        return self.cloud.play(*words, "-e", json.dumps({"cluster_timeout": 1200}), seconds=1500)

    def shell(self, line: str) -> str:
        """Return what a shell of the user hadoop on the master prints."""
        words = ["su", "-", "hadoop", "-s", "/bin/bash", "-c", line]
        done = self.cloud.inside(self.cloud.master(NAME), *words, seconds=180)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def checksum(self) -> str:
        """Return the checksum of the data, every block of which is read."""
        return self.shell("hdfs dfs -cat /user/hadoop/data | sha256sum")

    def workers(self) -> dict[str, dict[str, t.Any]]:
        """Return the workers that run, by id."""
        known = self.cloud.instances(NAME, "running")
        return {one["InstanceId"]: one for one in known if tags(one)["ohmy:group"] != "master"}

    def pids(self) -> dict[str, dict[str, str]]:
        """Return the process of each daemon on each instance."""
        units = [f"hadoop-{name}.service" for name in DAEMONS]
        found = {}
        for one in self.cloud.instances(NAME, "running"):
            text = self.cloud.inside(one, "systemctl", "show", "--property=MainPID", "--value", *units).stdout
            found[one["InstanceId"]] = {name: pid for name, pid in zip(DAEMONS, text.split()) if pid != "0"}
        return found

    def nodes(self) -> dict[str, t.Any]:
        """Return the ResourceManager's states by address, of those that are active."""
        master = self.cloud.master(NAME)["PrivateIpAddress"]
        script = (
            "import json, urllib.request as r; "
            f"print(r.urlopen('http://{master}:8088/ws/v1/cluster/nodes').read().decode())"
        )
        found = json.loads(self.shell(f"python3 -c {shlex.quote(script)}"))["nodes"]["node"]
        return {one["nodeHostName"]: one["state"] for one in found}

    def applications(self) -> list[str]:
        """Return the ids of all applications that the ResourceManager knows, whatever became of them."""
        master = self.cloud.master(NAME)["PrivateIpAddress"]
        script = (
            "import json, urllib.request as r; "
            f"a = json.loads(r.urlopen('http://{master}:8088/ws/v1/cluster/apps').read())['apps'] or {{}}; "
            "print(*sorted(one['id'] for one in a.get('app', [])))"
        )
        return self.shell(f"python3 -c {shlex.quote(script)}").split()

    def entries(self) -> list[t.Any]:
        """Return the NameNode's list."""
        return json.loads(self.shell("cat /etc/hadoop/dfs.hosts.json"))


@pytest.fixture(scope="module", name="scaled")
def fixture_scaled(cloud, tmp_path_factory):
    scaled = Scaled(cloud, tmp_path_factory.mktemp("scale"))
    yield scaled
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={NAME}")
    assert run.code == 0, run.text
    assert cloud.leftovers(NAME) == []


@survives(
    Survived(
        "a worker dies",
        "in the middle of a job",
        "its tasks and the replicas of its blocks go to other nodes",
        "the answer; scale puts a new worker in its place",
    ),
)
def test_a_worker_comes_while_a_job_runs_and_one_dies(scaled):
    before, run = scaled.pids(), scaled.begin("grow")
    done = scaled.play("scale", workers=3)
    assert done.code == 0, done.text
    after = scaled.pids()
    assert {one: after[one] for one in before} == before
    assert len(scaled.workers()) == 3 and list(scaled.nodes().values()) == ["RUNNING"] * 3
    dead = min(scaled.workers().values(), key=lambda one: (one["LaunchTime"], one["InstanceId"]))
    ec2 = scaled.cloud.client("ec2")
    ec2.terminate_instances(InstanceIds=[dead["InstanceId"]])
    ec2.get_waiter("instance_terminated").wait(
        InstanceIds=[dead["InstanceId"]], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    scaled.require_answer("grow", run)


def test_the_dead_one_is_replaced_by_the_same_command(scaled):
    before = scaled.pids()
    done = scaled.play("scale", workers=3)
    assert done.code == 0, done.text
    assert len(scaled.workers()) == 3
    after = scaled.pids()
    assert {one: after[one] for one in before} == before
    assert scaled.checksum() == scaled.sum


def test_one_that_dies_while_it_leaves_is_not_let_go_with_the_last_replicas(scaled):
    there = scaled.workers()
    name, worker = max(there.items())
    # What a DataNode's own host writes has its first replica there.
    put = "echo only > /tmp/only && hdfs dfs -D dfs.replication=1 -put -f /tmp/only /user/hadoop/only"
    done = scaled.cloud.inside(worker, "su", "-", "hadoop", "-s", "/bin/bash", "-c", put, seconds=180)
    assert done.returncode == 0, done.stderr
    scaled.cloud.inside(worker, "systemctl", "stop", "hadoop-datanode")
    run = scaled.play("replace", leaving=name)
    assert run.code != 0 and "no replica on a live node" in " ".join(run.text.split()), run.text
    assert set(scaled.workers()) == set(there)
    scaled.cloud.inside(worker, "systemctl", "start", "hadoop-datanode")
    back = scaled.play("scale", workers=3)
    assert back.code == 0, back.text
    assert scaled.shell("hdfs dfs -cat /user/hadoop/only") == "only\n"
    scaled.shell("hdfs dfs -rm -skipTrash /user/hadoop/only")
    assert set(scaled.workers()) == set(there) and scaled.entries() == []


def test_a_worker_leaves_and_takes_no_data_along(scaled):
    there = scaled.workers()
    oldest = min(there.values(), key=lambda one: (one["LaunchTime"], one["InstanceId"]))["InstanceId"]
    done = scaled.play("remove", leaving=oldest)
    assert done.code == 0, done.text
    assert set(scaled.workers()) == set(there) - {oldest}
    assert scaled.checksum() == scaled.sum
    assert scaled.entries() == []
    again = scaled.play("remove", leaving=oldest)
    assert again.code == 0 and "changed=0" in again.text, again.text


def test_fewer_datanodes_than_replicas_are_refused(scaled):
    there = scaled.pids()
    run = scaled.play("scale", workers=1)
    assert run.code != 0 and "1 DataNode would stay in service, and HDFS keeps 2 replicas" in " ".join(run.text.split())
    assert scaled.pids() == there and scaled.entries() == []


@survives(
    Survived(
        "every daemon of every node is restarted",
        "in the middle of a job, by the playbook for that",
        "one batch after the other; the job goes on",
        "the answer",
    ),
)
def test_all_is_restarted_while_a_job_runs(scaled):
    before, known = scaled.pids(), scaled.applications()
    run = scaled.begin("restart")
    done = scaled.play("restart")
    assert done.code == 0, done.text
    scaled.require_answer("restart", run)
    after = scaled.pids()
    assert {one: set(found) for one, found in after.items()} == {one: set(found) for one, found in before.items()}
    assert all(after[one][name] != pid for one, found in before.items() for name, pid in found.items())
    assert len(scaled.applications()) == len(known) + 1, run.text
    assert scaled.checksum() == scaled.sum and scaled.entries() == []
