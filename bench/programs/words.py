#!/usr/bin/env python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mapper: each word of the text, with a 1."""

import sys

for line in sys.stdin:
    for word in line.split():
        print(f"{word}\t1")
