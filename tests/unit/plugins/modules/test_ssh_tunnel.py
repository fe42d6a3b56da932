# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ssh_tunnel`` beside a program that plays ssh: what it is asked, and what is left on the disk."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import tunnel
from ansible_collections.ohmy.hadoop.plugins.modules import ssh_tunnel

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


@pytest.fixture(name="run")
def fixture_run(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(SSH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    def run(check=False, **params):
        args = {"control_path": str(tmp_path / "s" / "x-ui"), "_ansible_check_mode": check, **params}
        out = io.StringIO()
        with patch_module_args(args), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            ssh_tunnel.main()
        log = tmp_path / "bin" / "ssh.log"
        return json.loads(out.getvalue()), log.read_text() if log.exists() else ""

    return run


def test_open_again_and_close(run, tmp_path):
    words = ["-F", "config", "master"]
    check, log = run(True, arguments=words)
    assert check["changed"] and check["actions"] == ["open tunnel"] and not log and not (tmp_path / "s").exists()
    first, log = run(arguments=words, common_arguments="-o 'UserKnownHostsFile=/a b'")
    port = first["port"]
    assert first["changed"] and first["proxy"] == f"socks5h://127.0.0.1:{port}", first
    assert f"-f -N -S {tmp_path}/s/x-ui -D 127.0.0.1:{port} " in log and "ExitOnForwardFailure=yes" in log, log
    assert log.rstrip().endswith("-o UserKnownHostsFile=/a b -F config master"), log
    assert os.stat(tmp_path / "s").st_mode & 0o777 == 0o700
    again, _log = run(arguments=words)
    assert again["changed"] is False and again["port"] == port and set(again) == set(first)
    closed, _log = run(state="absent")
    assert closed["changed"] and closed["port"] is None and os.listdir(tmp_path / "s") == []
    assert run(state="absent")[0]["changed"] is False


def test_another_port_takes_the_place_of_the_first(run):
    run(arguments=["master"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
        told, _log = run(arguments=["master"], port=free)
        assert told.get("failed") and f"Port {free} is in use" in told["msg"], told
    told, log = run(arguments=["master"], port=free)
    assert told["port"] == free and f"127.0.0.1:{free}" in log, told


def test_what_ssh_says_is_told(run):
    told, _log = run(arguments=["refused"])
    assert told.get("failed") and "Permission denied (publickey)" in told["msg"] and "authorize" in told["msg"], told
    told, _log = run()
    assert told.get("failed") and "arguments" in told["msg"], told


def test_a_dead_tunnel_is_none(tmp_path):
    (tmp_path / "x").write_text("")
    assert tunnel.alive(str(tmp_path / "x")) is None and tunnel.stop(str(tmp_path / "x")) is False
    assert not (tmp_path / "x").exists()
