# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How nodes are reached: the variables of a host, and what ssh itself makes of the ssh_config."""

from __future__ import annotations

import dataclasses
import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import connection, local_files
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.instances import Instance

HOSTS = Path(__file__).parents[5] / "roles/cluster/tasks/hosts.yml"
INCARNATION = "0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11"
MASTER = Instance(id="i-0a", state="running", group="master", private_ip="10.0.0.5", public_ip="192.0.2.5")
WORKERS = [
    Instance(id="i-0b", state="running", group="worker", private_ip="10.0.0.6", public_ip="192.0.2.6"),
    Instance(id="i-0c", state="running", group="worker", private_ip="10.0.0.7"),
]


@pytest.fixture
def access(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    state = str(tmp_path / "my state")
    return connection.Access("my-demo", INCARNATION, state, "admin", str(tmp_path / "id"))


def settings(access, name):
    """Return what ssh would do for a name, by lower-case keyword."""
    argv = ["ssh", "-F", f"{access.folder}/ssh_config", "-G", name]
    text = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20).stdout
    return dict(line.split(" ", 1) for line in text.splitlines() if " " in line)


def written(access):
    found = connection.hosts(access, [MASTER], WORKERS)
    connection.write(access, found, {"i-0a": ["ssh-ed25519 AAAA"], "i-0c": ["ssh-ed25519 BBBB"]}, "eu-central-1", "1")
    return found


def test_each_node_has_variables_and_a_control_socket_of_its_own(access):
    told = connection.told(access, written(access))
    assert [one["name"] for one in told] == ["my-demo-master", "my-demo-worker-i-0b", "my-demo-worker-i-0c"]
    assert [one["groups"] for one in told][:2] == [
        ["my_demo_master", "ohmy_master"],
        ["my_demo_workers", "ohmy_workers"],
    ]
    hosts = [one["variables"] for one in told]
    assert [one["ansible_host"] for one in hosts] == ["192.0.2.5", "10.0.0.6", "10.0.0.7"], hosts
    assert len({one["ansible_control_path"] for one in hosts}) == 3
    assert all(one["ansible_host_key_checking"] is True for one in hosts)
    assert {one["ansible_become_method"] for one in hosts} == {"ansible.builtin.sudo"}
    assert {one["ansible_port"] for one in hosts} == {22}
    assert {one["ansible_sudo_exe"] for one in hosts} == {"sudo"}
    assert hosts[0]["ansible_ssh_common_args"] == f"-F '{access.folder}/ssh_config'"


def test_a_run_gives_its_hosts_the_same_variables(access):
    tasks = yaml.safe_load(HOSTS.read_text("utf-8"))
    (named,) = [task["ansible.builtin.add_host"] for task in tasks if "ansible.builtin.add_host" in task]
    (master,) = connection.told(access, connection.hosts(access, [MASTER], []))
    assert {name for name in named if name.startswith("ansible_")} == {*master["variables"]}


def test_what_the_user_s_configuration_says_for_other_hosts_opens_no_door_to_a_stranger(access):
    host = connection.told(access, written(access))[2]["variables"]
    lax = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    # In the order in which Ansible's connection plugin gives them: ssh_args, then common ones, then extra ones.
    text = " ".join([host["ansible_ssh_args"], host["ansible_ssh_common_args"], lax])
    argv = ["ssh", *shlex.split(text), "-o", f"Port={host['ansible_port']}", "-G", host["ansible_host"]]
    found = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20).stdout.splitlines()
    assert f"userknownhostsfile {access.folder}/known_hosts" in found, found
    assert {"stricthostkeychecking true", "stricthostkeychecking yes"} & {*found} and "port 22" in found, found
    assert "controlpersist 1800" in found and "hostkeyalias i-0c" in found, found


def test_workers_are_numbered_by_group_over_all_that_are_there():
    asleep = Instance(id="i-0d", state="stopped", group="spot")
    known = [WORKERS[0], asleep, dataclasses.replace(asleep, id="i-0e", state="running"), WORKERS[1]]
    found = connection.shorts([MASTER], known)
    assert found == {"i-0a": "master", "i-0b": "worker-1", "i-0d": "spot-1", "i-0e": "spot-2", "i-0c": "worker-2"}


def test_a_stopped_master_is_no_way_to_its_workers(access):
    asleep = dataclasses.replace(MASTER, state="stopped", public_ip=None)
    found = connection.hosts(access, [asleep], WORKERS)
    connection.write(access, found, {}, "eu-central-1", "1")
    assert [one.address for one in found] == ["10.0.0.5", "192.0.2.6", "10.0.0.7"]
    assert "proxyjump" not in settings(access, "worker-1")


