# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The two files of a report beside the answer; the ones of the run before are kept under another name."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import typing as t

from ...module_utils._core.errors import OhmyError
from . import compare, page
from .data import FORMAT
from .reading import BROKEN, Damaged, is_report, load

ENDINGS = (".html", ".json")
BEFORE = "-before"
Data = t.Mapping[str, t.Any]


def save(data: Data, base: str) -> tuple[str, str]:
    """Write ``base``.html and ``base``.json; return (the path of the page, what is wrong with the report of before).

    The report of before keeps its names until the new one is written whole.

    :raises OhmyError: something lies there that is no report.
    :raises OSError: it cannot be written.
    """
    for path in (base + part + ending for part in ("", BEFORE) for ending in ENDINGS):
        refuse_stranger(path)
    os.makedirs(os.path.dirname(os.path.abspath(base)), exist_ok=True)
    known, why = report_before(f"{base}.json")
    name = os.path.basename(f"{base}.json")
    data, text, why = rendered(data, known, name, why)
    there = os.path.exists(f"{base}.json")
    with contextlib.ExitStack() as left:
        new = {}
        for path, words in (
            (f"{base}.json", json.dumps(data, indent=1, sort_keys=True) + "\n"),
            (f"{base}.html", text),
        ):
            new[path] = partial(path, words)
            left.callback(remove, new[path])
        for path in new if there else ():
            keep(path)
        for path, written in new.items():
            os.replace(written, path)
    return f"{base}.html", why


def report_before(path: str) -> tuple[Data | None, str]:
    """Return (the data of the run before, None where they are not to be compared; what is wrong with them)."""
    try:
        known = load(path) if os.path.exists(path) else None
    except Damaged as exc:
        return None, exc.why
    return (known if known and known["format"] == FORMAT else None), ""


def keep(path: str) -> None:
    """Give a file of the run before its other name; where the system can, it has both for a while."""
    root, ending = os.path.splitext(path)
    if not os.path.exists(path):
        return
    other = f"{root}{BEFORE}{ending}"
    try:
        with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path)), prefix=".ohmy-") as folder:
            second = os.path.join(folder, "second")
            os.link(path, second)
            os.replace(second, other)
    except OSError:
        os.replace(path, other)


def remove(path: str) -> None:
    """Remove a file that may be gone."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def is_told(data: Data, base: str) -> bool:
    """Tell whether a report that is there tells of these very submissions already, and of a run that succeeded as this one.

    So it is where a job was found finished in HDFS, which no plan can know before.
    """
    known = whole(base)
    if known is None or not data["steps"]:
        return False
    return known["state"] == data["state"] == "succeeded" and _submissions(known) == _submissions(data)


def tells_of(fingerprint: str | None, base: str) -> bool:
    """Tell whether a report that is there is that of a run which brought the answer of this very job."""
    known = whole(base) if fingerprint else None
    return known is not None and known["state"] == "succeeded" and known["job"].get("fingerprint") == fingerprint


def whole(base: str) -> Data | None:
    """Return the data of a report whose page lies beside them; None where there is none, or one that nobody can read."""
    try:
        return report_before(f"{base}.json")[0] if is_report(f"{base}.html") else None
    except OSError:
        return None


def _submissions(data: Data) -> list[tuple[t.Any, t.Any]]:
    return [(step["id"], step["application_id"]) for step in data["steps"]]


def rendered(data: Data, before: Data | None, json_name: str, why: str) -> tuple[Data, str, str]:
    """Return (the data, the page of a run, what is wrong with the report of before).

    Where something is, the data warn of it and nothing is compared.

    :param why: what is known to be wrong with it.
    """
    if before is not None:
        try:
            return data, page.render(data, before, json_name), ""
        except BROKEN as exc:
            why = f"{type(exc).__name__} {exc}"
    if why:
        text = f"The report of the run before is not as it was written, and nothing is compared with it: {why}."
        name, ending = os.path.splitext(json_name)
        warning = {"severity": "warning", "text": text, "fix": f"It was kept as {name}{BEFORE}{ending}."}
        data = {**data, "warnings": [*data["warnings"], warning]}
    return data, page.render(data, None, json_name), why


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


def set_side_by_side(before: Data, after: Data, names: t.Sequence[str] = ("", "")) -> tuple[dict[str, t.Any], str]:
    """Return (how two reports differ, the page that says so).

    :param names: of the files of both.
    :raises OhmyError: somebody has changed one of them.
    """
    try:
        found = compare.compared(before, after)
        return found, page.render_comparison(found)
    except BROKEN as exc:
        broken = [name for name, one in zip(names, (before, after)) if _is_broken(one)]
        raise Damaged(" or ".join(broken or names), f"{type(exc).__name__} {exc}") from exc


def _is_broken(data: Data) -> bool:
    """Tell whether a report cannot even be compared with one that holds nothing."""
    nothing: dict[str, t.Any] = {
        "phases": [],
        "steps": [],
        "versions": {},
        "variables": {},
        "speed": None,
        "cost": None,
    }
    try:
        page.render_comparison(compare.compared({**data, **nothing}, data))
    except BROKEN:
        return True
    return False


def refuse_stranger(path: str) -> None:
    """Raise OhmyError where something lies there that is no report."""
    if os.path.lexists(path) and not is_report(path):
        raise OhmyError(f"{path} is no report of this collection.", "It was left alone: move it, or rename it.")


def write(path: str, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    written = partial(path, text)
    try:
        os.replace(written, path)
    except BaseException:
        os.unlink(written)
        raise


def partial(path: str, text: str) -> str:
    """Write a text beside a path, to its last byte; return where it lies."""
    umask = os.umask(0o077)
    os.umask(umask)
    descriptor, written = tempfile.mkstemp(
        dir=os.path.dirname(os.path.abspath(path)), prefix=".ohmy-", suffix=".partial"
    )
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(written, 0o666 & ~umask)
    except BaseException:
        os.unlink(written)
        raise
    return written
