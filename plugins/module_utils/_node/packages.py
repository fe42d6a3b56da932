# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Debian packages on a node: looked up by dpkg-query, installed by apt-get without a question."""

from __future__ import annotations

import os
import re
import subprocess
import typing as t

from .._core.errors import OhmyError
from .system import run

# https://www.debian.org/doc/debian-policy/ch-controlfields.html, with "=version" as apt-get takes it. A name that
# ended in "-" would be a removal.
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.](=[A-Za-z0-9][A-Za-z0-9.+:~-]*)?")
APT = [
    *("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "apt-get", "-q", "-y"),
    *("-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"),
]
KEEP = ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"]
HINT = "See the name, and the package sources on the node (/etc/apt)."


def check(names: t.Any) -> list[str]:
    """Return the packages, or raise OhmyError naming the one that is none.

    :param names: a list of ``name`` or ``name=version``, or None.
    """
    if not isinstance(names, (list, tuple, type(None))):
        raise OhmyError("The packages are no list.", "Give a list of names of Debian packages.")
    for name in names or ():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise OhmyError(f"{name!r} is no name of a Debian package.", "Use name or name=version.")
    return list(names or ())


def installed(names: t.Sequence[str]) -> dict[str, str | None]:
    """Return the installed version of each package by ``name`` or ``name=version``; None for one that is not there."""
    if not names:
        return {}
    asked = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status} ${Version}\n", *map(plain, names)]
    try:
        # It ends with 1 where a single one is unknown.
        done = subprocess.run(asked, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise OhmyError(f"The installed packages cannot be read: {exc}.", "Nodes need Debian.") from exc
    rows = (line.split() for line in done.stdout.splitlines())
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
    lists = ""
    try:
        run([*APT, "update"], "read the package lists", 600)
    except OhmyError as exc:
        lists = f" {exc.message}"  # what is known already may do
    for name in names:
        # apt-get would take an unknown name with a dot for a pattern, and install all that fit.
        if "." in plain(name) and plain(name) not in run(["apt-cache", "pkgnames", plain(name)], "ask apt").split():
            raise OhmyError(f"package {name}: E: Unable to locate package {plain(name)}", HINT + lists)
    try:
        # Again where the files of one that is installed are gone (Java).
        more = ["--no-install-recommends", "--allow-downgrades", "--reinstall"]
        run([*APT, *KEEP, "install", *more, *names], "install packages", 900)
    except OhmyError as exc:
        lines = exc.details.get("lines", [])
        line = next((line for line in lines if line.startswith("E: ")), lines[-1] if lines else exc.message)
        whose = [name for name in names if plain(name) in re.split(r"[\s,'\u2018\u2019]+", line)] or list(names)
        raise OhmyError(f"package {', '.join(whose)}: {line}", HINT + lists, lines=lines) from exc


def java_home(package: str, machine: str) -> str | None:
    """Return where a package's Java lies, None for one that is not known; ``machine`` is Debian's name for it."""
    if found := re.match(r"openjdk-(\d+)-j(re|dk)", package):
        return f"/usr/lib/jvm/java-{found.group(1)}-openjdk-{machine}"
    if re.match(r"default-j(re|dk)", package):
        return "/usr/lib/jvm/default-java"
    if found := re.match(r"temurin-(\d+)-(jre|jdk)", package):
        return f"/usr/lib/jvm/{found.group()}-{machine}"
    return None


def has_java(home: str, root: str = "/") -> bool:
    """Tell whether there is a Java."""
    return os.access(os.path.join(root, home.lstrip("/"), "bin/java"), os.X_OK)
