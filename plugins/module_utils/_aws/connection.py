# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""How each node of a cluster is reached: one source for runs, for the ssh_config and for the inventory."""

from __future__ import annotations

import os
import shlex
import typing as t
from collections import Counter
from dataclasses import dataclass

from .._core.private_folders import make_private, make_socket_folder
from . import local_files
from .groups import MASTER
from .instances import ASLEEP, Instance
from .open_ports import SSH
from .want import Want, host_groups

PYTHON = "/usr/bin/python3"
# A connection serves a whole run, and what comes soon after it.
SHARED = "-o ControlMaster=auto -o ControlPersist=30m -o ServerAliveInterval=30"


@dataclass(frozen=True)
class Access:
    """How a cluster is reached; ``address`` is auto, public or private, ``private`` None where an agent has the key.

    ``jump``: workers through the master. ``proxy``: a jump host of the user's own before all. ``config``: the file's name.
    """

    cluster: str
    incarnation: str
    state_dir: str
    user: str
    private: str | None
    address: str = "auto"
    jump: bool = True
    proxy: str | None = None
    config: str = "ssh_config"

    @property
    def folder(self) -> str:
        """Return the folder of known_hosts and ssh_config."""
        return local_files.cluster_dir(self.state_dir, self.cluster, self.incarnation)


def access_of(want: Want, incarnation: str, private: str | None) -> Access:
    """Return how this incarnation's nodes are reached."""
    address = "private" if want.public_ip == "never" else "auto"
    return Access(want.name, incarnation, want.state_dir, want.ssh_user, private, address, proxy=want.ssh_proxy)


@dataclass(frozen=True)
class Host:
    """A node that can be reached: ``name`` in an inventory, ``short`` in the ssh_config, and its address."""

    name: str
    short: str
    group: str
    instance: Instance
    address: str


def address_of(one: Instance, choice: str) -> str | None:
    """Return the address to connect to, None where the instance has no such address (now)."""
    if choice == "private":
        return one.private_ip
    return one.public_ip or (one.private_ip if choice == "auto" else None)


def shorts(masters: t.Sequence[Instance], workers: t.Sequence[Instance]) -> dict[str, str]:
    """Return what the ssh_config calls each node, by id; workers are numbered by group, over all that are there."""
    numbers: Counter[str] = Counter()
    found = {one.id: MASTER for one in masters[:1]}
    for one in workers:
        numbers[one.group] += 1
        found[one.id] = f"{one.group}-{numbers[one.group]}"
    return found


def hosts(access: Access, masters: t.Sequence[Instance], workers: t.Sequence[Instance]) -> list[Host]:
    """Return the nodes that have an address, the master first.

    Workers behind the master are reached by their private addresses; where there is no master, or it is stopped, directly.
    """
    called = shorts(masters, workers)
    named = [(called[one.id], one, address_of(one, access.address)) for one in masters[:1]]
    behind = access.jump and any(_way(one, address) for _short, one, address in named)
    choice = "private" if behind else access.address
    named += [(called[one.id], one, address_of(one, choice)) for one in workers]
    return [
        Host(f"{access.cluster}-{_stable(one)}", short, one.group, one, address)
        for short, one, address in named
        if address is not None
    ]


def _way(one: Instance, address: str | None) -> bool:
    """Tell whether workers can be reached through a master."""
    return address is not None and one.state not in ASLEEP


def _stable(one: Instance) -> str:
    """Return a name that stays a node's own as long as it lives, whichever others there are."""
    return MASTER if one.group == MASTER else f"{one.group}-{one.id}"


def control_path(access: Access, host: Host) -> str:
    """Return the path of a host's control socket: its own per instance, as addresses are used again, and way to it."""
    name = "master" if host.group == MASTER else host.instance.id
    return local_files.control_path(access.incarnation, name + access.config[len("ssh_config") :])


