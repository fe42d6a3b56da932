# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's command: its answer, its limit of time, and the end of all that it started."""

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._node import commands
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def _no_profile(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))


def test_output_errors_and_code():
    told = commands.run("echo out; echo err >&2; read line || exit 7", 30)
    assert (told["rc"], told["stdout"], told["stderr"], told["timed_out"]) == (7, "out\n", "err\n", False)
    assert commands.run("kill -KILL $$", 30)["rc"] == 137


def test_the_end_of_much_output_is_kept():
    told = commands.run("head -c 200000 /dev/zero | tr '\\0' x; printf '\\377end'", 30)
    assert told["rc"] == 0 and told["stdout"].endswith("x�end") and told["dropped"] == 200004 - commands.MOST_BYTES


def test_the_limit_ends_all_that_it_started(tmp_path):
    begun = time.monotonic()
    line = f"trap '' TERM; sleep 300 & echo $! > {tmp_path}/pid; wait; sleep 300"
    told = commands.run(line, 1)
    assert told["rc"] == commands.TIMED_OUT and told["timed_out"] and time.monotonic() - begun < 20, told
    pid = int((tmp_path / "pid").read_text())

    def gone():
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
                return stream.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    wait_for("the child to end", gone, 10)


def test_what_stays_in_the_background_is_not_waited_for(tmp_path):
    begun = time.monotonic()
    told = commands.run(f"echo done; sleep 60 & echo $! > {tmp_path}/pid", 30)
    os.kill(int((tmp_path / "pid").read_text()), 9)
    assert told["rc"] == 0 and told["stdout"] == "done\n" and time.monotonic() - begun < 20


def test_a_command_that_closes_its_output_is_still_waited_for():
    assert commands.run("exec >&- 2>&-; sleep 0.3; exit 4", 30)["rc"] == 4
    told = commands.run("exec >&- 2>&-; sleep 300", 0.3)
    assert told["rc"] == commands.TIMED_OUT and told["timed_out"]


def test_a_command_that_does_not_listen_is_killed(monkeypatch):
    monkeypatch.setattr(commands, "KILL_SECONDS", 0.2)
    begun = time.monotonic()
    told = commands.run("trap '' TERM; while :; do read -t 1 <> <(:); done", 0.3)
    assert told["timed_out"] and time.monotonic() - begun < 20
