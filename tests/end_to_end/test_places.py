# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a job reads and where its answer goes: from S3 to S3 without a copy of the input, into HDFS, and into one local file."""

from __future__ import annotations

import gzip
import json
import shutil

import pytest

from .support import ROOT, write_job

pytestmark = pytest.mark.long
BUCKET = "places-of-answers"
TEXTS = {"books/a.txt": b"b\na\n", "books/sub/b.txt": b"c\n", "books/_hidden": b"x\n"}


@pytest.fixture(scope="module", name="s3")
def fixture_s3(cloud):
    """Put the input into a bucket, and remove at the end what was written where the runs were started."""
    client = cloud.client("s3")
    place = {"CreateBucketConfiguration": {"LocationConstraint": client.meta.region_name}}
    client.create_bucket(Bucket=BUCKET, **({} if client.meta.region_name == "us-east-1" else place))
    for key, body in TEXTS.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    yield client
    for name in ("far", "near"):  # beside no answer: where the run was started
        for path in (ROOT / f"{name}.log", *ROOT.glob(f"{name}-report*")):
            path.unlink(missing_ok=True)
        shutil.rmtree(ROOT / f"{name}-evidence", ignore_errors=True)


def play(lone, folder, **values):
    """Run a job on the shared cluster."""
    job = write_job(folder, **{**lone.variables, "job_mapper": "cat", "job_preflight": "off", **values})
    return lone.cloud.play("run_job.yml", "-e", f"job_file={job}", seconds=550)


def below(s3, prefix):
    """Return name → bytes of the objects below a prefix."""
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}/").get("Contents", [])
    return {one["Key"][len(prefix) + 1 :]: s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found}


def test_a_job_reads_from_s3_and_leaves_its_answer_there_once(lone, s3, tmp_path):
    values = {
        "job_name": "far",
        "job_input": [f"s3://{BUCKET}/books/"],
        "job_input_mode": "direct",
        "job_output": f"s3://{BUCKET}/answers/far",
    }
    copied = lone.shell("hdfs dfs -ls -C /user/hadoop/input")
    run = play(lone, tmp_path, **values)
    assert run.code == 0, run.text
    assert "succeeded" in (ROOT / "far.log").read_text()
    found = below(s3, "answers/far")
    manifest = json.loads(found.pop(".ohmy-manifest.json"))
    assert found == {"part-00000": b"a\nb\nc\n", "_SUCCESS": b""}
    assert manifest["finished"] and [one["name"] for one in manifest["parts"]] == ["_SUCCESS", "part-00000"]
    assert lone.shell("hdfs dfs -ls -C /user/hadoop/input") == copied
    policy = lone.cloud.client("iam").get_role_policy(RoleName=lone.role, PolicyName="ohmy-nodes")["PolicyDocument"]
    (output,) = [one for one in policy["Statement"] if one["Sid"] == "Output"]
    assert {arn.rpartition(":")[2] for arn in output["Resource"]} == {
        f"{BUCKET}/answers/far",
        f"{BUCKET}/answers/far/*",
    }
    again = play(lone, tmp_path, **values)
    assert again.code == 0 and "finished before" in again.text, again.text
    s3.put_object(Bucket=BUCKET, Key="answers/far/thesis.doc", Body=b"mine")
    refused = play(lone, tmp_path, **values)
    assert refused.code != 0 and "thesis.doc" in refused.text and "never deleted" in refused.text, refused.text
    assert set(below(s3, "answers/far")) == {*found, ".ohmy-manifest.json", "thesis.doc"}


def test_an_answer_stays_in_hdfs_and_another_comes_as_one_file(lone, s3, tmp_path):
    (tmp_path / "in.txt").write_text("b\na\n")
    values = {"job_name": "near", "job_input": ["in.txt"], "job_output": "hdfs:///user/hadoop/answers/near"}
    run = play(lone, tmp_path, **values)
    assert run.code == 0 and "The answer lies in hdfs:///user/hadoop/answers/near" in run.text, run.text
    assert lone.shell("hdfs dfs -cat '/user/hadoop/answers/near/part-*'") == "a\nb\n"
    before = lone.shell("hdfs dfs -stat %Y /user/hadoop/answers/near/_SUCCESS")
    assert play(lone, tmp_path, **values).code == 0
    assert lone.shell("hdfs dfs -stat %Y /user/hadoop/answers/near/_SUCCESS") == before
    refused = play(lone, tmp_path, **values, job_output_existing="refused")
    assert refused.code != 0 and "no answer is to be there" in refused.text, refused.text
    (tmp_path / "in.txt").write_text("d\n")
    other = play(lone, tmp_path, **values)
    assert other.code == 0, other.text
    assert lone.shell("hdfs dfs -cat '/user/hadoop/answers/near/part-*'") == "d\n"
    (tmp_path / "in.txt").write_text("b\na\nd\nc\n")
    packed = {"job_output": str(tmp_path / "out"), "job_output_merged": True, "job_output_compress": "gzip"}
    merged = play(lone, tmp_path, **{**values, **packed, "job_reduces": 2, "job_reducer": "cat"})
    assert merged.code == 0, merged.text
    data = gzip.decompress((tmp_path / "out" / "output.gz").read_bytes())
    assert sorted(data.split()) == [b"a", b"b", b"c", b"d"] and not list((tmp_path / "out").glob("part-*"))
