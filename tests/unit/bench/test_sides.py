# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both sides of a comparison run, as far as it can be told without a cluster."""

from __future__ import annotations

import datetime
import subprocess

import pytest

from bench import jobs
from bench.cluster import NEEDS, PROGRAMS, STOCK, Cluster
from bench.command import Failed, seconds
from bench.context import Context
from bench.row import Pair
from bench.rows import copies, hdfs, large_jobs, memory, small_jobs
from tests.end_to_end.support import Cloud


class Here(Cloud):
    """A cloud whose master is this machine."""

    def shell(self, instance, line, user="hadoop", seconds=120):
        assert user == "hadoop"
        line = line.replace("/var/tmp/bench", str(self.home))
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=seconds, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(name="cluster")
def fixture_cluster(tmp_path):
    """Make a cluster that was never launched; what it says is in ``said``."""
    said = []
    found = Cluster(Here(tmp_path / "state", tmp_path), tmp_path, said.append)
    found.said = said
    return found


@pytest.fixture(name="recorded")
def fixture_recorded(cluster, monkeypatch):
    """Make a cluster that does nothing and tells in ``done`` what it was to do; its answers come to the same each time."""
    cluster.done = []

    def say(kind, answer):
        def doing(*words, **variables):
            cluster.done.append((kind, *words, *([variables] if variables else [])))
            return answer

        return doing

    answers = {"play": None, "tasks": (1.0, [{}]), "timed": (1.0, [{"output": "/out"}]), "shell": "", "stock": 2.0}
    for kind, answer in {
        **answers,
        "digest": "same",
        "count": (2, 20),
        "remove": None,
        "objects": "s3://b/place",
    }.items():
        monkeypatch.setattr(cluster, kind, say(kind, answer))
    return cluster


@pytest.fixture(name="context")
def fixture_context(recorded, tmp_path):
    """Return the context of a row on that cluster."""
    context = Context(tmp_path / "rows")
    context._made = dict.fromkeys(NEEDS, recorded)
    return context.of_row("row")


def test_tasks_are_timed_without_what_comes_before_them_and_failures_are_told_with_the_last_lines(cluster):
    before, timed = (
        {"ansible.builtin.command": {"cmd": f"sleep {length}"}, "changed_when": False, "register": name}
        for name, length in (("before", 0.1), ("done", 0.3))
    )
    took, (first, began, done) = cluster.timed("localhost", [before], [timed], ["before", "bench_began", "done"])
    assert done["rc"] == 0 and took >= 0.3
    assert datetime.datetime.fromisoformat(first["end"]).timestamp() <= float(began)
    with pytest.raises(Failed, match=r"(?s)timed.yml ended with 2:.*no luck"):
        cluster.timed("localhost", [], [{"ansible.builtin.fail": {"msg": "no luck"}}], [])


def test_commands_of_hadoop_are_timed_on_the_master_with_nothing_of_ours(cluster):
    took = cluster.stock(
        "sleep 0.2", "sleep 0.2", 'test "$HADOOP_CLIENT_OPTS" = " "', "env | grep -q HADOOP_CLASSPATH="
    )
    assert 0.4 <= took < 2 and len(STOCK) == 3
    with pytest.raises(Failed, match=r"(?s)failed on the master.*first.*no luck"):
        cluster.stock("echo first", "echo no luck >&2; false", "echo never")


def test_profiles_are_changed_as_a_user_would_and_only_where_they_must(recorded):
    recorded.use("auto")
    assert recorded.done == []
    recorded.use("stock")
    recorded.use("stock")
    (call,) = recorded.done
    assert call[:2] == ("play", "playbooks/configure.yml")
    assert call[2] == {"job_file": str(recorded.job), "hadoop_profile": "stock"}

    def fail(*_words, **_variables):
        raise Failed("no luck")

    recorded.play = fail
    with pytest.raises(Failed):
        recorded.use("auto")
    with pytest.raises(Failed):  # it is neither now
        recorded.use("stock")


def test_both_sides_have_their_own_profile_and_come_to_the_same_answer(recorded):
    ways = jobs.both(recorded, lambda: (1.0, "/a"), lambda: (2.0, "/b"))
    assert [next(ways) for _step in range(4)] == [None, Pair(1, 2), None, Pair(1, 2)]
    profiles = [one[2]["hadoop_profile"] for one in recorded.done if one[0] == "play"]
    assert profiles == ["stock", "auto"]
    assert [one[1] for one in recorded.done if one[0] == "remove"] == ["/a", "/b", "/b", "/a"]
    ways = jobs.both(recorded, lambda: (1.0, "/a"), lambda: (2.0, "/b"), look=str)
    next(ways)
    with pytest.raises(Failed, match="different answers"):
        next(ways)


