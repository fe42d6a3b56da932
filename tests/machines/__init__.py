# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines of one's own for tests: hosts with systemd, SSH and sudo, that no cloud ever saw."""

from __future__ import annotations

from .machines import Machines, up

__all__ = ["Machines", "up"]
