# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: each change behind our back is found, named and repaired, and touches nothing else."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._node import converge, diff, observe, services
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.archives import OPT


def later(path):
    """Change nothing but the time: ctime cannot be set, so wait until it is another."""
    before = os.lstat(path).st_ctime
    while time.time() <= before + 0.02:
        time.sleep(0.01)


def change(text):
    return lambda path: path.write_text(text)


def mask(path):
    path.unlink()
    path.symlink_to("/dev/null")


# What happens to which file or directory, and what is found.
DRIFTS = {
    "a changed site file": ("etc/hadoop/hdfs-site.xml", change("<configuration/>"), "write file"),
    "a removed site file": ("etc/hadoop/core-site.xml", os.unlink, "write file"),
    "a file that is a link": ("etc/hadoop/yarn-site.xml", mask, "write file"),
    "changed rights of a file": ("etc/hadoop/core-site.xml", lambda path: path.chmod(0o644), "own file"),
    "a changed wrapper": ("usr/local/bin/hdfs", change("#!/bin/sh\nexit 1\n"), "write file"),
    "a changed document": ("etc/ohmy/document.json", change("{}"), "write file"),
    "an edited unit": ("etc/systemd/system/hadoop-namenode.service", change("[Service]\n"), "write file"),
    "a removed unit": ("etc/systemd/system/hadoop-namenode.service", os.unlink, "write file"),
    "a masked unit": ("etc/systemd/system/hadoop-namenode.service", mask, "write file"),
    "a unit of ours that is masked": ("etc/systemd/system/ohmy-node.service", mask, "write file"),
    "a removed directory": ("var/lib/hadoop/tmp", os.rmdir, "make directory"),
    "settings that anybody may replace": ("etc/hadoop", lambda path: path.chmod(0o777), "make directory"),
    "changed rights of a directory": ("var/lib/hadoop/name", lambda path: path.chmod(0o755), "make directory"),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_one_drift_is_one_step(document, host, name):
    path, spoil, step = DRIFTS[name]
    host.settle(document)
    assert host.converge(document) == []
    spoil(host.path / path)
    _wish, todo = host.plan(document)
    # Daemons that run were started before, with what they are to have.
    assert [str(each) for each in todo.steps] == [f"{step} /{path}"]
    assert diff.entries(todo)[0]["before"] != diff.entries(todo)[0]["after"]
    assert host.converge(document) == [f"{step} /{path}"]
    assert host.converge(document) == []
    assert not (host.path / path).is_symlink()


@pytest.mark.parametrize(
    ("path", "restarted"),
    [
        ("etc/hadoop/hdfs-site.xml", ["namenode"]),
        ("etc/hadoop/core-site.xml", ["namenode", "resourcemanager", "historyserver"]),
        ("etc/hadoop/mapred-site.xml", ["historyserver"]),
        ("etc/systemd/system/hadoop-resourcemanager.service", ["resourcemanager"]),
        ("usr/local/bin/hdfs", []),
    ],
)
@pytest.mark.parametrize("spoil", [change("another"), os.unlink], ids=["changed", "removed"])
def test_who_was_started_with_the_wrong_file_is_restarted(document, host, path, restarted, spoil):
    host.settle(document)
    spoil(host.path / path)
    later(host.path / path if (host.path / path).exists() else (host.path / path).parent)
    host.started = dict.fromkeys(host.started, time.time())
    _wish, todo = host.plan(document)
    assert [str(step) for step in todo.steps] == [
        f"write file /{path}",
        *(f"restart service hadoop-{name}" for name in restarted),
    ]


def test_a_restart_that_waits_is_not_forgotten(document, host):
    host.settle(document)
    (host.path / "etc/hadoop/hdfs-site.xml").write_text("another")
    host.started = dict.fromkeys(host.started, time.time() + 1)
    wish, todo = host.plan(document)
    pending = converge.hold(todo)
    assert (pending, [str(step) for step in todo.steps]) == (["namenode"], ["write file /etc/hadoop/hdfs-site.xml"])
    services.forget(pending, host.root)  # as apply does first
    converge.prepare(wish, todo, host.root)
    assert host.converge(document) == ["restart service hadoop-namenode"]


@pytest.mark.parametrize("state", ["inactive", "failed", "activating", "unknown"])
def test_a_daemon_that_does_not_run_is_started_alone(document, host, state):
    host.settle(document)
    host.states["hadoop-resourcemanager.service"] = state
    _wish, todo = host.plan(document)
    assert [str(step) for step in todo.steps] == ["start service hadoop-resourcemanager"]
    assert todo.steps[0].old == state


def test_a_lost_archive_is_brought_again_and_what_ran_of_it_restarted(document, host):
    host.settle(document)
    shutil.rmtree(host.path / OPT / os.readlink(host.path / OPT / "hadoop"))
    steps = [str(step) for step in host.plan(document)[1].steps]
    assert steps[0] == "install archive hadoop"
    assert steps[1:] == [f"restart service hadoop-{name}" for name in ("namenode", "resourcemanager", "historyserver")]


@pytest.mark.parametrize("spoil", [os.unlink, mask, lambda path: (path.unlink(), path.symlink_to("elsewhere"))])
def test_a_damaged_link_restarts_nobody(document, host, spoil):
    host.settle(document)
    spoil(host.path / OPT / "java")
    assert [str(step) for step in host.plan(document)[1].steps] == ["install archive java"]


@pytest.mark.parametrize("spoil", [os.unlink, mask])
def test_what_starts_it_at_boot_is_put_back(document, host, spoil):
    host.settle(document)
    spoil(host.path / observe.ENABLED)
    assert host.converge(document) == ["enable service ohmy-node"]
    assert os.readlink(host.path / observe.ENABLED) == observe.ENABLED_TARGET
    assert host.converge(document) == []


def test_what_is_somebody_elses_is_left_alone(document, host):
    host.settle(document)
    for path in ("etc/hadoop/own.xml", "etc/systemd/system/hadoop-namenode.service.d/own.conf", "usr/local/bin/own"):
        (host.path / path).parent.mkdir(parents=True, exist_ok=True)
        (host.path / path).write_text("own")
    assert host.converge(document) == []


def test_a_directory_may_be_a_link_to_a_larger_disk(document, host):
    host.settle(document)
    name = host.path / "var/lib/hadoop/name"
    name.rename(host.path / "disk")
    name.symlink_to(host.path / "disk")
    assert host.converge(document) == []


def test_a_lost_list_of_files_is_written_again(document, host):
    host.settle(document)
    (host.path / observe.MADE).unlink()
    host.converge(document)
    assert "etc/hadoop/core-site.xml" in observe.made(host.root)