def variables(access: Access, host: Host) -> dict[str, t.Any]:
    """Return Ansible's connection variables of a host; user, key, jump and pinned host key lie in the ssh_config too."""
    pinned = f'UserKnownHostsFile="{os.path.join(access.folder, "known_hosts")}"'
    found: dict[str, t.Any] = {
        "ansible_connection": "ssh",
        "ansible_host": host.address,
        # The one that the security group opens, whatever port the user's own machines have.
        "ansible_port": SSH,
        "ansible_user": access.user,
        # Before all that the user's own configuration says for other hosts: OpenSSH takes the first value that it is given.
        "ansible_ssh_args": f"-o StrictHostKeyChecking=yes -o {shlex.quote(pinned)} {SHARED}",
        "ansible_ssh_common_args": f"-F {shlex.quote(os.path.join(access.folder, access.config))}",
        "ansible_control_path": control_path(access, host),
        "ansible_host_key_checking": True,
        "ansible_pipelining": True,
        # All images have it, whatever the user's own machines have.
        "ansible_become_method": "ansible.builtin.sudo",
        "ansible_sudo_exe": "sudo",
        "ansible_python_interpreter": PYTHON,
    }
    if access.private is not None:
        found["ansible_ssh_private_key_file"] = access.private
    return found


def told(access: Access, found: t.Iterable[Host]) -> list[dict[str, t.Any]]:
    """Return the hosts as the modules tell of them."""
    return [
        {
            "name": one.name,
            "group": one.group,
            "groups": host_groups(access.cluster, one.group),
            "instance_id": one.instance.id,
            "private_ip": one.instance.private_ip,
            "state": one.instance.state,
            "variables": variables(access, one),
        }
        for one in found
    ]


def proxy_command(proxy: str) -> str:
    """Return the ProxyCommand through ``[user@]host[:port]``, which is reached by the user's own SSH settings."""
    user, _at, place = proxy.rpartition("@")
    host, _colon, port = place.partition(":")
    words = ["ssh", "-o", "BatchMode=yes", "-W", "[%h]:%p"]
    words += ["-l", user] if user else []
    words += ["-p", port] if port else []
    return " ".join([*words, "--", host])


def ssh_config(access: Access, found: t.Sequence[Host]) -> str:
    """Return the text of ssh_config: ``ssh -F FILE master``; workers through the master, whichever name is asked for."""
    blocks = []
    behind = access.jump and any(one.group == MASTER and _way(one.instance, one.address) for one in found)
    outside = {} if access.proxy is None else {"ProxyCommand": proxy_command(access.proxy)}
    for one in found:
        node = one.instance
        way = {"ProxyJump": "master"} if behind and one.group != MASTER else outside
        names = [one.short, one.name, node.id, one.address, node.private_ip]
        # A worker's public address would lead past the master.
        names += [node.public_ip] if one.group == MASTER else []
        blocks.append(local_files.block(names, {"HostName": one.address, "HostKeyAlias": node.id, **way}))
    control = local_files.control_path(access.incarnation)
    shared = local_files.common(access.user, access.private, access.folder, control)
    return "\n".join([*blocks, local_files.block(["*"], shared)])


def write(
    access: Access,
    found: t.Sequence[Host],
    keys: dict[str, list[str]],
    region: str,
    account: str,
    absent: t.Sequence[str] = (),
) -> None:
    """Write known_hosts, ssh_config and the mark of one incarnation, and make the folder of its control sockets.

    ``keys``: the pinned host keys by instance id (``nodes.pinned``); ``absent``: ids that are no hosts now and stay
    pinned. Files that are as they ought to be stay untouched.
    """
    folder = access.folder
    make_private(access.state_dir)
    make_private(folder)
    make_socket_folder()
    mark = local_files.mark(region, account, access.cluster, access.incarnation)
    local_files.write(os.path.join(folder, "cluster.json"), mark)
    known = [one.instance for one in found] + [Instance(one, "stopped") for one in absent]
    local_files.write(os.path.join(folder, "known_hosts"), local_files.known_hosts(known, keys))
    local_files.write(os.path.join(folder, access.config), ssh_config(access, found))
