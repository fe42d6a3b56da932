# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies: what a source holds, what is missing, the command, its words."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import distcp, failures
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.distcp import Entry, place


def files(**sizes):
    """Return files of these sizes, all of the same time."""
    return {name: Entry(size, 100.0) for name, size in sizes.items()}


def listing(*keys):
    """Return a listing; each object is as large as its place in it."""
    return [(key, Entry(number)) for number, key in enumerate(keys, 1)]


def expected(where, *keys):
    """Return what one place holds, by size."""
    source = place(where)
    found = distcp.expected([source], [distcp.below(source, listing(*keys))])
    return {name: entry.size for name, entry in found.items()}


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name():
    keys = ("in/a b.txt", "in/sub/c", "in/sub/", "into/no")
    assert expected("s3a://b/in", *keys) == {"a b.txt": 1, "sub/c": 2}
    assert expected("s3://b/in/", *keys) == {"a b.txt": 1, "sub/c": 2}


def test_an_object_of_the_very_name_counts_alone_and_a_bucket_whole():
    assert expected("s3a://b/in/x", "in/x", "in/x.gz") == {"x": 1}
    assert expected("s3a://b", "in/x", "in/x.gz") == {"in/x": 1, "in/x.gz": 2}


@pytest.mark.parametrize("where, words", [("s3a://b/in", "holds no object"), ("/in", "holds no file")])
def test_nothing_there_is_an_error(where, words):
    with pytest.raises(OhmyError, match=words):
        expected(where, "in/")


@pytest.mark.parametrize("name", ["a:b", "a//b", "../x", "./x", "a\nb"])
def test_names_that_hdfs_cannot_hold_are_refused_before_anything_is_copied(name):
    with pytest.raises(OhmyError, match="names HDFS cannot hold"):
        expected("s3a://b/in", f"in/{name}")


def test_an_object_that_is_a_folder_too_is_refused():
    with pytest.raises(OhmyError, match="below a file"):
        expected("s3a://b/in", "in/a", "in/a/b")


def test_two_sources_may_share_a_target_but_no_name():
    sources = [place("s3://b/one"), place("/two")]
    assert set(distcp.expected(sources, [files(a=1), files(b=1)])) == {"a", "b"}
    with pytest.raises(OhmyError, match="s3a://b/one and /two both hold 'a'"):
        distcp.expected(sources, [files(a=1), files(a=1)])
    with pytest.raises(OhmyError, match="below a file"):
        distcp.expected(sources, [files(a=1), {"a/b": Entry(1)}])


def test_places():
    assert str(place("s3://b/k")) == "s3a://b/k" and str(place("hdfs:///a//b/")) == "/a/b" == str(place("/a/b"))
    for bad in ("s3a://", "hdfs://other:8020/a", "a/b", "file:///a", "/a/../b", "/a:b", "/a\nb"):
        with pytest.raises(OhmyError):
            place(bad)


def test_what_is_missing_and_what_is_strange():
    want, have = files(a=1, b=2, c=3), {**files(a=1, b=9, x=1), "d/.distcp.tmp.attempt_1": Entry(5)}
    assert set(distcp.missing(want, have)) == {"b", "c"}
    assert set(distcp.missing(want, have, update=False)) == {"c"}
    assert distcp.strangers(want, have) == ["x"]


def test_a_newer_source_of_the_same_size_counts_where_nothing_else_vouches_for_it():
    want, have = {"a": Entry(1, 200.0), "b": Entry(1, 100.0)}, files(a=1, b=1)
    assert distcp.missing(want, have) == {}
    assert set(distcp.missing(want, have, dated=True)) == {"a"}
    assert distcp.missing(want, have, update=False, dated=True) == {}


def test_small_copies_stay_on_the_master():
    assert distcp.fits_local(files(a=1 << 20))
    assert not distcp.fits_local(files(a=1 << 30))
    assert not distcp.fits_local({str(n): Entry(1) for n in range(3000)})


def test_patterns_in_names_are_escaped_and_s3_is_s3a():
    assert distcp.source_uri(place("s3://b/in{1}/[x]*?")) == "s3a://b/in\\{1\\}/\\[x\\]\\*\\?"
    assert distcp.source_uri(place("s3a://b")) == "s3a://b/"
    assert distcp.source_uri(place("/in/-a b%20{1}")) == "/in/-a b%20\\{1\\}"


SPEC = {"id": "c", "name": "stage"}


def command(source, target, local=True, **spec):
    """Return the command of one copy."""
    return distcp.command("/h/bin/hadoop", [place(source)], place(target), {**SPEC, **spec}, "x,x-0", local, 3)


def test_the_command_of_a_local_copy_and_of_one_on_yarn():
    local = command("s3a://b/k", "/t")
    assert local[:2] == ["/h/bin/hadoop", "distcp"]
    assert "mapreduce.framework.name=local" in local and "-async" not in local
    assert local[-2:] == ["s3a://b/k", "/t"] and local[local.index("-m") + 1] == "3"
    remote = command("s3a://b/k", "/t", local=False)
    assert "-async" in remote and "mapreduce.framework.name=local" not in remote
    assert all("-update" in words and "-delete" not in words for words in (local, remote))


def test_the_command_says_what_was_asked_for():
    words = command("/s", "s3://b/t", delete=True, maps=2, bandwidth=10, strategy="uniform", local=False)
    assert {"-delete", "-direct", "-skipcrccheck"} <= set(words)
    assert words[words.index("-m") + 1] == "2" and words[words.index("-bandwidth") + 1] == "10"
    assert words[words.index("-strategy") + 1] == "uniform" and words[-1] == "s3a://b/t"


def test_inside_hdfs_checksums_are_compared():
    assert "-pbc" in command("/s", "/t") and "-skipcrccheck" not in command("/s", "/t")
    assert "-pugbc" in command("/s", "/t", preserve=["group", "user"])


def test_what_is_to_stay_is_filtered_by_its_very_name():
    lines = distcp.filters([place("s3://b/in"), place("/x")], ["a.b", "c\\E"]).splitlines()
    assert lines[:2] == ["\\Qs3a://b/in/a.b\\E", "(hdfs://[^/]*)?\\Q/x/a.b\\E"]
    assert lines[2] == "\\Qs3a://b/in/c\\E\\\\E\\Q\\E"
    assert distcp.filters([place("/x/a")], ["a"]).splitlines()[0] == "(hdfs://[^/]*)?\\Q/x/a\\E"


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
        (254, "whatever", "would become the same file"),
        (253, "", "no access control lists"),
        (252, "", "no extended attributes"),
        (255, "usage: distcp", "refused its arguments"),
        (77, "whatever", "exit code 77"),
        (None, "", "in time"),
    ],
)
def test_failed_copies_are_explained(code, log, summary):
    assert summary in failures.diagnose_copy(code, log, "/t")["summary"]
