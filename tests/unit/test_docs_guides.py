# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides: their variables are taken as they stand, and the job of a repository is read by ansible-pull."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import settings
from tests.documented import documented
from tests.repository import make_repository

PULL = "docs/guides/ansible_pull.md"
JOIN = "docs/guides/join.md"


@pytest.mark.parametrize(
    "page",
    [
        "docs/guides/air_gapped.md",
        "docs/guides/compressed_input.md",
        "docs/guides/image.md",
        "docs/guides/join.md",
        "docs/guides/own_vpc.md",
        "docs/guides/s3_output.md",
        "docs/guides/several_steps.md",
        "docs/guides/spot.md",
    ],
)
def test_the_variables_are_taken(page: str, tmp_path: Path) -> None:
    given = yaml.safe_load(documented(page, "variables"))
    assert settings.unknown_names(given, settings.load_specs(), strict=True) == []
    programs = {} if "job_steps" in given else {"job_mapper": "cat", "job_reducer": "cat"}
    for name in ("count.py", "sum.py", "turn.py", "mapper.py", "reducer.py"):
        (tmp_path / name).write_text("import sys\n")
    _values, problems = settings.settle(
        settings.load_specs(), [(str(tmp_path), {"job_input": ["in.txt"], **programs, **given})]
    )
    assert problems == []


def test_the_documented_programs_join_two_files(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/customers.tsv").write_text("7\tAnn\tRome\n10\tBob\tOslo\n8\tEve\tBonn\n")
    (tmp_path / "data/orders.tsv").write_text("10\tink\n7\tpen\n9\tcup\n7\tcap\n")
    for name in ("mapper", "reducer"):
        (tmp_path / f"{name}.py").write_text(documented(JOIN, name))
    done = subprocess.run(
        ["sh", "-e", "-c", documented(JOIN, "pipe")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "10\tBob\tOslo\tink\n7\tAnn\tRome\tcap\n7\tAnn\tRome\tpen\n", done.stderr


def test_ansible_pull_reads_the_job_of_the_repository(tmp_path: Path) -> None:
    repository, home = tmp_path / "repository", tmp_path / "home"
    repository.mkdir()
    home.mkdir()
    (repository / "run.yml").write_text(documented(PULL, "run.yml"))
    (repository / "job.yml").write_text("---\njob_maper: cat\n")
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_", "XDG_", "GIT_"))
    }
    env |= {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "ANSIBLE_NOCOLOR": "1"}
    make_repository(repository, env)
    command = documented(PULL, "pull").replace("https://git.example.com/wordcount.git", str(repository))
    done = subprocess.run(
        ["bash", "-c", command], cwd=home, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0 and "job_maper" in done.stdout and "job_mapper" in done.stdout, (
        done.stdout + done.stderr
    )
