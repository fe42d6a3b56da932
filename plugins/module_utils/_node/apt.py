# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Debian's packages: looked up by dpkg-query, installed by apt-get without a question."""

from __future__ import annotations

import re
import typing as t

from .system import run

ASK = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status} ${Version}\n"]
APT = [
    *("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "apt-get", "-q", "-y"),
    *("-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"),
]
KEEP = ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"]
SOURCES = "/etc/apt"


def refresh() -> None:
    """Read the package lists."""
    run([*APT, "update"], "read the package lists", 600)


def unknown(name: str) -> str:
    """Return why a package cannot be asked for, empty where it can."""
    # apt-get would take an unknown name with a dot for a pattern, and install all that fit.
    if "." in name and name not in run(["apt-cache", "pkgnames", name], "ask apt").split():
        return f"E: Unable to locate package {name}"
    return ""


def install(names: t.Sequence[str]) -> None:
    """Install packages, each as ``name`` or ``name=version``."""
    # Again where the files of one that is installed are gone (Java).
    more = ["--no-install-recommends", "--allow-downgrades", "--reinstall"]
    run([*APT, *KEEP, "install", *more, *names], "install packages", 900)


def reason(lines: t.Sequence[str]) -> str | None:
    """Return the line that says why packages were not installed."""
    return next((line for line in lines if line.startswith("E: ")), None)


def words(line: str) -> list[str]:
    """Return the words of such a line, packages among them."""
    return re.split(r"[\s,'\u2018\u2019]+", line)
