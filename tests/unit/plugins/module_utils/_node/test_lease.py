# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster's time to live on a node."""

from __future__ import annotations

import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import lease, units

NOW = 1_000_000


class Bucket:
    """S3 with one lease, none (None), or out of reach (an error)."""

    def __init__(self, body):
        self.body, self.written = body, []

    def get(self, key):
        assert key == "clusters/demo/7f8f7d1e/lease"
        if isinstance(self.body, OhmyError):
            raise self.body
        if self.body is None:
            raise OhmyError("S3 answered 403", status=403)
        return json.dumps(self.body).encode()

    def list(self, prefix):
        if isinstance(self.body, OhmyError):
            raise self.body
        return [] if self.body is None else [{"key": prefix}]

    def put(self, _key, body):
        self.written.append(json.loads(body))


@pytest.fixture
def node(monkeypatch, tmp_path):
    """A node that notes what its lease makes it do."""

    class Node:
        ran = []
        timer = None
        active = "active"

        def bucket(self, body):
            found = Bucket(body)
            monkeypatch.setattr(lease, "store", lambda _document: found)
            return found

        def at(self, moment):
            monkeypatch.setattr(lease.time, "time", lambda: moment)

    here = Node()
    here.ran, here.saved = [], []
    monkeypatch.setattr(lease, "TIMER", str(tmp_path / "ohmy-lease.timer"))
    monkeypatch.setattr(lease, "STATE", str(tmp_path / "lease.json"))
    monkeypatch.setattr(lease, "run", lambda argv, _what: here.ran.append(argv))
    monkeypatch.setattr(lease.last_evidence, "save", lambda _document: here.saved.append(len(here.ran)) or "saved")
    monkeypatch.setattr(lease, "service_state", lambda _unit: here.active)
    here.text = (tmp_path / "ohmy-lease.timer").read_text
    here.at(NOW)
    return here


POWER_OFF = ["systemctl", "--no-block", "poweroff"]


@pytest.mark.parametrize(
    ("expires", "silent_since", "decision"),
    [
        (NOW + 100, None, ("arm", NOW + 100)),
        (NOW, None, ("end", NOW)),
        (NOW - 1, None, ("end", NOW)),
        (None, None, ("arm", NOW + 60)),
        (None, NOW - 1790, ("arm", NOW + 10)),
        (None, NOW - 1800, ("end", NOW)),
    ],
)
def test_decides(expires, silent_since, decision):
    assert lease.decide(expires, NOW, silent_since) == decision


def test_a_renewed_lease_arms_the_timer_anew(node, document):
    node.bucket({"expires": NOW + 3600, "max": NOW + 9999})
    assert "the lease ends" in lease.check(document)
    assert f"OnCalendar=@{NOW + 3601}" in node.text()
    assert POWER_OFF not in node.ran


def test_the_end(node, document):
    node.bucket({"expires": NOW - 1, "max": NOW + 9999})
    assert lease.check(document) == "the lease is over"
    assert node.ran == [POWER_OFF]


def test_a_lease_that_was_removed_ends_the_node(node, document):
    node.bucket(None)
    assert lease.check(document) == "the lease is over"
    assert node.ran == [POWER_OFF]


def test_silence_is_borne_for_half_an_hour(node, document):
    node.bucket(OhmyError("S3 did not answer"))
    for minute in range(30):
        node.at(NOW + 60 * minute)
        lease.check(document)
        assert POWER_OFF not in node.ran
    node.at(NOW + 1800)
    assert lease.check(document) == "the lease is over"
    assert node.ran[-1] == POWER_OFF


def test_an_answer_ends_the_silence(node, document):
    node.bucket(OhmyError("S3 did not answer"))
    lease.check(document)
    node.at(NOW + 1700)
    node.bucket({"expires": NOW + 1750, "max": NOW + 9999})
    lease.check(document)
    node.at(NOW + 1900)
    node.bucket(OhmyError("S3 did not answer"))
    lease.check(document)
    assert POWER_OFF not in node.ran


def test_a_lease_that_is_no_lease_counts_as_silence(node, document):
    node.bucket({"expires": "soon"})
    lease.check(document)
    assert POWER_OFF not in node.ran


def test_arming_twice_touches_nothing(node, document):
    node.bucket({"expires": NOW + 3600, "max": NOW + 9999})
    assert lease.arm(document)
    first = list(node.ran)
    # To enable reads all units anew, too, unless told otherwise.
    assert [one[1] for one in first] == ["daemon-reload", "enable", "restart"] and "--no-reload" in first[1]
    assert not lease.arm(document)
    assert node.ran == first
    # A timer that was stopped is started again.
    node.active = "inactive"
    assert lease.arm(document)
    assert len(node.ran) > len(first)


def test_a_node_that_cannot_ask_asks_soon(node, document):
    node.bucket(OhmyError("S3 did not answer"))
    lease.arm(document)
    assert f"OnCalendar=@{NOW + 61}" in node.text()
    # ... and leaves a timer that is set.
    node.at(NOW + 30)
    lease.arm(document)
    assert f"OnCalendar=@{NOW + 61}" in node.text()


