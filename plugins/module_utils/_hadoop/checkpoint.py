# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The NameNode's image: its edits merged into it while a cluster lives long, and saved before it stops.

Without this the edits grow for ever: a lone NameNode merges them at its own start only, which takes the longer.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
import typing as t
from dataclasses import dataclass, replace

from .._core.errors import OhmyError
from .._core.voice import say
from . import doors
from .node_folders import HADOOP_HOME
from .rest import Rest

# Hadoop's own defaults of dfs.namenode.checkpoint.period and .txns, which the NameNode goes by too: it refuses an image
# that comes earlier.
PERIOD, TXNS = 3600, 1_000_000
# A checkpoint leaves the beginning of the next segment of edits behind.
CLEAN = 2
# Fewer are merged in no time: not worth a process.
FEW = 1000
SECONDS = 1800
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
SECONDARY = "org.apache.hadoop.hdfs.server.namenode.SecondaryNameNode"
Conf = t.Mapping[str, str]


@dataclass(frozen=True)
class Edits:
    """How many transactions no image holds, the last one that an image holds, and when that was made (seconds since 1970)."""

    transactions: int
    image: int
    last: float

    def due(self, conf: Conf, now: float) -> bool:
        """Tell whether a checkpoint is due, by the properties that Hadoop's own checkpointers go by."""
        if self.transactions >= _number(conf.get("dfs.namenode.checkpoint.txns"), TXNS):
            return True
        return self.transactions >= FEW and now - self.last >= period(conf)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.strip().isdigit() else default


def period(conf: Conf) -> int:
    """Return dfs.namenode.checkpoint.period in seconds; it may have a unit."""
    found = re.fullmatch(r"(\d+)\s*([smhd]?)", conf.get("dfs.namenode.checkpoint.period", "").strip().lower())
    return int(found[1]) * UNITS[found[2]] if found else PERIOD


def look(conf: Conf) -> Edits:
    """Ask the NameNode; raise OhmyError where it does not answer."""
    namenode = Rest("The NameNode", *doors.namenode_address(conf))
    # Of its metrics the NameNode tells what they were up to ten seconds ago: what may have changed just now is asked of
    # the other bean.
    metrics, state = (namenode.namenode_bean(name) for name in ("FSNamesystem", "NameNodeInfo"))
    try:
        journal = json.loads(state["JournalTransactionInfo"])
        image = int(journal["MostRecentCheckpointTxId"])
        written = int(journal["LastAppliedOrWrittenTxId"])
        return Edits(written - image, image, float(metrics["LastCheckpointTime"]) / 1000)
    except (KeyError, TypeError, ValueError) as exc:
        raise OhmyError(
            "The NameNode does not tell of its edits.", "It may still be starting: run the same command again."
        ) from exc


def save(conf: Conf, safe: bool, command: t.Callable[[str], None]) -> Edits:
    """Have the NameNode save its image, for which HDFS takes no writes; return the edits that are left.

    :param safe: whether HDFS is in safe mode already, in which it is left then.
    :param command: runs ``hdfs dfsadmin`` with this option as HDFS's superuser; raises OhmyError where it fails.
    """
    if not safe:
        command("-safemode enter")
    try:
        command("-saveNamespace")
    finally:
        if not safe:
            command("-safemode leave")
    return replace(look(conf), last=time.time())


def main(run: t.Callable[..., t.Any] = subprocess.run) -> int:
    """Do the timer's work, as HDFS's superuser: merge the edits where that is due, by a process that ends then."""
    conf = doors.read_conf()
    before = look(conf)
    if not before.due(conf, time.time()):
        say(f"{before.transactions} edits since the last checkpoint: none is due")
        return 0
    command = [f"{HADOOP_HOME}/bin/hadoop", SECONDARY, "-checkpoint", "force"]
    try:
        ended = f"exit code {run(command, timeout=SECONDS, check=False).returncode}"
    except subprocess.TimeoutExpired:
        ended = f"it took more than {SECONDS} s"
    after = look(conf)
    say(f"checkpoint: {before.transactions} edits before, {after.transactions} after ({ended})")
    return 0 if after.image > before.image else 1
