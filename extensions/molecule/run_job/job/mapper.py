# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emit each word with the number of its line."""

import sys

for number, line in enumerate(sys.stdin, 1):
    for word in line.split():
        print(f"{word}\t{number}")
