# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All molecule scenarios, started as a developer starts them."""

from __future__ import annotations

import os
import subprocess

import pytest

from localcloud.shell import run

from .support import BIN, ROOT

SECONDS = 1500


@pytest.mark.long
def test_all_molecule_scenarios(tmp_path, home):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "MOLECULE_"))}
    # Molecule remembers in it what it has made; by default checkouts of the same name would share it.
    env |= {"PATH": f"{BIN}:{env['PATH']}", "MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path), "HOME": str(home)}
    command = [str(BIN / "molecule"), "test", "--all"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=SECONDS, check=False, errors="replace"
        )
    finally:
        state = ROOT / "build" / "molecule"
        for program, part in (("localcloud", "cloud"), ("tests.machines", "machines")):
            run([str(BIN / "python"), "-m", program, "down", "--state", str(state / part)], 120)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-5000:]
    # Nothing was installed into the home of the user.
    assert not list((home / ".ansible" / "collections").rglob("*"))
