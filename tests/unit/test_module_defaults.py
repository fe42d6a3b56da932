# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One place for what all modules that talk to AWS share: ``module_defaults`` with the collection's action group."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from tests.playbook import play

ROOT = Path(__file__).resolve().parents[2]
# The least that each module of the group takes; none of them gets as far as a call.
ARGUMENTS = {
    "ec2_cluster": {"name": "demo", "state": "absent"},
    "ec2_cluster_info": {"name": "demo"},
    "ec2_cluster_ssh": {"name": "demo"},
    "job_plan": {"name": "demo", "mapper": "cat", "input": ["s3://example-bucket/in"], "output": "/tmp/out"},
    "job_preflight": {"name": "demo", "mapper": "cat", "input": ["s3://example-bucket/in"]},
    "s3_answer": {"state": "begun", "uri": "s3://example-bucket/out", "fingerprint": "f"},
    "s3_upload": {"bucket": "example-bucket"},
}


def call(folder: Path, config: str, defaults: dict[str, str], modules: list[str]) -> str:
    """Call each module once, on this machine, with an AWS configuration of the test's own; return what was printed."""
    tasks = [{"name": name, f"ohmy.hadoop.{name}": ARGUMENTS[name], "ignore_errors": True} for name in modules]
    book = {
        "name": "Fail before any call",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "module_defaults": {"group/ohmy.hadoop.aws": defaults},
        "tasks": tasks,
    }
    (folder / "config").write_text(config)
    files = {name: str(folder / "config") for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
    return play(folder, [book], HOME=str(folder), **files)[1]


def test_the_group_s_defaults_reach_every_module_of_it(tmp_path: Path) -> None:
    group = yaml.safe_load((ROOT / "meta/runtime.yml").read_text("utf-8"))["action_groups"]["aws"]
    text = call(tmp_path, "", {"profile": "nobodys"}, group)
    refused = [line for line in text.splitlines() if line.startswith("fatal:") and "nobodys" in line]
    assert len(refused) == len(group) == len(ARGUMENTS), text


def test_profile_and_region_both_arrive(tmp_path: Path) -> None:
    config = "[profile mine]\naws_access_key_id = a\naws_secret_access_key = b\nendpoint_url = http://192.0.2.1:9\n"
    text = call(tmp_path, config, {"profile": "mine", "region": "no region"}, ["ec2_cluster_info"])
    assert "no region" in text, text
