# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that fail on a cluster: each is told by its own words, with what it was given to read."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from .failing import HOME, STREAMING, job, put, together, told

pytestmark = pytest.mark.failures
WORDS = "ann 1\nbob 2\nbroken x\ncid 3\n"
LONG = "".join(f"line {number}\n" for number in range(40000)).encode()
EACH = "import sys\nfor line in sys.stdin:\n    "
SIGNAL = "import os, sys\nsys.stdin.read()\nos.kill(os.getpid(), int(sys.argv[1]))\n"
PROGRAMS = {
    "raises.py": EACH + "name, count = line.split()\n    print(name, int(count), sep='\\t')\n",
    "refuses.py": EACH
    + "if line.startswith('broken'):\n        raise KeyError(line.split()[0])\n    print(line, end='')\n",
    "pairs.py": EACH + "print(line.strip().replace(' ', '\\t'))\n",
    "three.py": "import sys\nsys.stdin.read()\nsys.exit(3)\n",
    "code.py": "import sys\nsys.stdin.read()\nprint('so it is', file=sys.stderr)\nsys.exit(int(sys.argv[1]))\n",
    "bytes.py": "import sys\nsys.stdin.read()\nsys.stderr.buffer.write(b'no \\xff table\\n')\nsys.exit(4)\n",
    "signal.py": SIGNAL,
    "eater.py": "import time\ndata = []\nwhile True:\n    data.append(b'x' * (50 << 20))\n    time.sleep(0.2)\n",
    "silent.py": "import time\ntime.sleep(600)\n",
    "early.py": "import sys\nprint(sys.stdin.readline(), end='')\n",
    "counts.py": EACH + "for n in range(200):\n        sys.stderr.write(f'reporter:counter:words,number {n},1\\n')\n",
    "full.py": "with open('/dev/full', 'w') as target:\n    target.write('x' * 9999)\n    target.flush()\n",
    "ascii.py": "import io, sys\nfor line in io.TextIOWrapper(sys.stdin.buffer, 'ascii'):\n    print(line)\n",
    "greedy.py": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 28,) * 2)\nx = b'x' * (1 << 29)\n",
    "module.py": "import sys\nimport numpy\n",
    "two.py": "import sys\nprint 'x'\n",
    "side.py": "import sys\nwords = open('stop.txt').read()\n",
    "long.py": EACH + "print('warning ' * 20, file=sys.stderr)\n    raise RuntimeError('y' * 3000)\n",
    "env.sh": "#!/usr/bin/env nosuchlisp\n",
    "absent.sh": "#!/opt/no/python3 -u\n",
    "bare.sh": "import sys\nfor line in sys.stdin:\n    print(line)\n",
}


def script(name, mapper=None, **more):
    """Return what makes a job of one of the programs, or of several that its commands name."""
    command = mapper or (f"python3 {name}" if name.endswith(".py") else name)
    words = f"{command} {more.get('reducer')} {more.get('combiner')}".split()
    names = sorted({name, *(word for word in words if word in PROGRAMS)})
    return lambda folder: job(command, *(folder / one for one in names), **more)


def crlf(folder):
    """Return a job whose program comes in an archive, into which nobody looks before the nodes do."""
    data = b"#!/usr/bin/env python3\r\n"
    with tarfile.open(folder / "crlf.tgz", "w:gz") as archive:
        entry = tarfile.TarInfo("mapper.py")
        entry.size, entry.mode = len(data), 0o755
        archive.addfile(entry, io.BytesIO(data))
    return job("crlf/mapper.py", archives=[{"src": str(folder / "crlf.tgz")}])


