# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a module that runs on the master needs to know of the place where it runs."""

from __future__ import annotations

import os
import typing as t
import urllib.parse
import xml.etree.ElementTree as ElementTree

from .._core.errors import OhmyError
from .webhdfs import WebHdfs

CONF_DIR = "/etc/hadoop"


def default_filesystem(conf_dir: str = CONF_DIR) -> str:
    """Return ``fs.defaultFS`` of this node.

    :raises OhmyError: this node has no Hadoop configuration.
    """
    path = os.path.join(conf_dir, "core-site.xml")
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as exc:
        raise OhmyError(
            f"This node has no usable Hadoop configuration ({path}: {exc}).",
            "Delegate the task to the master, after the cluster was set up.",
        ) from exc
    for node in root.iter("property"):
        if (node.findtext("name") or "").strip() == "fs.defaultFS":
            return (node.findtext("value") or "").strip()
    raise OhmyError(f"{path} does not set fs.defaultFS.")


def namenode_address(conf_dir: str = CONF_DIR) -> str:
    """Return the NameNode's address as this node's configuration names it."""
    url = default_filesystem(conf_dir)
    host = urllib.parse.urlsplit(url).hostname
    if not host:
        raise OhmyError(f"fs.defaultFS is {url!r} on this node, which names no host.")
    return host


def hdfs(user: str, conf_dir: str = CONF_DIR) -> WebHdfs:
    """Return a client of this cluster's HDFS that acts as ``user``."""
    return WebHdfs(namenode_address(conf_dir), user)


def require_root(what: str, geteuid: t.Callable[[], int] = os.geteuid) -> None:
    """Refuse to go on without the rights of root."""
    if geteuid() != 0:
        raise OhmyError(f"{what} needs root on the master.", "Give the task become: true.")
