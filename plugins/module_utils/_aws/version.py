# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The version of this collection. It does not stand in ``_core``, or the bundle of the nodes would change with it."""

from __future__ import annotations

VERSION = "1.0.0"
