# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of findings, and the error that tells of them."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import findings
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.findings import ERROR, NOTE, WARNING

SOURCES = Path(findings.__file__).parent
MADE = re.compile(r"\b(?:finding|of_kind|add|Variation)\(\s*(f?)\"([a-z{}-]+)\"")


def test_each_finding_that_the_code_makes_stands_in_the_table_with_a_sentence():
    ids = set()
    for source in SOURCES.glob("*.py"):
        for formed, name in MADE.findall(source.read_text("utf-8")):
            roles = ("mapper", "combiner", "reducer") if formed and "{role}" in name else ("",)
            kinds = ("interpreter", "command") if formed and "{kind}" in name else ("",)
            ids |= {name.replace("{role}", role).replace("{kind}", kind) for role in roles for kind in kinds}
    assert len(ids) > 30 and ids <= set(findings.KINDS)
    assert all(kind.meaning.endswith(".") for kind in findings.KINDS.values())


def test_each_row_of_the_table_is_made_somewhere():
    sources = [*SOURCES.glob("*.py"), SOURCES.parent / "_hadoop/programs.py"]
    texts = [path.read_text("utf-8") for path in sources if path.name != "findings.py"]
    made = set(re.findall(r"\"([a-z0-9]+(?:-[a-z0-9]+)+)\"", "\n".join(texts)))
    made |= {f"{kind}-{state}" for kind in ("command", "interpreter") for state in ("absent", "unsure")}
    for ending in re.findall(r"f\"\{role\}-([a-z-]+)\"", "\n".join(texts)):
        made |= {f"{role}-{ending}" for role in ("mapper", "combiner", "reducer")}
    assert set(findings.KINDS) <= made
    for kind, (severity, _meaning) in findings.KINDS.items():
        assert findings.of_kind(kind, "x.", "y.") == findings.finding(kind, severity, "x.", "y.")


def test_one_error_is_told_by_itself_and_several_as_a_list():
    found = [findings.finding("no-output", WARNING, "W.", "w."), findings.finding("mapper-failed", ERROR, "E.", "e.")]
    failing = findings.errors(found)
    one = findings.refusal(failing, changed=False)
    assert (one.message, one.hint, one.details["changed"]) == ("E.", "e.", False)
    several = findings.refusal([*failing, *failing])
    assert several.message == "2 errors were found before the start:\n  E. e.\n  E. e.\n"


def test_errors_come_first_and_the_rest_stays_in_order():
    found = [findings.finding(str(number), kind, "t", "h") for number, kind in enumerate((NOTE, ERROR, WARNING, ERROR))]
    assert [one["id"] for one in findings.sorted_by_severity(found)] == ["1", "3", "2", "0"]
