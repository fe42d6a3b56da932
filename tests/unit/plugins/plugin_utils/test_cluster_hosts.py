# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts of a cluster are meant."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.cluster_hosts import choose, of_cluster, of_inventory

HOSTS = [
    {"name": "demo-master", "group": "master", "instance_id": "i-0", "private_ip": "10.0.0.4", "state": "running"},
    {"name": "demo-worker-i-1", "group": "worker", "instance_id": "i-1", "private_ip": "10.0.0.5", "state": "running"},
    {"name": "demo-worker-i-2", "group": "spot", "instance_id": "i-2", "private_ip": "10.0.0.6", "state": "running"},
    {"name": "demo-worker-i-3", "group": "spot", "instance_id": "i-3", "private_ip": "10.0.0.7", "state": "stopped"},
]


@pytest.mark.parametrize(
    "group, wanted",
    [
        ("all", ["i-0", "i-1", "i-2"]),
        ("master", ["i-0"]),
        ("workers", ["i-1", "i-2"]),
        ("worker", ["i-1"]),
        ("spot", ["i-2"]),
        ("demo-worker-i-1", ["i-1"]),
        ("i-2", ["i-2"]),
        ("10.0.0.5", ["i-1"]),
    ],
)
def test_groups_and_names(group, wanted):
    awake, _asleep = choose("demo", of_cluster({"hosts": HOSTS}), group)
    assert [one.instance_id for one in awake] == wanted


def test_a_host_goes_by_its_name_in_the_ssh_config():
    workers = [{**one, "short": short} for one, short in zip(HOSTS[1:], ("worker-1", "spot-1", "spot-2"))]
    whole = {"hosts": HOSTS, "master": {**HOSTS[0], "short": "master"}, "workers": workers}
    for short, wanted in (("worker-1", "i-1"), ("spot-1", "i-2")):
        assert [one.instance_id for one in choose("demo", of_cluster(whole), short)[0]] == [wanted]
    # A group of that name comes first.
    other = {**HOSTS[3], "group": "spot-1", "instance_id": "i-4", "state": "running"}
    found = {"hosts": [*HOSTS, other], "workers": [*workers, {**other, "short": "spot-1-1"}]}
    assert [one.instance_id for one in choose("demo", of_cluster(found), "spot-1")[0]] == ["i-4"]
    with pytest.raises(OhmyError, match="no hosts that are called worker-2"):
        choose("demo", of_cluster(whole), "worker-2")


def test_what_does_not_run_is_left_out_and_told():
    _awake, asleep = choose("demo", of_cluster({"hosts": HOSTS}), "all")
    assert [one.name for one in asleep] == ["demo-worker-i-3"]
    with pytest.raises(OhmyError, match="demo-worker-i-3 is stopped"):
        choose("demo", of_cluster({"hosts": HOSTS}), "i-3")


def test_nobody_and_no_cluster_are_refused():
    with pytest.raises(OhmyError, match="no hosts that are called sopt.*spot"):
        choose("demo", of_cluster({"hosts": HOSTS}), "sopt")
    with pytest.raises(OhmyError, match="There is no cluster demo"):
        choose("demo", of_cluster({}), "all")


def test_own_hosts():
    awake, asleep = choose("own", of_inventory("m", ["w1", "w2"]), "workers")
    assert [one.name for one in awake] == ["w1", "w2"] and not asleep
