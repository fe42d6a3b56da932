# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal as a module: what it returns, what it reads of S3, how it fails."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import preflight
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.estimate import cores_of
from ansible_collections.ohmy.hadoop.plugins.modules import job_preflight
from tests.waiting import wait_for

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


def test_it_fails_with_all_errors_and_has_all_findings(here, programs, tmp_path):
    (tmp_path / "in/b.txt").write_text("1 x\nodd line\n2 y\n")
    (tmp_path / "in/c.gz").write_bytes(gzip.compress(LINES.encode())[:-9])
    result = here(**programs)
    assert_documented(result, {**returns("job_preflight"), "hint": {}})
    assert result["failed"] and [one["id"] for one in result["findings"]] == ["input-corrupt", "mapper-failed"]
    assert result["msg"].startswith("2 errors were found before the start:\n")
    assert f"{tmp_path}/in/c.gz cannot be unpacked as gzip: it ends in the middle." in result["msg"]
    assert all(f"{one['text']} {one['hint']}" in result["msg"] for one in result["findings"])
    broken = result["findings"][1]
    assert f"line 2 of {tmp_path}/in/b.txt (byte 4): odd line" in broken["text"]
    assert broken["evidence"]["stderr"] == "odd: odd line"


def test_hidden_input_and_packed_files_that_end_too_early_are_told(here, programs, tmp_path):
    (tmp_path / "in/_b.txt").write_text("1 x\n")
    (tmp_path / "in/_c\udce9\n").write_text("1 x\n")
    (found,) = here(**programs)["findings"]
    assert (found["id"], found["severity"]) == ("input-hidden", "warning")
    assert f"Hadoop passes over {tmp_path}/in/_b.txt and 1 more, for" in found["text"]
    # Lines that pack badly, so that the end lies behind the sample.
    lines = b"".join(b"%d %s\n" % (number, os.urandom(64).hex().encode()) for number in range(20_000))
    (tmp_path / "in/z.gz").write_bytes(gzip.compress(lines)[:-9])
    result = here(**programs, sample_bytes=65536)
    assert (
        result["failed"] and f"{tmp_path}/in/z.gz cannot be unpacked as gzip: it ends in the middle." in result["msg"]
    )
    own = {"mapred.input.format.class": "my.Format"}
    assert not here(**programs, sample_bytes=65536, options=own).get("failed")


def test_programs_are_tried_where_the_disk_lets_them_start(here, programs, tmp_path, monkeypatch):
    real, noexec, flag = os.statvfs, {str(tmp_path)}, os.ST_NOEXEC

    def statvfs(path):
        return types.SimpleNamespace(f_flag=real(path).f_flag & ~flag | (flag if path in noexec else 0))

    monkeypatch.setattr(preflight.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(preflight.os, "statvfs", statvfs)
    assert preflight.place_to_play() == "/var/tmp" and here(**programs)["findings"] == []
    noexec |= {"/var/tmp", "/tmp"}
    assert preflight.place_to_play() == str(tmp_path)
    monkeypatch.delattr(preflight.os, "ST_NOEXEC")
    assert preflight.place_to_play() == str(tmp_path)


def test_switched_off_it_does_nothing_and_returns_the_same_keys(here, programs):
    result = here(**{**programs, "mapper": "/no/such", "input": ["/no/such"]}, mode="off")
    assert_documented(result, returns("job_preflight"))
    assert result["tried"] == [] and result["estimate"]["seconds"] is None
    static = here(**programs, mode="static")
    assert_documented(static, returns("job_preflight"))
    assert static["sample"]["lines"] == 0 and not static.get("failed")


@pytest.fixture
def chain(here, programs, tmp_path):
    """Rehearse a step, and after it another one on its answer."""

    def run(mapper, first=None, **more):
        path = f"{tmp_path}/answer"
        one = here(**{**programs, **(first or {})}, answer_to=path, step="step 1 of 2")
        (tmp_path / "second").write_text(mapper)
        there = {"answer_from": path} if one["answer"]["bytes"] else {}
        size = one["answer"]["whole_bytes"]
        step = {
            "name": "j",
            "step": "step 2 of 2",
            "mapper": f"{tmp_path}/second",
            "input_bytes": size,
            **there,
            **more,
        }
        return one, here(**step)

    return run


def test_a_later_step_is_tried_on_the_answer_of_the_one_before_it(chain, programs, tmp_path):
    (tmp_path / "in/a.txt").write_text(LINES * 200)
    one, two = chain("#!/bin/sh\nawk '{print $2, $1}'\n", reducer="cat", first={"sample_bytes": 40_000})
    assert_documented(two, returns("job_preflight"))
    assert two["findings"] == [] and len(two["tried"]) == 3
    # uniq -c: one line with the number of lines that the sample has.
    (read,) = two["sample"]["files"]
    assert read == {"file": "the answer of the step before", "lines": 1, "bytes": one["answer"]["bytes"]}
    assert two["estimate"]["input_bytes"] == one["answer"]["whole_bytes"]
    assert one["answer"]["whole_bytes"] > 20 * one["answer"]["bytes"]


def test_a_later_step_that_fails_is_told_with_its_line_before_anything_is_launched(chain):
    odd = "#!/usr/bin/env python3\nimport sys\nfor line in sys.stdin:\n    print(int(line.split()[1]))\n"
    _one, two = chain(odd, reduces=0)
    assert two["failed"] and two["msg"].startswith("Step 2 of 2: The mapper ")
    assert "ValueError" in two["msg"] and "line 1 of the answer of the step before (byte 0):" in two["msg"]


def test_what_a_step_writes_for_another_in_binary_form_is_text_again(chain):
    one, two = chain("#!/bin/sh\ncat\n", {"output_format": "sequence"}, reduces=0, input_format="sequence")
    assert one["findings"] == two["findings"] == [] and two["sample"]["lines"] == 1


def test_a_later_step_without_anything_to_read_is_told_to_be_untried(chain):
    one, two = chain("#!/bin/sh\ncat\n", {"reducer": "/bin/true"}, reduces=0)
    assert one["answer"] == {"bytes": 0, "whole_bytes": 0} and not two.get("failed")
    assert [one["id"] for one in two["findings"]] == ["not-rehearsed"] and two["tried"] == []


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
    assert "when one map reads several files" not in here(**programs, combine=False)["tried"]


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
        image="ssm:/aws/service/debian/release/12/latest/amd64",
    )
    assert result["findings"] == [] and result["not_tried"] == [] and len(result["tried"]) == 5


