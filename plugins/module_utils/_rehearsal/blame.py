# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which line broke a program, and what its own last words are."""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass

FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
LAST = re.compile(
    r"^(?P<error>[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning|[A-Z]\w*))(?::\s?(?P<said>.*))?$"
)
LIBRARY = re.compile(r"(^|/)(lib/python[\d.]*|site-packages|dist-packages)/|^<")
MOST_RUNS = 24


@dataclass(frozen=True)
class Trace:
    """The last frame of the user's own code in a Python traceback, and the exception."""

    file: str
    line: int
    function: str
    code: str
    error: str

    def __str__(self) -> str:
        place = f"{self.file} line {self.line}" if self.file else ""
        place += f", in {self.function}" if self.function and self.function != "<module>" else ""
        return ": ".join(part for part in (place, self.code.rstrip(":"), self.error) if part)


def trace(stderr: str) -> Trace | None:
    """Return what the last Python traceback on standard error says, None where there is none."""
    lines = stderr.splitlines()
    frames = [(index, match) for index, line in enumerate(lines) if (match := FRAME.match(line))]
    if not frames:
        return None
    after = lines[frames[-1][0] + 1 :]
    error = next((line for line in after if LAST.match(line)), "")
    own = [one for one in frames if not LIBRARY.search(one[1]["file"])]
    index, match = (own or frames)[-1]
    code = lines[index + 1].strip() if index + 1 < len(lines) and lines[index + 1].startswith("    ") else ""
    return Trace(os.path.basename(match["file"]), int(match["line"]), match["function"] or "", code, error[:300])


def smallest_prefix(fails: t.Callable[[int], bool | None], number: int) -> tuple[int, int]:
    """Return (works, fails): a program works on so many first records and fails on so many.

    They differ by one where the record that breaks it was found; (-1, 0) where it fails on none at all.

    :param fails: number of records → whether it fails, None when there is no time left to try.
    :param number: of records on which it is known to fail.
    """
    low, high = -1, number
    tries = [0]
    for _run in range(MOST_RUNS):
        if high - low <= 1:
            break
        middle = tries.pop() if tries else (low + high) // 2
        answer = fails(middle)
        if answer is None:
            break
        if answer:
            high = middle
        else:
            low = middle
    return low, high
