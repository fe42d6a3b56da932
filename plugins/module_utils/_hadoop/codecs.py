# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Hadoop's codecs, what each needs of an archive, and what a job asks for that its archive has not; pure functions."""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass

PACKAGE = "org.apache.hadoop.io.compress."
# Which codec compresses a job's output, and its maps' on the way to the reduces; with their old names.
PROPERTIES = (
    "mapreduce.output.fileoutputformat.compress.codec",
    "mapreduce.map.output.compress.codec",
    "mapred.output.compression.codec",
    "mapred.map.output.compression.codec",
)
NATIVE = r"lib/native/libhadoop\.so"


@dataclass(frozen=True)
class Codec:
    """A codec: its classes in PACKAGE, the names of its files, and a pattern of what an archive must hold for it."""

    name: str
    classes: tuple[str, ...]
    suffix: str
    needs: str = ""
    splits: bool = False  # whether several maps can share a file

    @property
    def full(self) -> str:
        """Return the name of its class as a property wants it."""
        return PACKAGE + self.classes[0]


CODECS = (
    Codec("deflate", ("DefaultCodec", "DeflateCodec"), ".deflate"),
    Codec("gzip", ("GzipCodec",), ".gz"),
    Codec("bzip2", ("BZip2Codec",), ".bz2", splits=True),
    Codec("lz4", ("Lz4Codec",), ".lz4", r"/lz4-java-[\d.]+\.jar"),
    Codec("snappy", ("SnappyCodec",), ".snappy", r"/snappy-java-[\d.]+\.jar"),
    Codec("zstd", ("ZStandardCodec",), ".zst", NATIVE),
)
# Hadoop's classes there that turn nothing into a codec of a job's output, and so are left to Hadoop.
OTHERS = ("PassthroughCodec", "SplittableCompressionCodec")


def by_name(name: str) -> Codec:
    """Return a codec by its short name; raise KeyError where there is none."""
    return {codec.name: codec for codec in CODECS}[name]


def of_file(name: str) -> Codec | None:
    """Return the codec by which Hadoop unpacks a file of this name, None where it takes it as it is."""
    return next((codec for codec in CODECS if name.endswith(codec.suffix)), None)


def available(contents: t.Iterable[str] | None) -> list[Codec]:
    """Return the codecs that work with an archive, given the paths in it; None: nobody knows them, so all do."""
    if contents is None:
        return list(CODECS)
    text = "\n".join(contents)
    return [codec for codec in CODECS if not codec.needs or re.search(codec.needs, text)]


def problems(options: t.Mapping[str, t.Any], there: t.Sequence[Codec]) -> list[str]:
    """Return what is wrong with the codecs that a job names by property."""
    found = []
    for name in PROPERTIES:
        value = str(options.get(name) or "").strip()
        if value and (wrong := _wrong(value, there)):
            found.append(f"{name}: {wrong}")
    return found


def lacking(name: str | None, there: t.Sequence[Codec]) -> str:
    """Return what is wrong with a codec's short name, an empty text where nothing is; ``none`` and None need nothing."""
    if name in (None, "none") or name in {codec.name for codec in there}:
        return ""
    return f"the archive of Hadoop lacks what {name} needs; it has {_names(there)}"


def _names(codecs: t.Iterable[Codec]) -> str:
    return ", ".join(codec.name for codec in codecs)


def _wrong(value: str, there: t.Sequence[Codec]) -> str:
    short = value.removeprefix(PACKAGE)
    if "." in short or short in OTHERS:
        return ""  # somebody's own class, for which somebody's own jar must be there
    codec = next((one for one in CODECS if short in one.classes), None)
    have = ", ".join(one.full for one in there)
    if codec is None:
        near = difflib.get_close_matches(short, [name for one in CODECS for name in one.classes], 1)
        return f"Hadoop has no codec {value}" + (f"; did you mean {PACKAGE}{near[0]}?" if near else f"; it has {have}")
    if codec not in there:
        return f"the archive of Hadoop lacks what {codec.name} needs; it has {have}"
    return f"Hadoop wants the whole name, {PACKAGE}{short}" if short == value else ""
