# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What up and down are made of: files, the server process, what it left."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import os
import pathlib
import secrets
import socket
import string
import subprocess
import sys
import time
import typing as t

from . import container, process
from .network import Vpc
from .paths import CHECKOUT, LOOPBACK, REGION, Doors, State
from .shell import LocalCloudError, run

START_SECONDS = 60
AWS_CONFIG = """[profile localcloud]
region = {region}
endpoint_url = http://{gateway}:{port}
aws_access_key_id = {access_key}
aws_secret_access_key = {secret_key}
s3 =
  addressing_style = path
  signature_version = s3v4
"""


@contextlib.contextmanager
def locked(state: State) -> t.Iterator[None]:
    """Let one ``up`` or ``down`` of this cloud run at a time."""
    for folder in reversed([one for one in (state.root, *state.root.parents) if not one.exists()]):
        folder.mkdir()
        folder.chmod(0o755)  # whatever root's umask: who called sudo reads the AWS config file in it
    with open(state.lock, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def usage(state: State) -> str:
    """Return how to use the cloud."""
    return f"Use it with AWS_CONFIG_FILE={state.aws_config} AWS_PROFILE=localcloud"


def cache(state: State, arguments: argparse.Namespace) -> pathlib.Path:
    """Return the folder of image archives."""
    given = getattr(arguments, "image_cache", None)
    return pathlib.Path(os.path.abspath(given)) if given else state.images


def write_aws_config(state: State, doors: Doors) -> None:
    """Write the AWS config file with fresh keys, readable by who called sudo only."""
    letters = string.ascii_uppercase + "234567"
    access_key = "AKIA" + "".join(secrets.choice(letters) for _ in range(16))
    text = AWS_CONFIG.format(
        region=REGION, gateway=doors.address, port=doors.port, access_key=access_key, secret_key=secrets.token_hex(20)
    )
    part = state.aws_config.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    if os.environ.get("SUDO_UID"):
        os.chown(part, int(os.environ["SUDO_UID"]), int(os.environ.get("SUDO_GID", "-1")))
    part.rename(state.aws_config)


def spawn(state: State, vpc: Vpc, digest: str, profile: str, doors: Doors, play: str | None) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, logging to the state directory."""
    argv = [sys.executable, "-m", "localcloud", "--state", str(state.root)]
    argv += ["serve", "--cidr", vpc.cidr, "--digest", digest, "--profile", profile]
    argv += ["--address", doors.address, "--port", str(doors.port)]
    mode = ["--fleet"] if doors.fleet else ["--no-machines"] * doors.paper
    argv += mode + (["--play", os.path.abspath(play)] if play else [])
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


def paper_doors() -> Doors:
    """Return doors on a free port of this machine's own, for a cloud on paper."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return Doors(LOOPBACK, probe.getsockname()[1], paper=True)


def wait_until_up(state: State, doors: Doors, child: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raise LocalCloudError when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(doors):
        if child.poll() is not None or time.monotonic() > deadline:
            tail = state.log.read_text(encoding="utf-8").strip().splitlines()[-3:]
            raise LocalCloudError(f"The server did not come up: {' | '.join(tail)} (see {state.log})")
        time.sleep(0.05)


def answers(doors: Doors) -> bool:
    """Tell whether API and metadata service answer HTTP."""
    for port in doors.ports:
        connection = http.client.HTTPConnection(doors.address, port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
    return True


def clear(state: State, paper: bool = False) -> None:
    """Remove server, containers and network of this cloud; no error when there are none.

    :param paper: where the cloud to come makes no containers, and none before it has; then no podman is needed.
    """
    record = process.read(state.record)
    process.end(record)
    if record.get("paper") or (paper and not record):
        state.record.unlink(missing_ok=True)
        return
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
