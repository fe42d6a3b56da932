#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hosts_report
short_description: Show what came of a task on many hosts
version_added: 1.0.0
description:
  - Prints what a task registered on each host; equal answers once, with the names of the hosts that gave them.
  - Fails where one of the hosts failed or ended with another exit code than 0, so that all hosts can be tried before.
  - An action plugin; it runs on the controller and asks nobody.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The action changes nothing.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  hosts:
    description: The names of the hosts.
    type: list
    elements: str
    required: true
  variable:
    description: The name of the variable that the task registered, which has C(failed_when=false).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Ask all workers
  hosts: demo_workers
  gather_facts: false
  tasks:
    - name: Ask
      ohmy.hadoop.node_command:
        command: uptime
      register: answer
      failed_when: false

- name: Show their answers
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Show
      ohmy.hadoop.hosts_report:
        hosts: "{{ groups.demo_workers }}"
        variable: answer
"""

RETURN = r"""
report:
  description: The lines that were printed.
  returned: success
  type: list
  elements: str
  sample: ["demo-worker-i-0123456789abcdef1, demo-worker-i-0123456789abcdef2 (2 hosts): exit code 0", "    ok"]
"""
