# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a run's report and its two files."""

from __future__ import annotations

import json
import re
import types
from xml.etree import ElementTree

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import (
    at_the_end,
    charts,
    data,
    files,
    page,
    reading,
)
from tests import sample_run

RUNS = {
    "succeeded": sample_run.run(),
    "failed": sample_run.failed(),
    "unknown": sample_run.run(maps=0, estimates=[], price={}, took={}),
    "empty": sample_run.run(jobs=[], settings={}, phases={}, left="denied"),
}

ROW = "Reduce Seconds Records of all Keys of all Node r_000000_0 9.5 90,000 98% 10,000 98% worker-0"
PROMISED = {
    "failure": [
        *("✗ The phase run failed.", "Cause python-exception", "What to do Try it on that line."),
        *("Attempt attempt_1700000000000_0001_m_000000_3", "Host worker-0", "Logs /home/ada/output/books-evidence/"),
        *("The program's own words Traceback (most recent call last):", "exit_code 1", "line offset: 17 number: 2"),
    ],
    "warnings": [
        *("⚠ Warning: 776 keys differ", "What to do: Sort."),
        *("The reduce r_000000_0 got 98% of all records", "What to do: A combiner shrinks"),
    ],
    "phases": ["preflight 0 11.2", "launch 11.2 20.2", "run ✗ failed 55.4 26.0", "terminate 83.9 4.3"],
    "step-1": [
        *("Attempts by node", "m_000000_0 worker-0 ✗ failed: Error: it broke", "Work of each node"),
        *("on a node that has its data 6 75%", "elsewhere, as all maps that read from S3 do 2 25%"),
        *(f"The first reduces by time {ROW}", f"The first reduces by records {ROW}"),
        *("MAP_INPUT_RECORDS 31,102", "words.odd 7"),
    ],
    "speed": [
        *("One machine, by the sample 2.1", "The cluster, as expected 28.0", "The cluster, really 24.5"),
        *("it became 0.09 times", "cost about 0.0030 USD: 77 s at 0.1412 USD an hour"),
    ],
    "before": [
        "Before: books, made 2023-11-14T22:15:00Z, succeeded. After: books, made 2023-11-14T22:15:00Z, failed.",
        "Seconds of the phase run 26.0 26.0 same",
    ],
    "versions": ["ohmy.hadoop 0.1.0", "hadoop of the master 3.5.0", "java of the master 17.0.15"],
    "variables": ["job_mapper mapper.py --password (hidden)", "job_cmdenv LEVEL: (hidden)", "job_key_fields 2"],
    "commands": ["Run it again", "tar -tzf /home/ada/output/books-evidence/", "The answer lies there."],
}


def parsed(text):
    """Return the page's tree, which is XML too."""
    return ElementTree.fromstring(text.partition("\n")[2])


@pytest.mark.parametrize("name", RUNS)
def test_the_page_is_well_formed_and_needs_nothing_else(name):
    text = page.render(sample_run.report(RUNS[name]), sample_run.report(RUNS["succeeded"]), "a b-report.json")
    tree = parsed(text)
    assert page.MARK in text[: reading.HEAD]
    assert not list(tree.iter("script")) and not list(tree.iter("link")) and not list(tree.iter("img"))
    links = [one.get("href") for one in tree.iter("a")]
    ids = {one.get("id") for one in tree.iter()}
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []
    assert [link for link in links if not link.startswith("#")] == ["a%20b-report.json"]
    assert "url(" not in re.sub(r"url\(#\w+\)", "", text) and "://" not in text.replace("hdfs://", "")


def section(part):
    """Return a part of the page of a run that failed after one that had succeeded."""
    tree = parsed(page.render(sample_run.report(RUNS["failed"]), sample_run.report(RUNS["succeeded"])))
    (found,) = [one for one in tree.iter("section") if one.get("aria-labelledby") == part]
    return found


@pytest.mark.parametrize("part", PROMISED)
def test_the_page_tells_all_that_is_promised(part):
    told = " ".join(" ".join(section(part).itertext()).split())
    assert [words for words in PROMISED[part] if words not in told] == [], told


def test_the_bars_of_the_phases_are_a_time_line():
    rects = section("phases").iter("rect")
    bars = [tuple(float(rect.get(name).rstrip("%")) for name in ("x", "width")) for rect in rects]
    assert len(bars) == 7 and bars[0][0] == 0
    ends = [begin + width for begin, width in bars]
    assert ends[-1] == pytest.approx(100, abs=0.1)
    assert [begin for begin, _width in bars[1:]] == pytest.approx(ends[:-1], abs=0.1)


def test_one_file_is_told_as_one():
    run = sample_run.report(RUNS["succeeded"])
    text = page.render({**run, "input": {**run["input"], "files": 1}})
    assert "in 1 file<" in text and "in 2 files<" in text


