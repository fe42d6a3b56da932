# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a node is to be: everything that follows from its document and its facts, without asking the node."""

from __future__ import annotations

import hashlib
import os
import typing as t
from dataclasses import dataclass, field

from .._core.canonical import dumps
from .._core.errors import OhmyError
from .._hadoop import membership, profiles, site, sizing, tuning
from .._hadoop.node_folders import HADOOP_HOME, LOG_DIR
from .._hadoop.storage import Storage
from . import archives, documents, packages, units
from .disk_layout import Layout

CONF = "etc/hadoop"
UNITS = "etc/systemd/system"
COMMANDS = ("hadoop", "hdfs", "mapred", "yarn")
# What every daemon reads where it is there; the last three are never written unless the user has them.
EVERYWHERE = ("core-site", "hadoop-policy", "ssl-client", "ssl-server")
READS = {
    "namenode": ("hdfs-site",),
    "datanode": ("hdfs-site",),
    "resourcemanager": ("yarn-site", "capacity-scheduler"),
    "nodemanager": ("yarn-site", "mapred-site"),
    "historyserver": ("yarn-site", "mapred-site"),
}
# Where the archive of Java is put to use, as Hadoop's is at HADOOP_HOME.
JAVA = "/opt/ohmy/java"
# Debian's names for what uname calls the machine.
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
PROFILE = """# Where Hadoop's commands find Java and their configuration.
export JAVA_HOME=@JAVA@ HADOOP_CONF_DIR=/etc/hadoop HADOOP_OPTIONAL_TOOLS=@TOOLS@
""".replace("@TOOLS@", units.TOOLS)
# A wrapper and no link: a command over SSH reads no profile.
WRAPPER = """#!/bin/sh
export JAVA_HOME="${JAVA_HOME:-@JAVA@}" HADOOP_CONF_DIR="${HADOOP_CONF_DIR:-/etc/hadoop}"
export HADOOP_OPTIONAL_TOOLS="${HADOOP_OPTIONAL_TOOLS:-@TOOLS@}"
exec @HOME@/bin/@NAME@ "$@"
""".replace("@TOOLS@", units.TOOLS)

Right = tuple[str, str, int]  # owner, group, mode


@dataclass
class Want:
    """All that a node is to be; paths are relative to its root."""

    document: dict[str, t.Any]
    facts: sizing.Facts
    room: sizing.Memory
    java_home: str
    services: list[str]
    archives: dict[str, dict[str, t.Any]]
    directories: dict[str, Right]
    files: dict[str, bytes] = field(default_factory=dict)
    rights: dict[str, Right] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    reads: dict[str, list[str]] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    # Files that are made where they are missing, and are not convergence's to change.
    seeds: dict[str, bytes] = field(default_factory=dict)
    disks: Layout = field(default_factory=Layout)

    @property
    def master(self) -> str:
        """Return the master's address."""
        return self.facts.address if self.document["master"] == "self" else self.document["master"]

    @property
    def package(self) -> str | None:
        """Return Java's package, None where Java comes as an archive."""
        return None if "java" in self.archives else self.document["java"].get("package")

    def add(self, path: str, data: bytes, right: Right = ("root", "root", 0o644)) -> None:
        """Add a file."""
        self.files[path], self.rights[path] = data, right


def java_home(document: t.Mapping[str, t.Any], machine: str) -> str:
    """Return where Java lies: the archive's link, or the place of Debian's package."""
    java = document["java"]
    if java.get("home"):
        return str(java["home"])
    if "sha512" in java:
        return JAVA
    found = packages.java_home(str(java.get("package")), MACHINES.get(machine, machine))
    if found is None:
        raise OhmyError(
            "The node document does not tell where Java is.",
            "Give java an archive (url, sha512), a package openjdk-N-…, or the home of one that is installed.",
        )
    return found


