# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the node's operating system does for us: commands, users, services, files."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import re
import subprocess
import time
import typing as t

from .._core.errors import OhmyError
from .._hadoop.node_folders import LOG_DIR

GROUP = "hadoop"
# Login → primary group. Daemons apart from each other, tasks (yarn) apart from HDFS's files.
USERS = {"hdfs": "hdfs", "yarn": "yarn", "mapred": "mapred", "hadoop": GROUP}
# What systemd says of every unit that ends, whatever the reason.
SYSTEMD = re.compile(r"(\S+\.service: |Start(ing|ed) |Stopp(ing|ed) |Failed to start |Finished )")
# What Hadoop's daemons say whenever they come or go, between lines of asterisks.
BANNER = re.compile(r"/?\*{4,}/?$|(.*INFO \S+: )?(STARTUP|SHUTDOWN)_MSG:")
# What systemd tells of a unit that was in good health; of one that failed it tells how that ended.
LIMITED = "start-limit-hit"
TOO_OFTEN = f"it was started too often within a few minutes, so that systemd starts it no more ({LIMITED})"
LAST_LINES = 20


def run(argv: t.Sequence[str], what: str, seconds: float = 120) -> str:
    """Run a command and return its output; raise OhmyError with its last words where it fails."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise OhmyError(
            f"Could not {what}: {argv[0]} did not end within {seconds:.0f} s.",
            "It hangs, or the machine is too busy: see the logs in the evidence that run_job fetches, and run the same "
            "command again; with cluster_keep: on_failure the cluster stays, to be looked at.",
        ) from exc
    except OSError as exc:
        raise OhmyError(
            f"Could not {what}: {exc}.", "See whether the node has this program and lets it be run."
        ) from exc
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        words = " / ".join(lines[-3:]) or f"{argv[0]} ended with {done.returncode}"
        raise OhmyError(
            f"Could not {what}: {words}", "Mend what it tells; then run the same command again.", lines=lines[-20:]
        )
    return done.stdout


def missing_users() -> list[str]:
    """Return the logins that are not there yet."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return [name for name in USERS if name not in known]


def outside_group(login: str | None) -> str | None:
    """Return the SSH user where it is not yet in Hadoop's group, whose members may read the configuration."""
    if not login or login == "root":
        return None
    try:
        first = pwd.getpwnam(login).pw_gid
    except KeyError:
        return None
    group = next((entry for entry in grp.getgrall() if entry.gr_name == GROUP), None)
    return None if group is not None and (login in group.gr_mem or group.gr_gid == first) else login


def make_users() -> None:
    """Make the group and the logins, none of which can log in from outside."""
    groups = {entry.gr_name for entry in grp.getgrall()}
    for group in [GROUP, *USERS.values()]:
        if group not in groups:
            run(["groupadd", "--system", group], f"make the group {group}")
            groups.add(group)
    for name in missing_users():
        more = [] if USERS[name] == GROUP else ["--groups", GROUP]
        run(
            ["useradd", "--system", "--gid", USERS[name], *more]
            + ["--home-dir", "/var/lib/hadoop", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
            f"make the user {name}",
        )


def write_file(path: str, data: bytes, mode: int = 0o644, group: str | None = None) -> None:
    """Replace a file in one step, so that no reader sees half of it."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    fresh = f"{path}.new"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as stream:
        os.fchmod(handle, mode)
        if group is not None:
            os.fchown(handle, 0, grp.getgrnam(group).gr_gid)
        stream.write(data)
        stream.flush()
        os.fsync(handle)
    try:
        os.replace(fresh, path)
    except OSError as exc:
        if exc.errno != errno.EBUSY:
            raise
        # A file that is a mount of its own (/etc/hosts in a container) can only be written in place.
        os.unlink(fresh)
        with open(path, "wb") as stream:
            stream.write(data)


def read_file(path: str) -> bytes | None:
    """Return a file's bytes, or None where there is none."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def read_text(path: str) -> str:
    """Return a file's text, empty where there is none; what is no UTF-8 in it is replaced."""
    return (read_file(path) or b"").decode("utf-8", "replace")


def service_state(unit: str) -> str:
    """Return systemd's word for a unit: active, activating, inactive, failed …"""
    return _output(["systemctl", "is-active", unit]).strip() or "unknown"


def last_words(unit: str) -> list[str]:
    """Return the last lines that tell why a unit failed: systemd's limit, its log's errors, else its journal."""
    if _property(unit, "Result") == LIMITED:
        return [TOO_OFTEN]
    name = unit.removeprefix("hadoop-").removesuffix(".service")
    lines: list[str] = []
    for prefix in ("hdfs", "yarn", "mapred"):
        path = f"{LOG_DIR}/{prefix}-{name}.log"
        if os.path.exists(path) and os.path.getmtime(path) >= started(unit):
            lines = _tail(path)
    marks = [number for number, line in enumerate(lines) if " ERROR " in line or " FATAL " in line]
    if marks:
        return lines[marks[-1] : marks[-1] + LAST_LINES]
    return _output(["journalctl", "-u", unit, "-n", str(LAST_LINES), "-o", "cat", "--no-pager"]).splitlines()


def started(unit: str) -> float:
    """Return when the unit's last process was started in seconds since 1970, 0 where systemd does not tell."""
    text = _property(unit, "ExecMainStartTimestampMonotonic")
    if not text.isdigit() or text == "0":
        return 0.0
    return time.time() - time.clock_gettime(time.CLOCK_MONOTONIC) + int(text) / 1e6


def _property(unit: str, name: str) -> str:
    return _output(["systemctl", "show", f"--property={name}", "--value", unit]).strip()


def _tail(path: str) -> list[str]:
    with open(path, "rb") as stream:
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - 65536))
        return stream.read().decode("utf-8", "replace").splitlines()


def _output(argv: t.Sequence[str]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def one_line(lines: t.Sequence[str]) -> str:
    """Return the line that says most: the deepest cause of a Java error, else the last that is no formula."""
    causes = [line.strip() for line in lines if line.startswith("Caused by: ")]
    plain = [line.strip() for line in lines if line.strip() and not line.startswith(("\tat ", "\t...", "    at "))]
    plain = [line for line in plain if not BANNER.match(line)]
    said = [line for line in plain if not SYSTEMD.match(line)]
    ended = [line for line in plain if "Main process exited" in line or "oom" in line]
    named = [line for line in plain if "Exception" in line or "Error:" in line]
    found = (causes or named[:1] or said or ended or plain or ["it said nothing"])[-1]
    return found.removeprefix("Caused by: ")
