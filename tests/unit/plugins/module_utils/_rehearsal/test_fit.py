# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory, cores, queue, room and codecs of a job against what a cluster has."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.codecs import CODECS, available
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import fit
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.fit import Size

SITE = {
    "yarn.scheduler.minimum-allocation-mb": "64",
    "yarn.scheduler.maximum-allocation-mb": "1048576",
    "yarn.scheduler.maximum-allocation-vcores": "1024",
    "yarn.app.mapreduce.am.resource.mb": "768",
    "mapreduce.map.memory.mb": "1024",
    "mapreduce.reduce.memory.mb": "1024",
    "dfs.replication": "3",
    "dfs.datanode.data.dir": "file:///var/lib/hadoop/data",
    "yarn.nodemanager.local-dirs": "/var/lib/hadoop/local",
    "dfs.datanode.du.reserved.pct": "25",
}
GIB = 1 << 30


def having(**spec):
    return fit.properties({"id": "x", "options": {}, **spec}, SITE)


def node(memory, vcores=3, state="RUNNING", used=512):
    return {
        "state": state,
        "usedMemoryMB": used,
        "availMemoryMB": memory - used,
        "usedVirtualCores": 1,
        "availableVirtualCores": vcores - 1,
    }


def containers(nodes, most=None, reduces=1, **spec):
    own = having(**spec)
    return fit.check_containers(fit.containers(own, reduces), fit.nodes(nodes), most or fit.largest({}, own))


def ids(found):
    return [one["id"] for one in found]


def test_the_job_s_word_counts_before_the_cluster_s_and_is_rounded_up():
    asked = fit.containers(having(map_memory=1000, vcores=2, options={"mapred.job.reduce.memory.mb": 1}), 1)
    assert asked == {"application master": Size(768, 1), "map": Size(1024, 2), "reduce": Size(64, 2)}
    asked = fit.containers(having(options={"mapreduce.reduce.memory.mb": "-1"}), 1)
    assert asked["reduce"].memory == 1024
    assert "reduce" not in fit.containers(having(), 0)


def test_what_fits_is_no_finding():
    assert containers([node(1792)]) == []
    assert containers([node(1024), node(800)]) == []


def test_nodes_that_are_not_there_are_told_elsewhere():
    assert containers([], map_memory=65536) == []
    assert containers([node(4096, state="LOST")], map_memory=65536) == []


def test_a_container_larger_than_any_node_is_told_with_the_numbers():
    (found,) = containers([node(2048), node(4096), node(65536, state="LOST")], map_memory=4160)
    assert found["id"] == "memory-too-much" and found["severity"] == "error"
    assert found["text"] == "A map of the job asks for 4160 MiB of memory, and no container can have more than 4096."
    assert found["hint"].startswith("Set job_map_memory to 4096 or less")
    assert found["evidence"] == {"asked": 4160, "largest": 4096, "container": "map"}
    (alone,) = containers([node(4096)], map_memory=4160)
    assert alone["hint"].startswith("Set job_map_memory to 3328 or less"), "the application master takes the rest"
    both = containers([node(2048)], map_memory=4096, reduce_memory=8192)
    assert [one["evidence"]["container"] for one in both] == ["map", "reduce"]


def test_the_scheduler_s_limit_counts_too():
    limits = fit.largest({"maximumAllocation": {"memory": 2048, "vCores": 2}}, SITE)
    assert limits == Size(2048, 2) and fit.largest({}, {}) == Size(8192, 4)
    found = containers([node(65536, 16)], limits, map_memory=4096, vcores=4)
    assert ids(found) == ["memory-too-much", "vcores-too-many", "vcores-too-many"]
    assert "job_vcores to 1 " in found[1]["hint"], "the application master takes the other one"


@pytest.mark.parametrize("nodes, fits", [([1791], False), ([1792], True), ([1024, 767], False), ([1024, 768], True)])
def test_a_task_needs_room_beside_the_application_master(nodes, fits):
    found = containers([node(memory) for memory in nodes])
    assert ids(found) == ([] if fits else ["memory-too-much"] * 2)
    assert [one["evidence"]["container"] for one in found] == ([] if fits else ["map", "reduce"])
    if not fits:
        assert (
            "never run side by side" in found[0]["text"]
            and f" {max(nodes[0] - 768, *nodes[1:], 0)} or less" in found[0]["hint"]
        )


def test_a_large_application_master_goes_to_the_largest_node():
    large = {"yarn.app.mapreduce.am.resource.mb": 4096}
    assert containers([node(4096), node(1024)], options=large) == []
    (found,) = containers([node(4096)], options={"yarn.app.mapreduce.am.resource.mb": 8192})
    assert found["evidence"]["container"] == "application master"
    assert found["hint"].startswith("Set yarn.app.mapreduce.am.resource.mb to 4096 or less")


