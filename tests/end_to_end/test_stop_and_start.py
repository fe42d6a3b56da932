# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster through its life: checkpoints, a stop, a start, a reboot of its master, and the end of its lease."""

from __future__ import annotations

import io
import json
import re
import tarfile
import time

import pytest

from tests.documented import documented
from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import write_job

pytestmark = pytest.mark.long

NAME = "nap"
PAGE = "docs/lifecycle.md"
TXNS = 500
BEAN = "http://{}:9870/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo"
ASK = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"


class Nap:
    """The cluster, and what the tests do on it."""

    def __init__(self, cloud, folder):
        self.cloud, self.folder = cloud, folder
        (folder / "words.txt").write_text("one\ntwo\ntwo\n" * 50)
        self.number = 0
        self.launched = self.run_job(cluster_ttl="2h", hadoop_hdfs_site={"dfs.namenode.checkpoint.txns": TXNS})

    def run_job(self, **more):
        """Run a job of its own on the cluster; return its output."""
        self.number += 1
        variables = {
            "job_name": f"words-{self.number}",
            "job_mapper": "cat",
            "job_reducer": "uniq -c",
            "job_input": [str(self.folder / "words.txt")],
            "job_output": str(self.folder / f"output-{self.number}"),
            "job_preflight": "off",
            "cluster_name": NAME,
            "cluster_workers": 1,
            "cluster_instance_type": "t3.large",
            "cluster_keep": "always",
            "hadoop_hdfs_site": {"dfs.namenode.checkpoint.txns": TXNS},
            **more,
        }
        job = write_job(self.folder / str(self.number), **variables)
        run = self.cloud.play("run_job.yml", "-e", json.dumps({"job_file": str(job)}), seconds=900)
        assert run.code == 0, run.text
        parts = sorted((self.folder / f"output-{self.number}").glob("part-*"))
        assert sorted(" ".join(path.read_text() for path in parts).split()) == ["100", "50", "one", "two"], run.text
        return run

    def start(self, page_block, *arguments):
        """Start a playbook as the page says it."""
        playbook, *words = documented(PAGE, page_block).split()[1:]
        return self.cloud.start(playbook, *[word.replace("demo", NAME) for word in words], *arguments)

    def play(self, page_block, *arguments):
        """Run a playbook as the page says it."""
        run = self.start(page_block, *arguments)
        run.code = run.finish(900)
        return run

    def lease(self):
        """Return bucket and key of the lease."""
        s3 = self.cloud.client("s3")
        bucket = next(one["Name"] for one in s3.list_buckets()["Buckets"])
        listing = s3.list_objects_v2(Bucket=bucket, Prefix=f"clusters/{NAME}/")["Contents"]
        return bucket, next(one["Key"] for one in listing if one["Key"].endswith("/lease"))

    def let_the_lease_end(self):
        """Write a lease that is over; return bucket and key."""
        bucket, key = self.lease()
        over = json.dumps({"expires": int(time.time()) - 1, "max": int(time.time()) - 1})
        self.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=over)
        return bucket, key

    def shell(self, line, user="hadoop", seconds=120):
        words = ["su", "-", user, "-s", "/bin/bash", "-c", line]
        done = self.cloud.inside(self.cloud.master(NAME), *words, seconds=seconds)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def edits(self):
        """Return the number of the last edit that was written, and of the last that an image holds, as they are now."""
        url = BEAN.format(self.cloud.master(NAME)["PrivateIpAddress"])
        told = json.loads(self.shell(f"python3 -c '{ASK}' '{url}'"))["beans"][0]
        journal = json.loads(told["JournalTransactionInfo"])
        return int(journal["LastAppliedOrWrittenTxId"]), int(journal["MostRecentCheckpointTxId"])

    def states(self):
        return {one["InstanceId"]: one["State"]["Name"] for one in self.cloud.instances(NAME)}

    def timer(self):
        text = self.shell("cat /etc/systemd/system/ohmy-lease.timer", "root")
        return int(re.search(r"OnCalendar=@(\d+)", text)[1])


