# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A SOCKS proxy on loopback through SSH, which outlives who opened it and is ended by its control socket."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import typing as t

from .errors import OhmyError

LOOPBACK = "127.0.0.1"
PORTS = range(8157, 8257)
SECONDS = 40.0
# The dead end of a tunnel ends it within half a minute.
OPTIONS = (
    "BatchMode=yes",
    "ExitOnForwardFailure=yes",
    "ConnectTimeout=20",
    "ControlMaster=yes",
    "ControlPersist=no",
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
    "ForwardAgent=no",
    "RequestTTY=no",
)


def alive(control: str) -> int | None:
    """Return the port of the tunnel with this control socket, None where there is none."""
    if not os.path.exists(control):
        return None
    if _speak(control, "check") != 0:
        return None
    try:
        with open(_note(control), encoding="ascii") as stream:
            return int(stream.read())
    except (OSError, ValueError):
        return None


def _note(control: str) -> str:
    return f"{control}.port"


def _speak(control: str, word: str) -> int:
    try:
        return subprocess.run(
            ["ssh", "-F", "/dev/null", "-S", control, "-O", word, "tunnel"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return 1


def free_port(wanted: int | None) -> int:
    """Return the wanted port of loopback or the first free one; raise OhmyError where there is none."""
    for port in [wanted] if wanted else PORTS:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        return port
    told = f"Port {wanted} is" if wanted else f"Ports {PORTS.start} to {PORTS.stop - 1} are"
    raise OhmyError(f"{told} in use on this machine.", "Name another one.")


def start(words: t.Sequence[str], control: str, port: int) -> None:
    """Open the tunnel; raise OhmyError that says what SSH said.

    :param words: SSH's arguments: its own options, and the host last.
    """
    for path in (control, _note(control)):
        if os.path.lexists(path):
            os.unlink(path)  # of a tunnel that is dead
    command = ["ssh", "-f", "-N", "-S", control, "-D", f"{LOOPBACK}:{port}"]
    for option in OPTIONS:
        command += ["-o", option]
    with tempfile.TemporaryFile() as said:
        try:
            done = subprocess.run(
                [*command, *words],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                timeout=SECONDS,
                check=False,
                start_new_session=True,  # a Ctrl-C is for the playbook
            )
            code = done.returncode
        except subprocess.TimeoutExpired:
            code = -1
        said.seek(0)
        reason = " ".join(said.read().decode("utf-8", "replace").split())
    if code != 0:
        raise OhmyError(
            f"SSH did not open a tunnel to {words[-1]}: {reason or 'no answer in time'}.",
            "See whether the master runs and this machine's address is let in (playbooks/authorize.yml).",
        )
    with open(_note(control), "w", encoding="ascii") as stream:
        stream.write(f"{port}\n")


def stop(control: str) -> bool:
    """End the tunnel; tell whether there was one."""
    there = os.path.exists(control) and _speak(control, "exit") == 0
    for path in (control, _note(control)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    return there
