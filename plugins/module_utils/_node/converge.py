# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Converge a node to its document: observe, plan, apply."""

from __future__ import annotations

import concurrent.futures
import grp
import hashlib
import json
import os
import pwd
import socket
import stat
import time
import typing as t
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from .._core.plan import Plan
from .._hadoop import profiles, site
from . import archives, documents, hdfs, lease, units
from .system import (
    last_words,
    make_users,
    missing_users,
    one_line,
    read_file,
    run,
    service_state,
    write_file,
)

CONF = "etc/hadoop"
UNITS = "etc/systemd/system"
INPUTS = "var/lib/ohmy/inputs.json"
WAIT = 300
# Path, owner, group, mode. Tasks run as yarn and must not come near name and data.
DIRECTORIES = (
    ("var/lib/hadoop", "root", "hadoop", 0o755),
    ("var/lib/hadoop/name", "hdfs", "hdfs", 0o700),
    ("var/lib/hadoop/data", "hdfs", "hdfs", 0o700),
    ("var/lib/hadoop/local", "yarn", "yarn", 0o755),
    ("var/lib/hadoop/recovery", "yarn", "yarn", 0o700),
    ("var/lib/hadoop/tmp", "root", "hadoop", 0o1777),
    ("var/log/hadoop", "root", "hadoop", 0o1775),
    ("var/log/hadoop/containers", "yarn", "hadoop", 0o755),
    ("var/lib/ohmy", "root", "root", 0o755),
    ("var/lib/ohmy/jobs", "hadoop", "hadoop", 0o755),
)
READS = {
    "namenode": ("core-site", "hdfs-site"),
    "datanode": ("core-site", "hdfs-site"),
    "resourcemanager": ("core-site", "yarn-site", "capacity-scheduler"),
    "nodemanager": ("core-site", "yarn-site", "mapred-site"),
    "historyserver": ("core-site", "yarn-site", "mapred-site"),
}
# The door that answers when a daemon is up.
PORTS = {"namenode": 9870, "datanode": 9864, "resourcemanager": 8088, "nodemanager": 8042, "historyserver": 19888}
PROFILE = """# Hadoop's commands and where they find Java and their configuration.
export JAVA_HOME=@JAVA@ HADOOP_CONF_DIR=/etc/hadoop
export PATH="$PATH:/opt/ohmy/hadoop/bin"
"""


@dataclass
class Want:
    """All that a node is to be; nothing here asks the node."""

    document: dict[str, t.Any]
    facts: profiles.Facts
    java_home: str
    services: list[str]
    archives: dict[str, dict[str, t.Any]]
    files: dict[str, bytes] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def master(self) -> str:
        """Return the master's address."""
        return self.facts.address if self.document["master"] == "self" else self.document["master"]


@dataclass
class Have:
    """What was found on the node."""

    users: list[str]
    archives: dict[str, str | None]
    directories: dict[str, tuple[str, str, int] | None]
    files: dict[str, bytes | None]
    inputs: dict[str, str]
    states: dict[str, str]
    unformatted: bool
    reached: str | None


def java_home(document: t.Mapping[str, t.Any]) -> str:
    """Return where Java lies: the archive's link, or the place of Debian's package."""
    if "sha512" in document["java"]:
        return "/opt/ohmy/java"
    return "/usr/lib/jvm/java-17-openjdk-amd64"


def wanted(document: dict[str, t.Any], facts: profiles.Facts) -> Want:
    """Work out everything from the document and the node's facts."""
    running = profiles.services(document["role"], document["workers"])
    room = profiles.memory(facts.memory, running)
    home = java_home(document)
    packed = {"hadoop": document["hadoop"]}
    if "sha512" in document["java"]:
        packed["java"] = document["java"]
    want = Want(document, facts, home, running, packed)
    sites = {name: site.render(values) for name, values in profiles.site_files(document, facts).items()}
    want.files = {f"{CONF}/{name}.xml": data for name, data in sites.items()}
    texts = units.units(room.heaps, home, document["workers"] <= profiles.SMALL, document["role"])
    want.files.update({f"{UNITS}/{name}": text.encode() for name, text in texts.items()})
    want.files["etc/profile.d/hadoop.sh"] = PROFILE.replace("@JAVA@", home).encode()
    software = "".join(archive["sha512"] for archive in packed.values())
    for name in running:
        parts = [texts[f"hadoop-{name}.service"].encode(), software.encode(), *(sites[part] for part in READS[name])]
        want.inputs[name] = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return want


def observe(want: Want, root: str = "/") -> Have:
    """Look at the node; reads only."""
    return Have(
        users=missing_users(),
        archives={name: _link(root, name) for name in want.archives},
        directories={path: _owner(os.path.join(root, path)) for path, *_ in DIRECTORIES},
        files={path: read_file(os.path.join(root, path)) for path in want.files},
        inputs=json.loads(read_file(os.path.join(root, INPUTS)) or b"{}"),
        states={name: service_state(f"hadoop-{name}.service") for name in want.services},
        unformatted="namenode" in want.services and hdfs.needs_format(root, want.document["incarnation"]),
        reached=documents.reached(root),
    )


def _link(root: str, name: str) -> str | None:
    path = os.path.join(root, archives.OPT, name)
    return os.readlink(path) if os.path.islink(path) and os.path.isdir(path) else None


def _owner(path: str) -> tuple[str, str, int] | None:
    try:
        found = os.stat(path)
        return (pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name, stat.S_IMODE(found.st_mode))
    except (FileNotFoundError, KeyError):
        return None


