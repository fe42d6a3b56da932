# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A plan's changes and a module's options as Ansible shows them, with what looks like a secret masked."""

from __future__ import annotations

import json
import re
import typing as t

from .._core.hidden_options import MASK, OptionsHider, without
from .._core.plan import Plan
from .._core.secrets import HIDDEN

PROPERTY = re.compile(r"(<name>(?P<name>[^<]*)</name>\s*<value>)[^<]*(</value>)")


class DocumentHider(OptionsHider):
    """Hides what the option ``document`` may hold of secrets; all of it is too much for a log."""

    log: t.Callable[[str], None]

    def _log_invocation(self) -> None:
        self.log("Invoked")

    def shown(self) -> dict[str, t.Any]:
        """Return the options without the values of properties whose names sound like secrets."""
        document = self.params.get("document")
        return {**self.params, "document": hidden(document) if isinstance(document, dict) else document and MASK}


def masked(text: str) -> str:
    """Return a file's text without the values of properties whose names sound like secrets."""
    if text.startswith("{"):
        return _masked_document(text)
    return PROPERTY.sub(lambda m: m[1] + MASK + m[3] if HIDDEN.search(m["name"]) else m[0], text)


def _masked_document(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return json.dumps(hidden(document), sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def hidden(document: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a copy of a document without the values of properties whose names sound like secrets."""
    properties = document.get("properties")
    if not isinstance(properties, dict):
        return document
    return {**document, "properties": {site: without(values, HIDDEN) for site, values in properties.items()}}


def has_secrets(value: t.Any) -> bool:
    """Tell whether a name in a dict, or in dicts within it, sounds like that of a secret."""
    if isinstance(value, list):
        return any(map(has_secrets, value))
    return isinstance(value, dict) and any(HIDDEN.search(str(name)) or has_secrets(one) for name, one in value.items())


def entries(todo: Plan) -> list[dict[str, t.Any]]:
    """Return a list of {"before", "after", "before_header", "after_header"}: a file each, all other steps in one."""
    files = [step for step in todo.steps if step.verb == "write"]
    others = [step for step in todo.steps if step.verb != "write"]
    found = [_entry(one.key.removeprefix("file "), masked(one.old or ""), masked(one.new)) for one in files]
    if others:
        before = "".join(f"{step.key}: {_word(step.old)}\n" for step in others)
        after = "".join(f"{step.key}: {_word(step.new)}\n" for step in others)
        found.append(_entry("node", before, after))
    return found


def _entry(header: str, before: str, after: str) -> dict[str, t.Any]:
    return {"before": before, "after": after, "before_header": header, "after_header": header}


def _word(value: t.Any) -> str:
    return "-" if value is None else str(value)
