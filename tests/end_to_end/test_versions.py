# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugins and a planned run with the lowest and the newest ansible-core, boto3 and Python."""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.versions import PYTHONS, environment, interpreter

from .support import ROOT, write_job

# What asks the one of ansible-core and boto3 whose version is not that of the environment of all other tests. The rest runs on
# nodes with the standard library alone. Python itself matters to how programs are read.
PARTS = {
    "lowest": ["inventory", "module_utils/_aws"],
    "newest": [
        *("action", "inventory", "plugin_utils/test_settings.py", "plugin_utils/test_run_report_masking.py"),
        "module_utils/_rehearsal/test_programs_check.py",
    ],
}


@pytest.fixture(scope="module", name="made", params=sorted(PYTHONS))
def fixture_made(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """Have an environment with the versions of a lock file."""
    version = PYTHONS[request.param]
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on PATH, so the {request.param} versions were not tried")
    return request.param, environment(request.param, python)


@pytest.mark.matrix
def test_the_plugins_work(made: tuple[str, Path]) -> None:
    name, home = made
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "PYTHON"))}
    command = [
        str(home / "bin/python"),
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        *(f"tests/unit/plugins/{part}" for part in PARTS[name]),
    ]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr


@pytest.mark.matrix
def test_a_run_is_planned_with_every_phase(made: tuple[str, Path], cloud: t.Any, tmp_path: Path) -> None:
    name, home = made
    (tmp_path / "in.txt").write_text("a\n")
    values = {"job_mapper": "cat", "job_input": ["in.txt"], "job_output": "out", "cluster_name": f"plan-{name}"}
    job = write_job(tmp_path, **values)
    command = [str(home / "bin/ansible-playbook"), "ohmy.hadoop.run_job", "--check", "-e", f"job_file={job}"]
    env = {key: value for key, value in cloud.env.items() if key != "ANSIBLE_CONFIG"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for phase in ("preflight", "launch", "configure", "stage", "run", "fetch", "terminate"):
        assert re.search(rf"^    {phase} ", done.stdout, re.MULTILINE), (phase, done.stdout)
    assert "DEPRECATION" not in done.stderr, done.stderr


def test_the_versions_that_are_left_out_are_those_of_all_other_tests() -> None:
    def version(lock: str, name: str) -> str:
        return re.search(rf"^{name}==([\d.]+)", (ROOT / lock).read_text(), re.MULTILINE)[1]

    assert version("tests/versions/newest.txt", "boto3") == version("requirements.txt", "boto3")
    lowest = version("tests/versions/lowest.txt", "ansible-core").split(".")
    assert lowest[:2] == version("requirements.txt", "ansible-core").split(".")[:2]


def test_the_lowest_versions_are_those_that_are_claimed() -> None:
    lock = (ROOT / "tests/versions/lowest.txt").read_text()
    core, boto3 = (re.search(rf"^{name}==([\d.]+)", lock, re.MULTILINE)[1] for name in ("ansible-core", "boto3"))
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    assert runtime["requires_ansible"] == f">={core}"
    assert (ROOT / "meta/ee-requirements.txt").read_text() == f"boto3>={boto3}\n"
    assert f"boto3>={boto3}" in (ROOT / "requirements.in").read_text()
    page = (ROOT / "docs/install.md").read_text()
    assert f"boto3 | {boto3}" in page.replace("| boto3", "boto3") and f"ansible-core, Python | {core}," in page
