# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The properties of each site file, as they follow from a node's document and from what the node is: pure functions."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError
from . import sizing, storage, tuning
from .node_folders import HADOOP_HOME

SITE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RM = "org.apache.hadoop.yarn.server.resourcemanager"
# Which nodes are to leave or to be left in peace; state of the master, which convergence makes once and leaves alone.
DFS_HOSTS, YARN_EXCLUDE = "/etc/hadoop/dfs.hosts.json", "/etc/hadoop/yarn.exclude"
# What the NodeManager of a spot instance shows as its health once EC2 has told that it takes the instance back.
SPOT_NOTICE = "/run/ohmy-spot"
AWS_S3 = re.compile(r"https://s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?")


def core_site(document: t.Mapping[str, t.Any], master: str) -> dict[str, t.Any]:
    """Return the properties of core-site.xml."""
    properties: dict[str, t.Any] = {
        "fs.defaultFS": f"hdfs://{master}:8020",
        "hadoop.tmp.dir": "/var/lib/hadoop/tmp",
        # Who asks a web door without a name is nobody, never a superuser.
        "hadoop.http.staticuser.user": "nobody",
    }
    where = document.get("s3")
    if where:
        properties.update(
            {
                "fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.auth.IAMInstanceCredentialsProvider",
                "fs.s3a.endpoint.region": where["region"],
                "fs.s3a.path.style.access": bool(where["path_style"]),
                "fs.s3a.connection.ssl.enabled": where["endpoint"].startswith("https://"),
                "fs.s3a.input.stream.type": "classic",
            }
        )
        # AWS's own follows from the region, each bucket's from its own; one that is named holds for all buckets, and S3
        # redirects what is asked there of a bucket in another region.
        own = AWS_S3.fullmatch(where["endpoint"])
        if own is None or own[1] not in (None, where["region"]):
            properties["fs.s3a.endpoint"] = where["endpoint"]
    return properties


def hdfs_site(document: t.Mapping[str, t.Any], facts: sizing.Facts, master: str) -> dict[str, t.Any]:
    """Return the properties of hdfs-site.xml."""
    workers = max(1, document["workers"])
    properties: dict[str, t.Any] = {
        "dfs.namenode.name.dir": "file:///var/lib/hadoop/name",
        **storage.hdfs(facts.storage),
        "dfs.namenode.checkpoint.dir": "file:///var/lib/hadoop/checkpoint",
        "dfs.namenode.rpc-address": f"{master}:8020",
        "dfs.namenode.http-address": f"{master}:9870",
        "dfs.datanode.address": f"{facts.address}:9866",
        "dfs.datanode.http.address": f"{facts.address}:9864",
        "dfs.datanode.ipc.address": f"{facts.address}:9867",
        # The same text as the NodeManager's, or no task ever runs beside its data.
        "dfs.datanode.hostname": facts.host,
        "dfs.namenode.datanode.registration.ip-hostname-check": False,
        "dfs.permissions.superusergroup": "hdfs",
        "dfs.replication": min(3, workers),
        "dfs.datanode.du.reserved.calculator": (
            "org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.ReservedSpaceCalculator$ReservedSpaceCalculatorPercentage"
        ),
        "dfs.datanode.du.reserved.pct": 25,
        "dfs.client.block.write.replace-datanode-on-failure.best-effort": True,
        # A job outlives the NameNode's restart: 30 tries a second apart, then 30 of three seconds.
        "dfs.client.retry.policy.enabled": True,
        "dfs.client.retry.policy.spec": "1000,30,3000,30",
        # The one format was done before the NameNode's first start.
        "dfs.reformat.disabled": True,
    }
    if document["role"] == "master":
        # A list that names no node in service admits all.
        properties["dfs.namenode.hosts.provider.classname"] = (
            "org.apache.hadoop.hdfs.server.blockmanagement.CombinedHostFileManager"
        )
        properties["dfs.hosts"] = DFS_HOSTS
    return properties


