# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands: up, down, status, image."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import secrets
import string
import subprocess
import sys
import time
import typing as t

from . import container, faults, image, network, process, server
from .delays import PROFILES
from .network import Vpc
from .paths import API_PORT, CHECKOUT, METADATA_PORT, REGION, State
from .shell import LocalCloudError, run

START_SECONDS = 60
AWS_CONFIG = """[profile localcloud]
region = {region}
endpoint_url = http://{gateway}:{port}
aws_access_key_id = {access_key}
aws_secret_access_key = {secret_key}
s3 =
  addressing_style = path
"""


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
        ("fault", "refuse an action on request, as AWS may"),
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
        if name == "fault":
            add_fault_options(command)
        if name == "down":
            command.add_argument("--image", action="store_true", help="remove the cached node image, too")
        if name == "serve":
            command.add_argument("--cidr", required=True)
            command.add_argument("--digest", required=True)
    arguments = parser.parse_args(argv)
    state = State.at(arguments.state)
    try:
        if os.geteuid() != 0:
            raise LocalCloudError("localcloud makes containers, a network and firewall rules: run it as root.")
        return COMMANDS[arguments.command](state, arguments)
    except LocalCloudError as error:
        print(f"localcloud: {error}", file=sys.stderr)
        return 1


@contextlib.contextmanager
def locked(state: State) -> t.Iterator[None]:
    """Let one ``up`` or ``down`` of this cloud run at a time."""
    if not state.root.exists():
        state.root.mkdir(parents=True)
        state.root.chmod(0o755)  # whatever root's umask: who called sudo reads the AWS config file in it
    with open(state.lock, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def up(state: State, arguments: argparse.Namespace) -> int:
    """Start the cloud unless it runs; return once it answers."""
    with locked(state):
        record = process.read(state.record)
        if process.alive(record) and answers(Vpc(record["vpc"])):
            say(f"The local cloud runs already. {usage(state)}")
            if record.get("profile", "fast") != arguments.profile:
                raise LocalCloudError(f"It runs with the profile {record.get('profile')}: 'down' it first.")
            if record.get("image") != image.digest():
                say("Its node image is not the current one: 'down' and 'up' bring that.")
            return 0
        began = time.monotonic()
        digest = image.ensure(cache(state, arguments), say)
        clear(state)  # what a cloud that crashed has left; its instances are forgotten
        state.faults.unlink(missing_ok=True)
        vpc = network.create(state)
        network.start_router(state, vpc, image.reference(digest))
        write_aws_config(state, vpc)
        child = spawn(state, vpc, digest, arguments.profile)
        wait_until_up(state, vpc, child)
        say(f"The local cloud is up in {time.monotonic() - began:.1f} s. {usage(state)}")
    return 0


def add_fault_options(command: argparse.ArgumentParser) -> None:
    """Add the options of ``fault``."""
    command.add_argument("action", nargs="?", help="such as ec2:RunInstances or s3:PutObject; wildcards work")
    command.add_argument("code", nargs="?", help="such as InsufficientInstanceCapacity or AccessDenied")
    command.add_argument("--message", help="what is answered besides")
    command.add_argument("--times", type=int, default=-1, help="how often (default: until --clear)")
    text = "of which request parameter; for S3 the Resource, an ARN; wildcards work"
    command.add_argument("--where", action="append", default=[], metavar="KEY=VALUE", help=text)
    command.add_argument("--clear", action="store_true", help="forget all faults")


def fault(state: State, arguments: argparse.Namespace) -> int:
    """Let the server refuse something, or forget what it was to refuse."""
    if not state.root.exists():
        raise LocalCloudError("There is no local cloud.")
    with locked(state):
        if arguments.clear:
            state.faults.unlink(missing_ok=True)
            return 0
        if not (arguments.action and arguments.code):
            raise LocalCloudError("Name an action and a code, or --clear.")
        message = arguments.message or faults.MESSAGES.get(arguments.code, "Refused on request.")
        where = dict(pair.partition("=")[::2] for pair in arguments.where)
        new: faults.Fault = {
            "action": arguments.action,
            "code": arguments.code,
            "message": message,
            "times": arguments.times,
            "where": where,
        }
        faults.write(state.faults, [*faults.read(state.faults), new])
    return 0


def usage(state: State) -> str:
    """Return how to use the cloud."""
    return f"Use it with AWS_CONFIG_FILE={state.aws_config} AWS_PROFILE=localcloud"


def cache(state: State, arguments: argparse.Namespace) -> pathlib.Path:
    """Return the folder of image archives."""
    given = getattr(arguments, "image_cache", None)
    return pathlib.Path(os.path.abspath(given)) if given else state.images


def write_aws_config(state: State, vpc: Vpc) -> None:
    """Write the AWS config file with fresh keys, readable by who called sudo only."""
    letters = string.ascii_uppercase + "234567"
    access_key = "AKIA" + "".join(secrets.choice(letters) for _ in range(16))
    text = AWS_CONFIG.format(
        region=REGION, gateway=vpc.gateway, port=API_PORT, access_key=access_key, secret_key=secrets.token_hex(20)
    )
    part = state.aws_config.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    if os.environ.get("SUDO_UID"):
        os.chown(part, int(os.environ["SUDO_UID"]), int(os.environ.get("SUDO_GID", "-1")))
    part.rename(state.aws_config)


def spawn(state: State, vpc: Vpc, digest: str, profile: str) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, logging to the state directory."""
    argv = [sys.executable, "-m", "localcloud", "--state", str(state.root)]
    argv += ["serve", "--cidr", vpc.cidr, "--digest", digest, "--profile", profile]
    if state.log.exists():
        state.log.replace(state.log.with_suffix(".log.old"))
    log = os.open(state.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MOTO_"))}
    try:
        return subprocess.Popen(
            argv,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=environment,
        )
    finally:
        os.close(log)


def wait_until_up(state: State, vpc: Vpc, child: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raise LocalCloudError when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(vpc):
        if child.poll() is not None or time.monotonic() > deadline:
            tail = state.log.read_text(encoding="utf-8").strip().splitlines()[-3:]
            raise LocalCloudError(f"The server did not come up: {' | '.join(tail)} (see {state.log})")
        time.sleep(0.05)


def answers(vpc: Vpc) -> bool:
    """Tell whether API and metadata service answer HTTP."""
    for port in (API_PORT, METADATA_PORT):
        connection = http.client.HTTPConnection(vpc.gateway, port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
    return True


def clear(state: State) -> None:
    """Remove server, containers and network of this cloud; no error when there are none."""
    process.end(process.read(state.record))
    for _attempt in range(5):  # the server may have been making one more while it was ended
        names = container.listed(state.label)
        if not names:
            break
        run(["podman", "rm", "--force", "--ignore", "--volumes", "--time", "0", *names], timeout=300, check=False)
        for name in container.listed(state.label):
            container.remove(name)
    left = container.listed(state.label)
    if left:
        raise LocalCloudError(f"These containers could not be removed: {' '.join(left)}")
    if run(["podman", "network", "ls", "--quiet", "--filter", f"name=^{state.network}$"]).strip():
        run(["podman", "network", "rm", "--force", state.network])
    state.record.unlink(missing_ok=True)


def down(state: State, arguments: argparse.Namespace) -> int:
    """Remove all that this cloud made."""
    if not state.root.exists():
        say("There is no local cloud.")
        return 0
    with locked(state):
        clear(state)
        for name in ("aws-config", "aws-config.part", "amis.json", "faults.json"):
            (state.root / name).unlink(missing_ok=True)
        if arguments.image:
            image.remove(state.images)
    say("The local cloud is down.")
    return 0


def status(state: State, arguments: argparse.Namespace) -> int:
    """Print what runs; exit code 3 when the cloud is not up."""
    record = process.read(state.record)
    if not (process.alive(record) and answers(Vpc(record["vpc"]))):
        say("The local cloud is not up.")
        return 3
    say(f"The local cloud is up: http://{Vpc(record['vpc']).gateway}:{API_PORT}, process {record['pid']}.")
    say(usage(state))
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
    server.serve(state, Vpc(arguments.cidr), arguments.digest, arguments.profile)
    return 0


COMMANDS: dict[str, t.Callable[[State, argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "image": make_image,
    "fault": fault,
    "serve": serve,
}
