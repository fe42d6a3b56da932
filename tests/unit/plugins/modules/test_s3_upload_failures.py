# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``s3_upload`` where files change, buckets refuse and uploads break: one sentence, and nothing half."""

from __future__ import annotations

import hashlib
import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import buckets, lease, transfer, upload, waits

from .conftest import BUCKET, REGION
from .test_ec2_cluster_failures import refuse, throttle
from .test_ec2_cluster_refusals import elsewhere

PART = 5 << 20


@pytest.fixture
def large(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "PART_SIZE", PART)
    path = tmp_path / "large"
    path.write_bytes(b"x" * (2 * PART + 1))
    return path


def unfinished(account):
    return account.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads") or []


def when(call, step):
    """Return a handler that does something at the first call of this name."""
    left = [step]

    def handler(name, request):
        if name == call and left:
            left.pop()(request)

    return handler


def test_file_that_changes_before_it_is_sent_is_not_uploaded(account, run_module, tmp_path):
    path = tmp_path / "x"
    path.write_text("one\n")
    account.before_send = when("ListObjectsV2", lambda _request: path.write_text("two\n"))
    result = run_module("s3_upload", bucket=BUCKET, items=[{"source": str(path)}])
    assert result.get("failed") and "changed while it was uploaded" in result["msg"], result
    assert account.objects() == []


def test_large_file_that_changes_between_its_parts_leaves_nothing(account, run_module, large):
    def touch(_request):
        with large.open("r+b") as stream:
            stream.seek(PART + 5)
            stream.write(b"y")

    account.before_send = when("CreateMultipartUpload", touch)
    result = run_module("s3_upload", bucket=BUCKET, items=[{"source": str(large)}])
    assert result.get("failed") and "changed while it was uploaded" in result["msg"], result
    assert account.objects() == [] and unfinished(account) == []


def test_file_that_is_not_the_one_that_was_looked_at_is_refused_before_anything_is_uploaded(
    account, run_module, tmp_path
):
    items = []
    for name in ("a", "b*"):
        (tmp_path / name).write_text("one\n")
        digest = hashlib.sha256(b"one\n").hexdigest()
        items.append({"source": str(tmp_path / name), "sha256": digest if name == "a" else digest.upper()})
    (tmp_path / "b*").write_text("two\n")
    for check in (True, False):
        result = run_module("s3_upload", check, bucket="new-bucket", create_bucket=True, items=items)
        assert result.get("failed") and f"{tmp_path / 'b*'} has changed since it was looked at" in result["msg"], result
        assert "Run the same command again" in result["hint"]
    (tmp_path / "b*").unlink()
    (tmp_path / "b2").write_text("one\n")
    result = run_module("s3_upload", bucket="new-bucket", create_bucket=True, items=items)
    assert result.get("failed") and f"{tmp_path / 'b*'} is not there" in result["msg"], result
    assert [one["Name"] for one in account.s3.list_buckets()["Buckets"]] == [BUCKET]
    (tmp_path / "b*").write_text("one\n")
    assert run_module("s3_upload", bucket=BUCKET, items=items)["uploaded"] == ["a", "b*"]


@pytest.mark.parametrize("kind", ["directory", "glob", "auto"])
def test_checksum_of_more_than_a_file_is_refused(account, run_module, tmp_path, kind):
    source = str(tmp_path / "*") if kind == "glob" else str(tmp_path)
    result = run_module("s3_upload", bucket=BUCKET, items=[{"source": source, "kind": kind, "sha256": "0" * 64}])
    assert result.get("failed") and source in result["msg"] and "file" in result["msg"], result
    assert account.objects() == []


def test_file_that_vanishes_is_named(account, run_module, tmp_path):
    path = tmp_path / "x"
    path.write_text("one\n")
    account.before_send = when("ListObjectsV2", lambda _request: path.unlink())
    result = run_module("s3_upload", bucket=BUCKET, items=[{"source": str(path)}])
    assert result.get("failed") and f"{path} cannot be read" in result["msg"], result
    assert account.objects() == []


