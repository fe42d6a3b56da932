# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of many hosts: equal ones once, failures by name."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import hosts_report


def answer(**more):
    return {"rc": 0, "stdout": "ok\n", "stderr": "", "timed_out": False, "dropped": 0, "seconds": 0.1, **more}


def test_equal_answers_are_shown_once():
    lines, problem = hosts_report.compose({f"h{number}": answer(seconds=number) for number in range(200)})
    assert lines == ["h0, h1, h2, h3, h4, h5, h6, h7 and 192 more (200 hosts): exit code 0", "    ok"] and not problem


def test_failures_come_last_and_are_named():
    results = {
        "a": answer(rc=3, stderr="no\n", failed=False),
        "b": answer(),
        "c": {"msg": "c cannot be reached over SSH: timed out.", "failed": False, "connection_lost": True},
        "d": answer(rc=124, timed_out=True),
        "e": None,
    }
    lines, problem = hosts_report.compose(results)
    assert lines[:2] == ["b: exit code 0", "    ok"], lines
    assert "a: exit code 3" in lines and "    stderr: no" in lines and "    c cannot be reached" in "\n".join(lines)
    assert problem.startswith("It did not go well on 4 of 5 hosts: ") and "d: ended by the time limit" in problem
    assert "e: took no part" in problem and "c: failed" in problem, problem


def test_no_answer_moves_the_cursor():
    lines, _problem = hosts_report.compose({"a": answer(stdout="\x1b[2Jx\ty\n", dropped=7)})
    assert lines[1:] == ["    (7 bytes before this were not kept)", "    �[2Jx   y"], lines


def test_copies_tell_what_they_did_and_check_mode_what_would_run():
    many = [f"write /srv/{number}" for number in range(30)]
    lines, problem = hosts_report.compose(
        {"a": {"changed": True, "actions": many}, "b": {"changed": False, "actions": []}}
    )
    assert not problem and "b: as it is to be" in lines and "    … and 10 more" in lines, lines
    assert hosts_report.compose({"a": answer(rc=None)}) == (["a: would be asked"], "")
