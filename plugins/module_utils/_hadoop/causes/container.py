# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why YARN ended a container from outside: its exit status, and the NodeManager's words.

The status is looked for as a line ``exit status N``; -105 (killed by its master) and -107 (after the end of the application)
are what YARN does to any container, and so no cause.
"""

from __future__ import annotations

from .row import row

MEMORY_HINT = "Python lives outside the Java heap: raise job_map_memory or job_reduce_memory, or keep less in memory."
USED = r"Current usage: (?P<used>[\d.]+ ?\w+) of (?P<limit>[\d.]+ ?\w+)"

CONTAINER = (
    row(
        "task-memory-physical", "attempt container application",
        "it used more memory than its container has[, {used} of {limit},] and was killed", MEMORY_HINT, "config",
        r"beyond the 'PHYSICAL' memory limit\. " + USED, r"running beyond physical memory limits", r"^exit status -104$",
    ),
    row(
        "task-memory-virtual", "attempt container application",
        "it used more virtual memory than its container has and was killed",
        "Programs with many threads or mapped files do: set yarn.nodemanager.vmem-check-enabled to false, "
        "as nodes of this collection have it.", "config",
        r"beyond the 'VIRTUAL' memory limit", r"running beyond virtual memory limits", r"^exit status -103$",
    ),
    row(
        "node-memory", "attempt container", "the node had no memory left and killed it",
        "Run the same command again, or take larger instances.", "yes", r"killed by elastic cgroups OOM handler",
    ),
    row(
        "task-log-limit", "attempt container", "it wrote too much to stderr and was killed",
        "Write less there: a line for each record is too much.", "no",
        r"beyond the container (?:single|total) log directory limit", r"^exit status -109$",
    ),
    row(
        "node-lost", "attempt container application", "its node was lost[: {node}]", "Run the same command again.", "yes",
        r"ran on unusable node (?P<node>[^\s.:]+(?:\.[^\s.:]+)*)", r"Container released on a \*lost\* node",
        r"^exit status -100$",
    ),
    row(
        "node-unreachable", "attempt", "its node could not be reached[: {node}]",
        "Run the same command again; where it fails so again, see whether the nodes find each other's names and addresses.",
        "yes",
        r"Container launch failed for \S+ : [^\n]*?UnknownHostException: (?P<node>[\w-]+(?:\.[\w-]+)*)",
        r"Container launch failed for \S+ : [^\n]*?(?:Call From|No Route to Host from) [^\n]*? to (?P<node>[\w-]+(?:\.[\w-]+)*):\d+ failed",
    ),
    row(
        "container-preempted", "attempt container application", "YARN took its container back for another job",
        "Run the same command again, when the cluster has more room.", "yes",
        r"Container preempted by scheduler", r"^exit status -102$",
    ),
    row(
        "container-killed-by-master", "container", "the ResourceManager killed its container",
        "See its log in the evidence; run the same command again.", "yes", r"^exit status -106$",
    ),
    row(
        "container-killed-by-scheduler", "container", "the node's scheduler killed its container to make room",
        "Run the same command again.", "yes", r"^exit status -108$",
    ),
)  # fmt: skip