@pytest.mark.parametrize("call", ["UploadPart", "CompleteMultipartUpload"])
def test_parts_of_a_failed_upload_are_taken_back(account, run_module, large, call):
    account.before_send = refuse(call, "InternalFailure")
    result = run_module("s3_upload", bucket=BUCKET, items=[{"source": str(large)}])
    assert result.get("failed") and "InternalFailure" in result["msg"] and str(large) in result["msg"], result
    assert unfinished(account) == [] and account.objects() == []
    account.before_send = None
    assert run_module("s3_upload", bucket=BUCKET, items=[{"source": str(large)}])["uploaded"] == ["large"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_parts_of_an_interrupted_upload_are_taken_back(account, large, stop):
    client, item = account.s3, transfer.read(str(large), "large")
    assert len(item.parts) == 3

    class Stopped:
        def __getattr__(self, name):
            if name == "complete_multipart_upload":
                raise stop
            return getattr(client, name)

    with pytest.raises(stop):
        transfer.send(Stopped(), BUCKET, [item])
    assert unfinished(account) == []


def test_manifest_goes_on_telling_of_objects_that_were_not_looked_at(account, run_module, tmp_path):
    def send(*names):
        items = []
        for name in names:
            (tmp_path / name).write_text(name)
            items.append({"source": str(tmp_path / name)})
        return run_module("s3_upload", bucket=BUCKET, items=items, prefix="in")

    def told():
        body = account.s3.get_object(Bucket=BUCKET, Key=upload.manifest_key("in/"))["Body"].read()
        return sorted(json.loads(body)["objects"])

    send("a.txt", "z.txt")
    send("m.txt")  # nothing of what is there lies between its first and its last key
    assert told() == ["in/a.txt", "in/m.txt", "in/z.txt"]
    account.s3.delete_object(Bucket=BUCKET, Key="in/m.txt")
    send("b.txt", "n.txt")
    assert told() == ["in/a.txt", "in/b.txt", "in/n.txt", "in/z.txt"]
    assert send("a.txt", "b.txt", "n.txt", "z.txt")["changed"] is False and account.calls["HeadObject"] == 0


def test_part_size_grows_with_the_file():
    assert transfer.part_size_of(transfer.PART_SIZE) == 0
    assert transfer.part_size_of(3 * transfer.PART_SIZE) == transfer.PART_SIZE
    for size in (1 << 40, transfer.MOST_BYTES):
        part = transfer.part_size_of(size)
        assert -(-size // part) <= 10000 and part % (1 << 20) == 0


@pytest.mark.parametrize(
    ("call", "code", "text", "hint"),
    [
        ("HeadBucket", "403", "refuses this caller", "job_bucket"),
        ("ListObjectsV2", "AccessDenied", "list s3://", "s3:ListBucket"),
        ("PutObject", "AccessDenied", "upload /", "s3:PutObject"),
        ("PutObject", "AllAccessDisabled", "upload /", "job_bucket"),
        ("HeadBucket", "500", "look at bucket", ""),
    ],
)
def test_bucket_that_refuses_is_one_sentence_and_a_hint(account, run_module, tmp_path, call, code, text, hint):
    (tmp_path / "x").write_text("x")
    account.before_send = refuse(call, code)
    result = run_module("s3_upload", bucket=BUCKET, items=[{"source": str(tmp_path / "x")}])
    assert result.get("failed") and text in result["msg"] and hint in result["hint"], result
    assert "\n" not in result["msg"] and account.objects() == []


def test_wrong_keys_are_told_from_a_bucket_that_refuses(account, run_module):
    def handler(name, request):
        refuse("HeadBucket", "403")(name, request)
        refuse("GetCallerIdentity", "SignatureDoesNotMatch")(name, request)

    account.before_send = handler
    result = run_module("s3_upload", bucket=BUCKET)
    assert result.get("failed") and "SignatureDoesNotMatch" in result["msg"] and "profile" in result["hint"], result


def test_bucket_in_another_region_is_named_with_it(account, run_module):
    account.before_send = elsewhere
    result = run_module("s3_upload", bucket=BUCKET)
    assert result.get("failed") and "us-west-2" in result["msg"] and "cluster_region" in result["hint"], result


@pytest.mark.parametrize("name", ["Upper", "ab", "under_score", "a..b", "-a-", "x" * 64])
def test_impossible_name_of_a_bucket_is_refused_before_any_call(account, run_module, name):
    result = run_module("s3_upload", bucket=name)
    assert result.get("failed") and "no name for a bucket" in result["msg"], result
    assert not account.calls


def test_manifest_that_may_not_be_written_is_a_warning(account, run_module, tmp_path):
    (tmp_path / "x").write_text("x")

    def handler(name, request):
        if name in ("PutObject", "GetObject") and "/manifests/" in request.url:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)

    account.before_send = handler
    item = {"source": str(tmp_path / "x")}
    first = run_module("s3_upload", bucket=BUCKET, items=[item])
    assert first["uploaded"] == ["x"] and any("manifest" in str(one) for one in first["warnings"]), first
    second = run_module("s3_upload", bucket=BUCKET, items=[item])
    assert second["changed"] is False and account.calls["HeadObject"] == 1, second


def test_manifest_of_a_prefix_remembers_what_other_runs_brought(account, run_module, tmp_path):
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).write_text(name)

    def bring(*names):
        items = [{"source": str(tmp_path / name)} for name in names]
        result = run_module("s3_upload", bucket=BUCKET, prefix="p", items=items)
        return result["changed"], account.calls["HeadObject"]

    assert bring("a", "b") == (True, 0) and bring("c", "d") == (True, 0)
    assert bring("a", "b") == (False, 0) and bring("a", "b", "c", "d") == (False, 0)


def test_large_bucket_is_not_listed_to_its_end(account, run_module, tmp_path, monkeypatch):
    monkeypatch.setattr(upload, "SPARE_PAGES", 1)
    for number in range(1100):
        account.s3.put_object(Bucket=BUCKET, Key=f"between-{number:04}", Body=b"")
    for name in ("a", "z"):
        (tmp_path / name).write_text(name)
    items = [{"source": str(tmp_path / name)} for name in ("a", "z")]
    assert run_module("s3_upload", bucket=BUCKET, items=items)["uploaded"] == ["a", "z"]
    assert account.calls["ListObjectsV2"] == 1, account.calls
    assert run_module("s3_upload", bucket=BUCKET, items=items)["changed"] is False
    assert (account.calls["ListObjectsV2"], account.calls["HeadObject"]) == (1, 1), account.calls
    one = run_module("s3_upload", bucket=BUCKET, items=items[:1], prefix="")
    assert one["changed"] is False and account.calls["ListObjectsV2"] == 1, account.calls


