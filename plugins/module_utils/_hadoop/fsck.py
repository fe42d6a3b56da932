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

from .rest import Answer, Rest, query

FILE = re.compile(r"(?P<path>/.*) \d+ bytes, replicated: replication=(?P<replication>\d+), \d+ block\(s\):")
LACKING = re.compile(r"Target Replicas is (?P<target>\d+) but found (?P<found>\d+) live replica\(s\)")
EXAMPLES = 3
# What a job needs of its own while it runs asks for more replicas than data does, and goes with the job.
TRANSIENT = "/.staging/"
SECONDS = 120.0


@dataclass
class Check:
    """What the check found; ``replications`` tells how many files ask for so many replicas, and names some."""

    replications: dict[int, int] = field(default_factory=dict)
    examples: dict[int, list[str]] = field(default_factory=dict)
    # (replicas wanted, replicas there) of each block that lacks some.
    lacking: list[tuple[int, int]] = field(default_factory=list)

    def curable(self, datanodes: int) -> int:
        """Return how many blocks lack replicas for which there are DataNodes."""
        return sum(found < min(target, datanodes) for target, found in self.lacking)


def read(lines: t.Iterable[str]) -> Check:
    """Return what the lines of a check with ``files=1`` tell."""
    check = Check()
    for line in lines:
        if (match := FILE.match(line)) and TRANSIENT not in match["path"]:
            wanted = int(match["replication"])
            check.replications[wanted] = check.replications.get(wanted, 0) + 1
            names = check.examples.setdefault(wanted, [])
            if len(names) < EXAMPLES:
                names.append(match["path"])
        for target, found in LACKING.findall(line):
            check.lacking.append((int(target), int(found)))
    return check


def look(master: str, path: str = "/") -> Check:
    """Run the check on the NameNode at this address.

    :raises OhmyError: it does not answer, or refuses.
    """
    namenode = Rest("The NameNode", master, 9870, SECONDS)
    connection = namenode.connect()
    try:
        connection.request("GET", "/fsck" + query({"ugi": "hdfs", "user.name": "hdfs", "path": path, "files": 1}))
        response = connection.getresponse()
        if response.status >= 400:
            raise namenode.refused(Answer(response.status, response.read()), f"the check of {path}")
        return read(line.decode("utf-8", "replace") for line in response)
    except (OSError, http.client.HTTPException) as exc:
        raise namenode.unreachable(exc) from exc
    finally:
        connection.close()
