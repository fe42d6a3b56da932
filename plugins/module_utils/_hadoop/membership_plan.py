# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Deciding which entries there are to be, what is refused, and how far nodes have come: pure functions."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.plan import Plan
from . import admin_states
from .admin_states import States
from .fsck import Check
from .membership import DECOMMISSIONED, MAINTENANCE, Entry, files

SERVICE, ABSENT = "in_service", "absent"
# The role of a node without a DataNode.
COMPUTE = "compute"
Node = t.Mapping[str, str]
# The NameNode's states that an entry leads to.
OBEYED = {
    DECOMMISSIONED: (admin_states.LEAVING, admin_states.LEFT),
    MAINTENANCE: (admin_states.ENTERING, admin_states.HELD),
}
# Those of a DataNode that is not there, in words.
GONE = {admin_states.DEAD: "dead", admin_states.UNKNOWN: "unknown to the NameNode"}
# Hadoop's lists, and who is to read them anew.
DFS_LIST, YARN_LIST = files(())
NAMENODE, RESOURCEMANAGER = "the NameNode's nodes", "the ResourceManager's nodes"


@dataclass(frozen=True)
class Want:
    """What is asked for: ``nodes`` with ``instance_id``, ``private_ip``, maybe ``role``; the state they are to be in."""

    nodes: tuple[Node, ...]
    state: str
    force: bool = False
    maintenance: int = 3600
    redundancy: bool = False

    @property
    def addresses(self) -> set[str]:
        """Return the nodes' addresses."""
        return {one["private_ip"] for one in self.nodes}


def alone(want: Want, states: States) -> bool:
    """Tell whether the only DataNode is meant: there is no other to hold the data, in maintenance or not."""
    return len(states.serving) == 1 and states.serving <= want.addresses


def entries(want: Want, have: tuple[Entry, ...], states: States, now: int) -> tuple[Entry, ...]:
    """Return the entries that there are to be."""
    ids = {one["instance_id"] for one in want.nodes}
    # An entry of another instance with one of these addresses is of one that is gone.
    rest = tuple(one for one in have if one.instance_id not in ids and one.private_ip not in want.addresses)
    old = {one.instance_id: one for one in have}
    if want.state == DECOMMISSIONED:
        return rest + tuple(Entry(one["instance_id"], one["private_ip"], DECOMMISSIONED) for one in want.nodes)
    if want.state == ABSENT:
        awaited = [one for one in want.nodes if states.hdfs(one["private_ip"]) not in GONE]
        return rest + tuple(old[one["instance_id"]] for one in awaited if one["instance_id"] in old)
    if want.state == MAINTENANCE and not alone(want, states):
        return rest + tuple(
            found for one in want.nodes if (found := _held(one, old.get(one["instance_id"]), states, now, want))
        )
    return rest


def _held(node: Node, old: Entry | None, states: States, now: int, want: Want) -> Entry | None:
    if old is not None and old.state == DECOMMISSIONED:
        return old
    if states.hdfs(node["private_ip"]) in GONE:
        return None
    # One that lasts long enough is left as it is, or each look would change it.
    if old is not None and old.until >= now + want.maintenance // 2:
        return old
    return Entry(node["instance_id"], node["private_ip"], MAINTENANCE, now + want.maintenance)


def refuse(want: Want, have: tuple[Entry, ...], states: States, check: Check | None) -> None:
    """Raise OhmyError for what would lose data, or could never come to an end."""
    if want.state not in (DECOMMISSIONED, MAINTENANCE):
        return
    if states.safe_mode:
        raise OhmyError("HDFS is in safe mode: no block can be copied now.", "Run the same command when it has ended.")
    meant = {one for one in want.addresses if one in states.datanodes and states.datanodes[one].live}
    stay = states.serving - want.addresses - {one.private_ip for one in have}
    if want.state == MAINTENANCE:
        if meant and not stay and not alone(want, states):
            raise OhmyError(
                f"All {len(meant)} DataNodes in service are to be held at once, and with them all replicas.",
                "Take fewer at a time: hadoop_batch.",
            )
        return
    if meant:
        _refuse_few(meant, stay, states, check)
    refuse_lost(want, states, check)


def _refuse_few(meant: set[str], stay: set[str], states: States, check: Check | None) -> None:
    staying = f"{len(stay)} DataNode{'' if len(stay) == 1 else 's'} would stay in service"
    if len(stay) < states.replication:
        raise OhmyError(
            f"{staying}, and HDFS keeps {states.replication} replicas of each block (dfs.replication).",
            "Let fewer nodes leave; or lower the replication of the data (hdfs dfs -setrep) and of the cluster "
            "(hadoop_hdfs_site: dfs.replication, with playbooks/configure.yml) first.",
        )
    most = len(states.serving | meant)
    # What asks for more replicas than there are nodes now does not get them now either.
    found = check or Check()
    for wanted in sorted(found.replications):
        if len(stay) < wanted <= most:
            raise OhmyError(
                f"{staying}, and {found.replications[wanted]} files have {wanted} replicas: "
                f"{', '.join(found.examples[wanted])} …",
                f"Let fewer nodes leave, or lower theirs first: hdfs dfs -setrep -w {len(stay)} PATH.",
            )
    used = sum(states.datanodes[one].used for one in meant)
    free = sum(states.datanodes[one].free for one in stay)
    if used > free:
        raise OhmyError(
            f"The nodes that are to leave hold {used / 1e9:.1f} GB, and the others have {free / 1e9:.1f} GB free.",
            "Remove data from HDFS, or let fewer nodes leave.",
        )


