# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Bring nodes into service, into maintenance or out of the cluster: one look, and what can be done now."""

from __future__ import annotations

import concurrent.futures
import json
import os
import time
import typing as t

from .._core.errors import OhmyError
from .._core.locks import alone
from .._core.plan import Plan
from .._hadoop import admin_states, fsck, membership, membership_plan, site
from .._hadoop.membership import ENTRIES, Entry
from .._hadoop.membership_plan import Want
from .system import read_file, run, write_file

LOCK, LOCK_SECONDS = "/run/ohmy-membership.lock", 120.0
BUSY = OhmyError(
    "Another run has been changing the membership of nodes for two minutes.",
    "See ps on the master, then run the same command again.",
)
DOCUMENT = "etc/ohmy/document.json"
QUICK = "HADOOP_CLIENT_OPTS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
JVM_SECONDS = 60


def master_address(root: str = "/") -> str:
    """Return the address on which this master's daemons listen, as their own configuration has it.

    :raises OhmyError: this host is no master.
    """
    data = read_file(os.path.join(root, "etc/hadoop/hdfs-site.xml"))
    document = read_file(os.path.join(root, DOCUMENT))
    role = json.loads(document).get("role") if document else None
    if data is None or role != "master":
        raise OhmyError("This host is not the master of a cluster.", "Delegate the task to the master.")
    found = site.parse(data)
    if "dfs.hosts" not in found:
        raise OhmyError(
            "The NameNode of this cluster reads no list of nodes.",
            "Run playbooks/configure.yml once, which gives it one.",
        )
    return found["dfs.namenode.http-address"].rpartition(":")[0]


def known(root: str = "/") -> tuple[Entry, ...]:
    """Return the entries of this master."""
    return membership.parse(read_file(os.path.join(root, ENTRIES[1:])))


def lists(root: str = "/") -> dict[str, bytes | None]:
    """Return what is in Hadoop's lists."""
    return {path: read_file(os.path.join(root, path)) for path in membership.files(())}


def ensure(want: Want, check_mode: bool) -> dict[str, t.Any]:
    """Do what can be done now and return the module's result; the action repeats it until all is done."""
    master = master_address()
    with alone(LOCK, LOCK_SECONDS, BUSY):
        have, states = known(), admin_states.look(master)
        check = None
        looked: list[str] = []
        if _asks_for_files(want, have, states):
            looked = membership_plan.vanished(want, states)
            check = fsck.look(master, states.live if looked else None)
        membership_plan.refuse(want, have, states, check)
        todo = membership_plan.plan(want, have, states, lists(), int(time.time()))
        if todo.steps and not check_mode:
            apply(want, have, states, todo)
            have, states = known(), admin_states.look(master)
    if want.redundancy and states.low_redundancy and check is None:
        check = fsck.look(master)
    told = membership_plan.progress(want, have, states, check)
    # One may have died on its way; none is let go before its blocks were looked for elsewhere.
    if told["done"] and set(membership_plan.vanished(want, states)) - set(looked):
        membership_plan.refuse_lost(want, states, fsck.look(master, states.live))
    return todo.result(**told, entries=shown(have))


def tell() -> dict[str, t.Any]:
    """Return the result of the module ``hadoop_membership_info``: every node that is known, by its address."""
    have, states = known(), admin_states.look(master_address())
    ids = {one.private_ip: one.instance_id for one in have}
    addresses = sorted({*states.datanodes, *states.nodemanagers, *ids})
    return {
        "entries": shown(have),
        "nodes": [
            membership_plan.node_of({"instance_id": ids.get(one, ""), "private_ip": one}, states) for one in addresses
        ],
        "replication": states.replication,
        "safe_mode": states.safe_mode,
        "missing_blocks": states.missing_blocks,
        "low_redundancy_blocks": states.low_redundancy,
    }


def shown(entries: t.Iterable[Entry]) -> list[dict[str, t.Any]]:
    """Return entries as the modules tell of them."""
    return [{"instance_id": one.instance_id, "private_ip": one.private_ip, "state": one.state} for one in entries]


def _asks_for_files(want: Want, have: tuple[Entry, ...], states: admin_states.States) -> bool:
    """Tell whether DataNodes, live or gone, are to leave that were not on their way before: all files are looked at."""
    known_ids = {one.instance_id for one in have if one.state == membership.DECOMMISSIONED}
    fresh = {one["private_ip"] for one in want.nodes if one["instance_id"] not in known_ids}
    return want.state == membership.DECOMMISSIONED and bool(
        fresh & (states.serving | set(membership_plan.vanished(want, states)))
    )


def apply(want: Want, have: tuple[Entry, ...], states: admin_states.States, todo: Plan, root: str = "/") -> None:
    """Write the entries, then the lists, each in one step, and let the daemons read them.

    Ended in between, the next run finds that the daemons do not do what the lists say.
    """
    entries = membership_plan.entries(want, have, states, int(time.time()))
    write_file(os.path.join(root, ENTRIES[1:]), membership.render(entries))
    for path, data in membership.files(entries).items():
        if todo.wants("write", f"file /{path}"):
            write_file(os.path.join(root, path), data)
    commands = []
    if todo.wants("refresh", membership_plan.NAMENODE):
        commands.append((["hdfs", "dfsadmin", "-refreshNodes"], "hdfs", "let the NameNode read its list of nodes"))
    if todo.wants("refresh", membership_plan.RESOURCEMANAGER):
        # Containers are waited for as long as it takes; the limit is ours, and says more.
        how = [] if want.force else ["-g", "-1", "-server"]
        commands.append(
            (["yarn", "rmadmin", "-refreshNodes", *how], "yarn", "let the ResourceManager read its list of nodes")
        )
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(_as_user, *command) for command in commands]:
            job.result()


def _as_user(command: list[str], user: str, what: str) -> None:
    program = f"/usr/local/bin/{command[0]}"
    run(["runuser", "-u", user, "--", "env", QUICK, program, *command[1:]], what, JVM_SECONDS)
