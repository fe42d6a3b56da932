# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that somebody changed, or of which a full disk has but a part, and a disk that is full now."""

from __future__ import annotations

import errno
import json
import os

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import at_the_end, files, page, reading
from tests import sample_run

REPORT = sample_run.report(sample_run.run())
WHOLE = json.dumps(REPORT, indent=1, sort_keys=True)


def edited(place, value):
    """Return a report's text with something else at a place, or without it where that is None's type."""
    data = json.loads(WHOLE)
    *above, last = place
    holder = data
    for name in above:
        holder = holder[name]
    if value is REPORT:
        del holder[last]
    else:
        holder[last] = value
    return json.dumps(data)


NESTED = "[" * 100_000 + "]" * 100_000
EDITED = {
    "phases are a text": edited(["phases"], "none"),
    "seconds are a text": edited(["phases", 0, "seconds"], "11"),
    "seconds are true": edited(["phases", 0, "seconds"], True),
    "a phase is none": edited(["phases", 0], 1),
    "no steps": edited(["steps"], REPORT),
    "a step is null": edited(["steps", 0], None),
    "a step has no id": edited(["steps", 0, "id"], REPORT),
    "an id is a list": edited(["steps", 0, "id"], [1]),
    "counters are a list": edited(["steps", 0, "counters"], [1]),
    "a counter is a text": edited(["steps", 0, "counters", "words.odd"], "7"),
    "no maps": edited(["steps", 0, "tasks", "map"], REPORT),
    "number of maps is a text": edited(["steps", 0, "tasks", "map", "number"], "8"),
    "no state": edited(["state"], REPORT),
    "a state is a dict": edited(["state"], {}),
    "the job is a text": edited(["job"], "books"),
    "the speed is a text": edited(["speed", "real_seconds"], "24"),
    "the cost is a list": edited(["cost"], [0.1]),
    "variables are a list": edited(["variables"], []),
    "versions are numbers": edited(["versions", "java"], 17),
    "no format": edited(["format"], REPORT),
    "a format is a text": edited(["format"], "1"),
    "1e999": WHOLE.replace("11.2", "1e999"),
    "-1e999": WHOLE.replace("11.2", "-1e999"),
    "NaN": WHOLE.replace("11.2", "NaN"),
    "Infinity": WHOLE.replace("11.2", "Infinity"),
    "a large int": WHOLE.replace("11.2", "1" + "0" * 400),
    "a huge int": WHOLE.replace("11.2", "9" * 100_000),
    "nested": WHOLE.replace("11.2", NESTED),
    "nested variables": edited(["variables", "job_name"], json.loads("[" * 400 + "]" * 400)),
    "half of it": WHOLE[: len(WHOLE) // 2],
    "its beginning": WHOLE[:30],
    "nothing": "",
    "a comma too many": WHOLE.replace('"format"', ',"format"'),
    "a lone surrogate": edited(["variables", "job_name"], "\\ud800").replace("\\\\", "\\"),
}
DAMAGED = {name: text.encode() for name, text in EDITED.items()} | {
    "no UTF-8": WHOLE.replace("books", "b\xfcchs").encode("latin-1"),
    "UTF-16": WHOLE.encode("utf-16"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_report_is_told_and_kept_and_the_new_one_is_written(tmp_path, name):
    run = sample_run.run(page=str(tmp_path / "r"))
    at_the_end.leave(run, [])
    (tmp_path / "r.json").write_bytes(DAMAGED[name])
    again = {**run, "plan": {**run["plan"], "finished": True}}
    if name != "a lone surrogate":  # whose form is right
        assert at_the_end.leave(again, []) == ("", "")
    written, line = at_the_end.leave({**run, "jobs": [{**run["jobs"][0], "application_id": "application_1_0002"}]}, [])
    assert written == f"{tmp_path}/r.html" and line.endswith(f"The report of this run lies in {written}.")
    assert f"was not as it was written, and is kept as {tmp_path}/r-before.json: " in line
    assert len(line) < 1000 and "Traceback" not in line
    assert (tmp_path / "r-before.json").read_bytes() == DAMAGED[name]
    (warning,) = [one for one in files.load(f"{tmp_path}/r.json")["warnings"] if "run before" in one["text"]]
    assert warning["severity"] == "warning" and "r-before.json" in warning["fix"]
    text = (tmp_path / "r.html").read_text("utf-8")
    assert "nothing is compared with it" in text and "Compared with the run before" not in text
    # The next run keeps this one, and compares.
    assert "not as it was written" not in at_the_end.leave({**run, "jobs": []}, [])[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r-before.html", "r-before.json", "r.html", "r.json"]


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("first", [True, False])
def test_a_comparison_names_the_report_that_somebody_edited(tmp_path, name, first):
    files.save(REPORT, str(tmp_path / "good"))
    (tmp_path / "bad.json").write_bytes(DAMAGED[name])
    (tmp_path / "bad.html").write_text(page.MARK)
    names = [str(tmp_path / one) for one in (("bad.json", "good.json") if first else ("good.json", "bad.json"))]
    with pytest.raises(OhmyError) as failed:
        files.set_side_by_side(*map(reading.report_of, names), names)
    said = str(failed.value)
    assert said.startswith(f"{tmp_path}/bad.json is not as it was written: ") and "good.json" not in said
    assert len(said) < 1000 and "\n" not in said


def test_a_damage_is_told_with_its_place(tmp_path):
    told = {}
    for name in ("seconds are a text", "no maps", "NaN", "no UTF-8", "nested", "nested variables", "a huge int"):
        (tmp_path / "r.json").write_bytes(DAMAGED[name])
        with pytest.raises(reading.Damaged) as failed:
            reading.load(str(tmp_path / "r.json"))
        told[name] = failed.value.why
    deep = "it is nested deeper than 50 levels"
    assert told.pop("no UTF-8").endswith("is no UTF-8")
    assert told == {
        "seconds are a text": "phases[0].seconds is no number",
        "no maps": "steps[0].tasks.map is missing",
        "NaN": "NaN is no number that was written here",
        "nested": deep,
        "nested variables": deep,
        "a huge int": "99999999999999999999… is no number that was written here",
    }


@pytest.mark.parametrize("run", [sample_run.run(), sample_run.failed(), sample_run.run(maps=0, jobs=[], phases={})])
def test_whatever_a_run_has_is_read_again(tmp_path, run):
    run["settings"].update(job_options={"a": float("inf"), "b": float("nan"), "c": 10**400, "d": -(10**18)})
    files.save(sample_run.report(run), str(tmp_path / "r"))
    told = reading.report_of(str(tmp_path / "r.json"))["variables"]["job_options"]
    assert (told["a"], told["b"], told["d"]) == ("inf", "nan", -(10**18)) and told["c"].startswith("1000")


@pytest.mark.parametrize("what", ["fsync", "replace", "link"])
def test_a_full_disk_leaves_the_report_of_before(tmp_path, monkeypatch, what):
    run = sample_run.run(page=str(tmp_path / "r"))
    for _time in (1, 2):
        at_the_end.leave({**run, "failure": {"phase": "run", "message": "It broke."}}, [])
    there = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(there) == 4

    def full(*_arguments, **_named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, what, full)
    path, line = at_the_end.leave(run, [])
    monkeypatch.undo()
    if what == "link":  # a file system without it; then the old ones are moved
        assert path and (tmp_path / "r-before.json").read_bytes() == there["r.json"]
        return
    said = f"The report of this run could not be written: {tmp_path}/r.html: No space left on device.\n"
    assert path == "" and line.startswith(said)
    assert line.endswith(f"\n{tmp_path}/r.html is still that of the run before.")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == there


def test_a_report_that_cannot_take_its_place_leaves_one_of_before(tmp_path, monkeypatch):
    run = sample_run.run(page=str(tmp_path / "r"))
    at_the_end.leave(run, [])
    there = (tmp_path / "r.json").read_bytes()
    real, seen = os.replace, []

    def second(source, target):
        seen.append(target)
        if str(target).endswith("r.json"):
            raise OSError(errno.EIO, "Input/output error", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", second)
    assert "is still that of the run before" in at_the_end.leave({**run, "jobs": []}, [])[1]
    monkeypatch.undo()
    assert (tmp_path / "r.json").read_bytes() == there == (tmp_path / "r-before.json").read_bytes()
