#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_settings
short_description: Read, check and complete the variables of a run
version_added: 1.0.0
description:
  - Takes the variables of the roles C(cluster), C(hadoop) and C(job) from the inventory, from a job file and from
    the command line, each of these winning over the ones before it.
  - Where C(cluster_provider) is C(inventory), finds the master and the workers in the inventory's groups, and refuses
    groups that make no cluster.
  - Refuses unknown names (with the nearest right one), wrong types and impossible values, all in one message.
  - Makes relative paths absolute, those in a job file counting from its folder, others from the current directory.
  - Where the name of a Hadoop property sounds like a secret, the result is not shown; a failure always is.
  - An action plugin; it runs on the controller, reads local files only and calls no API.
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
  file:
    description: Path of the job file, a YAML file of variables.
    type: path
  scope:
    description:
      - What the variables are needed for.
      - With V(cluster) those of the job may be missing, but O(file) or C(cluster_name) must say which cluster is meant.
      - With V(account) they need not say it; without one C(cluster_name) is null, and all clusters are meant.
      - With V(nodes) C(hadoop_batch) and C(hadoop_roles) count besides, as they decide how nodes are restarted.
      - With V(node) only those of the role C(hadoop) count, as they are on the host of the task, which is to be one of
        C(hadoop_master_host) and C(hadoop_worker_hosts).
    type: str
    choices: [job, cluster, account, nodes, node]
    default: job
"""

EXAMPLES = r"""
- name: Read and check a job file
  ohmy.hadoop.job_settings:
    file: jobs/wordcount.yml
  register: checked

- name: Show what the cluster would be called
  ansible.builtin.debug:
    var: checked.settings.cluster_name
"""

RETURN = r"""
settings:
  description:
    - Every variable and its value.
    - C(job_steps) holds what O(ohmy.hadoop.job_plan#module:steps) takes, one step where the job file names none.
    - C(job_hidden) holds the texts within them that came from a vault, or by a lookup from where secrets are kept; with any
      of them the result is not printed.
  returned: success
  type: dict
  sample: {cluster_name: wordcount, cluster_workers: 2, job_mapper: /home/me/jobs/mapper.py}
document:
  description:
    - With O(scope=node) the node document of the host; the master's address is missing where the host is a worker.
    - With O(scope=job) what all nodes have in common of it, C(hadoop), C(java), C(properties), C(packages), C(profile) and,
      where they were given, C(task_memory) and C(disks).
    - Archives may be paths of the controller.
  returned: with O(scope=node) or O(scope=job)
  type: dict
  sample: {schema: 1, cluster: demo, role: master, master: self, workers: 2, s3: null}
codecs:
  description: The codecs that work with Hadoop's archive.
  returned: with O(scope=job)
  type: list
  elements: str
  sample: [deflate, gzip, bzip2, lz4, snappy]
"""
