# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One program run as a task."""

from __future__ import annotations

import os
import sys
import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import processors, task
from tests.waiting import wait_for

LIMITS = task.Limits(seconds=20)


@pytest.fixture
def run(tmp_path):
    def run(script, data=b"", limits=LIMITS, env=None):
        variables = {"PATH": os.environ["PATH"], **(env or {})}
        argv = ["sh", "-c", script]
        return task.run("/bin/sh", argv, str(tmp_path), variables, data, limits, "reporter:")

    return run


def test_much_goes_in_and_comes_out_without_a_deadlock(run):
    data = b"0123456789abcde\n" * 100_000
    result = run("tee /dev/stderr", data)
    assert result.stdout == data and not result.failed and result.unread == 0
    assert len(result.stderr) <= task.STDERR_TAIL and result.stderr.endswith("0123456789abcde")


def test_input_that_is_left_unread_is_counted_to_the_byte(run):
    assert run("dd bs=1 count=10 status=none >/dev/null", b"x" * 1_000_000).unread == 999_990
    assert run("true", b"x" * 100).unread == 100
    assert run("cat", b"").unread == 0


def test_a_program_that_does_not_end_is_killed_with_all_that_it_started(run, tmp_path):
    begin = time.monotonic()
    result = run("sleep 300 & echo $! >child; wait", limits=task.Limits(seconds=0.3))
    assert result.timed_out and result.failed and time.monotonic() - begin < 10
    child = (tmp_path / "child").read_text().strip()
    wait_for("the child gone", lambda: not running(child), 5)


def running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_closes_its_output_and_stays_is_killed_too(run):
    assert run("exec >&- 2>&-; sleep 300", limits=task.Limits(seconds=0.3)).timed_out


def test_too_much_output_ends_the_run(run):
    result = run("yes", limits=task.Limits(seconds=20, output=100_000))
    assert result.overflow and result.failed and not result.timed_out


def test_exit_codes_are_told_as_streaming_tells_them(run):
    assert run("exit 3").code == 3
    assert run("kill -9 $$").code == 137


def test_memory_is_limited(tmp_path):
    script = "print(1)\nx = bytearray(400 << 20)\nprint(2)"
    limits = task.Limits(seconds=20, memory=200 << 20)
    # The first line is read before memory is asked for: by then the limit is set.
    words = [sys.executable, "-c", f"import sys\nsys.stdin.readline()\n{script}"]
    result = task.run(sys.executable, words, str(tmp_path), {}, b"go\n", limits, "reporter:")
    assert result.code == 1 and result.stdout == b"1\n" and "MemoryError" in result.stderr


def test_reports_are_parsed_and_not_shown(run):
    result = run(
        "echo 'reporter:counter:G,a,2' >&2; echo 'reporter:counter:G,a,3' >&2; echo 'reporter:status:half' >&2; "
        "echo 'reporter:counter:G,a b' >&2; echo 'reporter:counter:G,a,x' >&2; echo other >&2"
    )
    assert result.reports.counters == {("G", "a"): 5}
    assert result.reports.wrong == ["reporter:counter:G,a b", "reporter:counter:G,a,x"]
    assert result.stderr == "other"


def test_what_a_terminal_would_obey_is_spelled_out(run):
    assert run("printf 'a\\033[31mred\\tb\\n' >&2").stderr == "a\\x1b[31mred\tb"


def test_a_program_sees_no_variable_but_those_that_it_is_given(run, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    names = {line.split("=")[0] for line in run("env", env={"GIVEN": "x"}).stdout.decode().splitlines()}
    assert names - {"_", "OLDPWD", "SHLVL", "PWD"} == {"GIVEN", "PATH"}


def test_a_program_that_cannot_be_started_is_told(tmp_path):
    result = task.run("/no/such", ["such"], str(tmp_path), {}, b"x", LIMITS, "reporter:")
    assert result.failed and "No such file" in result.missing


def test_side_files_are_links_to_executable_copies_elsewhere(tmp_path):
    (tmp_path / "mine.sh").write_text("echo ran by sh: $(basename $0) $1\n")
    (tmp_path / "root").mkdir()
    place = task.Workplace({"prog": str(tmp_path / "mine.sh")}, str(tmp_path / "root"))
    with place.folder() as folder:
        assert sorted(os.listdir(folder)) == ["prog", "tmp"] and os.path.islink(f"{folder}/prog")
        real = os.path.realpath(f"{folder}/prog")
        assert os.path.dirname(real) != folder and os.access(real, os.X_OK) and real != str(tmp_path / "mine.sh")
        # It names no interpreter: Java falls back to a shell.
        path = {"PATH": os.environ["PATH"]}
        result = task.run(f"{folder}/prog", ["prog", "x"], folder, path, b"", LIMITS, "reporter:")
        assert result.stdout == b"ran by sh: prog x\n"
    assert not os.path.exists(folder)
    assert not os.access(tmp_path / "mine.sh", os.X_OK)


def elf(machine, order="little"):
    """Return the head of a program in the machine's own language."""
    marks = bytes([2, 1 if order == "little" else 2, 1])
    return b"\x7fELF" + marks + bytes(9) + (2).to_bytes(2, order) + machine.to_bytes(2, order) + bytes(44)


def test_a_program_of_another_processor_is_not_handed_to_a_shell(tmp_path):
    machine, name = (62, "x86_64") if os.uname().machine == "aarch64" else (183, "aarch64")
    program = tmp_path / "program"
    program.write_bytes(elf(machine))
    program.chmod(0o755)
    result = task.run(str(program), ["program"], str(tmp_path), {}, b"x\n", LIMITS, "reporter:")
    assert result.failed and result.built_for == name and result.stderr == ""


def test_the_processor_of_a_program_stands_in_its_head(tmp_path):
    program = tmp_path / "program"
    for head, told in ((elf(22, "big"), "s390x"), (elf(9999), "processor 9999"), (b"\x7fELF\x02", ""), (b"true\n", "")):
        program.write_bytes(head)
        assert processors.other_than_here(str(program)) == told
    assert processors.other_than_here(sys.executable) == processors.other_than_here(str(tmp_path / "none")) == ""
