# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped example, as the local pipe runs it."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "files" / "example"
TEXT = [
    b"Ge1:1 Light upon light, and the heaven\xe2\x80\x99s light",
    b"Ge2:3 no light here",
    b"Rev22:21 The light: amen, father's light upon\xff",
    b"no verse at all",
]


def program(name: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run mapper or reducer as a task does, in a folder with the side file."""
    return subprocess.run([EXAMPLE / name], input=given, capture_output=True, cwd=EXAMPLE, check=True, timeout=30)


def test_the_mapper_emits_a_line_for_each_word_and_counts_what_is_no_verse() -> None:
    done = program("mapper.py", b"\n".join(TEXT) + b"\n")
    lines = done.stdout.splitlines()
    assert lines[:3] == [b"light\tGe1:1 upon", b"upon\tGe1:1 light", b"light\tGe1:1 heaven"]
    assert b"father's\tRev22:21 light" in lines
    assert done.stderr == b"reporter:counter:Example,Lines that are no verses,1\n"


def test_the_reducers_answer_does_not_depend_on_the_order_of_values() -> None:
    lines = sorted(program("mapper.py", b"\n".join(TEXT)).stdout.splitlines(keepends=True))
    light = [line for line in lines if line.startswith(b"light\t")]
    answers = set()
    for seed in range(5):
        random.Random(seed).shuffle(light)
        answers.add(program("reducer.py", b"".join(light)).stdout)
    assert answers == {b"light\t6\t2\tGe1:1\tGe1:1\tRev22:21\t64\tupon\t2\n"}


def test_no_input_gives_no_answer() -> None:
    assert program("mapper.py", b"").stdout == program("reducer.py", b"").stdout == b""


def test_every_book_of_the_bible_is_listed_once() -> None:
    books = (EXAMPLE / "books.txt").read_text().split()
    assert len(books) == len(set(books)) == 66
