# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays of a test's own, run by ansible-playbook as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).parent / "ansible-playbook"


def play(folder: Path, plays: list[dict] | Path, *arguments: str, **env: str) -> tuple[int, str]:
    """Run plays, or a playbook, in a folder with no settings of AWS's or Ansible's but ``env``; at most 120 s.

    Return the exit code and what was printed on both channels.
    """
    book = plays
    if isinstance(plays, list):
        book = folder / "plays.yml"
        book.write_text(json.dumps(plays))
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_"))}
    done = subprocess.run(
        [COMMAND, *arguments, book],
        cwd=folder,
        env={**clean, "ANSIBLE_NOCOLOR": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout
