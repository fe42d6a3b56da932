# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each jar lies in the Hadoop archive: as in Apache's own, each jar once."""

from __future__ import annotations

import re
from pathlib import Path

# First match wins. The left side is matched against "group/artifact-version.jar".
_RULES = [
    # The NameNode's and DataNode's pages come from the tests jar; the jar itself stays out.
    (r"org\.apache\.hadoop/hadoop-hdfs-[\d.]+-tests\.jar", None),
    # An empty jar, and native code for other systems than Linux.
    (r"com\.google\.guava/listenablefuture-.*", None),
    (r"io\.netty/.*-osx-.*", None),
    (r"org\.apache\.hadoop/hadoop-(distcp|aws|streaming)-.*", "tools/lib"),
    (r"org\.apache\.hadoop/hadoop-hdfs(-client)?-.*", "hdfs"),
    (r"org\.apache\.hadoop/hadoop-mapreduce-.*", "mapreduce"),
    (r"org\.apache\.hadoop/hadoop-yarn-.*", "yarn"),
    (r"org\.apache\.hadoop/hadoop-(common|registry)-.*", "common"),
    (r"software\.amazon\.(awssdk|s3\.analyticsaccelerator)/.*", "tools/lib"),
    (r"commons-daemon/.*", "hdfs/lib"),
    (
        r"(com\.google\.inject(\.extensions)?|de\.ruedigermoeller|org\.ehcache|com\.zaxxer|com\.microsoft\.sqlserver)/.*",
        "yarn/lib",
    ),
    (r"(org\.jsonschema2pojo|com\.sun\.codemodel|org\.jline|net\.java\.dev\.jna|javax\.websocket)/.*", "yarn/lib"),
    (r"(org\.eclipse\.jetty\.websocket|javax\.cache|org\.objenesis|aopalliance)/.*", "yarn/lib"),
    (r".*", "common/lib"),
]

# What Apache's own archive lacks of what s3a loads, since 3.4.3; the rest of their dependencies it has.
_OVERLAY = r"software\.amazon\..*/.*|org\.reactivestreams/.*"
# There every command, daemon and task of Apache's scripts finds them, and its own hadoop-aws jar lies there too.
OVERLAY_FOLDER = "common/lib"

# In this order on every class path; a directory stands for its jars, sorted by name.
CLASS_PATH = [
    "common/lib",
    "common",
    "hdfs/lib",
    "hdfs",
    "mapreduce",
    "yarn/lib",
    "yarn",
    "tools/lib",
]

# The first entry of every class path, a jar that holds nothing but the names of all others: what class data was made
# for must stand first on a class path, and a command line has no room for so many names.
CLASS_PATH_JAR = "share/hadoop/classpath.jar"
_LINE = 70  # bytes of a manifest's line, less the blank that begins one that goes on


def folder(coordinate: str) -> str | None:
    """Return the folder under share/hadoop of a jar ``group/file name``, or None to leave it out."""
    for pattern, target in _RULES:
        if re.fullmatch(pattern, coordinate):
            return target
    raise AssertionError("the last rule matches everything")


def class_path(home: Path) -> list[str]:
    """Return the jars of a Hadoop in *home*, relative to it, in the order in which their classes are looked for."""
    folders = [home / "share/hadoop" / folder for folder in CLASS_PATH]
    return [jar.relative_to(home).as_posix() for folder in folders for jar in sorted(folder.glob("*.jar"))]


def manifest(home: Path) -> bytes:
    """Return the manifest by which ``CLASS_PATH_JAR`` stands for all jars of a Hadoop in *home* (JAR File Specification)."""
    names = [jar.removeprefix("share/hadoop/") for jar in class_path(home)]
    text = f"Class-Path: {' '.join(names)}"
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\r\n".join(["Manifest-Version: 1.0", "\r\n ".join(lines), "", ""]).encode()


def in_overlay(coordinate: str) -> bool:
    """Tell whether a jar ``group/file name`` belongs to those that are laid over Apache's own archive."""
    return re.fullmatch(_OVERLAY, coordinate) is not None


def coordinate(path: str) -> str:
    """Turn a path in a Maven repository (``org/x/name/1.0/name-1.0.jar``) into ``org.x/name-1.0.jar``."""
    *group, _artifact, _version, name = path.split("/")
    return f"{'.'.join(group)}/{name}"
