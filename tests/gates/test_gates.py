# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates: each linter is a test that shows what the linter printed."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import tomllib
import yaml

from tests.documented import documented

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SECONDS = 600
LINES = 300
EXEMPT = re.compile(
    r"# ?(?:noqa|nosec|type: ?ignore|mypy:|ruff:|pylint: ?disable|pragma: ?no|(?:yamllint|shellcheck) disable)\b"
    r"[^#]*(?:#\s*(?P<why>\S.*))?",
    re.IGNORECASE,
)
# A comment that may be a reason: no line of a file's head, and no exemption itself.
COMMENT = re.compile(r"# ?(?!Copyright|GNU General|SPDX|noqa|yamllint|shellcheck)\w")
DOCUMENTED = re.compile(r'^(?:DOCUMENTATION|EXAMPLES|RETURN) = r""".*?^"""', re.DOTALL | re.MULTILINE)
# What a browser would fetch from elsewhere to show a page, and what the theme shows where a page does not fit it.
UNFIT = re.compile(
    r"""<(?:script|img|iframe)[^>]*\ssrc="(?:https?:)?//|<link[^>]*\shref="(?:https?:)?//"""
    r"""|url\(['"]?(?:https?:)?//|<nav class="contents"""
)
# All that the collection's archive holds, besides the two lists that the build adds.
SHIPPED = (
    "CHANGELOG.rst",
    "LICENSE",
    "README.md",
    "changelogs/*.y*ml",
    "docs/*.md",
    "docs/*.svg",
    "docs/iam/*.json",
    "extensions/molecule/*",
    "files/job.yml",
    "meta/*.txt",
    "meta/*.yml",
    "playbooks/*.yml",
    "plugins/*.css",
    "plugins/*.j2",
    "plugins/*.py",
    "roles/*.yml",
    "roles/*/README.md",
)


def run(*command: str, cwd: Path = ROOT) -> str:
    """Run a gate with the environment's own programs first; return what it printed, fail when it fails."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    for name in ("FORCE_COLOR", "PYTEST_ADDOPTS"):
        env.pop(name, None)
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command[:3])} … ended with {done.returncode}:\n{done.stdout}", pytrace=False)
    return done.stdout


def tracked() -> list[str]:
    """Return the files of the checkout that git knows or would add."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_yamllint() -> None:
    run("yamllint", "--strict", ".")


def test_ansible_lint() -> None:
    run("ansible-lint", "--offline", "--nocolor", "-q")


def test_black() -> None:
    run("black", "--check", "--quiet", "--diff", ".")


def test_ruff() -> None:
    run("ruff", "check", "--no-cache", "--output-format", "concise", ".")


def test_mypy() -> None:
    run("mypy")


def test_shellcheck() -> None:
    shells = [name for name in tracked() if (ROOT / name).read_bytes()[:32].startswith((b"#!/bin/sh", b"#!/bin/bash"))]
    assert len(shells) > 5
    run("shellcheck", "--external-sources", *shells)


def test_every_exemption_from_a_linter_says_why() -> None:
    bare = []
    for name in tracked():
        lines = (ROOT / name).read_text("utf-8", "replace").splitlines()
        for number, line in enumerate(lines):
            exempt = EXEMPT.search(line)
            above = lines[number - 1].strip() if number else ""
            if exempt and not exempt["why"] and not COMMENT.match(above):
                bare.append(f"{name}:{number + 1}: {line.strip()}")
    assert not bare, "say why behind these, or in a comment above:\n" + "\n".join(bare)


def test_nothing_is_excused_for_the_whole() -> None:
    lists = (".ansible-lint-ignore", "*/.ansible-lint-ignore", "*ignore-[0-9]*.txt", ".flake8", "*pylintrc")
    assert [name for name in tracked() if any(fnmatch.fnmatchcase(name, one) for one in lists)] == []
    ansible_lint = yaml.safe_load((ROOT / ".ansible-lint").read_text("utf-8"))
    assert ansible_lint["profile"] == "production" and not {"skip_list", "warn_list"} & set(ansible_lint)
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    tools = tomllib.loads(text)["tool"]
    assert "per-file-ignores" not in tools["ruff"]["lint"]
    assert [code for code in tools["ruff"]["lint"]["ignore"] if not re.search(rf'"{code}",? # \w', text)] == []
    assert tools["mypy"]["strict"] and "exclude" not in tools["mypy"]
    # What is not ours may be untyped; nothing of ours is looked at less.
    exempt = {key for one in tools["mypy"]["overrides"] for key in one}
    assert exempt == {"module", "ignore_missing_imports", "implicit_reexport"}
    assert set(tools["coverage"]) == {"run"} and "omit" not in tools["coverage"]["run"]


