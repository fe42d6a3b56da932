# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said where there is no cluster to go on with, with the real task and no cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import launched
from tests.playbook import play

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ([], "There is no cluster demo. Launch it with playbooks/launch.yml"),
        ([{"master": None}], "The master of cluster demo is gone, and HDFS with it. Remove what is left"),
    ],
)
def test_a_cluster_whose_master_is_gone_is_not_called_none(tmp_path, clusters, said):
    tasks = yaml.safe_load((ROOT / "roles/cluster/tasks/stand.yml").read_text("utf-8"))
    (refusal,) = [task for task in tasks if "ansible.builtin.assert" in task]
    facts = {"__cluster_found": {"clusters": clusters}, "ohmy_settings": {"cluster_name": "demo"}}
    plays = [
        {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.set_fact": facts}, refusal]},
    ]
    code, told = play(tmp_path, plays)
    assert code == 2 and said in told, told


@pytest.mark.parametrize("tasks", ["instances", "sleep"])
def test_an_option_with_choices_is_left_out_where_nobody_says_it(tasks):
    (task,) = [
        one
        for one in yaml.safe_load((ROOT / f"roles/cluster/tasks/{tasks}.yml").read_text("utf-8"))
        if "ohmy.hadoop.ec2_cluster" in one
    ]
    given = task["ohmy.hadoop.ec2_cluster"]
    strict = [
        name for name in launched.NAMES if name in given and {**launched.OPTIONS, **launched.SEEN}[name].get("choices")
    ]
    assert strict and all("omit" in given[name] for name in strict), strict
