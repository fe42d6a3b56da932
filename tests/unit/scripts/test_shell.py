# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up scripts, with stand-ins for the programs that would change the machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"


def stand_in(folder: Path, name: str, text: str) -> None:
    """Put an executable shell script in place of a program."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a script with the stand-ins first in PATH."""
    env = {**os.environ, "PATH": f"{folder}:/usr/bin:/bin"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)


def test_root_runs_the_command_itself(tmp_path: Path) -> None:
    stand_in(tmp_path, "id", "echo 0")
    done = run(tmp_path, str(SCRIPTS / "as_root"), "do that", "echo", "a  b")
    assert (done.stdout, done.stderr, done.returncode) == ("a  b\n", "", 0)


def test_what_root_is_for_is_said_before_it_is_asked_for(tmp_path: Path) -> None:
    stand_in(tmp_path, "id", "echo 1000")
    stand_in(tmp_path, "sudo", 'echo "asked: $*" >&2')
    done = run(tmp_path, str(SCRIPTS / "as_root"), "do that", "true")
    first, second = done.stderr.splitlines()
    assert first.startswith("Root is needed to do that") and second == "asked: -- true"


def test_another_system_is_refused_clearly(tmp_path: Path) -> None:
    stand_in(tmp_path, "uname", "echo aarch64")
    done = run(tmp_path, str(SCRIPTS / "packages"), str(ROOT / "packages.txt"))
    assert done.returncode == 1 and "Debian 12 on amd64 only" in done.stderr and "aarch64" in done.stderr


def test_only_missing_packages_are_installed(tmp_path: Path) -> None:
    stand_in(tmp_path, "uname", "echo x86_64")
    stand_in(tmp_path, "id", "echo 0")
    stand_in(tmp_path, "apt-get", 'echo "apt-get $*" >&2')
    stand_in(tmp_path, "dpkg-query", 'for last; do :; done; [ "$last" = there ] && echo installed || exit 1')
    (tmp_path / "list").write_text("# why\nthere\n\nmissing # too\n")
    done = run(tmp_path, str(SCRIPTS / "packages"), str(tmp_path / "list"))
    assert done.stdout == "Installing Debian packages: missing\n"
    assert done.stderr.splitlines()[-1].endswith(" missing")
    (tmp_path / "list").write_text("there\n")
    done = run(tmp_path, str(SCRIPTS / "packages"), str(tmp_path / "list"))
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_tree_holds_what_is_shipped(tmp_path: Path) -> None:
    run(tmp_path, str(SCRIPTS / "tree"), str(tmp_path / "tree"))
    names = {path.name for path in (tmp_path / "tree").iterdir()}
    assert {"galaxy.yml", "plugins", "roles"} <= names and not {"localcloud", "Makefile", ".venv", "scripts"} & names