def yarn_site(
    document: t.Mapping[str, t.Any], facts: sizing.Facts, master: str, room: sizing.Memory
) -> dict[str, t.Any]:
    """Return the properties of yarn-site.xml."""
    properties: dict[str, t.Any] = {
        "yarn.resourcemanager.hostname": master,
        "yarn.admin.acl": "yarn",
        "yarn.nodemanager.hostname": facts.host,
        "yarn.nodemanager.bind-host": facts.address,
        "yarn.nodemanager.address": f"{facts.host}:8041",
        "yarn.nodemanager.localizer.address": f"{facts.address}:8040",
        "yarn.nodemanager.webapp.address": f"{facts.address}:8042",
        "yarn.nodemanager.aux-services": "mapreduce_shuffle",
        **storage.yarn(facts.storage),
        "yarn.nodemanager.recovery.enabled": True,
        "yarn.nodemanager.recovery.supervised": True,
        "yarn.nodemanager.recovery.dir": "/var/lib/hadoop/recovery",
        "yarn.nodemanager.resource.memory-mb": max(room.containers, sizing.STEP),
        # One more than there are, for the application master, which mostly waits.
        "yarn.nodemanager.resource.cpu-vcores": facts.cores + 1,
        "yarn.nodemanager.pmem-check-enabled": True,
        # By default the NodeManager leaves the limit to cgroups, which it does not use: then nothing is ever killed.
        "yarn.nodemanager.resource.memory.enforced": False,
        "yarn.nodemanager.vmem-check-enabled": False,
        "yarn.nodemanager.env-whitelist": (
            "JAVA_HOME,HADOOP_COMMON_HOME,HADOOP_HDFS_HOME,HADOOP_CONF_DIR,CLASSPATH_PREPEND_DISTCACHE,"
            "HADOOP_YARN_HOME,HADOOP_HOME,HADOOP_MAPRED_HOME,PATH,LANG,TZ"
        ),
        "yarn.scheduler.minimum-allocation-mb": sizing.STEP,
        # The largest NodeManager is the true limit.
        "yarn.scheduler.maximum-allocation-mb": 1048576,
        "yarn.scheduler.maximum-allocation-vcores": 1024,
        "yarn.log-aggregation-enable": True,
        "yarn.log-aggregation.retain-seconds": 7 * 86400,
        "yarn.nodemanager.remote-app-log-dir": "/app-logs",
        "yarn.log.server.url": f"http://{master}:19888/jobhistory/logs",
        "yarn.nodemanager.container-log-monitor.enable": True,
    }
    if document.get("spot"):
        at = "yarn.nodemanager.health-checker.script"
        # A file that is not there is no error: cat's exit code does not count.
        properties.update({f"{at}.path": "/bin/cat", f"{at}.opts": SPOT_NOTICE, f"{at}.interval-ms": 2000})
    if document["role"] == "master":
        properties.update(
            {
                # Applications outlive the ResourceManager's restart, and their containers with them.
                "yarn.resourcemanager.recovery.enabled": True,
                "yarn.resourcemanager.store.class": f"{RM}.recovery.LeveldbRMStateStore",
                "yarn.resourcemanager.leveldb-state-store.path": "/var/lib/hadoop/applications",
                "yarn.resourcemanager.nodes.exclude-path": YARN_EXCLUDE,
                # A node that left is forgotten a minute after it is no longer listed.
                "yarn.resourcemanager.enable-node-untracked-without-include-path": True,
                "yarn.resourcemanager.node-removal-untracked.node-selective-states-to-remove": "DECOMMISSIONED",
            }
        )
    return properties


