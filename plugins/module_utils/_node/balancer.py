# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Hadoop's balancer as a unit of its own on the master, so that it outlives the run that started it, and has a limit."""

from __future__ import annotations

import typing as t

from .._core.plan import Plan
from .._hadoop import admin_states
from .._hadoop.admin_states import States
from .membership import master_address
from .system import run, service_state

UNIT = "ohmy-balancer.service"
RUNNING = ("active", "activating", "deactivating")


def spread(states: States) -> float:
    """Return by how many percent of its room the fullest or emptiest DataNode differs from all together."""
    nodes = [states.datanodes[one] for one in states.serving if states.datanodes[one].capacity]
    room = sum(one.capacity for one in nodes)
    if not room:
        return 0.0
    mean = 100 * sum(one.used for one in nodes) / room
    return max(abs(100 * one.used / one.capacity - mean) for one in nodes)


def plan(found: float, threshold: int, running: bool, begun: bool) -> Plan:
    """Return what is to be done; ``begun``: it was started before, and what it could do is done when it ends."""
    todo = Plan()
    if found > threshold and not running and not begun:
        todo.add("start", "the balancer", f"{found:.1f} %", f"{threshold} %")
    return todo


def ensure(threshold: int, seconds: int, begun: bool, check_mode: bool) -> dict[str, t.Any]:
    """Start the balancer where it is needed; return the module's result."""
    states = admin_states.look(master_address())
    running, found = service_state(UNIT) in RUNNING, spread(states)
    todo = plan(found, threshold, running, begun)
    if todo.steps and not check_mode:
        command = ["systemd-run", "--collect", f"--unit={UNIT}", "--uid=hdfs", f"--property=RuntimeMaxSec={seconds}"]
        command += ["/usr/local/bin/hdfs", "balancer", "-threshold", str(threshold)]
        run(command, "start the balancer")
        running = True
    words = "the balancer runs" if running else "the balancer has ended" if begun else "balanced"
    return todo.result(
        running=running,
        spread=round(found, 1),
        done=not running,
        summary=f"{words}, DataNodes differ by {found:.1f} % of their room",
    )
