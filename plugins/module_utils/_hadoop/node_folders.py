# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where Hadoop and its logs lie on a node."""

from __future__ import annotations

HADOOP_HOME = "/opt/ohmy/hadoop"
LOG_DIR = "/var/log/hadoop"