def mapred_site(document: t.Mapping[str, t.Any], master: str, room: sizing.Memory) -> dict[str, t.Any]:
    """Return the properties of mapred-site.xml."""
    home = f"HADOOP_MAPRED_HOME={HADOOP_HOME}"
    jars = [f"{HADOOP_HOME}/share/hadoop/{part}" for part in ("mapreduce/*", "mapreduce/lib/*", "tools/lib/*")]
    return {
        "mapreduce.framework.name": "yarn",
        "mapreduce.application.classpath": ",".join(jars),
        "mapreduce.jobhistory.address": f"{master}:10020",
        "mapreduce.jobhistory.webapp.address": f"{master}:19888",
        "mapreduce.jobhistory.admin.address": f"{master}:10033",
        "mapreduce.jobhistory.intermediate-done-dir": "/mr-history/tmp",
        "mapreduce.jobhistory.done-dir": "/mr-history/done",
        "yarn.app.mapreduce.am.staging-dir": "/user",
        "yarn.app.mapreduce.am.env": home,
        "mapreduce.map.env": f"{home},MALLOC_ARENA_MAX=2",
        "mapreduce.reduce.env": f"{home},MALLOC_ARENA_MAX=2",
        "yarn.app.mapreduce.am.resource.mb": sizing.application_master(room.task),
        # More copies of a job's own files than there are nodes would count as missing for as long as it runs.
        "mapreduce.client.submit.file.replication": min(10, max(1, document["workers"])),
        "mapreduce.map.memory.mb": room.task,
        "mapreduce.reduce.memory.mb": room.task,
        # A program that writes anywhere but to its output must not run twice.
        "mapreduce.map.speculative": False,
        "mapreduce.reduce.speculative": False,
    }


def capacity_scheduler() -> dict[str, t.Any]:
    """Return the properties of capacity-scheduler.xml: one queue, memory and cores both counted."""
    at = "yarn.scheduler.capacity"
    return {
        f"{at}.root.queues": "default",
        f"{at}.root.default.capacity": 100,
        f"{at}.root.default.maximum-capacity": 100,
        f"{at}.maximum-am-resource-percent": 0.5,
        f"{at}.node-locality-delay": 40,
        f"{at}.resource-calculator": "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator",
    }


def site_files(document: t.Mapping[str, t.Any], facts: sizing.Facts) -> dict[str, dict[str, t.Any]]:
    """Return the properties of each site file by its name without ``.xml``: those of the profile win, the user's most."""
    master = facts.address if document["master"] == "self" else document["master"]
    running = sizing.services(document["role"], document["workers"])
    room = sizing.memory(facts.memory, running, document.get("task_memory"))
    files = {
        "core-site": core_site(document, master),
        "hdfs-site": hdfs_site(document, facts, master),
        "yarn-site": yarn_site(document, facts, master, room),
        "mapred-site": mapred_site(document, master, room),
        "capacity-scheduler": capacity_scheduler(),
    }
    node = tuning.Node(max(1, document["workers"]), max(1, sizing.nodes(document)), room.task, facts.storage)
    for name, tuned in tuning.tuned(document.get("profile", tuning.AUTO), node).items():
        files[name].update(tuned)
    for name, own in (document.get("properties") or {}).items():
        files.setdefault(_site_name(name), {}).update(_properties(name, own))
    return files


def _site_name(name: str) -> str:
    """Return a site file's name; it becomes a path below the configuration directory."""
    if not SITE_NAME.fullmatch(name):
        raise OhmyError(f"{name!r} is no name of a site file.", "Use one like hdfs-site or ssl-server, without .xml.")
    return name


def _properties(site: str, own: t.Any) -> dict[str, t.Any]:
    if not isinstance(own, (dict, type(None))):
        raise OhmyError(f"The properties of {site} are no mapping of names to values.", "Write name: value below it.")
    for name, value in (own or {}).items():
        if isinstance(value, (dict, list)):
            raise OhmyError(
                f"{site}: the value of {name} is not one text or number.", "Hadoop's lists are text: a,b,c."
            )
    return own or {}