def plan(want: Want, have: Have) -> Plan:
    """Return what is to be done, in the order in which it is done; a pure function."""
    todo = Plan()
    for name in have.users:
        todo.add("make", f"user {name}", None, name)
    for name, archive in want.archives.items():
        todo.change("install", f"archive {name}", have.archives[name], archives.folder(name, archive))
    if "package" in want.document["java"] and have.reached is None:
        todo.add("install", f"package {want.document['java']['package']}")
    for path, *right in DIRECTORIES:
        todo.change("make", f"directory /{path}", _shown(have.directories[path]), _shown(tuple(right)))
    for path, data in want.files.items():
        old = have.files[path]
        todo.change("write", f"file /{path}", None if old is None else old.decode("utf-8", "replace"), data.decode())
    if have.unformatted:
        todo.add("format", "the NameNode's directory", None, want.document["incarnation"])
    for name in want.services:
        if have.states[name] != "active":
            todo.add("start", f"service hadoop-{name}", have.states[name], "active")
        elif have.inputs.get(name) != want.inputs[name]:
            todo.add("restart", f"service hadoop-{name}", have.inputs.get(name), want.inputs[name])
    todo.change("reach", "document", have.reached, documents.digest(want.document))
    return todo


def _shown(right: t.Any) -> str | None:
    return None if right is None else f"{right[0]}:{right[1]} {right[2]:04o}"


def apply(want: Want, todo: Plan, root: str = "/") -> None:
    """Do what the plan says; every step may be repeated after an interruption."""
    make_users()
    _install(want, todo, root)
    for path, owner, group, mode in DIRECTORIES:
        if todo.wants("make", f"directory /{path}"):
            place = os.path.join(root, path)
            os.makedirs(place, exist_ok=True)
            os.chown(place, pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid)
            os.chmod(place, mode)
    changed = [path for path in want.files if todo.wants("write", f"file /{path}")]
    for path in changed:
        # A user's property may be a secret, so that only Hadoop's own users read the site files.
        private = path.startswith(CONF)
        write_file(os.path.join(root, path), want.files[path], 0o640 if private else 0o644, "hadoop" if private else None)
    log4j = read_file(os.path.join(root, archives.OPT, "hadoop/etc/hadoop/log4j.properties"))
    if log4j is not None and log4j != read_file(os.path.join(root, CONF, "log4j.properties")):
        write_file(os.path.join(root, CONF, "log4j.properties"), log4j)
    if any(path.startswith(UNITS) for path in changed):
        run(["systemctl", "daemon-reload"], "reload systemd's units")
        run(["systemctl", "enable", "ohmy-node.service"], "enable ohmy-node")
    if want.document.get("lease"):
        lease.arm(want.document)
    if todo.wants("format", "the NameNode's directory"):
        hdfs.format_namenode(want.document["incarnation"], want.java_home)
    _start(want, todo, root)
    write_file(os.path.join(root, documents.REACHED), documents.digest(want.document).encode())


def _install(want: Want, todo: Plan, root: str) -> None:
    wanted_here = [name for name in want.archives if todo.wants("install", f"archive {name}")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(archives.install, root, name, want.archives[name], want.document) for name in wanted_here]
        for job in jobs:
            job.result()
    package = want.document["java"].get("package")
    if package and todo.wants("install", f"package {package}"):
        command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends", package]
        run(["apt-get", "update"], "read the package lists", 300)
        run(command, f"install {package}", 600)
    if "namenode" in want.services:
        hdfs.check_version(root, hdfs.hadoop_version())


def _start(want: Want, todo: Plan, root: str) -> None:
    """Start what is to be started: all at once, but JobHistory after its directories in HDFS are there."""
    inputs = json.loads(read_file(os.path.join(root, INPUTS)) or b"{}")
    touched = {
        name: verb
        for name in want.services
        for verb in ("start", "restart")
        if todo.wants(verb, f"service hadoop-{name}")
    }
    late = [name for name in touched if name == "historyserver"]
    first = [name for name in touched if name not in late]
    for names in (first, late):
        for name in names:
            unit = f"hadoop-{name}.service"
            if touched[name] == "start":
                run(["systemctl", "reset-failed", unit], f"reset {unit}") if service_state(unit) == "failed" else None
            run(["systemctl", "--no-block", touched[name], unit], f"{touched[name]} {unit}")
            inputs[name] = want.inputs[name]
        write_file(os.path.join(root, INPUTS), json.dumps(inputs, sort_keys=True).encode())
        if names is first and "namenode" in want.services:
            wait_for_doors(want.facts.address, ["namenode"])
            hdfs.make_directories(want.master)
    wait_for_doors(want.facts.address, want.services)


def wait_for_doors(address: str, names: t.Sequence[str], seconds: float = WAIT) -> None:
    """Wait until each daemon answers on its door; raise OhmyError with the last words of one that failed."""
    deadline = time.monotonic() + seconds
    waiting = list(names)
    while waiting:
        waiting = [name for name in waiting if not _answers(address, PORTS[name])]
        for name in waiting:
            unit = f"hadoop-{name}.service"
            if service_state(unit) == "failed":
                lines = last_words(unit)
                raise OhmyError(f"The {name} on {address} does not start: {one_line(lines)}", lines=lines)
        if waiting and time.monotonic() > deadline:
            raise OhmyError(f"After {seconds:.0f} s still not up on {address}: {', '.join(waiting)}.")
        if waiting:
            time.sleep(0.2)


def _answers(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        return probe.connect_ex((address, port)) == 0


def converge(document: dict[str, t.Any], facts: profiles.Facts, check_mode: bool = False, root: str = "/") -> Plan:
    """Make this node what its document says; return what was done, or in check mode would be."""
    want = wanted(documents.check(document), facts)
    todo = plan(want, observe(want, root))
    if todo.steps and not check_mode:
        apply(want, todo, root)
    return todo
