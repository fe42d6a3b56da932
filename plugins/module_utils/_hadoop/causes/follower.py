# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the collection itself finds and says in its own words; nothing is looked for in a text."""

from __future__ import annotations

from .row import row

AGAIN = "Run the same command again."

FOLLOWER = (
    row(
        "application-forgotten", "follower", "YARN has forgotten the job: its ResourceManager was restarted", AGAIN, "yes"),
    row(
        "no-room", "follower", "YARN found no room for the job though nothing else runs",
        "Ask for less in job_map_memory and job_reduce_memory, or take larger instances.", "config"),
    row("daemon-unreachable", "follower", "one of Hadoop's daemons on the master does not answer",
        "See whether its unit runs and whether its memory sufficed: systemctl status 'hadoop-*' on the master.", "wait"),
    row("client-too-slow", "follower", "Hadoop's client did not come back in time", "See client.log in the evidence.", "wait"),
    row("output-incomplete", "follower", "the job succeeded, but its output in HDFS is not whole", AGAIN, "yes"),
    row("copy-incomplete", "follower", "files are missing in the target, or differ from their sources",
        "Did somebody write to the source? Run the same task again.", "yes"),
    row("copy-strangers", "follower", "the target holds files that the source has not",
        "Were they removed from the source? Remove them, or name another target.", "no"),
    row("stopped", "follower", "its time was up, or nobody watched it and on_disconnect is kill", AGAIN, "no"),
    row("refused", "follower", "the collection refused it, and says why", "The message says what to do.", "no"),
    row("defect", "follower", "the follower ended by a defect of its own",
        "See journalctl -u 'ohmy-follow@*' on the master.", "no"),
    row("unknown", "follower", "nothing that is known here says why",
        "Its last words are shown; all logs are in the evidence.", "no"),
)  # fmt: skip
