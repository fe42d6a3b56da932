# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of somebody who reads the README: clone, run the example, then a job of one's own, then the same as on AWS."""

from __future__ import annotations

import os
import shutil
import typing as t
from pathlib import Path

import pytest

from tests.documented import documented

from .support import ROOT, Run

PAGE = "README.md"
CLONED_FROM = "https://github.com/ohmy-hadoop/ohmy.hadoop"
MAPPER = """#!/usr/bin/env python3
import sys
kept = set(open("words.txt").read().split())
for line in sys.stdin:
    for word in line.split():
        if word in kept:
            print(f"{word}\\t1")
"""
REDUCER = """#!/usr/bin/env python3
import itertools, sys
for word, lines in itertools.groupby(sys.stdin, lambda line: line.split("\\t")[0]):
    print(f"{word}\\t{sum(1 for _ in lines)}")
"""
pytestmark = pytest.mark.long


class Reader:
    """Somebody in an empty folder, for whom the address of the project leads to this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.checkout = folder, folder / "ohmy.hadoop"
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "XDG_"))}
        for name in ("PYTHONUNBUFFERED", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            keep.pop(name, None)
        leads_here = {f"url.{ROOT}.insteadOf": CLONED_FROM, "safe.directory": "*"}
        self.env = {
            **keep,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_DATA_HOME": str(folder / "data"),
            "ANSIBLE_NOCOLOR": "1",
            "GIT_CONFIG_COUNT": str(len(leads_here)),
            **{f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(leads_here)},
            **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(leads_here.values())},
        }

    def types(self, text: str, cwd: Path, seconds: float = 1200) -> str:
        """Run commands in a shell and return what they print; they must succeed."""
        run = Run(["bash", "-euo", "pipefail", "-c", text], self.env, cwd)
        assert run.finish(seconds) == 0, run.text
        return run.text


@pytest.fixture(scope="module", name="reader")
def fixture_reader(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Reader]:
    """Have an empty folder; in the end no cloud of the clone's."""
    reader = Reader(tmp_path_factory.mktemp("reader"))
    yield reader
    reader.types("make down", reader.checkout)


@pytest.fixture(scope="module", name="tried")
def fixture_tried(reader: Reader) -> str:
    """Clone and run the example; return what was printed.

    The archives, which take a minute of two processors to make, come from this checkout: set-up finds them made.
    """
    clone, run = documented(PAGE, "try").splitlines()
    reader.types(clone, reader.folder)
    shutil.copytree(ROOT / "build/archives", reader.checkout / "build/archives")
    return reader.types(run, reader.checkout)


def test_the_example_runs_from_a_new_clone(reader: Reader, tried: str) -> None:
    assert f"The answer lies in {reader.checkout}/output/example: 2 files, 610,416 bytes." in tried
    assert len((reader.checkout / "output/example/part-00000").read_bytes().splitlines()) > 6000


def test_a_job_of_ones_own_runs(reader: Reader, tried: str) -> None:
    folder = reader.checkout / "myjob"
    (folder / "data").mkdir(parents=True)
    (folder / "mapper.py").write_text(MAPPER)
    (folder / "reducer.py").write_text(REDUCER)
    (folder / "words.txt").write_text("rose light")
    (folder / "data/a.txt").write_text("a rose is a rose\n")
    (folder / "data/b.txt").write_text("by no light but this light")
    (folder / "job.yml").write_text(documented(PAGE, "job"))
    reader.types(documented(PAGE, "own"), reader.checkout)
    parts = sorted((folder / "output").glob("part-*"))
    assert [path.name for path in parts] == ["part-00000", "part-00001"]
    assert sorted(line for path in parts for line in path.read_text().splitlines()) == ["light\t2", "rose\t2"]


def test_the_same_on_a_profile_of_ones_own(reader: Reader, tried: str) -> None:
    config = (reader.checkout / "var/localcloud/aws-config").read_text()
    (reader.folder / "aws-config").write_text(config.replace("localcloud", "my-profile"))
    reader.env["AWS_CONFIG_FILE"] = str(reader.folder / "aws-config")
    (reader.checkout / "myjob/output/part-00000").unlink()
    printed = reader.types(documented(PAGE, "aws"), reader.checkout)
    assert "Nothing was changed. A run would go through these phases:" in printed
    assert (reader.checkout / "myjob/output/part-00000").is_file()


def test_the_tutorial_begins_where_the_readme_ends(reader: Reader, tried: str) -> None:
    begin = documented("docs/tutorial.md", "begin")
    assert "There is no cluster" in reader.types(f"{begin}ansible-playbook ohmy.hadoop.describe", reader.checkout)
