# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interpreters are started and modules looked for, on this machine in place of a node."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import probe
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.probe import Starter


@pytest.fixture(name="place")
def fixture_place(tmp_path):
    """A folder of commands that is all of PATH; python3 is this one."""
    (tmp_path / "python3").symlink_to(sys.executable)
    (tmp_path / "sh").symlink_to(shutil.which("sh"))
    return tmp_path


def script(place, name, text):
    (place / name).write_text(text)
    (place / name).chmod(0o755)


def look(place, programs=(), modules=(), **environment):
    needs = {
        "programs": [{"name": n, "where": w, "interpreter": i} for n, w, i in programs],
        "modules": [
            {"name": n, "python": "python3", "where": "m.py, line 1", "kind": kind, "instead": instead}
            for n, kind, instead in modules
        ],
    }
    return probe.probe(needs, Starter({"PATH": str(place), **environment}, None))


def ids(found):
    return [one["id"] for one in found]


def test_what_is_there_and_starts_is_no_finding(place):
    script(place, "counts", "#!/bin/sh\nexit 3\n")
    programs = [("python3", "The mapper", True), ("sh", "The reducer", True), ("counts", "The combiner", False)]
    assert look(place, programs, [("json", "module-missing", [])]) == []


def test_what_an_interpreter_says_at_its_start_is_passed_over(place):
    (place / "python3").unlink()
    script(place, "python3", f'#!/bin/sh\necho Welcome\nexec {sys.executable} "$@"\n')
    found = look(
        place, [("python3", "The mapper", True)], [("json", "module-missing", []), ("no_such", "module-missing", [])]
    )
    assert [one["evidence"]["module"] for one in found] == ["no_such"]


def test_what_is_not_there_is_told_by_who_asks_for_it(place):
    found = look(place, [("ruby", "The first line of r.rb", True), ("jq", "The mapper", False)])
    assert ids(found) == ["interpreter-absent", "command-absent"]
    assert found[0]["text"] == "The first line of r.rb asks for ruby, which the master lacks."
    assert found[0]["hint"] == "Name ruby in hadoop_packages."
    assert found[1]["text"] == "The mapper runs jq, which the master lacks."


def test_an_interpreter_that_does_not_start_is_told_with_its_words(place, monkeypatch):
    script(place, "perl", "#!/bin/sh\necho cannot open libperl.so >&2\nexit 127\n")
    script(place, "ruby", "#!/no/such/program\n")
    script(place, "lua", "#!/bin/sh\nexec /bin/sleep 60\n")
    found = look(place, [(name, "The mapper", True) for name in ("perl", "ruby")])
    monkeypatch.setattr(probe, "SECONDS", 0.3)  # too little, on a busy machine, for those that end
    found += look(place, [("lua", "The mapper", True)])
    assert ids(found) == ["interpreter-broken"] * 3
    perl, ruby, lua = (one["text"] for one in found)
    assert "ended with 127: cannot open libperl.so" in perl and "No such file" in ruby and "within 0.3 s" in lua


def test_modules_are_found_by_one_start_of_python_and_not_imported(place, tmp_path):
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "has_it.py").write_text("raise SystemExit(9)\n")
    modules = [
        ("has_it", "module-missing", []),
        ("nobodys_one", "module-missing", []),
        ("nobodys_two", "module-optional", []),
        ("nobodys_three", "module-unsure", []),
        ("nobodys_four", "module-optional", ["json"]),
        ("nobodys_five", "module-optional", ["nobodys_six"]),
    ]
    found = look(place, [("python3", "The mapper", True)], modules, PYTHONPATH=str(lib))
    assert {one["evidence"]["module"]: one["id"] for one in found} == {
        "nobodys_one": "module-missing",
        "nobodys_two": "module-optional",
        "nobodys_three": "module-unsure",
        "nobodys_five": "module-optional",
    }
    assert found[0]["text"] == "m.py, line 1: nobodys_one is neither on the master nor shipped."
    assert found[1]["text"].endswith("it fails if this import is reached.")


def test_relative_places_are_the_task_s_own_folder(place, tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text("")
    monkeypatch.chdir(tmp_path)
    wanted = [("beside", "module-missing", [])]
    assert ids(look(place, [("python3", "The mapper", True)], wanted, PYTHONPATH=".")) == ["module-missing"]


def test_programs_see_the_task_s_environment_alone(monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    out, trouble = Starter({"A": "1"}, None).run([shutil.which("env")])
    assert (out, trouble) == ("A=1\n", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_programs_run_as_the_user_of_tasks():
    out, _trouble = Starter({}, "nobody").run([shutil.which("id"), "-un"])
    assert out == "nobody\n"