def vanished(want: Want, states: States) -> list[str]:
    """Return the nodes that are to leave and whose data may be lost with them: dead, or unknown to the NameNode.

    After its own restart the NameNode does not know a node that was dead before.
    """
    if want.state != DECOMMISSIONED or want.force:
        return []
    holders = {one["private_ip"] for one in want.nodes if one.get("role") != COMPUTE}
    return sorted(one for one in holders if states.hdfs(one) in GONE)


def refuse_lost(want: Want, states: States, check: Check | None) -> None:
    """Raise OhmyError where a node is gone that may have the last replica of a block."""
    dead = vanished(want, states)
    lost = max(states.missing_blocks, check.lost if check is not None else 0)
    if dead and lost:
        named = ", ".join(f"{one} is {GONE[states.hdfs(one)]}" for one in dead)
        raise OhmyError(
            f"{lost} block{'s have' if lost > 1 else ' has'} no replica on a live node, and {named}, which may have "
            f"{'them' if lost > 1 else 'it'}.",
            "Bring the node back; or give its data up with cluster_force: true. hdfs fsck / names the files.",
        )


def plan(want: Want, have: tuple[Entry, ...], states: States, lists: t.Mapping[str, bytes | None], now: int) -> Plan:
    """Return what is to be done: entries, lists and the daemons that are to read them.

    :param lists: what is in Hadoop's lists now, by path.
    """
    todo = Plan()
    wanted = entries(want, have, states, now)
    for node in sorted({one.private_ip for one in (*have, *wanted)}):
        old, new = _state_of(have, node), _state_of(wanted, node)
        todo.change("put" if new else "drop", f"entry of {node}", old, new)
    for path, data in files(wanted).items():
        held = lists.get(path)
        todo.change("write", f"file /{path}", None if held is None else held.decode("utf-8", "replace"), data.decode())
    obeying = {one.private_ip: one for one in wanted if not one.until or one.until > now}
    if todo.wants("write", f"file /{DFS_LIST}") or any(
        node.live
        and node.state not in OBEYED.get(obeying[at].state if at in obeying else "", (admin_states.IN_SERVICE,))
        for at, node in states.datanodes.items()
    ):
        todo.add("refresh", NAMENODE)
    leaving = {one.private_ip for one in wanted if one.state == DECOMMISSIONED}
    if todo.wants("write", f"file /{YARN_LIST}") or any(
        (at in leaving and node.state in ("RUNNING", "UNHEALTHY"))
        or (at not in leaving and node.state == "DECOMMISSIONING")
        for at, node in states.nodemanagers.items()
    ):
        todo.add("refresh", RESOURCEMANAGER)
    return todo


def _state_of(known: t.Iterable[Entry], address: str) -> str | None:
    return next((f"{one.instance_id} {one.state}" for one in known if one.private_ip == address), None)


def progress(want: Want, have: tuple[Entry, ...], states: States, check: Check | None) -> dict[str, t.Any]:
    """Return how far the nodes have come: ``done``, ``summary``, ``nodes``."""
    shown = [node_of(one, states) for one in want.nodes]
    waiting = [one for one in shown if not _there(want, one, have, states)]
    left, containers = sum(one["blocks_left"] for one in waiting), sum(one["containers"] for one in waiting)
    count = f"{len(shown) - len(waiting)} of {len(shown)}"
    summary = {
        DECOMMISSIONED: f"{count} have left, {left} blocks to copy, {containers} containers to end",
        MAINTENANCE: f"{count} are in maintenance, {left} blocks to copy",
        SERVICE: f"{count} are in service",
        ABSENT: f"{count} are forgotten",
    }[want.state]
    lacking = 0
    if want.redundancy and states.low_redundancy:
        lacking = check.curable(len(states.serving)) if check is not None else states.low_redundancy
    if lacking:
        summary += f", {lacking} blocks lack replicas"
    if want.redundancy and states.safe_mode:
        summary += ", HDFS is in safe mode"
    late = [
        f"{one['private_ip']} ({one['instance_id']}): DataNode {one['hdfs']}, NodeManager {one['yarn']}"
        for one in waiting
    ]
    done = not waiting and not lacking and not (want.redundancy and states.safe_mode)
    return {"done": done, "summary": summary, "nodes": shown, "late": late}


def node_of(node: Node, states: States) -> dict[str, t.Any]:
    """Return a node as the modules tell of it."""
    address = node["private_ip"]
    data, work = states.datanodes.get(address), states.nodemanagers.get(address)
    return {
        "instance_id": node["instance_id"],
        "private_ip": address,
        "hdfs": states.hdfs(address),
        "blocks": data.blocks if data is not None and data.live else 0,
        "blocks_left": data.left if data is not None and data.live else 0,
        "yarn": states.yarn(address),
        "containers": work.containers if work is not None and work.active else 0,
    }


def _there(want: Want, node: t.Mapping[str, t.Any], have: tuple[Entry, ...], states: States) -> bool:
    """Tell whether a node is in the state that it is to be in; a dead one has nothing to wait for."""
    data, work = states.datanodes.get(node["private_ip"]), states.nodemanagers.get(node["private_ip"])
    gone = data is None or not data.live
    if want.state == DECOMMISSIONED:
        return (gone or data is not None and data.state == admin_states.LEFT) and not (work is not None and work.active)
    if want.state == MAINTENANCE:
        held = data is not None and data.state in (admin_states.HELD, admin_states.LEAVING, admin_states.LEFT)
        return gone or held or not any(one.instance_id == node["instance_id"] for one in have)
    if want.state == ABSENT:
        return not any(one.instance_id == node["instance_id"] for one in have)
    if want.redundancy and data is not None:
        return data.live and data.state == admin_states.IN_SERVICE
    return gone or data is not None and data.state == admin_states.IN_SERVICE
