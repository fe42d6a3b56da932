# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight plans for the cluster's end, as a run with --check does."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.playbook import play

ROOT = Path(__file__).parents[3]
KEPT = {"always": True, "on_failure": False, "never": False}


def test_preflight_keeps_the_cluster_that_a_run_would_keep(tmp_path):
    report, _end = yaml.safe_load((ROOT / "roles/job/tasks/report.yml").read_text("utf-8"))
    kept = report["ohmy.hadoop.job_report"]["kept"]
    tasks = [
        {
            "ansible.builtin.debug": {"msg": f"{keep}: {{{{ 'kept' if __kept | bool else 'removed' }}}}"},
            "vars": {"__kept": kept, "__job_planned": True, "ohmy_settings": {"cluster_keep": keep}},
        }
        for keep in KEPT
    ]
    code, text = play(tmp_path, [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert code == 0, text
    for keep, stays in KEPT.items():
        assert f"{keep}: {'kept' if stays else 'removed'}" in text, text
