# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: names that are none, what is lacking, and one line where one cannot be had."""

from __future__ import annotations

import subprocess
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import apt as apt_part
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import dnf as dnf_part
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import packages


@pytest.mark.parametrize(
    "name", ["vim", "g++", "libstdc++6", "python3.11", "0ad", "python3-PyYAML", "a1=1:2.3-4+deb12u1~bpo", "x-y"]
)
def test_names(name):
    assert packages.check([name]) == [name]


@pytest.mark.parametrize(
    "name",
    ["", "v", "vim-", "-y", "--purge", "a b", "a;b", "../a.deb", "./a", "a=", "a=-1", "a/b", 7, None, "a\n"],
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(OhmyError, match="is no name of a package"):
        packages.check(["vim", name])


def test_no_packages():
    assert packages.check(None) == packages.check([]) == []
    assert packages.installed([]) == {}
    with pytest.raises(OhmyError, match="no list"):
        packages.check("vim")


def test_what_is_installed_is_asked_of_dpkg(monkeypatch):
    out = "vim installed 2:9.0\nnano config-files 7.2\nlibc6 installed 2.36\nlibc6 installed 2.36\n"
    asked = []

    def run(argv, **_more):
        asked.append(argv)
        return types.SimpleNamespace(returncode=1, stdout=out, stderr="no packages found matching nope")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(packages, "manager", lambda: apt_part)
    found = packages.installed(["vim=2:9.0", "nano", "nope", "libc6"])
    assert found == {"vim=2:9.0": "2:9.0", "nano": None, "nope": None, "libc6": "2.36"}
    assert asked[0][-4:] == ["vim", "nano", "nope", "libc6"]


def test_what_is_lacking():
    have = {"vim": "2:9.0", "nano": None, "jq=1.6": "1.6", "lzop=1.05": "1.04"}
    assert packages.lacking(["vim", "nano", "jq=1.6", "lzop=1.05"], have) == ["nano", "lzop=1.05"]


@pytest.fixture
def apt(monkeypatch):
    """An apt that answers from a table of verb → error lines, and what it was asked."""
    here = types.SimpleNamespace(broken={}, asked=[], names="")

    def run(argv, what, _seconds=0):
        here.asked.append(argv)
        verb = next(word for word in argv if word in ("update", "install", "pkgnames"))
        if verb in here.broken:
            lines = here.broken[verb]
            raise OhmyError(f"Could not {what}: {' / '.join(lines)}", lines=lines)
        return here.names

    monkeypatch.setattr(apt_part, "run", run)
    monkeypatch.setattr(packages, "manager", lambda: apt_part)
    return here


def test_all_are_installed_at_once_and_no_question_is_asked(apt):
    packages.install(["vim", "jq=1.6"])
    assert [argv[-1] for argv in apt.asked] == ["update", "jq=1.6"]
    assert "DEBIAN_FRONTEND=noninteractive" in apt.asked[1] and "Dpkg::Options::=--force-confold" in apt.asked[1]


def test_one_line_names_the_package_and_the_reason(apt):
    apt.broken["install"] = ["Reading package lists...", "E: Unable to locate package vimm", "E: and more"]
    with pytest.raises(OhmyError) as caught:
        packages.install(["jq", "vimm"])
    assert caught.value.message == "package vimm: E: Unable to locate package vimm"
    assert "/etc/apt" in caught.value.hint


def test_another_version_is_named(apt):
    apt.broken["install"] = ["E: Version '1.0' for 'jq' was not found"]
    with pytest.raises(OhmyError, match="^package jq=1.0: E: Version '1.0' for 'jq' was not found"):
        packages.install(["vim", "jq=1.0"])


def test_a_mirror_out_of_reach_matters_only_where_it_is_needed(apt):
    apt.broken["update"] = ["E: Could not connect"]
    packages.install(["vim"])
    apt.broken["install"] = ["E: Unable to locate package vim"]
    with pytest.raises(OhmyError, match="^package vim: .*Could not read the package lists: E: Could not connect"):
        packages.install(["vim"])


def test_a_name_with_a_dot_is_no_pattern(apt):
    apt.names = "python3.11\npython3.11-minimal\n"
    packages.install(["python3.11"])
    with pytest.raises(OhmyError, match="^package python3.1: E: Unable to locate package python3.1"):
        packages.install(["python3.1"])
    assert apt.asked[-1][-2:] == ["pkgnames", "python3.1"]


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("openjdk-17-jre-headless", "/usr/lib/jvm/java-17-openjdk-amd64"),
        ("openjdk-11-jdk", "/usr/lib/jvm/java-11-openjdk-amd64"),
        ("default-jre-headless", "/usr/lib/jvm/default-java"),
        ("temurin-17-jre", "/usr/lib/jvm/temurin-17-jre-amd64"),
        ("java-17-amazon-corretto-headless", "/usr/lib/jvm/java-17-amazon-corretto.x86_64"),
        ("java-17-amazon-corretto", "/usr/lib/jvm/java-17-amazon-corretto.x86_64"),
        ("zulu17", None),
    ],
)
def test_where_a_package_s_java_is(package, home):
    assert packages.java_home(package, "amd64") == home


