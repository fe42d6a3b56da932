# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cluster a failed launch may remove: none that may hold data."""

from __future__ import annotations

import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import instances, unfinished

AT = "clusters/demo/0b54bd1a/nodes"
MASTER, WORKER = "i-0a", "i-0b"


def have(workers, *reports):
    """Return a cluster launched with so many workers, of which these objects tell."""
    master = instances.Instance(id=MASTER, state="running", group="master")
    return types.SimpleNamespace(
        instances=[master],
        objects=frozenset(f"{AT}/{one}" for one in reports),
        documents={"master": None if workers is None else b'{"workers": %d}' % workers},
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (have(None), False),
        (have(2), False),
        (have(2, f"{MASTER}/hostkey/ssh-ed25519/x"), False),
        (have(2, f"{MASTER}/report/reached/ab"), False),  # HDFS has no DataNode yet
        (have(2, f"{WORKER}/report/failed"), False),
        (have(2, f"{WORKER}/report/reached/ab"), True),  # though no worker lives now
        (have(2, f"{WORKER}/report/reached/ab", f"{WORKER}/report/failed"), True),
        (have(0), False),
        (have(0, f"{MASTER}/report/reached/ab"), True),
    ],
)
def test_a_cluster_stood_when_a_node_with_hdfs_on_it_was_up(found, expected):
    assert unfinished.stood(found) is expected