@pytest.mark.parametrize("name", RUNS)
def test_nothing_that_a_run_says_becomes_markup_or_tells_a_secret(name):
    text = page.render(sample_run.report(RUNS[name]))
    assert "</script>" not in text and "<b>" not in text and "\x1b" not in text and "\x00" not in text
    assert [secret for secret in sample_run.SECRETS if secret in text] == []
    assert name == "empty" or "&lt;/script&gt;&lt;b&gt;&amp;&#34;&#39;" in text


def test_every_chart_has_its_table():
    tree = parsed(page.render(sample_run.report(RUNS["succeeded"])))
    parents = {child: parent for parent in tree.iter() for child in parent}
    charts_told = [one for one in tree.iter("svg") if one.get("role") == "img"]
    assert len(charts_told) == 3 and all(one.get("aria-label") for one in charts_told)
    (table,) = [one for one in tree.iter("details") if "as a table" in (one.find("summary").text or "")]
    assert len(table.findall(".//tbody/tr")) == sum(len(one.findall("rect")) for one in charts_told) == 12
    for svg in tree.iter("svg"):
        above = parents[svg]
        hidden = svg.get("aria-hidden") == "true"
        assert hidden or svg in charts_told
        # A bar within a table stands beside its number.
        assert above.tag != "td" or parents[above].findall("td[@class='number']")


def test_the_page_stays_small_however_large_the_job():
    told = sample_run.report(sample_run.run(maps=2000, reduces=900))
    text = page.render(told, told)
    assert len(text.encode()) < page.MOST_BYTES and "Left out: 2,301 attempts." in text
    told["steps"] = told["steps"] * 30
    text = page.render(told)
    assert len(text.encode()) < page.MOST_BYTES and "earlier steps are left out" in text
    assert "of its attempts have no room here" in text


def test_the_page_stays_small_whatever_was_said_and_counted():
    quotes = "'" * data.VALUE_CHARACTERS
    run = sample_run.failed(maps=900, reduces=90)
    run["settings"].update({f"job_{number}": [quotes] * 90 for number in range(9)})
    run["settings"]["hadoop_core_site"] = {f"a.{number}": quotes for number in range(300)}
    run["jobs"][0]["counters"] = {f"words.{number}{'x' * 100}": number for number in range(10_000)}
    run["findings"] *= 600
    run["failure"]["message"] = run["left"] = "'" * 99_999
    found = data.build(run, ["'" * 999] * 99, {}, 0.0)
    text = page.render(found, sample_run.report(RUNS["succeeded"]))
    assert len(text.encode()) < page.MOST_BYTES and "more are left out here" in text
    text = files.set_side_by_side(sample_run.report(RUNS["succeeded"]), found)[1]
    assert len(text.encode()) < page.MOST_BYTES and "more are left out here" in text


def test_values_are_shown_as_yaml_has_them():
    assert page.value({"a": None, "b": [True, {}], "c": []}) == "a: null\nb: - true\n- {}\nc: []"
    before, after = ({"variables": {"job_combine": one}} for one in (True, False))
    text = files.set_side_by_side(*({**sample_run.report(RUNS["succeeded"]), **one} for one in (before, after)))[1]
    assert ">true</td>" in text and ">false</td>" in text and "True" not in text


def test_attempts_side_by_side_have_a_lane_each():
    one = {"kind": "map", "state": "succeeded", "node": "a", "started": 10.0, "finished": 20.0, "id": "m1"}
    rows = [one, {**one, "id": "m2", "started": 15.0, "finished": 30.0}, {**one, "id": "m3", "started": 20.0}]
    found = charts.attempts({"attempts": rows, "number": 3, "submitted": 5.0}, 3)
    (node,) = found["nodes"]
    assert [bar["lane"] for bar in node["bars"]] == [0, 1, 0] and node["lanes"] == 2
    assert [bar["x"] for bar in node["bars"]] == ["20.00%", "40.00%", "60.00%"]
    assert [tick["text"] for tick in found["ticks"]] == ["0 s", "5 s", "10 s", "15 s", "20 s", "25 s"]
    assert charts.clock(3900) == "1:05:00" and charts.clock(65) == "1:05"


def test_two_runs_make_a_page_of_their_own():
    text = files.set_side_by_side(sample_run.report(RUNS["succeeded"]), sample_run.report(RUNS["failed"]))[1]
    assert "Two runs, set side by side" in text and parsed(text) is not None


def test_the_report_before_is_kept_once(tmp_path):
    base = str(tmp_path / "new" / "books-report")
    first, second = sample_run.report(RUNS["succeeded"]), sample_run.report(RUNS["failed"])
    assert files.save(first, base) == (f"{base}.html", "")
    for _time in (1, 2):
        files.save(second, base)
    assert files.load(f"{base}.json") == second == files.load(f"{base}-before.json")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "books-report-before.html",
        "books-report-before.json",
        "books-report.html",
        "books-report.json",
    ]


@pytest.mark.parametrize("ending", [".html", ".json", "-before.html", "-before.json"])
@pytest.mark.parametrize("text", ["my own notes", "[]", '{"kind": "mine"}'])
def test_what_is_no_report_is_left_alone(tmp_path, ending, text):
    (tmp_path / f"r{ending}").write_text(text)
    with pytest.raises(OhmyError, match="is no report"):
        files.save(sample_run.report(RUNS["succeeded"]), str(tmp_path / "r"))
    assert [path.read_text() for path in tmp_path.iterdir()] == [text]


