# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``s3_upload``."""

from __future__ import annotations

import hashlib

import pytest

from .conftest import BUCKET, assert_reads_only


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(12):
        (folder / f"part-{number:02}").write_text(f"line {number}\n")
    return [{"source": str(path), "key": path.name} for path in sorted(folder.iterdir())]


def test_files_are_uploaded_once_with_constant_calls(account, run_module, files):
    check = run_module("s3_upload", True, bucket=BUCKET, prefix="input/a", items=files)
    assert check["changed"] and len(check["uploaded"]) == 12, check
    assert_reads_only(account.calls)
    first = run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    assert first["uploaded"] == check["uploaded"], first
    assert account.objects("input/a/") == first["uploaded"]
    second = run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    assert second.get("changed") is False and len(second["kept"]) == 12, second
    assert set(second) == set(first)
    assert dict(account.calls) == {"HeadBucket": 1, "ListObjectsV2": 1, "GetObject": 1}


def test_changed_file_alone_is_uploaded_even_with_the_same_size(account, run_module, files, tmp_path):
    run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    (tmp_path / "in" / "part-03").write_text("LINE 3\n")
    result = run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    assert result["uploaded"] == ["input/a/part-03"], result


def test_object_overwritten_by_somebody_is_uploaded_again(account, run_module, files):
    run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    account.s3.put_object(Bucket=BUCKET, Key="input/a/part-05", Body=b"LINE 5\n")
    result = run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    assert result["uploaded"] == ["input/a/part-05"], result


def test_interrupted_upload_goes_on_where_it_was(account, run_module, files):
    run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    manifest = account.objects("manifests/")[0]
    account.s3.delete_object(Bucket=BUCKET, Key=manifest)
    account.s3.delete_object(Bucket=BUCKET, Key="input/a/part-07")
    result = run_module("s3_upload", bucket=BUCKET, prefix="input/a", items=files)
    assert result["uploaded"] == ["input/a/part-07"], result
    assert account.objects("manifests/") == [manifest]


def test_bucket_is_made_private(account, run_module, files):
    result = run_module("s3_upload", bucket="new-bucket", create_bucket=True, prefix="x", items=files[:1])
    assert result["actions"] == ["create bucket new-bucket", "upload x/part-00"], result
    block = account.s3.get_public_access_block(Bucket="new-bucket")["PublicAccessBlockConfiguration"]
    assert all(block.values()), block
    assert account.s3.get_bucket_encryption(Bucket="new-bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    again = run_module("s3_upload", bucket="new-bucket", prefix="x", items=files[:1])
    assert again["changed"] is False and not account.calls["HeadObject"], account.calls
    missing = run_module("s3_upload", bucket="other-bucket", items=files[:1])
    assert missing.get("failed") and "does not exist" in missing["msg"], missing


def test_archive_lies_under_its_content_and_a_wrong_sha512_is_refused(account, run_module, tmp_path):
    path = tmp_path / "hadoop.tar.gz"
    path.write_bytes(b"archive")
    digest = hashlib.sha512(b"archive").hexdigest()
    archives = [{"source": str(path), "sha512": digest}]
    result = run_module("s3_upload", bucket=BUCKET, prefix="archives", archives=archives)
    url = f"s3://{BUCKET}/archives/{digest[:16]}/hadoop.tar.gz"
    assert result["archives"] == [{"url": url, "sha512": digest}], result
    assert run_module("s3_upload", bucket=BUCKET, prefix="archives", archives=archives)["changed"] is False
    wrong = run_module("s3_upload", bucket=BUCKET, archives=[{"source": str(path), "sha512": "0" * 128}])
    assert wrong.get("failed") and "is wanted" in wrong["msg"], wrong


def test_archive_of_a_url_is_passed_on_with_its_sha512_only(account, run_module):
    url = "https://example.com/hadoop.tar.gz"
    result = run_module("s3_upload", bucket=BUCKET, archives=[{"source": url, "sha512": "ab"}])
    assert result["archives"] == [{"url": url, "sha512": "ab"}] and result["changed"] is False, result
    assert run_module("s3_upload", bucket=BUCKET, archives=[{"source": url}]).get("failed")


def test_large_file_goes_in_parts(account, run_module, tmp_path, monkeypatch):
    from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import transfer

    monkeypatch.setattr(transfer, "PART_SIZE", 5 << 20)
    path = tmp_path / "large"
    path.write_bytes(b"x" * (11 << 20))
    result = run_module("s3_upload", bucket=BUCKET, prefix="big", items=[{"source": str(path)}])
    assert result["bytes"] == 11 << 20, result
    assert account.calls["UploadPart"] == 3, account.calls
    assert run_module("s3_upload", bucket=BUCKET, prefix="big", items=[{"source": str(path)}])["changed"] is False


def test_missing_file_and_two_files_of_one_key_are_named(account, run_module, files):
    gone = run_module("s3_upload", bucket=BUCKET, items=[{"source": "/nonexistent"}])
    assert gone.get("failed") and "/nonexistent" in gone["msg"], gone
    two = [{**files[0], "key": "same"}, {**files[1], "key": "same"}]
    both = run_module("s3_upload", bucket=BUCKET, items=two)
    assert both.get("failed") and "both become" in both["msg"], both
