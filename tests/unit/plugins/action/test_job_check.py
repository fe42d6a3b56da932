# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller tells the master of a job's programs."""

from __future__ import annotations

import zipfile

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import job_check

from .fakes import make_action


@pytest.fixture(name="act")
def fixture_act(monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})

    def act(**args):
        action = make_action(job_check.ActionModule, args, lambda _name, given: {"given": given})
        return action.run(task_vars={})

    return act


def test_the_needs_of_programs_travel_in_their_place(act, tmp_path):
    (tmp_path / "m.py").write_text("import numpy, packed, helper\n")
    with zipfile.ZipFile(tmp_path / "helper.zip", "w") as archive:
        archive.writestr("packed/__init__.py", "")
    files, archives = [{"src": str(tmp_path / "m.py")}], [{"src": str(tmp_path / "helper.zip")}]
    given = act(mapper="python3 m.py", files=files, archives=archives)["given"]
    assert given["needs"]["programs"] == [{"name": "python3", "where": "The mapper", "interpreter": True}]
    assert [one["name"] for one in given["needs"]["modules"]] == ["numpy"]
    assert given["files"] == files and given["mapper"] == "python3 m.py"


def test_a_file_that_is_not_there_is_named(act, tmp_path):
    result = act(mapper="python3 m.py", files=[{"src": str(tmp_path / "m.py")}])
    assert result["failed"] and f"{tmp_path}/m.py: No such file" in result["msg"]
    assert "has no src" in act(mapper="cat", files=["m.py"])["msg"]


def test_warnings_are_shown_and_errors_are_left_to_the_failure(monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    found = [
        {"id": "queue-unknown", "severity": "error", "text": "E.", "hint": "e."},
        {"id": "room-tight", "severity": "warning", "text": "W.", "hint": "w."},
    ]
    action = make_action(job_check.ActionModule, {"mapper": "cat"}, [{"failed": True, "findings": found}])
    assert action.run(task_vars={})["findings"] == found
    assert action.display.shown == ["Warning: W. w."]
