# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks before a start say of input, made by the programs that make such files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import inputs
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.codecs import available
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.formats import class_of
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.inputs import InputFile
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.input_check import check_input

MAVEN = [
    "hadoop-3.5.0/share/hadoop/common/lib/lz4-java-1.10.1.jar",
    "hadoop-3.5.0/share/hadoop/common/lib/snappy-java-1.1.10.4.jar",
]
APACHE = [*MAVEN, "hadoop-3.5.0/lib/native/libhadoop.so"]
TEXT = b"In the beginning\n" * 100
MIB = 1 << 20


def there(name, size=1000):
    """Return a file in S3, of which nothing can be read here."""
    return InputFile(0, name, f"s3://b/{name}", size, "etag")


def zipped(data):
    """Return a zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", data)
    return made.getvalue()


def tarred(data):
    """Return a packed tar archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


@pytest.fixture(name="check")
def check_fixture(tmp_path):
    """Return a function that writes files and returns what is found of them as a job's input."""

    def check(files, options=None, contents=None):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        return check_input(inputs.expand([str(tmp_path)], lambda *_: []), options or {}, available(contents))

    return check


def ids(found):
    """Return the kinds of findings."""
    return [one["id"] for one in found]


def test_input_that_hadoop_reads_is_not_talked_about(check):
    files = {
        "a.txt": TEXT,
        "b": b"BZh is how a name begins, PAR1 another, ORC a third, Obj a fourth\n",
        "c.gz": gzip.compress(TEXT) + gzip.compress(TEXT),
        "d.bz2": bz2.compress(TEXT),
        "e.bz2": bz2.compress(b""),
        "empty.bz2": b"",
        "empty.lz4": b"",
        "empty.zip": b"",
        "nothing.gz": gzip.compress(b""),
        "f.txt": b"\xef\xbb\xbfwith a byte order mark\n",
        "g.csv": b"PAR1,PAR2\n1,2\n",
        "h.log": b"\xff\x00bytes",
    }
    assert check(files, contents=MAVEN) == []


@pytest.mark.parametrize(
    "name, data, hint",
    [
        ("a.zip", zipped(TEXT), "Unpack it"),
        ("a.tar.gz", tarred(TEXT), "Unpack it"),
        ("a.TGZ", tarred(TEXT), "Unpack it"),
        ("a.tar", b"x", "Unpack it"),
        ("a.tar.bz2", b"x", "Unpack it"),
        ("a.7z", b"x", "Unpack it"),
        ("a.txt.xz", lzma.compress(TEXT), "bzip2"),
        ("a.Z", b"x", "bzip2"),
        ("a.parquet", b"PAR1", "Export it as text"),
        ("a.snappy.parquet", b"PAR1", "Export it as text"),
        ("Sheet.XLSX", zipped(TEXT), "Export it as text"),
        ("a.avro", b"Obj\x01", "Export it as text"),
    ],
)
def test_formats_that_hadoop_would_cut_into_lines_are_refused_with_what_to_do(check, name, data, hint):
    (found,) = check({name: data, "b.txt": TEXT})
    assert (found["id"], found["severity"]) == ("input-not-text", "error")
    assert found["text"].startswith("job_input: ") and name in found["text"] and hint in found["hint"]


@pytest.mark.parametrize("name", ["a.gz", "a.deflate"])
def test_a_packed_file_without_a_byte_is_refused(check, name):
    (found,) = check({name: b"", f"b{name}": b"", "b.txt": TEXT})
    assert (found["id"], found["severity"]) == ("input-corrupt", "error")
    assert f"/{name} and 1 more is empty, which no packed file is" in found["text"]
    assert check_input([there("b.txt"), there(name, 0)], {"mapred.input.format.class": "x.Y"}, available(None)) == []


def test_files_of_a_kind_are_told_together():
    found = check_input([there("2.zip"), there("a.txt"), there("1.zip"), there("x.7z")], {}, available(None))
    assert [one["text"] for one in found] == [
        "job_input: Hadoop would cut s3://b/2.zip and 1 more into lines as if it were text.",
        "job_input: Hadoop would cut s3://b/x.7z into lines as if it were text.",
    ]


