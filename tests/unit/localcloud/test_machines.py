# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers, firewalls, and what the reconciler decides."""

from __future__ import annotations

import pytest

from localcloud import container, firewall, reconciler
from localcloud.firewall import Group, Rule

SPEC = container.Spec(
    "n",
    "i-1",
    "image",
    "net",
    "k=v",
    "10.70.0.4",
    "02:00:00:00:00:01",
    "ip-10-70-0-4",
    "ec2.internal",
    "10.70.0.1",
    2048,
)


@pytest.mark.parametrize(
    "api, created, up, reboot, shown, job",
    [
        ("running", False, False, False, "pending", "start"),
        ("pending", True, False, False, "pending", "start"),
        ("pending", True, True, False, "running", None),
        ("running", True, True, True, "running", "reboot"),
        ("stopped", True, True, False, "stopping", "stop"),
        ("stopping", True, False, False, "stopped", None),
        ("terminated", True, True, False, "shutting-down", "remove"),
        ("shutting-down", False, False, False, "terminated", None),
        ("terminated", False, False, False, "terminated", None),
    ],
)
def test_decide(api, created, up, reboot, shown, job):
    assert reconciler.decide(api, created, up, reboot) == (shown, job)


def test_after_exit():
    assert reconciler.after_exit(container.REBOOTED, "terminate") == "running"
    assert reconciler.after_exit(0, "terminate") == "terminated"
    assert reconciler.after_exit(137, "stop") == "stopped"


@pytest.mark.parametrize(
    "name, mib",
    [("t3.small", 2048), ("t3.medium", 4096), ("m5.large", 8192), ("c5.large", 4096), ("r5.large", 16384)]
    + [("m6i.xlarge", 16384), ("m5.4xlarge", 65536), ("t3.nano", 512), ("odd", 8192)],
)
def test_memory_of_types(name, mib):
    assert container.memory_mib(name) == mib


def test_ulimits_are_an_instances_or_the_highest_there_are():
    assert container.ulimits(container.Powers()) == [
        "--ulimit",
        "nofile=1024:524288",
        "--ulimit",
        "nproc=1048576:1048576",
    ]
    little = container.Powers((), 512, 100)
    assert container.ulimits(little) == ["--ulimit", "nofile=512:512", "--ulimit", "nproc=100:100"]


def test_container_has_no_more_rights_than_named():
    argv = container.create_argv(SPEC, container.Powers(("SYS_BOOT",)))
    assert "--privileged" not in argv
    assert [word for word in argv if word.startswith("--cap-add")] == ["--cap-add=SYS_BOOT"]
    assert argv[argv.index("--ip") + 1] == "10.70.0.4"
    assert [argv[i + 1] for i, word in enumerate(argv) if word == "--volume"] == ["/tmp", "/var/log/journal"]
    assert "--no-hosts" in argv and argv[-2:] == ["image", "/sbin/init"]


def test_filter_table_drops_what_no_rule_allows():
    assert firewall.filter_table([], {}, "10.70.0.1").splitlines() == [
        "*filter",
        ":INPUT DROP [0:0]",
        ":FORWARD DROP [0:0]",
        ":OUTPUT DROP [0:0]",
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "-A OUTPUT -o lo -j ACCEPT",
        "-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "-A OUTPUT -d 10.70.0.1/32 -p tcp --dport 1338 -j ACCEPT",
        "-A OUTPUT -d 10.70.0.1/32 -p udp --dport 53 -j ACCEPT",
        "COMMIT",
    ]


def test_filter_table_of_groups():
    group = Group(
        ingress=(
            Rule("tcp", 22, 22, cidrs=("192.0.2.0/24", "::/0")),
            Rule("-1", groups=("sg-1", "sg-unknown")),
            Rule("udp", 1000, 2000, cidrs=("0.0.0.0/0",)),
            Rule("icmp", -1, -1, cidrs=("0.0.0.0/0",)),
            Rule("icmp", 8, 0, cidrs=("0.0.0.0/0",)),
            Rule("50", cidrs=("0.0.0.0/0",)),
        ),
        egress=(Rule("-1", cidrs=("0.0.0.0/0",)),),
    )
    lines = firewall.filter_table([group, group], {"sg-1": ["10.70.0.5", "10.70.0.4"]}, "10.70.0.1").splitlines()
    assert [line for line in lines if line.startswith("-A INPUT")][2:] == [
        "-A INPUT -s 192.0.2.0/24 -p tcp --dport 22:22 -j ACCEPT",
        "-A INPUT -s 10.70.0.4/32 -j ACCEPT",
        "-A INPUT -s 10.70.0.5/32 -j ACCEPT",
        "-A INPUT -p udp --dport 1000:2000 -j ACCEPT",
        "-A INPUT -p icmp -j ACCEPT",
        "-A INPUT -p icmp --icmp-type 8/0 -j ACCEPT",
        "-A INPUT -p 50 -j ACCEPT",
    ]
    assert lines[-2:] == ["-A OUTPUT -j ACCEPT", "COMMIT"]


def test_nat_table_leads_to_the_metadata_service():
    assert "-d 169.254.169.254/32 -p tcp --dport 80 -j DNAT --to-destination 10.70.0.1:1338" in firewall.nat_table(
        "10.70.0.1"
    )
