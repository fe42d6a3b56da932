# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The price of a cluster that is to be launched, and the limit that refuses one."""

from __future__ import annotations

from .conftest import assert_reads_only

PRICES = {"eu-central-1": {"m6i.large": 0.1, "gp3": 0.073}}


def test_check_mode_and_launch_tell_the_price(account, cluster):
    check = cluster(check=True, workers=2, prices=PRICES)
    made = cluster(workers=2, prices=PRICES, max_hourly_cost=1)
    assert check["cluster"]["price"] == made["cluster"]["price"], (check, made)
    assert made["cluster"]["price"]["per_hour"] == round(3 * 0.105 + 150 * 0.073 / 730, 4), made["cluster"]["price"]


def test_above_the_limit_nothing_is_made(account, cluster):
    for check in (True, False):
        result = cluster(check=check, workers=2, prices=PRICES, max_hourly_cost=0.3)
        assert result.get("failed") and "3 x m6i.large at 0.1" in result["msg"], result
        assert "cluster_max_hourly_cost is 0.3" in result["msg"], result
        assert_reads_only(account.calls)
    assert not account.instances() and not account.objects("clusters/")


def test_an_unknown_price_is_refused_with_a_limit_only(account, cluster):
    result = cluster(workers=0, max_hourly_cost=100)
    assert result.get("failed") and "no price of m6i.large, gp3 in eu-central-1" in result["msg"], result
    assert "cluster_prices" in result["msg"] and not account.instances(), result
    made = cluster(workers=0)
    assert made["cluster"]["price"]["per_hour"] is None, made
    # What runs already is left alone.
    assert cluster(workers=0, max_hourly_cost=0.01, prices=PRICES)["changed"] is False


def test_impossible_prices_are_refused_before_any_call(account, cluster):
    for bad in ({"prices": {"eu-central-1": {"m6i.large": "cheap"}}}, {"max_hourly_cost": -1}):
        result = cluster(**bad)
        assert result.get("failed") and not account.calls, result


def test_the_limit_sees_groups_that_are_not_named(account, cluster):
    cluster(workers=1, worker_groups=[{"name": "more", "workers": 3}], prices=PRICES)
    both = {"document": None, "at_least": True}, {"at_least": True}
    for more in both:
        told = cluster(workers=1, prices=PRICES, **more)["cluster"]["price"]
        assert told["per_hour"] == round(5 * 0.105 + 250 * 0.073 / 730, 4), told
        refused = cluster(workers=2, prices=PRICES, max_hourly_cost=0.5, **more)
        assert refused.get("failed") and "6 x m6i.large" in refused["msg"], refused
    assert len(account.instances()) == 5


def test_a_start_is_refused_above_the_limit(account, cluster):
    cluster(workers=2, volumes=[{"size": 100}])
    cluster("stopped")
    calls = []
    for limit in ({"max_hourly_cost": 0.3}, {"max_hourly_cost": 100, "prices": {}}):
        for check in (True, False):
            refused = cluster("started", check=check, **{"prices": PRICES, **limit})
            assert refused.get("failed") and "cluster_max_hourly_cost is" in refused["msg"], refused
            assert_reads_only(account.calls)
            calls.append(dict(account.calls))
    assert len(account.instances("stopped")) == 3
    done = cluster("started", prices=PRICES, max_hourly_cost=0.4)
    assert not done.get("failed") and done["cluster"]["price"] is None, done
    # What runs already is left alone.
    assert cluster("started", prices=PRICES, max_hourly_cost=0.1)["changed"] is False
