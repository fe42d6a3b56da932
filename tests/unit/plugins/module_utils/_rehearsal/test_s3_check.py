# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input in S3 as the nodes' own credentials see it."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.s3 import S3Error
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import s3_check


class Bucket:
    """Objects by key, a thousand in a page; ``fails`` raises for a kind of call."""

    def __init__(self, objects, **fails):
        self.objects, self.fails, self.calls = objects, fails, []

    def answer(self, call, key):
        self.calls.append((call, key))
        if call in self.fails:
            raise self.fails[call]

    def page(self, prefix, token=""):
        self.answer("list", prefix)
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        at = int(token or 0)
        more = str(at + 1000) if at + 1000 < len(keys) else ""
        return [{"key": key, "size": self.objects[key]} for key in keys[at : at + 1000]], more

    def get_range(self, key, start, length):
        self.answer("read", key)
        return b"x"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Look once, and pause no longer."""
    monkeypatch.setattr(s3_check, "LATE_RIGHTS", 0)
    monkeypatch.setattr(s3_check, "PAUSE", 0)


def look(*uris, objects=None, **fails):
    bucket = Bucket(objects or {}, **fails)
    return s3_check.check_input(uris, lambda name: bucket), bucket


def test_a_place_is_listed_once_and_a_byte_of_one_object_is_read():
    objects = {"in/_SUCCESS": 1, "in/a.txt": 0, "in/b.gz": 5, "in/c.gz": 5, "in/": 0}
    seen, bucket = look("s3a://b/in/", objects=objects)
    assert seen.findings == [] and seen.endings == {".txt", ".gz"}
    assert bucket.calls == [("list", "in/"), ("read", "in/b.gz")]


@pytest.mark.parametrize(
    "uri, there", [("s3://b/log", True), ("s3://b/lo", False), ("s3://b/log/x.txt", True), ("s3://b", True)]
)
def test_a_prefix_means_what_hadoop_means(uri, there):
    seen, _bucket = look(uri, objects={"log/x.txt": 1, "logbook": 1})
    assert [one["id"] for one in seen.findings] == ([] if there else ["s3-input-absent"])


@pytest.mark.parametrize(
    "call, status, kind, words",
    [
        ("list", 403, "s3-refused", ("list s3://b/in/", "s3:ListBucket on arn:aws:s3:::b;")),
        ("read", 403, "s3-refused", ("read s3://b/in/a", "s3:GetObject on arn:aws:s3:::b/in/a;")),
        ("list", 404, "s3-bucket-absent", ("The bucket b is not there",)),
        ("read", 404, "s3-input-absent", ("s3://b/in/a is not there",)),
        ("list", 0, "s3-unreachable", ("no answer",)),
        ("list", 400, "s3-unreachable", ("no answer",)),
    ],
)
def test_a_refusal_names_place_and_right(call, status, kind, words):
    seen, _bucket = look("s3://b/in/", objects={"in/a": 1}, **{call: S3Error("S3 gave no answer.", status)})
    (found,) = seen.findings
    assert (found["id"], found["severity"]) == (kind, "error") and found["evidence"]["status"] == status
    assert all(word in found["text"] + found["hint"] for word in words)


@pytest.mark.parametrize("call", ["list", "read"])
def test_a_right_that_was_just_given_is_waited_for(monkeypatch, call):
    monkeypatch.setattr(s3_check, "LATE_RIGHTS", 60)
    bucket = Bucket({"in/a": 1}, **{call: S3Error("AccessDenied", 403)})
    honest = bucket.answer

    def answer(called, key):
        if len(bucket.calls) >= 4:
            bucket.fails.clear()
        honest(called, key)

    bucket.answer = answer
    assert s3_check.check_input(["s3://b/in/"], lambda name: bucket).findings == []
    assert bucket.calls[-1] == ("read", "in/a") and len(bucket.calls) > 4


@pytest.mark.parametrize(
    "status, message",
    [
        (301, "moved"),
        (307, "moved"),
        (
            400,
            "S3 answered 400 to GET s3://b/: AuthorizationHeaderMalformed: The authorization header is malformed; the region "
            "'us-east-1' is wrong; expecting 'eu-west-1'",
        ),
        (
            400,
            "S3 answered 400 to GET s3://b/: IllegalLocationConstraintException: The eu-south-1 location constraint is",
        ),
    ],
)
def test_a_bucket_of_another_region_is_left_to_hadoop(status, message):
    assert look("s3://b/in/", list=S3Error(message, status))[0].findings == []


def test_a_node_without_keys_says_so_once():
    seen, _bucket = look("s3://b/x", "s3://b/x", list=OhmyError("There are no keys.", "See its profile."))
    assert [(one["id"], one["text"]) for one in seen.findings] == [("s3-unreachable", "There are no keys.")]


def test_what_lies_behind_a_page_of_hidden_objects_is_found():
    hidden = {f"in/_delta_log/{number:06}.json": 1 for number in range(2500)}
    seen, bucket = look("s3://b/in/", objects={**hidden, "in/part-0.gz": 7})
    assert seen.findings == [] and seen.endings == {".gz"} and bucket.calls[-1] == ("read", "in/part-0.gz")
    assert [one["id"] for one in look("s3://b/in/", objects=hidden)[0].findings] == ["s3-input-absent"]


def test_a_place_that_begins_with_very_many_hidden_objects_is_left_to_hadoop():
    hidden = {f"in/_delta_log/{number:06}.json": 1 for number in range(1000 * s3_check.PAGES + 1)}
    seen, bucket = look("s3://b/in/", objects=hidden)
    assert seen.findings == [] and len(bucket.calls) == s3_check.PAGES


def test_of_very_many_places_the_first_are_looked_at():
    _seen, bucket = look(*(f"s3://b/{number}" for number in range(100)), objects={str(n): 1 for n in range(100)})
    assert len([call for call in bucket.calls if call[0] == "list"]) == s3_check.MOST
