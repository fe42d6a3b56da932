# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments with the lowest and the newest versions that the collection is used with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Environment → the Python it is made with.
PYTHONS = {"lowest": "3.11", "newest": "3.13"}


def interpreter(version: str) -> str | None:
    """Return a Python of this version on PATH, None where there is none that runs."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, f"python{version}")
        if not os.access(path, os.X_OK):
            continue
        code = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
        # A version manager's stub for a version that it lacks is there, and refuses.
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=30, check=False)
        if done.returncode == 0 and done.stdout.strip() == version:
            return path
    return None


def environment(name: str, python: str) -> Path:
    """Return the folder of the environment, made anew where its lock file has changed."""
    home, lock = ROOT / "build/versions" / name, ROOT / f"tests/versions/{name}.txt"
    mark = home / "lock"
    if mark.is_file() and mark.read_bytes() == lock.read_bytes():
        return home
    subprocess.run([python, "-m", "venv", "--clear", str(home)], check=True, timeout=120)
    pip = [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    subprocess.run([*pip, *pinned], check=True, timeout=300)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "ansible_collections/ohmy").mkdir(parents=True, exist_ok=True)
    (packages / "ansible_collections/ohmy/hadoop").symlink_to(ROOT)
    mark.write_bytes(lock.read_bytes())
    return home