@pytest.fixture(scope="module", name="nap")
def fixture_nap(cloud, tmp_path_factory):
    made = Nap(cloud, tmp_path_factory.mktemp("nap"))
    yield made
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={NAME}")
    assert run.code == 0, run.text
    assert cloud.leftovers(NAME) == []


def recap(run):
    return {key: int(value) for key, value in re.findall(r"(ok|changed|failed)=(\d+)", run.text)}


def test_edits_are_merged_into_the_image_by_the_timers_work(nap):
    assert nap.shell("systemctl is-active ohmy-checkpoint.timer").strip() == "active"
    many = f"for n in range({TXNS}): r.urlopen(r.Request(u % n, method='PUT')).read()"
    host = nap.cloud.master(NAME)["PrivateIpAddress"]
    url = f"http://{host}:9870/webhdfs/v1/user/hadoop/many/%d?op=MKDIRS&user.name=hadoop"
    nap.shell(f"python3 -c \"import urllib.request as r; u = '{url}'\n{many}\"")
    written, image = nap.edits()
    assert written - image >= TXNS
    nap.shell("systemctl start ohmy-checkpoint.service || true", "root", 300)
    after = nap.edits()
    said = nap.shell("journalctl -u ohmy-checkpoint -o cat --no-pager", "root")
    assert after[0] - after[1] < 50 and after[1] >= written and "edits before" in said, said
    images = nap.shell("ls -t /var/lib/hadoop/name/current | grep 'fsimage_[0-9]*$'", "root").split()
    assert int(images[0].partition("_")[2]) >= TXNS, images
    assert nap.shell("pgrep -fc [S]econdaryNameNode || true").strip() == "0"
    nap.shell("systemctl start ohmy-checkpoint.service", "root", 300)
    assert "none is due" in nap.shell("journalctl -u ohmy-checkpoint -o cat --no-pager -n 5", "root")


def test_a_stop_is_refused_while_an_application_runs(nap):
    nap.shell("seq 9 > /tmp/nine; hdfs dfs -put -f /tmp/nine /user/hadoop/nine")
    jar = "$(ls /opt/ohmy/hadoop/share/hadoop/tools/lib/hadoop-streaming-*.jar)"
    job = f"hadoop jar {jar} -D mapreduce.job.name=sleeper -input nine -output slept -mapper 'sleep 600'"
    nap.shell(f"nohup setsid {job} > /tmp/sleeper.log 2>&1 < /dev/null & echo started")
    found = wait_for(
        "an application", lambda: re.findall(r"application_\d+_\d+", nap.shell("cat /tmp/sleeper.log")), 90
    )
    refused = nap.play("stop")
    assert refused.code != 0 and found[0] in refused.text and "sleeper of hadoop" in refused.text, refused.text
    assert "cluster_stop_force" in refused.text and set(nap.states().values()) == {"running"}
    nap.shell(f"yarn application -kill {found[0]}")


def test_a_stop_saves_the_image_and_keeps_volumes(nap):
    nap.shell("echo kept > /tmp/kept; hdfs dfs -put -f /tmp/kept /user/hadoop/kept")
    txid, _image = nap.edits()
    check = nap.play("stop", "--check")
    assert check.code == 0 and "would be stopped" in check.text, check.text
    assert set(nap.states().values()) == {"running"}
    stopped = nap.play("stop")
    assert stopped.code == 0, stopped.text
    assert list(nap.states().values()) == ["stopped", "stopped"]
    assert "2 volumes of 100 GiB" in stopped.text and "playbooks/start.yml" in stopped.text, stopped.text
    again = nap.play("stop")
    assert again.code == 0 and recap(again)["changed"] == 0, again.text
    nap.txid = txid


