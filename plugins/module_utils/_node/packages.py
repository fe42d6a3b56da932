# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Packages on a node, whichever package manager its system has: apt or dnf."""

from __future__ import annotations

import os
import re
import subprocess
import types
import typing as t

from .._core import systems
from .._core.errors import OhmyError
from . import apt, dnf
from .system import read_text

# https://www.debian.org/doc/debian-policy/ch-controlfields.html, and what rpm allows beyond that, with "=version" as
# apt-get takes it. A name that ended in "-" would be a removal.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+.-]*[A-Za-z0-9+.](=[A-Za-z0-9][A-Za-z0-9.+:~^_-]*)?")
# What rpm calls the machines that Debian calls so.
RPM_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
MANAGERS = {systems.APT: apt, systems.DNF: dnf}


def manager(root: str = "/") -> types.ModuleType:
    """Return the part that speaks to this node's package manager."""
    text = read_text(os.path.join(root, "etc/os-release"))
    name = systems.manager_of(text)
    if name is None:
        known = ", ".join(dict.fromkeys(one.title.rsplit(" ", 1)[0] for one in systems.SYSTEMS.values()))
        what = systems.os_release(text).get("PRETTY_NAME") or "an unknown system"
        raise OhmyError(f"Packages cannot be looked up or installed on {what}.", f"Nodes need one of {known}.")
    return MANAGERS[name]


def check(names: t.Any) -> list[str]:
    """Return the packages, or raise OhmyError naming the one that is none.

    :param names: a list of ``name`` or ``name=version``, or None.
    """
    if not isinstance(names, (list, tuple, type(None))):
        raise OhmyError("The packages are no list.", "Give a list of names of packages.")
    for name in names or ():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise OhmyError(f"{name!r} is no name of a package.", "Use name or name=version.")
    return list(names or ())


def installed(names: t.Sequence[str]) -> dict[str, str | None]:
    """Return the installed version of each package by ``name`` or ``name=version``; None for one that is not there."""
    if not names:
        return {}
    part = manager()
    asked = [*part.ASK, *map(plain, names)]
    try:
        # It ends with an error where a single one is unknown.
        done = subprocess.run(asked, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise OhmyError(f"The installed packages cannot be read: {exc}.", f"See {asked[0]} on the node.") from exc
    rows = (line.split() for line in done.stdout.splitlines())
    # Both managers are asked for name, state and version; of several versions rpm tells the newest last.
    found = {row[0]: row[2] for row in rows if len(row) == 3 and row[1] == "installed"}
    return {name: found.get(plain(name)) for name in names}


def plain(name: str) -> str:
    """Return a package's name without the version."""
    return name.partition("=")[0]


def lacking(names: t.Sequence[str], versions: t.Mapping[str, str | None]) -> list[str]:
    """Return the packages that are to be installed; pure."""
    return [
        name
        for name in names
        if versions.get(name) is None or (name.partition("=")[2] or versions[name]) != versions[name]
    ]


def install(names: t.Sequence[str]) -> None:
    """Install packages; raise OhmyError in one line that names the package and says why."""
    part = manager()
    hint = f"See the name, and the package sources on the node ({part.SOURCES})."
    lists = ""
    try:
        part.refresh()
    except OhmyError as exc:
        lists = f" {exc.message}"  # what is known already may do
    for name in names:
        if why := part.unknown(plain(name)):
            raise OhmyError(f"package {name}: {why}", hint + lists)
    try:
        part.install(names)
    except OhmyError as exc:
        lines = exc.details.get("lines", [])
        line = part.reason(lines) or (lines[-1] if lines else exc.message)
        whose = [name for name in names if plain(name) in part.words(line)] or list(names)
        raise OhmyError(f"package {', '.join(whose)}: {line}", hint + lists, lines=lines) from exc


def java_home(package: str, machine: str) -> str | None:
    """Return where a package's Java lies, None for one that is not known; ``machine`` is Debian's name for it."""
    if found := re.match(r"openjdk-(\d+)-j(re|dk)", package):
        return f"/usr/lib/jvm/java-{found.group(1)}-openjdk-{machine}"
    if re.match(r"default-j(re|dk)", package):
        return "/usr/lib/jvm/default-java"
    if found := re.match(r"(java-\d+-amazon-corretto)(-headless|-devel)?$", package):
        return f"/usr/lib/jvm/{found.group(1)}.{RPM_MACHINES.get(machine, machine)}"
    if found := re.match(r"temurin-(\d+)-(jre|jdk)", package):
        return f"/usr/lib/jvm/{found.group()}-{machine}"
    return None


def has_java(home: str, root: str = "/") -> bool:
    """Tell whether there is a Java."""
    return os.access(os.path.join(root, home.lstrip("/"), "bin/java"), os.X_OK)
