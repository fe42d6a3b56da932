# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated master's NameNode and ResourceManager answer of the nodes that run: four answers, and no other.

Their keys are those of Hadoop 3, of which only what tells nodes apart is here:
https://hadoop.apache.org/docs/r3.4.1/hadoop-project-dist/hadoop-common/Metrics.html and
https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/ResourceManagerRest.html.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
import urllib.parse

from .wire import Environ, StartResponse

NAMENODE_PORT, RESOURCEMANAGER_PORT = 9870, 8088
PORTS = (NAMENODE_PORT, RESOURCEMANAGER_PORT)
GIB = 1 << 30


@dataclasses.dataclass(frozen=True)
class Member:
    """A node of a cluster: ``role`` is master, worker, or compute for one without a DataNode."""

    instance_id: str
    address: str
    role: str


def datanodes(members: t.Sequence[Member]) -> list[Member]:
    """Return the nodes that hold data: a master that is alone does."""
    return [one for one in members if one.role == "worker"] or [one for one in members if one.role == "master"]


def nodemanagers(members: t.Sequence[Member]) -> list[Member]:
    """Return the nodes that run tasks."""
    return [one for one in members if one.role != "master"] or list(members)


def name_node_info(members: t.Sequence[Member]) -> dict[str, t.Any]:
    """Return the bean NameNodeInfo, whose lists of nodes are JSON in a string."""
    live = {
        f"{one.address}:9866": {
            "infoAddr": f"{one.address}:9864",
            "xferaddr": f"{one.address}:9866",
            "lastContact": 0,
            "usedSpace": 0,
            "remaining": 40 * GIB,
            "capacity": 50 * GIB,
            "adminState": "In Service",
            "numBlocks": 0,
            "volfails": 0,
        }
        for one in datanodes(members)
    }
    empty = {"DeadNodes": "{}", "DecomNodes": "{}", "EnteringMaintenanceNodes": "{}"}
    return {"Safemode": "", "NumberOfMissingBlocks": 0, "LiveNodes": json.dumps(live), **empty}


def node_reports(members: t.Sequence[Member]) -> list[dict[str, t.Any]]:
    """Return the ResourceManager's list of nodes."""
    return [
        {
            "id": f"{one.address}:8041",
            "nodeHostName": one.address,
            "nodeHTTPAddress": f"{one.address}:8042",
            "state": "RUNNING",
            "healthReport": "",
            "numContainers": 0,
        }
        for one in nodemanagers(members)
    ]


class Daemons:
    """The application behind both ports of one master; ``members`` are the nodes of its cluster that run now."""

    def __init__(self, members: t.Callable[[], list[Member]]) -> None:
        self._members = members

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Answer one request."""
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
        found = self._answer(int(environ["SERVER_PORT"]), environ.get("PATH_INFO", ""), query.get("qry", ""))
        body = json.dumps(found or {}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response("200 OK" if found is not None else "404 Not Found", headers)
        return [body]

    def _answer(self, port: int, path: str, bean: str) -> dict[str, t.Any] | None:
        if port == NAMENODE_PORT and path == "/jmx":
            if bean.endswith("name=NameNodeInfo"):
                return {"beans": [name_node_info(self._members())]}
            if bean.endswith("name=ReplicatedBlocksState"):
                return {"beans": [{"LowRedundancyReplicatedBlocks": 0}]}
            return {"beans": []}
        if port == RESOURCEMANAGER_PORT and path == "/ws/v1/cluster/nodes":
            return {"nodes": {"node": node_reports(self._members())}}
        if port == RESOURCEMANAGER_PORT and path == "/ws/v1/cluster/info":
            return {"clusterInfo": {"state": "STARTED", "haState": "ACTIVE"}}
        return None
