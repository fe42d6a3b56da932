# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet: where it lies, and what its masters answer to who looks at a cluster's health."""

from __future__ import annotations

import json
import socket

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import admin_states, health
from localcloud import daemons, fleet
from localcloud.daemons import Member
from localcloud.paths import State

MASTER = Member("i-0", "127.9.0.4", "master")
NODES = [MASTER, Member("i-1", "127.9.0.5", "worker"), Member("i-2", "127.9.0.6", "compute")]


def ask(port, path, query="", members=NODES):
    told = []
    application = daemons.Daemons(lambda: list(members))
    environ = {"SERVER_PORT": str(port), "PATH_INFO": path, "QUERY_STRING": query}
    body = b"".join(application(environ, lambda *arguments: told.extend(arguments)))
    return told[0][:3], json.loads(body)


def bean(name, members=NODES):
    status, told = ask(9870, "/jmx", f"qry=Hadoop%3Aservice%3DNameNode%2Cname%3D{name}", members)
    assert status == "200"
    return told["beans"][0]


@pytest.mark.parametrize(
    ("members", "holders", "workers"),
    [
        (NODES, ["127.9.0.5"], ["127.9.0.5", "127.9.0.6"]),
        ([MASTER], ["127.9.0.4"], ["127.9.0.4"]),
    ],
)
def test_daemons_count_the_nodes_that_run(members, holders, workers):
    info = bean("NameNodeInfo", members)
    assert health.live_datanodes(info) == holders
    assert list(admin_states.datanodes(info)) == holders
    _status, told = ask(8088, "/ws/v1/cluster/nodes", members=members)
    assert health.live_nodemanagers(told["nodes"]["node"]) == workers


def test_daemons_answer_four_questions_and_no_other():
    assert bean("ReplicatedBlocksState") == {"LowRedundancyReplicatedBlocks": 0}
    assert ask(8088, "/ws/v1/cluster/info")[1]["clusterInfo"]["haState"] == "ACTIVE"
    assert ask(9870, "/jmx")[1] == {"beans": []}
    assert ask(8088, "/ws/v1/cluster/apps")[0] == "404" and ask(9870, "/ws/v1/cluster/nodes")[0] == "404"


def test_fleets_do_not_share_a_network(tmp_path):
    state = State.at(tmp_path)
    vpc, doors = fleet.place(state)
    assert doors.address == vpc.gateway and vpc.gateway.startswith("127.") and doors.paper and doors.fleet
    with socket.create_server((doors.address, doors.port)):
        assert fleet.place(state)[0].cidr != vpc.cidr
    assert fleet.place(state)[0] == vpc
