# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local cloud and a cluster of a master and two workers that rows share, and both sides' work on it, timed."""

from __future__ import annotations

import contextlib
import itertools
import json
import typing as t
from pathlib import Path

import yaml

from tests.end_to_end.support import Cloud, Run, write_job

from .command import Failed, finished, short_home
from .context import ROOT, Context

NAME = "bench"
TYPE = "t3.medium"  # 2 cores, 4 GiB
WORKERS = 2
HOME = "/user/hadoop/bench"
PROGRAMS, ON_MASTER = ROOT / "bench/programs", "/var/tmp/bench"
PLAY_SECONDS = 600
# What Hadoop's own launcher would do: no flags of ours for a command's JVM, no archive of class data, and the
# configuration first on the class path, which is what keeps that archive away.
STOCK = {"HADOOP_CLIENT_OPTS": "' '", "HADOOP_CLASSPATH": "/etc/hadoop", "HADOOP_USER_CLASSPATH_FIRST": "true"}
NOW = "{{ now(utc=true).timestamp() }}"
Task = dict[str, t.Any]
Result = dict[str, t.Any]


@contextlib.contextmanager
def local_cloud(context: Context) -> t.Iterator[Cloud]:
    """Bring up a local cloud of the comparisons' own, and take it down with all that was launched in it."""
    with short_home() as home:
        cloud = Cloud(ROOT / "build/bench/cloud", home)
        context.say("bringing up a local cloud")
        try:
            cloud.command("up")
            yield cloud
        finally:
            cloud.command("down")


@contextlib.contextmanager
def standing(context: Context) -> t.Iterator[Cluster]:
    """Launch the cluster that rows share, and terminate it."""
    cluster = Cluster(context.shared(local_cloud), context.of_row("cluster").folder, context.say)
    try:
        cluster.launch()
        yield cluster
    finally:
        cluster.terminate()


# What a row needs that works on the cluster.
NEEDS = (local_cloud, standing)


