# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster, kept, and what its user sees: an answer, a re-run, a failure, a killed controller, nothing left."""

from __future__ import annotations

import base64
import json
import random
import re
from pathlib import Path

import pytest

from tests.waiting import wait_for

from .support import ROOT, pipe, tags, write_job

CLUSTER = "e2e"
SHARED = {
    "cluster_name": CLUSTER,
    "cluster_workers": 2,
    "cluster_instance_type": "t3.medium",
    "cluster_keep": "always",
}
EXAMPLE = ROOT / "files" / "example"
TEXT = ROOT / "build" / "example" / "bible.txt"
PROBE = """#!/usr/bin/env python3
import os, sys
for _line in sys.stdin:
    pass
for path in ("/var/lib/hadoop/name", "/var/lib/hadoop/data"):
    for verb in (os.listdir, os.rmdir):
        try:
            verb(path)
            print(f"{path} {verb.__name__} allowed")
        except FileNotFoundError:
            print(f"{path} {verb.__name__} absent")
        except PermissionError:
            print(f"{path} {verb.__name__} refused")
print("user", os.popen("id -un").read().strip(), "sudo", os.system("sudo -n true 2>/dev/null") == 0)
"""
IMPORTER = """#!/usr/bin/env python3
import sys
import shipped
for line in sys.stdin:
    print(f"{shipped.first(line)}\\t1")
"""
ADDER = """#!/usr/bin/env python3
import collections, sys
found = collections.Counter()
for line in sys.stdin:
    word, count = line.split("\\t")
    found[word] += int(count)
for word in sorted(found):
    print(f"{word}\\t{found[word]}")
"""
BROKEN = """#!/usr/bin/env python3
import sys
for number, line in enumerate(sys.stdin):
    print(line.split()[0], 1 / (number - 20))
"""
SLOW = """#!/usr/bin/env python3
import sys, time
for line in sys.stdin:
    print(f"{line.strip()}\\t1", flush=True)
    time.sleep(1)
"""


def job(cloud, folder, **values):
    """Write the job file of a job on the shared cluster."""
    return write_job(folder, **{**SHARED, "job_output": "out", **values})


def play(cloud, path, *arguments):
    """Run run_job.yml with a job file."""
    return cloud.play("run_job.yml", "-e", f"job_file={path}", *arguments)