def test_changelog() -> None:
    run("antsibull-changelog", "lint")


def test_the_commit_hooks_are_valid_and_bring_nothing() -> None:
    run("pre-commit", "validate-config")
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}


def test_the_commit_hooks_run_every_gate_in_a_good_order() -> None:
    def chosen(*words: str) -> set[str]:
        listed = run("pytest", "--collect-only", *words)
        return {line.rpartition("::")[2] for line in listed.splitlines() if line.startswith("tests/gates/")}

    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    hooks = {hook["id"]: shlex.split(hook["entry"]) for hook in repository["hooks"]}
    # The quick ones first, and the slowest last.
    order = ["yamllint", "black", "ruff", "unit", "ansible-lint", "changelog", "documentation", "sanity"]
    assert [name for name in hooks if name in order] == order
    by_pytest = [words for program, *words in hooks.values() if program.endswith("/pytest")]
    run_by_pytest = set().union(*(chosen(*words) for words in by_pytest if "tests/gates" in " ".join(words)))
    missing = chosen("-q", "tests/gates") - run_by_pytest - {f"test_{name}" for name in hooks}
    assert len(run_by_pytest) > 20 and missing == set()


@pytest.mark.parametrize(
    "kind, folder", [("module", "plugins/modules"), ("inventory", "plugins/inventory"), ("role", "roles")]
)
def test_ansible_doc_shows_all_there_is(kind: str, folder: str) -> None:
    names = sorted(f"ohmy.hadoop.{path.stem}" for path in (ROOT / folder).iterdir() if not path.name.startswith("__"))
    # As data alone: what it warns of would stand before it.
    found = json.loads(run("ansible-doc", "--type", kind, "--json", *names))
    assert sorted(found) == names
    shown = run("ansible-doc", "--type", kind, *names)
    assert "[WARNING]" not in shown and "[ERROR]" not in shown
    assert all(name in shown for name in names)


def test_every_kind_of_plugin_that_has_documentation_is_shown() -> None:
    kinds = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and not path.name.startswith("__")}
    # Actions are documented by the modules of their names.
    assert kinds == {"action", "doc_fragments", "inventory", "module_utils", "modules", "plugin_utils"}
    actions = {path.name for path in (ROOT / "plugins/action").glob("*.py")}
    assert actions <= {path.name for path in (ROOT / "plugins/modules").glob("*.py")}


def test_what_modules_and_roles_say_of_themselves(tmp_path: Path) -> None:
    # antsibull-docs copies the whole folder, so it gets one without build and .venv.
    tree = tmp_path / "ansible_collections/ohmy/hadoop"
    run("scripts/tree", str(tree))
    run("antsibull-docs", "lint-collection-docs", "--plugin-docs", str(tree))


def test_the_site_of_the_documentation(tmp_path: Path) -> None:
    run("scripts/docs", str(tmp_path))
    made = {path.relative_to(tmp_path / "html").with_suffix("").as_posix() for path in tmp_path.glob("html/**/*.html")}
    assert {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in ROOT.glob("docs/**/*.md")} <= made
    assert {f"reference/{path.stem}_module" for path in ROOT.glob("plugins/modules/*.py")} <= made
    assert {f"reference/{path.stem}_inventory" for path in ROOT.glob("plugins/inventory/*.py")} <= made
    assert {f"reference/{path.name}_role" for path in ROOT.glob("roles/*")} <= made
    told = (tmp_path / "html/reference/playbooks.html").read_text("utf-8")
    # The one that is a part of all others is no verb of a user's.
    verbs = {f"ohmy.hadoop.{path.stem}" for path in ROOT.glob("playbooks/*.yml")} - {"ohmy.hadoop.limit"}
    assert [verb for verb in verbs if f">{verb}<" not in told] == []
    files = [path for path in tmp_path.glob("html/**/*") if path.suffix in (".html", ".css")]
    assert [path.name for path in files if UNFIT.search(path.read_text("utf-8"))] == []


@pytest.mark.sanity
def test_sanity() -> None:
    assert not list((ROOT / "tests/sanity").glob("ignore*"))
    run("scripts/sanity")


