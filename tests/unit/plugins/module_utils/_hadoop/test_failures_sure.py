# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure the explanation of a failed attempt is, what is read for it, and what is shown of it."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import clues, failures

SPEC = {"mapper": "mapper.py", "reducer": "reducer.py", "combiner": None}
TRACEBACK = 'Traceback (most recent call last):\n  File "m.py", line 1, in <module>\nValueError: no\n'
SYNTAX = '  File "m.py", line 3\n    print "x"\n    ^\nSyntaxError: Missing parentheses\n'


def attempt(diagnostics):
    return {"id": "attempt_1_0001_m_000000_0", "type": "MAP", "diagnostics": diagnostics}


def test_an_attempt_whose_container_said_how_it_ended_beats_one_that_says_nothing():
    nothing = failures.diagnose_attempt(attempt("Error: Something that nobody has seen"), "", SPEC)
    ended = failures.diagnose_attempt(
        attempt("Error: Something that nobody has seen"), "", SPEC, failures.More(container="exit status 77\n")
    )
    assert (nothing[0], ended[0]) == (0, 1)
    assert nothing[1]["id"] == ended[1]["id"] == "unknown"
    assert "Something that nobody has seen" in nothing[1]["summary"] and "Error: Some" not in nothing[1]["summary"]
    assert ended[1]["evidence"]["container_exit_code"] == 77


def test_yarn_is_asked_only_where_the_program_left_the_cause_open():
    asked = []

    def read_log(_attempt, name):
        asked.append(name)
        return TRACEBACK if name == "stderr" and speaks else ""

    speaks = True
    failures.diagnose_application({}, [attempt("subprocess failed with code 1")], read_log, SPEC)
    assert "container" not in asked
    speaks = False
    failures.diagnose_application({}, [attempt("subprocess failed with code 1")], read_log, SPEC)
    assert "container" in asked


def test_one_attempt_is_explained_as_those_of_an_application_are():
    found = failures.diagnose_one(
        attempt("x"), lambda _attempt, name: TRACEBACK if name == "stderr" else None, SPEC, str
    )
    assert found["id"] == "python-exception" and "ValueError: no (m.py, line 1)" in found["summary"]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (SYNTAX, "SyntaxError: Missing parentheses (m.py, line 3)"),
        (f"SyntaxError: first\n{SYNTAX}", "SyntaxError: Missing parentheses (m.py, line 3)"),
        ("IndentationError: unexpected indent\n", "IndentationError: unexpected indent"),
        (TRACEBACK, "ValueError: no (m.py, line 1)"),
        ("no error of Python's\n", None),
    ],
)
def test_a_program_that_python_cannot_read_is_told_by_its_line(log, said):
    assert clues.python_error(log) == said


def test_of_a_long_error_both_halves_stay():
    said = "a" * 200 + "b" * 200
    assert clues.short(said) == "a" * 150 + "…" + "b" * 150


@pytest.mark.parametrize(
    ("code", "log", "shown"),
    [
        (25, "AccessDeniedException: s3a://b/in/a: S3Exception: null (Service: S3, Status Code: 403)", False),
        (255, "something that nobody has seen", True),
        (None, "halfway", True),
    ],
)
def test_the_client_s_words_are_shown_where_they_are_not_understood(code, log, shown):
    assert bool(failures.diagnose_copy(code, log, "/t")["stderr"]) is shown
