# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node's own S3 client: its signatures, its patience and its errors, against botocore and moto."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.parse

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import s3 as s3_module
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.imds import Imds
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.s3 import S3, S3Error

NAME = "a b/ü+&=*~(1).txt"


class Fixed:
    """Keys that do not change."""

    def __init__(self, token="a/token=="):
        self.token = token

    def keys(self):
        return ("AKIAEXAMPLE", "example/secret+key", self.token)


@pytest.fixture(scope="module", autouse=True)
def no_profile():
    """Keep the caller's own AWS settings out of it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def moto(no_profile):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="x"
    )
    client.create_bucket(Bucket="example-bucket")
    yield url, client
    server.stop()


@pytest.fixture
def no_wait(monkeypatch):
    monkeypatch.setattr(s3_module.random, "uniform", lambda *_: 0)


@pytest.mark.parametrize("path_style", [True, False])
@pytest.mark.parametrize(
    ("method", "key", "query"),
    [("GET", NAME, ""), ("PUT", "plain/key", ""), ("GET", "", "list-type=2&prefix=a%2Fb%20c")],
)
@pytest.mark.parametrize("token", ["a/token==", ""])
def test_signs_as_botocore_does(path_style, method, key, query, token):
    s3 = S3("https://s3.example.com:8443", "eu-central-1", "example-bucket", path_style, Fixed(token))
    host, path = s3._place(key)
    assert host == ("s3.example.com:8443" if path_style else "example-bucket.s3.example.com:8443")
    payload = hashlib.sha256(b"body").hexdigest()
    ours = s3._signed(method, host, path, query, payload)

    request = AWSRequest(method=method, url=f"https://{host}{path}" + (f"?{query}" if query else ""), data=b"body")
    request.context["timestamp"] = ours["x-amz-date"]
    request.headers["x-amz-date"], request.headers["x-amz-content-sha256"] = ours["x-amz-date"], payload
    if token:
        request.headers["x-amz-security-token"] = token
    theirs = S3SigV4Auth(Credentials("AKIAEXAMPLE", "example/secret+key", token or None), "s3", "eu-central-1")
    text = theirs.string_to_sign(request, theirs.canonical_request(request))
    assert ours["authorization"].rpartition("=")[2] == theirs.signature(text, request)
    assert urllib.parse.unquote(path).endswith(key)


def test_puts_gets_lists_and_deletes(moto, tmp_path):
    url, client = moto
    s3 = S3(url, "us-east-1", "example-bucket", True, Fixed())
    body = bytes(range(256)) * 5000
    s3.put(NAME, body)
    s3.put("empty", b"")
    assert s3.get(NAME) == body
    assert client.get_object(Bucket="example-bucket", Key="empty")["Body"].read() == b""
    s3.get_to_file(NAME, str(tmp_path / "file"), hashlib.sha512(body).hexdigest())
    assert (tmp_path / "file").read_bytes() == body
    assert s3.get_range(NAME, 0, 1) == body[:1]
    found = s3.list("a b/")
    assert [(entry["key"], entry["size"]) for entry in found] == [(NAME, len(body))]
    assert found[0]["last_modified"].startswith("20")
    s3.delete(NAME)
    s3.delete(NAME)
    assert s3.list("a b/") == []


def test_lists_more_than_one_page(web):
    page = (
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents><Key>many/{0}</Key><Size>{0}</Size>'
        '<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"e"</ETag></Contents>{1}</ListBucketResult>'
    )
    more = "<NextContinuationToken>a+b/c==</NextContinuationToken>"
    web.table[("GET", "/example-bucket/")] = [(200, page.format(1, more).encode()), (200, page.format(2, "").encode())]
    found = S3(web.url, "us-east-1", "example-bucket", True, Fixed()).list("many/")
    assert [(entry["key"], entry["size"], entry["etag"]) for entry in found] == [("many/1", 1, "e"), ("many/2", 2, "e")]
    assert "continuation-token=a%2Bb%2Fc%3D%3D&list-type=2&prefix=many%2F" in web.asked[-1][1]
    web.table[("GET", "/example-bucket/")] = [(200, page.format(1, more).encode())]
    asked = len(web.asked)
    found, token = S3(web.url, "us-east-1", "example-bucket", True, Fixed()).page("many/")
    assert (len(found), token, len(web.asked)) == (1, "a+b/c==", asked + 1), "one page is one call"


def test_refuses_bytes_that_are_not_the_wanted_ones(moto, tmp_path):
    url, client = moto
    client.put_object(Bucket="example-bucket", Key="bad", Body=b"other bytes")
    with pytest.raises(OhmyError, match="s3://example-bucket/bad has the sha512"):
        S3(url, "us-east-1", "example-bucket", True, Fixed()).get_to_file("bad", str(tmp_path / "file"), "ab" * 64)


def test_an_absent_object_is_named_at_once(moto):
    url, _client = moto
    with pytest.raises(S3Error, match="404 to GET s3://example-bucket/none.*NoSuchKey") as caught:
        S3(url, "us-east-1", "example-bucket", True, Fixed()).get("none")
    assert caught.value.status == 404


def test_signs_with_the_keys_of_the_role(metadata):
    metadata.table[("GET", "/example-bucket/key")] = [(200, b"data")]
    s3 = S3(metadata.url, "us-east-1", "example-bucket", True, metadata.imds)
    assert s3.get("key") == s3.get("key") == b"data"
    last = metadata.asked[-1][2]
    assert last["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert last["X-Amz-Security-Token"] == "example//token=="
    # Asked once: the token, the role and its keys.
    assert [path for method, path, _head, _body in metadata.asked].count("/latest/api/token") == 1
    assert sum("security-credentials" in path for _method, path, _head, _body in metadata.asked) == 2


def test_tries_again_what_may_pass(web, no_wait, tmp_path):
    web.table[("GET", "/example-bucket/key")] = [
        (503, b"<Error><Code>SlowDown</Code></Error>"),
        (500, b""),
        (200, b"data"),
    ]
    s3 = S3(web.url, "us-east-1", "example-bucket", True, Fixed())
    assert s3.get("key") == b"data"
    # A transfer that was cut short is one of them.
    web.lost = 10
    s3.get_to_file("key", str(tmp_path / "file"), hashlib.sha512(b"data").hexdigest())
    assert (tmp_path / "file").read_bytes() == b"data"


def test_gives_up_after_so_many_tries(web, no_wait):
    web.table[("PUT", "/example-bucket/key")] = [(503, b"<Error><Code>SlowDown</Code><Message>later</Message></Error>")]
    with pytest.raises(S3Error, match="503 to PUT s3://example-bucket/key: SlowDown: later"):
        S3(web.url, "us-east-1", "example-bucket", True, Fixed(), attempts=3).put("key", b"x")
    assert len(web.asked) == 3


def test_a_refusal_is_final_and_says_what_to_look_at(web, no_wait):
    web.table[("GET", "/example-bucket/key")] = [(403, b"<Error><Code>AccessDenied</Code></Error>")]
    with pytest.raises(S3Error, match="instance profile"):
        S3(web.url, "us-east-1", "example-bucket", True, Fixed()).get("key")
    assert len(web.asked) == 1


def test_follows_no_redirect(web, no_wait):
    web.table[("GET", "/example-bucket/key")] = [(301, b"")]
    with pytest.raises(S3Error, match="another region"):
        S3(web.url, "us-east-1", "example-bucket", True, Fixed()).get("key")


def test_the_metadata_service_is_given_time_but_not_for_ever(web):
    web.table[("PUT", "/latest/api/token")] = [(503, b""), (200, b"t")]
    web.table[("GET", "/latest/meta-data/instance-id")] = [(401, b""), (200, b"i-0123456789abcdef0")]
    assert Imds(f"{web.url}/latest/", limit=10).get("meta-data/instance-id") == "i-0123456789abcdef0"
    with pytest.raises(OhmyError, match="does not tell meta-data/other"):
        Imds(f"{web.url}/latest/", limit=0).get("meta-data/other")


def test_keys_are_asked_for_anew_before_they_expire(metadata):
    at = "/latest/meta-data/iam/security-credentials/the-role"
    old = {"AccessKeyId": "OLD", "SecretAccessKey": "s", "Token": "t", "Expiration": "2001-01-01T00:00:00Z"}
    metadata.table[("GET", at)] = [(200, json.dumps(old).encode()), *metadata.table[("GET", at)]]
    assert metadata.imds.keys()[0] == "OLD"
    assert metadata.imds.keys()[0] == "AKIAEXAMPLE"
    assert metadata.imds.keys()[0] == "AKIAEXAMPLE"


def test_a_profile_without_keys_is_told(metadata):
    metadata.table[("GET", "/latest/meta-data/iam/security-credentials/")] = [(200, b"")]
    with pytest.raises(OhmyError, match="no keys for this instance"):
        metadata.imds.keys()
