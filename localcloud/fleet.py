# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet: instances on paper that boot as nodes of Hadoop, and masters whose daemons can be asked.

All addresses of its VPC lie in 127.0.0.0/8, which Linux answers for as a whole, without a network or root.
"""

from __future__ import annotations

import logging
import socket
import typing as t

from . import played_node
from .backends import Account, address_of
from .daemons import PORTS, Daemons, Member
from .delays import Delays
from .faults import Fault, Faults
from .listening import listen
from .network import Vpc
from .paper import Node, PaperMachines
from .paths import API_PORT, Doors, State
from .reconciler import Machine
from .shell import LocalCloudError

LOG = logging.getLogger("localcloud")


def place(state: State) -> tuple[Vpc, Doors]:
    """Return the address plan of a fleet, 127.X.0.0/16, and its API's door, where nobody else listens now."""
    first = int(state.hash6, 16)
    for at in range(254):
        vpc = Vpc(f"127.{1 + (first + at) % 254}.0.0/16")
        with socket.socket() as probe:
            try:
                probe.bind((vpc.gateway, API_PORT))
            except OSError:
                continue
        return vpc, Doors(vpc.gateway, paper=True, fleet=True)
    raise LocalCloudError("All networks 127.1-254.0.0/16 are in use by fleets. Take one of them down.")


class Fleet(PaperMachines):
    """The reconciler of a fleet; each node is known by the prefix in S3 that all of its cluster share."""

    def __init__(self, state: State, vpc: Vpc, account: Account, delays: Delays, faults: Faults) -> None:
        super().__init__(state, vpc, account, delays, faults, self._boot)
        self._clusters: dict[str, list[Member]] = {}
        self._masters: dict[str, str] = {}
        self._open: dict[str, list[t.Any]] = {}

    def _boot(self, node: Node) -> None:
        played_node.boot(node)
        told = played_node.settings(node.user_data)
        if told is not None:
            member = Member(node.instance_id, node.address, told["role"])
            self._clusters.setdefault(told["prefix"], []).append(member)
            if member.role == "master":
                self._masters[member.instance_id] = told["prefix"]

    def members(self, prefix: str) -> list[Member]:
        """Return the nodes of a cluster that run now."""
        known = list(self._clusters.get(prefix, ()))
        return [one for one in known if self.machines[one.instance_id].up]

    def _run(self, machine: Machine, instance: t.Any, fault: Fault | None) -> None:
        super()._run(machine, instance, fault)
        prefix = self._masters.get(machine.instance_id)
        if prefix is not None:
            address, daemons = address_of(instance), Daemons(lambda: self.members(prefix))
            self._open[machine.instance_id] = [listen(address, port, daemons) for port in PORTS]

    def _stop(self, machine: Machine, instance: t.Any) -> None:
        super()._stop(machine, instance)
        self._close(machine)

    def _remove(self, machine: Machine, instance: t.Any) -> None:
        super()._remove(machine, instance)
        self._close(machine)

    def _close(self, machine: Machine) -> None:
        for server in self._open.pop(machine.instance_id, ()):
            server.shutdown()
            server.server_close()
