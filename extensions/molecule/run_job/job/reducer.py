# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how often each word stands in the text."""

import itertools
import sys

for word, lines in itertools.groupby(sys.stdin, key=lambda line: line.split("\t")[0]):
    print(f"{word}\t{sum(1 for _line in lines)}")
