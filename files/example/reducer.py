#!/usr/bin/env python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell the story of each word: how often, in how many books, from where to where, what follows it.

A line is: word, times, books, first verse, median verse, last verse, longest silence in books, commonest follower
and its times; separated by TAB. All occurrences of a word are needed at once, so no combiner could help.
"""

from __future__ import annotations

import collections
import itertools
import os
import sys
from collections.abc import Iterable, Iterator

# A side file of the job, beside the program here and on the cluster: the books' abbreviations in their order.
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "books.txt"), "rb") as _books:
    BOOKS = {book: number for number, book in enumerate(_books.read().split())}


def place(verse: bytes) -> tuple[int, int, int]:
    """Return book, chapter and verse as numbers, so that verses sort as they stand in the text."""
    head, number = verse.split(b":")
    book = head.rstrip(b"0123456789")
    return BOOKS[book], int(head[len(book) :]), int(number)


def story(word: bytes, occurrences: Iterable[bytes]) -> bytes:
    """Return the line about one word from its occurrences, whatever order they come in."""
    verses: list[bytes] = []
    followers: collections.Counter[bytes] = collections.Counter()
    for occurrence in occurrences:
        verse, follower = occurrence.split(b" ")
        verses.append(verse)
        if follower != b"-":
            followers[follower] += 1
    verses.sort(key=place)
    books = sorted({place(verse)[0] for verse in verses})
    silence = max((after - before - 1 for before, after in zip(books, books[1:])), default=0)
    # Of equally common followers the first in the alphabet: the answer must not depend on the order of arrival.
    follower, times = min(followers.items(), key=lambda item: (-item[1], item[0]), default=(b"-", 0))
    columns = (word, len(verses), len(books), verses[0], verses[(len(verses) - 1) // 2], verses[-1], silence)
    texts = [column if isinstance(column, bytes) else b"%d" % column for column in (*columns, follower, times)]
    return b"\t".join(texts) + b"\n"


def pairs() -> Iterator[tuple[bytes, bytes]]:
    """Yield word and occurrence from standard input."""
    for line in sys.stdin.buffer:
        word, _tab, occurrence = line.rstrip(b"\n").partition(b"\t")
        yield word, occurrence


def main() -> None:
    """Reduce standard input, sorted by word, to standard output."""
    for word, group in itertools.groupby(pairs(), key=lambda pair: pair[0]):
        sys.stdout.buffer.write(story(word, (occurrence for _word, occurrence in group)))


if __name__ == "__main__":
    main()
