# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The exact versions of what a node runs; read from files, so that no program is started for it."""

from __future__ import annotations

import os
import platform
import typing as t

from .._core.systems import os_release
from .._hadoop.node_folders import HADOOP_HOME
from .hdfs import hadoop_version
from .system import read_text
from .want import JAVA, java_home


def versions(document: t.Mapping[str, t.Any], root: str = "/") -> dict[str, str]:
    """Return {"hadoop", "java", "python", "system"} of the node with this document, empty texts for what is not known."""
    home = java_home(document, platform.machine()) if document.get("java") else JAVA
    java = os_release(read_text(os.path.join(root, home.lstrip("/"), "release")))
    system = os_release(read_text(os.path.join(root, "etc/os-release")))
    hadoop = hadoop_version(os.path.join(root, HADOOP_HOME.lstrip("/")))
    return {
        "hadoop": "" if hadoop == "unknown" else hadoop,
        "java": java.get("JAVA_RUNTIME_VERSION") or java.get("JAVA_VERSION", ""),
        "python": platform.python_version(),
        "system": system.get("PRETTY_NAME", ""),
    }
