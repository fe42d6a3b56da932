# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples: what is read of how many files, and what comes of packed, broken and odd ones."""

from __future__ import annotations

import bz2
import gzip
import zlib

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import records, remarks, sample

TEXT = b"".join(b"line %d of a file\n" % number for number in range(2000))


class Store:
    """Files in memory, and the ranges that were read of them."""

    def __init__(self, **files):
        self.files = {name.replace("__", "."): data for name, data in files.items()}
        self.reads = []

    def read(self, uri, start, length):
        self.reads.append((uri, start, length))
        assert start < len(self.files[uri])
        return self.files[uri][start : start + length]

    def take(self, **settings):
        sources = [sample.Source(name, len(data)) for name, data in self.files.items()]
        return sample.take(sources, self.read, **settings)


def data_of(part):
    return [record.data for record in part.records]


CUT = {
    "line feeds": (b"a\nb\n", True, b"", [b"a", b"b"]),
    "all ends": (b"a\rb\r\nc\n\nd", True, b"", [b"a", b"b", b"c", b"", b"d"]),
    "cut off": (b"a\nb", False, b"", [b"a"]),
    "cut off at the end of a line": (b"a\nb\r", False, b"", [b"a", b"b"]),
    "mark": (b"\xef\xbb\xbfa\nb\n", True, b"", [b"a", b"b"]),
    "delimiter": (b"a\nb||c\r\n||d", True, b"||", [b"a\nb", b"c\r\n", b"d"]),
    "nothing": (b"", True, b"", []),
}


@pytest.mark.parametrize("text, whole, delimiter, expected", CUT.values(), ids=CUT)
def test_records_are_cut_as_hadoop_cuts_them(text, whole, delimiter, expected):
    found = records.cut(text, whole, delimiter)
    assert [record.data for record in found] == expected
    assert [record.number for record in found] == list(range(1, len(expected) + 1))
    for record in found:
        assert text[record.offset :].startswith(record.data)


def test_a_large_file_is_read_once_and_only_at_its_beginning():
    store = Store(a=TEXT * 100)
    taken = store.take(most_bytes=10_000)
    assert store.reads == [("a", 0, 10_000)]
    assert data_of(taken.parts[0]) == TEXT[:10_000].split(b"\n")[:-1]
    assert taken.findings == []


def test_files_are_spread_over_the_input_and_share_the_budget():
    store = Store(**{f"f{number:02}": TEXT for number in range(20)}, small=b"x\n")
    taken = store.take(most_files=4, most_bytes=8_000)
    assert [part.source.uri for part in taken.parts] == ["f00", "f06", "f13", "small"]
    assert 5_000 < taken.bytes <= 8_000 and len(store.reads) == 4
    assert [record.file for part in taken.parts for record in part.records[:1]] == [0, 1, 2, 3]


@pytest.mark.parametrize("line", [7_000, 100_000], ids=["taken", "not taken"])
def test_a_long_line_takes_nothing_from_the_other_files(line):
    taken = Store(a=b"y" * line + b"\nshort\n" + TEXT, b=TEXT, c=TEXT).take(most_bytes=9_000)
    by_name = {part.source.uri: part for part in taken.parts}
    assert by_name["b"].text >= 3_000 and by_name["c"].text >= 3_000
    assert ("a" in by_name) is (line == 7_000)
    assert ["record of a " in found["text"] for found in taken.findings] == ([] if "a" in by_name else [True])


def test_empty_files_are_passed_over():
    assert [part.source.uri for part in Store(a=b"", b=b"x\n", c=b"").take().parts] == ["b"]


PACKED = {
    "a.gz": gzip.compress,
    "a.deflate": zlib.compress,
    "a.bz2": bz2.compress,
}


@pytest.mark.parametrize("name", PACKED)
def test_packed_files_are_unpacked_over_several_members(name):
    half = len(TEXT) // 2
    members = [TEXT] if name == "a.deflate" else [TEXT[:half], TEXT[half:]]
    packed = b"".join(PACKED[name](member) for member in members)
    taken = Store(**{name.replace(".", "__"): packed}).take()
    assert data_of(taken.parts[0]) == TEXT.split(b"\n")[:-1]
    assert taken.expansion == pytest.approx(len(TEXT) / len(packed))
    assert taken.parts[0].splittable is (name == "a.bz2")


@pytest.mark.parametrize("name", PACKED)
def test_of_a_packed_file_only_the_beginning_is_unpacked(name):
    packed = PACKED[name](TEXT * 5)
    taken = Store(**{name.replace(".", "__"): packed}).take(most_bytes=5_000)
    assert data_of(taken.parts[0]) == TEXT[:5_000].split(b"\n")[:-1]


def test_a_bomb_stays_small():
    bomb = gzip.compress(b"\n" * 5_000_000)
    part = Store(a__gz=bomb).take(most_bytes=10_000).parts[0]
    assert part.text <= 10_000


