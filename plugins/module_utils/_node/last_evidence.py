# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a node brings to S3 before it powers off at the end of its lease; bounded in size and in time."""

from __future__ import annotations

import os
import socket
import time
import typing as t

from .._core import cluster_keys
from .._hadoop import evidence, jobs
from .._hadoop.doors import CONF_DIR, open_doors, read_conf
from .._hadoop.jobdir import ROOT, JobDir
from .._hadoop.node_folders import LOG_DIR
from .imds import Imds
from .s3 import S3

# In memory: the disk may be full.
SPOOL = "/run/ohmy-evidence.tar.gz"
SECONDS = 60.0
ROOM = 16 << 20
PATIENCE = 20  # seconds for each question to the metadata service
# Nobody asks again: more than the lease takes, and all in all within the unit's TimeoutStartSec, after which the node ends without.
TRIES = 4
JOBS = 20
CONTAINER_FILES = 40
CONTAINER_BYTES = 64 << 10


def key(document: t.Mapping[str, t.Any], instance: str, now: float | None = None) -> str:
    """Return the key under which a node's evidence lies."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    return f"{cluster_keys.evidence(document['s3']['prefix'])}{instance}/{stamp}.tar.gz"


def save(document: t.Mapping[str, t.Any]) -> str:
    """Collect and bring it; return what came of it in one line. Never raises: nothing may keep the node alive."""
    try:
        imds = Imds(limit=PATIENCE)
        store = S3.from_document(document, credentials=imds, attempts=TRIES)
        found = collect(SPOOL, str(document.get("role")))
        at = key(document, imds.get("meta-data/instance-id").strip())
        with open(SPOOL, "rb") as stream:
            store.put(at, stream.read())
        return f"{len(found)} last logs lie in s3://{store.bucket}/{at}"
    except Exception as exc:  # pylint: disable=broad-exception-caught  # whatever it is, the node ends
        return f"the last logs could not be brought to S3: {exc}"


def collect(
    path: str,
    role: str,
    limit: float = SECONDS,
    root: str = ROOT,
    log_dir: str = LOG_DIR,
    conf_dir: str = CONF_DIR,
) -> list[str]:
    """Write ``path``, a tar.gz, in about ``limit`` seconds; return the names of the files in it."""
    host = socket.gethostname()
    with evidence.filled(path, limit, ROOM) as found:
        if role == "master":
            found.attempt("the jobs", lambda: _jobs(found, root))
            found.attempt(
                "the state of the cluster",
                lambda: evidence.cluster(found, open_doors(conf_dir, timeout=evidence.HTTP_SECONDS)),
            )
        found.attempt("the logs of the daemons", lambda: evidence.daemons(found, log_dir, host))
        found.attempt("the journal", lambda: evidence.journal(found, host))
        found.attempt("the logs of containers", lambda: _containers(found, read_conf(conf_dir), host))
    return found.entries


def _jobs(found: evidence.Evidence, root: str) -> None:
    known = [JobDir.of(name, root) for name in jobs.known_jobs(root)]
    for folder in sorted(known, key=lambda one: os.path.getmtime(one.path), reverse=True)[:JOBS]:
        evidence.job_files(found, folder, f"jobs/{os.path.basename(folder.path)}")


def _containers(found: evidence.Evidence, conf: t.Mapping[str, str], host: str) -> None:
    """Add the ends of the newest logs of containers that ran on this node; those of jobs that ended are in HDFS."""
    folders = [folder.strip() for folder in conf.get("yarn.nodemanager.log-dirs", "").split(",") if folder.strip()]
    paths = [os.path.join(at, name) for folder in folders for at, _folders, names in os.walk(folder) for name in names]
    logs = [path for path in paths if os.path.basename(path).startswith(evidence.LOGS) and os.path.getsize(path)]
    for path in sorted(logs, key=os.path.getmtime, reverse=True)[:CONTAINER_FILES]:
        name = "/".join(path.split("/")[-3:])  # application, container, file
        found.add(f"{host}/containers/{name}", evidence.tail(path, CONTAINER_BYTES))