@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_bucket_is_made_private_in_the_right_region(account, run_module, region):
    result = run_module("s3_upload", bucket="new-bucket", create_bucket=True, region=region)
    assert result["changed"] and result["actions"] == ["create bucket new-bucket"], result
    client = boto3.client("s3", region_name=region)
    assert client.get_bucket_location(Bucket="new-bucket")["LocationConstraint"] == (
        None if region == "us-east-1" else region
    )
    assert all(client.get_public_access_block(Bucket="new-bucket")["PublicAccessBlockConfiguration"].values())
    owned = client.get_bucket_ownership_controls(Bucket="new-bucket")["OwnershipControls"]["Rules"]
    assert owned == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rules = client.get_bucket_lifecycle_configuration(Bucket="new-bucket")["Rules"]
    assert rules[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1} and "Expiration" not in rules[0]
    assert client.get_bucket_encryption(Bucket="new-bucket")
    assert run_module("s3_upload", bucket="new-bucket", create_bucket=True, region=region)["changed"] is False


@pytest.mark.parametrize(
    "call", ["PutPublicAccessBlock", "PutBucketEncryption", "PutBucketLifecycleConfiguration", "PutBucketTagging"]
)
def test_bucket_that_cannot_be_made_private_is_removed_again(account, run_module, call):
    account.before_send = refuse(call, "AccessDenied")
    result = run_module("s3_upload", bucket="new-bucket", create_bucket=True)
    assert result.get("failed") and "new-bucket" in result["msg"], result
    assert [one["Name"] for one in account.s3.list_buckets()["Buckets"]] == [BUCKET]


def test_name_that_somebody_took_meanwhile_is_told(account, run_module):
    account.before_send = refuse("CreateBucket", "BucketAlreadyExists")
    result = run_module("s3_upload", bucket="new-bucket", create_bucket=True)
    assert result.get("failed") and "not this account's" in result["msg"] and "job_bucket" in result["hint"], result


def test_missing_bucket_fails_a_check_as_it_would_fail_a_run(account, run_module):
    for check in (True, False):
        result = run_module("s3_upload", check, bucket="new-bucket")
        assert result.get("failed") and "create_bucket" in result["hint"], result
    assert run_module("s3_upload", True, bucket="new-bucket", create_bucket=True)["changed"] is True
    assert buckets.LIFECYCLE and [one["Name"] for one in account.s3.list_buckets()["Buckets"]] == [BUCKET]


def test_lease_of_a_cluster_is_renewed_while_something_is_uploaded(account, run_module, tmp_path):
    now = int(time.time())
    (tmp_path / "x").write_text("x")
    have = {"expires": now + 60, "max": now + 600}
    account.s3.put_object(Bucket=BUCKET, Key="clusters/demo/i/lease", Body=lease.text(have))
    arguments = {"bucket": BUCKET, "items": [{"source": str(tmp_path / "x")}], "lease": "clusters/demo/i/"}
    run_module("s3_upload", **arguments)
    body = json.loads(account.s3.get_object(Bucket=BUCKET, Key="clusters/demo/i/lease")["Body"].read())
    assert body == {"expires": now + 600, "max": now + 600}
    assert run_module("s3_upload", **arguments)["changed"] is False and not account.calls["PutObject"]


def test_three_archives_keep_their_order(account, run_module, tmp_path):
    url = {"source": "file:///srv/java.tar.gz", "sha512": "ab"}
    for name in ("hadoop.tar", "overlay.tar"):
        (tmp_path / name).write_text(name)
    local = [{"source": str(tmp_path / name)} for name in ("overlay.tar", "hadoop.tar")]
    result = run_module("s3_upload", bucket=BUCKET, prefix="archives", archives=[local[1], url, local[0]])
    names = [one["url"].rsplit("/", 1)[-1] for one in result["archives"]]
    assert names == ["hadoop.tar", "java.tar.gz", "overlay.tar"], result
    assert result["archives"][1] == {"url": "file:///srv/java.tar.gz", "sha512": "ab"}


@pytest.mark.parametrize("code", buckets.UNSEEN)
def test_new_bucket_that_is_not_seen_yet_is_waited_for(account, run_module, tmp_path, monkeypatch, code):
    monkeypatch.setattr(waits.time, "sleep", lambda _seconds: None)
    (tmp_path / "x").write_text("one\n")
    account.before_send = throttle("PutBucketEncryption", 2, code)
    result = run_module("s3_upload", bucket="new-bucket", create_bucket=True, items=[{"source": str(tmp_path / "x")}])
    assert result.get("uploaded") == ["x"] and account.calls["PutBucketEncryption"] == 3, (result, account.calls)
