# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A report as one HTML page that needs nothing else: no network, no script; pure."""

from __future__ import annotations

import json
import os
import typing as t

import jinja2

from ...module_utils._core.voice import count
from ..amounts import size, span
from . import charts, compare
from .data import cut

MOST_BYTES = 1_000_000


class Room(t.NamedTuple):
    """How much a page shows: attempts of each step, steps, rows of a table, characters of a text."""

    attempts: int
    steps: int
    rows: int
    characters: int


# One after the other is tried, until the page is small enough.
ROOMS = (
    Room(600, 20, 500, 16_000),
    Room(100, 20, 500, 16_000),
    Room(0, 20, 200, 2_000),
    Room(0, 5, 100, 1_000),
    Room(0, 1, 50, 200),
)
MARK = '<meta name="generator" content="ohmy.hadoop run report"/>'
Data = t.Mapping[str, t.Any]


def render(data: Data, before: Data | None = None, json_name: str = "") -> str:
    """Return the page of a run.

    :param data: as ``data.build`` returns it.
    :param before: that of the run before, to compare with.
    :param json_name: name of the file beside the page that holds the data.
    """
    return _fitting("run.html.j2", data, compare.compared(before, data) if before else None, json_name)


def render_comparison(difference: Data) -> str:
    """Return the page that sets two runs side by side, of what ``compare.compared`` says of them."""
    return _fitting("compare.html.j2", {}, difference)


def _fitting(name: str, data: Data, difference: Data | None, json_name: str = "") -> str:
    """Return the first page that is small enough, by the template of this name."""
    template = environment().get_template(name)
    page = ""
    for room in ROOMS:
        short = shortened({"data": data, "difference": difference}, room.characters)
        page = template.render(**short, room=room, json_name=json_name)
        if len(page.encode()) < MOST_BYTES:
            break
    return page


def shortened(told: t.Any, characters: int) -> t.Any:
    """Return a value whose long texts have lost their middle."""
    if isinstance(told, dict):
        return {cut(name, characters): shortened(one, characters) for name, one in told.items()}
    if isinstance(told, list):
        return [shortened(one, characters) for one in told]
    return cut(told, characters) if isinstance(told, str) else told


def environment() -> jinja2.Environment:
    """Return what fills in the templates; all that they are given is escaped."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(os.path.dirname(__file__)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(number=number, percent=percent, span=span, size=size, value=value, cut=cut, count_of=count)
    found.globals.update(charts=charts)
    return found


def number(told: float | None) -> str:
    """Return a number with its thousands set off, a dash where there is none."""
    if told is None:
        return "–"
    return f"{told:,}" if isinstance(told, int) else f"{told:,.4g}" if abs(told) < 1 else f"{told:,.1f}"


def percent(share: float | None) -> str:
    """Return a share in percent, a dash where there is none."""
    return "–" if share is None else f"{share:.0%}" if share >= 0.1 or not share else f"{share:.1%}"


def value(told: t.Any) -> str:
    """Return a variable's value as YAML users read it, in one line where it is short."""
    if told is None or isinstance(told, bool):
        return json.dumps(told)
    if isinstance(told, dict):
        return "\n".join(f"{name}: {value(one)}" for name, one in told.items()) or "{}"
    if isinstance(told, list):
        return "\n".join(f"- {value(one)}".replace("\n", "\n  ") for one in told) or "[]"
    return str(told)
