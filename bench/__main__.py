# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands: ``python -m bench [NAME …]`` measures rows, all without a name; ``python -m bench docs`` makes the page.

``ONLY`` in the environment names rows, too. Exit codes: 0, 1 where a row failed, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from . import record, table
from .context import ROOT, Context
from .measuring import measure
from .row import Row
from .rows import all_rows

PAGE, KEPT = ROOT / "docs/performance.md", ROOT / "bench/results.json"


def chosen(rows: t.Mapping[str, Row], names: t.Iterable[str]) -> list[Row]:
    """Return the rows of these names in the table's order, all where there is no name.

    :raises SystemExit: there is no row of a name; lists those that there are.
    """
    wanted = set(names)
    if unknown := sorted(wanted - set(rows)):
        sys.exit(f"There is no row {', '.join(unknown)}. There are: {', '.join(rows)}.")
    return [row for name, row in rows.items() if not wanted or name in wanted]


def require_checkout() -> None:
    """Refuse to measure another checkout's collection than this one, which is where results would be said to come from.

    :raises SystemExit: Ansible would find another one.
    """
    code = "import ansible_collections.ohmy.hadoop as found; print(list(found.__path__)[0])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=60)
    found = Path(done.stdout.strip() or "/").resolve()
    if found != ROOT:
        sys.exit(f"Ansible finds the collection in {found}, not in {ROOT}: make setup-dev links it.")


def run(rows: t.Iterable[Row], context: Context, path: Path = record.RECORDS) -> bool:
    """Measure rows and put each one's record into the file as it is done; tell whether none failed.

    Whatever ends it, what was brought up is taken down.
    """
    surroundings = record.surroundings()
    good = True
    try:
        for taken in measure(rows, context):
            record.merge(record.record(taken, surroundings), path)
            good = good and not taken.error
    finally:
        # Another Ctrl-C would leave containers.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        context.close()
        signal.signal(signal.SIGINT, before)
    return good


def make_page(rows: t.Mapping[str, Row], page: Path = PAGE, kept: Path = KEPT, measured: Path = record.RECORDS) -> None:
    """Keep the newest record of each row, and put their table into the page."""
    records = record.newest(record.load(kept), record.load(measured))
    records = {name: one for name, one in records.items() if name in rows}
    record.save(records, kept)
    page.write_text(table.put_into(page.read_text("utf-8"), table.in_page(rows.values(), records)), "utf-8")


def main(words: t.Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows to measure, or docs")
    names = parser.parse_args(words).names or os.environ.get("ONLY", "").replace(",", " ").split()
    rows = all_rows()
    if names == ["docs"]:
        make_page(rows)
        return 0
    wanted = chosen(rows, names)
    # What ends other commands is to leave no containers either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if os.geteuid() != 0:
        sys.exit("The local cloud makes containers, a network and firewall rules: run it as root.")
    require_checkout()
    began = time.monotonic()
    context = Context(
        ROOT / "build/bench/rows", lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)
    )
    try:
        good = run(wanted, context)
    except KeyboardInterrupt:
        print("Interrupted; rows that were done are kept.", file=sys.stderr)
        return 130
    print("\n" + table.in_terminal(wanted, record.load()))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
