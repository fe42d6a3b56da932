# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Jobs on the master as the modules handle them: write one, start its follower, look at it, forget it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import subprocess
import time
import typing as t

from .._core.errors import OhmyError
from .jobdir import ENDED, ROOT, JobDir, fresh_status
from .streaming_options import NOT_IDENTITY as OPTIONS
from .webhdfs import WebHdfs

USER = "hadoop"
LOOK_PAUSE = 0.2
# Nobody needs to know more often how far a job is; each look costs the master a module run, which its tasks feel.
PROGRESS = ("progress", "counters")
PROGRESS_SECONDS = 3.0
SYSTEMCTL_SECONDS = 30
# None of these says what the job computes, so they may differ when a second run attaches to it.
NOT_IDENTITY = (
    "name",
    "on_disconnect",
    "fail_fast",
    "timeout",
    "retries",
    "combine",
    "existing",
    "bandwidth",
    "maps",
    "list_threads",
    "strategy",
    *OPTIONS,
)
Data = t.Dict[str, t.Any]


def unit(job: str) -> str:
    """Return the name of a job's follower unit."""
    return f"ohmy-follow@{job}.service"


def differences(have: t.Mapping[str, t.Any], want: t.Mapping[str, t.Any]) -> list[str]:
    """Return the names of the spec's parts that differ and matter."""
    keys = (set(have) | set(want)) - set(NOT_IDENTITY)
    return sorted(key for key in keys if have.get(key) != want.get(key))


def check_spec(spec: t.Mapping[str, t.Any], root: str = ROOT) -> bool:
    """Return whether the job is there already.

    :raises OhmyError: another job is there under its id.
    """
    have = JobDir.of(str(spec["id"]), root).spec()
    if have is None:
        return False
    found = differences(have, spec)
    if found:
        raise OhmyError(
            f"Another job is known on the master as {spec['id']}: {', '.join(found)} differ.",
            "Give this one another id, or remove that one with force.",
        )
    return True


def create(
    spec: t.Mapping[str, t.Any], files: t.Mapping[str, str] | None = None, root: str = ROOT, user: str | None = USER
) -> bool:
    """Write a job's directory; return False where the same job is there already.

    :param files: name in the task's working directory → path on the master; copied.
    :param user: owner of the directory, the follower's user; None: as it comes.
    :raises OhmyError: another job is there under its id.
    """
    folder = JobDir.of(str(spec["id"]), root)
    if check_spec(spec, root):
        return False
    os.makedirs(root, exist_ok=True)
    partial = f"{folder.path}.{os.getpid()}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(os.path.join(partial, "files"))
    for name, path in (files or {}).items():
        if os.path.basename(name) != name:
            raise OhmyError(f"{name!r} is no plain file name.", "Give it a name without a slash.")
        shutil.copyfile(path, os.path.join(partial, "files", name))
        os.chmod(os.path.join(partial, "files", name), 0o755)
    JobDir(partial).write("spec.json", dict(spec))
    with open(os.path.join(partial, "heartbeat"), "w", encoding="ascii"):
        pass
    os.chmod(partial, 0o750)
    if user is not None:
        _give(partial, user)
    # Whoever died before writing the specification left a directory that nobody uses.
    shutil.rmtree(folder.path, ignore_errors=True)
    os.rename(partial, folder.path)
    return True


def renew(spec: t.Mapping[str, t.Any], root: str = ROOT) -> None:
    """Write what is no part of a job's identity as a later run wants it; a follower that runs reads it anew."""
    folder = JobDir.of(str(spec["id"]), root)
    path, have = folder.file("spec.json"), folder.spec()
    if have is None or have == dict(spec) or differences(have, spec):
        return
    before = os.stat(path)
    folder.write("spec.json", dict(spec))
    os.chown(path, before.st_uid, before.st_gid)
    # Its time tells the follower which applications are this job's.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def start(job: str, root: str = ROOT) -> bool:
    """Start a job's follower unless it runs or its job succeeded; return whether it was started.

    A failed or killed job begins anew, an interrupted one is attached to by its follower.
    """
    folder = JobDir.of(job, root)
    status = folder.status() or {}
    touch(job, root)
    if status.get("state") == "succeeded" or is_following(job):
        return False
    if status.get("state") in ENDED:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(folder.file("status.json"))
    _systemctl("reset-failed", unit(job), check=False)
    _systemctl("start", "--no-block", unit(job))
    return True


def status(job: str, root: str = ROOT) -> Data | None:
    """Return a job's status, ``starting`` before the follower's first word, None for an unknown job."""
    folder = JobDir.of(job, root)
    spec = folder.spec()
    if spec is None:
        return None
    return folder.status() or fresh_status(spec, now=os.stat(folder.file("spec.json")).st_mtime)


