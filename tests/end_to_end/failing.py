# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that fail, several at a time on a master alone, and what must be true of all that is said of a failure."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.table import BY_ID

from .lone import NAME, Lone

STREAMING = "ohmy.hadoop.streaming_job"
DISTCP = "ohmy.hadoop.distcp"
UPLOAD = "ohmy.hadoop.hdfs_upload"
HOME = "/user/hadoop/failing"
SCREEN_LINES = 24
AT_ONCE = 4
Task = dict[str, t.Any]
Result = dict[str, t.Any]


def job(mapper: str, *files: Path, **options: t.Any) -> dict[str, t.Any]:
    """Return the arguments of a small job without reduces, whose one map is tried once; options of None are left out."""
    small = {"maps": 1, "attempts": 1, "map_memory": 512, "reduce_memory": 512, "reduces": 0}
    given = {"input": [f"{HOME}/in/words.txt"], "mapper": mapper, "files": [{"src": str(path)} for path in files]}
    return {key: value for key, value in {**given, **small, **options}.items() if value is not None}


def put(lone: Lone, files: dict[str, bytes]) -> None:
    """Put files into HDFS, below the folder ``in`` of ``HOME``."""
    folder = lone.folder / "failing-input"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    items = [{"source": str(folder / name), "key": name} for name in files]
    (done,) = lone.tasks({UPLOAD: {"target": f"{HOME}/in", "items": items}})
    assert not done.get("failed"), done


def together(lone: Lone, tasks: dict[str, Task], at_once: int = AT_ONCE, seconds: float = 1800) -> dict[str, Result]:
    """Run tasks on the master, some at the same time; return the result of each by its name.

    :param tasks: name → {module: arguments}; a name is letters, digits and underscores.
    """
    folder = lone.folder / "together"
    folder.mkdir(exist_ok=True)
    kept = {"ignore_errors": True, "become": True, "delegate_to": f"{NAME}-master"}
    listed: list[Task] = []
    for module in dict.fromkeys(module for task in tasks.values() for module in task):
        names = [name for name, task in tasks.items() if module in task]
        # One task for all, as each of its hosts takes part in each task.
        run = {module: "{{ arguments }}", "when": f"inventory_hostname in {names}", "register": "result", **kept}
        content = "{{ result | to_json }}"
        copy = {"content": content, "dest": f"{folder}/{{{{ inventory_hostname }}}}.json", "mode": "0600"}
        listed += [run, {"ansible.builtin.copy": copy, "when": run["when"]}]
    play = {"hosts": "failing", "gather_facts": False, "tasks": listed}
    path, hosts = lone.folder / "together.yml", lone.folder / "failing.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    variables = {}
    for name, task in tasks.items():
        for module, arguments in task.items():
            own = {"name": name, "output": f"{HOME}/{name}/output"} if module == STREAMING else {}
            variables[name] = {"ansible_connection": "local", "arguments": {**own, **arguments}}
    hosts.write_text(yaml.safe_dump({"failing": {"hosts": variables}}))
    run = lone.cloud.play(
        str(path), "-i", str(lone.inventory), "-i", str(hosts), "--forks", str(at_once), seconds=seconds
    )
    assert run.code == 0, run.text
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in tasks}


def told(result: Result, cause: str, *words: str) -> Result:
    """Return the error of a result, after checks of what must be true of each; its cause and words must be these."""
    assert result.get("failed"), result
    error = result["error"]
    assert error["id"] == cause, error
    assert error["retry"] == BY_ID[cause].retry
    shown = result["msg"]
    assert error["summary"] in shown and error["hint"]
    for word in words:
        assert word.lower() in shown.lower(), (word, shown)
    assert sum(max(1, -(-len(line) // 80)) for line in shown.split("\n")) <= SCREEN_LINES, shown
    for noise in ("\tat ", "java.lang.", "java.io.", "container_", "log4j", "Caused by"):
        assert noise not in shown, (noise, shown)
    assert not error["evidence"]["diagnostics"]
    return t.cast(Result, error)
