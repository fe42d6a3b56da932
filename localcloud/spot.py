# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spot instances that are taken back on request: the command ``interrupt`` writes a file, the server does the rest."""

from __future__ import annotations

import argparse
import datetime
import json
import logging
import pathlib
import shutil
import threading
import time
import typing as t

from .shell import LocalCloudError

LOG = logging.getLogger("localcloud")
NOTICE_SECONDS = 120
LOOK_SECONDS = 0.5
CODE, MESSAGE = "Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination"


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of the command ``interrupt``."""
    command.add_argument("instance", help="the id of a spot instance")
    text = f"how long after the notice it is terminated (default: {NOTICE_SECONDS}, as on EC2)"
    command.add_argument("--seconds", type=float, default=NOTICE_SECONDS, help=text)


def interrupt(folder: pathlib.Path, instance_id: str, seconds: float) -> None:
    """Ask for the notice now and the termination later."""
    if not instance_id.startswith("i-") or seconds < 0:
        raise LocalCloudError(f"{instance_id!r} after {seconds:g} s is no interruption.")
    folder.mkdir(exist_ok=True)
    part = folder / f"{instance_id}.part"
    part.write_text(json.dumps({"until": time.time() + seconds}), encoding="utf-8")
    part.rename(folder / instance_id)


def clear(folder: pathlib.Path) -> None:
    """Forget all that was asked for."""
    shutil.rmtree(folder, ignore_errors=True)


def life_cycle(instance: t.Any) -> str:
    """Return an instance's life cycle as the metadata service tells it."""
    return "spot" if instance.lifecycle == "spot" else "on-demand"


def due(folder: pathlib.Path, instance_id: str) -> float | None:
    """Return when an instance is terminated, in seconds since 1970; None where nobody asked for that."""
    try:
        return float(json.loads((folder / instance_id).read_text(encoding="utf-8"))["until"])
    except (OSError, ValueError):
        return None


def notice(folder: pathlib.Path, instance: t.Any) -> str | None:
    """Return the notice as the metadata service tells it, None while there is none."""
    until = due(folder, instance.id) if life_cycle(instance) == "spot" else None
    if until is None:
        return None
    when = datetime.datetime.fromtimestamp(until, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"action": "terminate", "time": when})


def watch(folder: pathlib.Path, account: t.Any, changed: t.Callable[[], None]) -> None:
    """Terminate each instance whose time has come, in a thread of its own; then call ``changed``."""

    def look() -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            ended = False
            for path in folder.glob("i-*") if folder.is_dir() else ():
                until = due(folder, path.name)
                if until is not None and until <= time.time():
                    path.unlink(missing_ok=True)
                    ended = end(account, path.name) or ended
            if ended:
                changed()

    threading.Thread(target=look, name="spot", daemon=True).start()


def end(account: t.Any, instance_id: str) -> bool:
    """Terminate one spot instance; tell whether there was one to terminate."""
    with account.lock:
        instance = account.by_id(instance_id)
        if instance is None or life_cycle(instance) != "spot" or instance.state not in ("pending", "running"):
            return False
        account.end(instance, "terminated", CODE, MESSAGE)
    LOG.info("spot instance %s is taken back", instance_id)
    return True
