# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where the answer of a job is to lie, in a local directory, in HDFS or in S3, and which answer may be there before; pure."""

from __future__ import annotations

import hashlib
import re
import typing as t

from .._core import s3_uri
from .._core.errors import OhmyError, as_clause
from .._core.places import CONTROL, inside
from .._core.s3_uri import is_s3
from .hdfs_names import TAKEN, normal

EXISTING = ("reused", "replaced", "refused")
# A policy takes these for patterns, and HDFS has no colon.
UNUSABLE = re.compile(r"[*?\[\]{}$:\\\x00-\x1f]")
OURS = ("archives", "clusters", "input")
# Of the kernel, on the controller.
NO_FILES = ("/proc", "/sys")
# Of 255 bytes of a name, what lies beside an answer wants some.
LONGEST_NAME = 240


class Place(t.NamedTuple):
    """``kind`` is ``local``, ``hdfs`` or ``s3``; ``where`` a path, a path in HDFS, or ``s3://bucket/prefix``."""

    kind: str
    where: str


def place(output: str) -> Place:
    """Return the place that ``job_output`` names.

    :raises OhmyError: it can be none; the message goes on behind the value itself.
    """
    if is_s3(output):
        bucket, key = s3_uri.split(output)
        parts = key.strip("/").split("/")
        if not key.strip("/") or any(part in ("", ".", "..") for part in parts) or UNUSABLE.search(key):
            raise OhmyError(
                f"{output} is no place for an answer in S3.",
                "Write s3://BUCKET/PREFIX, of plain names between slashes.",
            )
        return Place("s3", f"s3://{bucket}/{'/'.join(parts)}")
    if output.startswith("hdfs:///"):
        path = normal(output[len("hdfs://") :])
        if path == "/" or any(inside(path, taken) or inside(taken, path) for taken in TAKEN):
            raise OhmyError(f"{output} is not for answers.", "Name a directory such as hdfs:///data/NAME.")
        return Place("hdfs", path)
    if "://" in output:
        raise OhmyError(
            f"{output} is no directory of this machine.", "Name one, or hdfs:///PATH, or s3://BUCKET/PREFIX."
        )
    if CONTROL.search(output):
        raise OhmyError(f"{output!r} holds a control character.", "Name a directory without one.")
    if any(inside(output, taken) for taken in NO_FILES):
        raise OhmyError(f"{output} is no place for files.", "Name a directory on a disk.")
    if len(output.rstrip("/").rpartition("/")[2].encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        raise OhmyError(f"{output} holds a name that is too long for a disk.", f"Take {LONGEST_NAME} bytes at most.")
    return Place("local", output)


def problem(output: str | None) -> str:
    """Return why ``job_output`` can be no place, nothing where it can."""
    try:
        place(output or "")
    except OhmyError as exc:
        return as_clause(exc)
    return ""


def setting_problems(settings: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is wrong between the place of the answer and other variables, ``name: what`` each."""
    output, own = settings["job_output"] or "", settings["cluster_provider"] == "inventory"
    if problem(output):
        return []  # told by itself
    kind, found = place(output).kind, []
    if kind == "hdfs" and not own and settings["cluster_keep"] != "always":
        text = "would go with the cluster; set cluster_keep: always, or name a directory here or s3://BUCKET/PREFIX"
        found.append(f"job_output: {output} {text}")
    for name in ("job_output_merged", "job_output_decompress"):
        if kind != "local" and settings[name]:
            more = "; job_reduces: 1 makes one part" if name == "job_output_merged" else ""
            found.append(f"{name}: goes with an answer that is brought to this machine{more}")
    return found


def beside(output: str, name: str, here: str) -> str:
    """Return the local path to which ``.log`` and ``-evidence`` are appended.

    :param name: of the job.
    :param here: absolute path of the directory for what belongs to an answer that lies elsewhere.
    """
    return output if "://" not in output else f"{here.rstrip('/')}/{name}"


def job_id(fingerprint: str, where: Place) -> str:
    """Return the job's short name on the cluster: a job writes straight into HDFS, so there its place is part of it."""
    told = fingerprint if where.kind != "hdfs" else _digest(fingerprint, where.where)
    return told[:16]


def before(where: Place, existing: str) -> str:
    """Return which answer may lie where the job writes, as ``existing`` of the module ``streaming_job`` has it."""
    if where.kind != "hdfs":
        return "own"
    return "none" if existing == "refused" else "any"


def copy_id(fingerprint: str, where: Place) -> str:
    """Return the name of the copy from HDFS to S3; empty where there is none."""
    return f"answer-{_digest(fingerprint, where.where)[:16]}" if where.kind == "s3" else ""


def refuse_in_s3(output: Place, items: t.Iterable[str], bucket: str | None) -> None:
    """Raise OhmyError where an answer in S3 would lie among the input, or among what the collection keeps there.

    :param items: the job's input.
    :param bucket: the one to stage in.
    """
    name, key = s3_uri.split(output.where)
    if name == bucket and key.split("/")[0] in OURS:
        raise OhmyError(
            f"job_output: {output.where} lies among what the collection keeps in its bucket.",
            f"Choose a prefix that does not begin with {', '.join(OURS)}.",
        )
    for item in items:
        if is_s3(item):
            other, prefix = s3_uri.split(item)
            if other == name and (not prefix.strip("/") or inside(f"/{key}", f"/{prefix.strip('/')}")):
                raise OhmyError(
                    f"job_output: {output.where} lies in the input {item}, of which the answer would become a part.",
                    "Name a place outside of it, or the data's own folder in job_input.",
                )


def refuse_patterns(items: t.Iterable[str]) -> None:
    """Raise OhmyError for input in S3 whose name Hadoop would take for a pattern, where the job is to read it itself."""
    for item in items:
        if is_s3(item) and re.search(r"[\\{}]", s3_uri.split(item)[1]):
            raise OhmyError(
                f"job_input: {item} holds a brace or a backslash, which a job would take for a pattern.",
                "Name the prefix above it, or leave job_input_mode out.",
            )


def _digest(fingerprint: str, where: str) -> str:
    return hashlib.sha256(f"{fingerprint} {where}".encode("utf-8", "surrogateescape")).hexdigest()
