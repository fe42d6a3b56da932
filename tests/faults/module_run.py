# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a module in a process of its own, which a test may kill; forked from one that has imported all it needs."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import time
import typing as t
from pathlib import Path

import boto3
import botocore.session
from ansible.module_utils.testing import patch_module_args

MODULES = "ansible_collections.ohmy.hadoop.plugins.modules"
LOADER = botocore.session.get_session().get_component("data_loader")
SESSION = boto3.session.Session
SERVICES = ("ec2", "iam", "s3", "ssm", "sts")
for _service in SERVICES:  # parsed once for all runs
    LOADER.load_service_model(_service, "service-2")
    LOADER.load_service_model(_service, "endpoint-rule-set-1")
for _module in ("ec2_cluster", "ec2_cluster_info"):
    importlib.import_module(f"{MODULES}.{_module}")


def session(**kwargs: t.Any) -> t.Any:
    """Make a boto3 session that shares the parsed service models."""
    base = botocore.session.Session(profile=kwargs.pop("profile_name", None))
    base.register_component("data_loader", LOADER)
    return SESSION(botocore_session=base, **kwargs)


def run(name: str, args: dict[str, t.Any], env: dict[str, str], out: str) -> None:
    """Run a module with these arguments in this environment, its result into a file."""
    os.environ.clear()
    os.environ.update(env)
    boto3.session.Session = session
    module = importlib.import_module(f"{MODULES}.{name}")
    given, ended = patch_module_args({"_ansible_diff": True, **args}), contextlib.suppress(SystemExit)
    with open(out, "w", encoding="utf-8") as stream, contextlib.redirect_stdout(stream), given, ended:
        module.main()


class ModuleRun:
    """A run that goes on in the background."""

    def __init__(self, name: str, args: dict[str, t.Any], env: dict[str, str], out: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, "pytest"])
        self._out = out
        out.write_text("")
        self.began = time.monotonic()
        self._process = context.Process(target=run, args=(name, args, env, str(out)))
        self._process.start()

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self._process.kill()
        self._process.join(30)

    def result(self, seconds: float = 400) -> dict[str, t.Any]:
        """Wait for the end and return the module's result."""
        self._process.join(seconds)
        if self._process.is_alive():
            self.kill()
            raise AssertionError(f"the module did not end within {seconds:.0f} s")
        text = self._out.read_text(encoding="utf-8").strip()
        assert text, f"the module ended with {self._process.exitcode} and no result"
        return dict(json.loads(text.splitlines()[-1]))
