#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scale_plan
short_description: Decide which workers come and which leave
version_added: 1.0.0
description:
  - Compares the workers of a standing cluster with the number that is wanted, and decides what has to be done, so that
    playbooks/scale.yml and a play of one's own come to the same.
  - Of workers that are too many, those leave that are named, then those that were leaving already, then the youngest.
  - A named one that is not too many is replaced.
  - An action plugin; it runs on the controller and calls no API.
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
  name:
    description: The cluster's name.
    type: str
    required: true
  present:
    description: The workers that are there, as RV(ohmy.hadoop.ec2_cluster_info#module:clusters) tells of them.
    type: list
    elements: dict
    required: true
  workers:
    description: How many workers are wanted of the group that has no name of its own.
    type: int
    required: true
  worker_groups:
    description:
      - Further groups, with C(name) and how many C(workers) are wanted.
      - A group that is there and not named keeps its workers.
    type: list
    elements: dict
    default: []
  remove:
    description: The ids of workers that are to leave, whatever the number.
    type: list
    elements: str
    default: []
  entries:
    description:
      - The nodes that are not simply in service, as RV(ohmy.hadoop.hadoop_membership_info#module:entries) tells.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Decide
  ohmy.hadoop.scale_plan:
    name: demo
    present: "{{ found.clusters[0].workers }}"
    workers: 4
    entries: "{{ membership.entries }}"
  register: scaling
"""

RETURN = r"""
stale:
  description: Entries of instances that are gone, which are to be forgotten first.
  returned: success
  type: list
  elements: dict
  sample: []
most:
  description: How many workers of the group without a name are to be there before any leaves.
  returned: success
  type: int
  sample: 4
worker_groups:
  description: The further groups, with so many C(workers) as are to be there before any leaves.
  returned: success
  type: list
  elements: dict
  sample: []
launch:
  description: How many of all these are to be launched.
  returned: success
  type: int
  sample: 1
back:
  description: Workers that were to leave and are to stay.
  returned: success
  type: list
  elements: dict
  sample: []
leaving:
  description: Workers that are to leave.
  returned: success
  type: list
  elements: dict
  sample: [{instance_id: i-0123456789abcdef0, private_ip: 10.0.0.6}]
lines:
  description: The plan in words.
  returned: success
  type: list
  elements: str
  sample: [Cluster demo has 3 workers, 2 are wanted.]
"""
