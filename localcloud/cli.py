# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that people give the cloud, and ``serve``, which ``up`` starts."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import typing as t

from . import fault_command, faults, fleet, image, network, process, server, spot
from .delays import PROFILES
from .lifetime import (
    answers,
    cache,
    clear,
    locked,
    paper_doors,
    say,
    spawn,
    usage,
    wait_until_up,
    write_aws_config,
)
from .network import Vpc
from .paths import PAPER_CIDR, Doors, State
from .shell import LocalCloudError, run


def main(argv: t.Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="EC2 in a box.")
    parser.add_argument("--state", help="where the cloud keeps its files (default: var/localcloud of the checkout)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("up", "start the cloud; nothing happens when it runs"),
        ("down", "remove all that up and the cloud's instances made"),
        ("status", "show what runs"),
        ("image", "build the node image unless it is there"),
        ("fault", "let something go wrong, as on AWS"),
        ("interrupt", "take a spot instance back, as EC2 may"),
        ("serve", argparse.SUPPRESS),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--state", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if name in ("up", "image"):
            command.add_argument(
                "--image-cache", help="where image archives are kept (default: in the state directory)"
            )
        if name in ("up", "serve"):
            text = "how fast: at once, or with the delays of AWS (default: fast)"
            command.add_argument("--profile", choices=sorted(PROFILES), default="fast", help=text)
            how = command.add_mutually_exclusive_group()
            text = "make no containers of instances; needs no root"
            how.add_argument("--no-machines", dest="paper", action="store_true", help=text)
            text = (
                "simulate a fleet: nodes of Hadoop without containers, within EC2's limits of requests; needs no root"
            )
            how.add_argument("--fleet", action="store_true", help=text)
            text = "with --no-machines: a Python file whose function boot(node) plays an instance's first boot"
            command.add_argument("--play", metavar="FILE", help=text)
        if name == "interrupt":
            spot.add_options(command)
        if name == "fault":
            fault_command.add_options(command)
        if name == "down":
            command.add_argument("--image", action="store_true", help="remove the cached node image, too")
        if name == "serve":
            command.add_argument("--cidr", required=True)
            command.add_argument("--digest", required=True)
            command.add_argument("--address", required=True)
            command.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args(argv)
    state = State.at(arguments.state)
    try:
        simulated = getattr(arguments, "fleet", False)
        paper = simulated or getattr(arguments, "paper", False) or process.read(state.record).get("paper")
        if os.geteuid() != 0 and not (paper and arguments.command != "image"):
            raise LocalCloudError("localcloud makes containers, a network and firewall rules: run it as root.")
        return COMMANDS[arguments.command](state, arguments)
    except LocalCloudError as error:
        print(f"localcloud: {error}", file=sys.stderr)
        return 1


def up(state: State, arguments: argparse.Namespace) -> int:
    """Start the cloud unless it runs; return once it answers."""
    with locked(state):
        record = process.read(state.record)
        if process.alive(record) and answers(Doors.of(record)):
            say(f"The local cloud runs already. {usage(state)}")
            if record.get("profile", "fast") != arguments.profile:
                raise LocalCloudError(f"It runs with the profile {record.get('profile')}: 'down' it first.")
            if mode(record) != mode(vars(arguments)):
                raise LocalCloudError(f"It runs {mode(record)}: 'down' it first.")
            if record.get("image") != image.digest():
                say("Its node image is not the current one: 'down' and 'up' bring that.")
            return 0
        began = time.monotonic()
        paper = arguments.paper or arguments.fleet
        digest = image.digest() if paper else image.ensure(cache(state, arguments), say)
        clear(state, paper)  # what a cloud that crashed has left; its instances are forgotten
        faults.clear(state.faults)
        spot.clear(state.spot)
        if arguments.fleet:
            vpc, doors = fleet.place(state)
        elif paper:
            vpc, doors = Vpc(PAPER_CIDR), paper_doors()
        else:
            vpc = network.create(state)
            doors = Doors(vpc.gateway)
            network.start_router(state, vpc, image.reference(digest))
        write_aws_config(state, doors)
        child = spawn(state, vpc, digest, arguments.profile, doors, arguments.play)
        wait_until_up(state, doors, child)
        say(f"The local cloud is up in {time.monotonic() - began:.1f} s. {usage(state)}")
    return 0


def mode(told: t.Mapping[str, t.Any]) -> str:
    """Return what a record or a command line says of instances, in words."""
    return "a simulated fleet" if told.get("fleet") else "without machines" if told.get("paper") else "with machines"


def down(state: State, arguments: argparse.Namespace) -> int:
    """Remove all that this cloud made."""
    if not state.root.exists():
        say("There is no local cloud.")
        return 0
    with locked(state):
        clear(state)
        faults.clear(state.faults)
        spot.clear(state.spot)
        for name in ("aws-config", "aws-config.part", "amis.json"):
            (state.root / name).unlink(missing_ok=True)
        if arguments.image:
            image.remove(state.images)
    say("The local cloud is down.")
    return 0


def status(state: State, arguments: argparse.Namespace) -> int:
    """Print what runs; exit code 3 when the cloud is not up."""
    record = process.read(state.record)
    if not (process.alive(record) and answers(Doors.of(record))):
        say("The local cloud is not up.")
        return 3
    say(f"The local cloud is up: http://{record['address']}:{record['port']}, process {record['pid']}.")
    say(usage(state))
    if record["paper"]:
        return 0
    found = json.loads(run(["podman", "ps", "-a", "--format", "json", "--filter", f"label={state.label}"]) or "[]")
    for entry in sorted(found, key=lambda item: item["Names"][0]):
        say(f"  {entry['Names'][0]}  {entry['State']}")
    return 0


def make_image(state: State, arguments: argparse.Namespace) -> int:
    """Build and import the node image unless it is there."""
    with locked(state):
        digest = image.ensure(cache(state, arguments), say)
    say(f"{image.reference(digest)} {image.ami_id(digest)}")
    return 0


def serve(state: State, arguments: argparse.Namespace) -> int:
    """Be the server process; ``up`` starts it."""
    doors = Doors(arguments.address, arguments.port, arguments.paper or arguments.fleet, arguments.fleet)
    server.serve(state, Vpc(arguments.cidr), arguments.digest, arguments.profile, doors, arguments.play)
    return 0


def interrupt(state: State, arguments: argparse.Namespace) -> int:
    """Take a spot instance back: the notice at once, the end later."""
    if not process.alive(process.read(state.record)):
        raise LocalCloudError("The local cloud is not up.")
    spot.interrupt(state.spot, arguments.instance, arguments.seconds)
    say(f"Spot instance {arguments.instance} is terminated in {arguments.seconds:g} s.")
    return 0


COMMANDS: dict[str, t.Callable[[State, argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "image": make_image,
    "fault": fault_command.fault,
    "interrupt": interrupt,
    "serve": serve,
}
