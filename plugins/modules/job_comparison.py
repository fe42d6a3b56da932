#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_comparison
short_description: Set the reports of two runs side by side
version_added: 1.0.0
description:
  - Reads two reports that M(ohmy.hadoop.job_report) left as JSON, prints which numbers grew and shrank, and writes a web page
    that needs nothing else.
  - The page is written where it is not there as it is to be. What is no report is never replaced.
  - An action plugin; it runs on the controller.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: What differs between the runs is told anyway.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  before:
    description: The report of one run, a file in JSON.
    type: path
    required: true
  after:
    description: That of the other.
    type: path
    required: true
  page:
    description: The page to write.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: See what four workers more have brought
  ohmy.hadoop.job_comparison:
    before: four-workers/books-report.json
    after: eight-workers/books-report.json
    page: comparison.html
"""

RETURN = r"""
report:
  description: The lines that were printed.
  returned: success
  type: list
  elements: str
  sample: ["Seconds of the job: 24.5, then 13.1 (-47%)"]
page:
  description: The page.
  returned: success
  type: str
  sample: /home/me/comparison.html
runs:
  description: Both runs, the one before first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The job.
      type: str
      sample: books
    made:
      description: When its report was made.
      type: str
      sample: "2026-01-02T03:04:05Z"
    state:
      description: V(succeeded) or V(failed).
      type: str
      sample: succeeded
numbers:
  description: Times, cost and numbers of tasks.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: What it is.
      type: str
      sample: Seconds of the job
    before:
      description: Its value in the one run, null where that has none.
      type: raw
      sample: 24.5
    after:
      description: Its value in the other.
      type: raw
      sample: 13.1
    change:
      description: By which share it grew; null where one is no number, or the first is 0.
      type: float
      sample: -0.465
counters:
  description: The counters that differ, in the same form.
  returned: success
  type: list
  elements: dict
versions:
  description: The versions that differ, in the same form.
  returned: success
  type: list
  elements: dict
variables:
  description: The variables that differ, in the same form.
  returned: success
  type: list
  elements: dict
"""
