#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell of the clusters in a region."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_cluster_info
short_description: Tell of Hadoop clusters on EC2
version_added: 0.1.0
description:
  - Finds clusters by the tags of their instances, with one API call for all of them.
  - With O(reports=true) tells also what each node reported, from one listing in S3 per cluster and at most ten reports.
author: the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
  - ohmy.hadoop.aws
attributes:
  platform:
    support: full
    platforms: posix
options:
  name:
    description:
      - The name of one cluster; by default all.
    type: str
  reports:
    description:
      - Whether to read what the nodes reported.
    type: bool
    default: false
  ssh_user:
    description:
      - The user that the image lets log in.
    type: str
    default: admin
  state_dir:
    description:
      - The folder for the known_hosts and ssh_config files of clusters; by default F(~/.local/state/ohmy.hadoop).
    type: path
seealso:
  - module: ohmy.hadoop.ec2_cluster
"""

EXAMPLES = r"""
- name: List all clusters
  ohmy.hadoop.ec2_cluster_info:

- name: See how the nodes of one are
  ohmy.hadoop.ec2_cluster_info:
    name: demo
    reports: true
"""

RETURN = r"""
clusters:
  description:
    - The clusters, by name.
    - Each is as RV(ohmy.hadoop.ec2_cluster#module:cluster); C(digests), C(expires) and host keys that are not pinned here
      are null without O(reports).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: demo
    state:
      description: One of running, stopped, partial, absent.
      returned: always
      type: str
      sample: running
    reports:
      description: What each node reported; empty without O(reports).
      returned: always
      type: list
      elements: dict
      contains:
        instance_id:
          description: The node's instance.
          returned: always
          type: str
          sample: i-0123456789abcdef0
        role:
          description: The node's role, master or worker.
          returned: always
          type: str
          sample: worker
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.6
        report:
          description: Its newest report, reached or failed; silent where there is none.
          returned: always
          type: str
          sample: reached
        digest:
          description: The digest of the document that it reached, else null.
          returned: always
          type: str
          sample: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
        error:
          description: The error and its last lines, for at most ten failed nodes; else null.
          returned: always
          type: str
          sample: null
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import argspec, info, want
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

SPEC = {
    "name": {"type": "str"},
    "reports": {"type": "bool", "default": False},
    "ssh_user": {"type": "str", "default": "admin"},
    "state_dir": {"type": "path"},
    **argspec.CONNECTION,
}


def main():
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True, **argspec.RULES)
    require_boto3(module)
    params = module.params
    try:
        name = want.checked_name(params["name"]) if params["name"] is not None else None
        state_dir = params["state_dir"] or want.default_state_dir()
        clusters = info.run(Clients(params), name, params["reports"], state_dir, params["ssh_user"])
    except OhmyError as exc:
        module.fail_json(**exc.as_result())
    module.exit_json(changed=False, clusters=clusters)


if __name__ == "__main__":
    main()
