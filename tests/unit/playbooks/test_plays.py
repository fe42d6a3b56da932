# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays' own promises, on hosts that are all this process's: who takes part, and what survives whose failure."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
WORKERS = {f"w{number}": {"ansible_connection": "local"} for number in (1, 2)}
GOOD = {"tasks": [{"ansible.builtin.debug": {"msg": "applied"}}]}
ON_LOCALHOST = {"hosts": "localhost", "gather_facts": False}
ON_ONE = {"when": "inventory_hostname == 'w1'"}
LOCALHOST = {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}


def on(folder: Path, plays: list[dict] | Path, hosts: dict, *arguments: str, **env: str) -> tuple[int, str]:
    """Run plays on hosts, with the collection's settings and the tasks of its playbooks beside the plays."""
    inventory = folder / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    (folder / "tasks").symlink_to(ROOT / "playbooks/tasks")
    return play(folder, plays, "-i", str(inventory), *arguments, ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"), **env)


@pytest.mark.parametrize(
    ("hosts", "limit", "good"),
    [
        (WORKERS, "w1", False),
        (WORKERS, "!w2", False),
        (WORKERS, "localhost,w1", True),
        (WORKERS, None, True),
        ({**WORKERS, **LOCALHOST}, None, True),
        ({**WORKERS, **LOCALHOST}, "!w2", True),
        ({**WORKERS, **LOCALHOST}, "w1", False),
        ({**WORKERS, **LOCALHOST}, "!localhost", False),
    ],
)
def test_a_limit_without_localhost_is_refused(tmp_path, hosts, limit, good):
    code, text = on(tmp_path, ROOT / "playbooks/limit.yml", hosts, *(["--limit", limit] if limit else []))
    assert (code == 0) == good, text
    if not good:
        assert f"--limit {limit} leaves out localhost" in text and f"--limit 'localhost,{limit}'" in text, text


def test_every_playbook_looks_at_the_limit_first():
    for path in (ROOT / "playbooks").glob("*.yml"):
        plays = yaml.safe_load(path.read_text())
        assert path.name == "limit.yml" or plays[0]["ansible.builtin.import_playbook"] == "limit.yml", path


def test_every_play_goes_task_by_task_and_to_its_end_whatever_the_user_s_configuration_says(tmp_path):
    for path in (ROOT / "playbooks").glob("*.yml"):
        own = [one for one in yaml.safe_load(path.read_text()) if "hosts" in one]
        assert {(one.get("strategy"), one.get("timeout")) for one in own} == {("ansible.builtin.linear", 0)}, path
    run_job = yaml.safe_load((ROOT / "playbooks/run_job.yml").read_text())
    tasks = [{"ansible.builtin.add_host": {"name": "late"}}, {"ansible.builtin.pause": {"seconds": 2}}]
    plays = [{**run_job[1], "tasks": tasks}, {**run_job[-1], "tasks": GOOD["tasks"]}]
    code, text = on(tmp_path, plays, LOCALHOST, ANSIBLE_STRATEGY="free", ANSIBLE_TASK_TIMEOUT="1")
    assert code == 0 and "applied" in text, text


def test_a_method_of_becoming_root_that_is_missing_leaves_the_teardown_to_be_done(tmp_path):
    made = yaml.safe_load((ROOT / "playbooks/run_job.yml").read_text())[2]
    first = {**ON_LOCALHOST, "tasks": [{"ansible.builtin.set_fact": {"ohmy_plan": {"finished": False}}}]}
    last = {**ON_LOCALHOST, "tasks": [{"ansible.builtin.debug": {"msg": "the teardown"}}]}
    code, text = on(tmp_path, [first, made, last], LOCALHOST, ANSIBLE_BECOME_METHOD="no_such_method")
    assert code == 0 and "the teardown" in text, text


def entries(part: object) -> set[tuple[str, str]]:
    """Return (role, entry point) of all roles of this collection that a part of a playbook or a role includes."""
    found: set[tuple[str, str]] = set()
    if isinstance(part, dict):
        role = part.get("ansible.builtin.include_role") or {}
        pairs = [(role.get("name"), role.get("tasks_from")), (part.get("phase_role"), part.get("phase_tasks"))]
        pairs += [(f"ohmy.hadoop.{part['role']}", part["tasks"])] if "phase" in part and "tasks" in part else []
        said = [(name, entry) for name, entry in pairs if name and entry and "{{" not in f"{name}{entry}"]
        found = {(name.rpartition(".")[2], entry) for name, entry in said}
        part = list(part.values())
    for one in part if isinstance(part, list) else []:
        found |= entries(one)
    return found


def test_every_entry_point_that_others_use_stands_in_its_role_s_page():
    used: set[tuple[str, str]] = set()
    for path in (*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")):
        used |= entries(yaml.safe_load(path.read_text("utf-8")))
    assert len(used) > 20 and ("job", "run") in used and ("cluster", "finish") in used
    for role, entry in sorted(used):
        assert f"`{entry}`" in (ROOT / f"roles/{role}/README.md").read_text("utf-8"), (role, entry)


def test_what_playbooks_take_besides_stands_in_the_page_of_them():
    page = (ROOT / "docs/operate.md").read_text("utf-8")
    text = "".join(path.read_text("utf-8") for path in (ROOT / "playbooks").glob("*.yml"))
    taken = set(re.findall(r"\b((?:command|copy|logs|ui)_[a-z]+) *\| *default", text))
    assert {"command_batch", "copy_mode", "logs_dest", "ui_port"} <= taken
    assert [name for name in sorted(taken) if name not in page] == []


def nodes(
    folder: Path, *roles: dict[str, list[dict]], limit: str = "all", provider: str = "ec2", **env: str
) -> tuple[int, str]:
    """Apply roles of one's own to two nodes, one job each, by the plays of run_job; say whether all became nodes."""
    run_job = yaml.safe_load((ROOT / "playbooks/run_job.yml").read_text())
    made = next(one for one in run_job if "Make hosts" in one["name"])
    plays = []
    for number, role in enumerate(roles):
        for part, tasks in role.items():
            path = folder / f"own{number}" / part / "main.yml"
            path.parent.mkdir(parents=True)
            path.write_text(yaml.safe_dump(tasks))
        facts = {
            "ohmy_settings": {"cluster_provider": provider, "hadoop_roles": [str(folder / f"own{number}")]},
            "ohmy_plan": {"finished": False},
            "ohmy_push": sorted(WORKERS),
            "ohmy_stale": [],
        }
        plays += [{**ON_LOCALHOST, "tasks": [{"ansible.builtin.set_fact": facts}]}, made]
        end = {"ansible.builtin.include_tasks": "tasks/whole.yml"}
        said = {"ansible.builtin.debug": {"msg": "the teardown"}}
        plays.append({**ON_LOCALHOST, "tasks": [{"block": [end], "always": [said]}]})
    return on(
        folder, plays, {**WORKERS, **LOCALHOST}, "--limit", limit, "-e", json.dumps({"ansible_become": False}), **env
    )


def test_nodes_are_made_with_roles_of_one_s_own(tmp_path):
    code, text = nodes(tmp_path, GOOD)
    assert code == 0 and text.count("applied") == 2 and "the teardown" in text, text


@pytest.mark.parametrize("env", [{}, {"ANSIBLE_ANY_ERRORS_FATAL": "true"}], ids=["", "any_errors_fatal"])
def test_a_role_that_fails_on_a_node_leaves_the_teardown_to_be_done(tmp_path, env):
    code, text = nodes(tmp_path, {"tasks": [{"ansible.builtin.fail": {"msg": "no such luck"}, **ON_ONE}]}, **env)
    assert code != 0 and "The node w1 failed: no such luck" in text and "the teardown" in text, text


@pytest.mark.parametrize("env", [{}, {"ANSIBLE_ANY_ERRORS_FATAL": "true"}], ids=["", "any_errors_fatal"])
def test_a_handler_that_fails_on_a_node_fails_the_node(tmp_path, env):
    role = {
        "tasks": [{"ansible.builtin.debug": {"msg": "x"}, "changed_when": True, "notify": "later", **ON_ONE}],
        "handlers": [{"name": "later", "ansible.builtin.fail": {"msg": "no such luck"}}],
    }
    code, text = nodes(tmp_path, role, **env)
    assert code != 0 and "The node w1 failed: no such luck" in text and "the teardown" in text, text


def test_what_became_of_nodes_in_an_earlier_job_is_not_taken_for_this_one(tmp_path):
    bad = {"tasks": [{"ansible.builtin.fail": {"msg": "no such luck"}, **ON_ONE}]}
    code, text = nodes(tmp_path, GOOD, bad)
    assert code != 0 and "The node w1 failed: no such luck" in text and text.count("the teardown") == 2, text


@pytest.mark.parametrize(("limit", "left"), [("localhost", "w1, w2"), ("localhost,w2", "w1")])
def test_instances_that_a_limit_leaves_out_do_not_let_a_run_end_well(tmp_path, limit, left):
    code, text = nodes(tmp_path, GOOD, limit=limit)
    assert code != 0 and f"--limit {limit} left out {left}, which stayed as they were. Name them too" in text, text


def test_hosts_of_one_s_own_that_a_limit_leaves_out_are_named(tmp_path):
    code, text = nodes(tmp_path, GOOD, limit="localhost", provider="inventory")
    assert code == 0 and "--limit localhost left out w1, w2, which stayed as they were." in text, text


@pytest.mark.parametrize(
    ("removed", "arguments", "words"),
    [
        (["instance i-1", "volume vol-1"], ["--check"], "Would remove: instance i-1, volume vol-1"),
        (["instance i-1"], [], "Removed: instance i-1"),
        ([], ["--check"], "There was nothing of a cluster demo here."),
    ],
)
def test_terminate_tells_what_goes_or_would_go(tmp_path, removed, arguments, words):
    tasks = yaml.safe_load((ROOT / "playbooks/terminate.yml").read_text())[1]["tasks"]
    facts = {
        "ohmy_settings": {"cluster_provider": "ec2", "cluster_name": "demo"},
        "__cluster_removed": {"removed": removed, "evidence": None},
    }
    plays = [{**ON_LOCALHOST, "tasks": [{"ansible.builtin.set_fact": facts}, tasks[-1]]}]
    code, text = on(tmp_path, plays, LOCALHOST, *arguments)
    assert code == 0 and words in text, text


@pytest.mark.parametrize(
    ("provider", "clusters", "name"),
    [("inventory", None, "own-demo-ui"), ("ec2", [{"ssh": {"tunnel": "0b54bd1a-ui"}}], "0b54bd1a-ui"), ("ec2", [], "")],
)
def test_the_tunnel_of_a_cluster_has_a_name(tmp_path, provider, clusters, name):
    told = yaml.safe_load((ROOT / "playbooks/ui.yml").read_text())[1]["tasks"][-1]["vars"]
    facts = {"ohmy_settings": {"cluster_provider": provider, "cluster_name": "demo"}}
    if clusters is not None:
        facts["__cluster_found"] = {"clusters": clusters}
    tasks = [{"ansible.builtin.set_fact": facts}, {"ansible.builtin.debug": {"msg": "<{{ __cluster_tunnel }}>"}}]
    code, text = on(tmp_path, [{**ON_LOCALHOST, "vars": told, "tasks": tasks}], LOCALHOST)
    assert code == 0 and f"<{name}>" in text, text