def test_a_java_that_cannot_be_run_is_none(tmp_path):
    (tmp_path / "home/bin").mkdir(parents=True)
    java = tmp_path / "home/bin/java"
    assert not packages.has_java("/home", str(tmp_path))
    java.write_text("")
    java.chmod(0o755)
    assert packages.has_java("/home", str(tmp_path))


@pytest.fixture
def rpm(monkeypatch):
    """A dnf that answers from a table of verb → error lines, and what it was asked."""
    here = types.SimpleNamespace(broken={}, asked=[], missing=())

    def run(argv, what, _seconds=0):
        here.asked.append(argv)
        if argv[0] == "sh":
            return "missing     /usr/lib/jvm/x\n" if argv[-1] in here.missing else "S.5....T.  c /etc/x\n"
        verb = next(word for word in argv if word in ("makecache", "install", "reinstall"))
        if verb in here.broken:
            lines = here.broken[verb]
            raise OhmyError(f"Could not {what}: {' / '.join(lines)}", lines=lines)
        return ""

    monkeypatch.setattr(dnf_part, "run", run)
    monkeypatch.setattr(packages, "manager", lambda: dnf_part)
    return here


def test_what_is_installed_is_asked_of_rpm(rpm, monkeypatch):
    out = "vim-enhanced installed 9.0-1.amzn2023\npackage nope is not installed\nkernel installed 6.1-1\nkernel installed 6.1-2\n"
    monkeypatch.setattr(
        subprocess, "run", lambda _argv, **_more: types.SimpleNamespace(returncode=1, stdout=out, stderr="")
    )
    found = packages.installed(["vim-enhanced=9.0-1.amzn2023", "nope", "kernel"])
    assert found == {"vim-enhanced=9.0-1.amzn2023": "9.0-1.amzn2023", "nope": None, "kernel": "6.1-2"}


def test_dnf_takes_versions_with_a_dash_and_is_asked_no_question(rpm):
    packages.install(["vim-enhanced", "jq=1.6-1.amzn2023"])
    assert rpm.asked[1][-3:] == ["install", "vim-enhanced", "jq-1.6-1.amzn2023"] and "-y" in rpm.asked[1]
    assert len([argv for argv in rpm.asked if "reinstall" in argv]) == 0
    rpm.missing = ("jq",)
    packages.install(["jq=1.6-1.amzn2023"])
    assert rpm.asked[-1][-2:] == ["reinstall", "jq"]


@pytest.mark.parametrize(
    "lines",
    [
        ["No match for argument: vimm", "Error: Unable to find a match: vimm"],
        ["Error: Unable to find a match: vimm"],
    ],
)
def test_dnf_s_reason_names_the_package(rpm, lines):
    rpm.broken["install"] = lines
    with pytest.raises(OhmyError) as caught:
        packages.install(["jq", "vimm"])
    assert caught.value.message == f"package vimm: {lines[0]}" and "/etc/yum.repos.d" in caught.value.hint


def test_a_system_without_a_known_manager(tmp_path):
    with pytest.raises(OhmyError, match="on an unknown system. Nodes need one of Debian, Ubuntu, Amazon Linux"):
        packages.manager(str(tmp_path))
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text('ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n')
    with pytest.raises(OhmyError, match="on Alpine Linux v3.20"):
        packages.manager(str(tmp_path))
    (tmp_path / "etc/os-release").write_text('ID=rocky\nID_LIKE="rhel centos fedora"\n')
    assert packages.manager(str(tmp_path)) is dnf_part


def test_a_name_alone_is_no_list_of_packages():
    with pytest.raises(OhmyError, match="no list"):
        packages.check("lzop")


def test_a_manager_that_cannot_be_asked_is_named(monkeypatch):
    def missing(*_arguments, **_more):
        raise FileNotFoundError(2, "No such file or directory", "dpkg-query")

    monkeypatch.setattr(packages.subprocess, "run", missing)
    monkeypatch.setattr(packages, "manager", lambda: apt_part)
    with pytest.raises(OhmyError, match="installed packages cannot be read: .*dpkg-query"):
        packages.installed(["lzop"])
