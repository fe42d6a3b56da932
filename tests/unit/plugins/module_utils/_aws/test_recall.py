# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a launch is read like an option of somebody else's."""

from __future__ import annotations

import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import launched, recall, want

PARAMS = {
    **{"name": "demo", "workers": 3, "ssh_cidr": "auto", "caller_ip_url": "", "ssh_user": "admin", "wait_timeout": 9},
    "instance_type": ["m6i.large", "m5.large"],
    "worker_groups": [{"name": "spot", "workers": 4, "spot": "only", "image": "ssm:/aws/service/a_b"}],
    "volumes": [{"size": 125, "type": "st1"}],
    "tags": {"Cost centre": "naïve {{ 7 * 7 }}"},
    "security_group_ids": ["sg-0123456789abcdef0"],
    "instance_profile": "mine",
    "ttl": "1h30m",
}
KEPT = recall.body(want.from_params(PARAMS), None)


def changed(**options):
    """Return a body with other options, without those that are None."""
    whole = json.loads(KEPT)
    merged = {**whole["options"], **options}
    return json.dumps({**whole, "options": {name: one for name, one in merged.items() if one is not None}}).encode()


def test_what_is_kept_is_what_was_wished():
    again = want.from_params({**PARAMS, **dict.fromkeys(launched.NAMES)}, recall.parse(KEPT))
    first = want.from_params(PARAMS)
    assert (again.tags, again.ttl, again.ttl_max, again.public_ip) == (first.tags, 5400, 86400, "subnet")
    for one, other in zip(again.groups, first.groups):
        assert (one.name, one.role, one.types, one.image, one.root, one.spot) == (
            *(other.name, other.role, other.types),
            *(other.image, other.root, other.spot),
        )
    assert [one.volumes for one in again.worker_groups] == [one.volumes for one in first.worker_groups]
    assert recall.body(again, KEPT) == KEPT and b"mine" not in KEPT and b"sg-" not in KEPT
    # How many there are is no wish to be repeated.
    assert again.worker_groups[1].count == 0


def test_nothing_is_told_by_what_is_no_such_object():
    for body in (None, b"", b"null", b"[]", b"{}", b"\xff", b'{"schema": 2, "options": {}}', b"[" * 9999):
        assert recall.parse(body) is None, body
    assert recall.parse(changed()) == recall.parse(KEPT) is not None
    assert recall.parse(changed(tags=None)) is not None


@pytest.mark.parametrize(
    "options",
    [
        {"instance_profile": "Administrator"},
        {"security_group_ids": ["sg-0123456789abcdef0"]},
        {"ssh_user": "admin\n    ProxyCommand x"},
        {"ssh_cidr": "0.0.0.0/0"},
        {"bucket": "another"},
        {"document": {}},
        {"colour": "red"},
        {"volumes": [{"size": 0}]},
        {"volumes": [{"size": 10, "snapshot": "snap-0"}]},
        {"volumes": [{"size": 10, "type": "gp3\x1b[2J"}]},
        {"volumes": "size=10,type=gp 3"},
        {"volumes": [{"size": 10}] * 12},
        {"root_volume": {"size": 99999}},
        {"instance_type": []},
        {"instance_type": ["m6i.large --more"]},
        {"instance_type": [["m6i.large"]]},
        {"image": "debian-12\nx"},
        {"public_ip": "perhaps"},
        {"ttl": "2"},
        {"ttl": "48h", "ttl_max": "24h"},
        {"ttl": "soon"},
        {"tags": {"aws:x": "y"}},
        {"tags": {"ohmy:cluster": "another"}},
        {"tags": {"Name": "x"}},
        {"tags": {"a": "\x1b[2J"}},
        {"tags": {"a\x9b": "b"}},
        {"tags": {"a": {"b\x1b": 1}}},
        {"tags": ["a"]},
        {"worker_groups": [{"name": "master", "workers": 0}]},
        {"worker_groups": [{"name": "a", "workers": 0, "user_data": "x"}]},
        {"worker_groups": [{"name": "a", "workers": 0, "spot": "maybe"}]},
        {"worker_groups": ["a"]},
        {"worker_groups": "a"},
        {"subnet_id": {"a": "b"}},
    ],
)
def test_what_no_launch_writes_makes_all_of_it_unknown(options):
    assert recall.parse(changed(**options)) is None
