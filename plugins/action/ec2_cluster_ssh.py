# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``ec2_cluster_ssh``: the module alone, run from where it lies."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.controller_action import ControllerAction as ActionModule

__all__ = ["ActionModule"]
