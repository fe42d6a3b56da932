# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The molecule scenario of a whole run, on a local cloud of its own."""

from __future__ import annotations

import subprocess

import pytest

from .support import BIN, ROOT, Cloud


@pytest.mark.long
def test_molecule_scenario_of_a_run(tmp_path):
    env = {**Cloud(tmp_path / "cloud", tmp_path).env, "OHMY_CLOUD": str(tmp_path / "cloud")}
    for name in ("ANSIBLE_CONFIG", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        del env[name]
    command = [str(BIN / "molecule"), "test", "--scenario-name", "run_job"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
