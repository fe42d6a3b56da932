# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet that rows share, and playbooks in it with what they cost this machine."""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.support import BIN, write_job
from tests.fleet.fleet import Fleet

from .command import TAIL_LINES, Failed, short_home
from .context import ROOT, Context

NAME = "bench"


@contextlib.contextmanager
def fleet_of_its_own(context: Context, name: str) -> t.Iterator[Fleet]:
    """Bring up a simulated fleet, and take it down."""
    with short_home() as home:
        fleet = Fleet(ROOT / "build/bench" / name, home)
        context.say("bringing up a simulated fleet")
        try:
            fleet.up("--fleet")
            yield fleet
        finally:
            fleet.localcloud("down")


@contextlib.contextmanager
def simulated(context: Context) -> t.Iterator[Fleet]:
    """Share a simulated fleet among rows."""
    with fleet_of_its_own(context, "fleet") as fleet:
        yield fleet


@dataclass(frozen=True)
class Cost:
    """What a process and those that it waited for took: seconds of CPU, and bytes of the largest of them."""

    cpu: float
    memory: int


def cost(env: t.Mapping[str, str], log: Path, *command: str) -> Cost:
    """Run a command in the checkout to its end and return what it cost; its output goes into a file.

    :raises Failed: with its last lines.
    """
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    actions = [(os.POSIX_SPAWN_DUP2, output, one) for one in (1, 2)]
    child = os.posix_spawn(command[0], command, env, file_actions=actions)
    os.close(output)
    try:
        _pid, status, used = os.wait4(child, 0)
    except BaseException:
        os.kill(child, 9)  # whatever interrupts the wait ends it
        os.waitpid(child, 0)
        raise
    if status:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
        raise Failed(f"{' '.join(command[:2])} … ended with {os.waitstatus_to_exitcode(status)}:\n{last}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def play(fleet: Fleet, folder: Path, playbook: str, **variables: t.Any) -> Cost:
    """Run one of the collection's playbooks for a cluster of the fleet."""
    words = [str(BIN / "ansible-playbook"), str(ROOT / playbook), "-e", json.dumps(variables)]
    return cost(fleet.env, folder / "play.log", *words)


def job(fleet: Fleet, folder: Path) -> Path:
    """Write the job file of a cluster of the fleet and return its path."""
    (folder / "line.txt").write_text("a line\n")
    return write_job(
        folder / "job",
        job_mapper="cat",
        job_input=[str(folder / "line.txt")],
        job_preflight="off",
        cluster_name=NAME,
        cluster_instance_type="t3.small",
        cluster_ssh_cidr="192.0.2.7/32",
        cluster_public_key=f"{fleet.key}.pub",
        cluster_keep="always",
    )
