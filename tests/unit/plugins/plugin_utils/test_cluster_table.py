# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters as text: a row per instance, or per group with its exceptions."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import cluster_table

NOW = 1782921600


def instance(number, **more):
    return {
        "instance_id": f"i-{number:04x}",
        "short": f"worker-{number}" if number else "master",
        "group": "worker" if number else "master",
        "instance_type": "m6i.large",
        "zone": "us-east-1a",
        "market": "on-demand",
        "state": "running",
        "private_ip": f"10.0.0.{number}",
        "public_ip": None,
        **more,
    }


def cluster(workers=2, **more):
    members = [instance(number) for number in range(workers + 1)]
    return {
        "name": "demo",
        "region": "us-east-1",
        "state": "running",
        "master": members[0],
        "workers": members[1:],
        "reports": [{"instance_id": one["instance_id"], "report": "reached", "error": None} for one in members],
        "age": 5400,
        "price": {"per_hour": 0.3, "text": "0.3 USD an hour (3 x m6i.large at 0.096)", "date": "2026-01-01"},
        "cost": {"usd": 0.4567, "at_least": False, "at_most": False, "missing": []},
        "expires": NOW + 7300,
        "leftovers": [],
        "ssh": {"config": "/home/me/a b/ssh_config"},
        **more,
    }


def test_a_row_per_instance():
    text = "\n".join(cluster_table.compose([cluster()], "demo", "here", NOW))
    assert text.startswith("demo in us-east-1: running, 3 instances, 1 h 30 min old\n    node ") and "i-0002" in text
    assert "so far 0.46 USD, by prices of 2026-01-01." in text and "in 2 h 1 min." in text, text
    assert "public" not in text and "Log in with: ssh -F '/home/me/a b/ssh_config' master" in text, text


def test_nodes_are_called_as_in_the_ssh_config():
    mixed = cluster(2)
    mixed["workers"][0].update(group="spot", short="spot-1")
    text = "\n".join(cluster_table.describe(mixed, NOW))
    rows = {one.split()[0]: one for one in text.splitlines()[2:5]}
    assert list(rows) == ["master", "spot-1", "worker-2"] and "i-0001" in rows["spot-1"], text


def test_what_nodes_wrote_does_not_move_the_cursor():
    failed = cluster(1)
    failed["reports"][1].update(report="failed", error="no\x1b[2J\x9b1A disk\r\n\x07left")
    text = "\n".join(cluster_table.describe(failed, NOW))
    assert "i-0001 failed: no\ufffd[2J\ufffd1A disk \ufffdleft" in text and text.replace("\n", "").isprintable(), text


def test_a_large_cluster_is_told_by_groups_and_exceptions():
    large = cluster(200)
    large["workers"][6].update(state="stopped", market="spot")
    large["reports"][9]["report"] = "failed"
    large["reports"][9]["error"] = "disk\nfull"
    lines = cluster_table.describe(large, NOW)
    assert len(lines) < 15, lines
    text = "\n".join(lines)
    assert "worker  200    m6i.large" in text, text
    assert "worker-7 (i-0007, 10.0.0.7): market spot, state stopped" in text, text
    assert "worker-9 (i-0009, 10.0.0.9): report failed" in text and "i-0009 failed: disk full" in text, text


@pytest.mark.parametrize(
    ("least", "most", "word"),
    [(False, False, ""), (True, False, "at least "), (False, True, "at most "), (True, True, "about ")],
)
def test_a_sum_that_is_not_known_exactly_says_so(least, most, word):
    one = cluster()
    one["cost"].update(at_least=least, at_most=most)
    assert f"so far {word}0.46 USD" in "\n".join(cluster_table.describe(one, NOW))


def test_leftovers_nothing_and_unknown_prices():
    nothing = {"master": None, "workers": [], "reports": [], "age": None, "price": None, "cost": None}
    gone = {**cluster(), **nothing, "leftovers": ["volume vol-1"]}
    text = "\n".join(cluster_table.compose([gone], None, "in us-east-1", NOW))
    assert "no instances, but something is left:\n    volume vol-1\nRemove it with" in text, text
    assert cluster_table.compose([], "x", "here", NOW) == ["There is nothing of a cluster x here."]
    assert cluster_table.compose([], None, "here", NOW) == ["There is no cluster here."]
    price = {"per_hour": None, "text": "unknown, as there is no price of m9.x in us-east-1", "date": None}
    text = "\n".join(cluster_table.describe(cluster(price=price), NOW))
    assert "Its price is unknown, as there is no price of m9.x" in text and "cluster_prices" in text, text


def test_a_stopped_cluster_promises_no_end_and_no_login():
    asleep = cluster(state="stopped")
    for one in (asleep["master"], *asleep["workers"]):
        one["state"] = "stopped"
    text = "\n".join(cluster_table.describe(asleep, NOW))
    assert "A stopped cluster does not end by itself: start it with playbooks/start.yml, or remove it" in text, text
    assert "It ends by itself" not in text and "Log in" not in text, text


def test_a_cluster_whose_master_is_stopped_lets_nobody_in():
    half = cluster(state="partial")
    half["master"]["state"] = "stopped"
    text = "\n".join(cluster_table.describe(half, NOW))
    assert "Log in" not in text and "It ends by itself" in text, text


def test_several_clusters_are_added_up():
    assert (
        cluster_table.compose([cluster(), cluster()], None, "here", NOW)[-1] == "All 2 together cost 0.60 USD an hour."
    )
