# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The verbs of the node bundle.

Each imports what it needs and no more: a zip keeps nothing compiled, and whoever waits for a job looks every few seconds.
"""

from __future__ import annotations

import argparse
import typing as t

from .._core.errors import OhmyError
from .._core.voice import say


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="node.pyz", description="What runs on a node of the cluster.")
    known = top.add_subparsers(dest="verb", required=True)
    first = known.add_parser("boot", help="first boot: publish the host key, fetch the document, converge")
    for name in ("bucket", "prefix", "endpoint", "region"):
        first.add_argument(f"--{name}", required=True)
    first.add_argument("--role", required=True)
    first.add_argument("--path-style", action="store_true")
    known.add_parser("apply", help="converge to the document on disk")
    known.add_parser("report", help="report the unit that failed")
    known.add_parser("lease", help="read the lease; arm its timer anew or power off")
    known.add_parser("spot", help="wait for the notice that EC2 takes this instance back")
    known.add_parser("checkpoint", help="merge the NameNode's edits into its image where that is due")
    look = known.add_parser(
        "look", help="give a job a sign of life, wait for news of it, and print what is known of it"
    )
    look.add_argument("job")
    look.add_argument("--wait", type=int, default=0, help="seconds, at most")
    look.add_argument("--known", help="the digest of what is known already")
    known.add_parser("follow", help="follow a job").add_argument("job_dir")
    return top


def main(argv: t.Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is 0, or 1 after one line that says what is wrong."""
    args = parser().parse_args(argv)
    try:
        if args.verb == "look":
            from .._hadoop import job_look

            return job_look.main(args.job, args.wait, args.known)
        if args.verb == "follow":
            from .._hadoop import follower

            return follower.main(args.job_dir)
        from . import verbs

        return verbs.work(args)
    except OhmyError as exc:
        for line in exc.details.get("lines", []):
            say(line)
        say(str(exc))
        return 1
