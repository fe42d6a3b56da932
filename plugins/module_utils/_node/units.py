# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The systemd units of a node, as text."""

from __future__ import annotations

import re
import typing as t

from .._hadoop.node_folders import HADOOP_HOME, LOG_DIR
from .._hadoop.task_jvm import QUICK_START
from .bootstrap import BUNDLE

PYTHON = "/usr/bin/python3"
# What a verb of the bundle stands behind.
RUN = f"{PYTHON} {BUNDLE}"
USERS = {
    "namenode": "hdfs",
    "datanode": "hdfs",
    "resourcemanager": "yarn",
    "nodemanager": "yarn",
    "historyserver": "mapred",
}
COMMANDS = {"namenode": "hdfs", "datanode": "hdfs", "checkpoint": "hdfs", "historyserver": "mapred"}
# The JVMs that hold HDFS die last when memory runs out.
PRECIOUS = ("namenode", "datanode")
# Those that keep their files on the data disks.
WORKERS = ("datanode", "nodemanager")


# s3a is no part of what Apache's own scripts put on the class path unless they are asked to.
TOOLS = "hadoop-aws"


def environment(name: str, java_home: str, heap: int | None, quick: bool) -> dict[str, str]:
    """Return the environment of a daemon; without a heap, Java starts as it comes."""
    options = "-Djava.net.preferIPv4Stack=true"
    tuned = {"HADOOP_HEAPSIZE_MAX": str(heap), "MALLOC_ARENA_MAX": "2"}
    return {
        "JAVA_HOME": java_home,
        "HADOOP_HOME": HADOOP_HOME,
        "HADOOP_CONF_DIR": "/etc/hadoop",
        "HADOOP_LOG_DIR": LOG_DIR,
        # Without it, Apache's scripts have all daemons write to one file.
        "HADOOP_LOGFILE": f"{COMMANDS.get(name, 'yarn')}-{name}.log",
        "HADOOP_ROOT_LOGGER": "INFO,RFA",
        **(tuned if heap else {"OHMY_CLASS_DATA": "no"}),
        "HADOOP_OPTIONAL_TOOLS": TOOLS,
        "HADOOP_OPTS": f"{options} {QUICK_START}" if quick else options,
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }


def mount_unit(place: str) -> str:
    """Return the name of the unit that systemd makes of a mount point."""
    # Names of disks and directories are ASCII; a part of a path that begins with a dot is none of ours.
    escaped = re.sub(r"[^A-Za-z0-9:_./]", lambda found: f"\\x{ord(found[0]):02x}", place.strip("/"))
    return f"{escaped.replace('/', '-')}.mount"


def _needs(name: str, mounts: t.Sequence[str]) -> list[str]:
    """Return what must be mounted before a daemon: of several disks the others will do where one is lost."""
    if name not in WORKERS or not mounts:
        return ["RequiresMountsFor=/var/lib/hadoop"]
    if len(mounts) == 1:
        return [f"RequiresMountsFor=/var/lib/hadoop {mounts[0]}"]
    names = " ".join(mount_unit(place) for place in mounts)
    return ["RequiresMountsFor=/var/lib/hadoop", f"Wants={names}", f"After={names}"]


def daemon(
    name: str, java_home: str, heap: int | None, quick: bool, mounts: t.Sequence[str] = (), wants: str = ""
) -> str:
    """Return the unit of a Hadoop daemon; ``mounts`` are the mount points of the data disks, ``wants`` further units."""
    lines = [
        "[Unit]",
        f"Description=Hadoop {name}",
        f"Wants=network-online.target{wants}",
        "After=network-online.target",
        "StartLimitIntervalSec=300",
        "StartLimitBurst=3",
        "OnFailure=ohmy-report.service",
        *_needs(name, mounts),
        "",
        "[Service]",
        "Type=exec",
        f"User={USERS[name]}",
        *(f'Environment="{key}={value}"' for key, value in environment(name, java_home, heap, quick).items()),
        f"ExecStart={HADOOP_HOME}/bin/{COMMANDS.get(name, 'yarn')} {name}",
        "Restart=on-failure",
        "RestartSec=1",
        # A JVM ends with 143 when it is asked to stop.
        "SuccessExitStatus=143",
        "TimeoutStopSec=30",
        "LimitNOFILE=65536",
        "TasksMax=infinity",
    ]
    if name == "namenode":
        lines.insert(lines.index(""), "Wants=ohmy-checkpoint.timer")
    if name in PRECIOUS:
        lines.append("OOMScoreAdjust=-500")
    if name == "nodemanager":
        # Its containers outlive a restart, and one that is killed for memory does not take it along.
        lines += ["OOMPolicy=continue", "Delegate=yes", "KillMode=process"]
    return "\n".join(lines) + "\n"


