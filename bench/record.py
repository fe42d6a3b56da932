# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a measured row: a record, plain data; and the file of all records."""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import typing as t
from pathlib import Path

from .context import ROOT
from .measuring import Taken
from .row import Row

# {"row", "what", "against", "unit", "goal": {"must", "stretch", "absolute"}, "ours": [number], "theirs": [number] | None,
# "values": [number], "median", "lowest", "highest", "verdict", "seconds", "commit", "dirty", "date", "machine"};
# of a row that failed "error" in place of all from "ours" to "verdict". Values are ratios, or ours where the goal is absolute.
Record = dict[str, t.Any]
RECORDS = ROOT / "build/bench/results.json"
SCHEMA = 1


def verdict(row: Row, value: float) -> str:
    """Return what a value has reached: ``stretch``, ``reached`` or ``missed``."""
    if row.goal.stretch is not None and value <= row.goal.stretch:
        return "stretch"
    return "reached" if value <= row.goal.must else "missed"


def record(taken: Taken, surroundings: Record) -> Record:
    """Return the record of what came of a row.

    :param surroundings: as ``surroundings`` returns them.
    """
    row = taken.row
    goal = {"must": row.goal.must, "stretch": row.goal.stretch, "absolute": row.goal.absolute}
    known = {"row": row.name, "what": row.what, "against": row.against, "unit": row.unit, "goal": goal}
    about = {"seconds": round(taken.seconds, 1), **surroundings}
    if taken.error:
        return {**known, "error": taken.error, **about}
    ours = [_six(pair.ours) for pair in taken.pairs]
    theirs = None if row.goal.absolute else [_six(t.cast(float, pair.theirs)) for pair in taken.pairs]
    values = ours if theirs is None else [_six(one / other) for one, other in zip(ours, theirs)]
    median = statistics.median(values)
    found = {"median": median, "lowest": min(values), "highest": max(values), "verdict": verdict(row, median)}
    return {**known, "ours": ours, "theirs": theirs, "values": values, **found, **about}


def _six(value: float) -> float:
    """Return a value with six digits that count."""
    return float(f"{value:.6g}")


def surroundings() -> Record:
    """Return what commit is measured, on which machine, and when."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "commit": _git("rev-parse", "HEAD"),
        "dirty": bool(_git("status", "--porcelain")),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "processors": os.cpu_count(),
            "memory_gib": round(memory, 1),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
    }


def _git(*words: str) -> str:
    # As root, git would refuse somebody else's checkout.
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def load(path: Path = RECORDS) -> dict[str, Record]:
    """Return the records of a file by row, none where there is no file.

    :raises SystemExit: it is of another form.
    """
    if not path.exists():
        return {}
    found = json.loads(path.read_text("utf-8"))
    if found.get("schema") != SCHEMA:
        sys.exit(f"{path} is of another form: remove it and measure again.")
    return t.cast("dict[str, Record]", found["rows"])


def save(rows: t.Mapping[str, Record], path: Path = RECORDS) -> None:
    """Write records, sorted by row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"schema": SCHEMA, "rows": dict(sorted(rows.items()))}, indent=1)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text + "\n", "utf-8")
    part.replace(path)


def merge(new: Record, path: Path = RECORDS) -> None:
    """Put the record of one row into the file; those of others stay as they are."""
    save({**load(path), new["row"]: new}, path)


def newest(*files: t.Mapping[str, Record]) -> dict[str, Record]:
    """Return of each row the record that was made last."""
    found: dict[str, Record] = {}
    for records in files:
        for name, one in records.items():
            if name not in found or one["date"] > found[name]["date"]:
                found[name] = one
    return found
