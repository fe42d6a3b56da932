# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader would copy from the documentation is run by a test, or says why it is not."""

from __future__ import annotations

import re
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
