#!/usr/bin/env python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mapper: the value of each line as a key, with a 1."""

import sys

for line in sys.stdin:
    print(f"{line.rstrip().split(chr(9))[1]}\t1")
