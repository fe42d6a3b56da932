# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a run's report, what is masked in it, and how two of them differ."""

from __future__ import annotations

import datetime
import json

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import compare, data
from tests import sample_run


def test_the_data_are_plain_and_hold_no_secret():
    for arguments in (sample_run.run(), sample_run.failed()):
        found = sample_run.report(arguments)
        text = json.dumps(found)
        assert found["format"] == 1 and found["made"] == "2023-11-14T22:15:00Z"
        assert [secret for secret in sample_run.SECRETS if secret in text] == []
        assert "\x00" not in "".join(found["words"]) and "</script><b>" in text


def test_variables_show_all_that_is_no_secret():
    told = sample_run.report(sample_run.run())["variables"]
    assert told["job_cmdenv"] == {"LEVEL": "(hidden)"}
    assert told["hadoop_core_site"] == {"fs.s3a.secret.key": "(hidden)", "io.file.buffer.size": 4096}
    assert told["job_key_fields"] == 2 and told["job_mapper"] == "mapper.py --password (hidden)"
    assert len(told["job_input"]) == data.VALUE_ITEMS + 1 and told["job_input"][-1] == "… 150 more"
    assert "cluster_worker_groups" not in told


def test_phases_follow_each_other():
    found = data.phases({"run": 2, "launch": 3.04, "preflight": "1"}, "run")
    assert [(one["name"], one["began"], one["seconds"], one["failed"]) for one in found] == [
        ("preflight", 0.0, 1.0, False),
        ("launch", 1.0, 3.0, False),
        ("run", 4.0, 2.0, True),
    ]


def test_one_reduce_with_most_of_the_records_is_a_warning():
    found = sample_run.report(sample_run.run())["warnings"]
    assert [one["text"] for one in found if "r_000000_0 got 98%" in one["text"]]
    assert all(one["fix"] for one in found)
    even = sample_run.run(reduces=1)
    assert len(sample_run.report(even)["warnings"]) == 1


def test_what_is_not_known_is_said():
    found = sample_run.report(sample_run.run(maps=0, price={}, estimates=[], took={}))
    assert found["speed"] is None and found["cost"] is None
    assert "JobHistory does not know it" in found["warnings"][1]["text"]
    nothing = sample_run.report(sample_run.run(jobs=[], settings={}, phases={}, left="denied"))
    assert nothing["warnings"][1]["text"].startswith("What books did is not known")
    assert nothing["state"] == "failed" and nothing["steps"] == [] and nothing["variables"] == {}
    assert "may still cost money" in nothing["warnings"][-1]["text"]


def test_a_failure_has_its_evidence_and_commands():
    found = sample_run.report(sample_run.failed())
    assert found["failure"]["cause"]["id"] == "python-exception" and found["failure"]["evidence"]["exit_code"] == 1
    assert any(one["command"].startswith("tar -tzf /home/ada") for one in found["commands"])


def test_long_texts_keep_their_ends():
    found = data.bounded("a" * 5000 + "b" * 5000, 100)
    assert found.startswith("a" * 50) and found.endswith("b" * 50) and "9,900 characters are left out" in found


def test_whatever_a_run_holds_is_written_as_json():
    run = sample_run.run()
    run["jobs"][0]["counters"] = {f"words.{sample_run.BITES}": 1}
    run["settings"].update(
        job_when=datetime.date(2024, 1, 2),
        hadoop_core_site={number: number for number in range(99)},
        cluster_price_table={"m5.large": 0.1},
    )
    found = sample_run.report(run)
    (name,) = found["steps"][0]["counters"]
    assert "\\x1b" in name and "\x1b" not in name and name.encode()
    told = json.loads(json.dumps(found, sort_keys=True))["variables"]
    assert told["job_when"] == "2024-01-02" and "cluster_price_table" not in told
    assert len(told["hadoop_core_site"]) == data.VALUE_ITEMS + 1 and told["hadoop_core_site"]["…"] == "49 more"


def test_two_runs_are_told_by_what_differs():
    before = sample_run.report(sample_run.run())
    after = sample_run.report(sample_run.run(maps=16, phases={"run": 13.0}, settings={"job_reduces": 4}))
    found = compare.compared(before, after)
    (run,) = [row for row in found["numbers"] if row["what"] == "Seconds of the phase run"]
    assert (run["before"], run["after"], run["change"]) == (26.0, 13.0, -0.5)
    (maps,) = [row for row in found["numbers"] if row["what"] == "Number of maps"]
    assert (maps["before"], maps["after"]) == (8, 16)
    assert {"what": "job_reduces", "before": None, "after": 4, "change": None} in found["variables"]
    assert found["versions"] == found["counters"] == []
    assert "Seconds of the phase run: 26.0, then 13.0 (-50%)" in compare.words(found)
    short = sample_run.report(sample_run.run(phases={"run": 0.1, "fetch": 0.2}))
    assert data.totals(short)["Seconds in all"] == 0.3
    assert "Seconds of the phase launch: 20.2, then nothing" in compare.words(found)
    assert compare.words(compare.compared(before, before)) == ["No number differs."]
    assert [row for row in compare.compared(before, before)["numbers"] if row["change"]] == []
