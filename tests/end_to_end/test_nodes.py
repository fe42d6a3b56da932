# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of one's own, Debian 11 with 4 GiB and its own Python and Java, becomes a node, drifts, is repaired, and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import sizing
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.bundle import build_bundle
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_document import incarnation
from tests.documented import documented
from tests.machines import Machines, apt, images, up
from tests.waiting import wait_for

from .support import BIN, ROOT, Run, write_job

pytestmark = pytest.mark.matrix

ARCHIVES = ROOT / "build" / "archives"
PLAY = """
- hosts: nodes_master
  gather_facts: false
  tasks:
    - ansible.builtin.copy: {src: "{{ folder }}/node.pyz", dest: /root/node.pyz, mode: "0644"}
      become: true
      check_mode: false
      when: with_bundle
    - ohmy.hadoop.hadoop_node: "{{ {'bundle': '/root/node.pyz'} | combine(wanted) }}"
      become: true
      register: result
      ignore_errors: true
    - ohmy.hadoop.hadoop_node_info:
      become: true
      register: info
    - ansible.builtin.copy:
        content: "{{ {'result': result, 'info': info} | to_json }}"
        dest: "{{ folder }}/answer.json"
        mode: "0644"
      delegate_to: localhost
      check_mode: false
"""
GIVEN = yaml.safe_load(documented("docs/nodes.md", "variables"))
# Whatever may stand in a value, two hundred times.
ODD = "\"'<>&%#{}=;|~ ünï ☃ 𝄞 -- ]]> <!-- &amp; \t"
OWN = {f'own.{number}.<&">': f"-{ODD[number % len(ODD) :]}{number}" for number in range(200)}


class Node:
    """One machine, and what its node document says."""

    def __init__(self, machines: Machines, folder: t.Any, url: str) -> None:
        self.machines, self.folder = machines, folder
        (folder / "play.yml").write_text(PLAY)
        (folder / "node.pyz").write_bytes(build_bundle())
        self.info: dict[str, t.Any] = {}
        tar = next(ARCHIVES.glob("hadoop-*.tar"))
        os.link(tar, folder / tar.name) if os.stat(tar).st_dev == os.stat(folder).st_dev else shutil.copy(tar, folder)
        self.document = {
            "schema": 1,
            "cluster": "nodes",
            "incarnation": incarnation("nodes"),
            "role": "master",
            "master": "self",
            "workers": 0,
            "s3": None,
            "hadoop": {"url": f"{url}/{tar.name}", "sha512": self.sha512(tar)},
            "java": {"package": GIVEN["hadoop_java_package"]},
            "packages": GIVEN["hadoop_packages"],
            "task_memory": GIVEN["hadoop_task_memory"],
            "properties": {"yarn-site": GIVEN["hadoop_yarn_site"], **GIVEN["hadoop_site"], "core-site": OWN},
            "lease": False,
            "ssh_user": "admin",
        }

    @staticmethod
    def sha512(path: t.Any) -> str:
        return path.with_name(f"{path.name}.sha512").read_text().split()[0]

    def run(self, *command: str, check: bool = True) -> str:
        return self.machines.run(self.machines.master, *command, check=check)

    def play(self, check: bool = False, bundle: bool = False, **wanted: t.Any) -> dict[str, t.Any]:
        """Return what hadoop_node returned."""
        values = {"folder": str(self.folder), "with_bundle": bundle, "wanted": {"document": self.document, **wanted}}
        (self.folder / "values.json").write_text(json.dumps(values))
        command = [str(BIN / "ansible-playbook"), "-i", str(self.machines.inventory), str(self.folder / "play.yml")]
        command += ["-e", f"@{self.folder}/values.json", "--diff", *(["--check"] if check else [])]
        env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_SSH_ARGS": "-o ControlMaster=no"}
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        answer = json.loads((self.folder / "answer.json").read_text())
        self.info = answer["info"]
        return answer["result"]

    def pids(self) -> dict[str, str]:
        """Return the process of each daemon."""
        names = sizing.services("master", 0)
        units = [f"hadoop-{name}.service" for name in names]
        return dict(zip(names, self.run("systemctl", "show", "--property=MainPID", "--value", *units).split()))


