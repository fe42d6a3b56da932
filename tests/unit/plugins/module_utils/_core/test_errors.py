# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as modules return them."""

from __future__ import annotations

import os

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result


def test_a_name_that_is_no_utf_8_can_be_told():
    name = os.fsdecode(b"/in/caf\xe9")
    found = as_result(OhmyError(f"{name} cannot be read.", f"Rename {name}."))
    assert found == {"msg": "/in/caf\\udce9 cannot be read. Rename /in/caf\\udce9.", "hint": "Rename /in/caf\\udce9."}
    told = as_result(OSError(13, "Permission denied", name))["msg"]
    assert told.startswith("/in/caf\\udce9: Permission denied.") and told.encode()
