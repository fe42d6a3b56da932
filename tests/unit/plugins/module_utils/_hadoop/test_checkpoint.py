# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the NameNode's edits are merged, and how its image is saved."""

from __future__ import annotations

import subprocess
import types
import urllib.parse

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import checkpoint
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.checkpoint import Edits

from .stub_server import serve

NOW = 1_000_000


@pytest.mark.parametrize(
    ("edits", "conf", "due"),
    [
        (Edits(1_000_000, 0, NOW), {}, True),
        (Edits(999_999, 0, NOW - 3599), {}, False),
        (Edits(1000, 0, NOW - 3600), {}, True),
        (Edits(999, 0, 0), {}, False),  # a quiet HDFS wants no process every hour
        (Edits(500, 0, NOW), {"dfs.namenode.checkpoint.txns": "500"}, True),
        (Edits(5000, 0, NOW - 61), {"dfs.namenode.checkpoint.period": "60s"}, True),
        (Edits(5000, 0, NOW - 3600), {"dfs.namenode.checkpoint.period": "2h"}, False),
        (Edits(5000, 0, NOW - 3600), {"dfs.namenode.checkpoint.period": "often"}, True),
    ],
)
def test_due_is_what_hadoops_own_properties_say(edits, conf, due):
    assert edits.due(conf, NOW) is due


def test_safe_mode_is_left_whatever_happens_but_where_it_was_before(monkeypatch):
    monkeypatch.setattr(checkpoint, "look", lambda conf: Edits(1, 7, 5.0))
    monkeypatch.setattr(checkpoint.time, "time", lambda: NOW)
    done = []
    assert checkpoint.save({}, False, done.append) == Edits(1, 7, NOW)
    assert done == ["-safemode enter", "-saveNamespace", "-safemode leave"]
    done.clear()
    checkpoint.save({}, True, done.append)
    assert done == ["-saveNamespace"]
    done.clear()

    def full(option):
        done.append(option)
        if option == "-saveNamespace":
            raise OhmyError("No space left on device")

    with pytest.raises(OhmyError, match="No space"):
        checkpoint.save({}, False, full)
    assert done[-1] == "-safemode leave"


@pytest.fixture(name="timer")
def fixture_timer(monkeypatch):
    """The timer's work with edits before and after, and what was started."""

    def run(before, after, outcome=0):
        edits, started = [before, after], []

        def start(command, timeout, check):
            started.append(command)
            if outcome is None:
                raise subprocess.TimeoutExpired(command, timeout)
            return types.SimpleNamespace(returncode=outcome)

        monkeypatch.setattr(checkpoint, "look", lambda conf: edits.pop(0))
        monkeypatch.setattr(checkpoint.doors, "read_conf", lambda: {"dfs.namenode.checkpoint.txns": "100"})
        return checkpoint.main(start), started

    return run


def test_nothing_is_started_where_none_is_due(timer):
    assert timer(Edits(99, 0, 0), None) == (0, [])


def test_the_edits_are_merged_where_it_is_due(timer):
    code, started = timer(Edits(100, 0, 5), Edits(1, 101, 5))
    assert code == 0 and started[0][-2:] == ["-checkpoint", "force"]


@pytest.mark.parametrize("outcome", [0, 1, None])
def test_a_checkpoint_that_made_no_image_failed_whatever_its_process_says(timer, outcome):
    assert timer(Edits(100, 0, 5), Edits(101, 0, 5), outcome)[0] == 1


def test_the_namenode_is_asked_over_http_for_what_holds_now():
    journal = '{"LastAppliedOrWrittenTxId":"107","MostRecentCheckpointTxId":"100"}'
    beans = {
        "FSNamesystem": {"TransactionsSinceLastCheckpoint": 99, "LastCheckpointTime": 5000},
        "NameNodeInfo": {"JournalTransactionInfo": journal},
    }

    def tell(_method, path, _body):
        return 200, {"beans": [beans[urllib.parse.unquote(path).rpartition("=")[2]]]}

    with serve(tell) as stub:
        conf = {"fs.defaultFS": "hdfs://10.0.0.5:8020", "dfs.namenode.http-address": f"127.0.0.1:{stub.port}"}
        assert checkpoint.look(conf) == Edits(7, 100, 5.0)
    with serve(lambda *_: (200, {"beans": []})) as stub, pytest.raises(OhmyError, match="does not tell of its edits"):
        checkpoint.look({**conf, "dfs.namenode.http-address": f"127.0.0.1:{stub.port}"})