def test_a_job_is_the_same_for_the_module_and_for_hadoop_s_command():
    job = jobs.Job("work.py 3")
    (arguments,) = jobs.task(job, "/in", "/out").values()
    assert [file["src"] for file in arguments["files"]] == [str(PROGRAMS / "work.py"), str(PROGRAMS / "total.py")]
    line = jobs.command(job, "/in", "/out")
    assert line.endswith(
        "-files work.py,total.py -input /in -output /out -mapper 'python3 work.py 3' -reducer 'python3 total.py'"
    )
    assert arguments["mapper"] == "python3 work.py 3" and arguments["reducer"] == "python3 total.py"
    assert set(arguments) == {"input", "output", "mapper", "reducer", "files"}


def test_pipes_come_to_the_answer_of_the_job_and_fail_with_a_part_of_them(tmp_path):
    (tmp_path / "a b").mkdir()
    files = list(jobs.files_of_text(tmp_path / "a b", 5, 1).values())
    script = large_jobs.pipes(jobs.Job("work.py 1"), files, 2)
    seconds("bash", "-euo", "pipefail", "-c", script, cwd=tmp_path)
    lines = (tmp_path / "answer").read_text().split()
    counts = dict(zip(lines[::2], map(int, lines[1::2])))
    assert sum(counts.values()) == 5 * jobs.text(1).count(b"\n") and len(counts) == 256
    assert len(large_jobs.digest(tmp_path / "answer")) == 32
    with pytest.raises(Failed, match="ended with"):
        script = large_jobs.pipes(jobs.Job("work.py none"), files, 2)
        seconds("bash", "-euo", "pipefail", "-c", script, cwd=tmp_path)


def test_the_large_job_is_run_once_for_both_of_its_rows(context, recorded, monkeypatch):
    monkeypatch.setattr(large_jobs, "files_of_text", lambda *_words: {})
    monkeypatch.setattr(large_jobs, "worker", lambda *_words: jobs.Job("work.py 1"))
    monkeypatch.setattr(large_jobs, "seconds", lambda *_words, **_more: recorded.done.append(("pipes",)) or 4.0)
    monkeypatch.setattr(large_jobs, "digest", lambda _path: "same")
    stock = large_jobs.large_job(context)
    assert [next(stock) for _step in range(4)] == [None, Pair(1, 2), None, Pair(1, 2)]
    ran = [one[0] for one in recorded.done if one[0] in ("tasks", "pipes", "stock")]
    assert ran[1:] == ["tasks", "pipes", "stock", "stock", "pipes", "tasks"]  # the first brought its input
    pipes = large_jobs.large_job_pipes(context)
    assert [next(pipes), next(pipes)] == [Pair(1, 4), Pair(1, 4)]
    assert ran == [one[0] for one in recorded.done if one[0] in ("tasks", "pipes", "stock")]
    assert next(pipes) == Pair(1, 4) and recorded.profile == "auto"
    monkeypatch.setattr(large_jobs, "digest", lambda _path: "another")
    with pytest.raises(Failed, match="the pipes came to another answer"):
        next(pipes)


def test_the_chain_s_programs_count_words_and_counts(tmp_path):
    text = "a rose is a rose\nthe end\n"
    for job in small_jobs.CHAIN:
        commands = [f"python3 {PROGRAMS}/{program}" for program in (job.mapper, job.reducer)]
        line = f"{commands[0]} | LC_ALL=C sort | {commands[1]}"
        text = subprocess.run(["bash", "-c", line], input=text, capture_output=True, text=True, check=True).stdout
    # Two words occur twice, three once: each of these numbers is there once.
    assert text == "2\t1\n3\t1\n"


def test_a_worker_hashes_as_often_as_the_seconds_for_each_megabyte_allow(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "_cpu_seconds", lambda rounds, _sample: jobs.SAMPLE_MB * (0.02 + 0.004 * rounds))
    assert jobs.worker(0.5, tmp_path).mapper == "work.py 120"
    assert jobs.worker(0.01, tmp_path).mapper == "work.py 1"


def two_steps(measuring):
    """Take the first pair of a row."""
    assert next(measuring) is None
    return next(measuring)


def of_kind(recorded, kind):
    """Return what the cluster was to do of one kind."""
    return [one[1:] for one in recorded.done if one[0] == kind]


