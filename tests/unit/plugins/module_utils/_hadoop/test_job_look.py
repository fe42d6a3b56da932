# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look that a controller takes at a job every few seconds: what it prints, what it needs, and that it stays light."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import rights
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import follower_unit, job_look, jobs
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import cli
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.bundle import build_bundle

from .fake_cluster import SPEC


@pytest.fixture(name="root")
def fixture_root(tmp_path, monkeypatch):
    """Have a folder of jobs in the place of the master's."""
    monkeypatch.setattr(job_look, "require_root", lambda: None)
    monkeypatch.setattr(follower_unit, "is_following", lambda _job: True)
    monkeypatch.setattr(job_look.main, "__defaults__", (str(tmp_path),))
    return str(tmp_path)


def test_the_verb_prints_a_job_and_gives_its_follower_a_sign_of_life(root, capsys):
    jobs.create(SPEC, {}, root, None)
    heartbeat = os.path.join(root, SPEC["id"], "heartbeat")
    os.utime(heartbeat, (1000, 1000))
    assert cli.main(["look", SPEC["id"]]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert (seen["id"], seen["state"], seen["following"]) == (SPEC["id"], "starting", True)
    assert os.stat(heartbeat).st_mtime > 1000
    assert cli.main(["look", SPEC["id"], "--wait=0", f"--known={seen['digest']}"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == seen["digest"]


def test_the_verb_prints_null_for_a_job_that_is_not_there(root, capsys):
    assert cli.main(["look", "none"]) == 0
    assert capsys.readouterr().out == "null\n"


def test_a_place_that_cannot_be_written_is_told(root, capsys, monkeypatch):
    def refuse(*_words):
        raise OSError(30, "Read-only file system", "heartbeat")

    monkeypatch.setattr(job_look, "touch", refuse)
    assert cli.main(["look", "wc"]) == 1
    said = (
        "ohmy: The job wc cannot be looked at: [Errno 30] Read-only file system: 'heartbeat'. Look at rights and room"
    )
    assert capsys.readouterr().err.startswith(said)


def test_root_is_needed(monkeypatch, capsys):
    rights.require_root(lambda: 0)
    with pytest.raises(OhmyError, match="become"):
        rights.require_root(lambda: 1000)

    def refuse():
        raise OhmyError("This task needs root.", "Become it.")

    monkeypatch.setattr(job_look, "require_root", refuse)
    assert cli.main(["look", "wc"]) == 1
    assert capsys.readouterr().err == "ohmy: This task needs root. Become it.\n"


def test_a_look_compiles_little(tmp_path):
    """A module brings some forty files, and Ansible's own; what looks every few seconds is to be felt by no task."""
    (tmp_path / "node.pyz").write_bytes(build_bundle())
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from ohmy._node import cli; from ohmy._hadoop import job_look; "
        "job_look.look('none', root='/nowhere'); "
        "print(*sorted(name for name, one in sys.modules.items() if name.startswith('ohmy.') and one.__file__))"
    )
    command = [sys.executable, "-I", "-c", program, str(tmp_path / "node.pyz")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [
        *("ohmy._core", "ohmy._core.errors", "ohmy._core.rights", "ohmy._core.voice"),
        *("ohmy._hadoop", "ohmy._hadoop.follower_unit", "ohmy._hadoop.job_look", "ohmy._hadoop.jobdir"),
        *("ohmy._node", "ohmy._node.cli"),
    ]
