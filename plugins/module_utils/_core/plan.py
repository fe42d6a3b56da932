# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is to be done: ``changed``, ``diff`` and ``actions`` all come from one list of steps."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One change: ``verb`` it does, on ``key``, from ``old`` to ``new``."""

    verb: str
    key: str
    old: t.Any = None
    new: t.Any = None

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"


@dataclass
class Plan:
    """An ordered list of steps; empty means that nothing is to be done."""

    steps: list[Step] = field(default_factory=list)

    def add(self, verb: str, key: str, old: t.Any = None, new: t.Any = None) -> None:
        """Add a step that is needed whatever the values are (a start, a removal)."""
        self.steps.append(Step(verb, key, old, new))

    def change(self, verb: str, key: str, old: t.Any, new: t.Any) -> None:
        """Add a step only where the two values differ."""
        if old != new:
            self.add(verb, key, old, new)

    def wants(self, verb: str, key: str) -> bool:
        """Tell whether the plan holds this step."""
        return any(step.verb == verb and step.key == key for step in self.steps)

    def result(self, **extra: t.Any) -> dict[str, t.Any]:
        """Return the part of a module's result that depends on the plan alone."""
        return {
            "changed": bool(self.steps),
            "actions": [str(step) for step in self.steps],
            "diff": {
                "before": {step.key: step.old for step in self.steps},
                "after": {step.key: step.new for step in self.steps},
            },
            **extra,
        }
