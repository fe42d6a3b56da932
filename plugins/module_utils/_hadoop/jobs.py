# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Jobs on the master as the modules handle them: write one, start its follower, forget it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import typing as t

from .._core.errors import OhmyError
from . import follower_unit, job_look
from .jobdir import ENDED, ROOT, JobDir
from .streaming_options import NOT_IDENTITY as OPTIONS
from .webhdfs import WebHdfs

USER = "hadoop"
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


def differences(have: t.Mapping[str, t.Any], want: t.Mapping[str, t.Any]) -> list[str]:
    """Return the names of the spec's parts that differ and matter."""
    keys = (set(have) | set(want)) - set(NOT_IDENTITY)
    if have.get("fingerprint") and have["fingerprint"] == want.get("fingerprint"):
        keys.discard("input")  # it is the same, in HDFS or in S3
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
    job_look.touch(job, root)
    if status.get("state") == "succeeded" or follower_unit.is_following(job):
        return False
    if status.get("state") in ENDED:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(folder.file("status.json"))
    follower_unit.start(job)
    return True


def known_jobs(root: str = ROOT) -> list[str]:
    """Return the ids of all jobs that the master knows."""
    try:
        return sorted(name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name, "spec.json")))
    except FileNotFoundError:
        return []


def forget(job: str, hdfs: WebHdfs | None, root: str = ROOT) -> bool:
    """Remove a job that does not run, and what it wrote into HDFS; return whether there was anything.

    :param hdfs: None leaves HDFS alone.
    :raises OhmyError: it still runs, or its output is not its own.
    """
    folder = JobDir.of(job, root)
    spec = folder.spec()
    if spec is None:
        return False
    if follower_unit.is_following(job):
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


def _give(path: str, user: str) -> None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError as exc:
        raise OhmyError(f"There is no user {user} on this node.", "It has not been converged; see ohmy-node.") from exc
    for folder, _folders, names in os.walk(path):
        for name in ["", *names]:
            os.chown(os.path.join(folder, name), entry.pw_uid, entry.pw_gid, follow_symlinks=False)