def test_a_start_brings_hdfs_back_and_a_job_runs(nap):
    nap.let_the_lease_end()
    started = nap.play("start")
    assert started.code == 0, started.text
    assert "is up: DataNodes 1/1, NodeManagers 1/1" in started.text and "Log in with: ssh -F" in started.text
    assert nap.shell("hdfs dfs -cat /user/hadoop/kept") == "kept\n"
    images = nap.shell("ls -t /var/lib/hadoop/name/current | grep 'fsimage_[0-9]*$'", "root").split()
    assert max(int(name.partition("_")[2]) for name in images) >= nap.txid, images
    assert 1.9 * 3600 < nap.timer() - time.time() < 2.1 * 3600  # as long as at its launch
    again = nap.play("start")
    assert again.code == 0 and recap(again)["changed"] == 0, again.text
    nap.run_job()


@survives(
    Survived(
        "the master is rebooted",
        "while no job runs",
        "HDFS and YARN come back by themselves, lease and addresses stay",
        "the next job's answer",
    ),
)
def test_the_master_may_be_rebooted_from_inside(nap):
    # The last run may have renewed the lease in S3, which a node reads at its deadline or when it boots.
    bucket, key = nap.lease()
    lease = json.loads(nap.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    booted = nap.shell("cat /proc/1/stat", "root").split()[21]
    nap.cloud.inside(nap.cloud.master(NAME), "systemctl", "reboot")

    def back():
        try:
            return nap.shell("cat /proc/1/stat", "root").split()[21] != booted
        except (AssertionError, StopIteration):
            return False

    wait_for("the master after its reboot", back, 120, 1)
    up = nap.play("start")
    assert up.code == 0 and "DataNodes 1/1, NodeManagers 1/1" in up.text, up.text
    assert nap.shell("hdfs dfs -cat /user/hadoop/kept") == "kept\n"
    assert nap.timer() == int(lease["expires"]) + 1
    nap.run_job()


@survives(
    Survived(
        "the master does not answer over SSH",
        "the cluster is to be stopped",
        "nothing is stopped unless cluster_stop_force says so, as the image of HDFS could not be saved",
        "what could not be reached, and the option",
    ),
)
def test_a_master_that_does_not_answer_is_stopped_only_when_told_so(nap):
    # Connections that are open would go on.
    nap.cloud.inside(nap.cloud.master(NAME), "sh", "-c", "systemctl stop ssh.socket ssh; pkill -x sshd")
    refused, told = nap.start("stop", "--check"), nap.start("stop", "--check", "-e", "cluster_stop_force=true")
    assert refused.finish() != 0 and "was not stopped" in refused.text, refused.text
    assert told.finish() == 0 and "would be stopped" in told.text, told.text
    for run in (refused, told):
        assert "cannot be reached over SSH" in run.text, run.text
    assert set(nap.states().values()) == {"running"}


@survives(
    Survived(
        "the controller never comes back",
        "until the cluster's time to live is over",
        "the nodes save their logs to S3 and power themselves off",
        "the way to the evidence, when the rest is removed",
    ),
)
def test_the_end_of_the_lease_leaves_evidence(nap):
    s3 = nap.cloud.client("s3")
    bucket, lease = nap.let_the_lease_end()
    nodes = nap.cloud.instances(NAME, "running")
    for one in nodes:
        nap.cloud.inside(one, "systemctl", "start", "--no-block", "ohmy-lease.service")
    wait_for("the nodes' end", lambda: not nap.cloud.instances(NAME), 180, 1)
    at = f"evidence/{lease.removeprefix('clusters/').removesuffix('lease')}"
    saved = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix=at).get("Contents", [])]
    assert {key.removeprefix(at).partition("/")[0] for key in saved} == {one["InstanceId"] for one in nodes}, saved
    names = set()
    for key in saved:
        with tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) as archive:
            names |= set(archive.getnames())
    told = {name.rpartition("/")[2] for name in names}
    assert {
        "hdfs-namenode.log",
        "hdfs-datanode.log",
        "yarn-nodemanager.log",
        "journal.txt",
        "status.json",
    } <= told, names
    removed = nap.cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={NAME}")
    assert removed.code == 0 and f"s3://{bucket}/evidence/{NAME}/" in removed.text, removed.text
    assert s3.list_objects_v2(Bucket=bucket, Prefix=at)["KeyCount"] == len(saved)
