# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a cloud keeps its files, and the names that follow from there."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import typing as t

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
DEFAULT_STATE = CHECKOUT / "var" / "localcloud"

REGION = "us-east-1"
ZONE = "us-east-1a"
ACCOUNT = "123456789012"
API_PORT = 5000
METADATA_PORT = 1338
DNS_PORT = 53
LABEL = "ohmy.localcloud"
INSTANCE_LABEL = "ohmy.instance"


#: Where a cloud on paper answers, and the one address plan of all of them: nothing answers in it.
LOOPBACK, PAPER_CIDR = "127.0.0.1", "10.63.0.0/16"


@dataclasses.dataclass(frozen=True)
class Doors:
    """Where a cloud answers API requests, and whether its instances are on paper only, or those of a simulated fleet."""

    address: str
    port: int = API_PORT
    paper: bool = False
    fleet: bool = False

    def record(self) -> dict[str, t.Any]:
        """Return what ``of`` reads."""
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, record: t.Mapping[str, t.Any]) -> Doors:
        """Return those that a server has written down."""
        modes = {name: bool(record.get(name)) for name in ("paper", "fleet")}
        return cls(record.get("address", ""), int(record.get("port", API_PORT)), **modes)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that answer HTTP when the cloud is up."""
        return (self.port,) if self.paper else (self.port, METADATA_PORT)


@dataclasses.dataclass(frozen=True)
class State:
    """The state directory of one cloud; two clouds on one machine differ in it, and so in all names."""

    root: pathlib.Path

    @classmethod
    def at(cls, path: str | os.PathLike[str] | None) -> State:
        """Return the state at ``path``, by default that of this checkout."""
        return cls(pathlib.Path(os.path.abspath(path or DEFAULT_STATE)))

    @property
    def hash6(self) -> str:
        """Six hexadecimal digits that name this cloud."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:6]

    @property
    def network(self) -> str:
        """The name of the podman network."""
        return f"ohmy-{self.hash6}"

    @property
    def router(self) -> str:
        """The name of the container that keeps the gateway's address alive."""
        return f"ohmy-{self.hash6}-router"

    @property
    def label(self) -> str:
        """The label, as key=value, of every container of this cloud."""
        return f"{LABEL}={self.hash6}"

    def container(self, instance_id: str) -> str:
        """Return the name of an instance's container."""
        return f"ohmy-{self.hash6}-{instance_id}"

    @property
    def aws_config(self) -> pathlib.Path:
        """The AWS config file with the profile ``localcloud``."""
        return self.root / "aws-config"

    @property
    def record(self) -> pathlib.Path:
        """What the server was started with: process, network, image."""
        return self.root / "cloud.json"

    @property
    def log(self) -> pathlib.Path:
        """The server's log."""
        return self.root / "server.log"

    @property
    def faults(self) -> pathlib.Path:
        """What the server is to refuse on request."""
        return self.root / "faults.json"

    @property
    def spot(self) -> pathlib.Path:
        """Which spot instances are to be taken back, a file each."""
        return self.root / "spot"

    @property
    def lock(self) -> pathlib.Path:
        """The file that ``up`` and ``down`` lock."""
        return self.root / "lock"

    @property
    def images(self) -> pathlib.Path:
        """Where image archives are cached."""
        return self.root / "image"
