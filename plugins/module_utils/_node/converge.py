# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Converge a node to its document: observe, plan, apply."""

from __future__ import annotations

import concurrent.futures
import fcntl
import grp
import json
import os
import pwd
import re
import stat
import time
import typing as t
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from .._core.plan import Plan
from .._hadoop import profiles
from . import archives, documents, hdfs, lease, names, services, system
from .s3 import dumps
from .system import read_file, run, write_file
from .want import UNITS, Right, Want, wanted

LOCK = "run/ohmy.lock"
LOCK_SECONDS = 900
# What makes ohmy-node run at boot; systemctl enable would do no more, and needs the unit first.
ENABLED = "etc/systemd/system/multi-user.target.wants/ohmy-node.service"
DAEMON = re.compile(rf"{UNITS}/hadoop-([a-z]+)\.service")
ENABLED_TARGET = "/etc/systemd/system/ohmy-node.service"
# The archive's own, which is there only once that is installed, and where the daemons read it.
LOG4J = ("opt/ohmy/hadoop/etc/hadoop/log4j.properties", "etc/hadoop/log4j.properties")
# The files that we made, so that those which no later document wants can be removed, and no others.
MADE = "var/lib/ohmy/files.json"


@dataclass
class Have:
    """What was found on the node."""

    users: list[str]
    outside: str | None
    archives: dict[str, str | None]
    java: bool
    directories: dict[str, Right | None]
    files: dict[str, bytes | None]
    rights: dict[str, Right | None]
    enabled: bool
    inputs: dict[str, str]
    states: dict[str, str]
    unformatted: bool
    reached: str | None
    made: list[str] = field(default_factory=list)
    armed: bool = False
    logging: bool = True


def observe(want: Want, root: str = "/") -> Have:
    """Look at the node; reads only.

    :raises OhmyError: the storage directories belong to another cluster.
    """
    hdfs.check_owner(root, want.document["incarnation"])
    return Have(
        users=system.missing_users(),
        outside=system.outside_group(want.document.get("ssh_user")),
        archives={name: _link(root, name) for name in want.archives},
        java=os.path.exists(_at(root, f"{want.java_home}/bin/java")),
        directories={path: _right(_at(root, path)) for path in want.directories},
        files={path: read_file(_at(root, path)) for path in want.files},
        rights={path: _right(_at(root, path)) for path in want.files},
        enabled=os.path.islink(_at(root, ENABLED)),
        inputs=services.started_with(root),
        states={name: system.service_state(services.unit(name)) for name in want.services},
        unformatted="namenode" in want.services and hdfs.needs_format(root, want.document["incarnation"]),
        reached=documents.reached(root),
        made=_made(root),
        armed=lease.armed(root),
        logging=read_file(_at(root, LOG4J[0])) in (None, read_file(_at(root, LOG4J[1]))),
    )


def _at(root: str, path: str) -> str:
    return os.path.join(root, path.lstrip("/"))


def _made(root: str) -> list[str]:
    try:
        return [str(path) for path in json.loads(read_file(_at(root, MADE)) or b"[]")]
    except ValueError:
        return []


def _remember_made(root: str, paths: t.Iterable[str]) -> None:
    data = dumps(sorted(set(paths) - {names.HOSTS}))
    if read_file(_at(root, MADE)) != data:
        write_file(_at(root, MADE), data)


def _link(root: str, name: str) -> str | None:
    path = _at(root, f"{archives.OPT}/{name}")
    return os.readlink(path) if os.path.islink(path) and os.path.isdir(path) else None


def _right(path: str) -> Right | None:
    try:
        found = os.stat(path)
        return (pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name, stat.S_IMODE(found.st_mode))
    except (FileNotFoundError, KeyError):
        return None


def plan(want: Want, have: Have) -> Plan:
    """Return what is to be done; a pure function."""
    todo = Plan()
    for name in have.users:
        todo.add("make", f"user {name}", None, name)
    if have.outside is not None:
        todo.add("join", f"user {have.outside}", None, system.GROUP)
    for path, right in want.directories.items():
        todo.change("make", f"directory /{path}", _shown(have.directories[path]), _shown(right))
    for path, data in want.files.items():
        old = have.files[path]
        if old != data:
            todo.add("write", f"file /{path}", None if old is None else old.decode("utf-8", "replace"), data.decode())
        elif have.rights[path] != want.rights[path]:
            todo.add("own", f"file /{path}", _shown(have.rights[path]), _shown(want.rights[path]))
    for path in sorted(set(have.made) - set(want.files)):
        if daemon := DAEMON.fullmatch(path):
            todo.add("stop", f"service hadoop-{daemon[1]}")
        todo.add("remove", f"file /{path}")
    if not have.logging:
        todo.add("copy", f"file /{LOG4J[1]}")
    if have.armed and not want.document.get("lease"):
        todo.add("remove", "timer ohmy-lease")
    if not have.enabled:
        todo.add("enable", "service ohmy-node")
    for name, archive in want.archives.items():
        todo.change("install", f"archive {name}", have.archives[name], archives.folder(name, archive))
    if want.package is not None and not have.java:
        todo.add("install", f"package {want.package}", None, want.package)
    if have.unformatted:
        todo.add("format", "the NameNode's directory", None, want.document["incarnation"])
    for name in want.services:
        if have.states[name] != "active":
            todo.add("start", f"service hadoop-{name}", have.states[name], "active")
        elif have.inputs.get(name) != want.inputs[name]:
            todo.add("restart", f"service hadoop-{name}", have.inputs.get(name), want.inputs[name])
    todo.change("reach", "document", have.reached, documents.digest(want.document))
    return todo


