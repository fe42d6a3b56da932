# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader would copy from the documentation is run by a test, or says why it is not."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.documented import blocks, commands, pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = pages()
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
NAMED = re.compile(r"`((?:[\w.*-]+/)+(?:[\w.*-]+)?)`")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_commands_is_tested_or_says_why_not(page: str) -> None:
    bare = [block.text for block in commands(page) if not block.tested and not block.why]
    assert bare == [], "write <!-- tested: NAME --> or <!-- not tested: WHY --> above these"


@pytest.mark.parametrize("page", PAGES)
def test_every_tested_block_is_used_by_a_test(page: str) -> None:
    tests = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    tests += [path.read_text("utf-8") for path in (ROOT / "extensions").rglob("*.yml")]
    unused = [name for name in blocks(page) if not any(page in text and f'"{name}"' in text for text in tests)]
    assert unused == [], f"no test names {page} and these blocks of it"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_to_one(page: str) -> None:
    links = LINK.findall((ROOT / page).read_text("utf-8"))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_map_of_the_code_names_what_there_is_and_nothing_else() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(NAMED.findall(text))
    # What is made, and names in capitals for what a reader fills in.
    made = {name for name in named if name.startswith((".venv/", "build/")) or re.search(r"/[A-Z]+[.]\w+$", name)}
    assert [name for name in sorted(named - made) if not any(ROOT.glob(name))] == []
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    folders = {name.split("/")[0] for name in tracked.splitlines() if "/" in name and not name.startswith(".")}
    inner = {f"{folder}/{path.name}" for folder in ("plugins", "roles", "tests") for path in (ROOT / folder).iterdir()}
    wanted = folders - {"plugins", "roles", "tests"} | {name for name in inner if (ROOT / name).is_dir()}
    assert [name for name in sorted(wanted) if "__pycache__" not in name and f"`{name}/" not in text] == []


def targets() -> set[str]:
    """Return what can be made."""
    (phony,) = re.findall(r"^[.]PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return set(phony.split())


def test_make_help_names_every_target() -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "help"], cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=30)
    # What is typed stands before two blanks, what it does behind them.
    typed = [line.split("  ")[0].split() for line in done.stdout.splitlines()]
    assert {words[0] for words in typed} == {"make"}
    assert targets() - {"help"} - {word for words in typed for word in words} == set()


def test_every_promise_names_tests_and_targets_that_there_are() -> None:
    rows = [line for line in (ROOT / "docs/promises.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    assert [row for row in rows if row.rstrip().endswith(("|  |", "| |"))] == []
    named = [shlex.split(code) for row in rows for code in re.findall(r"`([^`]+)`", row.split(" | ")[-1])]
    wrong = [" ".join(words) for words in named if words[0].startswith("tests/") and not chosen(*words)]
    made = {name for words in named if words[0] == "make" for name in words[1:] if "=" not in name}
    assert len(named) > 60 and wrong == [] and made - targets() == set()


def chosen(path: str, flag: str = "-k", words: str = "") -> bool:
    """Tell whether each of the alternatives that ``-k`` names is a part of a test's name there."""
    assert flag == "-k", path
    place = ROOT / path
    files = [place] if place.is_file() else sorted(place.glob("**/test_*.py"))
    names = [
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return all(any(word in name for name in names) for word in words.split(" or "))


def test_every_decision_has_its_date_and_what_was_left_out_for_it() -> None:
    parts = re.split(r"^## .*$", (ROOT / "docs/decisions.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    for part in parts:
        entries = [" ".join(entry.split()) for entry in part.strip().split("\n\n")]
        assert [one for one in entries if not re.match(r"[*]{2}\d{4}-\d\d-\d\d: [^*]+[*]{2} .*[*]Left ", one)] == []
        dates = [one[2:12] for one in entries]
        assert dates == sorted(dates)


def test_the_tutorial_tells_then_and_now_of_all_fifteen_steps() -> None:
    parts = re.split(r"^## ", (ROOT / "docs/tutorial.md").read_text("utf-8"), flags=re.MULTILINE)
    steps = {int(part.split(".")[0]): part for part in parts if re.match(r"\d+[.] ", part)}
    assert list(steps) == list(range(1, 16))
    # The first is the same in both: two programs, tried in a pipe.
    both = re.compile(r"\bThen[:,].*^Now[:,]", re.DOTALL | re.MULTILINE)
    assert [number for number, part in steps.items() if not both.search(part)] == [1]
