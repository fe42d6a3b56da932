# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which numbers of two answers are the same one but for noise."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.compare import differences, same_numbers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"a\t0.30000000000000004", b"a\t0.3", True),
        (b"a\t0.0", b"a\t-5.684341886080802e-14", True),  # a balance that comes to nothing
        (b"a\t0.02", b"a\t0.01", False),  # rounded by the program, or another one: nobody can tell
        (b"a\t9e-15", b"a\t1e-11", False),
        (b"a\t33.77", b"a\t33.770", True),
        (b"a\t1.5e3", b"a\t1.6e3", False),
        (b"a\t33", b"a\t34", False),
        (b"a\t33.77", b"b\t33.77", False),
    ],
)
def test_noise_is_no_difference(one, other, same):
    assert same_numbers(one, other) is same_numbers(other, one) is same
    assert differences([one], [other], b"\t")[0] == (0 if same else 1 + (one[:1] != other[:1]))