BITES = {
    "crlf": ("m.py", b"#!/usr/bin/env python3\r\n", "first-line-crlf", "ends in a carriage return (CRLF)"),
    "mark": ("m.py", b"\xef\xbb\xbf#!/bin/sh\n", "byte-order-mark", "begins with a byte order mark"),
    "bare": ("m", b"import sys\n", "no-interpreter", "names no interpreter"),
}


@pytest.mark.parametrize("mode", ["full", "static"])
@pytest.mark.parametrize("name, text, kind, said", BITES.values(), ids=BITES)
def test_programs_that_no_node_could_start_are_refused_in_the_words_of_their_page(
    here, programs, tmp_path, name, text, kind, said, mode
):
    (tmp_path / name).write_bytes(text)
    result = here(**{**programs, "mapper": f"{tmp_path}/{name}"}, mode=mode)
    assert result["failed"] and [one["id"] for one in result["findings"] if one["severity"] == "error"] == [kind]
    assert said in result["msg"] and result["tried"] == []
    assert said in " ".join((ROOT / "docs/input.md").read_text("utf-8").split())


def test_what_the_nodes_lack_is_told_without_running_anything(here, programs, tmp_path):
    (tmp_path / "m.py").write_text("import numpy\nmatch = 1\nmatch match:\n    case 1:\n        pass\n")
    programs["mapper"] = f"{tmp_path}/m.py"
    known = {"mode": "static", "image": "ssm:/aws/service/debian/release/11/latest/amd64"}
    found = here(**programs, **known)
    assert [one["id"] for one in found["findings"]] == ["syntax-too-new", "module-missing"]
    found = here(**programs, mode="static", image="ssm:/aws/service/debian/release/12/latest/amd64")
    assert [one["id"] for one in found["findings"]] == ["module-missing"]
    assert found["hint"] == "Name python3-numpy in hadoop_packages."
    with_package = {"packages": ["python3-numpy"], "image": "ssm:/aws/service/debian/release/12/latest/amd64"}
    assert here(**programs, mode="static", **with_package)["findings"] == []
    assert here(**programs, mode="static", node_python="3.11", node_roles=True)["findings"][0]["severity"] == "warning"


