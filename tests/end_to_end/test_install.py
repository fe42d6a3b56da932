# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as its users have it: from its archive, beside ansible-core and boto3 alone, with no checkout near."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

from tests.documented import documented
from tests.repository import make_repository

from .support import ROOT

pytestmark = pytest.mark.long

PAGE = "docs/install.md"
AIR_GAPPED = "docs/guides/air_gapped.md"
PULL = "docs/guides/ansible_pull.md"
MAPPER = """#!/usr/bin/env python3
import sys
for line in sys.stdin:
    for word in line.split():
        print(f"{word}\\t1")
"""
REDUCER = """#!/usr/bin/env python3
import itertools, sys
for word, lines in itertools.groupby(sys.stdin, lambda line: line.split("\\t")[0]):
    print(f"{word}\\t{sum(1 for _ in lines)}")
"""
ANSWER = "light\t3\nno\t1\nupon\t1\n"
# The steps of the tutorial at which something is typed on the controller, in its order.
STEPS = (
    *("preflight", "launch", "configure", "describe", "login", "stage"),
    *("ui", "run", "fetch", "terminate", "run_job"),
)


class User:
    """Somebody with a home, a folder for a job, and the system's own programs."""

    def __init__(self, cloud: t.Any, home: Path) -> None:
        self.home, self.folder = home, home / "word count"
        keep = {key: value for key, value in cloud.env.items() if not key.startswith(("ANSIBLE_", "XDG_", "PYTHON"))}
        keep.pop("VIRTUAL_ENV", None)
        self.env = {
            **keep,
            "HOME": str(home),
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "PIP_CONSTRAINT": locked(home),
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", os.path.expanduser("~/.cache/pip")),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "ANSIBLE_NOCOLOR": "1",
        }

    def types(self, name: str, cwd: Path | None = None, page: str = PAGE) -> subprocess.CompletedProcess[str]:
        """Run a block of a page, in the folder of the job unless another is given."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", documented(page, name)],
            cwd=cwd or self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    def write_job(self) -> None:
        """Make the folder of the page's job."""
        (self.folder / "data").mkdir(parents=True)
        (self.folder / "mapper.py").write_text(MAPPER)
        (self.folder / "reducer.py").write_text(REDUCER)
        (self.folder / "data/a.txt").write_text("light upon light\n")
        (self.folder / "data/b.txt").write_text("no light")
        (self.folder / "job.yml").write_text(documented(PAGE, "job"))


