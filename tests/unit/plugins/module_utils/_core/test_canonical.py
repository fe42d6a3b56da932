# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Equal documents are equal bytes: nodes report a digest of what they reached, and the controller knows it by that."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import canonical


def test_the_order_of_keys_makes_no_other_bytes():
    assert canonical.dumps({"b": [1, None], "a": "é"}) == canonical.dumps({"a": "é", "b": [1, None]})
    assert canonical.dumps({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'.encode()
