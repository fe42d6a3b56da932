# -*- coding: utf-8 -*-
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes that every module states; a module adds only its own C(support)."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes without options; extend with C(ohmy.hadoop._attributes) and give each a support."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
  diff_mode:
    description: Returns details on what has changed, or would change in check mode, when run in diff mode.
  idempotent:
    description: When run twice in a row with the same arguments outside check mode, the second run reports C(changed=false).
  platform:
    description: The target operating systems or families that the module works on.
    support: N/A
"""

    # For modules that look and never touch.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module does not modify any state.
  diff_mode:
    support: N/A
    details:
      - This module does not modify any state.
  idempotent:
    support: full
    details:
      - This module does not modify any state.
"""

    # For modules that an action plugin of the same name runs.
    ACTION = r"""
options: {}
attributes:
  action:
    description: Has an action plugin of the same name, so that part of its work is done on the controller.
  async:
    description: Can be used with the C(async) keyword.
"""
