# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look as Ansible itself runs it: its own action, connection and shell, and the node bundle."""

from __future__ import annotations

import os
import types

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.ohmy.hadoop.plugins.action import streaming_job
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import followed_action
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.bundle import build_bundle


@pytest.fixture(name="action")
def fixture_action(tmp_path, monkeypatch):
    """Have an action on this host, where no job was ever followed, with a bundle of its own."""
    (tmp_path / "node.pyz").write_bytes(build_bundle())
    monkeypatch.setattr(followed_action, "BUNDLE", str(tmp_path / "node.pyz"))
    context = PlayContext()
    connection = connection_loader.get("local", context)
    connection.set_options(direct={"pipelining": True})
    task = types.SimpleNamespace(
        args={}, action="ohmy.hadoop.streaming_job", async_val=0, delegate_to=None, check_mode=0
    )
    return streaming_job.ActionModule(task, connection, context, DataLoader(), None, None)


def test_the_bundle_answers(action):
    if os.geteuid() == 0:
        assert action.look("no-such-job", 0, "some-digest") is None
    else:
        with pytest.raises(followed_action.OhmyError, match="needs root"):
            action.look("no-such-job", 0, None)


def test_where_there_is_no_bundle_the_module_is_asked(action, monkeypatch, tmp_path):
    monkeypatch.setattr(followed_action, "BUNDLE", str(tmp_path / "none.pyz"))
    monkeypatch.setattr(action, "_execute_module", lambda **asked: {"jobs": [], "asked": asked})
    assert action.look("no-such-job", 0, None) is None and action._bundle_is_older
