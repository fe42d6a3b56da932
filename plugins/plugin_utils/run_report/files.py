# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The two files of a report beside the answer; the ones of the run before are kept under another name."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t

from ...module_utils._core.errors import OhmyError
from . import compare, page
from .data import FORMAT, KIND

ENDINGS = (".html", ".json")
BEFORE = "-before"
HEAD = 1024  # a page says within so many bytes whose it is
# What a report raises that was changed by hand.
DAMAGED = (AttributeError, LookupError, TypeError, ValueError)
Data = t.Mapping[str, t.Any]


def save(data: Data, base: str) -> str:
    """Write ``base``.html and ``base``.json; return the path of the page.

    :raises OhmyError: something lies there that is no report.
    :raises OSError: it cannot be written.
    """
    for path in (base + part + ending for part in ("", BEFORE) for ending in ENDINGS):
        refuse_stranger(path)
    os.makedirs(os.path.dirname(os.path.abspath(base)), exist_ok=True)
    before = load(f"{base}.json") if os.path.exists(f"{base}.json") else None
    known = before if before and before.get("format") == FORMAT else None
    text = rendered(data, known, os.path.basename(f"{base}.json"))
    for ending in ENDINGS if before else ():
        if os.path.exists(base + ending):
            os.replace(base + ending, base + BEFORE + ending)
    write(f"{base}.json", json.dumps(data, indent=1, sort_keys=True) + "\n")
    write(f"{base}.html", text)
    return f"{base}.html"


def is_told(data: Data, path: str) -> bool:
    """Tell whether a report that is there tells of these very submissions already, and of a run that succeeded as this one.

    So it is where a job was found finished in HDFS, which no plan can know before.
    """
    known = load(path) if os.path.isfile(path) else None
    if known is None or known.get("format") != FORMAT or not data["steps"]:
        return False
    return known.get("state") == data["state"] == "succeeded" and _submissions(known) == _submissions(data)


def _submissions(data: Data) -> list[tuple[t.Any, t.Any]]:
    return [(step.get("id"), step.get("application_id")) for step in data.get("steps") or []]


def rendered(data: Data, before: Data | None, json_name: str) -> str:
    """Return the page of a run; without the comparison where somebody has changed the report of before."""
    try:
        return page.render(data, before, json_name)
    except DAMAGED:
        return page.render(data, None, json_name)


def save_page(text: str, path: str, check_mode: bool = False) -> bool:
    """Write a page; return whether it was not there like that before.

    :raises OhmyError: something lies there that is no page of a report.
    :raises OSError: it cannot be written.
    """
    refuse_stranger(path)
    if is_report(os.path.splitext(path)[0] + ".json"):
        raise OhmyError(f"{path} is where a run has its own report.", "Name another file for this page.")
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as stream:
            if stream.read() == text:
                return False
    if not check_mode:
        write(path, text)
    return True


def set_side_by_side(before: Data, after: Data) -> tuple[dict[str, t.Any], str]:
    """Return (how two reports differ, the page that says so).

    :raises OhmyError: somebody has changed one of them.
    """
    try:
        found = compare.compared(before, after)
        return found, page.render_comparison(found)
    except DAMAGED as exc:
        raise OhmyError(
            f"One of the two is not as it was written: {type(exc).__name__} {exc}.",
            "Compare reports that nobody edited.",
        ) from exc


def report_of(path: str) -> dict[str, t.Any]:
    """Return the data of a report that must be there.

    :raises OhmyError: it is none, or one of another version.
    :raises OSError: it cannot be read.
    """
    found = load(path)
    if found is None:
        raise OhmyError(f"{path} is no report of a run.", "Name the file that ends in -report.json, beside the answer.")
    if found.get("format") != FORMAT:
        raise OhmyError(
            f"{path} is a report of the format {found.get('format')}, and only {FORMAT} is known here.",
            "Let the version of the collection read it that wrote it, or run the job again.",
        )
    return found


def refuse_stranger(path: str) -> None:
    """Raise OhmyError where something lies there that is no report."""
    if os.path.lexists(path) and not is_report(path):
        raise OhmyError(f"{path} is no report of this collection.", "It was left alone: move it, or rename it.")


def load(path: str) -> dict[str, t.Any] | None:
    """Return the data of a report, None where the file is none.

    :raises OSError: it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.load(stream)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("kind") == KIND else None


def is_report(path: str) -> bool:
    """Tell whether a file is one that was written here."""
    if not os.path.isfile(path):
        return False
    if path.endswith(".json"):
        return load(path) is not None
    with open(path, "rb") as stream:
        return page.MARK.encode() in stream.read(HEAD)


def write(path: str, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    umask = os.umask(0o077)
    os.umask(umask)
    descriptor, partial = tempfile.mkstemp(
        dir=os.path.dirname(os.path.abspath(path)), prefix=".ohmy-", suffix=".partial"
    )
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(partial, 0o666 & ~umask)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
