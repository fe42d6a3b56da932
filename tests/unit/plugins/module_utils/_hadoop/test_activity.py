# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on a cluster, as it is told before a stop."""

from __future__ import annotations

import json

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import activity
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.yarn import ResourceManager

from .stub_server import serve

APP = {"id": "application_1_0001", "name": "words", "user": "hadoop", "state": "RUNNING", "progress": 41.96}


def job(root, name, application, state="running", kind="streaming"):
    (root / name).mkdir()
    (root / name / "spec.json").write_text(json.dumps({"id": name, "name": f"the {name}", "kind": kind}))
    (root / name / "status.json").write_text(json.dumps({"state": state, "application_id": application}))


def test_nothing_runs(tmp_path):
    with serve(lambda *_: (200, {"apps": None})) as stub:
        found = activity.look(ResourceManager("127.0.0.1", stub.port), str(tmp_path))
    assert found == {"applications": [], "jobs": [], "running": []}


def test_applications_and_jobs_that_are_none_are_named_once(tmp_path):
    job(tmp_path, "words", "application_1_0001")
    job(tmp_path, "stage", None, kind="distcp")
    job(tmp_path, "ended", None, "succeeded")
    job(tmp_path, "left", None)
    with serve(lambda *_: (200, {"apps": {"app": APP}})) as stub:
        found = activity.look(ResourceManager("127.0.0.1", stub.port), str(tmp_path), lambda name: name != "left")
        assert "states=NEW%2CNEW_SAVING%2CSUBMITTED%2CACCEPTED%2CRUNNING" in stub.seen[-1][1], stub.seen
    assert [one["id"] for one in found["jobs"]] == ["stage", "words"]
    assert found["running"] == [
        "application_1_0001 (words of hadoop, RUNNING, 42 %)",
        "distcp stage (the stage)",
    ]
