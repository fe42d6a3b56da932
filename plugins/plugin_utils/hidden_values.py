# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which values of a run's variables come from where secrets are kept: a vault, the environment, another lookup.

What a variable is called says so of some. Here it is told by how a value was written, before Ansible worked it out.
"""

from __future__ import annotations

import functools
import os
import re
import typing as t

from ansible.errors import AnsibleError

from ..module_utils._core.secrets import REFUSED_ENV

LOOKUP = re.compile(r"(?<![\w.])(?:lookup|query|q)\s*\(\s*['\"](?P<name>[\w.]+)['\"](?P<terms>[^)]*)")
WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
ALONE = re.compile(r"\s*{{\s*(\w+)\s*}}\s*")
QUOTED = re.compile(r"['\"]([A-Za-z_]\w*)['\"]")
# Lookups that keep secrets, by what their names hold.
KEEPER = re.compile(r"secret|vault|pass|ssm|keyring|bitwarden|lastpass|credential", re.IGNORECASE)
# All variables of all hosts, and what Ansible says of itself.
NO_SOURCES = {"hostvars", "vars", "groups", "ansible_facts", "omit", "ansible_env"}
VAULT = b"$ANSIBLE_VAULT"
Template = t.Callable[[t.Any], t.Any]


class Sources:
    """Finds the values among a run's variables that nobody is to see.

    :param variables: all variables by name, as they were written.
    :param template: works out what stands in such a value.
    :param environment: that of this process by default.
    """

    def __init__(
        self, variables: t.Mapping[str, t.Any], template: Template, environment: t.Mapping[str, str] | None = None
    ) -> None:
        self._variables = variables
        self._template = template
        self._environment = os.environ if environment is None else environment
        self._known: dict[tuple[str, bool], set[str]] = {}

    def of(self, written: t.Any, value: t.Any) -> set[str]:
        """Return the texts within a variable's value that are to be hidden.

        Of a dict, which is handed on to Hadoop or a program, all that a lookup brought is one. Of a path or a name it is
        what the lookup calls a secret: a home directory is none.

        :param written: the same value before templates were worked out.
        """
        found = self._within(written, value, isinstance(value, dict) or _has_dicts(value))
        return {"".join(text) for text in found}  # without what Ansible notes of them

    def _within(self, written: t.Any, value: t.Any, handed_on: bool) -> t.Iterator[str]:
        if isinstance(written, dict) and isinstance(value, dict):
            for name in written.keys() & value.keys():
                yield from self._within(written[name], value[name], handed_on)
        elif isinstance(written, (list, tuple)) and isinstance(value, (list, tuple)) and len(written) == len(value):
            for one, other in zip(written, value):
                yield from self._within(one, other, handed_on)
        elif _is_vaulted(written, handed_on):
            yield from _texts(value)
        elif isinstance(written, str):
            yield from (text for text in _texts(value) if _is_vaulted(text, False))
            yield from self._of_template(str(written), value, handed_on)

    def _of_template(self, text: str, value: t.Any, handed_on: bool) -> t.Iterator[str]:
        if "{{" not in text and "{%" not in text:
            return
        if (alone := ALONE.fullmatch(text)) and alone[1] in self._variables.keys() - NO_SOURCES:
            yield from self._within(self._variables[alone[1]], value, handed_on)
            return
        for found in LOOKUP.finditer(text):
            if found["name"] in ("env", "ansible.builtin.env"):
                names = [name for name in QUOTED.findall(found["terms"]) if handed_on or REFUSED_ENV.search(name)]
                yield from filter(None, map(self._environment.get, names))
            if handed_on or KEEPER.search(found["name"]):
                yield from _texts(value)
        for name in {*WORD.findall(text)} & self._variables.keys() - NO_SOURCES:
            if found_there := self._of_variable(name, handed_on):
                yield from found_there
                yield from _texts(value) if handed_on else ()

    def _of_variable(self, name: str, handed_on: bool) -> set[str]:
        """Return what is to be hidden of a variable that another one names."""
        if (name, handed_on) not in self._known:
            self._known[name, handed_on] = set()  # for a variable may name itself
            written = self._variables[name]
            try:
                value = self._template(written)
            except AnsibleError:  # who needs it is told
                value = None
            self._known[name, handed_on] = set(self._within(written, value, handed_on or not isinstance(written, str)))
        return self._known[name, handed_on]


def _has_dicts(value: t.Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, (dict, list, tuple)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str) and value.strip():
        yield value


def _is_vaulted(value: t.Any, by_file: bool) -> bool:
    """Tell whether a value lay in a vault, by what Ansible notes of it.

    :param by_file: also where the whole file was one, in which other things lie, too.
    """
    if type(value).__name__ == "EncryptedString":
        return True
    notes = {type(note).__name__: note for note in (getattr(value, "_ansible_tags_mapping", None) or {}).values()}
    if "VaultedValue" in notes:
        return True
    path = getattr(notes.get("Origin"), "path", None)
    return by_file and path is not None and _is_vault(str(path))


@functools.lru_cache(maxsize=256)
def _is_vault(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(len(VAULT)) == VAULT
    except OSError:
        return False