class Cluster:
    """The cluster.

    ``profile`` is that of the properties with which its daemons run, ``auto`` or ``stock``; ``used`` tells whether they have
    done anything since they were started.
    """

    def __init__(self, cloud: Cloud, folder: Path, say: t.Callable[[str], None]) -> None:
        self.cloud, self.folder, self.say = cloud, folder, say
        self.profile: str | None = "auto"
        self.used = False
        self.inventory = folder / f"{NAME}.ohmy_hadoop.yml"
        self.inventory.write_text("plugin: ohmy.hadoop.ec2_cluster\n")
        (folder / "line.txt").write_text("a line\n")
        self.job = self.write_job("stand", job_mapper="cat", job_input=[str(folder / "line.txt")])
        self._numbers = itertools.count()
        self._staged: dict[str, str] = {}
        self._master: dict[str, t.Any] = {}

    def write_job(self, name: str, **variables: t.Any) -> Path:
        """Write a job file for this cluster and return its path."""
        ours = {
            "cluster_name": NAME,
            "cluster_workers": WORKERS,
            "cluster_instance_type": TYPE,
            "cluster_keep": "always",
        }
        return write_job(self.folder / name, job_name=name, job_preflight="off", **ours, **variables)

    def launch(self) -> None:
        """Launch it, wait until Hadoop is up on it, and bring the programs to the master."""
        self.say("launching a cluster")
        self.play("playbooks/launch.yml", job_file=str(self.job))
        self.play("playbooks/configure.yml", job_file=str(self.job))
        self._master = self.cloud.master(NAME)
        self.tasks({"ansible.builtin.copy": {"src": f"{PROGRAMS}/", "dest": f"{ON_MASTER}/", "mode": "0755"}})
        self.used = False

    def terminate(self) -> None:
        """Terminate what there is of it; where that fails, taking down the cloud is enough."""
        self.say("terminating the cluster")
        with contextlib.suppress(Failed, AssertionError):
            self.play("playbooks/terminate.yml", cluster_name=NAME)

    def play(self, playbook: str, *arguments: str, **variables: t.Any) -> Run:
        """Run a playbook with these extra variables.

        :raises Failed: with its last lines.
        """
        run = self.cloud.start(playbook, *arguments, "-e", json.dumps(variables))
        return finished(run, playbook, PLAY_SECONDS)

    def use(self, profile: str) -> None:
        """Let all daemons run with a profile, as a user would: by another variable for playbooks/configure.yml.

        It restarts the daemons, one worker after the other, and is back when Hadoop is healthy. Nothing is done where they run with it.
        """
        if self.profile == profile:
            return
        self.say(f"restarting the cluster with the profile {profile}")
        self.profile = None  # should it fail, it is neither
        self.play("playbooks/configure.yml", job_file=str(self.job), hadoop_profile=profile)
        self.profile, self.used = profile, False

    def restart(self) -> None:
        """Restart all daemons as they are, and wait until Hadoop is healthy."""
        self.play("playbooks/restart.yml", cluster_name=NAME)
        self.used = False

    def timed(
        self, hosts: str, before: list[Task], tasks: list[Task], wanted: t.Sequence[str], *arguments: str
    ) -> tuple[float, list[Result]]:
        """Run tasks; return the seconds of ``tasks``, from the first one's start to the last one's end, and results.

        :param before: tasks that are not timed: they connect, and find what a run has found when it comes to that point.
        :param wanted: the names of the variables that are the results.
        """
        written = self.folder / "timed.json"
        content = f"{{{{ {{'began': bench_began, 'ended': bench_ended, 'wanted': [{', '.join(wanted)}]}} | to_json }}}}"
        keep = {
            "ansible.builtin.copy": {"content": content, "dest": str(written), "mode": "0600"},
            "delegate_to": "localhost",
            "vars": {"ansible_connection": "local"},
        }
        began, ended = ({"ansible.builtin.set_fact": {f"bench_{name}": NOW}} for name in ("began", "ended"))
        play = {"hosts": hosts, "gather_facts": False, "tasks": [*before, began, *tasks, ended, keep]}
        self.used = True
        path = self.folder / "timed.yml"
        path.write_text(yaml.safe_dump([play], sort_keys=False))
        self.play(str(path), *arguments)
        found = json.loads(written.read_text())
        return float(found["ended"]) - float(found["began"]), found["wanted"]

    def tasks(self, *tasks: Task) -> tuple[float, list[Result]]:
        """Run modules on the master, one after the other; return the seconds of all, and their results.

        Each is {module: arguments}. The connection is open before, as it is in a run that comes to its job.
        """
        names = [f"r{number}" for number in range(len(tasks))]
        named = [{**task, "become": True, "register": name} for name, task in zip(names, tasks)]
        connect: list[Task] = [{"ansible.builtin.ping": {}}]
        return self.timed(f"{NAME}_master", connect, named, names, "-i", str(self.inventory))

    def shell(self, line: str, user: str = "hadoop", seconds: float = PLAY_SECONDS) -> str:
        """Return what a shell on the master prints.

        :raises Failed: it fails.
        """
        self.used = True
        try:
            return self.cloud.shell(self._master, line, user, seconds)
        except AssertionError as failure:
            raise Failed(f"{line[:200]} failed on the master:\n{str(failure)[-4000:]}") from None

    def stock(self, *commands: str) -> float:
        """Run commands of Hadoop on the master as somebody who logged in there, one after the other; return their seconds.

        The time is taken on the master, around the commands alone.
        """
        settings = " ".join(f"{name}={value}" for name, value in STOCK.items())
        lines = " && ".join(commands)
        line = (
            f"export {settings}; cd {ON_MASTER}; log=$(mktemp); began=$(date +%s.%N); {{ {lines}; }} >$log 2>&1; code=$?; "
            "ended=$(date +%s.%N); [ $code -eq 0 ] || { tail -n 40 $log; exit $code; }; echo $began $ended"
        )
        began, ended = self.shell(line).split()
        return float(ended) - float(began)

    def objects(self, name: str, files: t.Mapping[str, bytes | Path]) -> str:
        """Put files into S3, where the nodes may read them; return their place as an s3:// address."""
        client = self.cloud.client("s3")
        buckets = [one["Name"] for one in client.list_buckets()["Buckets"]]
        bucket = next(name for name in buckets if name.startswith("ohmy-hadoop-"))
        for file, content in files.items():
            key = f"input/{NAME}/{name}/{file}"
            if isinstance(content, Path):
                client.upload_file(str(content), bucket, key)
            else:
                client.put_object(Bucket=bucket, Key=key, Body=content)
        return f"s3://{bucket}/input/{NAME}/{name}"

    def stage(self, name: str, files: t.Mapping[str, bytes | Path]) -> str:
        """Bring files into HDFS, once; return their folder there."""
        if name not in self._staged:
            target = f"{HOME}/in/{name}"
            copies = [{"source": self.objects(name, files), "target": target}]
            self.tasks({"ohmy.hadoop.distcp": {"copies": copies}})
            self._staged[name] = target
        return self._staged[name]

    def fresh(self) -> str:
        """Return a path in HDFS at which nothing is."""
        return f"{HOME}/out/{next(self._numbers)}"

    def remove(self, path: str) -> None:
        """Remove a path from HDFS."""
        self.shell(f"curl -sf -X DELETE '{self._url(path, 'DELETE')}&recursive=true'")

    def digest(self, path: str) -> str:
        """Return the checksum of an answer's lines, in whatever order they are."""
        listed = json.loads(self.shell(f"curl -sf '{self._url(path, 'LISTSTATUS')}'"))["FileStatuses"]["FileStatus"]
        parts = [one["pathSuffix"] for one in listed if one["pathSuffix"].startswith("part-")]
        urls = " ".join(f"'{self._url(f'{path}/{part}', 'OPEN')}'" for part in sorted(parts))
        return self.shell(f"set -o pipefail; curl -sfL {urls} | LC_ALL=C sort | md5sum").split()[0]

    def count(self, path: str) -> tuple[int, int]:
        """Return the number of files below a folder of HDFS, and their bytes."""
        told = json.loads(self.shell(f"curl -sf '{self._url(path, 'GETCONTENTSUMMARY')}'"))["ContentSummary"]
        return int(told["fileCount"]), int(told["length"])

    def _url(self, path: str, operation: str) -> str:
        """Return where the NameNode answers without the start of a JVM; not for what is timed."""
        address = self._master["PrivateIpAddress"]
        return f"http://{address}:9870/webhdfs/v1{path}?user.name=hadoop&op={operation}"
