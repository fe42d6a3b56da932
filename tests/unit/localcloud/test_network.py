# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address plan, names and records of a cloud."""

from __future__ import annotations

import json
import os
import pathlib
import stat

import pytest

from localcloud import image, lifetime, network, process
from localcloud.paths import State
from localcloud.shell import LocalCloudError, run


def test_candidates_follow_from_the_path_and_cover_the_range():
    first = network.candidates("/a/var/localcloud")
    assert first == network.candidates("/a/var/localcloud")
    assert first != network.candidates("/b/var/localcloud")
    assert sorted(first) == sorted(f"10.{x}.0.0/16" for x in range(64, 191))


def test_choose_takes_the_first_that_overlaps_nothing():
    wanted = ["10.70.0.0/16", "10.71.0.0/16", "10.72.0.0/16"]
    assert network.choose(wanted, []) == "10.70.0.0/16"
    assert network.choose(wanted, ["10.70.3.0/24", "10.71.0.5", "192.168.0.0/16"]) == "10.72.0.0/16"
    with pytest.raises(LocalCloudError, match="overlap routes"):
        network.choose(wanted, ["10.0.0.0/8"])


def test_routes_leave_out_default_and_loopback():
    entries = [{"dst": "default"}, {"dst": "10.1.0.0/16"}, {"type": "local", "dst": "127.0.0.1"}, {"dst": "192.0.2.7"}]
    assert network.routes(json.dumps(entries)) == ["10.1.0.0/16", "192.0.2.7"]
    assert network.routes("") == []


def test_vpc_plan():
    vpc = network.Vpc("10.70.0.0/16")
    assert (vpc.gateway, vpc.router, vpc.subnet) == ("10.70.0.1", "10.70.0.2", "10.70.0.0/20")
    assert vpc.gateway_mac == "02:00:0a:46:00:01"


def test_names_differ_by_state_directory(tmp_path):
    one, two = State.at(tmp_path / "one"), State.at(tmp_path / "two")
    assert one.hash6 != two.hash6 and len(one.hash6) == 6
    assert one.network == f"ohmy-{one.hash6}"
    assert one.container("i-1") == f"ohmy-{one.hash6}-i-1"
    assert State.at(os.path.relpath(tmp_path / "one")) == one
    assert State.at(None).root == pathlib.Path(network.__file__).resolve().parents[1] / "var" / "localcloud"


def test_recipe_digest_follows_names_modes_and_contents(tmp_path):
    (tmp_path / "packages.txt").write_text("a\n")
    first = image.digest(tmp_path)
    (tmp_path / "ignored.py").write_text("")
    assert image.digest(tmp_path) == first
    (tmp_path / "packages.txt").chmod(0o755)
    second = image.digest(tmp_path)
    (tmp_path / "packages.txt").write_text("b\n")
    assert len({first, second, image.digest(tmp_path)}) == 3
    assert image.ami_id(first) == "ami-" + first[:17]


def test_image_is_not_built_when_it_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(image, "exists", lambda digest: True)
    monkeypatch.setattr(image, "run", lambda *a, **k: pytest.fail("nothing is to be run"))
    assert image.ensure(tmp_path, print) == image.digest()


def test_failed_build_leaves_no_archive(tmp_path, monkeypatch):
    def fail(argv, timeout):
        pathlib.Path(argv[-1]).write_text("half")
        raise LocalCloudError("no")

    monkeypatch.setattr(image, "exists", lambda digest: False)
    monkeypatch.setattr(image, "run", fail)
    with pytest.raises(LocalCloudError):
        image.ensure(tmp_path, lambda text: None)
    assert list(tmp_path.iterdir()) == []


def test_process_is_known_by_number_and_start(tmp_path):
    record = process.own_record()
    assert process.alive(record)
    assert not process.alive({**record, "start_time": record["start_time"] + 1})
    assert not process.alive({})
    assert process.read(tmp_path / "absent") == {}
    (tmp_path / "broken").write_text("{")
    assert process.read(tmp_path / "broken") == {}
    process.end({**record, "start_time": record["start_time"] + 1})  # somebody else's number: left alone


def test_run_says_what_failed():
    assert run(["cat"], stdin="in") == "in"
    with pytest.raises(LocalCloudError, match=r"failed with 3: a \| b"):
        run(["sh", "-c", "echo a >&2; echo b >&2; exit 3"])
    with pytest.raises(LocalCloudError, match="not installed"):
        run(["no-such-command-at-all"])
    with pytest.raises(LocalCloudError, match="did not end"):
        run(["sleep", "5"], timeout=0.1)


def test_who_called_sudo_enters_the_folders_whatever_roots_umask(tmp_path):
    state = State(tmp_path / "var" / "localcloud")
    before = os.umask(0o077)
    try:
        with lifetime.locked(state):
            pass
    finally:
        os.umask(before)
    assert {stat.S_IMODE(one.stat().st_mode) for one in (state.root.parent, state.root)} == {0o755}
