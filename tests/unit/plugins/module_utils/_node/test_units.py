# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of a node."""

from __future__ import annotations

import configparser

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import units, want

HEAPS = {"namenode": 1024, "resourcemanager": 1024, "historyserver": 512, "datanode": 512, "nodemanager": 512}


class Unit(configparser.RawConfigParser):
    """A unit's text; systemd's words keep their case."""

    def optionxform(self, optionstr):
        return optionstr


def parsed(role="master", quick=True):
    found = {}
    for name, text in units.units(HEAPS, "/opt/ohmy/java", quick, role).items():
        unit = Unit(strict=False, interpolation=None)
        unit.read_string("\n".join(line for line in text.splitlines() if not line.startswith("Environment=")))
        found[name] = (unit, text)
    return found


def test_what_apaches_own_scripts_need():
    for name, file in (("namenode", "hdfs-namenode.log"), ("historyserver", "mapred-historyserver.log")):
        text = parsed()[f"hadoop-{name}.service"][1]
        assert f'Environment="HADOOP_LOGFILE={file}"' in text
        assert 'Environment="HADOOP_OPTIONAL_TOOLS=hadoop-aws"' in text
    assert "HADOOP_OPTIONAL_TOOLS=hadoop-aws" in parsed()["ohmy-follow@.service"][1]


def test_no_unit_has_more_than_one_user():
    found = parsed()
    users = {name: found[f"hadoop-{name}.service"][0]["Service"]["User"] for name in HEAPS}
    assert users == {
        "namenode": "hdfs",
        "datanode": "hdfs",
        "resourcemanager": "yarn",
        "nodemanager": "yarn",
        "historyserver": "mapred",
    }
    assert found["ohmy-follow@.service"][0]["Service"]["User"] == "hadoop"


@pytest.mark.parametrize("name", HEAPS)
def test_a_daemon_fails_loudly_and_stops_cleanly(name):
    unit, text = parsed()[f"hadoop-{name}.service"]
    assert unit["Unit"]["OnFailure"] == "ohmy-report.service"
    assert unit["Unit"]["StartLimitBurst"] == "3"
    service = unit["Service"]
    assert (service["Type"], service["Restart"]) == ("exec", "on-failure")
    assert (service["SuccessExitStatus"], service["TimeoutStopSec"]) == ("143", "30")
    assert (service["LimitNOFILE"], service["TasksMax"]) == ("65536", "infinity")
    assert f'"HADOOP_HEAPSIZE_MAX={HEAPS[name]}"' in text
    # Converging starts it, at each boot: a unit that starts by itself would run with yesterday's files.
    assert "Install" not in unit


def test_storage_dies_last():
    found = parsed()
    for name in HEAPS:
        score = found[f"hadoop-{name}.service"][0]["Service"].get("OOMScoreAdjust")
        assert score == ("-500" if name in ("namenode", "datanode") else None)


def test_containers_outlive_their_nodemanager():
    service = parsed()["hadoop-nodemanager.service"][0]["Service"]
    assert (service["OOMPolicy"], service["Delegate"], service["KillMode"]) == ("continue", "yes", "process")


def test_the_quick_start_is_for_small_clusters():
    assert "TieredStopAtLevel=1" in parsed()["hadoop-namenode.service"][1]
    assert "TieredStopAtLevel" not in parsed(quick=False)["hadoop-namenode.service"][1]


def test_a_stock_daemon_takes_javas_own_heap(document):
    for profile, sized in (("auto", True), ("stock", False)):
        files = want.wanted({**document, "profile": profile}, Facts(8192, 2, "10.0.0.4"), "x86_64").files
        unit = files["etc/systemd/system/hadoop-namenode.service"].decode()
        words = ("HADOOP_HEAPSIZE_MAX", "MALLOC_ARENA_MAX", "TieredStopAtLevel")
        assert [word in unit for word in words] == [sized] * 3 and ("OHMY_CLASS_DATA=no" in unit) != sized


def test_only_the_master_follows_jobs():
    assert "ohmy-follow@.service" not in parsed("worker")
    assert {"ohmy-node.service", "ohmy-report.service", "ohmy-lease.service"} <= set(parsed("worker"))


def test_every_wait_has_a_limit():
    for name, (unit, _text) in parsed().items():
        if name.endswith(".service") and unit["Service"].get("Type") == "oneshot":
            assert int(unit["Service"]["TimeoutStartSec"]) > 0, name


def test_the_nodemanager_of_a_spot_instance_brings_along_who_watches_for_the_notice():
    made = units.units({"nodemanager": 512}, "/opt/ohmy/java", True, "compute", spot=True)
    assert "Wants=network-online.target ohmy-spot.service" in made["hadoop-nodemanager.service"]
    assert "node.pyz spot" in made["ohmy-spot.service"] and "ohmy-spot.service" not in parsed()
    assert "ohmy-spot" not in parsed()["hadoop-nodemanager.service"][1]