def test_a_codec_that_the_archive_lacks_is_an_error(here, programs, tmp_path):
    (tmp_path / "in/b.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(20))
    result = here(**programs, mode="static", codecs=["deflate", "gzip", "bzip2"])
    assert [one["id"] for one in result["findings"]] == ["input-codec-absent"] and result["failed"]


def pack(tmp_path, name):
    """Make an archive with a script that is executable and a list of words; return its path."""
    (tmp_path / "tools").mkdir(exist_ok=True)
    (tmp_path / "tools/second").write_text("#!/bin/sh\nawk '{print $2}' | grep -f lists/words.txt\n")
    (tmp_path / "tools/second").chmod(0o755)
    (tmp_path / "tools/words.txt").write_text("some\n")
    kind = "zip" if name.endswith(".zip") else "gztar"
    return shutil.make_archive(str(tmp_path / "lists"), kind, tmp_path / "tools")


@pytest.mark.parametrize("name", ["lists.zip", "lists.tar.gz"])
def test_archives_are_unpacked_for_the_rehearsal(here, programs, tmp_path, name):
    programs.update(archives=[pack(tmp_path, name)], mapper="lists/second")
    result = here(**programs, reduces=2)
    assert not result.get("failed"), result["msg"]
    assert len(result["tried"]) == 5 and result["speed"]["map_output_ratio"] > 0


def test_options_of_a_job_are_rehearsed_as_hadoop_does_them(here, programs, tmp_path):
    (tmp_path / "m").write_text('#!/bin/sh\nawk \'{print $1 % 3 "," $1 ",x"}\'\n')
    (tmp_path / "r").write_text("#!/bin/sh\nawk -F, '$2 > last[$1] && last[$1] {exit 4} {last[$1] = $2; print}'\n")
    options = {"field_separator": ",", "key_fields": 2, "partition_fields": 1, "sort": ["1", "2nr"], "reduces": 2}
    sorted_so = here(**programs, **options)
    assert sorted_so["findings"] == []
    assert not sorted_so.get("failed") and len(sorted_so["tried"]) == 5
    assert here(**programs, **{**options, "sort": ["1", "2n"]})["findings"][0]["id"] == "reducer-failed"
    text = here(**programs, input_format="sequence")["findings"][0]["text"]
    assert "SequenceFileAsTextInputFormat" in text and "not rehearsed" in text
    assert len(here(**{**programs, "reducer": None}, input_format="nline", lines_per_map=9, reduces=0)["tried"]) > 1


def test_cores_follow_from_the_name_of_the_instance_type():
    names = ["m6i.2xlarge", "c5.xlarge", "t3.medium", "m5.large", "u-6tb1.112xlarge", "", "x.metal"]
    assert [cores_of(name) for name in names] == [8, 4, 2, 2, 448, 2, 2]


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of what has lost its parent")


@linux
def test_what_a_program_leaves_running_does_not_last_until_the_next_run(here, programs, tmp_path):
    stray = f"setsid sleep 300 >/dev/null 2>&1 & echo $! >> {tmp_path}/ids"
    looks = f"for one in $(cat {tmp_path}/ids); do [ -e /proc/$one ] && echo $one >> {tmp_path}/alive; done"
    (tmp_path / "ids").touch()
    (tmp_path / "m").write_text(f"#!/bin/sh\n{looks}\n{stray}\nexec cat\n")
    assert here(**programs)["findings"] == []
    assert len((tmp_path / "ids").read_text().split()) > 2 and not (tmp_path / "alive").exists()


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_of_a_module_that_is_killed_stays(programs, tmp_path, number):
    (tmp_path / "m").write_text(f"#!/bin/sh\nsetsid sleep 300 & echo $! $$ >> {tmp_path}/ids\nsleep 300\n")
    (tmp_path / "tmp").mkdir()
    script = (
        "import json, sys\nfrom ansible.module_utils.testing import patch_module_args\n"
        "from ansible_collections.ohmy.hadoop.plugins.modules import job_preflight\n"
        "with patch_module_args(json.loads(sys.argv[1])):\n    job_preflight.main()\n"
    )
    params = json.dumps({**programs, "provider": "inventory"})
    env = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", script, params], env=env, **pipes) as module:
        wait_for("ids", lambda: (tmp_path / "ids").exists() and (tmp_path / "ids").read_text().endswith("\n"), 20)
        assert any((tmp_path / "tmp").iterdir())
        module.send_signal(number)
    ids = (tmp_path / "ids").read_text().split()
    assert len(ids) == 2
    wait_for("both gone", lambda: not any(os.path.exists(f"/proc/{one}") for one in ids), 20)
    wait_for("an empty folder", lambda: not any((tmp_path / "tmp").iterdir()), 20)