# name → (the job, its cause, words that are shown); those with a test of their own have no cause here.
CASES = {
    "words_that_are_no_utf8": (script("bytes.py"), "exit-code", ["exit code 4", "no \ufffd table"]),
    "signal_9": (script("signal.py", "python3 signal.py 9"), "exit-137", ["was killed"]),
    "crashed": (script("signal.py", "python3 signal.py 11"), "exit-139", ["segmentation fault"]),
    "aborted": (script("signal.py", "python3 signal.py 6"), "exit-134", ["it aborted"]),
    "told_to_end": (script("signal.py", "python3 signal.py 15"), "exit-143", ["it was told to end"]),
    "exit_2": (script("code.py", "python3 code.py 2"), "exit-2", ["exit code 2", "so it is"]),
    "exit_126": (script("code.py", "python3 code.py 126"), "exit-126", ["could not be executed", "so it is"]),
    "exit_127": (script("code.py", "python3 code.py 127"), "exit-127", ["was not found on the node", "so it is"]),
    "reads_no_more": (script("early.py", input=[f"{HOME}/in/long.txt"]), "input-not-read", ["broke after at most"]),
    "too_many_counters": (script("counts.py"), "too-many-counters", ["too many counters: 121"]),
    "disk_full": (script("full.py"), "node-disk-full", ["No space left on device", "full.py"]),
    "no_text": (script("ascii.py", input=[f"{HOME}/in/bytes.txt"]), "text-decoding", ["not ascii: 0xff", "Line 2 of"]),
    "out_of_memory": (script("greedy.py"), "python-memory", ["job_map_memory", "MemoryError"]),
    "module_missing": (script("module.py"), "module-missing", ["the Python module numpy"]),
    "syntax": (script("two.py"), "python-syntax", ["SyntaxError: Missing parentheses", "two.py, line 2"]),
    "side_file_missing": (script("side.py"), "side-file-missing", ["stop.txt", "Ship it in job_files"]),
    "script_missing": (lambda _: job("python3 nofile.py"), "script-missing", ["did not find nofile.py"]),
    "not_shipped": (lambda _: job("nofile.sh"), "program-not-shipped", ["could not start nofile.sh"]),
    "not_executable": (lambda _: job("/etc/hosts"), "program-not-executable", ["not executable"]),
    "no_interpreter": (script("absent.sh"), "interpreter-missing", ["the nodes have no /opt/no/python3"]),
    "no_interpreter_by_env": (script("env.sh"), "interpreter-missing", ["the nodes have no nosuchlisp"]),
    "carriage_return": (crlf, "program-crlf", ["so python3 was not found", "sed -i"]),
    "no_first_line": (script("bare.sh"), "no-first-line", ["no first line"]),
    "pipe": (lambda _: job("cut -f1 | sort"), "shell-pipe", ["holds a pipe"]),
    "cut_gzip": (lambda _: job("cat", input=[f"{HOME}/in/cut.gz"]), "input-corrupt", [f"{HOME}/in/cut.gz", "gzip -t"]),
    "damaged_gzip": (lambda _: job("cat", input=[f"{HOME}/in/damaged.gz"]), "input-corrupt", [f"{HOME}/in/damaged.gz"]),
    "codec": (lambda _: job("cat", input=[f"{HOME}/in/no.zst"]), "codec-missing", ["zStandard"]),
    "long_environment": (
        lambda _: job("cat", options={"my.words": "x" * 200000}), "environment-too-large", ["too large"],
    ),
    "heap": (
        lambda _: job("cat", options={"mapreduce.map.java.opts": "-Xmx24m", "mapreduce.task.io.sort.mb": 200}, reduces=1),
        "java-heap", ["Java's heap"],
    ),
    "sort_buffer": (
        lambda _: job("cat", options={"mapreduce.task.io.sort.mb": 5000}, reduces=1),
        "property-impossible", ["mapreduce.task.io.sort.mb cannot be 5000"],
    ),
}  # fmt: skip
UBER = {"mapreduce.job.ubertask.enable": True}
ALONE = {
    "mapper": script("raises.py", attempts=None),
    "mapper_uber": script("raises.py", options=UBER),
    "reducer": script("refuses.py", "python3 pairs.py", reducer="python3 refuses.py", reduces=1),
    "reducer_uber": script("refuses.py", "python3 pairs.py", reducer="python3 refuses.py", reduces=1, options=UBER),
    "combiner": script("refuses.py", "python3 pairs.py", combiner="python3 refuses.py", reducer="cat", reduces=1),
    "nothing_said": script("three.py"),
    "memory": script("eater.py"),
    "memory_uber": script("eater.py", options={**UBER, "mapreduce.am.max-attempts": 1}),
    "silent": script("silent.py", task_timeout=5),
    "much_said": script("long.py"),
    "tolerated": script("raises.py", maps=4, tolerated_failures=60),
    "fail_fast": script("raises.py", attempts=None, fail_fast=True),
}


