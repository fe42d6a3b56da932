# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``job_comparison``: two reports of runs as one page, and its numbers as words."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.voice import printable
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import compare, files, reading


class ActionModule(ActionBase):
    """Reads two files and writes one."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Compare, write the page where it is not there already, and say what became faster or slower."""
        super().run(tmp, task_vars)
        path = {"type": "path", "required": True}
        _unused, args = self.validate_argument_spec(argument_spec={"before": path, "after": path, "page": path})
        try:
            names = (args["before"], args["after"])
            before, after = map(reading.report_of, names)
            found, text = files.set_side_by_side(before, after, names)
            changed = files.save_page(text, args["page"], self._task.check_mode)
        except (OhmyError, OSError) as exc:
            return {"failed": True, "changed": False, **as_result(exc)}
        place = f"The page lies in {args['page']}."
        lines = [*map(printable, compare.words(found)), *([] if changed and self._task.check_mode else [place])]
        Display().display("\n" + "\n".join(lines) + "\n")
        return {"changed": changed, "report": lines, "page": args["page"], **found}
