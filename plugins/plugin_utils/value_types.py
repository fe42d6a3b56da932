# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Of which type a value of a variable must be, before anything else is asked of it; pure."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE, BOOLEANS_TRUE, boolean

from . import number_units

# Whose values are mappings themselves.
NESTED = ("hadoop_site",)
# Lists in which a number is as good as its digits.
NUMBERS = ("job_sort",)
# What Ansible makes a mapping of: its own form, or JSON.
PAIRS = re.compile(r"=|^\s*{")
# YAML reads 2024, 2024-01-05, 1.10 and no as a number, a date, another number and false.
QUOTES = "put a name in quotes"


def problems(specs: t.Mapping[str, dict[str, t.Any]], values: t.Mapping[str, t.Any]) -> list[str]:
    """Return ``name: what is wrong`` for values that Ansible's own validator would bend into shape."""
    found = []
    for name, value in values.items():
        wanted, choices = specs[name].get("type"), specs[name].get("choices")
        if wanted in ("str", "path") and isinstance(value, (dict, list)):
            found.append(f"{name}: must be a text, not a {'list' if isinstance(value, list) else 'mapping'}")
        elif wanted == "path" and not isinstance(value, str):
            found.append(f"{name}: must be a text, not {said(value)}; {QUOTES}")
        elif wanted == "str" and choices and not _chosen(value, choices):
            found.append(f"{name}: must be one of {', '.join(choices)}, not {said(value)}")
        elif wanted == "int" and not _whole(value):
            found.append(f"{name}: must be a whole number{number_units.meant(specs[name], value)}, not {said(value)}")
        elif wanted == "float" and not _number(value):
            found.append(f"{name}: must be a number, not {said(value)}")
        elif wanted == "bool" and not _truth(value):
            found.append(f"{name}: must be true or false, not {said(value)}")
        elif wanted == "list" and isinstance(value, list):
            if specs[name].get("elements") == "dict":
                wrong = [item for item in value if not isinstance(item, dict)]
                found += [f"{name}: must be a list of names and values; {item!r} is none" for item in wrong]
                continue
            bad = [item for item in value if not _listable(name, item) or item == ""]
            found += [f"{name}: must be a list of texts; {_none(item)}" for item in bad]
        elif wanted == "list" and specs[name].get("elements") == "dict" and not isinstance(value, dict):
            given = "a text" if isinstance(value, str) else said(value)
            found.append(f"{name}: must be a list of names and values, not {given}")
        elif wanted == "list" and isinstance(value, dict):
            found.append(f"{name}: must be a list, not a mapping")
        elif wanted == "list" and specs[name].get("elements") == "path" and not isinstance(value, str):
            found.append(f"{name}: must be a list of texts, not {said(value)}; {QUOTES}")
        elif wanted == "dict" and isinstance(value, list):
            found.append(f"{name}: must be names and values, such as NAME: value, not a list")
        elif wanted == "dict" and not isinstance(value, dict) and not PAIRS.search(str(value)):
            found.append(f"{name}: must be names and values, such as NAME: value, not {said(value)}")
        elif wanted == "dict" and isinstance(value, dict) and name not in NESTED:
            found += [f"{name}: the name {key!r} must be a text" for key in value if not isinstance(key, str)]
            bad = [key for key, item in value.items() if isinstance(item, (dict, list))]
            found += [f"{name}: the value of {key!r} must be a text or a number" for key in bad]
    return found


def _listable(name: str, item: t.Any) -> bool:
    """Tell whether a value is of the kind of those in a list."""
    return isinstance(item, str) or (name in NUMBERS and isinstance(item, int) and not isinstance(item, bool))


def _none(item: t.Any) -> str:
    """Return that an item is no text, and what to do where it is one that YAML takes for something else."""
    return f"{item!r} is none" if isinstance(item, (str, list, dict)) else f"{said(item)} is none; {QUOTES}"


def said(value: t.Any) -> str:
    """Return a value as part of a sentence; a blank one would be overlooked."""
    text = str(value)
    return text if text.strip() else repr(text)


def _chosen(value: t.Any, choices: t.Collection[str]) -> bool:
    """Tell whether a value is a choice; YAML reads off and no as false, which Ansible's validator turns back."""
    if isinstance(value, bool):
        return len((BOOLEANS_TRUE if value else BOOLEANS_FALSE) & {*choices}) == 1
    return str(value) in choices


def _number(value: t.Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _truth(value: t.Any) -> bool:
    try:
        boolean(value)
    except TypeError:
        return False
    return True


def _whole(value: t.Any) -> bool:
    if isinstance(value, (int, float)):
        return not isinstance(value, bool) and value == value // 1
    return isinstance(value, str) and re.fullmatch(r"\s*[-+]?[0-9]+\s*", value) is not None
