# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet and one life of a cluster in it, verb by verb, with the AWS requests that each verb took."""

from __future__ import annotations

import collections
import configparser
import json
import math
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import health, health_look
from tests.end_to_end.support import BIN
from tests.faults.paper import BUCKET, Paper

NAME = "demo"
MORE = 10  # workers that come and leave again
Calls = t.Counter[str]
#: Instances, objects or ids that one request is about at most, where more of them take more requests.
BATCHES = {"ec2:RunInstances": 100, "ec2:TerminateInstances": 1000, "s3:DeleteObject": 1000}
#: What is asked again until something is so, and what comes in pages of a thousand.
POLLS_AND_PAGES = frozenset({"ec2:DescribeInstances", "s3:ListBucket"})
#: The questions of a launch before it makes anything, and what the profile takes that it makes.
PREFLIGHT = (
    "DryRun:",
    "servicequotas:",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcEndpoints",
)
PROFILE = "iam:"


class Keys:
    """The administrator's keys, in place of those that a node's metadata service has."""

    def __init__(self, config: Path) -> None:
        parser = configparser.ConfigParser()
        parser.read(config)
        self._section = parser["profile localcloud"]

    def keys(self) -> tuple[str, str, str]:
        """Return them as a node's are: access, secret, no token."""
        return self._section["aws_access_key_id"], self._section["aws_secret_access_key"], ""


class Fleet(Paper):
    """A simulated fleet of the tests' own."""

    def counted(self, work: t.Callable[[], t.Any]) -> tuple[t.Any, Calls]:
        """Do something; return what it returned and the requests that EC2 did not throttle, by action."""
        self.plan({"action": "*", "how": "noted"})
        result = work()
        calls = collections.Counter(line.split()[1] for line in self.met())
        self.clear()
        return result, calls

    def throttled(self) -> int:
        """Return how many requests EC2 refused so far as there were too many."""
        return (self.state / "server.log").read_text().count("RequestLimitExceeded")

    def info(self) -> dict[str, t.Any]:
        """Describe the cluster with all that costs requests."""
        told: dict[str, t.Any] = {"name": NAME, "reports": True, "access": True, "costs": True}
        told["state_dir"] = str(self.home / "state")
        result = self.module("ec2_cluster_info", told).result()
        assert not result.get("failed"), result
        return dict(result["clusters"][0])

    def inventory(self, folder: Path) -> dict[str, t.Any]:
        """Return the inventory of all clusters, as ``ansible-inventory`` tells it."""
        source = folder / "all.ohmy_hadoop.yml"
        source.write_text(f"plugin: ohmy.hadoop.ec2_cluster\nprivate_key: {self.key}\n")
        argv = [str(BIN / "ansible-inventory"), "-i", str(source), "--list"]
        done = subprocess.run(argv, env=self.env, check=True, capture_output=True, text=True, timeout=300)
        return dict(json.loads(done.stdout))

    def health(self, nodes: t.Sequence[dict[str, str]], prefix: str, folder: Path) -> dict[str, t.Any]:
        """Take one look at a cluster, as its master would, whose files are laid into a folder."""
        document = folder / "etc/ohmy/document.json"
        document.parent.mkdir(parents=True, exist_ok=True)
        endpoint = self.client("s3").meta.endpoint_url
        where = {"endpoint": endpoint, "region": "us-east-1", "bucket": BUCKET, "path_style": True, "prefix": prefix}
        document.write_text(json.dumps({"s3": where}))
        keys = Keys(self.state / "aws-config")
        return health.evaluate(nodes, health_look.look_at_cluster(nodes, str(folder), keys))


def life(fleet: Fleet, workers: int, folder: Path) -> dict[str, Calls]:
    """Let a cluster live and end, and require that each verb does what it is for; return the requests by verb."""
    calls: dict[str, Calls] = {}

    def take(verb: str, work: t.Callable[[], t.Any]) -> t.Any:
        result, calls[verb] = fleet.counted(work)
        return result

    made = take("launch", lambda: fleet.well("present", workers=workers))["cluster"]
    assert (made["state"], len(made["workers"])) == ("running", workers)
    assert take("launch again", lambda: fleet.well("present", workers=workers))["changed"] is False
    hosts = take("inventory", lambda: fleet.inventory(folder))["_meta"]["hostvars"]
    assert len(hosts) == workers + 1
    told = take("describe", fleet.info)
    assert [one["report"] for one in told["reports"]] == ["reached"] * (workers + 1)
    look = take("health", lambda: fleet.health(made["nodes"], made["prefix"], folder))
    assert look["ready"] and look["summary"] == f"DataNodes {workers}/{workers}, NodeManagers {workers}/{workers}", look
    grown = take("grow", lambda: fleet.well("present", workers=workers + MORE))["cluster"]
    assert len(grown["workers"]) == workers + MORE
    leaving = [one["instance_id"] for one in grown["workers"][-MORE:]]
    left = take("shrink", lambda: fleet.well("present", workers=workers, leaving=leaving))["cluster"]
    assert len(left["workers"]) == workers and not {one["instance_id"] for one in left["workers"]} & set(leaving)
    look = fleet.health(left["nodes"], left["prefix"], folder)
    assert look["ready"] and len(look["datanodes"]) == workers, look
    take("terminate", lambda: fleet.well("absent"))
    return calls


def without_size(calls: Calls, verb: str, workers: int) -> Calls:
    """Return the requests without polls, pages, and the batches after the first."""
    sizes = {
        "ec2:RunInstances": workers if verb == "launch" else 0,
        "ec2:TerminateInstances": workers + 1 if verb == "terminate" else 0,
        "s3:DeleteObject": calls["s3:DeleteObject"] * BATCHES["s3:DeleteObject"] if verb == "terminate" else 0,
    }
    found = collections.Counter({name: count for name, count in calls.items() if name not in POLLS_AND_PAGES})
    for name, size in sizes.items():
        found[name] -= max(0, math.ceil(size / BATCHES[name]) - 1)
    return +found


def of_launch(calls: Calls, workers: int, whole: bool) -> int:
    """Return how many requests a launch took, objects in S3 and all that grows with its size apart.

    :param whole: with profile and preflight.
    """
    counted = without_size(calls, "launch", workers)
    counted["ec2:DescribeInstances"] = 2 if whole else 1  # the cluster's own, and the quota's of the whole account
    apart = () if whole else (*PREFLIGHT, PROFILE)
    return sum(count for name, count in counted.items() if not name.startswith(("s3:", *apart)))
