# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why an application does not start or dies before its tasks: the ResourceManager's words."""

from __future__ import annotations

from .row import row
from .submit import BIG_TASKS

CAPABILITIES = (
    r"(?:[^<]*<memory:(?P<memory>\d+), vCores:(?P<cores>\d+)[^>]*>"
    r"[^<]*<memory:(?P<memory_most>\d+), vCores:(?P<cores_most>\d+))?"
)

APPLICATION = (
    row(
        "task-too-big", "application attempt",
        "a {kind} asks for more than any node has[: {memory} MB and {cores} cores, and the most is {memory_most} MB and"
        " {cores_most} cores]", BIG_TASKS, "config",
        r"The required (?P<kind>MAP|REDUCE) capability is more than" + CAPABILITIES,
        r"(?P<kind>REDUCE) capability required is more than" + CAPABILITIES,
    ),
    row(
        "no-nodemanager", "application follower", "no NodeManager is there to run the job",
        "A full disk makes a node unhealthy; see the hadoop-nodemanager units on the workers.", "no",
        r"cluster resource is empty",
    ),
    row(
        "waits-for-master", "application", "other jobs hold all places for application masters",
        "Wait for them, or kill one; yarn.scheduler.capacity.maximum-am-resource-percent says how many may run.", "wait",
        r"AM resource limit exceeded",
    ),
    row(
        "waits-for-room", "application", "no node has room yet for its application master",
        "Nodes that have just come are soon ready; where other jobs fill the cluster, wait for them, or use more workers.",
        "wait", r"waiting for resources to be assigned for AM",
    ),
    row(
        "master-starting", "application", "its application master is being started",
        "If it stays so, see the NodeManager's log on that node: it fetches files, or does not reach port 8030.", "wait",
        r"waiting for AM container to be launched|waiting for AM container to Register",
    ),
    row(
        "mapred-home-missing", "application", "the application master does not find Hadoop's classes",
        "HADOOP_MAPRED_HOME must stand in yarn.app.mapreduce.am.env, mapreduce.map.env and mapreduce.reduce.env.", "no",
        r"Could not find or load main class \S*MRAppMaster",
    ),
    row(
        "shuffle-service-missing", "application attempt", "a NodeManager runs without its shuffle service",
        "yarn.nodemanager.aux-services must be mapreduce_shuffle on every worker.", "no",
        r"auxService:mapreduce_shuffle does not exist",
    ),
    row(
        "side-file-changed", "application attempt", "{path} was overwritten while the job ran",
        "Give what changes another name; run the same command again.", "yes",
        r"Resource (?P<path>\S+) changed on src filesystem",
    ),
    row(
        "node-refused", "application container", "the ResourceManager refuses a node[: {node}]",
        "See the include and exclude files, and whether the node has the memory of the smallest container.", "no",
        r"Disallowed NodeManager nodeId: \S+ hostname: (?P<node>\S+)", r"Disallowed NodeManager from +(?P<node>[^,\s]+)",
        r"NodeManager from +(?P<node>\S+) doesn't satisfy minimum allocations",
    ),
    row(
        "node-disks-full", "application container", "the disks of a node are nearly full, so that it takes no tasks",
        "Use larger disks, or remove what is not needed; a disk counts as full at 90 %.", "config",
        r"local-dirs usable space is below configured utilization percentage",
    ),
    row(
        "property-no-number", "application attempt", "a property of the job must be a number, and is {value}",
        "Look for it in job_options.", "config", r"NumberFormatException: For input string: \"(?P<value>[^\"]*)\"",
    ),
    row(
        "killed-by-user", "application", "it was killed[ by the user {user}]", "Run the same command again.", "yes",
        r"was killed by user (?P<user>\S+)",
    ),
    row(
        "master-memory", "application",
        "its application master used more memory than its container has[: {used} of {limit}]",
        "Raise yarn.app.mapreduce.am.resource.mb in job_options; a small job runs its tasks in there too.", "config",
        r"AM Container for [\s\S]*?beyond the '\w+' memory limit\. Current usage: (?P<used>[\d.]+ ?\w+) of (?P<limit>[\d.]+ ?\w+)",
        r"AM Container for \S+ exited with\s+exitCode: -10[34]\b",
    ),
    row(
        "master-died", "application", "the application master ended with exit code {code}", "Its last words are below.",
        "no", r"AM Container for \S+ exited with\s+exitCode: (?P<code>-?\d+)",
    ),
)  # fmt: skip
