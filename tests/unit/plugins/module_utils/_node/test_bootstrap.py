# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user data: small, always the same, and able to do what it says."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.bootstrap import MOST_BYTES, user_data

BODY = b"PK the bundle"
KEY = "clusters/demo/7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52/bundle/x.pyz"


def script(endpoint="https://s3.eu-central-1.amazonaws.com", path_style=False, body=BODY, **more):
    return user_data(
        **{
            "bucket": "example-bucket",
            "key": KEY,
            "sha256": hashlib.sha256(body).hexdigest(),
            "endpoint": endpoint,
            "region": "eu-central-1",
            "path_style": path_style,
            "role": "worker",
            "prefix": "clusters/demo/7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52/",
            **more,
        }
    )


def here(text, web, folder, tries=3):
    """Let the script meet the test's metadata service and write below a folder of the test's."""
    text = text.replace("http://169.254.169.254", web.url).replace("/opt/ohmy", str(folder))
    # It would run the bundle, and wait as long as a late role may take.
    text = text.replace('os.execvp("python3", argv + ', "print(argv + ").replace("range(60)", f"range({tries})")
    return text.replace("min(1 + attempt, 10)", "0")


def run(text):
    env = {**os.environ, "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
    env["http_proxy"] = "http://127.0.0.1:1"
    return subprocess.run(["sh"], input=text, capture_output=True, text=True, timeout=60, check=False, env=env)


def test_does_not_grow_with_the_document():
    text = script(
        bucket="b" * 63,
        prefix=f"clusters/{'c' * 63}/{'d' * 36}/",
        key=f"clusters/{'c' * 63}/{'d' * 36}/bundle/{'e' * 64}.pyz",
        endpoint="https://bucket.vpce-0123456789abcdef0-abcdefgh.s3.ap-southeast-2.vpce.amazonaws.com",
        path_style=True,
    )
    assert len(text.encode()) <= MOST_BYTES == 4096
    assert text == script(
        bucket="b" * 63,
        prefix=f"clusters/{'c' * 63}/{'d' * 36}/",
        key=f"clusters/{'c' * 63}/{'d' * 36}/bundle/{'e' * 64}.pyz",
        endpoint="https://bucket.vpce-0123456789abcdef0-abcdefgh.s3.ap-southeast-2.vpce.amazonaws.com",
        path_style=True,
    )


@pytest.mark.parametrize("prefix", ["a'b", "a\\b"])
def test_takes_nothing_that_could_end_the_quotes(prefix):
    with pytest.raises(OhmyError, match="cannot be in one"):
        script(prefix=prefix)


def test_fetches_with_the_instance_s_role_and_starts_the_bundle(metadata, tmp_path):
    metadata.table[("GET", f"/example-bucket/{KEY}")] = [(200, BODY)]
    done = run(here(script(metadata.url, True), metadata, tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "node.pyz").read_bytes() == BODY
    assert done.stdout.startswith(f"['python3', '{tmp_path}/node.pyz', 'boot', '--bucket', 'example-bucket'")
    assert "'--role', 'worker'" in done.stdout and "'--path-style'" in done.stdout

    # The signature is the one that botocore makes.
    _method, path, head, _body = metadata.asked[-1]
    head = {name.lower(): value for name, value in head.items()}
    request = AWSRequest(method="GET", url=metadata.url + path)
    request.context["timestamp"] = head["x-amz-date"]
    for name in ("x-amz-date", "x-amz-content-sha256", "x-amz-security-token"):
        request.headers[name] = head[name]
    signer = S3SigV4Auth(Credentials("AKIAEXAMPLE", "example/secret+key", "example//token=="), "s3", "eu-central-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    assert head["authorization"].rpartition("=")[2] == signer.signature(text, request)


def test_a_late_role_is_waited_for(metadata, tmp_path):
    at = "/latest/meta-data/iam/security-credentials/"
    metadata.table[("GET", at)] = [(404, b""), (200, b""), *metadata.table[("GET", at)]]
    metadata.table[("GET", f"/example-bucket/{KEY}")] = [(403, b"<Error/>"), (200, BODY)]
    done = run(here(script(metadata.url, True), metadata, tmp_path, tries=5))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("trying again") == 3


@pytest.mark.parametrize(
    ("answer", "words"), [((200, b"other bytes"), "sha256 is wrong"), ((403, b""), "HTTP Error 403")]
)
def test_what_is_not_the_bundle_is_not_run(metadata, tmp_path, answer, words):
    metadata.table[("GET", f"/example-bucket/{KEY}")] = [answer]
    done = run(here(script(metadata.url, True), metadata, tmp_path))
    assert done.returncode == 1
    assert words in done.stderr and "could not be fetched" in done.stderr
    assert not (tmp_path / "node.pyz").exists()


def test_holds_no_secret_and_no_shell_expansion():
    text = script()
    assert text.startswith("#!/bin/sh\n")
    assert "<<'END'" in text
    assert "Signature=" in text and "X-Amz-Signature" not in text


def test_more_than_ec2_takes_is_refused_with_what_to_shorten():
    with pytest.raises(OhmyError, match=r"The user data has \d+ bytes, 4096 are allowed") as caught:
        script(prefix=f"clusters/{'x' * MOST_BYTES}/")
    assert "Shorten the bucket's name, endpoint or prefix" in caught.value.hint
