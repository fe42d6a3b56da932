# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of machines: containers booted by systemd, on a network of their own without a way out."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import time
import typing as t
from pathlib import Path

import yaml

from localcloud import container, network
from localcloud.shell import LocalCloudError, run

from . import images, loops

LABEL = "ohmy.machines"
USER = "admin"
MEMORY_MIB = 4096
BOOT_SECONDS = 60
#: One set, one /24; the local cloud's networks are elsewhere.
NETWORKS = [f"10.{second}.{third}.0/24" for second in range(200, 210) for third in range(0, 250, 10)]


@dataclasses.dataclass(frozen=True)
class Machines:
    """A set of machines, as its state directory describes it."""

    state: Path
    name: str = ""
    cidr: str = ""
    addresses: dict[str, str] = dataclasses.field(default_factory=dict)  # machine -> address, the master first
    disks: list[str] = dataclasses.field(default_factory=list)  # the master's, see loops

    @classmethod
    def at(cls, state: Path) -> Machines:
        """Return the set whose state directory this is; an empty one where nothing was made."""
        state = Path(os.path.abspath(state))
        try:
            return cls(state, **json.loads((state / "machines.json").read_text("utf-8")))
        except FileNotFoundError:
            return cls(state)

    @property
    def tag(self) -> str:
        """Eight letters that make the names of containers and network unique."""
        return hashlib.sha256(str(self.state).encode()).hexdigest()[:8]

    @property
    def network(self) -> str:
        """The name of the podman network."""
        return f"ohmy-own-{self.tag}"

    @property
    def gateway(self) -> str:
        """The controller's address on the machines' network; it exists while a machine runs."""
        return self.cidr.replace(".0/24", ".1")

    @property
    def inventory(self) -> Path:
        """The inventory file of the set."""
        return self.state / "inventory.yml"

    @property
    def master(self) -> str:
        """The master's name."""
        return next(iter(self.addresses))

    @property
    def workers(self) -> list[str]:
        """The workers' names."""
        return list(self.addresses)[1:]

    def container(self, machine: str) -> str:
        """Return the name of a machine's container."""
        return f"ohmy-own-{self.tag}-{machine}"

    def run(
        self, machine: str, *command: str, stdin: str | None = None, seconds: float = 60, check: bool = True
    ) -> str:
        """Run a command on a machine as root, past SSH; return its output, or raise LocalCloudError."""
        return run(["podman", "exec", "-i", self.container(machine), *command], seconds, stdin or "", check)

    def stop(self, machine: str) -> None:
        """Shut a machine down."""
        container.stop(self.container(machine))

    def start(self, machine: str) -> None:
        """Boot a machine that was shut down, and wait for its SSH."""
        run(["podman", "start", self.container(machine)])
        self.wait(machine)

    def pause(self, machine: str) -> None:
        """Freeze a machine: it keeps its address and answers nothing."""
        run(["podman", "pause", self.container(machine)])

    def resume(self, machine: str) -> None:
        """Let a frozen machine go on."""
        run(["podman", "unpause", self.container(machine)])

    def wait(self, machine: str) -> None:
        """Wait until a machine's SSH answers; raise LocalCloudError when it does not."""
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((self.addresses[machine], 22), 2) as door:
                door.settimeout(5)
                if door.recv(4) == b"SSH-":
                    return
            time.sleep(0.05)
        raise LocalCloudError(f"{machine} does not answer on port 22.")

    def alive(self) -> bool:
        """Tell whether all machines of the set run."""
        listed = ["podman", "ps", "--quiet", "--filter", f"label={LABEL}={self.tag}", "--filter", "status=running"]
        return bool(self.addresses) and len(run(listed).split()) == len(self.addresses)

    def down(self) -> None:
        """Remove containers, network and state; no error where there are none."""
        for name in container.listed(f"{LABEL}={self.tag}"):
            with contextlib.suppress(LocalCloudError):
                run(["podman", "unpause", name])
            container.remove(name)
        loops.detach_all(self.state)
        if run(["podman", "network", "ls", "--quiet", "--filter", f"name=^{self.network}$"]).strip():
            run(["podman", "network", "rm", "--force", self.network])
        for entry in ("key", "key.pub", "known_hosts", "inventory.yml", "machines.json"):
            (self.state / entry).unlink(missing_ok=True)


def up(
    name: str,
    workers: int,
    state: Path,
    image: str = "bookworm",
    memory_mib: int = MEMORY_MIB,
    disks: int = 0,
) -> Machines:
    """Start a master and its workers, and wait for their SSH; a set that runs already is returned as it is.

    :param name: the cluster's name: machines are called ``<name>-master`` and ``<name>-worker-1`` …
    :param state: an own directory for key pair, known_hosts and inventory; sets with different ones are apart.
    :param image: ``bookworm`` or ``bullseye``.
    :param memory_mib: the limit of each machine.
    :param disks: how many blank disks of 1 GiB the master has, beside its root.
    """
    state = Path(os.path.abspath(state))
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Machines.at(state)
        names = [f"{name}-master", *(f"{name}-worker-{number}" for number in range(1, workers + 1))]
        if made.alive() and list(made.addresses) == names:
            return made
        made.down()
        reference = images.ensure(image)
        cidr = _network(made.network)
        base = cidr.removesuffix("0/24")
        addresses = {machine: f"{base}{number}" for number, machine in enumerate(names, 10)}
        made = Machines(state, name, cidr, addresses, loops.attach(state, disks))
        record = {"name": name, "cidr": cidr, "addresses": addresses, "disks": made.disks}
        (state / "machines.json").write_text(json.dumps(record), encoding="utf-8")
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"test of {name}", "-f", str(state / "key")])
        host_keys = [_machine(made, machine, reference, memory_mib) for machine in names]
        (state / "known_hosts").write_text("".join(host_keys), encoding="utf-8")
        made.inventory.write_text("---\n" + yaml.safe_dump(inventory(made), sort_keys=False), encoding="utf-8")
        if os.environ.get("SUDO_UID"):  # who called sudo uses the key
            for path in state.iterdir():
                os.chown(path, int(os.environ["SUDO_UID"]), int(os.environ.get("SUDO_GID", "-1")))
        for machine in names:
            made.wait(machine)
    return made


