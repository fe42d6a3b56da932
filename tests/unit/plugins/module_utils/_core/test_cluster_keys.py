# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the keys that controller and nodes agree on."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import cluster_keys


def test_all_but_the_last_logs_lies_below_the_prefix_that_goes_with_the_cluster():
    assert cluster_keys.document("clusters/c/1/", "master") == "clusters/c/1/documents/master.json"
    assert cluster_keys.nodes("clusters/c/1/") == "clusters/c/1/nodes/"
    assert cluster_keys.lease("clusters/c/1/") == "clusters/c/1/lease"
    assert cluster_keys.evidence("clusters/c/1/") == "evidence/c/1/"
    assert cluster_keys.evidence("clusters/c/") == "evidence/c/"
