# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A report read again: what is none, what somebody has changed, and what is as it was written."""

from __future__ import annotations

import json
import os
import typing as t

import jinja2

from ...module_utils._core.errors import OhmyError
from . import page
from .data import FORMAT, KIND, MOST

HEAD = 1024  # a page says within so many bytes whose it is
DEPTH = 50
# What a report raises that was changed by hand, where its form tells nothing of it.
BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    jinja2.TemplateError,
)
Data = t.Mapping[str, t.Any]


class Number:
    """In a form: a number."""


class Either(t.NamedTuple):
    """In a form: what is known, or null."""

    form: t.Any


_KIND_OF_TASKS = {"number": Number, "longest_seconds": Either(Number)}
# What is read of a report again; a key of a dict must be there, "*" is any.
FORM = {
    "made": str,
    "state": str,
    "job": {"name": Either(str)},
    "phases": [{"name": str, "seconds": Number}],
    "speed": Either({"real_seconds": Either(Number), "real_speedup": Either(Number)}),
    "cost": Either({"usd": Number}),
    "steps": [
        {
            "id": str,
            "application_id": Either(str),
            "counters": Either({"*": Number}),
            "tasks": Either({"map": _KIND_OF_TASKS, "reduce": _KIND_OF_TASKS}),
        }
    ],
    "versions": {"*": Either(str)},
    "variables": {},
}
NAMES = {str: "a text", Number: "a number", dict: "a dict", list: "a list"}


class Damaged(OhmyError):
    """A report that is not as it was written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} is not as it was written: {why}.", "Take a report that nobody edited.")
        self.why = why


def load(path: str) -> dict[str, t.Any] | None:
    """Return the data of a report, None where the file is none.

    :raises Damaged: it was one.
    :raises OSError: it cannot be read.
    """
    with open(path, "rb") as stream:
        text = stream.read()
    try:
        found = json.loads(text.decode(), parse_constant=_no_number, parse_float=_finite(float), parse_int=_finite(int))
    except (ValueError, RecursionError) as exc:
        if not _was_report(path, text):
            return None
        raise Damaged(path, _said(exc)) from exc
    if not isinstance(found, dict) or found.get("kind") != KIND:
        return None
    if not isinstance(found.get("format"), int) or isinstance(found["format"], bool):
        raise Damaged(path, "format is no number")
    if found["format"] == FORMAT and (why := deeper(found) or unlike(found, FORM)):
        raise Damaged(path, why)
    return found


def report_of(path: str) -> dict[str, t.Any]:
    """Return the data of a report that must be there.

    :raises OhmyError: it is none, or one of another version, or damaged.
    :raises OSError: it cannot be read.
    """
    found = load(path)
    if found is None:
        raise OhmyError(f"{path} is no report of a run.", "Name the file that ends in -report.json, beside the answer.")
    if found["format"] != FORMAT:
        raise OhmyError(
            f"{path} is a report of the format {found['format']}, and only {FORMAT} is known here.",
            "Let the version of the collection read it that wrote it, or run the job again.",
        )
    return found


def is_report(path: str) -> bool:
    """Tell whether a file is one that was written here, whatever became of it since."""
    if not os.path.isfile(path):
        return False
    if path.endswith(".json"):
        try:
            return load(path) is not None
        except Damaged:
            return True
    with open(path, "rb") as stream:
        return page.MARK.encode() in stream.read(HEAD)


def unlike(value: t.Any, form: t.Any, place: str = "") -> str:
    """Return where a value has not its form, in a sentence without its stop; empty where it has."""
    if isinstance(form, Either):
        return "" if value is None else unlike(value, form.form, place)
    if form is Number:
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        return "" if plain else f"{place} is no number"
    wanted: t.Any = form if isinstance(form, type) else type(form)
    if not isinstance(value, wanted):
        return f"{place or 'it'} is not {NAMES[wanted]}"
    if isinstance(form, list):
        told = (unlike(one, form[0], f"{place}[{number}]") for number, one in enumerate(value))
    elif isinstance(form, dict):
        names = value if "*" in form else form
        if missing := [name for name in names if name not in value]:
            return f"{f'{place}.' if place else ''}{missing[0]} is missing"
        told = (unlike(value[name], form.get(name, form.get("*")), f"{place}.{name}".lstrip(".")) for name in names)
    else:
        return ""
    return next(filter(None, told), "")


def deeper(value: t.Any) -> str:
    """Return that a value is nested deeper than any report, in a sentence without its stop; empty where it is not."""
    layer = [value]
    for _depth in range(DEPTH):
        layer = [
            one
            for above in layer
            if isinstance(above, (dict, list))
            for one in (above.values() if isinstance(above, dict) else above)
        ]
    return f"it is nested deeper than {DEPTH} levels" if layer else ""


def _was_report(path: str, text: bytes) -> bool:
    """Tell whether what is no JSON any more was a report: it says so, or begins as one beside the page of one."""
    if any(json.dumps(KIND).encode(encoding) in text for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        return True
    return (not text or text.startswith(b"{\n")) and is_report(os.path.splitext(path)[0] + ".html")


def _said(exc: ValueError | RecursionError) -> str:
    if isinstance(exc, UnicodeDecodeError):
        return f"byte {exc.start + 1} is no UTF-8"
    return f"it is nested deeper than {DEPTH} levels" if isinstance(exc, RecursionError) else str(exc)


def _finite(kind: t.Callable[[str], t.Any]) -> t.Callable[[str], t.Any]:
    def read(text: str) -> t.Any:
        if len(text) > 1000 or abs(found := kind(text)) > MOST:
            _no_number(text)
        return found

    return read


def _no_number(text: str) -> t.NoReturn:
    raise ValueError(f"{text[:20]}{'…' * (len(text) > 20)} is no number that was written here")