def test_a_page_is_written_once_and_a_report_is_read_or_refused(tmp_path):
    path = str(tmp_path / "c.html")
    text = files.set_side_by_side(*2 * (sample_run.report(RUNS["succeeded"]),))[1]
    assert files.save_page(text, path, check_mode=True) and not (tmp_path / "c.html").exists()
    assert files.save_page(text, path) and not files.save_page(text, path)
    for content, words in (("{}", "is no report"), ('{"kind": "ohmy.hadoop run report", "format": 2}', "format 2")):
        (tmp_path / "r.json").write_text(content)
        with pytest.raises(OhmyError, match=words):
            reading.report_of(str(tmp_path / "r.json"))


def test_a_comparison_never_takes_the_place_of_a_run_s_own_report(tmp_path):
    report = sample_run.report(RUNS["succeeded"])
    page, _why = files.save(report, str(tmp_path / "r"))
    there = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    for path in (page, str(tmp_path / "r.json")):
        with pytest.raises(OhmyError, match="a run has its own report"):
            files.save_page("other", path)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == there


def test_a_report_of_another_format_is_kept_and_not_compared(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps({"kind": "ohmy.hadoop run report", "format": 99}))
    files.save(sample_run.report(RUNS["succeeded"]), str(tmp_path / "r"))
    assert files.load(str(tmp_path / "r-before.json"))["format"] == 99
    assert "The run before" not in (tmp_path / "r.html").read_text("utf-8")


def test_what_could_not_be_written_leaves_nothing(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        files.write(str(tmp_path / "r.html"), "\udcff")
    assert not list(tmp_path.iterdir())


def test_a_run_that_found_all_done_names_the_report_of_the_run_that_did_it(tmp_path):
    run = sample_run.run(page=str(tmp_path / "r"))
    done = {**run, "plan": {**run["plan"], "finished": True}}
    line = f"The report of an earlier run lies in {tmp_path}/r.html."
    assert at_the_end.leave(done, []) == ("", "")
    (tmp_path / "r.html").write_text("of before")
    assert at_the_end.leave(done, []) == ("", "")
    (tmp_path / "r.html").unlink()
    at_the_end.leave(run, [])
    assert at_the_end.leave(done, []) == ("", line)
    # A run of another job, or one that failed, has its report there since.
    for changes in (
        {"plan": {**run["plan"], "fingerprint": "e" * 64}},
        {"failure": {"phase": "run", "message": "No."}},
    ):
        at_the_end.leave({**run, **changes, "jobs": []}, [])
        assert at_the_end.leave(done, []) == ("", line.replace("r.html", "r-before.html"))
        at_the_end.leave({**run, **changes, "jobs": []}, [])
        assert at_the_end.leave(done, []) == ("", "")
        at_the_end.leave({**run, "jobs": []}, [])
        assert at_the_end.leave(done, []) == ("", line)
    (tmp_path / "r.json").write_text('{"kind": "ohmy.hadoop run report", "format": 1}')
    assert at_the_end.leave(done, []) == ("", "")


def test_the_report_of_a_job_that_was_found_finished_in_hdfs_stays(tmp_path):
    run = sample_run.run(page=str(tmp_path / "r"))
    page_path, _line = at_the_end.leave(run, [])
    again = {**run, "phases": {"preflight": 1.0, "run": 2.0}, "jobs": run["jobs"] * 2}
    assert at_the_end.leave(again, []) == ("", f"The report of an earlier run lies in {page_path}.")
    anew = [{**run["jobs"][0], "application_id": "application_1700000000000_0002"}]
    for changes in ({"jobs": anew}, {"failure": {"phase": "fetch", "message": "It broke."}}, {"jobs": []}):
        assert at_the_end.leave({**again, **changes}, [])[0] == page_path
    # One that was found finished after a run that failed is told anew.
    at_the_end.leave({**again, "failure": {"phase": "fetch", "message": "It broke."}}, [])
    assert at_the_end.leave(again, [])[0] == page_path
    assert len(files.load(f"{tmp_path}/r.json")["steps"]) == 1


def test_whatever_hinders_a_report_is_said(tmp_path, monkeypatch):
    (tmp_path / "r.html").write_text("my own notes")
    assert "is no report of this collection" in at_the_end.leave(sample_run.run(page=str(tmp_path / "r")), [])[1]
    said = at_the_end.leave(sample_run.run(page="/proc/none/r"), [])
    assert said[0] == "" and "could not be written" in said[1]
    monkeypatch.setattr(at_the_end, "data", types.SimpleNamespace())
    assert "could not be written" in at_the_end.leave(sample_run.run(page=str(tmp_path / "s")), [])[1]


def test_the_versions_of_what_runs_here():
    assert {"ohmy.hadoop", "ansible-core", "python", "jinja2"} <= set(at_the_end.versions())
