#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_membership_info
short_description: Tell which nodes of a Hadoop cluster serve, leave or are dead
version_added: 1.0.0
description:
  - Runs on the master. Asks the NameNode and the ResourceManager what they know of each node, and looks which nodes
    are to leave or are held in maintenance.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
attributes:
  platform:
    platforms: posix
options: {}
seealso:
  - module: ohmy.hadoop.hadoop_membership
"""

EXAMPLES = r"""
- name: Look at all nodes
  ohmy.hadoop.hadoop_membership_info:
  delegate_to: demo-master
  become: true
  register: membership

- name: Show those that are dead
  ansible.builtin.debug:
    msg: "{{ membership.nodes | selectattr('hdfs', 'eq', 'dead') | map(attribute='private_ip') }}"
"""

RETURN = r"""
entries:
  description: The nodes that are not simply in service.
  returned: success
  type: list
  elements: dict
  contains:
    instance_id:
      description: The node's name.
      returned: always
      type: str
      sample: i-0c2d
    private_ip:
      description: Its address.
      returned: always
      type: str
      sample: 10.0.0.6
    state:
      description: Either decommissioned or in_maintenance.
      returned: always
      type: str
      sample: decommissioned
nodes:
  description: Every node that the NameNode or the ResourceManager knows.
  returned: success
  type: list
  elements: dict
  contains:
    instance_id:
      description: The node's name where it has an entry, else empty.
      returned: always
      type: str
      sample: i-0c2d
    private_ip:
      description: Its address.
      returned: always
      type: str
      sample: 10.0.0.6
    hdfs:
      description: What the NameNode says of it.
      returned: always
      type: str
      sample: in service
    blocks:
      description: How many blocks it has.
      returned: always
      type: int
      sample: 240
    blocks_left:
      description: How many of these are to be copied before it may leave.
      returned: always
      type: int
      sample: 0
    yarn:
      description: What the ResourceManager says of it, in lower case.
      returned: always
      type: str
      sample: running
    containers:
      description: How many containers run on it.
      returned: always
      type: int
      sample: 2
replication:
  description: How many replicas new files get by default (C(dfs.replication)).
  returned: success
  type: int
  sample: 2
safe_mode:
  description: Whether HDFS is in safe mode.
  returned: success
  type: bool
missing_blocks:
  description: How many blocks have no replica on a live node.
  returned: success
  type: int
  sample: 0
low_redundancy_blocks:
  description: How many blocks have fewer replicas than their file asks for.
  returned: success
  type: int
  sample: 0
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.membership import tell


def main() -> None:
    """Look."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        require_root()
        result = tell()
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
