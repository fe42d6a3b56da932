# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A job's events as what a person wants to see of its tasks: attempts, nodes, locality, skew; pure and bounded."""

from __future__ import annotations

import statistics
import typing as t

# So many attempts are told one by one: the first that did not succeed, and the longest; of nodes those with most work.
MOST_ATTEMPTS = 600
MOST_FAILED = 200
MOST_NODES = 200
RANKED = 10
ERROR_CHARACTERS = 500
KINDS = ("map", "reduce")
COUNTERS = {
    "map": {"records": "MAP_INPUT_RECORDS", "bytes": "MAP_OUTPUT_BYTES"},
    "reduce": {"records": "REDUCE_INPUT_RECORDS", "keys": "REDUCE_INPUT_GROUPS", "bytes": "REDUCE_SHUFFLE_BYTES"},
}
Event = dict[str, t.Any]
Attempt = dict[str, t.Any]


def summary(events: t.Iterable[tuple[str, Event]]) -> dict[str, t.Any]:
    """Return {"submitted", "launched", "finished", "attempts", "number", "nodes", "locality", "map", "reduce", "left_out"}.

    Times are seconds since 1970, None where they are not known. ``number`` counts all attempts, ``attempts`` are the
    most telling of them.
    """
    job: dict[str, float | None] = {"submitted": None, "launched": None, "finished": None}
    found: dict[str, Attempt] = {}
    for kind, event in events:
        if kind == "JOB_SUBMITTED":
            job["submitted"] = _seconds(event["submitTime"])
        elif kind == "JOB_INITED":
            job["launched"] = _seconds(event["launchTime"])
        elif kind.startswith("JOB_") and event.get("finishTime"):
            job["finished"] = _seconds(event["finishTime"])
        elif "_ATTEMPT_" in kind and event.get("attemptId"):
            attempt = found.setdefault(event["attemptId"], _fresh(event))
            _take(attempt, event)
    attempts = [one for one in found.values() if one["kind"] in KINDS]
    last = max((one["finished"] or one["started"] or 0 for one in attempts), default=0)
    end = job["finished"] or last
    for one in attempts:
        one["finished"] = one["finished"] or max(end, one["started"] or 0)
        one["started"] = one["started"] or one["finished"]
    kept = telling(attempts)
    nodes = by_node(attempts)
    left_out = [f"{len(attempts) - len(kept):,} attempts"] if len(kept) < len(attempts) else []
    left_out += [f"{len(nodes) - MOST_NODES:,} nodes with less work"] if len(nodes) > MOST_NODES else []
    return {
        **job,
        "attempts": kept,
        "number": len(attempts),
        "nodes": nodes[:MOST_NODES],
        "locality": locality(attempts),
        **{kind: ranked(attempts, kind) for kind in KINDS},
        "left_out": f"Left out: {' and '.join(left_out)}." if left_out else "",
    }


def _fresh(event: Event) -> Attempt:
    return {
        "id": event["attemptId"].split("_", 3)[-1],
        "kind": str(event.get("taskType") or "").lower(),
        "state": "unfinished",
        "node": "",
        "locality": "",
        "started": None,
        "finished": None,
        "shuffled": None,
        "records": None,
        "keys": None,
        "bytes": None,
        "error": "",
    }


def _take(attempt: Attempt, event: Event) -> None:
    """Add what an event tells of an attempt: its start, or its end."""
    if event.get("startTime"):
        attempt["started"] = _seconds(event["startTime"])
        attempt["node"] = event.get("trackerName") or ""
        attempt["locality"] = event.get("locality") or ""
        return
    attempt["finished"] = _seconds(event.get("finishTime"))
    attempt["state"] = str(event.get("taskStatus") or event.get("status") or "unfinished").lower()
    attempt["node"] = attempt["node"] or event.get("hostname") or ""
    attempt["shuffled"] = _seconds(event.get("shuffleFinishTime"))
    if attempt["state"] != "succeeded":
        attempt["error"] = str(event.get("error") or "")[:ERROR_CHARACTERS]
    wanted = {counter: name for name, counter in COUNTERS.get(attempt["kind"], {}).items()}
    for group in (event.get("counters") or {}).get("groups") or []:
        for counter in group.get("counts") or []:
            if counter["name"] in wanted:
                attempt[wanted[counter["name"]]] = counter["value"]


def telling(attempts: t.Sequence[Attempt]) -> list[Attempt]:
    """Return the attempts that are told one by one, in the order of their starts."""
    failed = [one for one in attempts if one["state"] != "succeeded"][:MOST_FAILED]
    rest = sorted((one for one in attempts if one["state"] == "succeeded"), key=seconds, reverse=True)
    return sorted(failed + rest[: MOST_ATTEMPTS - len(failed)], key=lambda one: (one["started"], one["id"]))


def by_node(attempts: t.Iterable[Attempt]) -> list[dict[str, t.Any]]:
    """Return [{"name", "map", "reduce", "unsuccessful", "seconds"}]: attempts and the time they took, most first."""
    nodes: dict[str, dict[str, t.Any]] = {}
    for one in attempts:
        name = one["node"] or "unknown"
        node = nodes.setdefault(name, {"name": name, "map": 0, "reduce": 0, "unsuccessful": 0, "seconds": 0.0})
        node[one["kind"]] += 1
        node["unsuccessful"] += one["state"] != "succeeded"
        node["seconds"] = round(node["seconds"] + seconds(one), 3)
    return sorted(nodes.values(), key=lambda node: (-node["seconds"], node["name"]))


def locality(attempts: t.Iterable[Attempt]) -> dict[str, int]:
    """Return how many maps that succeeded ran on a node, or in a rack, of their data, by Hadoop's names of that."""
    found: dict[str, int] = {}
    for one in attempts:
        if one["kind"] == "map" and one["state"] == "succeeded" and one["locality"]:
            found[one["locality"]] = found.get(one["locality"], 0) + 1
    return found


def ranked(attempts: t.Iterable[Attempt], kind: str) -> dict[str, t.Any]:
    """Return {"number", "median_seconds", "longest_seconds", "records", "keys", "bytes", "slowest", "largest"} of what succeeded."""
    done = [one for one in attempts if one["kind"] == kind and one["state"] == "succeeded"]
    times = [seconds(one) for one in done]
    return {
        "number": len(done),
        "median_seconds": round(statistics.median(times), 3) if times else None,
        "longest_seconds": round(max(times), 3) if times else None,
        **{name: sum(one[name] or 0 for one in done) for name in ("records", "keys", "bytes")},
        "slowest": [_rank(one) for one in sorted(done, key=seconds, reverse=True)[:RANKED]],
        "largest": [_rank(one) for one in sorted(done, key=lambda one: one["records"] or 0, reverse=True)[:RANKED]],
    }


def _rank(one: Attempt) -> dict[str, t.Any]:
    return {**{key: one[key] for key in ("id", "node", "records", "keys", "bytes")}, "seconds": round(seconds(one), 3)}


def seconds(one: Attempt) -> float:
    """Return how long an attempt took."""
    return float(max(0.0, one["finished"] - one["started"]))


def _seconds(milliseconds: t.Any) -> float | None:
    return milliseconds / 1000 if milliseconds and milliseconds > 0 else None
