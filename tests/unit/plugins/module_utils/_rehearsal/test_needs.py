# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs need of their nodes, told by their texts."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import module_check
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.needs import needs


@pytest.fixture(name="look")
def fixture_look(tmp_path):
    """Return the needs of a job whose files have these texts; ``commands`` are the mapper's and others'."""

    def look(files, archives=(), cmdenv=None, **commands):
        shipped = []
        for name, text in files.items():
            (tmp_path / name).write_text(text)
            shipped.append({"src": str(tmp_path / name), "name": name})
        return needs(commands, shipped, archives, cmdenv)

    return look


def programs(found):
    return {one["name"]: (one["where"], one["interpreter"]) for one in found["programs"]}


def modules(found):
    return {one["name"]: one["kind"] for one in found["modules"]}


def test_commands_and_first_lines_name_programs(look):
    found = look(
        {"m.py": "#!/usr/bin/env python3\n", "r.pl": "#!/usr/bin/perl -w\n", "c": "#!/bin/sh\n"},
        mapper="m.py -x",
        reducer="./r.pl",
        combiner="sort -u",
    )
    assert programs(found) == {
        "python3": ("The first line of m.py", True),
        "/usr/bin/perl": ("The first line of r.pl", True),
        "sort": ("The combiner", True),
    }


@pytest.mark.parametrize("command", ["aggregate", "org.apache.hadoop.mapred.lib.IdentityReducer", "tools/bin/x", ""])
def test_what_hadoop_or_an_archive_brings_is_not_asked_of_the_nodes(look, command):
    assert look({}, mapper=command) == {"programs": [], "modules": []}


def test_modules_of_shipped_modules_count_and_shipped_ones_do_not(look):
    found = look(
        {"m.py": "import helper, numpy\nimport os.path\n", "helper.py": "from pandas.io import json\nimport helper\n"},
        mapper="python3 m.py",
    )
    assert modules(found) == dict.fromkeys(["numpy", "os", "pandas"], "module-missing")
    where = {one["name"]: one["where"] for one in found["modules"]}
    assert where["numpy"] == "m.py, line 1" and where["pandas"] == "helper.py, line 1"
    assert {one["python"] for one in found["modules"]} == {"python3"}


def test_a_module_that_may_be_needed_is_a_warning(look):
    text = "def f():\n    import numpy\ntry:\n    import ujson as json\nexcept ImportError:\n    import json\n"
    found = look({"m.py": text}, mapper="python3 m.py")
    assert modules(found) == {"numpy": "module-optional", "ujson": "module-optional"}
    assert {one["name"]: one["instead"] for one in found["modules"]} == {"numpy": [], "ujson": ["json"]}


def test_of_two_importers_the_one_that_cannot_do_without_counts(look):
    files = {"m.py": "def f():\n    import numpy\n", "r.py": "import sys\nimport numpy\n"}
    found = look(files, mapper="python3 m.py", reducer="python3 r.py")
    numpy = next(one for one in found["modules"] if one["name"] == "numpy")
    assert (numpy["kind"], numpy["where"]) == ("module-missing", "r.py, line 2")


@pytest.mark.parametrize("text, env", [("import sys\nsys.path.append('/opt/x')\n", {}), ("", {"PYTHONPATH": "lib"})])
def test_a_program_with_places_of_its_own_may_find_more(look, text, env):
    found = look({"m.py": text + "import numpy\n"}, cmdenv=env, mapper="python3 m.py")
    assert modules(found)["numpy"] == "module-unsure"


def test_modules_in_archives_are_not_missed(look, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("lib/inzip/__init__.py", "")
    with tarfile.open(tmp_path / "b.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("intar.py"), io.BytesIO())
    archives = [{"src": str(tmp_path / name), "name": name[0]} for name in ("a.zip", "b.tgz")]
    job = {"m.py": "import inzip, intar, numpy\n"}
    assert modules(look(job, archives, mapper="python3 m.py")) == {"numpy": "module-missing"}
    monkeypatch.setattr(module_check, "ARCHIVE_BYTES", 1)
    assert set(modules(look(job, archives, mapper="python3 m.py")).values()) == {"module-unsure"}


def test_a_module_that_is_run_is_looked_for(look):
    found = look({"own.py": "import numpy\n"}, mapper="python3 -m json.tool", reducer="python3 -m own")
    assert modules(found) == {"json": "module-missing", "numpy": "module-missing"}


def test_a_module_that_an_archive_brings_is_run_without_the_nodes(look, tmp_path):
    with tarfile.open(tmp_path / "tool.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("map.py"), io.BytesIO())
    archives = [{"src": str(tmp_path / "tool.tgz"), "name": "tool"}]
    assert modules(look({}, archives, mapper="python3 -m tool.map")) == {}


def test_a_program_that_is_no_python_is_told_elsewhere(look):
    found = look({"m.py": "print 'x'\n"}, mapper="python3 m.py")
    assert found["modules"] == [] and list(programs(found)) == ["python3"]
