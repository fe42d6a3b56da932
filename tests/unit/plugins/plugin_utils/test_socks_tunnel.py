# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tunnel beside a program that plays ssh: what it is asked, and what is left on the disk."""

from __future__ import annotations

import os
import socket

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import private_folders, tunnel
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import socks_tunnel

# Makes the file of its socket, and answers as long as that is there.
SSH = """#!/bin/bash
printf '%s\\n' "$*" >> "$0.log"
words=("$@")
for at in "${!words[@]}"; do [ "${words[$at]}" = -S ] && socket=${words[$((at + 1))]}; done
case "$*" in
*"-O check"*) [ -e "$socket" ] ;;
*"-O exit"*) rm "$socket" ;;
*refused*) echo "admin@refused: Permission denied (publickey)." >&2; exit 255 ;;
*) touch "$socket" ;;
esac
"""


@pytest.fixture(name="folder")
def fixture_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(private_folders, "LONGEST_RUNTIME_DIR", len(str(tmp_path)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / f"ohmy-{os.getuid()}"


@pytest.fixture(name="run")
def fixture_run(tmp_path, monkeypatch, folder):
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(SSH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    def run(*words, wanted=True, port=None, check=False):
        told = socks_tunnel.run(str(folder / "x-ui"), wanted, lambda: list(words), port, check)
        log = tmp_path / "bin" / "ssh.log"
        return told, log.read_text() if log.exists() else ""

    return run


def test_open_again_and_close(run, folder):
    words = ["-F", "config", "master"]
    check, log = run(*words, check=True)
    assert check["changed"] and check["actions"] == ["open tunnel"] and not log and not folder.exists()
    first, log = run(*words)
    port = first["port"]
    assert first["changed"] and first["proxy"] == f"socks5h://127.0.0.1:{port}", first
    assert f"-f -N -S {folder}/x-ui -D 127.0.0.1:{port} " in log and "ExitOnForwardFailure=yes" in log, log
    assert log.rstrip().endswith(" -F config master"), log
    assert os.stat(folder).st_mode & 0o777 == 0o700
    again, _log = run(*words)
    assert again["changed"] is False and again["port"] == port and set(again) == set(first)
    closed, _log = run(wanted=False)
    assert closed["changed"] and closed["port"] is None and os.listdir(folder) == []
    assert run(wanted=False)[0]["changed"] is False


def test_another_port_takes_the_place_of_the_first(run):
    run("master")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
        with pytest.raises(OhmyError, match=f"Port {free} is in use"):
            run("master", port=free)
    told, log = run("master", port=free)
    assert told["port"] == free and f"127.0.0.1:{free}" in log, told


def test_what_ssh_says_is_told(run):
    with pytest.raises(OhmyError, match=r"Permission denied \(publickey\).*authorize"):
        run("refused")


def test_ssh_is_called_as_ansible_calls_it():
    options = {
        "host": "192.0.2.5",
        "port": 2222,
        "remote_user": "admin",
        "private_key_file": "/home/me/my key",
        "host_key_checking": True,
        "ssh_common_args": "-F '/home/me/a b/ssh_config'",
        "ssh_extra_args": "",
    }
    told = "-p|2222|-l|admin|-i|/home/me/my key|-F|/home/me/a b/ssh_config|192.0.2.5"
    assert socks_tunnel.words(options.get) == told.split("|")
    bare = {"host": "h", "host_key_checking": False}
    assert socks_tunnel.words(bare.get) == ["-o", "StrictHostKeyChecking=no", "h"]
    keys = "-o StrictHostKeyChecking=yes -o 'UserKnownHostsFile=\"/a b\"' -o ControlPersist=30m"
    lax = {**bare, "host_key_checking": True, "ssh_args": keys, "ssh_extra_args": "-o StrictHostKeyChecking=no"}
    told = '-o|StrictHostKeyChecking=yes|-o|UserKnownHostsFile="/a b"|-o|StrictHostKeyChecking=no|h'
    assert socks_tunnel.words(lax.get) == told.split("|")


def test_a_dead_tunnel_is_none(tmp_path):
    (tmp_path / "x").write_text("")
    assert tunnel.alive(str(tmp_path / "x")) is None and tunnel.stop(str(tmp_path / "x")) is False
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["", "../x", "a b", "x" * 90])
def test_what_is_no_name_of_a_tunnel_is_refused(name):
    with pytest.raises(OhmyError, match="cannot be a tunnel's"):
        socks_tunnel.place(name)
    assert socks_tunnel.place("own-demo-ui").endswith("/own-demo-ui")


def test_a_folder_that_cannot_be_made_is_named(run, folder):
    folder.write_text("in the way\n")
    with pytest.raises(OhmyError, match=f"cannot be kept in {folder}: .*exists.*XDG_RUNTIME_DIR"):
        run("master")