@pytest.mark.parametrize("suffix, codec", [(".zst", "zstd"), (".lz4", "lz4"), (".snappy", "snappy")])
def test_a_codec_that_the_archive_lacks_is_refused(suffix, codec):
    files = [there(f"a{suffix}"), there(f"b{suffix}")]
    (found,) = check_input(files, {}, available([]))
    assert found["id"] == "input-codec-absent" and found["hint"].endswith(": deflate, gzip, bzip2.")
    assert f"cannot read {codec}: s3://b/a{suffix} and 1 more." in found["text"]
    assert check_input(files, {}, available(APACHE)) == check_input(files, {}, available(None)) == []
    assert ids(check_input(files, {}, available(MAVEN))) == (["input-codec-absent"] if codec == "zstd" else [])


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("a.gz", TEXT, "which is not gzip."),
        ("a.gz", bz2.compress(TEXT), "which is not gzip but bzip2."),
        ("a.gz", zipped(TEXT), "which is not gzip but a zip archive."),
        ("a.bz2", TEXT, "which is not bzip2."),
        ("a.zst", TEXT, "which is not zstd."),
        ("a.lz4", b"\x04\x22\x4d\x18data", "whose frames Hadoop cannot read"),
        ("a.snappy", b"\xff\x06\x00\x00sNaPpYdata", "in frames, which Hadoop cannot read"),
    ],
)
def test_a_name_that_promises_another_codec_is_an_error(check, name, data, words):
    (found,) = check({name: data})
    assert found["id"] == "input-codec-wrong" and words in found["text"] and name in found["text"]


@pytest.mark.parametrize(
    "name, data, what, hint",
    [
        ("words", gzip.compress(TEXT, mtime=0), "gzip", "Let its name end in .gz."),
        ("WORDS.GZ", gzip.compress(TEXT, mtime=0), "gzip", "Let its name end in .gz."),
        ("words.txt", bz2.compress(TEXT), "bzip2", ".bz2"),
        ("words.dat", lzma.compress(TEXT), "xz", "Unpack it"),
        ("words.dat", zipped(TEXT), "a zip archive", "Unpack it"),
        ("words.dat", b"PAR1\x15\x04", "Parquet", "turn it into text"),
    ],
)
def test_a_packed_file_without_the_name_of_one_is_an_error(check, name, data, what, hint):
    (found,) = check({name: data})
    assert found["id"] == "input-codec-unseen" and f"{name} is {what}," in found["text"] and hint in found["hint"]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_a_warning(check, coding):
    mark = "" if coding == "utf-16" else "\ufeff"
    (found,) = check({"a.txt": (mark + "In the beginning\n").encode(coding)})
    assert (found["id"], found["severity"]) == ("input-utf16", "warning") and "iconv" in found["hint"]


def test_a_large_file_that_one_map_reads_is_a_note_with_its_size():
    files = [
        there("a.gz", 200 * MIB),
        there("b.gz", 3500 * MIB),
        there("c.bz2", 9000 * MIB),
        there("d.txt", 9000 * MIB),
    ]
    (found,) = check_input(files, {}, available(None))
    assert (found["id"], found["severity"]) == ("input-one-map", "note")
    assert found["text"] == "job_input: s3://b/b.gz (3,500 MiB of gzip) is read by one map, as 1 more."
    assert check_input([there("a.gz", 100 * MIB), there("b.gz", 100 * MIB)], {}, available(None)) == []


def test_many_small_files_are_a_note_and_many_large_ones_are_not():
    (found,) = check_input([there(f"{number}.txt", 2048) for number in range(10_001)], {}, available(None))
    assert (found["id"], found["severity"]) == ("input-many-files", "note")
    assert "10,001 files of 2 KiB on average" in found["text"]
    assert check_input([there(f"{number}.txt", 2048) for number in range(10_000)], {}, available(None)) == []
    assert check_input([there(f"{number}.txt", 64 * MIB) for number in range(10_001)], {}, available(None)) == []


@pytest.mark.parametrize(
    "name",
    ["mapred.input.format.class", "mapreduce.job.inputformat.class", "io.compression.codecs", "stream.map.input"],
)
def test_who_names_a_reader_of_his_own_knows_what_it_reads(name):
    files = [there("a.zip"), there("b.gz", 900 * MIB), there("c.zst")]
    assert ids(check_input(files, {name: "x"}, available([]))) == ["input-one-map"]
    assert ids(check_input(files, {"mapreduce.job.maps": 2}, available([]))) == [
        "input-not-text",
        "input-codec-absent",
        "input-one-map",
    ]


@pytest.mark.parametrize("name", ["text", "key_value", "nline", "combine"])
def test_formats_of_lines_read_no_more_than_text_does(name):
    options = {"mapred.input.format.class": class_of("input", name)}
    assert ids(check_input([there("a.zip"), there("c.zst")], options, available([]))) == [
        "input-not-text",
        "input-codec-absent",
    ]


def test_packed_files_cannot_be_cut_by_their_lines():
    nline = {"mapred.input.format.class": class_of("input", "nline")}
    files = [there("a.gz"), there("b.txt"), there("c.bz2"), there("d.gz")]
    (found,) = check_input(files, nline, available(None))
    assert (found["id"], found["severity"]) == ("input-packed-lines", "error")
    assert "nline counts the lines of s3://b/a.gz and 1 more as they are packed" in found["text"]
    assert check_input(files[1:3], nline, available(None)) == check_input(files, {}, available(None)) == []
