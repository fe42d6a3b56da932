# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of systems against their own /etc/os-release, and names of images."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import systems
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import packages
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.node_images import find_image

RECORDED = Path(__file__).resolve().parents[3] / "fixtures" / "os_release"
ROOT = Path(__file__).resolve().parents[5]


@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_each_system_is_known_by_its_own_file(name):
    text = (RECORDED / name).read_text("utf-8")
    one, told = systems.SYSTEMS[name], systems.os_release(text)
    assert (told["ID"], told["VERSION_ID"]) == (one.id, one.version)
    assert systems.manager_of(text) == one.manager


@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_each_system_can_be_a_node(name):
    one = systems.SYSTEMS[name]
    assert one.python >= systems.LEAST_PYTHON
    assert packages.check([one.java]) and packages.java_home(one.java, "amd64")
    for architecture in systems.ARCHITECTURES:
        parameter = one.image(architecture)
        assert systems.of_image(f"ssm:{parameter}") is one
        found = find_image(f"ssm:{parameter}")
        assert found is not None and (found.python, found.name) == (one.python, one.title)
    assert one.image("arm64") != one.image("x86_64")


@pytest.mark.parametrize(
    ("wanted", "user"),
    [
        ("debian-12", "admin"),
        ("ubuntu-24.04", "ubuntu"),
        ("amazon-linux-2023", "ec2-user"),
        ("ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "ec2-user"),
        ("ssm:/aws/service/debian/release/12/latest/amd64", "admin"),
        ("ami-0123456789abcdef0", "admin"),
        ("ssm:/my/own", "admin"),
    ],
)
def test_the_login_follows_from_the_image(wanted, user):
    assert systems.user_of(wanted) == user


def test_where_java_s_archive_runs():
    runs = {name for name, one in systems.SYSTEMS.items() if one.runs_archive}
    assert runs == {"debian-12", "debian-13", "ubuntu-24.04"}


def test_the_documentation_has_the_table():
    lines = [f"| {' | '.join(row)} |" for row in systems.rows()]
    page = (ROOT / "docs/systems.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line not in page] == [], "docs/systems.md"


def test_a_system_that_is_not_in_the_table():
    assert systems.manager_of("ID=alpine\nVERSION_ID=3.20\n") is None
    assert systems.manager_of("ID=linuxmint\nID_LIKE='ubuntu debian'\n") == "apt"
    assert systems.manager_of("") is None
