# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codecs: what an archive has, and what a job asks for."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import codecs

OUTPUT = "mapreduce.output.fileoutputformat.compress.codec"
OURS = [
    "hadoop-3.5.0/share/hadoop/common/lib/lz4-java-1.10.1.jar",
    "hadoop-3.5.0/share/hadoop/common/lib/snappy-java-1.1.10.4.jar",
]
APACHES = [*OURS, "hadoop-3.5.0/lib/native/libhadoop.so", "hadoop-3.5.0/lib/native/libhadoop.so.1.0.0"]


def names(contents):
    return [codec.name for codec in codecs.available(contents)]


def test_what_an_archive_has_follows_from_what_is_in_it():
    assert names(OURS) == ["deflate", "gzip", "bzip2", "lz4", "snappy"]
    assert names([]) == ["deflate", "gzip", "bzip2"]
    assert names(APACHES) == names(None) == ["deflate", "gzip", "bzip2", "lz4", "snappy", "zstd"]


@pytest.mark.parametrize("codec", codecs.CODECS, ids=lambda codec: codec.name)
def test_a_codec_that_is_there_is_taken_and_one_that_is_not_is_refused_with_the_list(codec):
    asked = {OUTPUT: codec.full}
    assert codecs.problems(asked, list(codecs.CODECS)) == []
    rest = [one for one in codecs.CODECS if one is not codec]
    (text,) = codecs.problems(asked, rest)
    assert text.startswith(f"{OUTPUT}: the archive of Hadoop lacks what {codec.name} needs; it has ")
    assert codec.full not in text and all(one.full in text for one in rest)


@pytest.mark.parametrize(
    "value, said",
    [
        ("GzipCodec", "Hadoop wants the whole name, org.apache.hadoop.io.compress.GzipCodec"),
        ("org.apache.hadoop.io.compress.GZipCodec", "did you mean org.apache.hadoop.io.compress.GzipCodec?"),
        ("gzip", "Hadoop has no codec gzip"),
        ("org.apache.hadoop.io.compress.Quite", "it has org.apache.hadoop.io.compress.DefaultCodec"),
    ],
)
def test_a_name_that_is_none_is_refused(value, said):
    (text,) = codecs.problems({OUTPUT: value}, list(codecs.CODECS))
    assert said in text


@pytest.mark.parametrize("value", ["com.example.OwnCodec", "org.apache.hadoop.io.compress.PassthroughCodec", "", None])
def test_what_may_be_somebody_s_own_is_left_to_hadoop(value):
    assert codecs.problems({OUTPUT: value}, codecs.available(OURS)) == []
