# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where a cluster's bucket holds what both the controller and the nodes know; all that is in it: docs/architecture.md.

A ``prefix`` is that of all that belongs to one incarnation of a cluster, and ends in a slash.
"""

from __future__ import annotations


def document(prefix: str, role: str) -> str:
    """Return the key of one role's document."""
    return f"{prefix}documents/{role}.json"


def nodes(prefix: str) -> str:
    """Return where the nodes write, each in a folder that is called as its instance."""
    return f"{prefix}nodes/"


def lease(prefix: str) -> str:
    """Return the key of the lease."""
    return f"{prefix}lease"


def evidence(prefix: str) -> str:
    """Return where the nodes leave their last logs: beside the cluster's own prefix, which is removed.

    :param prefix: its own, or that of all clusters of its name.
    """
    return "evidence/" + prefix.partition("/")[2]
