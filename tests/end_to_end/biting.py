# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job whose names and bytes bite, and the answer that a local pipe gives for it."""

from __future__ import annotations

import gzip
import subprocess
import typing as t
from pathlib import Path

from .support import write_job

# Each name is a file's or a folder's; all of them are taken literally.
NAMES = (
    "two words.txt",
    "quote' and \".txt",
    "percent%20and%.txt",
    "hash#and?.txt",
    "braces{1,2}{a}.txt",
    "[set]*star.txt",
    "-dash.txt",
    "über-日本.txt",
    "comma,semi;colon.txt",
    "dollar$HOME`x`.txt",
    "back\\slash.txt",
    "tilde~.txt",
    "{{ braces }}.txt",
    "plus+amp&eq=.txt",
)
# The program counts lines by their bytes, so that no byte may be lost or bent on the way.
MAPPER = """#!/usr/bin/env python3
import binascii
import sys

with open("side.txt", "rb") as stream:
    mark = stream.read().strip().decode()
for line in sys.stdin.buffer:
    word = binascii.hexlify(line.rstrip(b"\\n")).decode() or "empty"
    print(f"{mark}{word}\\t1")
"""
REDUCER = """#!/usr/bin/env python3
import sys
from itertools import groupby

pairs = (line.rstrip("\\n").split("\\t") for line in sys.stdin)
for word, group in groupby(pairs, key=lambda pair: pair[0]):
    print(f"{word}\\t{sum(int(count) for _word, count in group)}")
"""
SIDE = "side.txt"


def make(folder: Path, small: int = 60) -> dict[str, t.Any]:
    """Write input, programs and side file below ``folder``; return the job's variables, with relative paths.

    :param small: how many small files there are beside those with names that bite.
    """
    programs = folder / "pro grams #1 'ü'"
    programs.mkdir(parents=True)
    (programs / "-map per{1}%.py").write_text(MAPPER)
    (programs / "re'ducer [x].py").write_text(REDUCER)
    (programs / SIDE).write_text("x")
    for number, name in enumerate(NAMES):
        (folder / "in put" / f"sub {name}").mkdir(parents=True)
        (folder / "in put" / name).write_text(f"line {number}\n")
        (folder / "in put" / f"sub {name}" / name).write_text(f"deep {number}\nlast")
    content = folder / "con[t]ent"
    content.mkdir()
    (content / "empty.txt").write_bytes(b"")
    (content / "no final newline").write_bytes(b"a\nb")
    (content / "bytes").write_bytes(b"\xff\xfe broken \x80\n\xc3\x28\nNUL \x00 here\n")
    (content / "members.gz").write_bytes(gzip.compress(b"one\ntwo\n") + gzip.compress(b"three\n") + gzip.compress(b""))
    for side in ("left", "right"):
        (folder / side).mkdir()
        (folder / side / "same.txt").write_text(f"{side}\n")
    (folder / "many").mkdir()
    for number in range(small):
        (folder / "many" / f"{number:04}").write_text(f"small {number % 7}\n")
    return {
        "job_mapper": "pro grams #1 'ü'/-map per{1}%.py",
        "job_reducer": "pro grams #1 'ü'/re'ducer [x].py",
        "job_files": [f"pro grams #1 'ü'/{SIDE}"],
        "job_input": ["in put", "con[t]ent", "left/same.txt", "right/same.txt", "many"],
        "job_output": "out put",
    }


def job(folder: Path, small: int = 60, **variables: t.Any) -> Path:
    """Write the whole job into a folder whose own name bites, and return its file's path."""
    place = folder / "job fol%der {1} [é]*'s"
    return write_job(place, **{**make(place, small), **variables})


def answer(path: Path) -> list[bytes]:
    """Return the sorted lines that a local pipe gives for the job."""
    folder = path.parent
    texts = []
    for item in ("in put", "con[t]ent", "left", "right", "many"):
        texts += [one.read_bytes() for one in sorted((folder / item).rglob("*")) if one.is_file()]
    # Files end where they end: the pipe's last line of one must not run into the next one's first.
    data = b"".join(text if not text or text.endswith(b"\n") else text + b"\n" for text in map(_plain, texts))
    programs = folder / "pro grams #1 'ü'"
    words = "python3 './-map per{1}%.py' | LC_ALL=C sort | python3 \"./re'ducer [x].py\""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", words], input=data, capture_output=True, cwd=programs, check=True, timeout=120
    )
    return sorted(done.stdout.splitlines())


def fetched(path: Path) -> list[bytes]:
    """Return the sorted lines of the answer that was fetched."""
    parts = sorted((path.parent / "out put").glob("part-*"))
    return sorted(line for part in parts for line in part.read_bytes().splitlines())


def _plain(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