@pytest.fixture(scope="module", name="node")
def fixture_node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nodes")
    machines = up("nodes", 0, folder / "machines", "bullseye", 4096)
    try:
        for path in images.debs("bullseye").glob("*.deb"):
            shutil.copy(path, folder)
        apt.package(folder, "ohmy-hello", {"/usr/bin/ohmy-hello": "#!/bin/sh\necho hello\n"})
        with apt.Repository(folder, machines.gateway) as repository:
            repository.use(machines)
            yield Node(machines, folder, repository.url)
    finally:
        machines.down()


def test_a_host_becomes_a_node(node):
    assert node.run("python3", "--version").startswith("Python 3.9.")
    node.run("install", "-d", "/opt/ohmy")
    planned = node.play(check=True, bundle=True)
    assert not planned.get("failed"), planned["msg"]
    assert node.info["document"] is None and node.info["services"] == {}
    done = node.play()
    assert not done.get("failed"), done["msg"]
    assert (done["changed"], done["actions"]) == (True, planned["actions"])
    assert {"install package openjdk-17-jre-headless", "install package ohmy-hello"} <= set(done["actions"])
    assert node.info["digest"] == done["digest"] and set(node.info["services"].values()) == {"active"}
    assert node.run("ohmy-hello") == "hello\n"
    again = node.play()
    assert (again["changed"], again["actions"]) == (False, [])


def test_4_gib_are_divided_as_the_page_says(node):
    memory = node.play(check=True)["memory"]
    heaps = {"namenode": 256, "resourcemanager": 256, "historyserver": 256, "datanode": 192, "nodemanager": 192}
    assert {**memory, "total": 4096} == {"total": 4096, "heaps": heaps, "containers": 2048, "task": 768}
    for name, heap in heaps.items():
        assert f"-Xmx{heap}m" in node.run("sh", "-c", f"tr '\\0' ' ' < /proc/{node.pids()[name]}/cmdline")
    address = node.info["address"]
    told = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"
    url = f"http://{address}:8088/ws/v1/cluster/metrics"
    wait_for(
        "the NodeManager's memory", lambda: '"totalMB":2048' in node.run("python3", "-c", told, url, check=False), 60
    )


def test_hadoop_reads_what_was_written(node):
    ask = ("env", "LC_ALL=C.UTF-8", "hdfs", "getconf", "-confKey")
    name = 'own.7.<&">'
    assert node.run(*ask, name).strip() == OWN[name].strip()
    assert node.run(*ask, "yarn.nodemanager.vmem-check-enabled").strip() == "true"


def test_drift_is_foretold_and_repaired_and_nothing_else_touched(node):
    units = "/etc/systemd/system"
    before = node.pids()
    script = f"""
    echo '<configuration/>' > /etc/hadoop/hdfs-site.xml
    rm /etc/hadoop/yarn-site.xml
    chmod 644 /etc/hadoop/core-site.xml
    systemctl stop hadoop-datanode
    systemctl stop hadoop-historyserver
    ln -sf /dev/null {units}/hadoop-historyserver.service
    echo '# edited' >> {units}/hadoop-nodemanager.service
    rm {units}/ohmy-report.service
    systemctl daemon-reload
    rm -r /var/lib/hadoop/tmp
    rm /opt/ohmy/hadoop /usr/local/bin/hdfs
    dpkg --purge ohmy-hello
    """
    node.run("sh", "-ec", script)
    planned = node.play(check=True)
    assert sorted(planned["actions"]) == sorted(
        [
            "make directory /var/lib/hadoop/tmp",
            "write file /etc/hadoop/hdfs-site.xml",
            "write file /etc/hadoop/yarn-site.xml",
            "own file /etc/hadoop/core-site.xml",
            f"write file {units}/hadoop-historyserver.service",
            f"write file {units}/hadoop-nodemanager.service",
            f"write file {units}/ohmy-report.service",
            "write file /usr/local/bin/hdfs",
            "install archive hadoop",
            "install package ohmy-hello",
            "start service hadoop-datanode",
            "start service hadoop-historyserver",
        ]
    )
    done = node.play()
    assert (done.get("msg"), done["actions"], done["diff"]) == (None, planned["actions"], planned["diff"])
    assert node.play(check=True)["actions"] == []
    after = node.pids()
    assert {name for name in before if before[name] != after[name]} == {"datanode", "historyserver"}