def program(folder: Path, name: str, text: str) -> str:
    """Write a program and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return str(folder / name)


def recap(run) -> dict[str, int]:
    """Return the counts of localhost in the recap."""
    line = next(line for line in reversed(run.lines) if line.startswith("localhost"))
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}


@pytest.fixture(scope="module", name="first")
def fixture_first(cloud, tmp_path_factory):
    """Run the shipped example cold, on a cluster that stays for the tests below."""
    folder = tmp_path_factory.mktemp("first")
    values = {**SHARED, "job_output": str(folder / "out")}
    arguments = ["-e", f"job_file={EXAMPLE / 'job.yml'}", "-e", json.dumps(values)]
    run = cloud.play("run_job.yml", *arguments)
    assert run.code == 0, run.text
    return folder, arguments, run


def test_check_mode_names_every_phase_and_makes_nothing(cloud, tmp_path):
    def everything():
        s3, ec2, iam = (cloud.client(service) for service in ("s3", "ec2", "iam"))
        return (
            [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
            [group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]],
            [role["RoleName"] for role in iam.list_roles()["Roles"]],
            [pair["KeyName"] for pair in ec2.describe_key_pairs()["KeyPairs"]],
            cloud.instances("check"),
        )

    before = everything()
    values = json.dumps({"job_output": str(tmp_path / "out"), "cluster_name": "check"})
    run = cloud.play("run_job.yml", "--check", "-e", f"job_file={EXAMPLE / 'job.yml'}", "-e", values)
    assert run.code == 0, run.text
    assert everything() == before
    for phase in ("preflight", "launch", "configure", "stage", "run", "fetch", "terminate"):
        assert re.search(rf"^    {phase} ", run.text, re.MULTILINE), (phase, run.text)


def test_the_answer_of_a_cold_run_equals_the_local_pipe(first):
    folder, _arguments, run = first
    expected = pipe(EXAMPLE / "mapper.py", EXAMPLE / "reducer.py", TEXT).splitlines()
    parts = sorted((folder / "out").glob("part-*"))
    answer = [part.read_bytes().splitlines() for part in parts]
    assert len(parts) == 2 and all(answer), [len(lines) for lines in answer]
    assert sorted(line for lines in answer for line in lines) == sorted(expected)
    assert all(lines == [line for line in expected if line in set(lines)] for lines in answer)
    assert len(expected) >= 1000
    assert answer[0][0].decode().split("\t")[0] in run.text
    assert "Seconds: preflight" in run.text


def test_the_report_of_a_cold_run_tells_all_of_it(first):
    folder, _arguments, run = first
    assert f"The report of this run lies in {folder}/out-report.html." in run.text
    report = json.loads((folder / "out-report.json").read_text("utf-8"))
    (step,) = report["steps"]
    tasks = step["tasks"]
    assert tasks is not None, step["tasks_missing"]
    assert tasks["reduce"]["number"] == 2 and tasks["reduce"]["records"] == step["counters"]["REDUCE_INPUT_RECORDS"]
    assert tasks["map"]["records"] == step["counters"]["MAP_INPUT_RECORDS"] and sum(tasks["locality"].values())
    assert all(one["node"] and one["finished"] > one["started"] for one in tasks["attempts"])
    assert report["versions"]["hadoop of the master"] and report["speed"]["real_speedup"] and report["cost"]["usd"]
    assert [one["name"] for one in report["phases"]][-1] == "terminate"
    assert tasks["attempts"][0]["id"] in (folder / "out-report.html").read_text("utf-8")


def test_a_second_run_finds_the_answer_and_changes_nothing(cloud, first):
    _folder, arguments, _run = first
    before = {one["InstanceId"] for one in cloud.instances(CLUSTER)}
    again = cloud.play("run_job.yml", *arguments)
    assert again.code == 0, again.text
    assert recap(again)["changed"] == 0, again.text
    assert "finished before" in again.text
    assert {one["InstanceId"] for one in cloud.instances(CLUSTER)} == before


def test_nothing_is_open_to_the_world_and_no_worker_was_an_ssh_target(cloud, first):
    groups = cloud.client("ec2").describe_security_groups(Filters=[{"Name": "tag:ohmy:cluster", "Values": [CLUSTER]}])
    ranges = [
        cidr.get("CidrIp", cidr.get("CidrIpv6"))
        for group in groups["SecurityGroups"]
        for rule in group["IpPermissions"]
        for cidr in rule["IpRanges"] + rule["Ipv6Ranges"]
    ]
    assert ranges and not {"0.0.0.0/0", "::/0"} & set(ranges), ranges
    for one in cloud.instances(CLUSTER, "running"):
        accepted = cloud.inside(one, "journalctl", "-u", "ssh", "--no-pager", "-q").stdout.count("Accepted publickey")
        assert (accepted > 0) == (tags(one)["ohmy:group"] == "master"), (tags(one), accepted)


def test_every_host_key_was_pinned_from_s3(cloud, first):
    known = "\n".join(path.read_text() for path in cloud.home.glob("state/ohmy.hadoop/*/known_hosts"))
    for one in cloud.instances(CLUSTER, "running"):
        key = cloud.inside(one, "cat", "/etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[1]
        assert base64.b64decode(key) and key in known


def test_no_secret_is_on_a_node_or_in_a_process_list(cloud, first):
    own = cloud.client("sts")._request_signer._credentials
    for one in cloud.instances(CLUSTER, "running"):
        text = cloud.inside(one, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /etc/hadoop/*.xml").stdout
        assert "namenode" in text or "datanode" in text
        assert own.secret_key not in text
        assert not re.search(r"secret|session.token|AWS_SECRET", text, re.IGNORECASE), one["InstanceId"]


def test_a_mapper_cannot_touch_the_directories_of_hdfs(cloud, first, tmp_path):
    mapper = program(tmp_path, "probe.py", PROBE)
    values = {"job_mapper": mapper, "job_reduces": 0, "job_input": [str(TEXT)], "job_preflight": "static"}
    run = play(cloud, job(cloud, tmp_path, **values))
    assert run.code == 0, run.text
    lines = "".join(path.read_text() for path in sorted((tmp_path / "out").glob("part-*"))).splitlines()
    seen = {line.strip() for line in lines}
    assert not [line for line in seen if line.endswith("allowed")], seen
    assert "/var/lib/hadoop/data listdir refused" in seen and "/var/lib/hadoop/data rmdir refused" in seen, seen
    assert [line for line in seen if line.startswith("user yarn")] == ["user yarn sudo False"], seen


def test_a_mapper_imports_what_travels_with_it_and_a_combiner_adds_up(cloud, first, tmp_path):
    mapper = program(tmp_path, "importer.py", IMPORTER)
    module = program(tmp_path, "shipped.py", "def first(line):\n    return line.split()[0]\n")
    (tmp_path / "in.txt").write_text("a b\nc d\na e\n")
    values = {"job_mapper": mapper, "job_files": [module], "job_input": ["in.txt"]}
    values["job_combiner"] = values["job_reducer"] = program(tmp_path, "adder.py", ADDER)
    run = play(cloud, job(cloud, tmp_path, **values))
    assert run.code == 0, run.text
    assert (tmp_path / "out" / "part-00000").read_text() == "a\t2\nc\t1\n"


def test_a_broken_mapper_is_found_before_anything_is_launched(cloud, tmp_path):
    mapper = program(tmp_path, "broken.py", BROKEN)
    path = job(cloud, tmp_path, job_mapper=mapper, job_input=[str(TEXT)], cluster_name="never-launched")
    run = play(cloud, path)
    assert run.code != 0 and "Launch | Begin" not in run.text, run.text
    lines = TEXT.read_bytes().splitlines(keepends=True)
    said, at = " ".join(run.text.split()), len(b"".join(lines[:20]))
    assert f"ZeroDivisionError: division by zero; it breaks on line 21 of {TEXT} (byte {at:,}): " in said, run.text
    assert " ".join(lines[20].decode("utf-8").split()[:5]) in said and "broken.py line 4" in said, run.text
    assert cloud.leftovers("never-launched") == [] and not (tmp_path / "out").exists()


def test_a_failing_job_shows_the_traceback_of_the_mapper(cloud, first, tmp_path):
    mapper = program(tmp_path, "broken.py", BROKEN)
    run = play(cloud, job(cloud, tmp_path, job_mapper=mapper, job_input=[str(TEXT)], job_preflight="static"))
    assert run.code != 0
    assert "ZeroDivisionError" in run.text and "broken.py" in run.text, run.text
    assert "java.lang" not in run.text and "PipeMapRed" not in run.text, run.text
    assert list(tmp_path.glob("out-evidence/*.tar.gz")), list(tmp_path.iterdir())
    assert not (tmp_path / "out" / "part-00000").exists()
    report = json.loads((tmp_path / "out-report.json").read_text("utf-8"))
    assert report["failure"]["cause"]["id"] == "python-exception" and report["state"] == "failed"
    assert "ZeroDivisionError" in report["failure"]["cause"]["stderr"] and report["failure"]["logs"]
    assert "failed" in {one["state"] for one in report["steps"][0]["tasks"]["attempts"]}, report["steps"]


def test_a_killed_controller_leaves_one_job_and_the_next_run_its_answer(cloud, first, tmp_path):
    text = tmp_path / "in.txt"
    numbers = [str(random.randrange(10**9)) for _ in range(12)]
    text.write_text("\n".join(numbers) + "\n")
    mapper = program(tmp_path, "slow.py", SLOW)
    path = job(cloud, tmp_path, job_name="slow", job_mapper=mapper, job_reducer="cat", job_input=[str(text)])
    path.write_text(path.read_text() + "job_preflight: static\n")
    run = cloud.start("run_job.yml", "-e", f"job_file={path}")
    master = cloud.master(CLUSTER)

    def applications() -> list[dict]:
        url = f"http://{master['PrivateIpAddress']}:8088/ws/v1/cluster/apps?applicationTypes=MAPREDUCE"
        answer = json.loads(cloud.inside(master, "curl", "-s", "-m", "10", url).stdout or "{}")
        return [one for one in (answer.get("apps") or {}).get("app", []) if one["name"] == "slow"]

    before = len(applications())
    wait_for("the job to run", lambda: any(one["state"] == "RUNNING" for one in applications()), 300)
    run.kill_alone()
    again = play(cloud, path)
    assert again.code == 0, again.text
    assert len(applications()) == before + 1
    answer = (tmp_path / "out" / "part-00000").read_text().split("\n")
    assert answer == sorted(f"{number}\t1" for number in numbers) + [""]


def test_terminate_leaves_nothing(cloud, first):
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    assert run.code == 0, run.text
    assert cloud.leftovers(CLUSTER) == []
    again = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    assert again.code == 0 and recap(again)["changed"] == 0, again.text
