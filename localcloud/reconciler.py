# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the containers what the API says the instances are."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import logging
import os
import select
import threading
import time
import typing as t

from . import container, firewall
from .backends import Account, address_of
from .delays import Delays, hold
from .faults import BOOT, Fault, Faults
from .network import Vpc
from .paths import State
from .shell import LocalCloudError
from .strict import INSTANCES_MAX

LOG = logging.getLogger("localcloud")
WORKERS = 3


@dataclasses.dataclass
class Machine:
    """What is known of one instance's container."""

    instance_id: str
    created: bool = False
    up: bool = False
    busy: bool = False
    reboot: bool = False
    pid: int = 0
    namespace: str = ""
    table: str = ""
    wanted: str = ""
    since: float = 0.0


def decide(api_state: str, created: bool, up: bool, reboot: bool = False) -> tuple[str, str | None]:
    """Return the state to show and the job to do, from what the API says and what the container is."""
    if api_state in ("pending", "running"):
        if not up:
            return "pending", "start"
        return "running", "reboot" if reboot else None
    if api_state in ("stopping", "stopped"):
        return ("stopping", "stop") if up else ("stopped", None)
    return ("shutting-down", "remove") if created else ("terminated", None)


def after_exit(exit_code: int, behaviour: str) -> str:
    """Return what becomes of a running instance whose container ended by itself: running, stopped or terminated."""
    if exit_code == container.REBOOTED:
        return "running"
    return "terminated" if behaviour == "terminate" else "stopped"