def test_restarts_wait_for_their_turn(node):
    before = node.pids()
    node.document["properties"]["yarn-site"]["yarn.log-aggregation.retain-seconds"] = 3600
    held = node.play(restart=False)
    assert held["pending"] == ["resourcemanager", "historyserver", "nodemanager"]
    assert node.pids() == before and node.info["digest"] != held["digest"]
    done = node.play()
    assert done["actions"] == [*(f"restart service hadoop-{name}" for name in held["pending"]), "reach document"]
    assert node.info["digest"] == done["digest"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"properties": {"yarn-site": {"yarn.nodemanager.resource.memory-mb": "much"}}},
            r"The nodemanager (on \S+ )?does not start: .*NumberFormatException: For input string: \"much\"",
        ),
        ({"packages": ["ohmy-helo"]}, r"package ohmy-helo: E: Unable to locate package ohmy-helo\. See the name"),
        ({"hadoop": {"url": "http://{gateway}:1/h.tar", "sha512": "ab" * 64}}, r"/h.tar cannot be fetched: .*refused"),
        ({"allow_public": False, "address": "8.8.8.8"}, "8.8.8.8 is no address of this node"),
    ],
    ids=["daemon", "package", "archive", "address"],
)
def test_what_fails_is_one_line(node, change, words):
    text = json.dumps(change).replace("{gateway}", node.machines.gateway)
    failed = node.play(document={**node.document, **json.loads(text)})
    assert failed["failed"] and re.search(words, failed["msg"]) and "\n" not in failed["msg"], failed["msg"]


def test_java_that_needs_a_newer_system_is_refused(node):
    (jre,) = ARCHIVES.glob("jre-*.tar.gz")
    shutil.copy(jre, node.folder)
    java = {"url": node.document["hadoop"]["url"].rpartition("/")[0] + f"/{jre.name}", "sha512": node.sha512(jre)}
    failed = node.play(document={**node.document, "java": java})
    assert failed["failed"] and re.search(r"does not run on this node: .*GLIBC_.*hadoop_java: package", failed["msg"])
    assert node.run("ls", "/opt/ohmy").split() == [
        "hadoop",
        node.run("readlink", "/opt/ohmy/hadoop").strip(),
        "node.pyz",
    ]


def test_a_reboot_converges_from_disk(node):
    done = node.play()
    assert not done.get("failed"), done["msg"]
    node.machines.stop(node.machines.master)
    node.machines.start(node.machines.master)

    def state():
        return node.run("systemctl", "is-active", "ohmy-node", check=False).strip()

    wait_for("converged at boot", lambda: state() in ("active", "failed"), 240)
    assert state() == "active", node.run("journalctl", "-u", "ohmy-node", "--no-pager")
    assert node.run("systemctl", "--failed", "--plain", "--no-legend").strip() == ""
    assert node.play(check=True)["actions"] == []


def test_a_job_runs_on_it(node, tmp_path, home):
    (tmp_path / "words.txt").write_text("a rose is a rose\nis a rose\n" * 100)
    (tmp_path / "mapper.py").write_text("import sys\nprint(*sys.stdin.read().split(), sep='\\n')\n")
    (tmp_path / "reducer.py").write_text(
        "import collections, sys\n"
        "for word, count in sorted(collections.Counter(sys.stdin.read().split()).items()):\n"
        "    print(word, count, sep='\\t')\n"
    )
    values = {
        "job_mapper": "mapper.py",
        "job_reducer": "reducer.py",
        "job_input": ["words.txt"],
        "job_output": "output",
    }
    own = {"cluster_provider": "inventory", "cluster_name": "nodes", "hadoop_java": "package"}
    job = write_job(tmp_path, **values, **own, hadoop_packages=GIVEN["hadoop_packages"])
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_"))}
    env |= {"HOME": str(home), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "AWS_EC2_METADATA_DISABLED": "true"}
    inventories = ["-i", "inventory", "-i", str(node.machines.inventory)]
    run = Run([str(BIN / "ansible-playbook"), *inventories, "run_job.yml", "-e", f"job_file={job}"], env, ROOT)
    assert run.finish(600) == 0, run.text
    assert (tmp_path / "output" / "part-00000").read_text() == "a\t300\nis\t200\nrose\t300\n"
    # The job's own process lingers for some seconds.
    daemons = [line for line in node.run("ps", "-C", "java", "-o", "cmd=").splitlines() if "-Dproc_" in line]
    assert len(daemons) == 5 and all("/usr/lib/jvm/java-17-openjdk-amd64/" in line for line in daemons), daemons
