# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the verbs of the node bundle do."""

from __future__ import annotations

import argparse
import contextlib
import os
import time
import traceback
import typing as t

from .._core import cluster_keys
from .._core.errors import OhmyError
from .._core.voice import say
from .._hadoop import checkpoint
from . import documents, facts, lease, report, spot
from .converge import converge
from .imds import Imds
from .s3 import S3

# Seconds for a route to come up at boot, and for volumes to be attached.
PATIENCE = 120


def reporter(document: t.Mapping[str, t.Any]) -> report.Reporter | None:
    """Return the reporter of a node that has S3, else None."""
    if not document.get("s3"):
        return None
    instance = Imds().get("meta-data/instance-id").strip()
    return report.Reporter(S3.from_document(document), document["s3"]["prefix"], instance)


@contextlib.contextmanager
def told(voice: report.Reporter | None) -> t.Iterator[None]:
    """Report whatever goes wrong inside, then let it go on; a report that fails hides nothing."""
    try:
        yield
    except Exception as exc:
        lines = exc.details.get("lines", []) if isinstance(exc, OhmyError) else traceback.format_exc().splitlines()
        try:
            if voice is not None:
                voice.failed(str(exc) or type(exc).__name__, lines)
        except OhmyError as silent:
            say(f"the failure could not be reported: {silent}")
        raise


def boot(s3: S3, prefix: str, role: str) -> int:
    """Do the first boot: publish the host key, fetch the document, converge to it."""
    started = time.monotonic()
    voice = report.Reporter(s3, prefix, Imds().get("meta-data/instance-id").strip())
    with told(voice):
        voice.host_keys()
        document = documents.parse(s3.get(cluster_keys.document(prefix, role)))
        return apply(document, voice, started)


def apply(document: dict[str, t.Any], voice: report.Reporter | None, started: float) -> int:
    """Converge and report that the document was reached."""
    want, todo, _pending = converge(document, facts.gather(document, PATIENCE), patience=PATIENCE)
    body = {
        "seconds": round(time.monotonic() - started, 1),
        "steps": len(todo.steps),
        "address": want.facts.address,
        "memory": want.facts.memory,
        "cores": want.facts.cores,
        "containers": want.room.containers,
        "disks": want.disks.rows(),
        "warnings": want.disks.warnings,
    }
    for text in want.disks.warnings:
        say(text)
    say(f"converged in {body['seconds']} s: {documents.digest(document)}")
    if voice is not None:
        voice.reached(documents.digest(document), body)
    return 0


def apply_from_disk() -> int:
    """Converge to the document on disk; what happens at each boot."""
    started = time.monotonic()
    document = documents.load()
    voice = reporter(document)
    with told(voice):
        return apply(document, voice, started)


def report_failure() -> int:
    """Report the unit that failed; what OnFailure= of each unit calls."""
    voice = reporter(documents.load())
    names = sorted(name for name in os.listdir("/etc/systemd/system") if name.startswith(("hadoop-", "ohmy-node")))
    found = report.failed_units(names)
    if voice is not None and found is not None:
        voice.failed(*found)
    return 0


def work(args: argparse.Namespace) -> int:
    """Do what the verb says; return the exit code.

    :raises OhmyError: it cannot be done.
    """
    if args.verb == "boot":
        documents.require_role(args.role)
        return boot(S3(args.endpoint, args.region, args.bucket, args.path_style), args.prefix, args.role)
    if args.verb == "apply":
        return apply_from_disk()
    if args.verb == "report":
        return report_failure()
    if args.verb == "spot":
        spot.watch(reporter(documents.load()))
        return 0
    if args.verb == "lease":
        say(lease.check(documents.load()))
        return 0
    if args.verb == "checkpoint":
        return checkpoint.main()
    raise OhmyError(f"The verb {args.verb} does nothing.", "This is a defect of the collection.")
