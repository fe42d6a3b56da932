# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why a copy failed: distcp's words, and at last its exit code, which is looked for as a line ``exit 25``."""

from __future__ import annotations

from .row import row

AGAIN = "Run the same task again: what was copied stays."

DISTCP = (
    row(
        "distcp-sources-twice", "distcp", "distcp got its sources both as a list and as paths, or an option it does not know",
        "Look at the options of the copy.", "no", r"Both source file listing and source paths present",
    ),
    row(
        "distcp-options", "distcp", "the options of the copy exclude each other: {words}", "Leave one of them out.", "no",
        r"(?P<words>(?:Atomic commit can't be used with|Delete missing is applicable only with|Overwrite and update options are"
        r"|Append is (?:valid only|disallowed)|-v is valid only with|Bandwidth \S+ is invalid).*)",
    ),
    row(
        "distcp-arguments", "distcp", "distcp refused its arguments[: {words}]", "Look at source, target and options.", "no",
        r"Invalid arguments: (?P<words>.+)", r"(?P<words>Target path not specified)", r"Unable to parse arguments\. ?(?P<words>.*)",
    ),
    row(
        "distcp-source-missing", "distcp", "the source {path} is not there", "Look at the directory above it.", "no",
        r"InvalidInputException: (?P<path>\S+) doesn't exist", r"FileNotFoundException: File (?P<path>(?:hdfs:/)?/\S+) does not exist",
        r"^(?P<path>.+) is not in (?:HDFS, or holds no file|S3, or holds no object)",
    ),
    row(
        "distcp-target-is-file", "distcp", "the target is a file, and several files or a directory are to go there[: {path}]",
        "Name a directory as the target.", "no",
        r"Multiple source being copied to a file: (?P<path>\S+)", r"Cannot copy \S+, which is not a file to (?P<path>\S+)",
    ),
    row(
        "distcp-duplicates", "distcp distcp-end", "two files of the sources would become the same file[: {one} and {other}]",
        "Copy them to two targets.", "no",
        r"File (?P<one>\S+) and (?P<other>\S+) would cause duplicates", r"^exit 254$",
    ),
    row(
        "distcp-no-acl", "distcp distcp-end", "the target's file system keeps no access control lists",
        "Leave acl out of preserve.", "no", r"ACLs not supported (?:for|on)", r"^exit 253$",
    ),
    row(
        "distcp-no-xattr", "distcp distcp-end", "the target's file system keeps no extended attributes",
        "Leave xattr out of preserve.", "no", r"XAttrs not supported (?:for|on)", r"^exit 252$",
    ),
    row(
        "distcp-type-clash", "distcp", "a directory stands where a file is to go, or the other way round: {path}",
        "Move it, or name another target.", "no", r"Can't replace (?P<path>\S+)\. Target is",
    ),
    row(
        "distcp-length", "distcp attempt", "the copy {path} has another length than its source",
        "Did somebody write to the source? " + AGAIN, "yes", r"Mismatch in length of source:\S+ \(\d+\) and target:(?P<path>\S+)",
    ),
    row(
        "distcp-checksum", "distcp attempt", "the copy {path} has another checksum than its source",
        "Where both sides make checksums in other ways set dfs.checksum.combine.mode=COMPOSITE_CRC in options, or preserve "
        "block_size and checksum_type.", "no", r"Checksum mismatch between \S+ and (?P<path>\S+?)\.?\s",
    ),
    row(
        "distcp-promote", "distcp attempt", "a copied file could not be given its name: {path}",
        "Look at rights and quota of the target. " + AGAIN, "yes", r"Failed to promote tmp-file:\S+ to: (?P<path>\S+)",
    ),
    row(
        "distcp-heap", "distcp", "the list of the files to copy does not fit into distcp's memory",
        "Set HADOOP_CLIENT_OPTS=-Xmx2g for it, or copy in parts.", "config",
        r"OutOfMemoryError: (?:Java heap space|GC overhead limit exceeded)",
    ),
    row(
        "distcp-file-failed", "distcp-end attempt-end", "a file could not be copied: {path}", AGAIN, "yes",
        r"File copy failed: (?P<path>\S+) -->",
    ),
    row(
        "distcp-refused", "distcp-end", "distcp refused its arguments, or the source is not there",
        "Look at the source and at options.", "no", r"^exit 255$",
    ),
)  # fmt: skip