def _shown(right: Right | None) -> str | None:
    return None if right is None else f"{right[0]}:{right[1]} {right[2]:04o}"


def apply(want: Want, todo: Plan) -> None:
    """Do what the plan says; every step may be repeated after an interruption."""
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        # What takes longest goes on beside all that only touches small files.
        slow = [pool.submit(_install, want, name) for name in want.archives if todo.wants("install", f"archive {name}")]
        if want.package is not None and todo.wants("install", f"package {want.package}"):
            slow.append(pool.submit(_install_package, want.package))
        prepare(want, todo)
        for job in slow:
            job.result()
    log4j = read_file(f"/{LOG4J[0]}")
    if log4j is not None and log4j != read_file(f"/{LOG4J[1]}"):
        write_file(f"/{LOG4J[1]}", log4j)
    touched = {
        name: verb
        for name in want.services
        for verb in ("start", "restart")
        if todo.wants(verb, f"service hadoop-{name}")
    }
    if todo.wants("format", "the NameNode's directory"):
        # The ResourceManager needs no HDFS to start, and so need not wait for the format.
        early = {name: verb for name, verb in touched.items() if name == "resourcemanager"}
        services.launch(early, want.inputs)
        hdfs.format_namenode(want.document["incarnation"], want.java_home)
        touched = {name: verb for name, verb in touched.items() if name not in early}
    services.start(touched, want.inputs, want.facts.address, want.services)
    write_file(f"/{documents.REACHED}", documents.digest(want.document).encode())


def prepare(want: Want, todo: Plan, root: str = "/") -> None:
    """Make users, directories and files; ends with ohmy-node enabled, so that a reboot from here on goes on."""
    if any(step.key.startswith("user ") for step in todo.steps):
        system.make_users()
        if todo.wants("join", f"user {want.document.get('ssh_user')}"):
            run(
                ["usermod", "-a", "-G", system.GROUP, want.document["ssh_user"]],
                "let the SSH user read the configuration",
            )
    for path, (owner, group, mode) in want.directories.items():
        if todo.wants("make", f"directory /{path}"):
            os.makedirs(_at(root, path), exist_ok=True)
            os.chown(_at(root, path), pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid)
            os.chmod(_at(root, path), mode)
    changed = [
        path for path in want.files if todo.wants("write", f"file /{path}") or todo.wants("own", f"file /{path}")
    ]
    unwanted = [step.key.removeprefix("file /") for step in todo.steps if step.verb == "remove" and "/" in step.key]
    if todo.steps:
        _remember_made(root, [*want.files, *unwanted])
    services.stop([match[1] for path in unwanted if (match := DAEMON.fullmatch(path))], root)
    for path in unwanted:
        if os.path.lexists(_at(root, path)):
            os.unlink(_at(root, path))
    for path in changed:
        _owner, group, mode = want.rights[path]
        write_file(_at(root, path), want.files[path], mode, group)
    if todo.wants("enable", "service ohmy-node"):
        os.makedirs(os.path.dirname(_at(root, ENABLED)), exist_ok=True)
        os.symlink(ENABLED_TARGET, _at(root, ENABLED))
    if root == "/":
        if todo.wants("remove", "timer ohmy-lease"):
            lease.disarm()
        if any(path.startswith(UNITS) for path in [*changed, *unwanted]):
            run(["systemctl", "daemon-reload"], "reload systemd's units")
        if want.document.get("lease"):
            lease.arm(want.document)
    if unwanted:
        _remember_made(root, want.files)


def _install(want: Want, name: str) -> None:
    check = hdfs.check_version if name == "hadoop" and "namenode" in want.services else None
    archives.install(name, want.archives[name], want.document, check)


def _install_package(package: str) -> None:
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    run([*apt, "update"], "read the package lists", 600)
    run([*apt, "install", "--no-install-recommends", package], f"install {package}", 900)


def converge(document: dict[str, t.Any], facts: profiles.Facts, check_mode: bool = False) -> tuple[Want, Plan]:
    """Make this node what its document says; return what it is to be and what was done, or would be in check mode."""
    want = wanted(documents.check(document), facts)
    if check_mode:
        return want, _planned(want)
    with _alone():
        todo = _planned(want)
        if todo.steps:
            apply(want, todo)
        return want, todo


def _planned(want: Want) -> Plan:
    # The own name must lead to the address on which the NodeManager listens; the rest of the file is not ours.
    old = (read_file(f"/{names.HOSTS}") or b"").decode("utf-8", "replace")
    want.add(names.HOSTS, names.hosts(old, want.facts.address, want.facts.host).encode())
    return plan(want, observe(want))


class _alone:
    """Holds the node's lock, so that a boot and a push do not work on it at the same time."""

    def __enter__(self) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        self.stream = open(f"/{LOCK}", "w", encoding="ascii")
        while True:
            try:
                fcntl.flock(self.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as exc:
                if time.monotonic() > deadline:
                    self.stream.close()
                    raise OhmyError(
                        f"Something else has been converging this node for {LOCK_SECONDS} s.", "See ps on the node."
                    ) from exc
            time.sleep(0.5)

    def __exit__(self, *_: object) -> None:
        self.stream.close()
