# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A module's options as Ansible logs and returns them, without what may be a secret."""

from __future__ import annotations

import re
import typing as t

from .secrets import HIDDEN, REFUSED_ENV

MASK = "(hidden)"


class OptionsHider:
    """Stands before AnsibleModule among the bases of a module some of whose options may hold secrets.

    With ``no_log`` on such an option, Ansible would hide its values wherever they occur in the result.
    """

    params: dict[str, t.Any]

    def shown(self) -> dict[str, t.Any]:
        """Return the options as anybody may see them; those that Ansible refuses are shown, too, of whatever type."""
        raise NotImplementedError

    def _log_invocation(self) -> None:
        own, self.params = self.params, self.shown()
        try:
            super()._log_invocation()  # type: ignore[misc]  # AnsibleModule comes next
        finally:
            self.params = own

    def _return_formatted(self, kwargs: dict[str, t.Any]) -> None:
        kwargs.setdefault("invocation", {"module_args": self.shown()})
        super()._return_formatted(kwargs)  # type: ignore[misc]  # AnsibleModule comes next


class JobHider(OptionsHider):
    """Hides what a job is refused for in the options ``cmdenv`` and ``options``, its steps' too: Ansible logs it before."""

    def shown(self) -> dict[str, t.Any]:
        """Return the options without the values of variables and properties whose names sound like secrets."""
        return of_job(self.params)


def of_job(given: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the options of a job or of one of its steps without the values of what sounds like a secret."""
    found = dict(given)
    for name, secrets in (("cmdenv", REFUSED_ENV), ("options", HIDDEN)):
        if name in found:
            found[name] = without(found[name], secrets)
    if "steps" in found:
        found["steps"] = of_each(found["steps"], of_job)
    return found


def of_each(values: t.Any, shown: t.Callable[[dict[str, t.Any]], dict[str, t.Any]]) -> t.Any:
    """Return a list of dicts with each as ``shown`` has it; of what is none nothing is shown."""
    if not isinstance(values, list):
        return MASK if values else values
    return [shown(one) if isinstance(one, dict) else MASK for one in values]


def without(values: t.Any, names: re.Pattern[str]) -> t.Any:
    """Return a dict without the values of these names; of what is no dict nothing is shown."""
    if not isinstance(values, dict):
        return MASK if values else values
    return {name: MASK if names.search(str(name)) else value for name, value in values.items()}
