# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Whether there is to be a tunnel from this machine, and how SSH is called for it: as Ansible itself reaches the host."""

from __future__ import annotations

import os
import re
import shlex
import typing as t

from ..module_utils._core import tunnel
from ..module_utils._core.errors import OhmyError
from ..module_utils._core.plan import Plan
from ..module_utils._core.private_folders import make_socket_folder, socket_path

# A socket has 107 bytes for its path, of which ssh wants some for a name aside.
LONGEST = 90
HOST_KEYS = ("StrictHostKeyChecking=", "UserKnownHostsFile=")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def words(option: t.Callable[[str], t.Any]) -> list[str]:
    """Return SSH's arguments, the host last.

    :param option: tells the options of Ansible's connection plugin ``ssh``.
    """
    found: list[str] = []
    for name, flag in (("port", "-p"), ("remote_user", "-l"), ("private_key_file", "-i")):
        value = option(name)
        if value:
            found += [flag, os.path.expanduser(str(value)) if name == "private_key_file" else str(value)]
    # Of these all else is for connections that are shared, and end when nobody uses them.
    shared = shlex.split(str(option("ssh_args") or ""))
    found += [part for word in shared if word.startswith(HOST_KEYS) for part in ("-o", word)]
    if not option("host_key_checking"):
        found += ["-o", "StrictHostKeyChecking=no"]
    for name in ("ssh_common_args", "ssh_extra_args"):
        found += shlex.split(str(option(name) or ""))
    return [*found, str(option("host"))]


def plan(have: int | None, wanted: bool, port: int | None) -> Plan:
    """Return what is to be done; ``have``: the port of the tunnel that there is."""
    todo = Plan()
    if wanted and have is not None and port in (None, have):
        return todo
    if have is not None:
        todo.add("close", "tunnel", have, None)
    if wanted:
        todo.add("open", "tunnel", None, port)
    return todo


def place(name: str) -> str:
    """Return the path of a tunnel's control socket; raise OhmyError for what is no name of one."""
    control = socket_path(name)
    if not NAME.fullmatch(name) or len(control.encode()) > LONGEST:
        raise OhmyError(
            f"name: {name!r} cannot be a tunnel's.", "Take a short one of letters, digits, dots, dashes and _."
        )
    return control


def run(
    control: str, wanted: bool, reach: t.Callable[[], list[str]], port: int | None = None, check: bool = False
) -> dict[str, t.Any]:
    """Open or close the tunnel; return the task's result.

    :param control: as ``place`` returns it.
    :param reach: returns SSH's arguments; asked only where a tunnel is to be opened.
    :raises OhmyError: SSH refuses, the port is taken, or the socket's folder cannot be made.
    """
    have = tunnel.alive(control)
    todo = plan(have, wanted, port)
    now = have if wanted else None
    if todo.steps and not check:
        if have is not None or not wanted:
            tunnel.stop(control)
        if wanted:
            make_socket_folder()
            now = tunnel.free_port(port)
            tunnel.start(reach(), control, now)
    proxy = f"socks5h://{tunnel.LOOPBACK}:{now}" if now is not None else None
    return todo.result(port=now, proxy=proxy)
