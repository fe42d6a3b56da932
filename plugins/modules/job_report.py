#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_report
short_description: Say what came of a run, and leave its report
version_added: 1.0.0
description:
  - Prints where the answer lies, its first lines, how long each phase took, and what was kept or left behind.
  - Leaves a report where O(page) says so, a web page that needs nothing else and the same data as JSON. What hinders it is
    said, and fails nothing.
  - Fails when the run failed, or when removing its cluster failed, with the reason as the last thing said.
  - An action plugin; it runs on the controller, reads the output directory and writes nothing but the report.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: A report tells of one run, so none is a change of another.
  idempotent:
    support: partial
    details: A run that did something has a report of its own; one that found all done leaves that of the run before.
  platform:
    platforms: posix
options:
  plan:
    description: The plan as M(ohmy.hadoop.job_plan) returned it.
    type: dict
    required: true
  planned:
    description: Say what a run would do, instead of what one did.
    type: bool
    default: false
  output:
    description: Local directory of the answer.
    type: path
    required: true
  provider:
    description: Where the cluster is; with V(inventory), on hosts of one's own, none is launched or removed.
    type: str
    choices: [ec2, inventory]
    default: ec2
  cluster:
    description: The cluster as M(ohmy.hadoop.ec2_cluster) returned it, or nothing.
    type: dict
    default: {}
  cluster_name:
    description: Name of the cluster.
    type: str
    required: true
  cluster_region:
    description: Its region, where the run named one.
    type: str
  cluster_profile:
    description: The AWS profile, where the run named one.
    type: str
  price:
    description: What the cluster costs an hour, as M(ohmy.hadoop.ec2_cluster) returned it in RV(ohmy.hadoop.ec2_cluster#module:cluster), or nothing.
    type: dict
    default: {}
  kept:
    description: Whether the cluster was kept.
    type: bool
    default: false
  estimates:
    description: What M(ohmy.hadoop.job_preflight) expected of each step of the job, its RV(ohmy.hadoop.job_preflight#module:estimate).
    type: list
    elements: dict
    default: []
  findings:
    description: What M(ohmy.hadoop.job_preflight) found; its warnings are said again beside the answer.
    type: list
    elements: dict
    default: []
  took:
    description: Id of each step that ran, and the seconds that it really took.
    type: dict
    default: {}
  workers:
    description: Number of workers.
    type: int
    default: 0
  phases:
    description: Name of each phase and the seconds that it took.
    type: dict
    default: {}
  failure:
    description: C(phase) and C(message) of what failed, or nothing.
    type: dict
    default: {}
  evidence:
    description: Path of the fetched logs of a failed run.
    type: str
    default: ""
  left:
    description: Why removing the cluster failed.
    type: str
    default: ""
  page:
    description:
      - Where the report is to lie; C(.html) and C(.json) are appended. Without it none is written.
      - The report of the run before is kept under the same names with C(-before), and compared with the new one; one that
        somebody changed is kept so with a warning, in place of the one before that. What is no report is never replaced.
      - A job that was found finished, and check mode, leave the report of the run before alone.
    type: str
    default: ""
  settings:
    description: The run's variables, which the report shows without what sounds like a secret.
    type: dict
    default: {}
  jobs:
    description: What M(ohmy.hadoop.streaming_job_info) told of each step of the job.
    type: list
    elements: dict
    default: []
  versions:
    description: What runs on the master, its RV(ohmy.hadoop.streaming_job_info#module:versions).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Say what came of the run
  ohmy.hadoop.job_report:
    plan: "{{ ohmy_plan }}"
    output: output/wordcount
    cluster_name: wordcount
    phases: {launch: 31.0, run: 14.2}
"""

RETURN = r"""
report:
  description: The lines that were printed.
  returned: always
  type: list
  elements: str
  sample: ["The answer lies in /home/me/output/wordcount: 1 file, 48211 bytes."]
page:
  description: The page that was written, empty where none was.
  returned: always
  type: str
  sample: /home/me/output/wordcount-report.html
"""
