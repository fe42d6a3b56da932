# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""An action that looks at the cluster again and again on a live line, which tells of a lost connection, too."""

from __future__ import annotations

from .node_action import NodeAction
from .progress import Progress


class WatchedAction(NodeAction):
    """What looks at the master until all is as wanted; ``_line`` is its live line while it looks."""

    lost = "the master does not answer over SSH"
    _line: Progress | None = None

    def on_lost(self, left: float) -> None:
        """Say it on the live line."""
        super().on_lost(left)
        if self._line is not None:
            self._line.update(f"{self.lost}, trying again for {left:.0f} s")
