#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_report
short_description: Show clusters as a table
version_added: 1.0.0
description:
  - Prints clusters for a person to read, a row per instance; of more than 20 instances a row per group, and by name those that are
    not as most of their group.
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
  clusters:
    description: The clusters as M(ohmy.hadoop.ec2_cluster_info) returned them.
    type: list
    elements: dict
    default: []
  name:
    description: The cluster that was asked for; by default all were.
    type: str
  where:
    description: Where they were looked for, in words.
    type: str
    default: here
  login:
    description: Show only the lines that log in.
    type: bool
    default: false
  hosts:
    description: Hosts of one's own to show instead, each with C(name), C(group) and C(address).
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Look at all clusters of a region
  ohmy.hadoop.ec2_cluster_info:
    region: eu-central-1
    costs: true
  register: found

- name: Show them
  ohmy.hadoop.cluster_report:
    clusters: "{{ found.clusters }}"
    where: in eu-central-1
"""

RETURN = r"""
report:
  description: The lines that were printed.
  returned: always
  type: list
  elements: str
  sample: ["demo in eu-central-1: running, 3 instances, 1 h 30 min old"]
"""
