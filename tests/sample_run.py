# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as the module job_report is told of it, of any number of tasks, with texts that bite."""

from __future__ import annotations

import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import task_summary
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import data

BITES = "</script><b>&\"'\x00\x1b[31m\udcff é"
SECRETS = ("hunter2", "AKIAABCDEFGHIJKLMNOP", "s3cr3t", "p4ss")
BEGAN = 1_700_000_000_000


def events(maps: int, reduces: int, nodes: int = 3) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Yield the events of a job whose first map fails once, and whose first reduce has most of the records."""
    yield "JOB_SUBMITTED", {"submitTime": BEGAN}
    yield "JOB_INITED", {"launchTime": BEGAN + 1500}
    for number in range(maps):
        begin = BEGAN + 2000 + 900 * (number // nodes)
        yield from attempt("MAP", number, 0, begin, begin + 700 + 37 * (number % 9), nodes, failed=number == 0)
    yield from attempt("MAP", 0, 1, BEGAN + 3000, BEGAN + 4000, nodes)
    begin = BEGAN + 3000 + 900 * (maps // nodes)
    for number in range(reduces):
        records = 90_000 if number == 0 else 1_000 + number
        yield from attempt("REDUCE", number, 0, begin, begin + records // 10 + 500, nodes, records=records)
    yield "JOB_FINISHED", {"finishTime": begin + 10_000}


def attempt(
    kind: str, number: int, time: int, begin: int, end: int, nodes: int, records: int = 100, failed: bool = False
):
    """Yield the start and the end of one attempt."""
    name = f"attempt_1700000000000_0001_{kind[0].lower()}_{number:06d}_{time}"
    near = ("NODE_LOCAL", "NODE_LOCAL", "OFF_SWITCH")[number % 3]
    both = {"attemptId": name, "taskType": kind}
    yield f"{kind}_ATTEMPT_STARTED", {
        **both,
        "startTime": begin,
        "trackerName": f"worker-{number % nodes}",
        "locality": near,
    }
    names = task_summary.COUNTERS[kind.lower()]
    counts = [
        {"name": names[what], "value": value}
        for what, value in (("records", records), ("keys", records // 9))
        if what in names
    ]
    end_of = {**both, "finishTime": end, "counters": {"groups": [{"counts": counts}]}}
    if failed:
        yield f"{kind}_ATTEMPT_FAILED", {**end_of, "status": "FAILED", "error": f"Error: it broke {BITES}"}
    else:
        yield f"{kind}_ATTEMPT_FINISHED", {**end_of, "taskStatus": "SUCCEEDED", "shuffleFinishTime": begin + 100}


def run(maps: int = 8, reduces: int = 3, **changes: t.Any) -> dict[str, t.Any]:
    """Return the arguments of the module job_report."""
    job = {
        "id": "books-1a2b3c4d",
        "name": "books",
        "state": "succeeded",
        "application_id": "application_1700000000000_0001",
        "started": 1_699_999_999.0,
        "finished": 1_700_000_023.5,
        "counters": {"MAP_INPUT_RECORDS": 31102, "words.odd": 7},
        "tries": [],
        "output": {"files": 2, "bytes": 610_416},
        "error": None,
        "tasks": task_summary.summary(events(maps, reduces)) if maps else None,
        "tasks_missing": "" if maps else "JobHistory does not know it.",
    }
    found = {
        "plan": {
            "name": "books",
            "id": job["id"],
            "fingerprint": "f" * 64,
            "finished": False,
            "input": {"files": 66, "bytes": 4_400_000, "digest": "d" * 64},
            "steps": [{"id": job["id"], "name": "books"}],
        },
        "planned": False,
        "output": "/home/ada/output/books",
        "provider": "ec2",
        "cluster": {},
        "cluster_name": "books",
        "cluster_region": "eu-central-1",
        "cluster_profile": None,
        "price": {"per_hour": 0.1412, "at_most": False},
        "kept": False,
        "estimates": [{"seconds": 28.0, "one_machine_seconds": 2.1, "input_bytes": 4_400_000, "useful_workers": 1}],
        "findings": [
            {
                "id": "answer-depends-on-value-order",
                "severity": "warning",
                "text": f"776 keys differ {BITES}",
                "hint": "Sort.",
            }
        ],
        "took": {job["id"]: 24.5},
        "workers": 2,
        "phases": {
            "preflight": 11.2,
            "launch": 20.2,
            "configure": 15.1,
            "stage": 8.9,
            "run": 26.0,
            "fetch": 2.5,
            "terminate": 4.3,
        },
        "failure": {},
        "evidence": "",
        "left": "",
        "settings": {
            "job_file": "/home/ada/job.yml",
            "job_mapper": "mapper.py --password p4ss",
            "job_key_fields": 2,
            "job_cmdenv": {"LEVEL": "s3cr3t"},
            "cluster_ssh_private_key_file": "/home/ada/.ssh/hunter2",
            "hadoop_core_site": {"fs.s3a.secret.key": "hunter2", "io.file.buffer.size": 4096},
            "job_input": [f"data/{number}.txt" for number in range(200)],
            "cluster_worker_groups": [],
        },
        "jobs": [job],
        "versions": {
            "hadoop": "3.5.0",
            "java": "17.0.15",
            "python": "3.11.2",
            "system": "Debian GNU/Linux 12 (bookworm)",
        },
        "page": "",
    }
    return {**found, **changes}


def failed(**changes: t.Any) -> dict[str, t.Any]:
    """Return the arguments after a run whose mapper broke."""
    found = run(**changes)
    error = {
        "id": "python-exception",
        "summary": f"The mapper ended with a Python exception {BITES}",
        "hint": "Try it on that line.",
        "retry": "no",
        "stderr": f"Traceback (most recent call last):\n  {BITES}\nValueError: {SECRETS[1]} password=hunter2",
        "attempt": "attempt_1700000000000_0001_m_000000_3",
        "host": "worker-0",
        "evidence": {"program": "mapper", "exit_code": 1, "line": {"offset": 17, "number": 2, "text": BITES}},
    }
    found["jobs"] = [{**found["jobs"][0], "state": "failed", "output": None, "error": error}]
    found["failure"] = {"phase": "run", "message": f"The job books failed. {BITES}"}
    found["evidence"] = "/home/ada/output/books-evidence/evidence-20260102T030405Z.tar.gz"
    return found


def report(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the data of the report of a run."""
    return data.build(arguments, ["The answer lies there.", BITES], {"ohmy.hadoop": "0.1.0"}, 1_700_000_100)


def chained() -> dict[str, t.Any]:
    """Return the data of a report of two steps."""
    found = report(run())
    return {**found, "steps": [*found["steps"], {**found["steps"][0], "id": "top-5e6f7a8b", "name": "top"}]}
