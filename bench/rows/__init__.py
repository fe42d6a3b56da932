# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table: each module in this folder holds some, as ``ROWS``."""

from __future__ import annotations

import importlib
import pkgutil

from ..row import Row


def all_rows() -> dict[str, Row]:
    """Return all rows by their names, in the order of the table: by module and then as they stand in it."""
    found: dict[str, Row] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        for row in importlib.import_module(f"{__name__}.{module}").ROWS:
            if row.name in found:
                raise ValueError(f"two rows are called {row.name}")
            found[row.name] = row
    return found
