#!/usr/bin/env python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mapper that works: hashes each line as often as its argument says, and counts lines by the first byte that comes out."""

import collections
import hashlib
import sys

rounds = int(sys.argv[1])
counts: collections.Counter[str] = collections.Counter()
for line in sys.stdin.buffer:
    digest = line
    for _round in range(rounds):
        digest = hashlib.sha256(digest).digest()
    counts[digest[:1].hex()] += 1
for key, count in sorted(counts.items()):
    print(f"{key}\t{count}")
