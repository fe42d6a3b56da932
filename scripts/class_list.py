# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write archives/classes.txt anew: the classes that the daemons, commands and tasks of a cluster of one node load.

To be run after a change of Hadoop's version, of Java's or of what the nodes run: ``.venv/bin/python scripts/class_list.py``.
The cluster runs on this machine, without a network, with the properties that a node of its own gets.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "archives"))
import places

ADDRESS = "192.168.1.7"
SITE = ROOT / "tests/unit/fixtures/site/alone"
DAEMONS = {
    "namenode": ("hdfs", 9870),
    "datanode": ("hdfs", 9864),
    "resourcemanager": ("yarn", 8088),
    "nodemanager": ("yarn", 8042),
    "historyserver": ("mapred", 19888),
}
UNFIT = re.compile(r"\$\$(FastClassByGuice|Lambda)|/\$Proxy\d|^org/bouncycastle/")
BUCKET = "s3a://list-of-classes"


def unpack(archive: Path, into: Path) -> Path:
    """Unpack an archive and return its top folder."""
    with tarfile.open(archive) as source:
        top = source.next()
        assert top is not None
        source.extractall(into)
    return into / top.name


def configure(work: Path) -> Path:
    """Write the configuration of a cluster of one node whose files all lie in *work*."""
    conf = work / "conf"
    conf.mkdir()
    for file in SITE.glob("*.xml"):
        text = file.read_text()
        for old, new in (("/var/lib/hadoop", "data"), ("/var/log/hadoop", "log"), ("/etc/hadoop", "conf")):
            text = text.replace(old, str(work / new))
        text = re.sub(r"(-XX:\+UseSerialGC)", rf"\1 -XX:DumpLoadedClassList={work}/lists/task-%p", text)
        # The disk of who runs this may be nearly full, which is no matter.
        more = {"yarn.nodemanager.disk-health-checker.enable": "false", "dfs.datanode.du.reserved.pct": "0"}
        lines = "".join(f"<property><name>{key}</name><value>{value}</value></property>" for key, value in more.items())
        (conf / file.name).write_text(text.replace("</configuration>", f"{lines}</configuration>"))
    (conf / "dfs.hosts.json").write_text(json.dumps([{"hostName": ADDRESS, "port": 9866}]))
    (conf / "yarn.exclude").write_text("")
    shutil.copy(ROOT / "archives/etc/log4j.properties", conf)
    for name in ("data", "log", "lists"):
        (work / name).mkdir()
    return conf