NODE = f"""[Unit]
Description=Converge this node to its document
Wants=network-online.target
After=network-online.target
OnFailure=ohmy-report.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={RUN} apply
TimeoutStartSec=1200

[Install]
WantedBy=multi-user.target
"""

REPORT = f"""[Unit]
Description=Report to the cluster what failed on this node

[Service]
Type=oneshot
ExecStart={RUN} report
TimeoutStartSec=120
"""

LEASE = f"""[Unit]
Description=End this node when the cluster's time to live is over
# The timer rings once: what could not be done then is tried until it is.
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart={RUN} lease
TimeoutStartSec=300
Restart=on-failure
RestartSec=60
"""

# A process that ends when its work is done: no memory is kept for it, and the first to go where there is too little.
CHECKPOINT = f"""[Unit]
Description=Merge the NameNode's edits into its image where that is due

[Service]
Type=oneshot
User=hdfs
@ENVIRONMENT@
ExecStart={RUN} checkpoint
TimeoutStartSec=2000
Nice=10
OOMScoreAdjust=500
"""

CHECKPOINT_TIMER = """[Unit]
Description=Look whether the NameNode's edits want a checkpoint
PartOf=hadoop-namenode.service

[Timer]
OnActiveSec=10min
OnUnitInactiveSec=10min
"""

FOLLOW = f"""[Unit]
Description=Follow the job %i
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=exec
User=hadoop
Environment="JAVA_HOME=@JAVA@" "HADOOP_CONF_DIR=/etc/hadoop" "HADOOP_LOG_DIR=/var/lib/ohmy/jobs/%i" "LANG=C.UTF-8"
Environment="HADOOP_OPTIONAL_TOOLS={TOOLS}"
ExecStart={RUN} follow /var/lib/ohmy/jobs/%i
Restart=on-failure
RestartSec=1
SuccessExitStatus=143
TimeoutStopSec=30
KillMode=mixed
"""


SPOT = f"""[Unit]
Description=Wait for the notice that EC2 takes this instance back
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={RUN} spot
Restart=on-failure
RestartSec=5
"""


def lease_timer(deadline: int) -> str:
    """Return the timer that reads the lease at ``deadline`` (seconds since 1970), or soon after a later boot."""
    return (
        "[Unit]\nDescription=The cluster's time to live\n\n"
        f"[Timer]\nOnCalendar=@{deadline}\nPersistent=true\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n"
    )


def units(
    running: t.Mapping[str, int | None],
    java_home: str,
    quick: bool,
    role: str,
    mounts: t.Sequence[str] = (),
    spot: bool = False,
) -> dict[str, str]:
    """Return the text of every unit of a node by its file name; ``running`` maps daemons to their heaps, see ``environment``.

    :param spot: whether the node may be a spot instance; the NodeManager then brings along who watches for the notice.
    """
    found = {}
    for name, heap in running.items():
        wants = " ohmy-spot.service" if spot and name == "nodemanager" else ""
        found[f"hadoop-{name}.service"] = daemon(name, java_home, heap, quick, mounts, wants)
    found.update({"ohmy-node.service": NODE, "ohmy-report.service": REPORT, "ohmy-lease.service": LEASE})
    if spot:
        found["ohmy-spot.service"] = SPOT
    if "namenode" in running:
        own = environment("checkpoint", java_home, running["namenode"], quick)
        lines = "\n".join(f'Environment="{key}={value}"' for key, value in own.items())
        found["ohmy-checkpoint.service"] = CHECKPOINT.replace("@ENVIRONMENT@", lines)
        found["ohmy-checkpoint.timer"] = CHECKPOINT_TIMER
    if role == "master":
        found["ohmy-follow@.service"] = FOLLOW.replace("@JAVA@", java_home)
    return found
