# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Start the daemons of a node, all at once, and wait until each answers."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import typing as t

from .._core.errors import OhmyError
from . import hdfs
from .system import last_words, one_line, read_file, run, service_state, write_file

INPUTS = "var/lib/ohmy/inputs.json"
WAIT = 300
# The door that answers when a daemon is up.
PORTS = {"namenode": 9870, "datanode": 9864, "resourcemanager": 8088, "nodemanager": 8042, "historyserver": 19888}


def unit(name: str) -> str:
    """Return the unit of a daemon."""
    return f"hadoop-{name}.service"


def started_with(root: str = "/") -> dict[str, str]:
    """Return the digest of what each daemon was started with (unit, site files, archives)."""
    try:
        return dict(json.loads(read_file(os.path.join(root, INPUTS)) or b"{}"))
    except ValueError:
        return {}


def launch(verbs: t.Mapping[str, str], inputs: t.Mapping[str, str], root: str = "/") -> None:
    """Start or restart daemons, ``verbs`` says which how, at once; returns when each has its new process."""
    known = started_with(root)
    for name in verbs:
        known.pop(name, None)
    _remember(known, root)
    for verb in ("start", "restart"):
        units = [unit(name) for name in verbs if verbs[name] == verb]
        if units:
            # Earlier starts count against the limit of a daemon in good health too. systemd forgets those of all units
            # named that it has loaded, and refuses where there is nothing to forget.
            with contextlib.suppress(OhmyError):
                run(["systemctl", "reset-failed", *units], "forget earlier failures")
            try:
                run(["systemctl", verb, *units], f"{verb} {', '.join(units)}")
            except OhmyError as exc:
                # systemctl only says where to look.
                name = next((name for name in verbs if service_state(unit(name)) != "active"), "")
                if name and (lines := last_words(unit(name))):
                    raise OhmyError(
                        f"The {name} does not start: {one_line(lines)}",
                        "See its log with journalctl on this node; then run the same command again.",
                        lines=lines,
                    ) from exc
                raise
    _remember({**known, **{name: inputs[name] for name in verbs}}, root)


def forget(names: t.Sequence[str], root: str = "/") -> None:
    """Forget what daemons were started with, so that they are restarted by the next run that may."""
    known = started_with(root)
    if any(name in known for name in names):
        _remember({name: value for name, value in known.items() if name not in names}, root)


def stop(names: t.Sequence[str], root: str = "/") -> None:
    """Stop daemons that are no part of this node any more."""
    if names:
        run(["systemctl", "stop", *map(unit, names)], f"stop {', '.join(names)}")
        forget(names, root)


def _remember(known: t.Mapping[str, str], root: str) -> None:
    write_file(os.path.join(root, INPUTS), json.dumps(known, sort_keys=True).encode())


def start(verbs: dict[str, str], inputs: t.Mapping[str, str], address: str, names: t.Sequence[str]) -> None:
    """Bring all daemons of a node up; ``names`` are those that shall run, ``verbs`` those that are touched.

    JobHistory comes last: it ends where its directories in HDFS are missing.
    """
    late = {name: verb for name, verb in verbs.items() if name == "historyserver"}
    launch({name: verb for name, verb in verbs.items() if name not in late}, inputs)
    if "namenode" in names:
        wait(address, ["namenode"])
        # Its web door opens before all else of it is known to work.
        hdfs.make_directories(address, look=lambda: refuse_failed(address, ["namenode"]))
    if late:
        launch(late, inputs)
    wait(address, names)


def wait(address: str, names: t.Sequence[str], seconds: float = WAIT) -> None:
    """Wait until each daemon answers on its door; raise OhmyError with the last words of one that failed."""
    deadline = time.monotonic() + seconds
    waiting = list(names)
    while True:
        waiting = [name for name in waiting if not answers(address, PORTS[name])]
        if not waiting:
            return
        refuse_failed(address, waiting)
        if time.monotonic() > deadline:
            lines = [line for name in waiting for line in last_words(unit(name))]
            what = f"After {seconds:.0f} s still not up on {address}: {', '.join(waiting)}"
            raise OhmyError(
                f"{what}: {one_line(last_words(unit(waiting[0])))}",
                "See its log with journalctl on that node; then run the same command again.",
                lines=lines,
            )
        time.sleep(0.2)


def refuse_failed(address: str, names: t.Sequence[str]) -> None:
    """Raise OhmyError with the last words of a daemon that systemd has given up."""
    for name in names:
        if service_state(unit(name)) == "failed":
            lines = last_words(unit(name))
            raise OhmyError(
                f"The {name} on {address} does not start: {one_line(lines)}",
                "See its log with journalctl on that node; then run the same command again.",
                lines=lines,
            )


def answers(address: str, port: int) -> bool:
    """Tell whether somebody accepts connections there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        return probe.connect_ex((address, port)) == 0
