# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lone host with Debian 11: Python 3.9, systemd 247, and the OpenJDK 17 that it installs by itself."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.machines import apt, images, up

from .support import BIN, ROOT, Run

JOB = """---
job_name: eleven
job_mapper: mapper.py
job_reducer: reducer.py
job_input: [words.txt]
job_output: output
cluster_provider: inventory
cluster_name: eleven
hadoop_java: package
hadoop_packages: [ohmy-test-hello]
"""
MAPPER = "import sys\nfor line in sys.stdin:\n    for word in line.split():\n        print(word, 1, sep='\\t')\n"
REDUCER = (
    "import collections, sys\n"
    "found = collections.Counter(line.split('\\t')[0] for line in sys.stdin)\n"
    "for word in sorted(found):\n    print(word, found[word], sep='\\t')\n"
)


@pytest.fixture(name="machines")
def fixture_machines(tmp_path):
    made = up("eleven", 0, tmp_path / "machines", "bullseye")
    yield made
    made.down()


@pytest.mark.long
def test_a_lone_debian_11_host_brings_the_answer(machines, tmp_path, home):
    packages, job = tmp_path / "packages", tmp_path / "job"
    shutil.copytree(images.debs("bullseye"), packages)
    apt.package(packages, "ohmy-test-hello", {"/usr/bin/ohmy-test-hello": "#!/bin/sh\necho hello\n"})
    job.mkdir()
    for name, text in {"job.yml": JOB, "mapper.py": MAPPER, "reducer.py": REDUCER}.items():
        (job / name).write_text(text)
    (job / "words.txt").write_text("a rose is a rose\nis a rose\n" * 100)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_"))}
    env |= {"HOME": str(home), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "AWS_EC2_METADATA_DISABLED": "true"}
    inventories = ["-i", "inventory", "-i", str(machines.inventory)]
    command = [str(BIN / "ansible-playbook"), *inventories, "run_job.yml", "-e", f"job_file={job / 'job.yml'}"]

    with apt.Repository(packages, machines.gateway) as repository:
        repository.use(machines)
        run = Run(command, env, ROOT)
        assert run.finish(600) == 0, run.text

    assert (job / "output" / "part-00000").read_text() == "a\t300\nis\t200\nrose\t300\n"
    host = machines.master
    assert machines.run(host, "python3", "-c", "import sys; print(sys.version_info[:2])").strip() == "(3, 9)"
    assert machines.run(host, "ohmy-test-hello") == "hello\n"
    # The job's own process lingers for some seconds.
    lines = machines.run(host, "ps", "-C", "java", "-o", "cmd=").splitlines()
    daemons = [line for line in lines if "-Dproc_" in line]
    assert len(daemons) == 5 and all("/usr/lib/jvm/java-17-openjdk-amd64/" in line for line in daemons), daemons