@pytest.mark.parametrize("name", ["a.gz", "a.bz2"])
def test_a_file_that_ends_in_the_middle_is_an_error_that_names_it(name):
    packed = PACKED[name](TEXT)[:-20]
    taken = Store(**{name.replace(".", "__"): packed, "b": TEXT}).take()
    (found,) = taken.findings
    assert (found["id"], found["severity"]) == ("input-corrupt", "error")
    assert name in found["text"] and "ends in the middle" in found["text"]
    assert [part.source.uri for part in taken.parts] == ["b"]


BEHIND = {"a line's end": b"\n", "zeros": bytes(512), "words": b"signed by me\n"}


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_what_follows_behind_gzip_is_told_as_that(behind):
    (found,) = Store(a__gz=gzip.compress(TEXT) + behind).take().findings
    assert found["id"] == "input-corrupt" and "pack it again" in found["hint"]
    assert "a.gz" in found["text"] and "behind what is packed something else follows" in found["text"]


# Seen of Hadoop 3.5.0: it reads such a file to the end of what is packed.
@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_what_follows_behind_bzip2_is_passed_over(behind):
    taken = Store(a__bz2=bz2.compress(TEXT) + behind).take()
    assert taken.findings == [] and data_of(taken.parts[0]) == TEXT.split(b"\n")[:-1]


@pytest.mark.parametrize("name", ["a.gz", "a.bz2"])
def test_a_second_member_that_is_cut_off_ends_in_the_middle(name):
    (found,) = Store(**{name.replace(".", "__"): PACKED[name](TEXT) + PACKED[name](TEXT)[:15]}).take().findings
    assert "it ends in the middle" in found["text"]


def test_a_file_that_is_not_what_its_name_says_is_an_error():
    (found,) = Store(a__gz=TEXT).take().findings
    assert found["id"] == "input-corrupt" and "a.gz" in found["text"] and "gzip" in found["text"]


def test_what_cannot_be_unpacked_here_is_a_note():
    taken = Store(a__zst=b"xxxx", b__snappy=b"xxxx", c=b"a\n").take()
    (found,) = taken.findings
    assert (found["id"], found["severity"]) == ("codec-not-readable-here", "note")
    assert "snappy, zstd" in found["text"] and [part.source.uri for part in taken.parts] == ["c"]


@pytest.mark.parametrize(
    ("data", "words"),
    [(gzip.compress(TEXT, mtime=0), "gzip"), (b"PAR1\x15\x04" + TEXT, "Parquet"), (b"PARTS\n" + TEXT, None)],
)
def test_packed_bytes_without_the_name_are_a_warning(data, words):
    found = Store(log=data).take().findings
    assert [(one["id"], one["severity"]) for one in found] == [("input-codec-unseen", "warning")] * bool(words)
    assert not words or f"log looks like {words}, " in found[0]["text"]


@pytest.mark.parametrize(
    ("data", "delimiter", "line"),
    [
        (b"a\nb\rc\n", b"", 2),
        (b"a\r\nb\r\n\r", b"", None),
        (b"a\nb\rc\n", b"\n", None),
        (gzip.compress(b"a\rb", mtime=0), b"", 1),
    ],
)
def test_a_carriage_return_within_a_line_is_a_warning_that_names_it(data, delimiter, line):
    name = "log.gz" if data.startswith(b"\x1f") else "log"
    source = sample.Source(name, len(data))
    taken = sample.take([source], Store(**{name.replace(".", "__"): data}).read, delimiter=delimiter)
    found = remarks.on_lines(taken)
    assert taken.findings == []
    assert [(one["id"], one["severity"]) for one in found] == [("input-carriage-return", "warning")] * bool(line)
    assert not line or found[0]["text"].startswith(f"Line {line} of {name} ")


def test_a_long_first_record_is_read_to_its_end_within_limits():
    store = Store(a=b"x" * 5_000 + b"\n" + TEXT)
    assert data_of(store.take(most_bytes=1_000).parts[0])[0] == b"x" * 5_000
    taken = Store(a=b"x" * 50_000).take(most_bytes=1_000)
    assert taken.parts == [] and taken.findings[0]["id"] == "record-too-long"


@pytest.mark.parametrize("name", PACKED)
def test_of_a_packed_file_that_holds_nothing_is_nothing_to_say(name):
    taken = Store(**{name.replace(".", "__"): PACKED[name](b""), "b": b"x\n"}).take()
    assert taken.findings == [] and [part.source.uri for part in taken.parts] == ["b"]


def test_a_local_file_is_read_where_it_is_asked(tmp_path):
    (tmp_path / "a").write_bytes(b"0123456789")
    assert sample.read_local(str(tmp_path / "a"), 3, 4) == b"3456"


def test_a_file_that_becomes_shorter_is_no_packed_one():
    (found,) = sample.take([sample.Source("a", 9)], lambda uri, start, length: b"one\n"[start:]).findings
    assert found["text"] == "a cannot be read: it ends after 4 of 9 bytes."
