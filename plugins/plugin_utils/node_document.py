# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What settings say that nodes are to become: the whole document of a host of one's own, its part for an instance."""

from __future__ import annotations

import typing as t
import urllib.parse
import uuid

from ..module_utils._node.disk_wish import ATTACHED

SCHEMA = 1
# Own hosts have no launch that would make an incarnation up; the cluster's name is all that tells them apart.
NAMESPACE = uuid.UUID("5d0b3c1e-8a0f-5b57-9a5c-6f1a3b3c7f10")
SITES = ("core-site", "hdfs-site", "yarn-site", "mapred-site", "capacity-scheduler")
CACHE = "/var/cache/ohmy"


def incarnation(cluster: str) -> str:
    """Return the id by which storage of this cluster is told from that of others."""
    return str(uuid.uuid5(NAMESPACE, cluster))


def properties(settings: t.Mapping[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return the user's properties by the name of their site file."""
    return {name: site(settings, name) for name in dict.fromkeys([*SITES, *settings["hadoop_site"]])}


def site(settings: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    """Return the user's properties of a site file, of its own variable and of ``hadoop_site``."""
    return {key: value for own in sources(settings, name).values() for key, value in own.items()}


def sources(settings: t.Mapping[str, t.Any], name: str) -> dict[str, dict[str, t.Any]]:
    """Return the user's properties of a site file by the variable that holds them; later ones win.

    What is no dict holds none; that it is none is told elsewhere.
    """
    variable = f"hadoop_{name.replace('-', '_')}"
    found = {variable: settings.get(variable), "hadoop_site": (settings.get("hadoop_site") or {}).get(name)}
    return {one: own for one, own in found.items() if isinstance(own, dict)}


def archives(settings: t.Mapping[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return the document's parts ``hadoop`` and ``java``; an archive's URL may be a path of the controller."""
    hadoop: dict[str, t.Any] = _archive(settings, "hadoop_archive")
    if settings["hadoop_overlay"]:
        hadoop["overlay"] = _archive(settings, "hadoop_overlay")
    package = settings["hadoop_java"] == "package"
    java = {"package": settings["hadoop_java_package"]} if package else _archive(settings, "hadoop_java_archive")
    return {"hadoop": hadoop, "java": java}


def _archive(settings: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    return {"url": settings[name], "sha512": str(settings[f"{name}_sha512"]).lower()}


def software(settings: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the part of a document that is the same for all kinds of nodes; see ``archives``."""
    found = {**archives(settings), "properties": properties(settings), "packages": settings["hadoop_packages"]}
    found["profile"] = settings["hadoop_profile"]
    if settings["hadoop_task_memory"]:
        found["task_memory"] = settings["hadoop_task_memory"]
    if settings["cluster_provider"] == "ec2" and (wish := of_instances(settings)):
        found["disks"] = wish
    return found


def of_instances(settings: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the document's part ``disks`` of instances: each finds its own, as groups differ in their volumes."""
    groups = settings.get("cluster_worker_groups") or []
    volumes = settings.get("cluster_volumes") or any(group.get("volumes") for group in groups)
    found: dict[str, t.Any] = {"volumes": ATTACHED} if volumes else {}
    if settings["cluster_instance_store"]:
        found["instance_store"] = True
    return found


def disks(paths: t.Sequence[str]) -> dict[str, list[str]]:
    """Return the document's part ``disks`` of a host of one's own: block devices, and directories of the user's."""
    devices = [path for path in paths if path.startswith("/dev/")]
    directories = [path for path in paths if path not in devices]
    parts = {"devices": devices, "directories": directories}
    return {name: found for name, found in parts.items() if found}


def node_document(settings: t.Mapping[str, t.Any], host: str, login: str | None) -> dict[str, t.Any]:
    """Return the document of one host; ``master`` of a worker is empty, for only the master knows its address.

    :param login: the SSH user, who may read Hadoop's configuration.
    """
    master = host == settings["hadoop_master_host"]
    found: dict[str, t.Any] = {
        "schema": SCHEMA,
        "cluster": settings["hadoop_cluster"],
        "incarnation": incarnation(settings["hadoop_cluster"]),
        "role": "master" if master else "worker",
        "master": "self" if master else "",
        "workers": len(settings["hadoop_worker_hosts"]),
        "s3": None,
        **software(settings),
        "lease": False,
    }
    if settings["hadoop_address"]:
        found["address"] = settings["hadoop_address"]
    if settings["hadoop_data_disks"]:
        found["disks"] = disks(settings["hadoop_data_disks"])
    if settings["hadoop_allow_public"]:
        found["allow_public"] = True
    if login and login != "root":
        found["ssh_user"] = login
    return found


def on_node(document: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any], dict[str, tuple[str, str]]]:
    """Return the document with the controller's paths as places on the node, and what is to be brought there.

    :returns: (document, place on the node → (path on the controller, sha512)).
    """
    places: dict[str, tuple[str, str]] = {}

    def placed(archive: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        found = dict(archive)
        url = str(found.get("url") or "")
        if url.startswith("/"):
            place = f"{CACHE}/{found['sha512'][:16]}/{url.rsplit('/', maxsplit=1)[-1]}"
            places[place] = (url, str(found["sha512"]))
            found["url"] = f"file://{urllib.parse.quote(place)}"
        if found.get("overlay"):
            found["overlay"] = placed(found["overlay"])
        return found

    whole = {**document, "hadoop": placed(document.get("hadoop") or {}), "java": placed(document.get("java") or {})}
    return whole, places
