# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of an answer in S3: begun, finished, found again, and never in the way of a stranger's objects."""

from __future__ import annotations

import json

import pytest

from .conftest import BUCKET, assert_reads_only

URI = f"s3://{BUCKET}/answers/wc"
PARTS = {"part-00000": b"a\n", "part-00001": b"b\n", "_SUCCESS": b""}


@pytest.fixture(name="answer")
def fixture_answer(account, run_module):
    """Run the module; ``put`` plays the copy."""

    class Answer:
        def begin(self, fingerprint="f1", check=False, **more):
            return run_module("s3_answer", check, state="begun", uri=URI, fingerprint=fingerprint, **more)

        def put(self, **objects):
            for name, body in objects.items():
                account.s3.put_object(Bucket=BUCKET, Key=f"answers/wc/{name}", Body=body)

        def finish(self, fingerprint="f1", parts=None, **more):
            parts = PARTS if parts is None else parts
            told = {"files": len(parts), "bytes": sum(map(len, parts.values()))}
            return run_module("s3_answer", state="finished", uri=URI, fingerprint=fingerprint, **{**told, **more})

        def whole(self, fingerprint="f1"):
            self.begin(fingerprint)
            self.put(**PARTS)
            return self.finish(fingerprint)

        def plan(self, **more):
            """Plan a job with its answer there; its fingerprint is what it is."""
            account.s3.put_object(Bucket=BUCKET, Key="data/in.txt", Body=b"x\n")
            job = {"name": "wc", "mapper": "cat", "input": [f"s3://{BUCKET}/data/"], "output": URI}
            return run_module("job_plan", **{**job, **more})

    return Answer()


def names(account):
    return sorted(key.rpartition("/")[2] for key in account.objects("answers/wc/"))


def test_an_answer_is_begun_finished_and_left_alone(account, answer):
    check = answer.begin(check=True)
    assert check["changed"] and names(account) == []
    assert_reads_only(account.calls)
    assert answer.begin()["actions"] == check["actions"]
    answer.put(**PARTS)
    assert answer.finish()["changed"]
    manifest = json.loads(account.s3.get_object(Bucket=BUCKET, Key="answers/wc/.ohmy-manifest.json")["Body"].read())
    assert manifest["finished"] and {one["name"]: one["size"] for one in manifest["parts"]} == {
        name: len(body) for name, body in PARTS.items()
    }
    assert not answer.begin()["changed"] and not answer.finish()["changed"]
    assert names(account) == sorted([*PARTS, ".ohmy-manifest.json"])


def test_another_job_s_answer_goes_and_its_own_when_it_is_replaced(account, answer):
    answer.whole()
    assert len(answer.begin("f2")["actions"]) == 4 and names(account) == [".ohmy-manifest.json"]
    answer.whole("f2")
    assert answer.begin("f2", existing="replaced")["changed"] and names(account) == [".ohmy-manifest.json"]


def test_a_copy_that_was_interrupted_goes_on_but_not_with_what_another_run_left(account, answer):
    answer.begin(run="app_1")
    answer.put(**{"part-00000": b"a\n"})
    assert not answer.begin(run="app_1")["changed"] and "part-00000" in names(account)
    assert answer.begin(run="app_2")["changed"] and "part-00000" not in names(account)
    answer.put(**PARTS)
    assert answer.finish()["changed"]


@pytest.mark.parametrize("existing", ["reused", "replaced", "refused"])
def test_what_no_run_brought_is_never_deleted(account, answer, existing):
    answer.whole()
    answer.put(**{"thesis.doc": b"mine"})
    before = names(account)
    for result in (answer.begin("f2", existing=existing), answer.plan(output_existing=existing)):
        assert result["failed"] and result["hint"], result
        assert names(account) == before


def test_a_part_that_was_changed_by_hand_goes_only_when_it_is_replaced(account, answer):
    answer.whole()
    answer.put(**{"part-00000": b"edited\n"})
    assert "left like this: part-00000" in answer.begin("f2")["msg"]
    assert "part-00000" in names(account)
    assert answer.begin("f2", existing="replaced")["changed"] and "part-00000" not in names(account)


def test_any_answer_is_refused_where_that_is_said(answer):
    assert not answer.begin(existing="refused").get("failed")
    answer.put(**PARTS)
    assert not answer.begin(existing="refused").get("failed"), "its own copy goes on"
    answer.finish()
    assert "is refused" in answer.begin(existing="refused")["msg"]


def test_an_answer_that_is_not_what_was_copied_is_not_finished(answer):
    answer.begin()
    answer.put(**PARTS, **{"part-00002": b""})
    assert "holds 4 objects" in answer.finish()["msg"]
    assert "another job's" in answer.finish("f2")["msg"]


def test_a_job_is_finished_where_its_answer_lies_whole_in_s3(account, answer):
    plan = answer.plan()["plan"]
    assert not plan["finished"] and plan["answer"]["kind"] == "s3" and plan["answer"]["write_uris"] == [URI]
    answer.whole(plan["fingerprint"])
    again = answer.plan()["plan"]
    assert again["finished"] and again["fingerprint"] == plan["fingerprint"]
    assert not answer.plan(output_existing="replaced")["plan"]["finished"]
    assert not answer.plan(mapper="wc")["plan"]["finished"]
    assert "is refused" in answer.plan(output_existing="refused")["msg"]
    account.s3.delete_object(Bucket=BUCKET, Key="answers/wc/part-00000")
    assert not answer.plan()["plan"]["finished"]


def test_input_that_the_job_reads_itself_makes_no_other_job(answer):
    far, near = answer.plan(input_mode="direct")["plan"], answer.plan()["plan"]
    assert far["fingerprint"] == near["fingerprint"] and far["id"] == near["id"]
    assert far["input"]["copies"] == [] and far["input"]["hdfs"] == [f"s3a://{BUCKET}/data/"]
    assert near["input"]["hdfs"] == [near["input"]["copies"][0]["target"]]
    assert far["input"]["uris"] == near["input"]["uris"]


def test_a_bucket_that_is_not_there_is_told_before_anything_is_made(account, answer):
    assert "no bucket nowhere-at-all" in answer.plan(output="s3://nowhere-at-all/x")["msg"]
    assert_reads_only(account.calls)