@pytest.fixture(scope="module", name="results")
def fixture_results(lone):
    """Run all jobs of this file; return their results by name."""
    folder = lone.folder / "programs"
    folder.mkdir()
    for name, text in PROGRAMS.items():
        (folder / name).write_text(text)
    packed = gzip.compress(LONG, 6)
    put(
        lone,
        {
            "words.txt": WORDS.encode(),
            "long.txt": LONG,
            "bytes.txt": b"one\ntwo \xff\nthree\n",
            "cut.gz": packed[: len(packed) // 2],
            "damaged.gz": packed[:-8] + bytes(4) + packed[-4:],
            "no.zst": b"hello\n",
        },
    )
    made = {**ALONE, **{name: case[0] for name, case in CASES.items()}}
    return together(lone, {name: {STREAMING: make(folder)} for name, make in made.items()})


@pytest.mark.parametrize("name", CASES)
def test_a_program_that_fails_is_told_by_its_cause(results, name):
    _make, cause, words = CASES[name]
    told(results[name], cause, *words)


def test_a_mapper_that_raises_is_told_with_its_traceback_and_its_line(results):
    result = results["mapper"]
    error = told(result, "python-exception", "ValueError: invalid literal for int()", "raises.py, line 4")
    told_of = error["evidence"]
    assert "Traceback (most recent call last):" in error["stderr"] and "Line 3 of" in error["hint"]
    assert told_of["line"] == {"offset": 12, "number": 3, "text": "'broken x'"}
    assert told_of["input"] == {"path": f"{HOME}/in/words.txt", "start": 0, "length": 27, "others": 0}
    assert told_of["program"] == "mapper" and told_of["exit_code"] == 1
    assert error["attempt"].startswith("attempt_") and error["host"].startswith("ip-")
    assert [one["id"] for one in result["tries"]] == ["python-exception"]
    assert result["first_failure"]["id"] == "python-exception" and result["first_failure"]["attempt"].endswith("_0")


def test_a_small_job_in_its_master_is_told_as_well(results):
    error = told(results["mapper_uber"], "python-exception", "raises.py, line 4", "Line 3 of")
    assert error["evidence"]["line"]["offset"] == 12 and error["evidence"]["program"] == "mapper"
    error = told(results["reducer_uber"], "python-exception", "KeyError: 'broken'")
    assert error["evidence"]["program"] == "reducer" and "_r_" in error["attempt"]


def test_a_reducer_that_raises_is_told_with_its_key(results):
    error = told(results["reducer"], "python-exception", "The reducer python3 refuses.py", "KeyError: 'broken'")
    assert error["evidence"]["program"] == "reducer" and "_r_" in error["attempt"]


def test_a_combiner_that_raises_is_told_as_the_combiner(results):
    error = told(results["combiner"], "python-exception", "The combiner python3 refuses.py", "KeyError: 'broken'")
    assert error["evidence"]["program"] == "combiner" and "_m_" in error["attempt"]


def test_a_program_that_says_nothing_is_told_by_its_exit_code(results):
    error = told(results["nothing_said"], "exit-silent", "exit code 3 and said nothing")
    assert error["evidence"]["exit_code"] == 3 and error["stderr"] == ""


def test_memory_beyond_the_container_is_told_with_its_numbers(results):
    error = told(results["memory"], "task-memory-physical", " of 512 MB,", "raise job_map_memory")
    assert error["retry"] == "config"


def test_memory_of_a_small_job_is_that_of_its_master(results):
    told(results["memory_uber"], "master-memory", "its application master used more memory", "am.resource.mb")


def test_a_program_that_is_silent_too_long_is_told(results):
    told(results["silent"], "task-timeout", "silent for 5 seconds", "job_task_timeout")


def test_much_said_leaves_room_for_the_traceback(results):
    told(
        results["much_said"],
        "python-exception",
        "RuntimeError: yyy",
        "long.py, line 4",
        "raise RuntimeError('y' * 3000)",
    )


def test_tolerated_failures_fail_no_job(results):
    result = results["tolerated"]
    assert result["state"] == "succeeded" and not result.get("failed"), result
    assert result["first_failure"]["id"] == "python-exception"


def test_with_fail_fast_the_first_attempt_ends_the_job(results):
    error = told(results["fail_fast"], "python-exception", "raises.py, line 4")
    assert error["attempt"].endswith("_0") and results["fail_fast"]["counters"].get("NUM_FAILED_MAPS", 1) == 1