def look(job: str, wait: float = 0, known: str | None = None, root: str = ROOT) -> Data | None:
    """Return a job's status with ``digest``, ``following`` and ``age`` (seconds) when it is not that of the ``known`` digest.

    That comes at once where there is news, and after PROGRESS_SECONDS where the job has only gone on.

    :param wait: seconds for which a change is waited for.
    """
    began = time.monotonic()
    while True:
        found = status(job, root)
        if found is None:
            return None
        news, whole = _digest({key: value for key, value in found.items() if key not in PROGRESS}), _digest(found)
        waited = time.monotonic() - began
        is_news = not (known or "").startswith(f"{news}-") or found["state"] in ENDED
        has_gone_on = known != f"{news}-{whole}" and waited >= PROGRESS_SECONDS
        if is_news or has_gone_on or waited >= wait:
            age = round((found["finished"] or time.time()) - found["started"], 1)
            return {**found, "digest": f"{news}-{whole}", "following": is_following(job), "age": age}
        time.sleep(LOOK_PAUSE)


def _digest(data: t.Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def known_jobs(root: str = ROOT) -> list[str]:
    """Return the ids of all jobs that the master knows."""
    try:
        return sorted(name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name, "spec.json")))
    except FileNotFoundError:
        return []


def touch(job: str, root: str = ROOT) -> None:
    """Give a sign of life to a job's follower."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(JobDir.of(job, root).file("heartbeat"), follow_symlinks=False)


def forget(job: str, hdfs: WebHdfs | None, root: str = ROOT) -> bool:
    """Remove a job that does not run, and what it wrote into HDFS; return whether there was anything.

    :param hdfs: None leaves HDFS alone.
    :raises OhmyError: it still runs, or its output is not its own.
    """
    folder = JobDir.of(job, root)
    spec = folder.spec()
    if spec is None:
        return False
    if is_following(job):
        raise OhmyError(f"The job {job} still runs.", "Wait for its end.")
    if hdfs is not None and spec.get("output"):
        remove_output(hdfs, str(spec["output"]), str(spec["fingerprint"]))
    shutil.rmtree(folder.path)
    return True


def fingerprint_path(output: str) -> str:
    """Return the path in HDFS of the fingerprint beside an output directory, hidden from jobs and its alone."""
    parent, name = os.path.split(output.rstrip("/"))
    return os.path.join(parent, f".{name}.fingerprint")


def read_fingerprint(hdfs: WebHdfs, output: str) -> str | None:
    """Return the fingerprint beside an output directory in HDFS, None where there is none."""
    path = fingerprint_path(output)
    return hdfs.read(path, 4096).decode("ascii", "replace").strip() if hdfs.status(path) else None


def write_fingerprint(hdfs: WebHdfs, output: str, fingerprint: str) -> None:
    """Write beside an output directory in HDFS whose it is."""
    hdfs.create(fingerprint_path(output), fingerprint.encode() + b"\n", overwrite=True)


def remove_output(hdfs: WebHdfs, output: str, fingerprint: str) -> bool:
    """Delete an output directory that carries this fingerprint; return whether it was there.

    :raises OhmyError: it is somebody else's.
    """
    if hdfs.status(output) is None:
        return False
    if read_fingerprint(hdfs, output) != fingerprint:
        raise OhmyError(
            f"{output} in HDFS was not written by this job.", "It is never deleted: name another output, or move it."
        )
    return hdfs.delete(output, recursive=True)


def is_following(job: str) -> bool:
    """Tell whether the job's follower runs or is about to."""
    state = _systemctl("is-active", unit(job), check=False).strip()
    return state in ("active", "activating", "reloading")


def _systemctl(*words: str, check: bool = True) -> str:
    command = ["systemctl", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SYSTEMCTL_SECONDS, check=False)
    except FileNotFoundError as exc:
        raise OhmyError(
            "There is no systemctl here.", "Jobs are followed on the cluster's master, by systemd."
        ) from exc
    except subprocess.TimeoutExpired as exc:
        raise OhmyError(
            f"{' '.join(command)} has not ended after {SYSTEMCTL_SECONDS} s.",
            "systemd is stuck or the master is overloaded: see systemctl list-jobs there.",
        ) from exc
    if check and done.returncode != 0:
        raise OhmyError(f"{' '.join(command)} failed: {done.stderr.strip()}", "See journalctl on the master.")
    return done.stdout


def _give(path: str, user: str) -> None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError as exc:
        raise OhmyError(f"There is no user {user} on this node.", "It has not been converged; see ohmy-node.") from exc
    for folder, _folders, names in os.walk(path):
        for name in ["", *names]:
            os.chown(os.path.join(folder, name), entry.pw_uid, entry.pw_gid, follow_symlinks=False)