def build(folder: Path) -> Path:
    """Build the collection in a folder; return its archive."""
    tree = folder / "ansible_collections/ohmy/hadoop"
    run("scripts/tree", str(tree))
    shutil.rmtree(tree / ".git")
    run("ansible-galaxy", "collection", "build", "--output-path", str(folder), cwd=tree)
    (built,) = folder.glob("ohmy-hadoop-*.tar.gz")
    return built


def test_the_built_collection_holds_what_it_ships(tmp_path: Path) -> None:
    with tarfile.open(build(tmp_path)) as archive:
        names = {entry.name for entry in archive if entry.isfile()}
    expected = {name for name in tracked() if any(fnmatch.fnmatchcase(name, pattern) for pattern in SHIPPED)}
    assert names == expected | {"FILES.json", "MANIFEST.json"}
    for pattern in SHIPPED:
        assert fnmatch.filter(names, pattern), f"nothing shipped is {pattern}"


@pytest.mark.sanity
def test_the_importer_of_galaxy_has_no_complaint(tmp_path: Path) -> None:
    # It gives ansible-lint three minutes, whatever the machine; the gate above holds all files to more than it asks for.
    told = run(
        *("env", "GALAXY_IMPORTER_RUN_ANSIBLE_LINT=no", sys.executable, "-m", "galaxy_importer.main"),
        str(build(tmp_path)),
        cwd=tmp_path,
    )
    assert [line for line in told.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))] == [], told
    assert "Importer processing completed successfully" in told, told


def test_one_version_is_told_everywhere() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["version"]
    told = (ROOT / "plugins/module_utils/_aws/version.py").read_text("utf-8")
    assert re.findall(r'^VERSION = "(.*)"$', told, re.MULTILINE) == [version]
    since = {
        found
        for path in (ROOT / "plugins").rglob("*.py")
        for found in re.findall(r"version_added: (\S+)", path.read_text("utf-8"))
    }
    assert since and all(
        tuple(map(int, one.split("."))) <= tuple(map(int, version.partition("-")[0].split("."))) for one in since
    ), since


def test_an_execution_environment_gets_what_the_collection_needs(tmp_path: Path) -> None:
    run("scripts/tree", str(tmp_path / "ansible_collections/ohmy/hadoop"))
    told = yaml.safe_load(run("ansible-builder", "introspect", str(tmp_path)).partition("---\n")[2])
    asked = {kind: [line.split(" ")[0] for line in told[kind]] for kind in ("python", "system")}
    assert asked == {"python": ["boto3>=1.35.0"], "system": ["openssh-client", "openssh-clients"]}


def test_the_documented_execution_environment_is_one(tmp_path: Path) -> None:
    (tmp_path / "ohmy-hadoop-1.0.0.tar.gz").touch()
    (tmp_path / "execution-environment.yml").write_text(documented("docs/install.md", "environment"), encoding="utf-8")
    run("ansible-builder", "create", "--output-filename", "Containerfile", cwd=tmp_path)
    assert "FROM $EE_BASE_IMAGE" in (tmp_path / "context/Containerfile").read_text("utf-8")


def test_every_error_says_what_to_do() -> None:
    silent = []
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "OhmyError":
                continue
            named = [one.value for one in node.keywords if one.arg == "hint"]
            hint = [*node.args[1:2], *named]
            if not hint or (isinstance(hint[0], ast.Constant) and not hint[0].value):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not silent, "an OhmyError without a hint: " + ", ".join(silent)


def test_no_file_is_longer_than_a_reader_keeps_in_mind() -> None:
    """Documentation of modules, tests and what is made of tables apart."""
    long = {}
    for name in tracked():
        if name.endswith((".py", ".yml", ".j2", ".css")) and not name.startswith(("changelogs/", "files/", "tests/")):
            text = DOCUMENTED.sub("", (ROOT / name).read_text("utf-8"))
            if (lines := text.count("\n")) > LINES:
                long[name] = lines
    assert long == {}


def test_the_lock_covers_what_is_asked_for() -> None:
    for stem in ("requirements", "requirements-dev"):
        asked = [line for line in (ROOT / f"{stem}.in").read_text().splitlines() if line and not line.startswith("#")]
        lines = (ROOT / f"{stem}.txt").read_text().splitlines()[1:]
        assert all("==" in line and " --hash=sha256:" in line for line in lines)
        locked = {line.split("==")[0] for line in lines}
        names = {line.split("[")[0].split("~")[0].split(">")[0].lower() for line in asked}
        assert names <= locked, names - locked
