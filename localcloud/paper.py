# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances on paper: they are launched, run and end as the API says, but nothing is made of them."""

from __future__ import annotations

import importlib.util
import pathlib
import typing as t

from .backends import Account, address_of
from .delays import Delays
from .faults import Fault, Faults
from .metadata import user_data
from .network import Vpc
from .paths import State
from .reconciler import Machine, Reconciler


class Node:
    """What a program that plays the instances is told of one that boots, and what it may do in its name."""

    def __init__(self, instance_id: str, address: str, user_data: str, account: Account) -> None:
        self.instance_id, self.address, self.user_data = instance_id, address, user_data
        self._account = account

    def get(self, bucket: str, key: str) -> bytes | None:
        """Return an object of S3, None where there is none."""
        found = self._account.s3.get_object(bucket, key)
        return None if found is None else bytes(found.value)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Put an object into S3."""
        self._account.s3.put_object(bucket, key, body)


Play = t.Callable[[Node], None]


def load(path: str | None) -> Play:
    """Return the function ``boot`` of a Python file, which plays an instance's first boot; without one nothing happens."""
    if not path:
        return lambda node: None
    spec = importlib.util.spec_from_file_location("played", pathlib.Path(path))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return t.cast(Play, module.boot)


class PaperMachines(Reconciler):
    """The reconciler without containers."""

    instances_max = 4000

    def __init__(self, state: State, vpc: Vpc, account: Account, delays: Delays, faults: Faults, play: Play) -> None:
        super().__init__(state, vpc, account, "", delays, faults)
        self._play = play

    def _run(self, machine: Machine, instance: t.Any, fault: Fault | None) -> None:
        first, machine.created, machine.up = not machine.created, True, True
        if first and not (fault is not None and fault["how"] == "silent"):
            text = user_data(instance).decode("utf-8", "replace") if instance.user_data else ""
            self._play(Node(instance.id, address_of(instance), text, self.account))

    def _stop(self, machine: Machine, instance: t.Any) -> None:
        machine.up = False

    def _remove(self, machine: Machine, instance: t.Any) -> None:
        machine.created = machine.up = False

    def _refresh_firewalls(self) -> None:
        return
