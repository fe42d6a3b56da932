#!/usr/bin/env python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read verses (``Ge1:1 In the beginning …``) and emit a line for each word of four letters and more.

A line is: word, TAB, verse, blank, the next such word in the same verse or ``-``.
"""

from __future__ import annotations

import re
import sys

VERSE = re.compile(rb"([1-3]?[A-Za-z]+[0-9]+:[0-9]+) (.*)")
WORD = re.compile(rb"[a-z]+(?:'[a-z]+)?")


def main() -> None:
    """Map standard input to standard output; lines that are no verses are counted and left out."""
    strangers = 0
    # Bytes in, bytes out: what a text is encoded in is not the mapper's business.
    for line in sys.stdin.buffer:
        match = VERSE.match(line)
        if match is None:
            strangers += 1
            continue
        verse, text = match.groups()
        words = [word for word in WORD.findall(text.lower()) if len(word) >= 4]
        for word, follower in zip(words, [*words[1:], b"-"]):
            sys.stdout.buffer.write(b"%s\t%s %s\n" % (word, verse, follower))
    if strangers:
        print(f"reporter:counter:Example,Lines that are no verses,{strangers}", file=sys.stderr)


if __name__ == "__main__":
    main()
