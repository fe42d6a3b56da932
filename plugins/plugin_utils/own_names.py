# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The user's own name of an input file in the words about a failure, and the command that brings the failure about again."""

from __future__ import annotations

import contextlib
import os
import shlex
import typing as t

from ..module_utils._hadoop import codecs
from ..module_utils._hadoop.causes.program import OWN_ERROR
from ..module_utils._hadoop.streaming_options import sort_keys

COUNTED = 1 << 28  # bytes of a file that are read to count its lines
BLOCK = 1 << 20
NAMED = 3  # files of input in one command
SORT = "LC_ALL=C sort"
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


def with_own_names(
    error: Error | None, data: t.Mapping[str, t.Any], commands: t.Mapping[str, str], sort: str = SORT
) -> dict[str, t.Any] | None:
    """Return an ``error`` that calls the file a map read as the user does, with the line's number and how to see it fail.

    :param data: the plan's ``input``; nothing where the job is not planned, or reads what another step wrote.
    :param commands: the job's programs by mapper, reducer and combiner, as a shell here runs them.
    :param sort: the command that orders lines as the job does.
    """
    if not error:
        return None
    evidence = error.get("evidence") or {}
    split, line = evidence.get("input") or {}, dict(evidence.get("line") or {})
    path = str(split.get("path") or "")
    texts = {key: str(error[key]) for key in ("summary", "hint") if error.get(key)}
    again = after_sort(str(evidence.get("program") or ""), data, commands, sort)
    known = own_name(path, data)
    if known:
        name, local = known
        shown = _short(name) if local else name
        if line and local and line.get("number") is None:
            line["number"] = line_number(name, line["offset"])
            if line["number"] is not None:
                old = f"he line at byte {line['offset']} of {path}"
                texts = {
                    key: text.replace(f"T{old}", f"Line {line['number']} of {path}") for key, text in texts.items()
                }
        texts = {key: text.replace(path, shown) for key, text in texts.items()}
        if local and evidence.get("program") == "mapper" and commands.get("mapper"):
            again = reproduce(shown, split, line.get("offset"), commands["mapper"])
    if again:
        # A full stop behind a command would be copied along.
        own = f"{OWN_ERROR[:-1]}; try it on {again}"
        texts = {key: text.replace(OWN_ERROR, own) for key, text in texts.items()}
    return {**error, **texts, **({"evidence": {**evidence, "line": line}} if line else {})}


def of_step(
    error: Error | None,
    plan: t.Mapping[str, t.Any],
    step: str,
    commands: t.Mapping[str, t.Any],
    files: t.Sequence[t.Mapping[str, t.Any]],
    said: t.Mapping[str, t.Any],
) -> dict[str, t.Any] | None:
    """Return an ``error`` of a planned run's step as ``with_own_names`` does.

    :param step: its id.
    :param files: of the step, as for ``as_here``.
    :param said: its other variables, ``sort`` and ``field_separator`` among them.
    """
    first = next((str(one["id"]) for one in plan.get("steps") or []), step)
    data = (plan.get("input") or {}) if step == first else {}
    return with_own_names(
        error,
        data,
        {role: as_here(str(command), files) for role, command in commands.items() if command},
        sort_of(said),
    )


def sort_of(said: t.Mapping[str, t.Any]) -> str:
    """Return the command that orders lines as a job's variables say."""
    fields = said.get("sort")
    if not fields or not isinstance(fields, list):
        return SORT
    separator = said.get("field_separator")
    between = shlex.quote(str(separator)) if separator else "\"$(printf '\\t')\""
    return f"{SORT} -t {between} {sort_keys(fields)}"


def reproduce(name: str, split: t.Mapping[str, t.Any], offset: int | None, mapper: str) -> str:
    """Return "what: command", the command giving a mapper a line of a file, or what the map read of it; "" where none can.

    :param split: {"start", "length", "others"}, as far as it is known.
    :param offset: of the line.
    """
    file = shlex.quote(name)
    unpack = UNPACK.get(os.path.splitext(name)[1])
    if offset is not None:
        rest = f"{unpack} {file} | tail -c +{offset + 1}" if unpack else f"tail -c +{offset + 1} {file}"
        return f"that line: {rest} | head -n 1 | {mapper}"
    which = "the first of them" if split.get("others") else "what it was given"
    if unpack:
        return f"{which}: {unpack} {file} | {mapper}"
    if codecs.of_file(name) or split.get("start") is None:
        return ""
    start, length = split["start"], split["length"]
    lines = lines_of(name, start, length)
    if lines is None and start:
        which += ", whose first line is cut"
    start, length = lines or (start, length)
    read = f"tail -c +{start + 1} {file} | head -c {length}" if start else f"head -c {length} {file}"
    return f"{which}: {read} | {mapper}"


def lines_of(path: str, start: int, length: int) -> tuple[int, int] | None:
    """Return first byte and length of the lines that a map reads of its split; None where the file is not there like this.

    As Hadoop does it: no line that begins before the split, and the line that its end falls into or before.
    """
    try:
        with open(path, "rb") as stream:
            if os.fstat(stream.fileno()).st_size < start + length:
                return None
            ends = []
            for at in (start, start + length):
                stream.seek(at)
                line = stream.readline(BLOCK) if at else b""
                if len(line) == BLOCK and not line.endswith(b"\n"):
                    return None
                ends.append(at + len(line))
    except OSError:
        return None
    return (ends[0], ends[1] - ends[0]) if ends[1] > ends[0] else None


def after_sort(role: str, data: t.Mapping[str, t.Any], commands: t.Mapping[str, str], sort: str) -> str:
    """Return "what: command", the command that gives a reducer or combiner what the mapper makes; "" for other roles."""
    if role not in ("reducer", "combiner") or not commands.get(role) or not commands.get("mapper"):
        return ""
    pipe = f"{commands['mapper']} | {sort} | {commands[role]}"
    names = [str(one["source"]) for one in data.get("uploads") or []]
    kinds = {codecs.of_file(name) and os.path.splitext(name)[1] for name in names}
    # What comes from elsewhere as well, or is packed in several ways, is the user's to bring.
    if not 0 < len(names) <= NAMED or len(data.get("hdfs") or [""]) > 1 or len(kinds) > 1 or kinds - {None, *UNPACK}:
        return f"some of its input: {pipe}"
    read = UNPACK.get(str(kinds.pop()), "cat")
    return f"its input: {read} {' '.join(shlex.quote(_short(name)) for name in names)} | {pipe}"


def as_here(command: str, files: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Return a job's command as a shell here runs it: its program by its path, after its interpreter where it needs one.

    :param files: of the job, each with ``src`` and, where it is called otherwise on the nodes, ``name``.
    """
    sources = {str(one.get("name") or os.path.basename(one["src"])): str(one["src"]) for one in files}
    program, *rest = command.strip().split(" ")
    # What an interpreter is given, and what the program is.
    words = [shlex.quote(_short(sources[word])) if (word := one.removeprefix("./")) in sources else one for one in rest]
    source = sources.get(program.removeprefix("./"))
    if source is None:
        return " ".join([program, *words])
    short = _short(source)
    words.insert(0, shlex.quote(short if "/" in short else f"./{short}"))
    with contextlib.suppress(OSError), open(source, "rb") as stream:
        line = stream.readline(256).decode("utf-8", "replace").strip()
        if line.startswith("#!") and not os.access(source, os.X_OK):
            words.insert(0, line[2:].strip().removeprefix("/usr/bin/env ").removeprefix("-S "))
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
