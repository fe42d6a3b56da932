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
