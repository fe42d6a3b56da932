# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""For which processor and which C library a program was built, as its file says."""

from __future__ import annotations

import os
import re

HEAD = 20
# A program that is linked dynamically names its loader there, and all it was linked to in what follows.
LOADER, LOADER_BYTES, MOST_BYTES = b"/ld-linux", 64 << 10, 64 << 20
GLIBC = re.compile(rb"\bGLIBC_(\d+)\.(\d+)")
# e_machine of ELF → the name by which uname calls such a machine.
NAMES = {
    3: "i386",
    8: "mips",
    20: "ppc",
    21: "ppc64",
    22: "s390x",
    40: "arm",
    62: "x86_64",
    183: "aarch64",
    243: "riscv64",
}


def other_than_here(path: str) -> str:
    """Return the processor of a program that was built for another one than this machine's, otherwise nothing."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        return ""
    if len(head) < HEAD or not head.startswith(b"\x7fELF"):
        return ""
    number = int.from_bytes(head[18:20], "big" if head[5] == 2 else "little")
    name = NAMES.get(number, f"processor {number}")
    return "" if name == os.uname().machine else name


def glibc_of(path: str) -> tuple[int, int]:
    """Return the version of glibc that a program asks for, (0, 0) where it asks for none.

    :raises OSError: the file cannot be read.
    """
    with open(path, "rb") as stream:
        head = stream.read(LOADER_BYTES)
        if not head.startswith(b"\x7fELF") or LOADER not in head:
            return 0, 0
        found = GLIBC.findall(head + stream.read(MOST_BYTES))
    return max(((int(first), int(second)) for first, second in found), default=(0, 0))
