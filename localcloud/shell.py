# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands, and the one error of this program."""

from __future__ import annotations

import subprocess
import typing as t


class LocalCloudError(Exception):
    """What went wrong, in words for the user."""


def run(argv: t.Sequence[str], timeout: float = 60, stdin: str | None = None, check: bool = True) -> str:
    """Run a command for at most ``timeout`` seconds; return its output, or raise LocalCloudError with its last lines."""
    try:
        done = subprocess.run(
            list(argv), input=stdin, capture_output=True, text=True, timeout=timeout, check=False, errors="replace"
        )
    except FileNotFoundError:
        raise LocalCloudError(f"The command {argv[0]} is not installed.") from None
    except subprocess.TimeoutExpired:
        raise LocalCloudError(f"'{' '.join(argv[:3])} …' did not end within {timeout:.0f} s.") from None
    if check and done.returncode != 0:
        tail = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise LocalCloudError(f"'{' '.join(argv[:3])} …' failed with {done.returncode}: {tail}")
    return done.stdout


def succeeds(argv: t.Sequence[str]) -> bool:
    """Tell whether a command ends with 0."""
    try:
        run(argv)
    except LocalCloudError:
        return False
    return True
