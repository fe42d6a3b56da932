# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``job_preflight``: run the module, and say what it found in words."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import rehearsal_report
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.controller_action import ControllerAction

NOT_OF_FAILURE = ("sample", "tried", "not_tried", "speed", "estimate", "counters", "answer")


class ActionModule(ControllerAction):
    """Runs the module; warnings, notes and the estimate are shown at any verbosity."""

    _supports_async = False

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the module's result."""
        if str(args.get("mode", "full")) == "full":
            limit = args.get("seconds", 60)
            what = f"Trying {args['step']}" if args.get("step") else "Trying the programs"
            where = "what the step before wrote of them" if args.get("answer_from") else "the first lines of the input"
            Display().display(f"{what} on {where}, for at most {limit} s.")
        result = self.module(args)
        if "estimate" in result:
            for line in rehearsal_report.lines(result, int(args.get("workers", 2))):
                Display().display(line)
        if result.get("failed"):
            # Ansible shows all of a failure, so it is to hold no more than what failed.
            return {key: value for key, value in result.items() if key not in NOT_OF_FAILURE}
        return result
