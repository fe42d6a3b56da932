# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Check a job's input before there are nodes: what Hadoop would read of it, and by how many maps."""

from __future__ import annotations

import posixpath
import re
import typing as t

from .._core.s3_uri import is_s3
from .._hadoop.codecs import Codec, of_file
from .._hadoop.formats import NLINE_FORMAT, OF_LINES
from .._hadoop.inputs import InputFile
from .._hadoop.streaming import SMALL_FILE
from .._hadoop.streaming_options import HDFS_BLOCK
from .findings import Finding, of_kind

MANY = 10_000
SNIFFED = 2_000  # files whose first bytes are read
# Who names a reader or codecs of his own, knows what they read.
OWN_READER = re.compile(r"input\.?format\.class|^io\.compression\.codecs$|^stream\.recordreader|^stream\.map\.input$")

_UNPACK = "Unpack it, and name the folder in job_input."
_REPACK = "Pack it by gzip or, so that several maps share a file, by bzip2."
_EXPORT = "Export it as text first, a record a line, such as CSV."
# What Hadoop opens as text though it is none. Longest ending first.
NOT_TEXT = {
    **dict.fromkeys((".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz", ".tbz2", ".txz", ".tar"), _UNPACK),
    **dict.fromkeys((".zip", ".7z", ".rar", ".jar"), _UNPACK),
    **dict.fromkeys((".xz", ".lzma", ".z", ".br", ".lzo", ".zstd"), _REPACK),
    **dict.fromkeys(
        (".parquet", ".orc", ".avro", ".feather", ".h5", ".hdf5", ".npy", ".npz", ".pickle", ".pkl"), _EXPORT
    ),
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".docx", ".odt", ".pdf", ".sqlite", ".sqlite3"), _EXPORT),
}
# First bytes, such as no text begins with; the ending under which Hadoop reads such a file ("": none), and what it is.
MAGIC = (
    (rb"\x1f\x8b", ".gz", "gzip"),
    (rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", ".bz2", "bzip2"),
    (rb"\x28\xb5\x2f\xfd", ".zst", "zstd"),
    (rb"\xfd7zXZ\x00", "", "xz"),
    (rb"\x04\x22\x4d\x18", "", "lz4 of the lz4 program, whose frames Hadoop cannot read"),
    (rb"\xff\x06\x00\x00sNaPpY", "", "snappy in frames, which Hadoop cannot read"),
    (rb"PK\x03\x04", "", "a zip archive"),
    (rb"7z\xbc\xaf\x27\x1c", "", "a 7z archive"),
    (rb"PAR1[\x00-\x1f]", "", "Parquet"),
    (rb"Obj\x01", "", "Avro"),
    (rb"SQLite format 3\x00", "", "an SQLite database"),
    (rb"%PDF-\d", "", "PDF"),
)
# By whose readers a file without a byte is one that was cut off, seen of Hadoop 3.5.0; others read nothing of it.
NO_HOLLOW = ("gzip", "deflate", "zstd")
PROVEN = (".gz", ".bz2", ".zst")  # endings whose files begin with known bytes
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def check_input(
    files: t.Sequence[InputFile], options: t.Mapping[str, t.Any], there: t.Sequence[Codec]
) -> list[Finding]:
    """Return what is wrong with a job's input, or good to know of it.

    :param files: as ``inputs.expand`` returns them; of the first local ones the first bytes are read.
    :param options: the job's properties (job_options).
    :param there: the codecs that work with Hadoop's archive, see ``codecs.available``.
    :returns: findings, one for all files of a kind; see ``findings.KINDS``.
    :raises OSError: a local file cannot be read.
    """
    full = [file for file in files if file.size]
    found = []
    if not has_own_reader(options):
        found += _hollow(files)
        found += _not_text(full) + _codecs_absent(full, there) + _contents(full)
    if options.get("mapred.input.format.class") == NLINE_FORMAT:
        found += _packed_lines(full, there)
    return found + _one_map(full) + _many(files)


def passed_over(names: t.Sequence[str]) -> list[Finding]:
    """Return what is to be said of files and folders that Hadoop does not read for their names.

    :param names: see ``inputs.expand``.
    """
    if not names:
        return []
    names = [name if name.isprintable() else ascii(name) for name in names]
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    text = f"job_input: Hadoop passes over {names[0]}{more}, for it reads nothing whose name begins with _."
    return [of_kind("input-hidden", text, "Rename what is input.", files=list(names[:10]))]


def has_own_reader(options: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the properties of a job name what reads its input, so that it need be no text, or packed otherwise."""
    return any(OWN_READER.search(name) and value not in OF_LINES for name, value in options.items())


def _ending(file: InputFile) -> str:
    """Return the ending of a file that Hadoop does not read as text, "" where it does."""
    name = posixpath.basename(file.relative).lower()
    return next((ending for ending in NOT_TEXT if name.endswith(ending)), "")


def what_begins_so(head: bytes) -> tuple[str | None, str]:
    """Return the ending that Hadoop knows a file by that begins so ("" for none), and what it is; (None, "") may be text."""
    return next(((ending, what) for magic, ending, what in MAGIC if re.match(magic, head)), (None, ""))


def _named(files: t.Sequence[InputFile]) -> str:
    """Return the first file, and how many more there are."""
    more = len(files) - 1
    return files[0].source + (f" and {more:,} more" if more else "")


def _grouped(pairs: t.Iterable[tuple[str, InputFile]]) -> dict[str, list[InputFile]]:
    groups: dict[str, list[InputFile]] = {}
    for key, file in pairs:
        groups.setdefault(key, []).append(file)
    return groups


def _not_text(files: t.Sequence[InputFile]) -> list[Finding]:
    groups = _grouped((ending, file) for file in files if (ending := _ending(file)))
    return [
        of_kind(
            "input-not-text",
            f"job_input: Hadoop would cut {_named(some)} into lines as if it were text.",
            NOT_TEXT[ending],
        )
        for ending, some in groups.items()
    ]


def _codecs_absent(files: t.Sequence[InputFile], there: t.Sequence[Codec]) -> list[Finding]:
    names = ", ".join(codec.name for codec in there)
    packed = ((file, of_file(file.relative)) for file in files if not _ending(file))
    groups = _grouped((codec.name, file) for file, codec in packed if codec and codec not in there)
    return [
        of_kind(
            "input-codec-absent",
            f"job_input: the archive of Hadoop cannot read {name}: {_named(some)}.",
            f"Pack it by one that it can: {names}.",
        )
        for name, some in groups.items()
    ]


def _hollow(files: t.Sequence[InputFile]) -> list[Finding]:
    hollow = [file for file in files if not file.size and (codec := of_file(file.relative)) and codec.name in NO_HOLLOW]
    if not hollow:
        return []
    text = f"job_input: {_named(hollow)} is empty, which no packed file is: its map would fail."
    return [of_kind("input-corrupt", text, "Take it out, or put a whole copy in its place.")]


def _packed_lines(files: t.Sequence[InputFile], there: t.Sequence[Codec]) -> list[Finding]:
    packed = [file for file in files if (codec := of_file(file.relative)) in there and codec and not codec.splits]
    if not packed:
        return []
    text = f"job_input: nline counts the lines of {_named(packed)} as they are packed, and Hadoop cannot cut it there."
    return [of_kind("input-packed-lines", text, "Unpack it, or leave job_input_format out.")]


def _contents(files: t.Sequence[InputFile]) -> list[Finding]:
    """Return what the first bytes of local files say against their names."""
    local = [file for file in files if not is_s3(file.source) and not _ending(file)]
    wrong: list[tuple[str, InputFile]] = []
    unseen: list[tuple[str, InputFile]] = []
    wide: list[InputFile] = []
    for file in local[:SNIFFED]:
        with open(file.source, "rb") as stream:
            head = stream.read(16)
        codec = of_file(file.relative)
        ending, what = what_begins_so(head)
        if codec is None and what:
            unseen.append((what, file))
        elif codec and (codec.suffix != ending if what else codec.suffix in PROVEN):
            wrong.append((f"not {codec.name}" + (f" but {what}" if what else ""), file))
        elif codec is None and head.startswith(UTF16):
            wide.append(file)
    found = [
        of_kind(
            "input-codec-wrong",
            f"job_input: by its name Hadoop would unpack {_named(some)}, which is {what}.",
            "Give it the name of what it is, or pack it again.",
        )
        for what, some in _grouped(wrong).items()
    ]
    suffixes = {what: ending for _magic, ending, what in MAGIC}
    for what, some in _grouped(unseen).items():
        text = f"job_input: {_named(some)} is {what}, and by its name Hadoop would read it as text."
        ending = suffixes[what]
        hint = f"Let its name end in {ending}." if ending else "Unpack it, or turn it into text first."
        found.append(of_kind("input-codec-unseen", text, hint))
    if wide:
        text = f"job_input: {_named(wide)} is UTF-16, which Hadoop cuts in the middle of characters."
        found.append(of_kind("input-utf16", text, "Make it UTF-8: iconv -f UTF-16 -t UTF-8."))
    return found


def _one_map(files: t.Sequence[InputFile]) -> list[Finding]:
    whole = [
        (file, codec)
        for file in files
        if file.size > HDFS_BLOCK and not _ending(file) and (codec := of_file(file.relative)) and not codec.splits
    ]
    if not whole:
        return []
    whole.sort(key=lambda pair: -pair[0].size)
    file, codec = whole[0]
    others = f", as {len(whole) - 1:,} more" if len(whole) > 1 else ""
    text = f"job_input: {file.source} ({file.size / (1 << 20):,.0f} MiB of {codec.name}) is read by one map{others}."
    hint = "Cut it into files of about 128 MiB, or pack it by bzip2, so that several maps share it."
    return [of_kind("input-one-map", text, hint)]


def _many(files: t.Sequence[InputFile]) -> list[Finding]:
    size = sum(file.size for file in files)
    if len(files) <= MANY or size > len(files) * SMALL_FILE:
        return []
    text = f"job_input: there are {len(files):,} files of {size / len(files) / 1024:,.0f} KiB on average."
    return [of_kind("input-many-files", text, "Join them: each costs a request to copy, and memory of the NameNode.")]
