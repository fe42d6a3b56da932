# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command ``fault``: write the plan of faults, by name, by options, or from a file."""

from __future__ import annotations

import argparse
import pathlib
import typing as t

import yaml

from . import faults
from .lifetime import locked, say
from .paths import State
from .shell import LocalCloudError

#: Faults by name: what to write for the everyday ones. Options of the command replace values of each.
NAMED: dict[str, list[dict[str, t.Any]]] = {
    "no-capacity": [{"action": "ec2:RunInstances", "code": "InsufficientInstanceCapacity"}],
    "no-quota": [{"action": "ec2:RunInstances", "code": "VcpuLimitExceeded"}],
    "throttled": [{"action": "ec2:*", "code": "RequestLimitExceeded", "every": 2}],
    "unavailable": [
        {"action": "ec2:*", "code": "Unavailable", "every": 3},
        {"action": "iam:*", "code": "ServiceUnavailable", "every": 3},
        {"action": "s3:*", "code": "InternalError", "every": 3},
    ],
    "lost-answers": [{"action": "*", "how": "dropped", "every": 2}],
    "lost-to-errors": [{"action": "*", "how": "lost", "code": "InternalError", "every": 2}],
    "unseen": [{"action": "ec2:RunInstances", "how": "late", "seconds": 5}],
    "slow-down": [{"action": "s3:*", "code": "SlowDown", "every": 2}],
    "forbidden": [{"action": "s3:*", "code": "AccessDenied"}],
    "dies-booting": [{"action": faults.BOOT, "how": "dies", "seconds": 3}],
    "never-answers": [{"action": faults.BOOT, "how": "silent"}],
    "full-disk": [{"action": faults.BOOT, "how": "small", "path": "/var/lib/hadoop", "megabytes": 64}],
}
OPTIONS = ("code", "message", "how", "times", "skip", "every", "seconds", "path", "megabytes")


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of ``fault``."""
    text = f"such as ec2:RunInstances or s3:PutObject, wildcards work; {faults.BOOT}; or a name: {', '.join(NAMED)}"
    command.add_argument("action", nargs="?", help=text)
    command.add_argument("code", nargs="?", help="such as InsufficientInstanceCapacity or AccessDenied")
    command.add_argument("--message", help="what is answered besides")
    hows = {**faults.OF_REQUESTS, **faults.OF_INSTANCES}
    text = "; ".join(f"{how}: {what}" for how, what in hows.items())
    command.add_argument("--how", choices=hows, help=f"what happens (default: refused). {text}")
    command.add_argument("--times", type=int, help="how often (default: until --clear)")
    command.add_argument("--skip", type=int, help="how many fitting requests go well first")
    command.add_argument("--every", type=int, help="each how-manieth of the fitting requests")
    command.add_argument("--seconds", type=float, help="how long instances are unseen, or live")
    command.add_argument("--path", help="where an instance has little room")
    command.add_argument("--megabytes", type=int, help="how much room it has there")
    text = "of which request parameter; for S3 the Resource, an ARN; wildcards work in both"
    command.add_argument("--where", action="append", default=[], metavar="KEY=VALUE", help=text)
    command.add_argument("--plan", type=pathlib.Path, help="add the faults of a YAML or JSON file, a list of mappings")
    command.add_argument("--met", action="store_true", help="print what has been met, one a line")
    command.add_argument("--clear", action="store_true", help="forget all faults, and what was met")


def wanted(arguments: argparse.Namespace) -> list[dict[str, t.Any]]:
    """Return the faults that the command's words ask for."""
    if arguments.plan is not None:
        try:
            plan = yaml.safe_load(arguments.plan.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise LocalCloudError(f"The plan cannot be read: {error}") from error
        if not isinstance(plan, list) or not all(isinstance(one, dict) for one in plan):
            raise LocalCloudError(f"{arguments.plan} is no list of mappings.")
        return plan
    given = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name) is not None}
    if arguments.where:
        given["where"] = dict(pair.partition("=")[::2] for pair in arguments.where)
    if arguments.action in NAMED:
        return [{**fault, **given} for fault in NAMED[arguments.action]]
    if not (arguments.action and (arguments.code or arguments.how)):
        raise LocalCloudError(f"Name an action and a code (or --how), --plan, --clear, or one of {', '.join(NAMED)}.")
    return [{"action": arguments.action, **given}]


def fault(state: State, arguments: argparse.Namespace) -> int:
    """Let something go wrong from now on, say what did, or forget it all."""
    if not state.root.exists():
        raise LocalCloudError("There is no local cloud.")
    if arguments.met:
        path = faults.met_path(state.faults)
        say(path.read_text(encoding="utf-8").rstrip() if path.exists() else "Nothing was met.")
        return 0
    with locked(state):
        if arguments.clear:
            faults.clear(state.faults)
        else:
            faults.write(state.faults, [*faults.read(state.faults), *map(faults.complete, wanted(arguments))])
    return 0
