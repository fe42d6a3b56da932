# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal as a module: what it returns, what it reads of S3, how it fails."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.modules import job_preflight

from .conftest import BUCKET
from .test_aws_returns import assert_documented, returns

ROOT = Path(__file__).resolve().parents[4]
LINES = "".join(f"{number} some words\n" for number in range(300))


@pytest.fixture
def programs(tmp_path):
    """A mapper that wants a number first, and a reducer that counts its lines."""
    (tmp_path / "m").write_text(
        '#!/bin/sh\nawk \'$1 !~ /^[0-9]+$/ {print "odd:", $0 > "/dev/stderr"; exit 3} {print $2}\'\n'
    )
    (tmp_path / "r").write_text("#!/bin/sh\nuniq -c\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(LINES)
    return {"name": "j", "mapper": f"{tmp_path}/m", "reducer": f"{tmp_path}/r", "input": [f"{tmp_path}/in"]}


@pytest.fixture
def here(monkeypatch):
    """Run the module without any AWS."""
    monkeypatch.setattr(job_preflight, "Clients", lambda _params: pytest.fail("a client was made"))

    def run(**params):
        out = io.StringIO()
        args = {"provider": "inventory", **params}
        with patch_module_args(args), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            job_preflight.main()
        return json.loads(out.getvalue().strip().splitlines()[-1])

    return run


def test_a_job_on_local_input_is_rehearsed_and_nothing_else_is_asked(here, programs, tmp_path):
    result = here(**programs, workers=3, cores=4)
    assert_documented(result, returns("job_preflight"))
    assert result["findings"] == [] and not result["changed"] and len(result["tried"]) == 5
    file = {"file": f"{tmp_path}/in/a.txt", "lines": 300, "bytes": len(LINES)}
    assert result["sample"] == {"files": [file], "lines": 300, "bytes": len(LINES)}
    assert result["estimate"]["input_bytes"] == len(LINES) and result["estimate"]["maps"] == 2
    assert result["estimate"]["useful_workers"] == 1


def test_it_fails_with_the_first_error_and_has_all_findings(here, programs, tmp_path):
    (tmp_path / "in/b.txt").write_text("1 x\nodd line\n2 y\n")
    (tmp_path / "in/c.gz").write_bytes(gzip.compress(LINES.encode())[:-9])
    result = here(**programs)
    assert_documented(result, {**returns("job_preflight"), "hint": {}})
    assert result["failed"] and [one["id"] for one in result["findings"]] == ["input-corrupt", "mapper-failed"]
    assert result["msg"].startswith(f"{tmp_path}/in/c.gz cannot be unpacked as gzip: it ends in the middle.")
    assert "(1 more: mapper-failed)" in result["msg"] and result["hint"] == result["findings"][0]["hint"]
    broken = result["findings"][1]
    assert f"line 2 of {tmp_path}/in/b.txt (byte 4): odd line" in broken["text"]
    assert broken["evidence"]["stderr"] == "odd: odd line"


def test_switched_off_it_does_nothing_and_returns_the_same_keys(here, programs):
    result = here(**{**programs, "mapper": "/no/such", "input": ["/no/such"]}, mode="off")
    assert_documented(result, returns("job_preflight"))
    assert result["tried"] == [] and result["estimate"]["seconds"] is None
    static = here(**programs, mode="static")
    assert_documented(static, returns("job_preflight"))
    assert static["sample"]["lines"] == 0 and not static.get("failed")


def test_input_in_s3_is_refused_without_aws(here, programs):
    result = here(**{**programs, "input": ["s3://bucket/key"]})
    assert result["failed"] and "hosts of one's own are used without AWS" in result["msg"]


@pytest.mark.parametrize("files", [3, 30])
def test_of_s3_so_little_is_read_in_a_call_for_each_file_of_the_sample(account, run_module, programs, files):
    for number in range(files):
        account.s3.put_object(Bucket=BUCKET, Key=f"in/{number:02}.txt", Body=LINES.encode() * 100)
    spans = []
    account.before_send = lambda name, request: (
        spans.append(request.headers.get("Range")) if name == "GetObject" else None
    )
    programs["input"] = [f"s3://{BUCKET}/in/"]
    result = run_module("job_preflight", True, **programs, sample_files=3, sample_bytes=30_000)
    assert_documented(result, returns("job_preflight"))
    assert result["findings"] == [] and result["sample"]["files"][0]["file"] == f"s3://{BUCKET}/in/00.txt"
    assert account.calls == {"ListObjectsV2": 1, "GetObject": 3}
    assert len(spans) == 3 and {span.split(b"-")[0] for span in map(bytes, spans)} == {b"bytes=0"}
    assert 20_000 < result["sample"]["bytes"] <= 30_000


def test_small_files_share_maps_and_a_mapper_that_minds_is_found(here, programs, tmp_path):
    for number in range(40):
        (tmp_path / f"in/{number}.txt").write_text(f"{number} one\n{number} two\n")
    (tmp_path / "m").write_text("#!/bin/sh\nawk 'NR > 1 {print $2}'\n")
    result = here(**programs)
    assert [one["id"] for one in result["findings"]] == ["answer-depends-on-splits"]
    assert "when one map reads several files" not in result["tried"]
    (tmp_path / "m").write_text("#!/bin/sh\n# map_input_file\nawk '{print $2}'\n")
    assert "when one map reads several files" not in here(**programs)["tried"]
    (tmp_path / "m").write_text("#!/bin/sh\nawk '{print $2}'\n")
    assert "when one map reads several files" in here(**programs)["tried"]


def test_the_shipped_example_passes(here, tmp_path):
    example = ROOT / "files/example"
    verse = "".join(f"Ge1:{number} And the earth was without form, and void; and darkness\n" for number in range(1, 60))
    (tmp_path / "bible.txt").write_text(verse)
    result = here(
        name="example",
        mapper=f"{example}/mapper.py",
        reducer=f"{example}/reducer.py",
        files=[f"{example}/books.txt"],
        input=[str(tmp_path / "bible.txt")],
        reduces=2,
    )
    assert result["findings"] == [] and result["not_tried"] == [] and len(result["tried"]) == 5
