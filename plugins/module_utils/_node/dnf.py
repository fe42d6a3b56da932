# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Packages of Amazon Linux and its like: looked up by rpm, installed by dnf without a question."""

from __future__ import annotations

import re
import typing as t

from .system import run

ASK = ["rpm", "-q", "--qf", "%{NAME} installed %{VERSION}-%{RELEASE}\n"]
DNF = ["env", "LC_ALL=C.UTF-8", "dnf", "-q", "-y", "--setopt=install_weak_deps=False"]
SOURCES = "/etc/yum.repos.d"


def refresh() -> None:
    """Read the package lists."""
    run([*DNF, "makecache"], "read the package lists", 600)


def unknown(_name: str) -> str:
    """Return why a package cannot be asked for: dnf takes no name for a pattern unless it has a star."""
    return ""


def install(names: t.Sequence[str]) -> None:
    """Install packages, each as ``name`` or ``name=version``."""
    run([*DNF, "install", *(name.replace("=", "-", 1) for name in names)], "install packages", 900)
    # Again where the files of one that is installed are gone (Java); dnf has a verb of its own for it.
    broken = [plain for plain in (name.partition("=")[0] for name in names) if _incomplete(plain)]
    if broken:
        run([*DNF, "reinstall", *broken], "install packages again", 900)


def _incomplete(name: str) -> bool:
    # It ends with 1 where anything differs; only what is gone matters.
    text = run(["sh", "-c", 'rpm -V "$1" || true', "verify", name], f"see whether {name} is whole", 300)
    return re.search(r"^missing\s", text, re.MULTILINE) is not None


def reason(lines: t.Sequence[str]) -> str | None:
    """Return the line that says why packages were not installed."""
    found = [line for line in lines if line.startswith(("Error: ", "No match for argument"))]
    first = next(iter(found), None)
    return next((line for line in found if not line.startswith("Error: Unable to find a match")), first)


def words(line: str) -> list[str]:
    """Return the words of such a line, packages among them."""
    return re.split(r"[\s,'\"]+", line)
