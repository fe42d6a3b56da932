# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure parts: names, durations, policy, lease, host keys, tokens, user data."""

from __future__ import annotations

import base64
import datetime
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import (
    durations,
    iam,
    instances,
    key_pair,
    lease,
    local_files,
    nodes,
    upload,
    want,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.bootstrap import user_data

BLOB = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(32)
LINE = f"ssh-ed25519 {base64.b64encode(BLOB).decode()}"
AT = "clusters/demo/x/"
EARLY = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize(("text", "wanted"), [("4h", 14400), ("90m", 5400), ("1h30m", 5400), (60, 60), ("0", 0)])
def test_seconds_reads_what_people_write(text, wanted):
    assert durations.seconds(text, "ttl") == wanted


@pytest.mark.parametrize("text", ["", "h", "4 hours", "-1", "1.5h"])
def test_seconds_names_the_option_it_cannot_read(text):
    with pytest.raises(OhmyError, match="ttl"):
        durations.seconds(text, "ttl")


def test_checked_cidr_clears_host_bits():
    assert want.checked_cidr("192.0.2.7/24") == "192.0.2.0/24"
    assert want.checked_cidr("192.0.2.7") == "192.0.2.7/32"


def test_policy_allows_no_more_than_the_job_needs():
    found = iam.policy("b", AT, ["s3://data/logs/", "s3://b/one.txt", "s3://glob/x/part-*"], ["s3://out/here/"])
    by_sid = {one["Sid"]: one for one in found["Statement"]}
    assert by_sid["Read"]["Resource"] == [
        "arn:aws:s3:::b/archives/*",
        f"arn:aws:s3:::b/{AT}*",
        "arn:aws:s3:::b/input/*",
        "arn:aws:s3:::b/one.txt",
        "arn:aws:s3:::b/one.txt/*",
        "arn:aws:s3:::data/logs",
        "arn:aws:s3:::data/logs/*",
        "arn:aws:s3:::glob/x/part-*",
    ]
    assert by_sid["Report"]["Resource"] == [
        f"arn:aws:s3:::b/{AT}lease",
        f"arn:aws:s3:::b/{AT}nodes/*",
        f"arn:aws:s3:::b/{AT.replace('clusters', 'evidence')}*",
    ]
    assert by_sid["Output"]["Resource"] == ["arn:aws:s3:::out/here", "arn:aws:s3:::out/here/*"]
    assert by_sid["List"]["Resource"] == [f"arn:aws:s3:::{name}" for name in ("b", "data", "glob", "out")]
    assert not any("*" in action for one in found["Statement"] for action in one["Action"])
    assert "aws-cn" in str(iam.policy("b", AT, [], [], "aws-cn"))


def test_policy_that_is_too_long_is_refused():
    with pytest.raises(OhmyError, match="too many"):
        iam.policy("b", AT, [f"s3://data/{number:040}" for number in range(200)], [])


def test_role_name_holds_the_region_and_fits():
    assert len(iam.role_name("x" * 40, "ap-southeast-2")) <= 64
    assert iam.role_name("demo", "eu-central-1") != iam.role_name("demo", "us-east-1")


def test_lease_is_renewed_when_half_is_left_and_never_past_its_limit():
    fresh = lease.wanted(None, 1000, 100, 500, False)
    assert fresh == {"expires": 1100, "max": 1500}
    assert lease.wanted(fresh, 1040, 100, 500, False) is fresh
    assert lease.wanted(fresh, 1060, 100, 500, False) == {"expires": 1160, "max": 1500}
    assert lease.wanted({"expires": 1480, "max": 1500}, 1450, 100, 500, False) == {"expires": 1500, "max": 1500}
    assert lease.wanted(fresh, 9000, 100, 500, True) == {"expires": 9100, "max": 9500}
    assert lease.wanted(None, 1000, 0, 500, True) is None
    assert lease.parse(b"no json") is None and lease.parse(lease.text(fresh)) == fresh


def test_nodes_that_read_a_lease_never_end_without_a_time_to_live():
    ended = {"expires": 1000, "max": 1000}
    due = lease.wanted(ended, 9000, 0, 0, True)
    assert due["expires"] > 9000 + 10**9 and lease.wanted(due, 9000, 0, 0, False) == due
    assert lease.wanted(due, 9000, 100, 500, True) == {"expires": 9100, "max": 9500}


def test_a_lease_outlasts_the_stop_of_its_cluster():
    assert lease.outlasting(None, 1000, 600) is None
    assert lease.outlasting({"expires": 9000, "max": 9000}, 1000, 600) == {"expires": 9000, "max": 9000}
    assert lease.outlasting({"expires": 1100, "max": 1200}, 1000, 600) == {"expires": 1600, "max": 1600}


def test_token_is_the_same_for_the_same_wish_only():
    params = {"InstanceType": "m6i.large", "ImageId": "ami-1"}
    base = instances.token("x", "worker", "a", 0, 2, params)
    assert base == instances.token("x", "worker", "a", 0, 2, dict(reversed(params.items()))) and len(base) == 64
    others = [
        instances.token("y", "worker", "a", 0, 2, params),
        instances.token("x", "master", "a", 0, 2, params),
        instances.token("x", "worker", "b", 0, 2, params),
        instances.token("x", "worker", "a", 1, 2, params),
        instances.token("x", "worker", "a", 0, 3, params),
        instances.token("x", "worker", "a", 0, 2, {**params, "ImageId": "ami-2"}),
    ]
    assert len({base, *others}) == 7


def objects(*names):
    return [{"Key": f"{AT}nodes/{name}", "LastModified": EARLY} for name in names]


def name_of(blob=BLOB):
    return base64.urlsafe_b64encode(blob).decode().rstrip("=")


def test_nodes_are_read_from_one_listing():
    found = nodes.read(
        objects(
            f"i-1/hostkey/ssh-ed25519/{name_of()}",
            "i-1/hostkey/ssh-rsa/" + name_of(),
            "i-1/report/failed",
            "i-2/report/reached/" + "a" * 64,
            "nonsense",
        ),
        AT,
    )
    assert found["i-1"].keys == [LINE], "a key whose blob is of another type is no key"
    assert found["i-1"].report == "failed"
    assert (found["i-2"].report, found["i-2"].digest) == ("reached", "a" * 64)


def test_newest_report_counts():
    old, new = objects("i-1/report/failed", "i-1/report/reached/" + "a" * 64)
    new["LastModified"] = EARLY + datetime.timedelta(seconds=1)
    assert nodes.read([new, old], AT)["i-1"].report == "reached"


@pytest.mark.parametrize("order", [1, -1])
def test_at_the_same_second_a_failure_counts(order):
    found = nodes.read(objects("i-1/report/failed", "i-1/report/reached/" + "a" * 64)[::order], AT)["i-1"]
    assert (found.report, found.digest, found.report_key) == ("failed", None, f"{AT}nodes/i-1/report/failed")


def test_pinned_never_replaces_a_key():
    one = {"i-1": nodes.Node(keys=[LINE])}
    other = "ssh-ed25519 " + base64.b64encode(BLOB[:-1] + b"\x01").decode()
    assert nodes.pinned(one, {}, ["i-1", "i-2"]) == {"i-1": [LINE]}
    assert nodes.pinned({}, {"i-1": {LINE}}, ["i-1"]) == {"i-1": [LINE]}
    with pytest.raises(OhmyError, match="another SSH host key"):
        nodes.pinned(one, {"i-1": {other}}, ["i-1"])
    with pytest.raises(OhmyError, match="another SSH host key"):
        nodes.pinned({"i-1": nodes.Node(keys=[LINE, other])}, {}, ["i-1"])


def test_known_hosts_are_read_as_written(tmp_path):
    host = instances.Instance(id="i-1", state="running", private_ip="10.0.0.5", public_ip="192.0.2.5")
    path = tmp_path / "known_hosts"
    local_files.write(str(path), local_files.known_hosts([host], {"i-1": [LINE]}))
    assert path.read_text() == f"i-1,10.0.0.5,192.0.2.5 {LINE}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert local_files.read_known_hosts(str(path)) == {"i-1": {LINE}}


def test_control_path_is_short_and_holds_no_percent(monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/" + "x" * 100)
    path = local_files.control_path("0b54bd1a-7b0e")
    assert "%" not in path and len(path) < 60


def test_key_is_made_once_and_private(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = key_pair.find(None)
    assert found.to_make and not os.path.exists(found.private)
    made = key_pair.make(found)
    assert os.stat(made.private).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(made.private)).st_mode & 0o777 == 0o700
    again = key_pair.find(None)
    assert again == made and made.material.startswith("ssh-ed25519 ")


def test_own_key_is_taken_only_when_it_opens_by_itself(monkeypatch, tmp_path):
    import subprocess

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / ".ssh").mkdir()
    for name, words in (("id_ed25519", "secret"), ("id_ecdsa", ""), ("id_rsa", "")):
        argv = ["ssh-keygen", "-q", "-t", name[3:], "-N", words, "-f", str(tmp_path / ".ssh" / name)]
        subprocess.run(argv, check=True, timeout=20)
    assert key_pair.find(None).private == str(tmp_path / ".ssh" / "id_rsa")


def test_common_prefix_ends_at_a_folder():
    assert upload.common_prefix(["input/a/part-1", "input/a/part-2"]) == "input/a/"
    assert upload.common_prefix(["a", "b"]) == ""


def test_user_data_is_small_whole_and_without_a_secret():
    arguments = {
        "bucket": "b" * 63,
        "key": f"clusters/{'x' * 40}/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/bundle/{'a' * 64}.pyz",
        "sha256": "a" * 64,
        "endpoint": "https://s3.ap-southeast-2.amazonaws.com",
        "region": "ap-southeast-2",
        "path_style": False,
        "role": "worker",
        "prefix": f"clusters/{'x' * 40}/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/",
    }
    text = user_data(**arguments)
    assert text == user_data(**arguments) and len(text.encode()) <= 4096
    body = text.split("<<'END'\n", 1)[1]
    assert body.endswith("\nEND\n")
    compile(body[: -len("END\n")], "user data", "exec")
    with pytest.raises(OhmyError):
        user_data(**{**arguments, "prefix": "it's"})