def locked(folder: Path) -> str:
    """Return a file with the versions of the lock file, so that what was released last night does not turn a test red."""
    path = folder / "constraints.txt"
    versions = re.findall(r"^\S+==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    path.write_text("\n".join([*versions, ""]))
    return str(path)


def good(done: subprocess.CompletedProcess[str]) -> str:
    """Return what was printed by a command that must have succeeded."""
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module", name="user")
def fixture_user(cloud: t.Any, tmp_path_factory: pytest.TempPathFactory) -> User:
    """Follow the page up to where a job may be run, but for the archives."""
    user = User(cloud, tmp_path_factory.mktemp("user"))
    good(user.types("build", cwd=ROOT))
    for built in (ROOT / "build/collection").glob("ohmy-hadoop-*.tar.gz"):
        shutil.copy(built, user.home)
    good(user.types("install", cwd=user.home))
    user.write_job()
    return user


@pytest.fixture(scope="module", name="ready")
def fixture_ready(user: User) -> User:
    """Have the archives too."""
    good(user.types("archives", cwd=ROOT))
    return user


def test_nothing_is_installed_but_what_is_asked_for(user: User) -> None:
    listed = subprocess.run(
        [user.home / "ohmy/bin/pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True
    ).stdout
    names = {line.split("==")[0].lower() for line in listed.splitlines()}
    assert {"ansible-core", "boto3"} <= names and len(names) <= 18 and not names & {"moto", "pytest", "requests"}, names
    places = list((user.home / ".ansible/collections/ansible_collections").iterdir())
    assert [path.name for path in places if path.is_dir() and "." not in path.name] == ["ohmy"], places


def test_a_run_without_archives_says_how_to_have_them(user: User) -> None:
    archives = user.home / ".local/share/ohmy.hadoop/archives"
    if archives.exists():
        pytest.fail("this test must come before the archives")
    done = user.types("run")
    assert done.returncode != 0
    for text in ("hadoop_archive: no archive is named", str(archives), "make archives", "docs/install.md"):
        assert text in done.stdout, done.stdout


def test_the_job_of_the_page_gives_its_answer(ready: User) -> None:
    said = good(ready.types("run"))
    assert (ready.folder / "output/part-00000").read_text() == ANSWER, said
    assert "ansible.cfg" not in said and not (ready.folder / "ansible.cfg").exists()
    again = good(ready.types("run"))
    assert "finished before" in again and re.search(r"changed=0\b", again), again


def test_module_defaults_of_the_group_work_from_anywhere(ready: User) -> None:
    book = ready.home / "look.yml"
    book.write_text(documented(PAGE, "defaults"))
    command = [str(ready.home / "ohmy/bin/ansible-playbook"), str(book)]
    done = subprocess.run(command, env=ready.env, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "found.clusters" in done.stdout, done.stdout + done.stderr


def test_ansible_pull_runs_the_job_of_a_repository(ready: User, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(ready.folder, repository, ignore=shutil.ignore_patterns("output*"))
    (repository / "run.yml").write_text(documented(PULL, "run.yml"))
    make_repository(repository, ready.env)
    command = documented(PULL, "pull").replace("https://git.example.com/wordcount.git", str(repository))
    command = f"{ready.home}/ohmy/bin/{command.replace('~/wordcount', '~/pulled')}"

    def pull() -> str:
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": 300, "check": False}
        return good(subprocess.run(["bash", "-c", command], cwd="/", env=ready.env, **both))

    said = pull()
    assert (ready.home / "pulled/output/part-00000").read_text() == ANSWER, said
    assert "finished before" in pull()


def test_a_machine_without_the_internet_gets_all_that_it_needs_from_another(tmp_path: Path) -> None:
    others = ("ANSIBLE_", "MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV", "XDG_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    clean["PIP_CONSTRAINT"] = locked(tmp_path)

    def types(block: str, cwd: Path, env: dict[str, str], *before: str) -> None:
        command = [*before, "bash", "-euo", "pipefail", "-c", documented(AIR_GAPPED, block)]
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": 300, "check": False}
        good(subprocess.run(command, cwd=cwd, env=env, **both))

    wheels = ROOT / "build/wheels"
    try:
        types("bring", ROOT, {**clean, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}"})
        shutil.copytree(wheels, tmp_path / "wheels")
    finally:
        shutil.rmtree(wheels, ignore_errors=True)
    for built in (ROOT / "build/collection").glob("ohmy-hadoop-*.tar.gz"):
        shutil.copy(built, tmp_path)
    (tmp_path / "archives").symlink_to(ROOT / "build/archives")
    # There it has no network at all.
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    types("install", tmp_path, env, "unshare", "--net")
    command = [tmp_path / "ohmy/bin/ansible-doc", "--list", "--type", "inventory", "ohmy.hadoop"]
    listed = subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "ohmy.hadoop.ec2_cluster" in listed, listed
    kept = {path.name.split("-")[0] for path in (tmp_path / ".local/share/ohmy.hadoop/archives").iterdir()}
    assert kept >= {"hadoop", "jre"}, kept


def test_the_tutorial(ready: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "docs/tutorial.md"
    folder = ready.home / "wordcount"
    monkeypatch.setitem(ready.env, "PATH", f"{ready.home / 'ohmy/bin'}:{ready.env['PATH']}")
    good(ready.types("folder", cwd=ready.home, page=page))
    for block, name in (("mapper", "mapper.py"), ("reducer", "reducer.py"), ("job", "job.yml")):
        (folder / name).write_text(documented(page, block))
    assert good(ready.types("pipe", cwd=folder, page=page)) == ANSWER
    said = {step: good(ready.types(step, cwd=folder, page=page)) for step in STEPS}
    assert "wordcount in us-east-1: running, 3 instances" in said["describe"], said["describe"]
    assert re.search(r"ssh -F \S+ master", said["login"]), said["login"]
    assert re.search(r"YARN +http://[\d.]+:8088/", said["ui"]), said["ui"]
    parts = sorted(folder.glob("output/part-*"))
    assert "".join(path.read_text() for path in parts) == ANSWER and said["fetch"].endswith(ANSWER), said["fetch"]
    assert "finished before" in said["run_job"], said["run_job"]
