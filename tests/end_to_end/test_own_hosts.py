# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that no cloud ever saw: a job on them, drift and its repair, changed properties, and hosts that are gone."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.documented import documented
from tests.machines import Machines, up
from tests.socks import fetch

from .support import BIN, pipe

pytestmark = pytest.mark.matrix

PAGE = "docs/own_hosts.md"
NAMES = {"own-master": "m1", "own-worker-1": "w1", "own-worker-2": "w2", "own-worker-3": "x1"}
MAPPER = """#!/usr/bin/env python3
import sys
for line in sys.stdin:
    for word in line.split():
        print(f"{word}\\t1")
"""
REDUCER = """#!/usr/bin/env python3
import itertools, sys
for word, lines in itertools.groupby(sys.stdin, lambda line: line.split("\\t")[0]):
    print(f"{word}\\t{sum(1 for _line in lines)}")
"""
CHANGED = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


class Own:
    """Machines, and a folder with the files that the documentation shows; commands run there as a reader's would."""

    def __init__(self, machines: Machines, folder: Path) -> None:
        self.machines, self.folder = machines, folder
        self.container = {name: machine for machine, name in NAMES.items()}
        known = f"-o UserKnownHostsFile={machines.state / 'known_hosts'}"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "XDG_"))}
        kept.pop("PYTHONUNBUFFERED", None)
        self.env = {
            **kept,
            "HOME": str(folder / "home"),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            # Whoever asked AWS for anything would fail.
            "AWS_EC2_METADATA_DISABLED": "true",
            "ANSIBLE_SSH_COMMON_ARGS": known,
            "ANSIBLE_PRIVATE_KEY_FILE": str(machines.state / "key"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def shell(self, command: str, seconds: float = 900) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.folder,
            env=self.env,
            text=True,
            timeout=seconds,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout

    def configure(self, more: str = "", ok: bool = True) -> tuple[dict[str, int], str]:
        """Run the documented command; return how much changed on each host, and what was printed."""
        code, text = self.shell(documented(PAGE, "configure").rstrip() + f" {more}\n")
        assert (code == 0) == ok, text
        return changed(text), text

    def on(self, host: str, *command: str) -> str:
        return self.machines.run(self.container[host], *command)

    def pids(self) -> dict[str, str]:
        """Return the process of each daemon, by host and unit."""
        found = {}
        for host, daemons in (
            ("m1", ("namenode", "resourcemanager", "historyserver")),
            ("w1", ("datanode", "nodemanager")),
            ("w2", ("datanode", "nodemanager")),
        ):
            units = [f"hadoop-{name}" for name in daemons]
            lines = self.on(host, "systemctl", "show", "-p", "MainPID", "--value", *units).split()
            found.update({f"{host} {name}": pid for name, pid in zip(daemons, lines)})
        return found


def changed(text: str) -> dict[str, int]:
    """Return the number of changed tasks of each host in the last recap."""
    return {found[1]: int(found[2]) for found in CHANGED.finditer(text.rpartition("PLAY RECAP")[2])}


@pytest.fixture(scope="module", name="own")
def fixture_own(tmp_path_factory):
    """Machines for a cluster of three and a host apart, with the inventory, the job and the playbook of the docs."""
    folder = tmp_path_factory.mktemp("own")
    machines = up("own", 3, folder / "machines")
    try:
        yield prepared(machines, folder / "work")
    finally:
        machines.down()


def prepared(machines: Machines, folder: Path) -> Own:
    """Write the files of the documentation, with the machines' addresses."""
    own = Own(machines, folder)
    (folder / "home").mkdir(parents=True)
    inventory = documented(PAGE, "inventory")
    for number, machine in enumerate(["own-master", "own-worker-1", "own-worker-2"], 5):
        inventory = inventory.replace(f"10.0.0.{number}}}", machines.addresses[machine] + "}")
    own.write("hosts.yml", inventory)
    own.write("job.yml", documented(PAGE, "job"))
    own.write("site.yml", documented(PAGE, "role"))
    own.write("mapper.py", MAPPER)
    own.write("reducer.py", REDUCER)
    own.write("data/a b.txt", "rose is a rose\n" * 400)
    own.write("data/ä.txt", "is a rose")
    return own


@pytest.fixture(scope="module", name="first")
def fixture_first(own):
    """Check, then run the job cold, with the two commands of the documentation."""
    check, run = documented(PAGE, "run").strip().splitlines()
    return own.shell(check), own.shell(run)


def test_check_mode_on_fresh_hosts_tells_all_and_changes_nothing(own, first):
    code, text = first[0]
    assert code == 0, text
    assert changed(text) == {"localhost": 0, "m1": 1, "w1": 1, "w2": 1}, text
    assert "+++ after: /etc/hadoop/core-site.xml" in text or "/etc/hadoop/core-site.xml" in text
    for phase in ("preflight", "launch", "configure", "stage", "run", "fetch"):
        assert re.search(rf"^    {phase} ", text, re.MULTILINE), (phase, text)
    assert not re.search(r"^    terminate ", text, re.MULTILINE)


def test_the_answer_equals_the_local_pipe_and_nothing_is_terminated(own, first):
    code, text = first[1]
    assert code == 0, text
    data = sorted((own.folder / "data").glob("*.txt"))
    assert (own.folder / "output/part-00000").read_bytes() == pipe(
        own.folder / "mapper.py", own.folder / "reducer.py", *data
    )
    code, text = own.shell("ansible-playbook -i hosts.yml ohmy.hadoop.terminate -e @job.yml")
    assert code == 0 and "never terminated" in text, text
    assert all(pid != "0" for pid in own.pids().values())


def test_again_it_changes_nothing(own, first):
    code, text = own.shell(documented(PAGE, "run").strip().splitlines()[1])
    assert code == 0 and "finished before" in text and changed(text) == {"localhost": 0}, text
    before = own.pids()
    counts, text = own.configure()
    assert counts == {"localhost": 0, "m1": 0, "w1": 0, "w2": 0}, text
    assert own.pids() == before


def test_drift_is_told_and_repaired_and_nothing_else_is_touched(own, first):
    before = own.pids()
    own.on("w1", "sed", "-i", "s/<configuration>/<configuration><!-- drift -->/", "/etc/hadoop/mapred-site.xml")
    own.on("w2", "systemctl", "stop", "hadoop-datanode")
    counts, text = own.configure("--check --diff")
    assert counts == {"localhost": 0, "m1": 0, "w1": 1, "w2": 1}, text
    assert "-<configuration><!-- drift -->" in text.replace("-  <", "-<"), text
    assert "drift" in own.on("w1", "cat", "/etc/hadoop/mapred-site.xml")
    counts, text = own.configure()
    assert counts == {"localhost": 0, "m1": 0, "w1": 1, "w2": 1}, text
    assert "drift" not in own.on("w1", "cat", "/etc/hadoop/mapred-site.xml")
    after = own.pids()
    assert {name for name in after if after[name] != before[name]} == {"w2 datanode"}
    counts, text = own.configure()
    assert counts == {"localhost": 0, "m1": 0, "w1": 0, "w2": 0}, text


def test_the_role_alone_restarts_what_reads_a_changed_property_in_batches(own, first):
    before = own.pids()
    check, run = documented(PAGE, "site").strip().splitlines()
    code, text = own.shell(check)
    assert code == 0 and changed(text) == {"m1": 1, "w1": 1, "w2": 1}, text
    assert "dfs.namenode.handler.count" in text and own.pids() == before
    code, text = own.shell(run)
    assert code == 0, text
    after = own.pids()
    assert {name for name in after if after[name] != before[name]} == {"m1 namenode", "w1 datanode", "w2 datanode"}
    batches = re.findall(r"restart\.yml for .*=> \(item=(.*)\)$", text, re.MULTILINE)
    assert batches == ["m1", "w1", "w2"], text
    code, text = own.shell(run)
    assert code == 0 and changed(text) == {"m1": 0, "w1": 0, "w2": 0} and own.pids() == after, text
    own.configure()
    code, text = own.shell(documented(PAGE, "limit"))
    assert code == 0 and set(changed(text)) == {"localhost", "w1"}, text


def test_commands_files_and_web_pages(own, first):
    *verbs, closing = documented("docs/operate.md", "own").strip().splitlines()
    code, text = own.shell("\n".join(verbs))
    assert (
        code == 0 and "demo: 3 hosts of one's own" in text and "w1, w2 (2 hosts): exit code 0\n    active" in text
    ), text
    assert own.on("w2", "cat", "/srv/data/ä.txt") == "is a rose", text
    port = int(re.search(r"socks5h://127\.0\.0\.1:(\d+)", text)[1])
    master = own.machines.addresses["own-master"]
    try:
        assert "8042" in fetch(port, f"http://{master}:8088/cluster/nodes")[1]
    finally:
        code, text = own.shell(closing)
    assert code == 0 and "The tunnel is closed" in text, text


def test_a_limit_without_localhost_is_refused(own, first):
    _counts, text = own.configure("--limit w1", ok=False)
    assert "leaves out localhost" in text and "localhost,w1" in text


def test_a_host_that_is_gone_is_named_and_the_others_are_finished(own, first):
    own.on("w1", "rm", "/etc/hadoop/yarn-site.xml")
    own.machines.stop(own.container["w2"])
    try:
        counts, text = own.configure(ok=False)
    finally:
        own.machines.start(own.container["w2"])
        own.machines.wait(own.container["w2"])
    address = own.machines.addresses[own.container["w2"]]
    assert re.search(rf"The node w2 \({re.escape(address)}\) failed: .*cannot be reached over SSH", text), text
    assert counts["w1"] == 1 and own.on("w1", "cat", "/etc/hadoop/yarn-site.xml")
    own.configure()


def test_a_host_that_does_not_become_a_node_says_why_in_one_line(own, first):
    own.on("w1", "touch", "/etc/hadoop/core-site.xml.keep")
    _counts, text = own.configure("-e '{hadoop_packages: [no-such-package-here]}'", ok=False)
    assert re.search(r"The node m1 \(\S+\) failed: [^\n]*no-such-package-here", text), text
    own.configure()


def test_groups_that_make_no_cluster_are_refused_before_anything_is_touched(own, first):
    _counts, text = own.configure("-e cluster_name=other", ok=False)
    assert "the inventory has no host in the group other_master" in text and "hadoop_node" not in text
    _counts, text = own.configure("-e hadoop_master_host=m9", ok=False)
    assert "the inventory has no host m9" in text


def test_a_role_of_one_s_own_is_applied_to_every_node(own, first):
    task = {
        "name": "Leave a mark",
        "ansible.builtin.copy": {"content": "here\n", "dest": "/etc/own-role", "mode": "0644"},
    }
    own.write("own_roles/mark/tasks/main.yml", yaml.safe_dump([task]))
    counts, text = own.configure("-e '{hadoop_roles: [own_roles/mark]}'")
    assert counts == {"localhost": 0, "m1": 1, "w1": 1, "w2": 1}, text
    assert [own.on(host, "cat", "/etc/own-role") for host in ("m1", "w1", "w2")] == ["here\n"] * 3


def test_a_master_without_workers_does_their_work(own):
    address = own.machines.addresses["own-worker-3"]
    own.write("alone.yml", yaml.safe_dump({"alone_master": {"hosts": {"x1": {"ansible_host": address}}}}))
    more = "-e cluster_name=alone -e job_output=alone -e ansible_user=admin"
    code, text = own.shell(f"ansible-playbook -i alone.yml ohmy.hadoop.run_job -e @job.yml {more}")
    assert code == 0, text
    data = sorted((own.folder / "data").glob("*.txt"))
    assert (own.folder / "alone/part-00000").read_bytes() == pipe(
        own.folder / "mapper.py", own.folder / "reducer.py", *data
    )
