# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The identity of a job and the proof, beside the fetched answer, that it is done."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import typing as t

from .._core.errors import OhmyError
from .._core.places import nearest
from . import side_archives, streaming_options
from .codecs import of_file
from .programs import file_sha256
from .site import text_of

MANIFEST = ".ohmy-manifest.json"
SCHEMA = 1
# Of the disk of an answer, left to others.
RESERVE = 16 << 20


def fingerprint(job: t.Mapping[str, t.Any]) -> str:
    """Return the sha256 that is the job's identity: equal where the answer must be equal.

    :param job: commands, shipped files by name and sha256, input digest, reduces,
        options and environment. Where the answer is fetched to is not part of it: an
        answer in HDFS can be fetched to a second place without a second run.
    """
    text = json.dumps({"schema": SCHEMA, **job}, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def of_lone_job(args: t.Mapping[str, t.Any]) -> str:
    """Return the fingerprint of a job that was given none: of its commands, files, properties and paths.

    :param args: of the module ``streaming_job``, each file with its sha256; as they were written, or as Ansible types them.
    """
    paths = args.get("input") or []
    return fingerprint(
        {
            **{role: args.get(role) or None for role in ("mapper", "reducer", "combiner", "output")},
            "input": paths.split(",") if isinstance(paths, str) else [str(path) for path in paths],
            "files": {item["name"]: item["sha256"] for item in args.get("files") or []},
            "reduces": 1 if args.get("reduces") is None else int(args["reduces"]),
            **{key: {k: text_of(v) for k, v in (args.get(key) or {}).items()} for key in ("options", "cmdenv")},
            **of_more(args, args.get("archives") or []),
        }
    )


def of_more(args: t.Mapping[str, t.Any], archives: t.Sequence[t.Mapping[str, str]]) -> dict[str, t.Any]:
    """Return the part of a job's identity that a job without archives and options of these names has not.

    :param archives: [{"src", "name", "sha256"}].
    """
    packed = {side_archives.stored(item["src"], item["name"]): item["sha256"] for item in archives}
    named = streaming_options.identity(args)
    return {**({"archives": packed} if packed else {}), **({"named": named} if named else {})}


def read_manifest(folder: str) -> dict[str, t.Any] | None:
    """Return the manifest in a local output directory, or None where there is none."""
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as stream:
            data = json.load(stream)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise OhmyError(
            f"job_output: {folder} cannot be used: {exc.strerror}.", "Look at its rights, or name another folder."
        ) from exc
    except ValueError:
        return None
    return data if _is_manifest(data) else None


def _is_manifest(data: t.Any) -> bool:
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return False
    lists = [data.get("parts", []), data.get("previous") or []]
    if not all(isinstance(entries, list) for entries in lists):
        return False
    return all(
        isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("sha256"), str)
        for entries in lists
        for entry in entries
    )


def local_hashes(folder: str, manifest: t.Mapping[str, t.Any] | None, names: t.Iterable[str] = ()) -> dict[str, str]:
    """Return name → sha256 of the files in a local output directory that a fetch might touch.

    :param names: files that are to come there, beside those that the manifest knows and whatever is called ``part-``.
    :raises OhmyError: one of them is no plain file, or cannot be read.
    """
    wanted = {*names, *_entries(manifest)}
    try:
        if os.path.isdir(folder):
            wanted |= {name for name in os.listdir(folder) if name.startswith("part-")}
        paths = {name: os.path.join(folder, name) for name in wanted if os.path.lexists(os.path.join(folder, name))}
        for path in paths.values():
            if os.path.islink(path) or not os.path.isfile(path):
                raise OhmyError(f"{path} is in the way: it is no plain file.", "Move it.")
        return {name: file_sha256(path) for name, path in paths.items()}
    except OSError as exc:
        raise OhmyError(f"{exc.filename or folder} cannot be read: {exc.strerror}.", "Move it.") from exc


def refuse_strangers(
    folder: str, there: t.Mapping[str, str], manifest: t.Mapping[str, t.Any] | None, force: bool = False
) -> None:
    """Raise OhmyError for files that no earlier fetch left like this; ``force`` gives up those that one once made.

    :param there: as ``local_hashes`` returns it.
    """
    known = _entries(manifest)
    found = [
        name
        for name, digest in sorted(there.items())
        if digest not in known.get(name, []) and not (force and name in known)
    ]
    if found:
        raise OhmyError(
            f"{folder} holds files that no earlier fetch left like this: {', '.join(found[:5])}.",
            "Move them, or name another place; job_output_existing: replaced (force) takes what was an answer once.",
        )


def _entries(manifest: t.Mapping[str, t.Any] | None) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for entry in [*(manifest or {}).get("parts", []), *((manifest or {}).get("previous") or [])]:
        known.setdefault(entry["name"], []).append(entry["sha256"])
    return known


def output_state(folder: str, wanted: str, force: bool = False, decompress: bool = False, merged: bool = False) -> str:
    """Return ``absent``, ``finished`` (this very job's answer is there, whole) or ``ours``.

    :param force: what an earlier fetch brought and somebody changed may be replaced.
    :param decompress: its parts are to be decompressed; else they are to be as the job wrote them.
    :param merged: it is to be one file; else each part is one.
    :raises OhmyError: the directory holds somebody else's files or changes, or cannot be written.
    """
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise OhmyError(f"job_output: {folder} is not a directory.", "Name another place.")
    manifest = read_manifest(folder)
    if manifest is None:
        return _foreign(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OhmyError(f"job_output: {folder} cannot be written.", "Change its permissions or name another place.")
    there = local_hashes(folder, manifest)
    refuse_strangers(f"job_output: {folder}", there, manifest, force)
    if manifest.get("fingerprint") != wanted or manifest.get("finished", "") is None:
        return "ours"
    parts = manifest.get("parts", [])
    if any(_is_packed(part) if decompress else part.get("codec") for part in parts):
        return "ours"
    if any(_is_merged(part) != merged for part in parts):
        return "ours"
    return "finished" if all(there.get(part["name"]) == part["sha256"] for part in parts) else "ours"


def refuse_answer(folder: str, wanted: str) -> None:
    """Raise OhmyError where a fetch has left an answer; one that this very job has begun to fetch may go on."""
    manifest = read_manifest(folder)
    if manifest is None or (manifest.get("fingerprint") == wanted and manifest.get("finished", "") is None):
        return
    raise OhmyError(
        f"job_output: {folder} holds an answer already, and job_output_existing is refused.",
        "Name another place, or let job_output_existing be reused or replaced.",
    )


def require_room(folder: str) -> None:
    """Raise OhmyError where no answer can be fetched, however small: found out later, the job would have run already."""
    place = nearest(os.path.abspath(folder))
    free = shutil.disk_usage(place).free
    if free < RESERVE:
        raise OhmyError(
            f"job_output: {folder} has no room for an answer: {free:,} bytes are free at {place}, and {RESERVE >> 20} MiB "
            "are left to others.",
            "Make room or name another place for the output.",
        )


def _is_merged(part: t.Mapping[str, t.Any]) -> bool:
    # A part keeps its name, but for the ending of its codec.
    sources = part.get("sources") or []
    return not str(sources[0]["name"] if sources else part["name"]).startswith(
        str(part["name"]) if sources else "part-"
    )


def _is_packed(part: t.Mapping[str, t.Any]) -> bool:
    return of_file(str(part["name"])) is not None


def _foreign(folder: str) -> str:
    if not os.path.isdir(folder):
        parent = nearest(os.path.abspath(folder))
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