QUEUES = {
    "type": "capacityScheduler",
    "queueName": "root",
    "queues": {
        "queue": [
            {"queueName": "default", "state": "RUNNING"},
            {"queueName": "old", "state": "STOPPED"},
            {"queueName": "lab", "queues": {"queue": {"queueName": "night", "state": "RUNNING"}}},
            {"queueName": "auto", "autoCreationEligibility": "flexible", "queues": {"queue": [{"queueName": "x"}]}},
        ]
    },
}


@pytest.mark.parametrize("name", ["", "default", "root.default", "night", "lab.night", "root.lab.night", "auto.new"])
def test_a_queue_that_is_there(name):
    assert fit.check_queue(name, QUEUES) == []


@pytest.mark.parametrize("name", ["science", "lab", "lab.day", "root"])
def test_a_queue_that_is_not_there_is_told_with_those_that_are(name):
    (found,) = fit.check_queue(name, QUEUES)
    assert found["id"] == "queue-unknown" and found["evidence"]["queue"] == name
    assert "it has auto.x, default, lab.night, old." in found["text"]


def test_a_stopped_queue_and_another_scheduler():
    assert ids(fit.check_queue("old", QUEUES)) == ["queue-stopped"]
    assert fit.check_queue("science", {"type": "fairScheduler"}) == []


def room(size, remaining, there=0, output=0.0, reduces=1, live=4, capacity=300 * GIB, conf=None, **spec):
    bean = {"CapacityTotal": capacity, "CapacityRemaining": remaining, "NumLiveDataNodes": live}
    properties = {**having(**spec), **(conf or {})}
    return fit.room(bean, properties, size, there, output, reduces)


def test_input_comes_with_its_replicas_and_only_what_is_not_there():
    assert room(10 * GIB, 99 * GIB).to_come == 30 * GIB
    assert room(10 * GIB, 99 * GIB, there=9 * GIB, live=2).to_come == 2 * GIB
    assert room(10 * GIB, 99 * GIB, there=11 * GIB).to_come == 0
    assert room(GIB, 99 * GIB, output=GIB, reduces=0).to_come == 6 * GIB


def test_hdfs_without_room_is_an_error_with_the_numbers():
    (found,) = fit.check_room(room(10 * GIB, 29 * GIB))
    assert found["id"] == "hdfs-full" and "30.0 GiB" in found["text"] and "29.0 GiB" in found["text"]
    assert found["evidence"] == {"remaining": 29 * GIB, "to_come": 30 * GIB, "map_output": 0}
    assert fit.check_room(room(10 * GIB, 0, capacity=0)) == []


@pytest.mark.parametrize(
    "output, spec, expected",
    [
        (100, {}, []),  # 100 GiB are kept from HDFS
        (140, {}, []),
        (150, {}, ["room-tight"]),
        (171, {}, ["map-output-full"]),
        (171, {"map_output_compress": "snappy"}, ["room-tight"]),
        (171, {"conf": {"yarn.nodemanager.local-dirs": "/mnt/local"}}, []),
    ],
)
def test_map_output_has_the_room_that_hdfs_leaves(output, spec, expected):
    found = fit.check_room(room(10 * GIB, 100 * GIB, output=output * GIB, **spec))
    assert ids(found) == expected
    if expected == ["map-output-full"]:
        assert "171.0 GiB" in found[0]["text"] and "170.0 GiB" in found[0]["text"]


def test_little_room_left_is_a_warning():
    (found,) = fit.check_room(room(GIB, 32 * GIB))
    assert (found["id"], found["severity"]) == ("room-tight", "warning") and "29.0 GiB of the 300.0 GiB" in found[
        "text"
    ]


BARE = available([])


def test_codecs_that_the_archive_lacks_are_told():
    assert fit.check_codecs(having(output_compress="zstd"), {".zst"}, CODECS) == []
    found = fit.check_codecs(having(output_compress="zstd", map_output_compress="lz4"), {".snappy", ".gz"}, BARE)
    assert sorted(ids(found)) == ["codec-absent", "codec-absent", "input-codec-absent"]
    assert "snappy" in found[0]["text"] and "deflate, gzip, bzip2" in found[0]["hint"]
    assert {one["evidence"]["codec"] for one in found} == {"zstd", "lz4", "snappy"}


def test_a_codec_that_is_not_switched_on_is_not_missed():
    old = {"mapred.map.output.compression.codec": "org.apache.hadoop.io.compress.Lz4Codec"}
    assert fit.check_codecs(having(options=old), set(), BARE) == []
    used = {**old, "mapred.compress.map.output": "true"}
    assert ids(fit.check_codecs(having(options=used), set(), BARE)) == ["codec-absent"]