def test_renewing_never_passes_the_limit(node, document):
    bucket = node.bucket({"expires": NOW + 100, "max": NOW + 1000})
    assert lease.renew(document, 3600) == NOW + 1000
    assert bucket.written == [{"expires": NOW + 1000, "max": NOW + 1000}]
    assert lease.renew(document, 50) == NOW + 100
    assert len(bucket.written) == 1


def test_the_timer_survives_a_reboot():
    text = units.lease_timer(NOW)
    assert "Persistent=true" in text and "WantedBy=timers.target" in text


@pytest.mark.parametrize(("status", "listing"), [(403, OhmyError("S3 answered 403", status=403)), (0, []), (503, [])])
def test_a_refusal_is_no_proof_that_the_lease_is_gone(node, document, monkeypatch, status, listing):
    bucket = node.bucket(OhmyError("S3 answered", status=status))

    def listed(_prefix):
        if isinstance(listing, OhmyError):
            raise listing
        return listing

    monkeypatch.setattr(bucket, "list", listed)
    assert "S3 does not tell" in lease.check(document)
    assert POWER_OFF not in node.ran


@pytest.mark.parametrize("status", [404, 403])
def test_an_object_that_is_not_there_ends_the_node(node, document, monkeypatch, status):
    bucket = node.bucket(OhmyError("S3 answered", status=status))
    monkeypatch.setattr(bucket, "list", lambda _prefix: [{"key": "clusters/demo/7f8f7d1e/lease.other"}])
    assert lease.check(document) == "the lease is over"


def test_a_full_disk_keeps_no_node_alive(node, document, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lease, "write_file", full)
    node.bucket({"expires": NOW - 1, "max": NOW + 9999})
    assert lease.check(document) == "the lease is over"
    assert node.ran == [POWER_OFF]
    # What must be written and cannot is tried again by systemd.
    node.bucket({"expires": NOW + 10, "max": NOW + 9999})
    with pytest.raises(OSError):
        lease.check(document)
    assert "Restart=on-failure" in units.LEASE and "StartLimitIntervalSec=0" in units.LEASE


def test_a_timer_is_never_set_to_the_past(node, document):
    node.bucket({"expires": NOW - 500, "max": NOW + 9999})
    lease.arm(document)
    assert f"OnCalendar=@{NOW + 2}" in node.text()


def test_a_node_without_a_lease_is_left_alone(node, document):
    assert lease.check({**document, "lease": False}) == "this node has no lease"
    assert lease.check({**document, "s3": None}) == "this node has no lease"
    assert node.ran == []


def test_the_last_logs_are_saved_once_before_the_end(node, document):
    node.bucket({"expires": NOW - 1, "max": NOW + 9999})
    assert lease.check(document) == "the lease is over"
    assert node.saved == [0] and node.ran == [POWER_OFF]
    lease.check(document)
    assert node.saved == [0] and node.ran == [POWER_OFF, POWER_OFF]


def test_a_lease_that_was_renewed_while_they_were_saved_goes_on(node, document, monkeypatch):
    bucket = node.bucket({"expires": NOW - 1, "max": NOW + 9999})

    def save(_document):
        bucket.body = {"expires": NOW + 3600, "max": NOW + 9999}
        return "saved"

    monkeypatch.setattr(lease.last_evidence, "save", save)
    assert lease.check(document) == f"the lease ends at {NOW + 3600}" and POWER_OFF not in node.ran
    bucket.body = {"expires": NOW - 1, "max": NOW + 9999}
    monkeypatch.setattr(lease.last_evidence, "save", lambda _document: node.saved.append(0) or "saved again")
    assert lease.check(document) == "the lease is over" and node.saved == [0]


def test_what_cannot_be_noted_keeps_no_node_alive(node, document, monkeypatch):
    node.bucket({"expires": NOW - 1, "max": NOW + 9999})

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lease, "write_file", full)
    assert lease.check(document) == "the lease is over" and node.saved == [] and node.ran == [POWER_OFF]


def test_the_lease_is_asked_for_with_little_patience(document):
    found = lease.store(document)
    assert (found.bucket, found.attempts, found.credentials.limit) == ("example-bucket", 2, lease.PATIENCE)


def test_a_timer_that_is_not_wanted_any_more_is_stopped_and_removed(node, tmp_path):
    path = tmp_path / "ohmy-lease.timer"
    path.write_text("[Timer]\n")
    lease.disarm()
    assert node.ran == [["systemctl", "disable", "--now", "ohmy-lease.timer"]] and not path.exists()


def test_what_is_remembered_counts_for_nothing_where_it_is_no_dict(node, tmp_path):
    (tmp_path / "lease.json").write_text("[1]")
    assert lease.silence(str(tmp_path / "lease.json")) is None
