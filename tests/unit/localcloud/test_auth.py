# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures: what the SDK signs is accepted, anything else is not."""

from __future__ import annotations

import datetime
import hashlib
import urllib.parse

import boto3
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud import auth
from localcloud.lifetime import AWS_CONFIG

KEYS = Credentials("AKIAEXAMPLE", "secret", "token+/=")


def signed(signer, method="GET", path="/b/k", body=b"", headers=None):
    request = AWSRequest(method, f"http://10.70.0.1:5000{path}", headers=headers or {}, data=body)
    signer.add_auth(request)
    parts = urllib.parse.urlsplit(request.prepare().url)
    sent = {name.lower(): value for name, value in request.headers.items()}
    return auth.Request(method, parts.path, parts.query, {"host": parts.netloc, **sent})


def s3(**arguments):
    return signed(S3SigV4Auth(KEYS, "s3", "us-east-1"), **arguments)


def code(request, secret="secret", body=b""):
    try:
        auth.verify(request, auth.claim(request), secret, body)
    except auth.AuthError as error:
        return error.code
    return "ok"


@pytest.mark.parametrize(
    "path", ["/", "/b", "/b/a%20b%2Bc/%C3%A9", "/b//k/", "/b?list-type=2&prefix=a%20b%2F&x=", "/b?uploads"]
)
def test_s3_requests_of_the_sdk(path):
    assert code(s3(path=path)) == "ok"
    assert code(s3(path=path), secret="other") == "SignatureDoesNotMatch"


def test_body_and_headers_count():
    request = s3(method="PUT", body=b"data", headers={"x-amz-meta-a": "two  blanks"})
    assert code(request, body=b"data") == "ok"
    assert code(request, body=b"tada") == "XAmzContentSHA256Mismatch"
    assert code(request, body=None) == "ok"  # too long to be held: S3's header is believed
    changed = auth.Request(request.method, request.raw_path, "", {**request.headers, "x-amz-meta-a": "x"})
    assert code(changed, body=b"data") == "SignatureDoesNotMatch"
    assert code(auth.Request("GET", request.raw_path, "", request.headers), body=b"data") == "SignatureDoesNotMatch"


def test_query_services():
    request = signed(SigV4Auth(KEYS, "ec2", "us-east-1"), method="POST", path="/", body=b"Action=X")
    assert auth.claim(request).service == "ec2"
    assert auth.claim(request).token == "token+/="
    assert code(request, body=b"Action=X") == "ok"
    assert code(request, body=b"Action=Y") == "SignatureDoesNotMatch"


def test_presigned():
    request = signed(S3SigV4QueryAuth(KEYS, "s3", "us-east-1", expires=60), path="/b/a%20b")
    made = auth.claim(request)
    assert code(request) == "ok"
    assert code(request, secret="other") == "SignatureDoesNotMatch"
    now = datetime.datetime.now(datetime.timezone.utc)
    auth.check_time(made, now)
    with pytest.raises(auth.AuthError, match="expired"):
        auth.check_time(made, now + datetime.timedelta(seconds=120))


def test_presigned_by_the_written_profile(tmp_path, monkeypatch):
    place = {"region": "us-east-1", "gateway": "10.70.0.1", "port": 5000}
    config = tmp_path / "aws-config"
    config.write_text(AWS_CONFIG.format(**place, access_key="AKIAEXAMPLE", secret_key="secret"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    client = boto3.Session(profile_name="localcloud").client("s3")
    parts = urllib.parse.urlsplit(client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}))
    assert code(auth.Request("GET", parts.path, parts.query, {"host": parts.netloc})) == "ok"


def test_time():
    made = auth.claim(s3())
    now = datetime.datetime.now(datetime.timezone.utc)
    auth.check_time(made, now)
    for minutes in (-20, 20):
        with pytest.raises(auth.AuthError) as caught:
            auth.check_time(made, now + datetime.timedelta(minutes=minutes))
        assert caught.value.code == "RequestTimeTooSkewed"


@pytest.mark.parametrize(
    "headers, expected",
    [
        ({}, "AccessDenied"),
        ({"authorization": "AWS AKIA:sig"}, "AccessDenied"),
        (
            {"authorization": "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0"},
            "AuthorizationHeaderMalformed",
        ),
    ],
)
def test_no_claim(headers, expected):
    with pytest.raises(auth.AuthError) as caught:
        auth.claim(auth.Request("GET", "/", "", headers))
    assert caught.value.code == expected


def test_host_must_be_signed():
    request = s3()
    made = auth.claim(request)
    bare = auth.Claim(**{**made.__dict__, "signed_headers": ("x-amz-date",)})
    with pytest.raises(auth.AuthError, match="host"):
        auth.verify(request, bare, "secret", b"")


def test_empty_body_is_hashed_when_no_hash_is_sent():
    made = auth.claim(s3())
    assert auth.payload_hash(auth.Request("GET", "/", "", {}), made, b"") == hashlib.sha256(b"").hexdigest()
