# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own machines are what they claim to be: reached by a pinned key, installed from a served repository."""

from __future__ import annotations

import os
import subprocess

import pytest

from localcloud.shell import LocalCloudError, run
from tests.machines import Machines, apt, up

from .support import BIN, ROOT


@pytest.fixture(scope="module", name="machines")
def fixture_machines(tmp_path_factory):
    state = tmp_path_factory.mktemp("machines")
    made = up("small-set", 1, state)
    yield made
    made.down()
    left = run(["podman", "ps", "--all", "--quiet", "--filter", f"label=ohmy.machines={made.tag}"])
    assert not left and not made.inventory.exists()
    assert made.network not in run(["podman", "network", "ls", "--format", "{{.Name}}"]).split()


def ansible(machines: Machines, *arguments: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_SSH_ARGS": "-o ControlMaster=no"}
    command = [str(BIN / "ansible"), "-i", str(machines.inventory), *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_ssh_and_sudo_by_the_inventory_alone(machines):
    assert machines.master == "small-set-master" and machines.workers == ["small-set-worker-1"]
    done = ansible(machines, "small_set_master:small_set_workers", "-b", "-m", "command", "-a", "id -un")
    assert done.returncode == 0 and done.stdout.count("root") == 2, done.stdout + done.stderr
    assert machines.run(machines.master, "systemctl", "is-system-running", "--wait").strip() == "running"
    with pytest.raises(LocalCloudError):
        machines.run(machines.master, "test", "-e", "/var/lib/cloud/instance")


def test_another_host_key_is_refused(machines):
    known = machines.state / "known_hosts"
    right = known.read_text()
    lines = right.splitlines()
    keys = [line.split(" ", 1) for line in lines]
    known.write_text(f"{keys[0][0]} {keys[1][1]}\n{keys[1][0]} {keys[0][1]}\n")
    try:
        done = ansible(machines, "all", "-m", "raw", "-a", "true")
    finally:
        known.write_text(right)
    assert done.returncode != 0 and "Host key verification failed" in done.stdout + done.stderr


def test_a_package_comes_from_the_repository_that_the_test_serves(machines, tmp_path):
    apt.package(tmp_path, "ohmy-test-hello", {"/usr/bin/ohmy-test-hello": "#!/bin/sh\necho hello\n"})
    with apt.Repository(tmp_path, machines.gateway) as repository:
        repository.use(machines, machines.master)
        machines.run(machines.master, "apt-get", "-q", "update")
        machines.run(machines.master, "apt-get", "-q", "-y", "install", "ohmy-test-hello")
        assert any(path.endswith(".deb") for path in repository.asked)
    assert machines.run(machines.master, "ohmy-test-hello") == "hello\n"


def test_a_machine_that_was_shut_down_comes_back(machines):
    (worker,) = machines.workers
    machines.stop(worker)
    assert not machines.alive()
    machines.start(worker)
    assert machines.alive()
    assert up("small-set", 1, machines.state) == machines
