# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The identity of a job and the proof, beside the fetched answer, that it is done."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from .._core.errors import OhmyError
from .programs import file_sha256

MANIFEST = ".ohmy-manifest.json"
SCHEMA = 1


def fingerprint(job: t.Mapping[str, t.Any]) -> str:
    """Return the sha256 that is the job's identity: equal where the answer must be equal.

    :param job: commands, shipped files by name and sha256, input digest, reduces,
        options and environment. Where the answer is fetched to is not part of it: an
        answer in HDFS can be fetched to a second place without a second run.
    """
    text = json.dumps({"schema": SCHEMA, **job}, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def read_manifest(folder: str) -> dict[str, t.Any] | None:
    """Return the manifest in a local output directory, or None where there is none."""
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as stream:
            data = json.load(stream)
    except FileNotFoundError:
        return None
    except (NotADirectoryError, PermissionError) as exc:
        raise OhmyError(f"job_output: {folder} cannot be used: {exc.strerror}.") from exc
    except ValueError:
        return None
    return data if isinstance(data, dict) and data.get("schema") == SCHEMA else None


def output_state(folder: str, wanted: str) -> str:
    """Return ``absent``, ``finished`` (this very job's answer is there, whole) or ``ours``.

    :raises OhmyError: the directory holds somebody else's files, or cannot be written.
    """
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise OhmyError(f"job_output: {folder} is not a directory.", "Name another place.")
    manifest = read_manifest(folder)
    if manifest is None:
        return _foreign(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OhmyError(f"job_output: {folder} cannot be written.", "Change its permissions or name another place.")
    if manifest.get("fingerprint") != wanted or manifest.get("finished", "") is None:
        return "ours"
    for part in manifest.get("parts", []):
        path = os.path.join(folder, part["name"])
        if not os.path.isfile(path) or os.path.getsize(path) != part["size"] or file_sha256(path) != part["sha256"]:
            return "ours"
    return "finished"


def _foreign(folder: str) -> str:
    if not os.path.isdir(folder):
        parent = folder
        while not os.path.isdir(parent):
            parent = os.path.dirname(parent)
        if not os.access(parent, os.W_OK | os.X_OK):
            raise OhmyError(
                f"job_output: {folder} cannot be made: {parent} cannot be written.", "Name another place in job_output."
            )
        return "absent"
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OhmyError(f"job_output: {folder} cannot be written.", "Change its permissions or name another place.")
    strangers = sorted(name for name in os.listdir(folder) if not name.startswith(".ohmy-"))
    if strangers:
        raise OhmyError(
            f"job_output: {folder} holds files that no run of this collection put there ({', '.join(strangers[:3])}).",
            "They are never deleted: name another place in job_output, or move them.",
        )
    return "absent"
