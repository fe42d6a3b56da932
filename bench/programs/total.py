#!/usr/bin/env python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reducer: each key with the sum of its values."""

import itertools
import sys

pairs = (line.rstrip("\n").split("\t") for line in sys.stdin)
for key, group in itertools.groupby(pairs, key=lambda pair: pair[0]):
    print(f"{key}\t{sum(int(value) for _key, value in group)}")
