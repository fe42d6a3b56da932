# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the collection as a whole."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.doc_fragments.aws import ModuleDocFragment
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.argspec import CONNECTION

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = [ROOT / name for name in ("plugins", "roles", "playbooks")]
# The options of a connection with their types and aliases, as the fragments common and region of amazon.aws have them.
AMAZON_AWS = {
    "region": ("str", {"aws_region", "ec2_region"}),
    "profile": ("str", {"aws_profile"}),
    "access_key": ("str", {"aws_access_key_id", "aws_access_key"}),
    "secret_key": ("str", {"aws_secret_access_key", "aws_secret_key"}),
    "session_token": ("str", {"aws_session_token"}),
    "endpoint_url": ("str", {"aws_endpoint_url"}),
    "validate_certs": ("bool", set()),
    "aws_ca_bundle": ("path", set()),
    "aws_config": ("dict", set()),
}
# Keywords of tasks, blocks and plays that are no module.
KEYWORDS = set(
    "always any_errors_fatal args async become become_exe become_flags become_method become_user block changed_when "
    "check_mode collections connection debugger delay delegate_facts delegate_to diff environment failed_when "
    "fact_path force_handlers gather_facts gather_subset gather_timeout handlers hosts ignore_errors "
    "ignore_unreachable import_playbook listen local_action loop loop_control max_fail_percentage module_defaults "
    "name no_log notify order poll port post_tasks pre_tasks register remote_user rescue retries roles run_once "
    "serial strategy tags tasks throttle timeout until vars vars_files vars_prompt when".split()
)


def yaml_files(*folders: Path) -> list[Path]:
    """Return the YAML files below some folders."""
    return sorted(path for folder in folders for path in folder.rglob("*.yml"))


def test_nothing_shipped_knows_of_the_local_cloud() -> None:
    pattern = re.compile(r"local_?cloud|moto\b|podman|(?<!socks5h://)127\.0\.0\.1:\d|localhost:\d", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in SHIPPED
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def tasks_of(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Yield all tasks, handlers and plays in a parsed YAML file, those in blocks too."""
    for item in node if isinstance(node, list) else []:
        if isinstance(item, dict):
            yield item
            for key in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"):
                yield from tasks_of(item.get(key))


@pytest.mark.parametrize(
    "path", [path for path in yaml_files(*SHIPPED[1:]) if not {"meta", "defaults", "vars"} & set(path.parts)], ids=str
)
def test_names_are_full(path: Path) -> None:
    for task in tasks_of(yaml.safe_load(path.read_text("utf-8"))):
        for name in set(task) - KEYWORDS:
            assert not name.startswith("with_"), f"{name} in {path}"
            assert name.count(".") >= 2, f"{name} in {path} is no full name"
            role = task[name].get("name", "a.b.c") if name.endswith(("include_role", "import_role")) else "a.b.c"
            assert role.count(".") == 2 or "{{" in role, f"the role {role} in {path} has no full name"
        for role in task.get("roles", []):
            given = role if isinstance(role, str) else role.get("role", role.get("name"))
            assert given.count(".") == 2, f"the role {given} in {path} has no full name"


def test_the_action_group_lists_the_modules_that_talk_to_aws() -> None:
    listed = yaml.safe_load((ROOT / "meta/runtime.yml").read_text("utf-8"))["action_groups"]["aws"]
    modules = (ROOT / "plugins/modules").glob("*.py")
    asking = [path.stem for path in modules if "- ohmy.hadoop.aws" in path.read_text("utf-8")]
    assert sorted(asking) == sorted(listed)


def test_options_of_a_connection_are_called_as_in_amazon_aws() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    page = (ROOT / "docs/credentials.md").read_text("utf-8")
    for options in (CONNECTION, documented):
        found = {name: (one["type"], set(one.get("aliases", ()))) for name, one in options.items()}
        assert found == AMAZON_AWS
    for name, (_kind, aliases) in AMAZON_AWS.items():
        (row,) = re.findall(rf"^\| `{name}` \|([^|]*)\|", page, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row)) == aliases


@pytest.mark.parametrize("role", sorted(path.name for path in (ROOT / "roles").iterdir()))
def test_defaults_are_those_of_the_argument_specs(role: str) -> None:
    folder = ROOT / "roles" / role
    specs = yaml.safe_load((folder / "meta/argument_specs.yml").read_text("utf-8"))["argument_specs"]
    options: dict[str, t.Any] = {}
    for spec in specs.values():
        options.update(spec.get("options") or {})
    wanted = {name: option["default"] for name, option in options.items() if "default" in option}
    text = (folder / "defaults/main.yml").read_text("utf-8")
    given = yaml.safe_load(text) or {}
    assert given == wanted
    # What has no default is named all the same, commented out.
    missing = [name for name in options if not re.search(rf"^(# )?{name}:", text, re.MULTILINE)]
    assert missing == []


@pytest.mark.parametrize("path", sorted((ROOT / "plugins/modules").glob("*.py")), ids=lambda path: path.stem)
def test_modules_are_documented(path: Path) -> None:
    found = dict(
        re.findall(
            r'^(DOCUMENTATION|EXAMPLES|RETURN) = r"""(.*?)"""', path.read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
    )
    documentation = yaml.safe_load(found["DOCUMENTATION"])
    assert documentation["module"] == path.stem and documentation["version_added"]
    stated = set(documentation["attributes"])
    if "ohmy.hadoop._attributes.info_module" in documentation["extends_documentation_fragment"]:
        stated |= {"check_mode", "diff_mode", "idempotent"}
    assert {"check_mode", "diff_mode", "idempotent", "platform"} <= stated
    # Some take what another module of the collection found.
    for task in tasks_of(yaml.safe_load(found["EXAMPLES"])):
        own = any(key.startswith("ohmy.hadoop.") for key in task)
        assert own or not {"block", "tasks", "ansible.builtin.debug"}.isdisjoint(task), task
    assert f"ohmy.hadoop.{path.stem}:" in found["EXAMPLES"]
    yaml.safe_load(found["RETURN"])


def test_no_result_is_called_as_ansible_calls_a_task_that_did_not_run():
    """A true ``skipped`` makes Ansible report a task as skipped, and never as changed."""
    for path in (ROOT / "plugins/modules").glob("*.py"):
        found = re.search(r'^RETURN = r"""(.*?)"""', path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        assert not {"skipped", "failed", "unreachable"} & set(yaml.safe_load(found[1]) or {}), path
