# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The operating systems of nodes: all in which they differ, as one table; docs/systems.md is made of it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

APT, DNF = "apt", "dnf"
# The oldest Python that runs a node's code, and the C library that Java's archive was made with.
LEAST_PYTHON, ARCHIVE_GLIBC = (3, 9), (2, 36)
X86_64, ARM64 = "x86_64", "arm64"
ARCHITECTURES = (X86_64, ARM64)


@dataclass(frozen=True)
class System:
    """One release of a system.

    ``id`` and ``version`` are those of /etc/os-release, ``parameter`` is the public SSM parameter with the newest image,
    with ``{arch}`` for the name that the system's makers give the architecture. ``python``: /usr/bin/python3 on the
    image; ``glibc``: the C library. mkfs.ext4 (e2fsprogs) is on each of these images.
    """

    title: str
    id: str
    version: str
    user: str
    parameter: str
    manager: str
    java: str
    python: tuple[int, int]
    glibc: tuple[int, int]

    @property
    def runs_archive(self) -> bool:
        """Tell whether Java's archive runs on it, given the archive's architecture."""
        return self.glibc >= ARCHIVE_GLIBC

    def image(self, architecture: str) -> str:
        """Return the SSM parameter of the newest image for an architecture as EC2 names it."""
        names = {ARM64: "arm64", X86_64: "x86_64" if self.id == "amzn" else "amd64"}
        return self.parameter.format(arch=names[architecture])


def _debian(version: str, python: tuple[int, int], glibc: tuple[int, int]) -> System:
    parameter = f"/aws/service/debian/release/{version}/latest/{{arch}}"
    java = "openjdk-17-jre-headless" if version < "13" else "openjdk-21-jre-headless"
    return System(f"Debian {version}", "debian", version, "admin", parameter, APT, java, python, glibc)


def _ubuntu(version: str, disk: str, python: tuple[int, int], glibc: tuple[int, int]) -> System:
    parameter = f"/aws/service/canonical/ubuntu/server/{version}/stable/current/{{arch}}/hvm/ebs-{disk}/ami-id"
    java = "openjdk-17-jre-headless"
    return System(f"Ubuntu {version}", "ubuntu", version, "ubuntu", parameter, APT, java, python, glibc)


SYSTEMS = {
    "debian-11": _debian("11", (3, 9), (2, 31)),
    "debian-12": _debian("12", (3, 11), (2, 36)),
    "debian-13": _debian("13", (3, 13), (2, 41)),
    "ubuntu-22.04": _ubuntu("22.04", "gp2", (3, 10), (2, 35)),
    "ubuntu-24.04": _ubuntu("24.04", "gp3", (3, 12), (2, 39)),
    "amazon-linux-2023": System(
        "Amazon Linux 2023",
        "amzn",
        "2023",
        "ec2-user",
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}",
        DNF,
        "java-17-amazon-corretto-headless",
        (3, 9),
        (2, 34),
    ),
}
# What distributions that are not in the table say they are like.
LIKE = {"debian": APT, "ubuntu": APT, "amzn": DNF, "fedora": DNF, "rhel": DNF, "centos": DNF}


def os_release(text: str) -> dict[str, str]:
    """Return the values of /etc/os-release."""
    found = re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE)
    return {name: value.strip().strip("\"'") for name, value in found}


def manager_of(text: str) -> str | None:
    """Return the package manager of the system whose /etc/os-release this is, of a like one where it is not known."""
    have = os_release(text)
    names = [have.get("ID", ""), *have.get("ID_LIKE", "").split()]
    return next((LIKE[name] for name in names if name in LIKE), None)


def of_image(wanted: str) -> System | None:
    """Return the system of an image by the name, or the SSM parameter, that asks for it; None: it is not known."""
    if wanted in SYSTEMS:
        return SYSTEMS[wanted]
    name = wanted.removeprefix("ssm:")
    for one in SYSTEMS.values():
        if name in [one.image(architecture) for architecture in ARCHITECTURES]:
            return one
    return None


def user_of(wanted: str) -> str:
    """Return the login of an image: Debian's where the system is not known."""
    system = of_image(wanted)
    return system.user if system is not None else SYSTEMS["debian-12"].user


def rows() -> list[t.Sequence[str]]:
    """Return the table of docs/systems.md."""
    head = ("`cluster_image`", "login", "Java: archive", "`hadoop_java: package`", "Python", "packages by")
    found: list[t.Sequence[str]] = [head]
    for name, one in SYSTEMS.items():
        archive = "x86_64" if one.runs_archive else f"no: its glibc is {_dotted(one.glibc)}"
        found.append((f"`{name}`", one.user, archive, f"`{one.java}`", _dotted(one.python), one.manager))
    return found


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