class Reconciler:
    """One thread that watches containers and firewalls, and a few that run podman."""

    instances_max = INSTANCES_MAX

    def __init__(self, state: State, vpc: Vpc, account: Account, image: str, delays: Delays, faults: Faults) -> None:
        self.faults = faults
        self.state, self.vpc, self.account, self.image, self.delays = state, vpc, account, image, delays
        self.machines: dict[str, Machine] = {}
        self._pool = concurrent.futures.ThreadPoolExecutor(WORKERS, thread_name_prefix="machine")
        self._poller = select.poll()
        self._exits: dict[int, tuple[int, Machine]] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._poller.register(self._wake_read, select.POLLIN)

    def start(self) -> None:
        """Start watching, in a thread of its own."""
        threading.Thread(target=self._watch, name="reconciler", daemon=True).start()

    def scan(self) -> None:
        """Look at all instances, show their true states and start the jobs that are due. Fast; any thread."""
        with self.account.lock:
            for instance in self.account.instances():
                self._tend(instance)
        self._wake()

    def _tend(self, instance: t.Any) -> None:
        """Show one instance's true state and start the job that is due; the lock is held."""
        machine = self.machines.get(instance.id)
        if machine is None:
            if instance.state == "terminated":
                return
            machine = self.machines[instance.id] = Machine(instance.id)
        shown, job = self._due(machine, instance.state)
        self.account.show(instance, shown)
        if job is not None and not machine.busy:
            machine.busy = True
            self._pool.submit(self._do, machine, instance, job)

    def _due(self, machine: Machine, api_state: str) -> tuple[str, str | None]:
        wanted = "run" if api_state in ("pending", "running") else "stop" if api_state.startswith("stop") else "end"
        if wanted != machine.wanted:
            machine.wanted, machine.since = wanted, time.monotonic()
        shown, job = decide(api_state, machine.created, machine.up, machine.reboot)
        if not self.delays.any:
            return shown, job
        if job == "remove" and machine.up:
            job = "stop"  # its system is shut down, as on EC2
        age = time.monotonic() - machine.since
        if wanted == "end" and age < self.delays.terminate:
            shown = "shutting-down"
        return hold(self.delays, shown, job, age)

    def reboot(self, instance_ids: t.Iterable[str]) -> None:
        """Note that instances are to be restarted; ``scan`` does it."""
        for instance_id in instance_ids:
            if instance_id in self.machines:
                self.machines[instance_id].reboot = True

    # Jobs

    def _do(self, machine: Machine, instance: t.Any, job: str) -> None:
        began = time.monotonic()
        try:
            getattr(self, f"_{job}")(machine, instance)
            LOG.info("%s %s %.2f s", job, machine.instance_id, time.monotonic() - began)
        except Exception as error:  # whatever it is, the other instances go on
            LOG.error(
                "%s %s failed: %s", job, machine.instance_id, error, exc_info=not isinstance(error, LocalCloudError)
            )
            if job in ("start", "reboot"):
                with self.account.lock:
                    if instance.state in ("pending", "running"):
                        self.account.end(instance, "terminated", "Server.InternalError", "Internal error on launch")
                    machine.created = True  # so that what there is of it is removed
                    machine.up = False
        finally:
            with self.account.lock:
                machine.busy = False
                self._tend(instance)  # this one alone: a thousand that start would look at a million
            self._wake()

    def _start(self, machine: Machine, instance: t.Any) -> None:
        fault = None
        if not machine.created:
            with self.account.lock:
                told = self.account.told_of(instance)
            fault = self.faults.meet([(BOOT, told)])
        if fault is not None:
            self.faults.note(fault, f"{BOOT} {machine.instance_id}")
        dies = fault["seconds"] if fault is not None and fault["how"] == "dies" else None
        if dies == 0:
            self._die(instance)  # and was never seen running
            return
        self._run(machine, instance, fault)
        if dies is not None:
            threading.Timer(dies, self._die, [instance]).start()

    def _die(self, instance: t.Any) -> None:
        with self.account.lock:
            if instance.state in ("pending", "running"):
                self.account.end(instance, "terminated", "Server.InternalError", "Server.InternalError")
        self.scan()

    def _run(self, machine: Machine, instance: t.Any, fault: Fault | None) -> None:
        name = self.state.container(machine.instance_id)
        if not machine.created:
            machine.created = True
            container.create(self._spec(instance, fault))
        with self.account.lock:
            table = self.account.filter_table(instance, self.vpc.gateway)
        pid, machine.namespace = container.start(name, self.vpc.gateway, table)
        machine.table = table
        self._follow(machine, pid)

    def _stop(self, machine: Machine, instance: t.Any) -> None:
        container.stop(self.state.container(machine.instance_id))
        machine.up = False

    def _reboot(self, machine: Machine, instance: t.Any) -> None:
        machine.reboot = False
        self._stop(machine, instance)
        self._start(machine, instance)

    def _remove(self, machine: Machine, instance: t.Any) -> None:
        container.remove(self.state.container(machine.instance_id))
        machine.created = machine.up = False

    def _exited(self, machine: Machine, instance: t.Any) -> None:
        code = container.exit_code(self.state.container(machine.instance_id))
        machine.up = False
        outcome = after_exit(code, instance.instance_initiated_shutdown_behavior)
        LOG.info("%s ended by itself with %s: %s", machine.instance_id, code, outcome)
        with self.account.lock:
            if outcome != "running" and instance.state in ("pending", "running"):
                code_name = "Client.InstanceInitiatedShutdown"
                self.account.end(instance, outcome, code_name, f"{code_name}: Instance initiated shutdown")

    def _spec(self, instance: t.Any, fault: Fault | None) -> container.Spec:
        how = fault["how"] if fault is not None else ""
        host, _, domain = instance.private_dns_name.partition(".")
        return container.Spec(
            name=self.state.container(instance.id),
            instance_id=instance.id,
            image=self.image,
            network=self.state.network,
            label=self.state.label,
            address=address_of(instance),
            mac=instance.nics[0].mac_address,
            host_name=host,
            domain=domain,
            gateway=self.vpc.gateway,
            memory_mib=container.memory_mib(instance.instance_type),
            command=("sleep", "infinity") if how == "silent" else ("/sbin/init",),
            small=(fault["path"], fault["megabytes"]) if fault is not None and how == "small" else None,
        )

    # Watching

    def _follow(self, machine: Machine, pid: int) -> None:
        descriptor = os.pidfd_open(pid)
        machine.pid, machine.up = pid, True
        self._exits[descriptor] = (pid, machine)
        self._poller.register(descriptor, select.POLLIN)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b".")

    def _watch(self) -> None:
        while True:
            for descriptor, _event in self._poller.poll(500 if self.delays.any else 5000):
                if descriptor == self._wake_read:
                    os.read(self._wake_read, 4096)
                elif descriptor in self._exits:
                    self._poller.unregister(descriptor)
                    pid, machine = self._exits.pop(descriptor)
                    os.close(descriptor)
                    self._note_exit(pid, machine)
            try:
                if self.delays.any:
                    self.scan()
                self._refresh_firewalls()
            except Exception:  # the watch must not end
                LOG.exception("refresh of firewalls")

    def _note_exit(self, pid: int, machine: Machine) -> None:
        with self.account.lock:
            instance = self.account.by_id(machine.instance_id)
            if machine.busy or not machine.up or machine.pid != pid or instance is None:
                return  # a job of ours ended it
            machine.busy = True
        self._pool.submit(self._do, machine, instance, "exited")

    def _refresh_firewalls(self) -> None:
        with self.account.lock:
            members = self.account.members()
            wanted = []
            for machine in self.machines.values():
                instance = self.account.by_id(machine.instance_id) if machine.up and not machine.busy else None
                if instance is not None:
                    wanted.append((machine, self.account.filter_table(instance, self.vpc.gateway, members)))
        for machine, table in wanted:
            if table != machine.table and machine.up:
                try:
                    firewall.refresh(machine.namespace, table)
                    machine.table = table
                except LocalCloudError as error:
                    LOG.warning("firewall of %s: %s", machine.instance_id, error)
