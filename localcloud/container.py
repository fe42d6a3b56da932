# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance's container: create, start with its rules in place, stop, remove."""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib
import re
import resource
import typing as t

from . import firewall
from .paths import INSTANCE_LABEL
from .shell import LocalCloudError, run, succeeds

#: Beyond podman's default: what units on a real machine may do, and reboot(2) in their own PID namespace.
CAPABILITIES = {"AUDIT_WRITE": 29, "NET_RAW": 13, "SYS_BOOT": 22, "SYS_RESOURCE": 24}
NOFILE, NPROC = (1024, 524288), (1 << 20, 1 << 20)
#: What podman leaves of the limit on processes where root may not raise it.
NPROC_LEFT = 32768
GIB = 1024
MEMORY_MIB = {"nano": 512, "micro": GIB, "small": 2 * GIB, "medium": 4 * GIB, "large": 8 * GIB, "xlarge": 16 * GIB}
STOP_SECONDS = 30
#: Exit code of PID 1 when reboot(2) asked for a restart: 128 + SIGHUP.
REBOOTED = 129


@dataclasses.dataclass(frozen=True)
class Spec:
    """What a container is made from."""

    name: str
    instance_id: str
    image: str
    network: str
    label: str
    address: str
    mac: str
    host_name: str
    domain: str
    gateway: str
    memory_mib: int
    command: tuple[str, ...] = ("/sbin/init",)
    small: tuple[str, int] | None = None  # where it has how many megabytes of room only


def memory_mib(instance_type: str) -> int:
    """Return the memory of an instance type in MiB: by its size, half for compute and double for memory families."""
    family, _, size = instance_type.partition(".")
    if size in MEMORY_MIB:
        base = MEMORY_MIB[size]
    elif size.endswith("xlarge") and size[:-6].isdigit():
        base = MEMORY_MIB["xlarge"] * int(size[:-6])
    else:
        base = MEMORY_MIB["large"]
    if size in ("nano", "micro", "small", "medium"):
        return base
    return base // 2 if family.startswith("c") else base * 2 if family.startswith("r") else base


@dataclasses.dataclass(frozen=True)
class Powers:
    """What this machine's root can hand on: capabilities by name, and its hard limits when it may not raise them."""

    capabilities: tuple[str, ...] = tuple(CAPABILITIES)
    nofile: int | None = None
    nproc: int | None = None


@functools.lru_cache(maxsize=1)
def powers() -> Powers:
    """Look at what this process's own bounding set and limits are: in a container, root may have less."""
    text = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    (bounding,) = (int(found, 16) for found in re.findall(r"CapBnd:\s*([0-9a-f]+)", text))
    held = tuple(name for name, bit in CAPABILITIES.items() if bounding >> bit & 1)
    if "SYS_RESOURCE" in held:
        return Powers(held)
    hard = [resource.getrlimit(which)[1] for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)]
    nofile, nproc = (None if limit == resource.RLIM_INFINITY else limit for limit in hard)
    return Powers(held, nofile, min(nproc or NPROC_LEFT, NPROC_LEFT))


def ulimits(have: Powers) -> list[str]:
    """Return podman's options for limits: those of an instance, or the highest that can be had."""
    words = []
    for name, (soft, hard), top in (("nofile", NOFILE, have.nofile), ("nproc", NPROC, have.nproc)):
        limit = hard if top is None else min(hard, top)
        words += ["--ulimit", f"{name}={min(soft, limit)}:{limit}"]
    return words


def create_argv(spec: Spec, have: Powers) -> list[str]:
    """Return the command that creates the container."""
    argv = ["podman", "create", "--name", spec.name, "--label", spec.label]
    argv += ["--label", f"{INSTANCE_LABEL}={spec.instance_id}"]
    argv += ["--runtime", "runc", "--systemd=always", "--restart", "no"]
    argv += ["--network", spec.network, "--ip", spec.address, "--mac-address", spec.mac]
    # What goes to an address that nobody has is lost without a word, as in a VPC: no ARP that fails after three seconds.
    argv += ["--sysctl", "net.ipv4.neigh.eth0.mcast_solicit=3600"]
    argv += ["--hostname", spec.host_name, "--no-hosts", "--dns", spec.gateway, "--dns-search", spec.domain]
    argv += ["--memory", f"{spec.memory_mib}m", "--memory-swap", f"{spec.memory_mib}m", "--pids-limit", "-1"]
    argv += ulimits(have)
    argv += [f"--cap-add={name}" for name in have.capabilities]
    # podman would lay a tmpfs over these; on an instance they are disk. Anonymous volumes go with the container.
    argv += ["--volume", "/tmp", "--volume", "/var/log/journal"]
    argv += ["--log-driver", "k8s-file", "--log-opt", "max-size=1mb"]
    if spec.small is not None:
        argv += ["--mount", f"type=tmpfs,destination={spec.small[0]},tmpfs-size={spec.small[1]}m"]
    return [*argv, spec.image, *spec.command]


def create(spec: Spec) -> None:
    """Create the container; a half-made one of the same name is removed first."""
    try:
        run(create_argv(spec, powers()))
    except LocalCloudError:
        remove(spec.name)
        run(create_argv(spec, powers()))


def start(name: str, gateway: str, table: str) -> tuple[int, str]:
    """Start a created or stopped container with its firewall in place; return its first process and namespace."""
    run(["podman", "init", name])
    namespace = run(["podman", "inspect", "--format", "{{.NetworkSettings.SandboxKey}}", name]).strip()
    firewall.prepare(namespace, gateway, table)
    run(["podman", "start", name])
    pid = int(run(["podman", "inspect", "--format", "{{.State.Pid}}", name]).strip() or 0)
    if pid <= 0:
        raise LocalCloudError(f"The container {name} ended at once.")
    return pid, namespace


def stop(name: str) -> None:
    """Shut a container down as an instance is shut down; kill it after ``STOP_SECONDS``."""
    run(["podman", "stop", "--time", str(STOP_SECONDS), name], timeout=STOP_SECONDS + 60)


def exit_code(name: str) -> int:
    """Return how a container ended, once podman knows."""
    return int(run(["podman", "wait", name], timeout=30).strip().splitlines()[-1])


def remove(name: str) -> None:
    """Remove a container in any condition; no error when there is none."""
    run(["podman", "rm", "--force", "--ignore", "--volumes", "--time", "0", name], timeout=120, check=False)
    if succeeds(["podman", "container", "exists", name]):
        run(["podman", "rm", "--force", "--storage", name], timeout=120, check=False)


def listed(label: str) -> list[str]:
    """Return the names of all containers with a label."""
    found: list[dict[str, t.Any]] = json.loads(
        run(["podman", "ps", "--all", "--format", "json", "--filter", f"label={label}"]) or "[]"
    )
    return [entry["Names"][0] for entry in found]
