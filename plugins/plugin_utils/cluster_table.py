# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Clusters as text for a person: a row per instance, or of a large cluster one per group and its exceptions by name."""

from __future__ import annotations

import collections
import shlex
import time
import typing as t

from .amounts import duration, money
from .hosts_report import printable

MOST_ROWS = 20
MOST_EXCEPTIONS = 20
Cluster = t.Mapping[str, t.Any]
COLUMNS = ("node", "group", "instance", "type", "zone", "market", "state", "private", "public", "report")
# Of a sum, by whether it is at least and at most what is told.
BOUNDS = {(False, False): "", (True, False): "at least ", (False, True): "at most ", (True, True): "about "}
# In what the nodes of a group are alike as a rule.
TRAITS = ("type", "zone", "market", "state", "report")


def table(rows: t.Sequence[t.Sequence[str]]) -> list[str]:
    """Return rows as lines, their columns below each other; a column that is empty in all but the head is left out."""
    kept = [at for at in range(len(rows[0])) if any(row[at] for row in rows[1:])]
    widths = [max(len(row[at]) for row in rows) for at in kept]
    return ["  ".join(row[at].ljust(width) for at, width in zip(kept, widths)).rstrip() for row in rows]


def _nodes(cluster: Cluster) -> list[dict[str, str]]:
    """Return a row per node, by the names that the cluster's ssh_config has for them."""
    reports = {one["instance_id"]: one["report"] for one in cluster["reports"]}
    found = []
    for one in [*([cluster["master"]] if cluster["master"] else []), *cluster["workers"]]:
        row = {
            "node": one["short"],
            "group": one["group"],
            "instance": one["instance_id"],
            "type": one["instance_type"],
            "zone": one["zone"],
            "market": one["market"],
            "state": one["state"],
            "private": one["private_ip"] or "",
            "public": one["public_ip"] or "",
            "report": reports.get(one["instance_id"], ""),
        }
        found.append(row)
    return found


def _groups(nodes: t.Sequence[dict[str, str]]) -> list[str]:
    """Return a line per group, and the nodes that differ from most of theirs."""
    members: dict[str, list[dict[str, str]]] = {}
    for one in nodes:
        members.setdefault(one["group"], []).append(one)
    rows = [["group", "nodes", *TRAITS]]
    strange: list[str] = []
    for group, known in members.items():
        usual = {trait: collections.Counter(one[trait] for one in known).most_common(1)[0][0] for trait in TRAITS}
        rows.append([group, str(len(known)), *(usual[trait] for trait in TRAITS)])
        for one in known:
            other = [f"{trait} {one[trait] or 'unknown'}" for trait in TRAITS if one[trait] != usual[trait]]
            if other:
                strange.append(
                    f"{one['node']} ({one['instance']}, {one['private'] or 'no address'}): {', '.join(other)}"
                )
    lines = table(rows)
    if strange:
        lines += ["Other than most of their group:", *(f"    {text}" for text in strange[:MOST_EXCEPTIONS])]
    if len(strange) > MOST_EXCEPTIONS:
        lines.append(f"    … and {len(strange) - MOST_EXCEPTIONS} more")
    return lines


def _money(cluster: Cluster) -> list[str]:
    price, cost = cluster["price"], cluster["cost"]
    if not price or not cost:
        return []
    if price["per_hour"] is None or cost["usd"] is None:
        return [f"Its price is {price['text']}; see cluster_prices."]
    bound = BOUNDS[cost["at_least"], cost["at_most"]]
    date = f", by prices of {price['date']}" if price["date"] else ""
    return [f"It costs {price['text']}; so far {bound}{money(cost['usd'])}{date}."]


def _end(cluster: Cluster, now: float) -> list[str]:
    if cluster["state"] == "stopped":
        return [
            "A stopped cluster does not end by itself: start it with playbooks/start.yml, or remove it with "
            "playbooks/terminate.yml."
        ]
    if not cluster["expires"]:
        return []
    left = int(cluster["expires"]) - now
    when = time.strftime("%F %T %Z", time.localtime(int(cluster["expires"])))
    return [f"It ends by itself at {when}, in {duration(left)}." if left > 0 else f"It was to end at {when}."]


def login(cluster: Cluster) -> list[str]:
    """Return the lines that log in to a cluster; none where its master is stopped."""
    master = cluster["master"]
    if not master or master["state"] in ("stopping", "stopped") or not cluster["ssh"]["config"]:
        return []
    base = f"ssh -F {shlex.quote(cluster['ssh']['config'])}"
    more = " (or worker-1, and so on, in place of master)" if cluster["workers"] else ""
    return [f"Log in with: {base} master{more}"]


def _errors(cluster: Cluster) -> list[str]:
    failed = [one for one in cluster["reports"] if one["error"]]
    told = {one["instance_id"]: "".join(printable(" ".join(one["error"].split())))[:300] for one in failed}
    return [f"{instance} failed: {text}" for instance, text in told.items()]


def describe(cluster: Cluster, now: float) -> list[str]:
    """Return the lines that tell of a cluster."""
    nodes = _nodes(cluster)
    if not nodes:
        left = [f"    {one}" for one in cluster["leftovers"]]
        if not left:
            return [f"{cluster['name']} in {cluster['region']}: its instances are going away."]
        remedy = f"Remove it with playbooks/terminate.yml -e cluster_name={cluster['name']}"
        return [f"{cluster['name']} in {cluster['region']}: no instances, but something is left:", *left, remedy]
    count = f"{len(nodes)} instance{'' if len(nodes) == 1 else 's'}"
    age = f", {duration(cluster['age'])} old" if cluster["age"] is not None else ""
    lines = [f"{cluster['name']} in {cluster['region']}: {cluster['state']}, {count}{age}"]
    rows = [list(COLUMNS), *([one[key] for key in COLUMNS] for one in nodes)]
    body = table(rows) if len(nodes) <= MOST_ROWS else _groups(nodes)
    body += _errors(cluster) + _money(cluster) + _end(cluster, now) + login(cluster)
    return lines + [f"    {line}" for line in body]


def compose(clusters: t.Sequence[Cluster], name: str | None, where: str, now: float) -> list[str]:
    """Return the lines about clusters; ``name``: the one that was asked for, ``where``: where it was looked for."""
    if not clusters:
        return [f"There is nothing of a cluster {name} {where}." if name else f"There is no cluster {where}."]
    lines: list[str] = []
    for one in clusters:
        lines += ([""] if lines else []) + describe(one, now)
    hours = [(one["price"] or {}).get("per_hour") for one in clusters]
    known = [hour for hour in hours if hour is not None]
    if len(known) == len(clusters) > 1:
        lines += ["", f"All {len(known)} together cost {money(sum(known))} an hour."]
    return lines


def own_hosts(cluster: str, hosts: t.Sequence[t.Mapping[str, str]]) -> list[str]:
    """Return the lines about hosts of one's own: ``name``, ``group``, ``address``."""
    rows = [["host", "group", "address"], *([one["name"], one["group"], one["address"]] for one in hosts)]
    return [f"{cluster}: {len(hosts)} hosts of one's own", *(f"    {line}" for line in table(rows))]
