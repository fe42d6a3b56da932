# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine refuses or lacks: SDK, profiles, keys, files and folders."""

from __future__ import annotations

import datetime
import os
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import (
    answer,
    client,
    key_pair,
    local_files,
    transfer,
    upload,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError


def test_boto3_that_is_missing_or_too_old_fails_the_module(monkeypatch):
    told = []
    module = types.SimpleNamespace(fail_json=lambda **more: told.append(more["msg"]))
    client.require_boto3(module)
    assert told == []
    monkeypatch.setattr(client.boto3, "__version__", "1.34.162")
    client.require_boto3(module)
    monkeypatch.setattr(client, "BOTO3_ERROR", "ImportError: …")
    client.require_boto3(module)
    assert told[0] == "boto3 1.35.0 or newer is needed, this is 1.34.162." and "boto3 >= 1.35.0" in told[1]


def test_a_profile_or_a_region_that_is_not_there_is_told(monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(OhmyError, match="Could not open an AWS session: ProfileNotFound"):
        client.Clients({"profile": "nobody"})
    with pytest.raises(OhmyError, match="No AWS region is set"):
        client.Clients({})
    found = client.Clients({"region": "eu-central-1", "endpoint_url": "no address"})
    with pytest.raises(OhmyError, match="Could not make a client for ec2"):
        _ = found.ec2


@pytest.mark.parametrize(
    ("region", "endpoint"),
    [
        ("us-east-1", "https://s3.us-east-1.amazonaws.com"),
        ("eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "https://s3.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_nodes_ask_s3_by_its_name_in_their_region(monkeypatch, tmp_path, region, endpoint):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    found = client.Clients({"region": region, "access_key": "testing", "secret_key": "testing"})
    assert found.s3_address("example") == {"endpoint": endpoint, "region": region, "path_style": False}
    assert found.s3_address("a.dotted.name") == {"endpoint": endpoint, "region": region, "path_style": True}


def test_files_of_this_machine_that_cannot_be_read_are_named(tmp_path, monkeypatch):
    assert not key_pair._opens(str(tmp_path / "none"), "ssh-ed25519 AAAA")
    monkeypatch.setattr(key_pair.subprocess, "run", _no_program)
    assert not key_pair._opens(str(tmp_path / "none"), "ssh-ed25519 AAAA")
    with pytest.raises(OhmyError, match="ssh-keygen could not be run"):
        key_pair.make(key_pair.LocalKey("", str(tmp_path / "id")))
    with pytest.raises(OhmyError, match="public_key: .*none.pub cannot be read"):
        key_pair._read(str(tmp_path / "none.pub"))
    (tmp_path / "no.pub").write_text("no key\n")
    with pytest.raises(OhmyError, match="holds no public key"):
        key_pair._read(str(tmp_path / "no.pub"))


def _no_program(*_arguments, **_more):
    raise FileNotFoundError(2, "No such file or directory", "ssh-keygen")


def test_what_is_no_folder_of_this_cluster_is_left_out(tmp_path):
    for name, text in (("a", '{"cluster": "demo", "region": "r", "account": "1"}'), ("b", "{half"), ("c", None)):
        (tmp_path / name).mkdir()
        if text is not None:
            (tmp_path / name / "cluster.json").write_text(text)
    assert local_files.folders(str(tmp_path), "demo", "r", "1") == [str(tmp_path / "a")]
    assert local_files.folders(str(tmp_path), "demo", "r", "2") == []
    assert local_files.folders(str(tmp_path / "none"), "demo", "r", "1") == []
    (tmp_path / "known_hosts").write_text("i-1,10.0.0.4 ssh-ed25519 AAAA\n# a remark of somebody's\n\n")
    assert local_files.read_known_hosts(str(tmp_path / "known_hosts")) == {"i-1": {"ssh-ed25519 AAAA"}}


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path, monkeypatch):
    def refused(_aside, _path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local_files.os, "replace", refused)
    with pytest.raises(OSError, match="No space left") as caught:
        local_files.write(str(tmp_path / "known_hosts"), "x")
    assert caught.value.filename == str(tmp_path / "known_hosts") and os.listdir(tmp_path) == []


def test_a_file_that_is_too_large_or_changes_is_not_brought(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    monkeypatch.setattr(transfer, "MOST_BYTES", 4)
    with pytest.raises(OhmyError, match="has 5 bytes, an object in S3 at most 4"):
        transfer.read(str(path), "k")
    monkeypatch.setattr(transfer, "MOST_BYTES", 5)
    stamps = iter([(5, 1), (5, 2)])
    monkeypatch.setattr(transfer, "_stamp", lambda _stat: next(stamps))
    with pytest.raises(OhmyError, match="changed while it was read"):
        transfer.read(str(path), "k")


@pytest.mark.parametrize("body", [b"", b"{half", b"[]", b'{"schema": 0, "objects": {"a": {}}}', b'{"schema": 1}'])
def test_a_manifest_of_uploads_that_is_none_tells_nothing(monkeypatch, body):
    monkeypatch.setattr(upload.s3, "get", lambda *_arguments, **_more: body)
    assert upload._manifest(None, "b", "manifests/x.json") == {}


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (b"", False),
        (b"{half", False),
        (b"[]", False),
        (b'{"schema": 0, "parts": [], "fingerprint": "f", "finished": null}', False),
        (b'{"schema": 1, "parts": {}, "fingerprint": "f", "finished": null}', False),
        (b'{"schema": 1, "parts": [{"name": "a"}], "fingerprint": "f", "finished": null}', False),
        (b'{"schema": 1, "parts": [], "fingerprint": "f"}', False),
        (b'{"schema": 1, "parts": [], "fingerprint": 1, "finished": null}', False),
        (b'{"schema": 1, "parts": [{"name": "a", "etag": "e"}], "fingerprint": "f", "finished": null}', True),
    ],
)
def test_a_manifest_of_an_answer_that_no_run_wrote_is_none(monkeypatch, body, known):
    monkeypatch.setattr(answer.s3, "get", lambda *_arguments, **_more: body)
    assert (answer._read(None, "b", "out/") is not None) is known


def test_an_object_is_ours_that_the_manifest_names_with_the_same_bytes():
    began = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    later = began + datetime.timedelta(seconds=5)
    objects = {
        "part-00000": {"size": 1, "etag": "e", "modified": began - datetime.timedelta(seconds=5)},
        "part-00001": {"size": 1, "etag": "new", "modified": later},
        "theirs": {"size": 1, "etag": "x", "modified": later},
    }
    parts = [{"name": "part-00000", "etag": "e"}, {"name": "theirs", "etag": "old"}]
    manifest = {"parts": parts, "fingerprint": "f", "finished": None}
    fills = answer.Answer("s3://b/out", objects, manifest, began)
    assert [name for name in objects if fills.ours(name)] == ["part-00000", "part-00001"]
    done = answer.Answer("s3://b/out", objects, {**manifest, "finished": "2026-01-01T00:00:00Z"}, began)
    assert [name for name in objects if done.ours(name)] == ["part-00000"]
    strange = answer.Answer("s3://b/out", objects, None, None)
    assert not any(strange.ours(name) for name in objects) and not strange.fills()
    assert answer._stale(fills, "part-00000") and not answer._stale(fills, "part-00001")
