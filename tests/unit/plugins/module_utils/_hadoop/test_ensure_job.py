# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import follower_unit, jobs
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.ensure_job import ensure_job, plan_job, spooled_files
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir, fresh_status

SPEC = {
    "schema": 1,
    "id": "j1",
    "kind": "streaming",
    "name": "j",
    "fingerprint": "f1",
    "output": "/jobs/j1/out",
    "files": ["m.py"],
}


def status(state, following=False):
    return {"id": "j1", "state": state, "following": following}


@pytest.mark.parametrize(
    ("have", "whole", "force", "actions"),
    [
        (None, True, False, ["start j1"]),
        (status("starting", True), True, False, []),
        (status("running", True), True, False, []),
        (status("running", True), True, True, []),
        (status("running", False), True, False, ["start j1"]),
        (status("succeeded"), True, False, []),
        (status("succeeded"), False, False, ["start j1"]),
        (status("succeeded"), True, True, ["remove the result of j1", "start j1"]),
        (status("failed"), True, False, ["start j1"]),
        (status("killed"), True, False, ["start j1"]),
    ],
)
def test_what_is_done_about_a_job(have, whole, force, actions):
    assert [str(step) for step in plan_job(SPEC, have, [], whole, force).steps] == actions


def test_another_job_under_the_same_id_is_refused():
    with pytest.raises(OhmyError, match="mapper differs"):
        plan_job(SPEC, status("succeeded"), ["mapper"], True, False)
    with pytest.raises(OhmyError, match="runs on the master"):
        plan_job(SPEC, status("running", True), ["mapper", "input"], True, True)
    assert plan_job(SPEC, status("failed"), ["mapper"], True, True).steps


class FakeHdfs:
    def __init__(self):
        self.there = {"/jobs/j1/out", "/jobs/j1/.out.fingerprint"}

    def status(self, path):
        return {"type": "FILE"} if path in self.there else None

    def read(self, path, limit):
        return b"f1"

    def delete(self, path, recursive=False):
        self.there.discard(path)
        return True


@pytest.fixture(name="master")
def fixture_master(tmp_path, monkeypatch):
    """A master's directory of jobs; starting a unit writes a status as a follower does."""
    root, started = tmp_path / "jobs", []

    class Master:
        hdfs = FakeHdfs()
        running = False
        calls = started

        def run(self, spec=None, whole=True, files=True, **options):
            (tmp_path / "m.py").write_text("print(1)")
            given = {"m.py": str(tmp_path / "m.py")} if files else {}
            return ensure_job(spec or SPEC, given, self.hdfs, lambda: whole, root=str(root), **options)

        def end(self, state):
            self.running = False
            JobDir.of("j1", str(root)).write("status.json", {**fresh_status(SPEC, 1.0), "state": state})

    master = Master()

    def systemctl(*words, check=True):
        if words[0] == "start":
            started.append(words[-1])
            master.running = True
        return "active" if master.running else "inactive"

    monkeypatch.setattr(follower_unit, "systemctl", systemctl)
    monkeypatch.setattr(jobs, "_give", lambda path, user: None)
    master.root = root
    return master


def test_a_job_starts_once_and_is_attached_to(master):
    result = master.run()
    assert result["changed"] and result["status"]["state"] == "starting" and result["status"]["following"]
    assert (master.root / "j1" / "files" / "m.py").read_text() == "print(1)"
    again = master.run(files=False)
    assert not again["changed"] and master.calls == ["ohmy-follow@j1.service"]


def test_a_finished_job_is_found_finished(master):
    master.run()
    master.end("succeeded")
    result = master.run(files=False)
    assert not result["changed"] and result["status"]["state"] == "succeeded" and len(master.calls) == 1


@pytest.mark.parametrize("state", ["failed", "killed"])
def test_a_failed_job_runs_again_with_the_files_that_are_there(master, state):
    master.run()
    master.end(state)
    result = master.run(files=False)
    assert result["changed"] and result["status"]["state"] == "starting" and len(master.calls) == 2


def test_a_finished_job_whose_output_has_gone_runs_again(master):
    master.run()
    master.end("succeeded")
    result = master.run(files=False, whole=False)
    assert result["changed"] and result["status"]["state"] == "starting" and len(master.calls) == 2


def test_force_replaces_a_finished_job_and_its_own_output(master):
    master.run()
    master.end("succeeded")
    result = master.run(spec={**SPEC, "mapper": "other"}, force=True)
    assert result["changed"] and "/jobs/j1/out" not in master.hdfs.there and len(master.calls) == 2


def test_check_mode_changes_nothing(master):
    result = master.run(check_mode=True)
    assert result["changed"] and result["status"] is None and master.calls == [] and not master.root.exists()


def test_a_job_without_its_programs_does_not_start(master):
    with pytest.raises(OhmyError, match="did not reach"):
        master.run(files=False)
    assert master.calls == [] and not os.path.exists(master.root / "j1")


def test_files_are_verified(tmp_path):
    (tmp_path / "m.py").write_bytes(b"x")
    good = {"name": "m.py", "sha256": hashlib.sha256(b"x").hexdigest()}
    assert spooled_files([good], str(tmp_path)) == {"m.py": str(tmp_path / "m.py")}
    assert spooled_files([good], None) == {}
    with pytest.raises(OhmyError, match="damaged"):
        spooled_files([{**good, "sha256": "0" * 64}], str(tmp_path))
    with pytest.raises(OhmyError, match="did not reach"):
        spooled_files([{**good, "name": "n.py"}], str(tmp_path))
