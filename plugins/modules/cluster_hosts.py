#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_hosts
short_description: Choose hosts of a cluster
version_added: 1.0.0
description:
  - Chooses the master, the workers, all, one group of workers or one host of a cluster.
  - Hosts whose instances do not run are left out with a warning; where that leaves none, or none is called so, it fails.
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
  name:
    description: The name of the cluster.
    type: str
    required: true
  group:
    description:
      - Which hosts; V(all), V(master), V(workers), the name of a group of workers, or a host's name, instance or private address.
    type: str
    default: all
  cluster:
    description: The cluster as M(ohmy.hadoop.ec2_cluster_info) returned it, or an empty mapping where there is none.
    type: dict
  master:
    description: The master where the hosts are one's own.
    type: str
  workers:
    description: The workers where the hosts are one's own.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Find the cluster
  ohmy.hadoop.ec2_cluster_info:
    name: demo
    access: true
  register: found

- name: Choose its workers
  ohmy.hadoop.cluster_hosts:
    name: demo
    group: workers
    cluster: "{{ found.clusters[0] }}"
"""

RETURN = r"""
hosts:
  description: Their names in the inventory.
  returned: success
  type: list
  elements: str
  sample: [demo-worker-i-0123456789abcdef1]
instance_ids:
  description: Their instances; empty for hosts of one's own.
  returned: success
  type: list
  elements: str
  sample: [i-0123456789abcdef1]
left_out:
  description: The names of those that do not run.
  returned: success
  type: list
  elements: str
  sample: []
"""
