# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time the example beside the local pipe: cold (no local cloud), with a cloud that runs, and when all is done."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
EXAMPLE = CHECKOUT / "files/example"
PIPE = "./mapper.py < ../../build/example/bible.txt | LC_ALL=C sort | ./reducer.py > /dev/null"


def timed(what: str, *command: str) -> None:
    """Run a command, print its seconds; SystemExit with its output when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=EXAMPLE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stdout.decode('utf-8', 'replace')}")
    print(f"{time.monotonic() - began:7.1f} s  {what}", flush=True)


def main() -> None:
    """Print one line for each measurement."""
    make = ["make", "--no-print-directory", "-C", str(CHECKOUT)]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} processors, {memory:.0f} GiB, Linux {platform.release()}, Python {sys.version.split()[0]}")
    timed("mapper | sort | reducer on this machine", "bash", "-c", PIPE)
    subprocess.run([*make, "down"], check=True, stdout=subprocess.DEVNULL)
    for what in ("make run: no local cloud, nothing staged", "make run: the cloud runs, archives are staged"):
        shutil.rmtree(CHECKOUT / "output/example", ignore_errors=True)
        timed(what, *make, "run")
    timed("make run again: the answer is there", *make, "run")


if __name__ == "__main__":
    main()
