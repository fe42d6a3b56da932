# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is found on a node; reads only."""

from __future__ import annotations

import grp
import json
import os
import pwd
import re
import stat
import typing as t
from dataclasses import dataclass, field

from .._hadoop.node_folders import HADOOP_HOME
from . import archives, documents, hdfs, lease, packages, services, system
from .system import read_file
from .want import UNITS, Right, Want

# What makes ohmy-node run at boot; systemctl enable would do no more, and needs the unit first.
ENABLED = "etc/systemd/system/multi-user.target.wants/ohmy-node.service"
ENABLED_TARGET = "/etc/systemd/system/ohmy-node.service"
DAEMON = re.compile(rf"{UNITS}/hadoop-([a-z]+)\.service")
# The archive's own, which is there only once that is installed, and where the daemons read it.
LOG4J = (f"{HADOOP_HOME}/etc/hadoop/log4j.properties", "/etc/hadoop/log4j.properties")
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
    packages: dict[str, str | None] = field(default_factory=dict)
    # Archives whose folder is gone, so that what runs of them may miss a part.
    gone: list[str] = field(default_factory=list)
    # When a file became another than it is to be, and when each daemon started, in seconds since 1970.
    drifted: dict[str, float] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    # Which of the files that are made once are missing.
    unseeded: list[str] = field(default_factory=list)


def observe(want: Want, root: str = "/") -> Have:
    """Look at the node; reads only.

    :raises OhmyError: the storage directories belong to another cluster, or to its master.
    """
    storage = want.facts.storage
    folders = [path.lstrip("/") for path in storage.present(storage.data())]
    hdfs.check_owner(root, want.document["incarnation"], folders)
    if "namenode" not in want.services:
        hdfs.refuse_demotion(root)
    files = {path: _content(at(root, path)) for path in want.files}
    drifted = {path: _since(at(root, path)) for path, data in files.items() if data != want.files[path]}
    states = {name: system.service_state(services.unit(name)) for name in want.services}
    running = [name for name in want.services if states[name] == "active"]
    return Have(
        users=system.missing_users(),
        outside=system.outside_group(want.document.get("ssh_user")),
        archives={name: _link(root, name) for name in want.archives},
        java=packages.has_java(want.java_home, root),
        directories={path: _right(at(root, path)) for path in want.directories},
        files=files,
        rights={path: _right(at(root, path)) for path in want.files},
        enabled=os.path.islink(at(root, ENABLED)) and os.readlink(at(root, ENABLED)) == ENABLED_TARGET,
        inputs=services.started_with(root),
        states=states,
        unformatted="namenode" in want.services and hdfs.needs_format(root, want.document["incarnation"]),
        reached=documents.reached(root),
        made=made(root),
        armed=lease.armed(root),
        logging=read_file(at(root, LOG4J[0])) in (None, read_file(at(root, LOG4J[1]))),
        packages=packages.installed(want.packages),
        gone=[
            name
            for name, archive in want.archives.items()
            if not os.path.isdir(at(root, f"{archives.OPT}/{archives.folder(name, archive)}"))
        ],
        drifted=drifted,
        started={name: system.started(services.unit(name)) for name in running} if drifted else {},
        unseeded=[path for path in want.seeds if not os.path.exists(at(root, path))],
    )


def at(root: str, path: str) -> str:
    """Return a path below a root."""
    return os.path.join(root, path.lstrip("/"))


def made(root: str) -> list[str]:
    """Return the files that earlier convergences made."""
    try:
        return [str(path) for path in json.loads(read_file(at(root, MADE)) or b"[]")]
    except ValueError:
        return []


def _content(path: str) -> bytes | None:
    # A link to elsewhere (to /dev/null it masks a unit) is not the file that we wrote.
    return None if os.path.islink(path) else read_file(path)


def _since(path: str) -> float:
    """Return when a file was changed, or at the latest removed; 0 where not even its folder is there."""
    for where in (path, os.path.dirname(path)):
        try:
            return os.lstat(where).st_ctime
        except OSError:
            continue
    return 0.0


def _link(root: str, name: str) -> str | None:
    path = at(root, f"{archives.OPT}/{name}")
    return os.readlink(path) if os.path.islink(path) and os.path.isdir(path) else None


def _right(path: str) -> Right | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return (_name(pwd.getpwuid, found.st_uid), _name(grp.getgrgid, found.st_gid), stat.S_IMODE(found.st_mode))


def _name(look: t.Callable[[int], t.Any], number: int) -> str:
    try:
        return str(look(number)[0])
    except KeyError:
        return str(number)