class Cluster:
    """Hadoop's programs, as a node has them."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.started: list[subprocess.Popen[bytes]] = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "JAVA_HOME": str(places.JAVA),
            "HADOOP_CONF_DIR": str(work / "conf"),
            "HADOOP_LOG_DIR": str(work / "log"),
            "HADOOP_HEAPSIZE_MAX": "512",
            "HADOOP_OPTS": f"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:DumpLoadedClassList={work}/lists/%p",
        }

    def start(self, *argv: str) -> None:
        """Start a program that stays."""
        with (self.work / "log" / f"{len(self.started)}.out").open("wb") as log:
            self.started.append(subprocess.Popen(argv, env=self.environment, stdout=log, stderr=log))

    def run(self, *argv: str) -> None:
        """Run one of Hadoop's commands."""
        print(" ".join(argv), flush=True)
        path = str(places.HADOOP / "bin" / argv[0])
        done = subprocess.run([path, *argv[1:]], env=self.environment, stdout=-1, stderr=-2, text=True, timeout=900)
        if done.returncode:
            raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout[-6000:]}")

    def answers(self, address: str, seconds: int = 300) -> None:
        """Wait until a web server answers."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(f"http://{address}", timeout=30):
                    return
            except OSError as exc:
                if isinstance(exc, urllib.error.HTTPError):
                    return
                if time.monotonic() > deadline or any(program.poll() is not None for program in self.started):
                    raise SystemExit(f"{address} does not answer: {exc}; see {self.work}/log.") from exc
            time.sleep(0.5)


def inside(work: Path) -> None:
    """Run the cluster, in namespaces of its own."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    cluster = Cluster(work)
    cluster.start(sys.executable, "-m", "moto.server", "-H", ADDRESS, "-p", "5000")
    cluster.run("hdfs", "namenode", "-format", "-clusterId", "one", "-nonInteractive")
    for name, (program, _port) in DAEMONS.items():
        cluster.start(str(places.HADOOP / "bin" / program), name)
    for _program, port in DAEMONS.values():
        cluster.answers(f"{ADDRESS}:{port}/jmx")
    server = {"endpoint": f"http://{ADDRESS}:5000", "endpoint.region": "us-east-1", "path.style.access": "true"}
    s3a = {**server, "access.key": "none", "secret.key": "none"}
    options = [f"-Dfs.s3a.{key}={value}" for key, value in s3a.items()]
    urllib.request.urlopen(
        urllib.request.Request(f"http://{ADDRESS}:5000/{BUCKET.removeprefix('s3a://')}", method="PUT")
    )
    (work / "words.txt").write_text("one\ntwo\ntwo\n" * 100)
    cluster.run("hdfs", "dfsadmin", "-safemode", "wait")
    cluster.run("hdfs", "dfs", "-mkdir", "-p", "/in", "/mr-history/tmp", "/mr-history/done", "/app-logs", "/user/root")
    cluster.run("hdfs", "dfs", "-put", str(work / "words.txt"), "/in/words.txt")
    cluster.run("hadoop", "fs", *options, "-put", str(work / "words.txt"), f"{BUCKET}/words.txt")
    cluster.run("hdfs", "dfsadmin", "-report")
    cluster.run("hdfs", "dfsadmin", "-refreshNodes")
    cluster.run("hdfs", "fsck", "/")
    cluster.run("yarn", "rmadmin", "-refreshNodes")
    job = ["-Dmapreduce.job.maps=2", "-Dmapreduce.job.reduces=1", "-input", "/in", "-mapper", "cat"]
    for output, uber in (("/out", "false"), ("/out-uber", "true")):
        own = [f"-Dmapreduce.job.ubertask.enable={uber}", "-Dmapreduce.map.output.compress=true"]
        cluster.run("mapred", "streaming", *own, *job, "-reducer", "uniq -c", "-output", output)
    cluster.run("hadoop", "distcp", *options, f"{BUCKET}/words.txt", "/copied")
    cluster.run("hadoop", "distcp", *options, "-Dmapreduce.framework.name=local", f"{BUCKET}/words.txt", "/copied-here")
    cluster.run("hadoop", "distcp", *options, "/out", f"{BUCKET}/out")
    cluster.run("hdfs", "dfs", "-cat", "/out/part-00000")
    cluster.run("yarn", "node", "-list")
    for port in (9870, 8088, 19888):
        cluster.answers(f"{ADDRESS}:{port}/")
    cluster.answers(f"{ADDRESS}:8088/ws/v1/cluster/apps")
    cluster.answers(f"{ADDRESS}:19888/ws/v1/history/mapreduce/jobs")
    time.sleep(5)


def classes(lists: Path) -> list[str]:
    """Join the lists: what the JVM's own loaders found in files, without what is made at run time or lies in signed jars."""
    found = set()
    for file in lists.iterdir():
        for line in file.read_text().splitlines():
            name = line.split(" ", 1)[0]
            if not line.startswith(("@", "#")) and " source: " not in line and not UNFIT.search(name):
                found.add(name)
    return sorted(found)


def main() -> None:
    """Run the cluster and write the list."""
    if len(sys.argv) > 1:
        return inside(Path(sys.argv[1]))
    archives = ROOT / "build/archives"
    with tempfile.TemporaryDirectory(prefix="ohmy-classes-") as name:
        work = Path(name)
        configure(work)
        (work / "opt").mkdir()
        hadoop, java = unpack(archives / "hadoop-3.5.0.tar", work), unpack(archives / "jre-17.tar.gz", work)
        argv = [sys.executable, __file__, str(work)]
        try:
            subprocess.run(places.command(work / "opt", hadoop, java, *argv, alone=True), check=True)
        except subprocess.CalledProcessError:
            kept = ROOT / "build/class-list"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(work / "log", kept)
            raise SystemExit(f"The logs are in {kept}.") from None
        found = classes(work / "lists")
    (ROOT / "archives/classes.txt").write_text("\n".join(found) + "\n")
    print(f"archives/classes.txt: {len(found)} classes")


if __name__ == "__main__":
    main()
