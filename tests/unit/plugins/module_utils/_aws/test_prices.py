# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sums of money: what is known is added up, what is not known is said, and nothing is guessed."""

from __future__ import annotations

import re

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import costs, price_table, prices, volumes
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.instances import Instance
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

HERE = prices.prices("us-east-1")
DISK = (("gp3", 50),)
HOUR = 3600
NOON = costs.epoch("2026-07-01T12:00:00Z")


def machine(**more):
    return Instance(
        **{
            "id": "i-1",
            "state": "running",
            "instance_type": "m6i.large",
            "launch_time": "2026-07-01T12:00:00Z",
            "attached": "2026-07-01T12:00:01Z",
            **more,
        }
    )


@pytest.mark.parametrize(
    "name, price",
    [
        ("m6i.large", 0.096),
        ("m6i.4xlarge", 0.768),
        ("t3.nano", 0.0052),
        ("t3.2xlarge", 0.3328),
        ("c5.9xlarge", 1.53),
        ("r5.24xlarge", 6.048),
        ("i3.16xlarge", 4.992),
        ("gp3", 0.08),
    ],
)
def test_the_table_has_list_prices(name, price):
    assert HERE.known[name] == pytest.approx(price, rel=1e-6)


def test_the_table_tells_its_day_and_no_sizes_that_there_are_not():
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", price_table.DATE) and HERE.date == price_table.DATE
    assert "m6i.9xlarge" not in HERE.known and "c5.8xlarge" not in HERE.known and "m6i.metal" not in HERE.known


def test_an_hour_is_instances_disks_and_addresses():
    bill = prices.an_hour(HERE, [prices.Machines("m6i.large", 3, DISK, public=True)])
    assert bill.usd == round(3 * 0.096 + 150 * 0.08 / 730 + 3 * 0.005, 4)
    text = prices.spelled(HERE, bill)
    assert text.startswith("0.3194 USD an hour (3 x m6i.large at 0.096 + 150 GiB of gp3 at 0.08"), text


def test_what_is_not_known_makes_the_sum_unknown():
    bill = prices.an_hour(HERE, [prices.Machines("m6i.large", 1), prices.Machines("x9.huge", 2, (("io2", 100),))])
    assert bill.usd is None and bill.missing == ("x9.huge", "io2")
    assert prices.prices("eu-central-1").known == price_table.OTHER
    assert prices.prices("cn-north-1").known == {}


def test_spot_counts_as_on_demand_until_the_user_knows_better():
    spot = [prices.Machines("m6i.large", 2, spot=True)]
    assert (prices.an_hour(HERE, spot).usd, prices.an_hour(HERE, spot).at_most) == (0.192, True)
    known = prices.prices("us-east-1", {"us-east-1": {"spot": {"m6i.large": 0.04}}})
    assert (prices.an_hour(known, spot).usd, prices.an_hour(known, spot).at_most) == (0.08, False)


def test_the_users_prices_win_and_the_others_stay():
    table = prices.prices("us-east-1", prices.checked({"date": "2026-11-01", "us-east-1": {"m6i.large": 0.5}}))
    assert (table.known["m6i.large"], table.known["m6i.xlarge"], table.date) == (0.5, 0.192, "2026-11-01")


@pytest.mark.parametrize(
    "told",
    [
        "x",
        {"moon": {"m6i.large": 1}},
        {"us-east-1": [1]},
        {"us-east-1": {"m6i.large": "cheap"}},
        {"us-east-1": {"m6i.large": -1}},
        {"us-east-1": {"m6i.large": True}},
        {"us-east-1": {"m6i.large": float("nan")}},
        {"us-east-1": {"spot": 3}},
    ],
)
def test_what_is_no_table_is_refused(told):
    with pytest.raises(OhmyError):
        prices.checked(told)


def test_a_limit_refuses_what_costs_more_and_what_nobody_knows():
    dear = prices.an_hour(HERE, [prices.Machines("m6i.large", 3, DISK)])
    prices.require_below(0.31, HERE, dear, "demo")
    prices.require_below(None, HERE, prices.an_hour(HERE, [prices.Machines("x9.huge", 1)]), "demo")
    with pytest.raises(OhmyError, match=r"0\.3044 USD an hour \(3 x m6i\.large at 0\.096 \+ 150 GiB"):
        prices.require_below(0.3, HERE, dear, "demo")
    with pytest.raises(OhmyError, match=r"no price of x9\.huge in us-east-1.*cluster_prices: \{us-east-1: \{x9\.huge"):
        prices.require_below(9, HERE, prices.an_hour(HERE, [prices.Machines("x9.huge", 1)]), "demo")


def test_so_far_counts_running_time_and_disks():
    disks = [volumes.Volume("vol-1", "demo", "gp3", 50, NOON)]
    told = costs.so_far(HERE, [machine(public_ip="192.0.2.1")], disks, NOON + 2 * HOUR)
    assert told == {
        "usd": round(2 * (0.096 + 0.005) + 50 * 0.08 / 730 * 2, 4),
        "at_least": False,
        "at_most": False,
        "missing": [],
    }
    assert costs.so_far(HERE, [machine()], [], NOON + 5)["usd"] == round(0.096 / 60, 4)  # a minute at least


def test_so_far_guesses_no_price():
    spot = machine(market="spot")
    told = costs.so_far(HERE, [spot], [], NOON + HOUR)
    assert (told["usd"], told["at_most"]) == (0.096, True)
    known = prices.prices("us-east-1", {"us-east-1": {"spot": {"m6i.large": 0.04}}})
    told = costs.so_far(known, [spot], [], NOON + HOUR)
    assert (told["usd"], told["at_most"]) == (0.04, False)
    china = prices.prices("cn-north-1", {"cn-north-1": {"m6i.large": 0.1}})
    told = costs.so_far(china, [machine(public_ip="192.0.2.1")], [], NOON + HOUR)
    assert (told["usd"], told["missing"]) == (None, ["public-ipv4"])


def test_stopped_instances_cost_their_disks_only():
    stopped = machine(state="stopped", ended="2026-07-01T13:00:00Z")
    disks = [volumes.Volume("vol-1", "demo", "gp3", 100, NOON)]
    assert costs.now(HERE, [stopped], disks).usd == round(100 * 0.08 / 730, 4)
    told = costs.so_far(HERE, [stopped], disks, NOON + 10 * HOUR)
    assert told["usd"] == round(0.096 + 100 * 0.08 / 730 * 10, 4) and not told["at_least"]


def test_an_earlier_start_makes_it_at_least():
    again = machine(launch_time="2026-07-02T12:00:00Z")
    assert costs.so_far(HERE, [again], [], NOON + 25 * HOUR)["at_least"]
    assert costs.age([again], NOON + 25 * HOUR) == 25 * HOUR - 1
    assert costs.age([], NOON) is None
