# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packed files that are damaged behind what a sample reads."""

from __future__ import annotations

import bz2
import gzip
import random

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import to_the_end
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.sample import Source

CHANCE = random.Random(7)
TEXT = b"".join(b"%d some words\n" % CHANCE.getrandbits(64) for _ in range(150_000))
PACKED = {"a.gz": gzip.compress(TEXT, 1, mtime=0), "a.bz2": bz2.compress(TEXT)}


def damaged(data):
    """Return what is packed with some of it in its last third written over."""
    at = len(data) * 2 // 3
    return data[:at] + b"\xaa" * 64 + data[at + 64 :]


@pytest.fixture(name="found")
def found_fixture(tmp_path):
    """Return a function that writes files and returns what is found in them."""

    def found(files, told=(), **more):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        sources = [Source(str(tmp_path / name), len(data)) for name, data in files.items()]
        return to_the_end.corrupt(sources, [str(tmp_path / name) for name in told], **more)

    return found


def test_whole_files_are_not_talked_about(found):
    zeros = gzip.compress(bytes(30 << 20))
    assert (
        found(
            {
                **PACKED,
                "b.gz": PACKED["a.gz"] * 2,
                "c.gz": b"",
                "zeros.gz": zeros,
                "c.bz2": PACKED["a.bz2"] + b"\n",
                "d": b"x",
                "e.zst": b"x",
            }
        )
        == []
    )


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize(("spoil", "words"), [(lambda data: data[:-9], "it ends in the middle"), (damaged, "")])
def test_a_file_that_is_damaged_far_from_its_beginning_is_an_error_that_names_it(found, tmp_path, name, spoil, words):
    (one,) = found({name: spoil(PACKED[name]), "good.gz": PACKED["a.gz"]})
    assert (one["id"], one["severity"]) == ("input-corrupt", "error")
    assert one["text"].startswith(f"{tmp_path}/{name} cannot be unpacked as ") and words in one["text"], one


def test_several_are_told_together_and_none_twice(found, tmp_path):
    short = PACKED["a.gz"][:-9]
    (one,) = found({"a.gz": short, "b.gz": short, "c.gz": short, "d.gz": short}, told=["a.gz"])
    assert one["text"].endswith("b.gz cannot be unpacked as gzip: it ends in the middle. 2 more files cannot either.")
    assert one["evidence"]["files"] == [f"{tmp_path}/{name}.gz" for name in "bcd"]


def test_no_more_is_read_than_time_allows_and_nothing_from_s3(found):
    assert found({"a.gz": PACKED["a.gz"][:-9]}, seconds=-1.0) == []
    assert to_the_end.corrupt([Source("s3://b/a.gz", 9)], []) == []
