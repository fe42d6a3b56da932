# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where the daemons listen, read from the node's own configuration."""

from __future__ import annotations

import json
import os
import typing as t
from dataclasses import dataclass
from xml.etree import ElementTree

from .._core.errors import OhmyError
from .history import JobHistory
from .site import parse
from .webhdfs import WebHdfs
from .yarn import ResourceManager

CONF_DIR = "/etc/hadoop"
DOCUMENT = "/etc/ohmy/document.json"
USER = "hadoop"
FILES = ("core-site.xml", "hdfs-site.xml", "yarn-site.xml", "mapred-site.xml")


@dataclass(frozen=True)
class Doors:
    """The clients that a job needs, all of one cluster."""

    hdfs: WebHdfs
    yarn: ResourceManager
    history: JobHistory


def read_conf(conf_dir: str = CONF_DIR) -> dict[str, str]:
    """Return the properties of all site files, without the defaults of Hadoop's jars.

    :raises OhmyError: a file is not there or no XML.
    """
    found: dict[str, str] = {}
    for name in FILES:
        path = os.path.join(conf_dir, name)
        try:
            with open(path, "rb") as stream:
                found.update({key.strip(): value.strip() for key, value in parse(stream.read()).items()})
        except (OSError, ElementTree.ParseError) as exc:
            raise OhmyError(
                f"{path} cannot be read: {exc}.", "The node has not been converged; see ohmy-node."
            ) from exc
    return found


def read_document(path: str = DOCUMENT) -> dict[str, t.Any]:
    """Return the document that the node has reached, empty where it has none."""
    try:
        with open(path, encoding="utf-8") as stream:
            return t.cast("dict[str, t.Any]", json.load(stream))
    except (OSError, ValueError):
        return {}


def address_of(conf: t.Mapping[str, str], key: str, host: str, port: int) -> tuple[str, int]:
    """Return (host, port) of a property; a wildcard or a missing value gives the defaults."""
    name, _colon, digits = conf.get(key, "").rpartition(":")
    if "$" in name or name in ("", "0.0.0.0", "[::]"):
        name = host
    return name, int(digits) if digits.isdigit() else port


def master_of(conf: t.Mapping[str, str]) -> str:
    """Return the host of the NameNode, empty where the configuration names none."""
    return conf.get("fs.defaultFS", "").partition("://")[2].partition("/")[0].rpartition(":")[0]


def namenode_address(conf: t.Mapping[str, str]) -> tuple[str, int]:
    """Return where the NameNode answers HTTP."""
    return address_of(conf, "dfs.namenode.http-address", master_of(conf), 9870)


def open_doors(conf_dir: str = CONF_DIR, user: str = USER, timeout: float = 10.0) -> Doors:
    """Return the clients of the cluster whose master this node is."""
    conf = read_conf(conf_dir)
    master = master_of(conf)
    if not master:
        raise OhmyError(
            f"fs.defaultFS in {conf_dir}/core-site.xml names no host and port.",
            "See fs.defaultFS among the properties of the cluster; it is hdfs://HOST:PORT.",
        )
    manager = conf.get("yarn.resourcemanager.hostname") or master
    host, port = namenode_address(conf)
    return Doors(
        WebHdfs(host, user, port, timeout=2 * timeout),
        ResourceManager(*address_of(conf, "yarn.resourcemanager.webapp.address", manager, 8088), timeout=timeout),
        JobHistory(*address_of(conf, "mapreduce.jobhistory.webapp.address", master, 19888), timeout=timeout),
    )
