# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site files of a node, against files that were read by eye."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import profiles, site, sizing, tuning

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "site"
DOCUMENT = {
    "role": "worker",
    "master": "10.0.0.4",
    "workers": 2,
    "s3": {"endpoint": "https://s3.eu-central-1.amazonaws.com", "region": "eu-central-1", "path_style": False},
    "properties": {},
}
HOSTS = {
    "master": ({**DOCUMENT, "role": "master", "master": "self"}, sizing.Facts(4096, 2, "10.0.0.4", "ip-10-0-0-4.x")),
    "worker": (DOCUMENT, sizing.Facts(8192, 4, "10.0.0.5", "ip-10-0-0-5.x")),
    "alone": (
        {**DOCUMENT, "role": "master", "master": "self", "workers": 0, "s3": None},
        sizing.Facts(16384, 8, "192.168.1.7"),
    ),
}


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_the_files_of_a_host(host):
    """Compare with the fixtures; OHMY_WRITE_FIXTURES=1 writes them anew, to be read before they are committed."""
    document, facts = HOSTS[host]
    found = {name: site.render(values) for name, values in profiles.site_files(document, facts).items()}
    folder = FIXTURES / host
    if os.environ.get("OHMY_WRITE_FIXTURES"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in found.items():
            (folder / f"{name}.xml").write_bytes(data)
    assert sorted(found) == sorted(path.stem for path in folder.glob("*.xml"))
    for name, data in found.items():
        assert data.decode() == (folder / f"{name}.xml").read_text(encoding="utf-8"), name


def test_a_task_gets_what_the_document_says():
    small = sizing.Facts(2048, 2, "10.0.0.5")
    for task in (None, 512, 1024):
        found = profiles.site_files({**DOCUMENT, "task_memory": task}, small)["mapred-site"]
        assert found["mapreduce.map.memory.mb"] == found["mapreduce.reduce.memory.mb"] == (task or 512)


def files(**change):
    return profiles.site_files({**DOCUMENT, **change}, HOSTS["worker"][1])


@pytest.mark.parametrize(
    ("endpoint", "region", "named"),
    [
        ("https://s3.amazonaws.com", "us-east-1", False),
        ("https://s3.eu-central-1.amazonaws.com", "eu-central-1", False),
        ("https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1", False),
        ("https://s3.us-west-2.amazonaws.com", "eu-central-1", True),
        ("https://s3.dualstack.eu-central-1.amazonaws.com", "eu-central-1", True),
        ("https://s3-fips.us-east-1.amazonaws.com", "us-east-1", True),
        ("https://bucket.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com", "us-east-1", True),
        ("http://10.0.0.1:9000", "us-east-1", True),
    ],
)
def test_s3a_is_left_to_find_the_s3_of_each_buckets_region(endpoint, region, named):
    found = files(s3={"endpoint": endpoint, "region": region, "path_style": False})["core-site"]
    assert (found.get("fs.s3a.endpoint"), found["fs.s3a.endpoint.region"]) == (endpoint if named else None, region)
    assert found["fs.s3a.connection.ssl.enabled"] is endpoint.startswith("https:")


def test_the_users_properties_win_and_are_not_changed():
    own = {"hdfs-site": {"dfs.replication": 1}, "ssl-server": {"a": "b"}, "yarn-site": None}
    found = files(properties=own)
    assert found["hdfs-site"]["dfs.replication"] == 1
    assert found["hdfs-site"]["dfs.datanode.hostname"] == "ip-10-0-0-5.x"
    assert found["ssl-server"] == {"a": "b"}
    found["ssl-server"]["c"] = "d"
    assert own["ssl-server"] == {"a": "b"}


@pytest.mark.parametrize("name", ["../x", "", "a/b", "hdfs-site.xml", "Hdfs-site", "-x", "..", "a b", "x\n"])
def test_a_name_that_is_none_of_a_site_file_is_refused(name):
    with pytest.raises(OhmyError, match="no name of a site file"):
        files(properties={name: {"a": "b"}})


def test_properties_are_names_and_plain_values():
    with pytest.raises(OhmyError, match="properties of hdfs-site are no mapping"):
        files(properties={"hdfs-site": ["a"]})
    with pytest.raises(OhmyError, match="hdfs-site: the value of dfs.hosts is not one text"):
        files(properties={"hdfs-site": {"dfs.hosts": ["a", "b"]}})


@pytest.mark.parametrize(("workers", "replication"), [(0, 1), (1, 1), (2, 2), (3, 3), (100, 3)])
def test_replication_follows_the_number_of_datanodes(workers, replication):
    assert files(role="master", workers=workers)["hdfs-site"]["dfs.replication"] == replication


def test_stock_leaves_alone_what_the_profile_sets_and_keeps_what_a_node_needs():
    auto, stock = files(), files(profile="stock")
    tuned = {(site, name) for site, values in auto.items() for name in values if name not in stock[site]}
    node = tuning.Node(2, 2, 1024)
    assert tuned == {(one.site, one.name) for one in tuning.TUNING if one.value(node) is not None}
    assert len(tuned) >= len(tuning.TUNING) - 2
    assert all(auto[site][name] == value for site, values in stock.items() for name, value in values.items())
    assert (
        files(profile="stock", properties={"core-site": {"io.file.buffer.size": 1}})["core-site"]["io.file.buffer.size"]
        == 1
    )


def test_no_property_is_set_twice():
    wired = files(profile="stock")
    assert not [one.name for one in tuning.TUNING if one.name in wired[one.site]]
    assert len({one.name for one in tuning.TUNING}) == len(tuning.TUNING)


def test_large_clusters_get_hadoops_own_patience():
    assert files(workers=50)["hdfs-site"]["dfs.namenode.heartbeat.recheck-interval"] == 15000
    assert "dfs.namenode.heartbeat.recheck-interval" not in files(workers=51)["hdfs-site"]
    assert "yarn.nm.liveness-monitor.expiry-interval-ms" not in files(workers=51)["yarn-site"]


def test_thousands_of_nodes_send_a_thousand_signs_of_life_a_second():
    large = {"workers": 2000, "compute": 3000}
    beats = [
        files(**large)[site][name]
        for site, name in (
            ("yarn-site", "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms"),
            ("mapred-site", "yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms"),
        )
    ]
    assert beats == [5000, 1000]
    assert files(**large)["hdfs-site"]["dfs.namenode.handler.count"] == 152


def test_datanode_and_nodemanager_have_one_name():
    for host, (document, facts) in HOSTS.items():
        found = profiles.site_files(document, facts)
        assert found["hdfs-site"]["dfs.datanode.hostname"] == found["yarn-site"]["yarn.nodemanager.hostname"], host


def test_no_door_is_open_to_all_addresses():
    for document, facts in HOSTS.values():
        for values in profiles.site_files(document, facts).values():
            assert not [name for name, value in values.items() if "0.0.0.0" in str(value)]


def test_without_s3_nothing_of_it_is_configured():
    assert not [name for name in files(s3=None)["core-site"] if "s3a" in name]
    assert files()["core-site"]["fs.s3a.connection.ssl.enabled"] is True


def test_data_lies_on_the_workers_alone_and_signs_of_life_come_from_all():
    facts = sizing.Facts(8192, 4, "10.0.0.6")
    many = {**DOCUMENT, "role": "compute", "compute": 100}
    found = profiles.site_files(many, facts)
    assert found["hdfs-site"]["dfs.replication"] == 2
    assert found["yarn-site"]["yarn.resourcemanager.nodemanagers.heartbeat-interval-ms"] == 1000


def test_the_health_of_a_spot_instance_is_what_the_notice_says():
    facts = sizing.Facts(8192, 4, "10.0.0.6")
    at = "yarn.nodemanager.health-checker.script"
    found = profiles.site_files({**DOCUMENT, "spot": True}, facts)["yarn-site"]
    assert found[f"{at}.path"] == "/bin/cat" and found[f"{at}.opts"] == profiles.SPOT_NOTICE
    assert not any(name.startswith(at) for name in profiles.site_files(DOCUMENT, facts)["yarn-site"])
