# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""For which processor a program was built, as the head of its file says."""

from __future__ import annotations

import os

HEAD = 20
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
