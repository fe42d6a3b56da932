# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.machines``: up and down."""

from __future__ import annotations

import argparse
import os
import sys
import typing as t
from pathlib import Path

from localcloud.shell import LocalCloudError

from .images import SUITES
from .machines import MEMORY_MIB, Machines, up


def main(argv: t.Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("up", help="start a master and workers; nothing happens when they run")
    one.add_argument("name", help="the cluster's name, which names machines and groups")
    one.add_argument("--workers", type=int, default=2)
    one.add_argument("--image", choices=SUITES, default=SUITES[0])
    one.add_argument("--memory", type=int, default=MEMORY_MIB, help="of each machine, in MiB")
    other = commands.add_parser("down", help="remove all that up made")
    for command in (one, other):
        command.add_argument("--state", required=True, type=Path, help="where key, known_hosts and inventory lie")
    arguments = parser.parse_args(argv)
    if os.geteuid() != 0:
        print("The machines are containers: run this as root.", file=sys.stderr)
        return 1
    try:
        if arguments.command == "down":
            Machines.at(arguments.state).down()
        else:
            made = up(arguments.name, arguments.workers, arguments.state, arguments.image, arguments.memory)
            print(f"Use them with: ansible-playbook -i {made.inventory} …")
    except LocalCloudError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