def test_a_small_job_is_a_module_and_a_command_on_the_same_text(context, recorded):
    recorded.stage = lambda name, files: f"/in/{name}"
    assert two_steps(small_jobs.small_job(context)) == Pair(1, 2)
    (((module, arguments),),) = (task.items() for (task,) in of_kind(recorded, "tasks"))
    ((line,),) = of_kind(recorded, "stock")
    assert module == "ohmy.hadoop.streaming_job" and arguments["input"] == ["/in/bible"]
    assert " -input /in/bible " in line and arguments["output"] not in line


def test_a_chain_is_the_role_s_run_and_three_commands(context, recorded):
    recorded.stage = lambda name, files: f"/in/{name}"
    assert two_steps(small_jobs.chained(context)) == Pair(1, 2)
    ((hosts, _before, run, wanted, _option, _file),) = of_kind(recorded, "timed")
    assert hosts == "localhost" and wanted == ["ohmy_plan"]
    assert run == [{"ansible.builtin.include_role": {"name": "ohmy.hadoop.job", "tasks_from": "run"}}]
    (commands,) = of_kind(recorded, "stock")
    outputs = [line.split(" -output ")[1].split()[0] for line in commands]
    assert len(set(outputs)) == 3
    assert [line.split(" -input ")[1].split()[0] for line in commands] == ["/in/bible", *outputs[:2]]
    assert of_kind(recorded, "remove") == [("/out",), (outputs[-1],)]


def test_a_copy_is_compared_by_what_is_counted_in_its_target(context, recorded):
    assert two_steps(copies.distcp(context, "few", 2, 10)) == Pair(1, 2)
    ((_name, files),) = of_kind(recorded, "objects")
    assert {name: len(content) for name, content in files.items()} == {"0000.txt": 10, "0001.txt": 10}
    ((line,),) = of_kind(recorded, "stock")
    assert line.startswith("hadoop distcp s3a://b/place /user/hadoop/bench/out/")
    assert of_kind(recorded, "count") == of_kind(recorded, "remove")
    assert len(of_kind(recorded, "count")) == 2


@pytest.mark.parametrize("folders, files", [(10, 100), (1000, 1)])
def test_the_state_of_a_thousand_paths_is_asked_for_at_once(context, recorded, monkeypatch, folders, files):
    states = ["file"] * 1000
    monkeypatch.setattr(recorded, "tasks", lambda task: (1.0, [{"paths": [{"state": one} for one in states]}]))
    assert two_steps(hdfs.state(context, "near", folders, files)) == Pair(1, 2)
    ((line,),) = of_kind(recorded, "stock")
    shown = subprocess.run(
        ["bash", "-c", line.replace("hadoop", "echo", 1)], capture_output=True, text=True, check=True
    )
    paths = [word for word in shown.stdout.split() if word.startswith("/")]
    assert len(set(paths)) == 1000 and len({path.rpartition("/")[0] for path in paths}) == folders
    states[7] = "absent"
    with pytest.raises(Failed, match="did not see all files"):
        next(hdfs.state(context, "near", folders, files))


def test_memory_is_that_of_all_daemons_that_have_done_nothing_since_their_start(context, recorded, monkeypatch):
    monkeypatch.setattr(memory, "SECONDS", 0)
    nodes = [{"Tags": [{"Key": "ohmy:group", "Value": group}]} for group in ("master", "worker", "worker")]
    recorded.cloud.instances = lambda _cluster, _state: nodes
    asked = []

    def inside(_instance, *words):
        asked.append(words[4:])
        return subprocess.CompletedProcess(words, 0, "1000\n" * len(words[4:]), "")

    recorded.cloud.inside = inside
    assert two_steps(memory.memory(context)) == Pair(7.168, 7.168)
    assert asked[:3] == [memory.DAEMONS["master"], memory.DAEMONS["worker"], memory.DAEMONS["worker"]]
    assert [one[0] for one in of_kind(recorded, "play")] == ["playbooks/configure.yml"]
    recorded.used = True
    recorded.use("auto")
    assert not recorded.used
    recorded.used = True
    next(memory.memory(context))
    assert [one[0] for one in of_kind(recorded, "play")[1:]] == ["playbooks/configure.yml", "playbooks/restart.yml"]
    recorded.cloud.inside = lambda _instance, *words: subprocess.CompletedProcess(words, 1, "", "no such process")
    with pytest.raises(Failed, match="no such process"):
        next(memory.memory(context))