def inventory(made: Machines) -> dict[str, t.Any]:
    """Return the set as an inventory, like one that a person would write."""
    group = made.name.replace("-", "_")
    hosts = {machine: {"ansible_host": address} for machine, address in made.addresses.items()}
    known = f"-o UserKnownHostsFile={shlex.quote(str(made.state / 'known_hosts'))} -o StrictHostKeyChecking=yes"
    common = {
        "ansible_user": USER,
        "ansible_ssh_private_key_file": str(made.state / "key"),
        "ansible_ssh_common_args": f"{known} -o IdentitiesOnly=yes",
    }
    groups = {
        f"{group}_master": {"hosts": {made.master: hosts[made.master]}},
        f"{group}_workers": {"hosts": {worker: hosts[worker] for worker in made.workers}},
    }
    return {"all": {"children": {group: {"children": groups, "vars": common}}}}


def _network(name: str) -> str:
    """Create a network on a free subnet; return the subnet."""
    free = NETWORKS[int(name[-4:], 16) % len(NETWORKS) :] + NETWORKS
    for _attempt in range(5):  # another set may take the same one between the look and the creation
        cidr = network.choose(free, network.taken())
        with contextlib.suppress(LocalCloudError):
            gateway = Machines(Path(), cidr=cidr).gateway
            plan = ["--subnet", cidr, "--gateway", gateway]
            run(["podman", "network", "create", "--internal", "--disable-dns", *plan, name])
            return cidr
        free.remove(cidr)
    raise LocalCloudError(f"The network {name} could not be created.")


def _machine(made: Machines, machine: str, image: str, memory_mib: int) -> str:
    """Create and start one machine; return its line for known_hosts."""
    name, address = made.container(machine), made.addresses[machine]
    have = container.powers()
    argv = ["podman", "create", "--name", name, "--label", f"{LABEL}={made.tag}", "--runtime", "runc"]
    # A machine keeps its MAC when it boots again; with another one its neighbours would look for it half a minute.
    mac = "02:00:" + ":".join(f"{int(byte):02x}" for byte in address.split("."))
    argv += ["--systemd=always", "--network", made.network, "--ip", address, "--mac-address", mac]
    argv += ["--hostname", machine, "--no-hosts", "--dns", "none"]
    argv += ["--memory", f"{memory_mib}m", "--memory-swap", f"{memory_mib}m"]
    argv += ["--pids-limit", "-1", *container.ulimits(have), *(f"--cap-add={power}" for power in have.capabilities)]
    argv += ["--volume", "/tmp", "--volume", "/var/log/journal"]
    if made.disks and machine == made.master:
        argv += loops.options(made.state, made.disks)
    argv += ["--log-driver", "k8s-file", "--log-opt", "max-size=1mb"]
    run([*argv, image, "/sbin/init"])
    root = Path(run(["podman", "mount", name]).strip())
    try:
        host_key = _install(root, machine, (made.state / "key.pub").read_text("utf-8"))
    finally:
        run(["podman", "unmount", name])
    run(["podman", "start", name])
    return f"{address} {host_key}\n"


def _install(root: Path, machine: str, public_key: str) -> str:
    """Make a fresh root what Debian's installer and an administrator leave; return the public host key."""
    (root / "etc/hostname").write_text(f"{machine}\n")
    # Debian's way: the own name leads to a loopback address, and no other machine's name is known.
    (root / "etc/hosts").write_text(f"127.0.0.1\tlocalhost\n127.0.1.1\t{machine}\n")
    (root / "etc/resolv.conf").write_text("# No name server: questions end at once.\n")
    (root / "etc/apt/sources.list").write_text("# No way out: tests add the repository that they serve.\n")
    shutil.rmtree(root / "etc/apt/sources.list.d", ignore_errors=True)
    (root / "etc/apt/sources.list.d").mkdir()
    if (root / "etc/cloud").is_dir():
        (root / "etc/cloud/cloud-init.disabled").touch()
    for old in (root / "etc/ssh").glob("ssh_host_*"):
        old.unlink()
    host_key = root / "etc/ssh/ssh_host_ed25519_key"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", machine, "-f", str(host_key)])
    run(["chroot", str(root), "useradd", "--create-home", "--shell", "/bin/bash", USER])
    (root / f"etc/sudoers.d/{USER}").write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
    (root / f"etc/sudoers.d/{USER}").chmod(0o440)
    folder = root / f"home/{USER}/.ssh"
    folder.mkdir(mode=0o700)
    (folder / "authorized_keys").write_text(public_key)
    subprocess.run(["chroot", str(root), "chown", "-R", f"{USER}:{USER}", f"/home/{USER}/.ssh"], check=True, timeout=60)
    return " ".join(host_key.with_suffix(".pub").read_text("utf-8").split()[:2])