@pytest.mark.parametrize("name", ["worker-2", "my-demo-worker-i-0c", "i-0c", "10.0.0.7"])
def test_a_worker_is_reached_through_the_master_by_any_of_its_names(access, name):
    written(access)
    found = settings(access, name)
    assert found["hostname"] == "10.0.0.7" and found["proxyjump"] == "master", found
    assert found["hostkeyalias"] == "i-0c" and found["stricthostkeychecking"] in ("true", "yes"), found
    assert found["userknownhostsfile"] == os.path.join(access.folder, "known_hosts"), found


@pytest.mark.parametrize("name", ["master", "my-demo-master", "i-0a", "10.0.0.5", "192.0.2.5"])
def test_the_master_is_reached_directly_by_any_of_its_names(access, name):
    written(access)
    found = settings(access, name)
    assert found["hostname"] == "192.0.2.5" and "proxyjump" not in found, found
    assert found["identityfile"] == access.private and found["user"] == "admin", found


def test_the_choice_of_the_address_is_obeyed():
    assert connection.address_of(MASTER, "auto") == connection.address_of(MASTER, "public") == "192.0.2.5"
    assert connection.address_of(MASTER, "private") == "10.0.0.5"
    assert connection.address_of(WORKERS[1], "auto") == "10.0.0.7"
    assert connection.address_of(WORKERS[1], "public") is None


def test_without_the_jump_workers_are_reached_by_the_address_of_the_choice(access):
    direct = dataclasses.replace(access, jump=False)
    connection.write(direct, connection.hosts(direct, [MASTER], WORKERS), {}, "eu-central-1", "1")
    found = settings(direct, "worker-1")
    assert found["hostname"] == "192.0.2.6" and "proxyjump" not in found, found


def test_a_jump_host_of_ones_own_comes_before_the_master(access):
    through = dataclasses.replace(access, proxy="me@bastion.example.com:2222")
    connection.write(through, connection.hosts(through, [MASTER], WORKERS), {}, "eu-central-1", "1")
    way = "ssh -o BatchMode=yes -W [%h]:%p -l me -p 2222 -- bastion.example.com"
    assert settings(through, "master")["proxycommand"] == way
    assert settings(through, "worker-1")["proxyjump"] == "master"


def test_another_way_of_access_has_files_and_sockets_of_its_own(access):
    other = dataclasses.replace(access, user="me", config="ssh_config-1b58113e")
    hosts = connection.hosts(access, [MASTER], WORKERS)
    assert not {connection.control_path(access, one) for one in hosts} & {
        connection.control_path(other, one) for one in hosts
    }
    written(access)
    connection.write(other, hosts[:1], {"i-0a": ["a b"], "i-0c": ["c d"]}, "eu-central-1", "1", absent=["i-0c"])
    assert settings(access, "master")["user"] == "admin"
    assert local_files.read_known_hosts(f"{access.folder}/known_hosts")["i-0c"] == {"c d"}


def test_a_node_without_an_address_is_no_host_and_an_agents_key_no_file(access):
    lone = connection.Access(access.cluster, INCARNATION, access.state_dir, "admin", None, "public")
    asleep = Instance(id="i-0d", state="stopped")
    assert connection.hosts(lone, [asleep], [asleep]) == []
    (host,) = connection.hosts(lone, [MASTER], [])
    assert "ansible_ssh_private_key_file" not in connection.variables(lone, host)
    assert "IdentityFile" not in connection.ssh_config(lone, [host])


def test_files_are_private_and_removed_with_all_sockets(access):
    written(access)
    assert local_files.read_known_hosts(f"{access.folder}/known_hosts")["i-0c"] == {"ssh-ed25519 BBBB"}
    for name in os.listdir(access.folder):
        assert os.stat(os.path.join(access.folder, name)).st_mode & 0o777 == 0o600
    for host in connection.hosts(access, [MASTER], WORKERS):
        with open(connection.control_path(access, host), "w", encoding="ascii"):
            pass
    assert local_files.folders(access.state_dir, "my-demo", "eu-central-1", "1") == [access.folder]
    local_files.remove(access.folder)
    assert not os.path.exists(access.folder)
    sockets = os.listdir(os.path.dirname(local_files.control_path(INCARNATION)))
    assert not [name for name in sockets if name.startswith(INCARNATION[:8])]
