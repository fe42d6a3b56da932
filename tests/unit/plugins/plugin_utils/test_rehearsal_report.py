# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal in words."""

from __future__ import annotations

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import rehearsal_report as report

ESTIMATE = {"input_bytes": 10_737_418_240, "one_machine_seconds": 4400.0, "seconds": 640.0, "useful_workers": 14}
LONG = "\n".join(map(str, range(20)))
SAMPLE = {"files": [{}, {}], "lines": 18240, "bytes": 1_048_576}


def test_what_was_tried_what_was_found_and_what_is_expected():
    said = {"role": "mapper", "stderr": LONG}
    findings = [
        {"id": "side-file-missing", "severity": "error", "text": "Bad.", "hint": "Mend.", "evidence": said},
        {"id": "no-output", "severity": "warning", "text": "Odd.", "hint": "Look.", "evidence": {}},
        {"id": "syntax-error", "severity": "error", "text": "Bad.", "hint": "Mend.", "evidence": {}},
    ]
    result = {"sample": SAMPLE, "tried": ["a", "b"], "findings": findings, "estimate": ESTIMATE}
    assert report.lines(result, 4) == [
        "Rehearsed in 2 ways on 18,240 lines (1.0 MB) of 2 files.",
        "What the mapper says on standard error:",
        *(f"    {number}" for number in range(8, 20)),
        "Warning: Odd. Look.",
        "By the sample, the programs take about 1 h 13 min for all 10.7 GB on one machine, and the job about 11 min on "
        "4 workers, 6.9 times as fast; with more than 14 it hardly gets faster.",
    ]


def test_one_line_of_one_file_is_no_plural():
    sample = {"files": [{}], "lines": 1, "bytes": 1}
    result = {"sample": sample, "tried": ["a"], "findings": [], "estimate": {}}
    assert report.lines(result, 4) == ["Rehearsed in one way on 1 line (1 byte) of 1 file."]


def test_of_a_small_job_it_is_said_that_a_cluster_is_not_faster():
    (line,) = report.expected({**ESTIMATE, "one_machine_seconds": 2.0, "seconds": 23.0, "useful_workers": 1}, 0)
    assert line.endswith("and the job about 23 s on the master alone: no cluster makes so small a job faster.")


def test_nothing_is_said_where_nothing_is_known():
    unknown = dict.fromkeys(ESTIMATE)
    empty = {"files": [], "lines": 0, "bytes": 0}
    assert report.lines({"sample": empty, "tried": [], "findings": [], "estimate": unknown}, 2) == []
    assert report.compared(unknown, 12.0, 2) == report.compared(ESTIMATE, None, 2) == report.compared({}, 3.0, 2) == []