def directories(services: t.Sequence[str], storage: Storage) -> dict[str, Right]:
    """Return owner, group and mode of each directory; tasks run as yarn and must not come near name and data.

    None of a disk that is lost: it would be made on the root's file system, and filled.
    """
    found: dict[str, Right] = {
        # Whoever may write there decides what the daemons read.
        CONF: ("root", "root", 0o755),
        "etc/ohmy": ("root", "root", 0o755),
        "opt/ohmy": ("root", "root", 0o755),
        "var/lib/hadoop": ("root", "hadoop", 0o755),
        "var/lib/hadoop/tmp": ("root", "hadoop", 0o1777),
        LOG_DIR.lstrip("/"): ("root", "hadoop", 0o1775),
        "var/lib/ohmy": ("root", "root", 0o755),
        "var/lib/ohmy/jobs": ("hadoop", "hadoop", 0o755),
    }
    if "namenode" in services:
        found["var/lib/hadoop/name"] = ("hdfs", "hdfs", 0o700)
        found["var/lib/hadoop/checkpoint"] = ("hdfs", "hdfs", 0o700)
    if "resourcemanager" in services:
        found["var/lib/hadoop/applications"] = ("yarn", "yarn", 0o700)
    for place in storage.present(f"{place}/" for place in storage.places):
        found[place.strip("/")] = ("root", "root", 0o755)
    own: dict[str, tuple[list[str], Right]] = {}
    if "datanode" in services:
        own["data"] = (storage.data(), ("hdfs", "hdfs", 0o700))
    if "nodemanager" in services:
        own["recovery"] = (["/var/lib/hadoop/recovery"], ("yarn", "yarn", 0o700))
        own["local"] = (storage.local(), ("yarn", "yarn", 0o755))
        own["logs"] = (storage.logs(), ("yarn", "hadoop", 0o755))
    for paths, right in own.values():
        found.update({path.strip("/"): right for path in storage.present(paths)})
    return found


def wanted(document: dict[str, t.Any], facts: sizing.Facts, machine: str | None = None) -> Want:
    """Work out everything from the document and the node's facts; ``machine`` is what uname says."""
    documents.refuse_public(document, facts.address)
    running = sizing.services(document["role"], document["workers"])
    profile = document.get("profile", tuning.AUTO)
    room = sizing.memory(facts.memory, running, document.get("task_memory"))
    home = java_home(document, machine or os.uname().machine)
    packed = {"hadoop": document["hadoop"]}
    if "sha512" in document["java"]:
        packed["java"] = document["java"]
    want = Want(document, facts, room, home, running, packed, directories(running, facts.storage))
    want.packages = [*([want.package] if want.package else []), *packages.check(document.get("packages"))]
    sites = {name: site.render(values) for name, values in profiles.site_files(document, facts).items()}
    spot = bool(document.get("spot"))
    # Hadoop's own scripts leave the heap to Java, which takes a quarter of the memory.
    heaps = {name: heap if profile == tuning.AUTO else None for name, heap in room.heaps.items()}
    quick = tuning.quick(profile, sizing.nodes(document))
    texts = units.units(heaps, home, quick, document["role"], facts.storage.mounts, spot)
    # A user's property may be a secret: only root and Hadoop's own group read it.
    for name, data in sites.items():
        want.add(f"{CONF}/{name}.xml", data, ("root", "hadoop", 0o640))
    want.add(documents.WANTED, dumps(document), ("root", "hadoop", 0o640))
    for name, text in texts.items():
        want.add(f"{UNITS}/{name}", text.encode())
    want.add("etc/profile.d/hadoop.sh", PROFILE.replace("@JAVA@", home).encode())
    for name in COMMANDS:
        text = WRAPPER.replace("@JAVA@", home).replace("@HOME@", HADOOP_HOME).replace("@NAME@", name)
        want.add(f"usr/local/bin/{name}", text.encode(), ("root", "root", 0o755))
    if document["role"] == "master":
        want.seeds = membership.files(membership.NOBODY)
    software = [archives.identity(archive).encode() for archive in packed.values()] + [home.encode()]
    for name in running:
        read = [part for part in EVERYWHERE + READS[name] if part in sites]
        want.reads[name] = [f"{UNITS}/hadoop-{name}.service", *(f"{CONF}/{part}.xml" for part in read)]
        parts = [texts[f"hadoop-{name}.service"].encode(), *software, *(sites[part] for part in read)]
        want.inputs[name] = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return want
