# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node bundle: the same bytes for the same code, and a program that needs nothing but Python."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import bundle

# What a node has: the system's own Python, without its site-packages where that exists.
PYTHON = next((path for path in ("/usr/bin/python3", sys.executable) if os.access(path, os.X_OK)), "python3")
IMPORT_ALL = """
import pkgutil, sys
sys.path.insert(0, sys.argv[1])
import ohmy
names = [found.name for found in pkgutil.walk_packages(ohmy.__path__, "ohmy.")]
for name in names:
    __import__(name)
foreign = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"ohmy", "__main__"}
print(len(names), sorted(foreign))
"""


@pytest.fixture
def pyz(tmp_path):
    path = tmp_path / "node.pyz"
    path.write_bytes(bundle.build_bundle())
    return path


def run(*argv):
    return subprocess.run(
        [PYTHON, "-I", "-S", *map(str, argv)], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_same_code_gives_the_same_bytes(tmp_path, monkeypatch):
    first = bundle.build_bundle()
    copy = tmp_path / "module_utils"
    shutil.copytree(bundle.MODULE_UTILS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o600)
    monkeypatch.setattr(bundle, "MODULE_UTILS", copy)
    assert bundle.build_bundle() == first
    cli = copy / "_node" / "cli.py"
    cli.write_bytes(cli.read_bytes() + b"\n")
    assert bundle.build_bundle() != first


def test_holds_the_nodes_code_and_no_other():
    names = zipfile.ZipFile(io.BytesIO(bundle.build_bundle())).namelist()
    assert names == sorted(names) and len(names) == len(set(names))
    assert {"__main__.py", "ohmy/__init__.py", "ohmy/_core/errors.py", "ohmy/_hadoop/follower.py"} <= set(names)
    assert not [name for name in names if "_aws" in name or "__pycache__" in name]


def test_imports_the_standard_library_alone(pyz):
    done = run("-c", IMPORT_ALL, pyz)
    assert done.returncode == 0, done.stderr
    count, _blank, foreign = done.stdout.strip().partition(" ")
    assert (int(count) > 30, foreign) == (True, "[]")


def test_runs_by_itself(pyz):
    done = run(pyz, "--help")
    assert done.returncode == 0, done.stderr
    for verb in ("boot", "apply", "report", "lease", "follow"):
        assert verb in done.stdout
    assert run(pyz).returncode == run(pyz, "dance").returncode == 2
    refused = run(pyz, "boot", "--bucket", "b")
    assert refused.returncode == 2 and "--prefix" in refused.stderr


def test_an_incomplete_collection_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "MODULE_UTILS", tmp_path)
    with pytest.raises(OhmyError, match="_node is missing"):
        bundle.build_bundle()
