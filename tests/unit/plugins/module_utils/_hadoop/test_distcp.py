# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies: what a source holds, what is missing, the command, its words."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import distcp, follow_distcp


def objects(**sizes):
    """Return a listing."""
    return [{"key": key, "size": size} for key, size in sizes.items()]


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name():
    listing = [
        {"key": "in/a b.txt", "size": 1},
        {"key": "in/sub/c", "size": 2},
        {"key": "in/sub/", "size": 0},
        {"key": "into/no", "size": 3},
    ]
    assert distcp.expected("s3a://b/in", listing) == {"a b.txt": 1, "sub/c": 2}
    assert distcp.expected("s3://b/in/", listing) == {"a b.txt": 1, "sub/c": 2}


def test_an_object_of_the_very_name_counts_alone_and_a_bucket_whole():
    listing = [{"key": "in/x", "size": 1}, {"key": "in/x.gz", "size": 2}]
    assert distcp.expected("s3a://b/in/x", listing) == {"x": 1}
    assert distcp.expected("s3a://b", listing) == {"in/x": 1, "in/x.gz": 2}


def test_nothing_there_is_an_error():
    with pytest.raises(OhmyError, match="holds no object"):
        distcp.expected("s3a://b/in", [{"key": "in/", "size": 0}])


@pytest.mark.parametrize("name", ["a:b", "a//b", "../x", "./x", "a\nb"])
def test_names_that_hdfs_cannot_hold_are_refused_before_anything_is_copied(name):
    with pytest.raises(OhmyError, match="names HDFS cannot hold"):
        distcp.expected("s3a://b/in", [{"key": f"in/{name}", "size": 1}])


def test_an_object_that_is_a_folder_too_is_refused():
    with pytest.raises(OhmyError, match="below an object"):
        distcp.expected("s3a://b/in", [{"key": "in/a", "size": 1}, {"key": "in/a/b", "size": 1}])


def test_what_is_missing_and_what_is_strange():
    want, have = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 9, "x": 1, "d/.distcp.tmp.attempt_1": 5}
    assert distcp.missing(want, have) == {"b": 2, "c": 3}
    assert distcp.strangers(want, have) == ["x"]


def test_small_copies_stay_on_the_master():
    assert distcp.fits_local({"a": 1 << 20})
    assert not distcp.fits_local({"a": 1 << 30})
    assert not distcp.fits_local({str(n): 1 for n in range(1000)})


def test_patterns_in_names_are_escaped_and_s3_is_s3a():
    assert distcp.source_uri("s3://b/in{1}/[x]*?") == "s3a://b/in\\{1\\}/\\[x\\]\\*\\?"
    assert distcp.source_uri("s3a://b") == "s3a://b/"


def test_the_command_of_a_local_copy_and_of_one_on_yarn():
    local = distcp.command("/h/bin/hadoop", "s3a://b/k", "/t", "stage", "ohmy-x,ohmy-x-0", True, 3)
    assert local[:2] == ["/h/bin/hadoop", "distcp"]
    assert "mapreduce.framework.name=local" in local and "-async" not in local
    assert local[-2:] == ["s3a://b/k", "/t"] and local[local.index("-m") + 1] == "3"
    remote = distcp.command("/h/bin/hadoop", "s3a://b/k", "/t", "stage", "t", False, None)
    assert "-async" in remote and "mapreduce.framework.name=local" not in remote
    assert all("-update" in words for words in (local, remote))


def test_counters_are_read_off_the_console():
    log = "\tDistCp Counters\n\t\tBytes Copied=300\n\t\tFiles Copied=1\n\t\tDIR_COPY=2\n\t\tBytes Read=250\n"
    assert distcp.console_counters(log) == {"BYTESCOPIED": 300, "COPY": 1, "DIR_COPY": 2}


@pytest.mark.parametrize(
    "code, log, summary",
    [
        (255, "CopyListing$InvalidInputException: s3a://b/k doesn't exist", "s3a://b/k does not exist in S3"),
        (
            25,
            "x: s3a://b/k: open: S3Exception: (Service: S3, Status Code: 403, Request ID: 1)",
            "S3 refused the nodes access",
        ),
        (25, "mkdir: Cannot create directory /x. Name node is in safe mode.", "HDFS is in safe mode"),
        (254, "whatever", "two objects would become the same file"),
        (77, "whatever", "exit code 77"),
        (None, "", "in time"),
    ],
)
def test_failed_copies_are_explained(code, log, summary):
    assert summary in follow_distcp.explain(code, log)["summary"]
