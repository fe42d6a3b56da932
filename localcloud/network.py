# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VPC: one podman network per cloud, and the container that keeps its gateway address alive."""

from __future__ import annotations

import dataclasses
import hashlib
import ipaddress
import json
import typing as t

from .container import powers, ulimits
from .paths import State
from .shell import LocalCloudError, run

FIRST, LAST = 64, 190


@dataclasses.dataclass(frozen=True)
class Vpc:
    """The address plan of a cloud: 10.X.0.0/16, the gateway first, one subnet of /20."""

    cidr: str

    @property
    def network(self) -> ipaddress.IPv4Network:
        """The VPC's network."""
        return ipaddress.IPv4Network(self.cidr)

    @property
    def gateway(self) -> str:
        """The address of the bridge: API, metadata and DNS answer there."""
        return str(self.network[1])

    @property
    def gateway_mac(self) -> str:
        """The hardware address of the bridge."""
        return "02:00:" + self.network[1].packed.hex(":")

    @property
    def router(self) -> str:
        """The address of the container that keeps the bridge up; reserved on AWS, too."""
        return str(self.network[2])

    @property
    def subnet(self) -> str:
        """The CIDR of the default subnet."""
        return str(next(self.network.subnets(new_prefix=20)))


def candidates(state_path: str) -> list[str]:
    """Return the possible networks of a cloud, the preferred one first; the order follows from the path."""
    span = LAST - FIRST + 1
    start = int(hashlib.sha256(state_path.encode()).hexdigest(), 16) % span
    return [f"10.{FIRST + (start + i) % span}.0.0/16" for i in range(span)]


def choose(wanted: t.Iterable[str], taken: t.Iterable[str]) -> str:
    """Return the first wanted network that overlaps no taken one; raise LocalCloudError when there is none."""
    used = [ipaddress.IPv4Network(cidr, strict=False) for cidr in taken]
    for cidr in wanted:
        if not any(ipaddress.IPv4Network(cidr).overlaps(other) for other in used):
            return cidr
    raise LocalCloudError(f"All networks 10.{FIRST}-{LAST}.0.0/16 overlap routes of this machine. Free one of them.")


def routes(ip_json: str) -> list[str]:
    """Return the destinations in the output of ``ip -j -4 route show table all``, default routes and hosts apart."""
    found = [entry.get("dst", "default") for entry in json.loads(ip_json or "[]")]
    cidrs = [dst for dst in found if dst not in ("default", "0.0.0.0/0")]
    return [dst for dst in cidrs if dst[0].isdigit() and not dst.startswith("127.")]


def taken() -> list[str]:
    """Return the networks in use: routes of the machine and networks of podman."""
    used = routes(run(["ip", "-j", "-4", "route", "show", "table", "all"]))
    names = run(["podman", "network", "ls", "--quiet"]).split()
    if names:
        for network in json.loads(run(["podman", "network", "inspect", *names])):
            used += [s["subnet"] for s in network.get("subnets") or [] if ":" not in s["subnet"]]
    return used


def create(state: State) -> Vpc:
    """Create the podman network of a cloud on the first free candidate, or return the one it has."""
    exists = run(["podman", "network", "ls", "--quiet", "--filter", f"name=^{state.network}$"]).split()
    if exists:
        return Vpc(json.loads(run(["podman", "network", "inspect", state.network]))[0]["subnets"][0]["subnet"])
    free = candidates(str(state.root))
    error: LocalCloudError | None = None
    for _attempt in range(3):  # another cloud may take the same network between the look and the creation
        vpc = Vpc(choose(free, taken()))
        argv = ["podman", "network", "create", "--internal", "--disable-dns", "--label", state.label]
        argv += ["--subnet", vpc.cidr, "--gateway", vpc.gateway, state.network]
        try:
            run(argv)
            return vpc
        except LocalCloudError as failed:
            error = failed
            free = [cidr for cidr in free if cidr != vpc.cidr]
    raise error or LocalCloudError("The network could not be created.")


def start_router(state: State, vpc: Vpc, image: str) -> None:
    """Start the container that keeps the bridge and its addresses alive, unless it runs."""
    running = run(["podman", "ps", "--quiet", "--filter", f"name=^{state.router}$"]).strip()
    if not running:
        run(["podman", "rm", "--force", "--ignore", "--time", "0", state.router])
        argv = ["podman", "run", "--detach", "--name", state.router, "--label", state.label, "--runtime", "runc"]
        argv += ["--network", state.network, "--ip", vpc.router, "--no-hosts", "--log-driver", "none"]
        argv += ["--memory", "64m", *ulimits(powers()), "--cap-drop", "all", "--stop-signal", "KILL"]
        run([*argv, image, "sleep", "infinity"])
    # A bridge without an address of its own takes the lowest of its ports': with each container that came or went it
    # could change, and what the others sent to the gateway was lost until they asked for it again, up to 40 s later.
    bridge = json.loads(run(["podman", "network", "inspect", state.network]))[0]["network_interface"]
    run(["ip", "link", "set", "dev", bridge, "address", vpc.gateway_mac])
