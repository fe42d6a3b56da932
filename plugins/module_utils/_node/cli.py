# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The verbs of the node bundle."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
import typing as t

from .._core.errors import OhmyError
from . import documents, facts, lease, report
from .converge import converge
from .imds import Imds
from .s3 import S3
from .system import make_users, write_file


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="node.pyz", description="What runs on a node of the cluster.")
    verbs = top.add_subparsers(dest="verb", required=True)
    first = verbs.add_parser("boot", help="first boot: publish the host key, fetch the document, converge")
    for name in ("bucket", "prefix", "endpoint", "region"):
        first.add_argument(f"--{name}", required=True)
    first.add_argument("--role", choices=("master", "worker"), required=True)
    first.add_argument("--path-style", action="store_true")
    verbs.add_parser("apply", help="converge to the document on disk")
    verbs.add_parser("report", help="report the unit that failed")
    verbs.add_parser("lease", help="read the lease; arm its timer anew or power off")
    verbs.add_parser("follow", help="follow a job").add_argument("job_dir")
    return top


def reporter(document: t.Mapping[str, t.Any]) -> report.Reporter | None:
    """Return the reporter of a node that has S3, else None."""
    if not document.get("s3"):
        return None
    instance = Imds().get("meta-data/instance-id").strip()
    return report.Reporter(S3.from_document(document), document["s3"]["prefix"], instance)


def boot(bucket: str, prefix: str, endpoint: str, region: str, role: str, path_style: bool) -> int:
    """Do the first boot: publish the host key, fetch the document, converge to it."""
    started = time.monotonic()
    s3 = S3(endpoint, region, bucket, path_style)
    voice = report.Reporter(s3, prefix, Imds().get("meta-data/instance-id").strip())
    voice.host_keys()
    try:
        document = documents.check(json.loads(s3.get(f"{prefix}documents/{role}.json")))
        make_users()
        write_file(f"/{documents.WANTED}", json.dumps(document, sort_keys=True).encode(), 0o640, "hadoop")
    except OhmyError as exc:
        voice.failed(str(exc), [])
        raise
    return apply(document, voice, started)


def apply(document: dict[str, t.Any], voice: report.Reporter | None, started: float) -> int:
    """Converge and report how it ended."""
    try:
        todo = converge(document, facts.gather(document))
    except Exception as exc:
        lines = exc.details.get("lines", []) if isinstance(exc, OhmyError) else traceback.format_exc().splitlines()
        if voice is not None:
            voice.failed(str(exc) or type(exc).__name__, lines)
        raise
    seconds = round(time.monotonic() - started, 1)
    print(f"ohmy: converged in {seconds} s: {', '.join(map(str, todo.steps)) or 'nothing to do'}", flush=True)
    if voice is not None:
        voice.reached(documents.digest(document), {"seconds": seconds, "steps": len(todo.steps)})
    return 0


def report_failure() -> int:
    """Report the unit that failed; what OnFailure= of each unit calls."""
    voice = reporter(documents.load())
    names = sorted(name for name in os.listdir("/etc/systemd/system") if name.startswith(("hadoop-", "ohmy-node")))
    found = report.failed_units(names)
    if voice is not None and found is not None:
        voice.failed(*found)
    return 0


def main(argv: t.Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is 0, or 1 after one line that says what is wrong."""
    args = parser().parse_args(argv)
    try:
        if args.verb == "boot":
            return boot(args.bucket, args.prefix, args.endpoint, args.region, args.role, args.path_style)
        if args.verb == "apply":
            document = documents.load()
            return apply(document, reporter(document), time.monotonic())
        if args.verb == "report":
            return report_failure()
        if args.verb == "lease":
            print(lease.check(documents.load()), flush=True)
            return 0
        from .._hadoop import follower

        return follower.main(args.job_dir) or 0
    except OhmyError as exc:
        print(f"ohmy: {exc}", file=sys.stderr, flush=True)
        return 1
