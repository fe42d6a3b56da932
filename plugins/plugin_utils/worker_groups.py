# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is wrong with further groups of workers, before anything is touched."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._aws import groups
from ..module_utils._core.errors import OhmyError
from . import value_types

MOST_WORKERS = 1000
# What a group that says nothing takes from the other workers does not matter here.
COMMON = groups.Group(groups.WORKER, groups.WORKER, 0, ("m6i.large",), "ami-0")


def problem(value: t.Sequence[t.Mapping[str, t.Any]] | None) -> str:
    """Return what is wrong with ``cluster_worker_groups``, or an empty text."""
    done = []
    for number, one in enumerate(value or (), 1):
        if text := _form(one):
            return f"in group {one.get('name', number)} {text}"
        checked = ArgumentSpecValidator(groups.FURTHER).validate(dict(one))
        if checked.error_messages:
            return f"in group {one.get('name', number)}: {checked.error_messages[0]}"
        done.append(checked.validated_parameters)
    try:
        groups.all_further(done, COMMON)
    except OhmyError as exc:
        return f"{exc.message.partition(': ')[2] or exc.message} {exc.hint}".strip()
    return ""


def _form(group: t.Mapping[str, t.Any]) -> str:
    """Return what is wrong with a group by itself: names, types, and how many workers it wants."""
    unknown = [name for name in group if name not in groups.FURTHER]
    if unknown:
        return f"there is no {unknown[0]}; a group has {', '.join(groups.FURTHER)}"
    given = {name: value for name, value in group.items() if value is not None}
    for text in value_types.problems(groups.FURTHER, given):
        return text.replace(": ", " ", 1)
    most = int(given.get("workers", 0))
    return "" if most <= MOST_WORKERS else f"workers must be 0 to {MOST_WORKERS}, not {most}"


def root_volume_problem(value: t.Mapping[str, t.Any] | None) -> str:
    """Return what is wrong with ``cluster_root_volume``, or an empty text."""
    return _volume(value, groups.LEAST_GIB) if value is not None else ""


def volumes_problem(value: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Return what is wrong with ``cluster_volumes``, or an empty text."""
    if len(value) > groups.MOST_VOLUMES:
        return f"{len(value)} volumes are too many, at most {groups.MOST_VOLUMES}"
    return next((text for one in value if (text := _volume(one, 1))), "")


def _volume(value: t.Mapping[str, t.Any], least: int) -> str:
    unknown = sorted(set(value) - {"size", "type"})
    if unknown:
        return f"knows size and type, not {', '.join(map(str, unknown))}"
    size = str(value.get("size", 50))
    if not re.fullmatch("[0-9]+", size) or not least <= int(size) <= groups.MOST_GIB:
        return f"size must be {least} to {groups.MOST_GIB} GiB, not {size}"
    try:
        groups.volume({"size": int(size), "type": value.get("type")}, "", least)
    except OhmyError as exc:
        return f"{exc.message.removeprefix(': ')} {exc.hint}"
    return ""
