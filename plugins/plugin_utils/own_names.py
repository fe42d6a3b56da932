# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The user's own name of an input file in the words about a failure, and the command that shows it again."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import typing as t

COUNTED = 1 << 28  # bytes of a file that are read to count its lines
BLOCK = 1 << 20
SAMPLE = "try it on a sample: head FILE | PROGRAM"
UNPACK = {".gz": "gzip -dc", ".bz2": "bzip2 -dc"}
Error = t.Mapping[str, t.Any]


def own_name(path: str, data: t.Mapping[str, t.Any]) -> tuple[str, bool] | None:
    """Return what a staged path is of the user's, and whether that is a local file; None where it is nothing known.

    :param data: the plan's ``input``.
    """
    places = [str(data.get("target") or "/")]
    places += [str(copy["source"]) for copy in data.get("copies") or []]
    places += [str(uri).replace("s3://", "s3a://", 1) for uri in data.get("uris") or []]
    for one in data.get("uploads") or []:
        if any(path == f"{place.rstrip('/')}/{one['key']}" for place in places):
            return str(one["source"]), True
    for copy in data.get("copies") or []:
        if path.startswith(f"{copy['target']}/"):
            return str(copy["source"]).replace("s3a://", "s3://", 1).rstrip("/") + path[len(copy["target"]) :], False
    return None


def with_own_names(error: Error | None, data: t.Mapping[str, t.Any], mapper: str) -> dict[str, t.Any] | None:
    """Return an ``error`` that calls the file a map read as the user does, with the line's number and how to see it fail."""
    if not error:
        return None
    evidence = error.get("evidence") or {}
    path = str((evidence.get("input") or {}).get("path") or "")
    known = own_name(path, data)
    if known is None:
        return dict(error)
    name, local = known
    shown = _short(name) if local else name
    line = dict(evidence.get("line") or {})
    texts = {key: str(error.get(key) or "") for key in ("summary", "hint")}
    if line and local and line.get("number") is None:
        line["number"] = line_number(name, line["offset"])
        if line["number"] is not None:
            old = f"he line at byte {line['offset']} of {path}"
            texts = {key: text.replace(f"T{old}", f"Line {line['number']} of {path}") for key, text in texts.items()}
    texts = {key: text.replace(path, shown) for key, text in texts.items()}
    if local and evidence.get("program") == "mapper":
        again = f"try it on {'that line' if line else 'its beginning'}: {reproduce(shown, line.get('offset'), mapper)}"
        # A full stop behind a command would be copied along.
        texts = {key: re.sub(re.escape(SAMPLE) + r"\.?", lambda _found: again, text) for key, text in texts.items()}
    return {**error, **texts, "evidence": {**evidence, **({"line": line} if line else {})}}


def reproduce(name: str, offset: int | None, mapper: str) -> str:
    """Return the command that gives a mapper the line at ``offset`` of a file, or the file's beginning."""
    file = shlex.quote(name)
    unpack = UNPACK.get(os.path.splitext(name)[1])
    if offset is None:
        return f"{unpack} {file} | head | {mapper}" if unpack else f"head {file} | {mapper}"
    start = f"{unpack} {file} | tail -c +{offset + 1}" if unpack else f"tail -c +{offset + 1} {file}"
    return f"{start} | head -n 1 | {mapper}"


def as_here(command: str, files: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Return a job's command as a shell here runs it: its program by its path, after its interpreter where it needs one.

    :param files: of the job, each with ``src`` and, where it is called otherwise on the nodes, ``name``.
    """
    program, *rest = command.split(None, 1)
    name = program.removeprefix("./")
    source = next((str(one["src"]) for one in files if (one.get("name") or os.path.basename(one["src"])) == name), None)
    if source is None:
        return command
    short = _short(source)
    words = [shlex.quote(short if "/" in short else f"./{short}"), *rest]
    with contextlib.suppress(OSError), open(source, "rb") as stream:
        line = stream.readline(256).decode("utf-8", "replace").strip()
        if line.startswith("#!") and not os.access(source, os.X_OK):
            words.insert(0, line[2:].strip().removeprefix("/usr/bin/env "))
    return " ".join(words)


def line_number(path: str, offset: int) -> int | None:
    """Return the number of the line that begins at ``offset``; None where that is far, or the file is not there or packed."""
    if offset > COUNTED or os.path.splitext(path)[1] in UNPACK:
        return None
    newlines, left = 0, offset
    try:
        with open(path, "rb") as stream:
            while left:
                block = stream.read(min(BLOCK, left))
                if not block:
                    return None  # it has changed
                newlines += block.count(b"\n")
                left -= len(block)
    except OSError:
        return None
    return newlines + 1


def _short(path: str) -> str:
    """Return a path as it is from here, where it lies below."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
