# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A git repository, as ansible-pull takes a job from one."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

WHO = ("-c", "user.name=me", "-c", "user.email=me@example.com")


def make_repository(folder: Path, env: t.Mapping[str, str]) -> None:
    """Make a repository of a folder, with all that lies in it as its one commit."""
    for words in (["init", "-q", "."], ["add", "."], [*WHO, "commit", "-qm", "A job"]):
        subprocess.run(["git", *words], cwd=folder, env=env, check=True, timeout=60)
