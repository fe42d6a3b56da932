# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""How many replicas the files in HDFS ask for, and which of their blocks lack some: the NameNode's own file check.

It is asked over HTTP, as ``hdfs fsck`` does, and read line by line: there may be millions of files.
"""

from __future__ import annotations

import http.client
import re
import typing as t
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from .rest import Answer, Rest, query

FILE = re.compile(r"(?P<path>/.*) \d+ bytes, replicated: replication=(?P<replication>\d+), \d+ block\(s\):")
LACKING = re.compile(r"Target Replicas is (?P<target>\d+) but found (?P<found>\d+) live replica\(s\)")
# A block with the places of its replicas, each of which ends with its state.
BLOCK = re.compile(r"\d+\. (?P<block>\S+) len=\d+ +(?P<told>MISSING!|Live_repl=.*)")
PLACE = re.compile(r"DatanodeInfoWithStorage\[(?P<address>[^\[\]]+):\d+,[^\]]*\]\((?!CORRUPT\))")
END = "The filesystem under path "
EXAMPLES = 3
# What a job needs of its own while it runs asks for more replicas than data does, and goes with the job.
TRANSIENT = ("/.staging/", "/.snapshot/")
SECONDS = 120.0


@dataclass
class Check:
    """What the check found; ``replications`` tells how many files ask for so many replicas, and names some."""

    replications: dict[int, int] = field(default_factory=dict)
    examples: dict[int, list[str]] = field(default_factory=dict)
    # (replicas wanted, replicas there) of each block that lacks some.
    lacking: list[tuple[int, int]] = field(default_factory=list)
    # Blocks without a replica on a live node, and whether the check came to its end.
    lost: int = 0
    whole: bool = False

    def curable(self, datanodes: int) -> int:
        """Return how many blocks lack replicas for which there are DataNodes."""
        return sum(found < min(target, datanodes) for target, found in self.lacking)


def read(lines: t.Iterable[str], live: t.Collection[str] | None = None) -> Check:
    """Return what the lines of a check with ``files=1`` tell; with ``live`` nodes, of each block's places too."""
    check = Check()
    lost = set()
    for line in lines:
        if live is not None and (found := BLOCK.match(line)):
            if not any(place in live for place in PLACE.findall(found["told"])):
                lost.add(found["block"])
            continue
        check.whole = check.whole or line.startswith(END)
        if (match := FILE.match(line)) and not any(part in match["path"] for part in TRANSIENT):
            wanted = int(match["replication"])
            check.replications[wanted] = check.replications.get(wanted, 0) + 1
            names = check.examples.setdefault(wanted, [])
            if len(names) < EXAMPLES:
                names.append(match["path"])
        for target, there in LACKING.findall(line):
            check.lacking.append((int(target), int(there)))
    check.lost = len(lost)
    return check


def look(master: str, live: t.Collection[str] | None = None) -> Check:
    """Run the check on the NameNode at this address.

    :param live: the addresses of the live DataNodes, where blocks are looked for that have no replica on any of them. The
        NameNode's own number of missing blocks leaves those out of which it believes a copy under way, and for a while
        those of a node that has just died.
    :raises OhmyError: it does not answer, refuses, or does not come to its end where ``live`` is given.
    """
    asked = {"ugi": "hdfs", "user.name": "hdfs", "path": "/", "files": 1}
    if live is not None:
        asked.update(blocks=1, replicadetails=1, openforwrite=1, includeSnapshots=1)
    namenode = Rest("The NameNode", master, 9870, SECONDS)
    connection = namenode.connect()
    try:
        connection.request("GET", "/fsck" + query(asked))
        response = connection.getresponse()
        if response.status >= 400:
            raise namenode.refused(Answer(response.status, response.read()), "the check of /")
        check = read((line.decode("utf-8", "replace") for line in response), live)
    except (OSError, http.client.HTTPException) as exc:
        raise namenode.unreachable(exc) from exc
    finally:
        connection.close()
    if live is not None and not check.whole:
        raise OhmyError(
            "The NameNode's check of all files did not end: which blocks would be lost is not known.",
            "Run the same command again; hdfs fsck / on the master tells more.",
        )
    return check
