# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of causes: each row by texts that were recorded, and none by a mere wrapper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import failures
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.row import PLACES, RETRY, fill
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.table import BY_ID, CAUSES, find
from tests.recorded_failures import SOURCES, Recorded, recorded

HERE = Path(__file__).resolve().parent
END_TO_END = HERE.parents[3] / "end_to_end"
SPEC = {"mapper": "mapper.py", "reducer": "reducer.py", "files": ["mapper.py"]}
RECORDED = recorded()
WITH_TEXT = [one for one in RECORDED if one.seen_in != "follower"]
EXITED = "Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code {}\n\tat a.b.C.d(E.java:1)\n"
WRAPPERS = [
    EXITED.format(1),
    "Error: java.io.IOException: Broken pipe\n" + EXITED.format(1),
    "subprocess exited with error code 1\nR/W/S=1/0/0 in:NA\nBroken pipe",
    "Job not successful!\nStreaming Command Failed!\nmore",
    "Container killed by the ApplicationMaster.",
    "[2026-01-31 10:00:00.123]Container killed on request. Exit code is 143",
    "Container exited with a non-zero exit code 143.",
    "exit status -105",
    "exit status -107",
    "exit status 143\nContainer killed on request. Exit code is 143",
    "log4j:WARN No appenders could be found for logger (org.apache.hadoop.ipc.Server).",
    "Job job_1_0001 failed with state FAILED due to: Task failed task_1_0001_m_000000",
    "Job failed as tasks failed. failedMaps:1 failedReduces:0 killedMaps:0 killedReduces: 0",
    "java.io.IOException: DistCp failure: Job job_1_0001 has failed: Task failed task_1_0001_m_000000",
]


def looked_up(one: Recorded) -> str:
    """Return the text in which a place looks for its causes."""
    if one.seen_in == "exit":
        return f"code {one.exit}" + ("" if one.text else " silent")
    if one.seen_in == "distcp-end":
        return f"{one.text}\nexit {one.code}"
    if one.first_line:
        return f"{one.text}\nFirst line of mapper.py: {one.first_line}"
    return one.text


def attempt(diagnostics: str) -> dict[str, str]:
    """Return a failed map."""
    return {"id": "attempt_1_0001_m_000000_0", "type": "MAP", "diagnostics": diagnostics, "nodeHttpAddress": "h:8042"}


def diagnosed(one: Recorded) -> list[dict]:
    """Return what is made of the text wherever Hadoop may write it."""
    if one.seen_in in ("stderr", "exit"):
        return [failures.diagnose_attempt(attempt(EXITED.format(one.exit)), one.text, SPEC)[1]]
    more = failures.More(first_line=lambda name: one.first_line if name == "mapper.py" else "")
    if one.seen_in == "container":
        more = more._replace(container=one.text)
    by_place = {
        "submit": lambda: [failures.diagnose_submit(one.code, one.text)],
        "application": lambda: [
            failures.diagnose_application(
                {"finalStatus": "KILLED" if one.id == "killed-by-user" else "FAILED", "diagnostics": one.text},
                [],
                lambda *_: None,
                SPEC,
            )
        ],
        "attempt": lambda: [failures.diagnose_attempt(attempt(one.text), "", SPEC, more)[1]],
        "attempt-end": lambda: [failures.diagnose_attempt(attempt(one.text), "", SPEC, more)[1]],
        "container": lambda: [failures.diagnose_attempt(attempt("exit status -1"), "", SPEC, more)[1]],
        "distcp": lambda: [failures.diagnose_copy(one.code, one.text, "/t")],
        "distcp-end": lambda: [failures.diagnose_copy(one.code, one.text, "/t")],
    }
    by_place["s3"] = lambda: [answer for place in ("submit", "attempt", "distcp") for answer in by_place[place]()]
    return by_place[one.seen_in]()


@pytest.mark.parametrize("one", WITH_TEXT, ids=lambda one: f"{one.id}: {one.case}")
def test_a_recorded_text_gives_its_cause_and_no_earlier_one(one: Recorded) -> None:
    assert one.seen_in in BY_ID[one.id].seen_in and one.source in SOURCES
    found = find(one.seen_in, looked_up(one))
    assert found is not None and found.cause.id == one.id
    for answer in diagnosed(one):
        assert answer["id"] == one.id, answer
        assert answer["retry"] == BY_ID[one.id].retry
        shown = answer["summary"] + answer["hint"] + answer["stderr"]
        assert answer["summary"].endswith(".") and not answer["summary"].endswith("..") and answer["hint"]
        assert not re.search(r"[{}]|\tat |java\.(?:io|lang|nio)\.|container_\d|\[\]", shown), shown


def test_each_cause_has_a_text_and_each_text_a_cause() -> None:
    assert {one.id for one in RECORDED} == set(BY_ID)
    for one in RECORDED:
        if one.seen_in == "follower":
            assert f"def {one.tested_by}(" in "".join(path.read_text("utf-8") for path in HERE.glob("test_*.py")), one


def test_what_provokes_a_failure_is_a_test() -> None:
    for one in RECORDED:
        if one.provoked_by != "none":
            name, _, rest = one.provoked_by.partition("::")
            function, _, case = rest.rstrip("]").partition("[")
            text = (END_TO_END / name).read_text("utf-8")
            assert f"def {function}(" in text and one.id in text, one
            assert not case or f'"{case}": (' in text, one


def test_each_pattern_of_a_cause_is_met_by_a_recorded_text() -> None:
    texts = [looked_up(one) for one in WITH_TEXT]
    bare = [
        f"{cause.id}: {pattern.pattern}"
        for cause in CAUSES
        for pattern in cause.patterns
        if not any(pattern.search(text) for text in texts)
    ]
    assert bare == []


def test_rows_are_whole() -> None:
    assert len(BY_ID) == len(CAUSES)
    for cause in CAUSES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cause.id) and cause.retry in RETRY
        assert set(cause.seen_in) <= set(PLACES) and cause.seen_in
        assert cause.hint.endswith(".") and not cause.summary.endswith(".")
        assert bool(cause.patterns) is (cause.seen_in != ("follower",)), cause.id
        names = set(re.findall(r"\{(\w+)\}", cause.summary + cause.hint))
        assert names <= {name for pattern in cause.patterns for name in pattern.groupindex}, cause.id


def test_what_a_summary_needs_is_named_by_each_pattern() -> None:
    for cause in CAUSES:
        needed = set(re.findall(r"\{(\w+)\}", re.sub(r"\[[^\]]*\]", "", cause.summary)))
        lacking = [pattern.pattern for pattern in cause.patterns if needed - set(pattern.groupindex)]
        if cause.id not in ("distcp-arguments",):
            assert lacking == [], cause.id


@pytest.mark.parametrize("text", WRAPPERS)
def test_a_wrapper_is_no_cause(text: str) -> None:
    assert [place for place in PLACES if find(place, text)] == []


def test_a_part_without_its_values_is_left_out() -> None:
    assert (
        fill("it used more[, {used} of {limit},] and {end}", {"used": "1 GB", "end": "{used}"})
        == "it used more and {used}"
    )
    assert fill("it used more[, {used} of {limit}]", {"used": "2", "limit": "1"}) == "it used more, 2 of 1"
