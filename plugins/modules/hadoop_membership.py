#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_membership
short_description: Let nodes leave a Hadoop cluster, or take them back
version_added: 1.0.0
description:
  - Runs on the master. Keeps the lists of nodes that NameNode and ResourceManager read, and lets both read them anew;
    no daemon is restarted.
  - The action plugin waits until all nodes are in the state that they are to be in, and shows how many blocks are
    still to be copied and how many containers are still running. The module alone does what can be done at once.
  - What was begun goes on when a run is ended, and the same task goes on waiting for it.
  - Refuses what would lose data, fewer DataNodes than the data has replicas, too little room on those that stay, the last replica
    on a dead node.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.action
attributes:
  action:
    support: full
  async:
    support: none
  check_mode:
    support: full
    details:
      - What would be refused is refused; nothing is waited for.
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  nodes:
    description:
      - The nodes that are meant. All others are left as they are.
    type: list
    elements: dict
    required: true
    suboptions:
      instance_id:
        description: The node's name, on EC2 its instance id.
        type: str
        required: true
      private_ip:
        description: The node's private address.
        type: str
        required: true
      role:
        description: What the node is; V(compute) has no DataNode, and no data to lose.
        type: str
        choices: [master, worker, compute]
        default: worker
  state:
    description:
      - V(decommissioned) copies the blocks of the nodes to others, gives them no further containers and waits for the end of
        those that run, and of the applications whose map output they hold. A dead node has nothing to wait for.
      - V(in_service) takes nodes back. The NodeManager of one that had left has to be started again, as
        M(ohmy.hadoop.hadoop_node) does.
      - V(in_maintenance) is for a restart of DataNodes, whose replicas count as there meanwhile; at least one replica of each
        block is on another node before they are. NodeManagers are left alone. The only DataNode of a cluster is left as it is.
      - V(absent) forgets nodes that are gone, once the NameNode takes them for dead, so that others may have their addresses.
    type: str
    choices: [decommissioned, in_service, in_maintenance, absent]
    default: decommissioned
  redundancy:
    description:
      - Whether to wait, too, until HDFS has left its safe mode and no block lacks a replica for which there is a DataNode.
      - With O(state=in_service) only.
    type: bool
    default: false
  force:
    description:
      - Whether a node that is dead or unknown may have had the last replica of blocks, and containers on nodes that leave are killed instead of
        waited for.
    type: bool
    default: false
  maintenance:
    description: After how many seconds a maintenance ends by itself.
    type: int
    default: 3600
  timeout:
    description:
      - How long the action waits, in seconds. Nodes that are not there by then stay on their way.
    type: int
    default: 900
"""

EXAMPLES = r"""
- name: Let a node leave
  ohmy.hadoop.hadoop_membership:
    nodes:
      - {instance_id: i-0c2d, private_ip: 10.0.0.6}
    timeout: 3600
  delegate_to: demo-master
  become: true

- name: Take it back
  ohmy.hadoop.hadoop_membership:
    nodes:
      - {instance_id: i-0c2d, private_ip: 10.0.0.6}
    state: in_service
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
done:
  description: Whether all nodes are in the wanted state.
  returned: success
  type: bool
summary:
  description: How far they are, in one line.
  returned: success
  type: str
  sample: 0 of 1 have left, 12 blocks to copy, 1 containers to end
nodes:
  description: The nodes that are meant.
  returned: success
  type: list
  elements: dict
  contains: &node
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
    hdfs:
      description:
        - What the NameNode says of it, V(in service), V(decommissioning), V(decommissioned), V(entering maintenance),
          V(in maintenance), V(dead) or V(unknown).
      returned: always
      type: str
      sample: decommissioning
    blocks:
      description: How many blocks it has.
      returned: always
      type: int
      sample: 240
    blocks_left:
      description: How many of these are to be copied before it may leave.
      returned: always
      type: int
      sample: 12
    yarn:
      description: What the ResourceManager says of it, in lower case, or V(unknown).
      returned: always
      type: str
      sample: decommissioning
    containers:
      description: How many containers run on it.
      returned: always
      type: int
      sample: 1
late:
  description: The nodes that are not in the wanted state yet, with what they are.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.6 (i-0c2d): DataNode decommissioning, NodeManager decommissioned"]
entries:
  description: All nodes of the cluster that are not simply in service.
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
actions:
  description: What was done, or would be in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: ["put entry of 10.0.0.6", "refresh the NameNode's nodes"]
seconds:
  description: How long the action waited.
  returned: success
  type: float
  sample: 42.5
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.membership_plan import Want
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.membership import ensure

ARGUMENT_SPEC: dict[str, t.Any] = {
    "nodes": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "instance_id": {"type": "str", "required": True},
            "private_ip": {"type": "str", "required": True},
            "role": {"type": "str", "choices": ["master", "worker", "compute"], "default": "worker"},
        },
    },
    "state": {
        "type": "str",
        "choices": ["decommissioned", "in_service", "in_maintenance", "absent"],
        "default": "decommissioned",
    },
    "redundancy": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "maintenance": {"type": "int", "default": 3600},
    "timeout": {"type": "int", "default": 900},
}


def wanted(params: t.Mapping[str, t.Any]) -> Want:
    """Return what is asked for; raise OhmyError for what makes no sense."""
    addresses = [one["private_ip"] for one in params["nodes"]]
    if len(set(addresses)) != len(addresses):
        raise OhmyError("nodes: an address is given twice.", "Name each node once.")
    if params["redundancy"] and params["state"] != "in_service":
        raise OhmyError("redundancy is for state in_service.", "Leave it out.")
    if params["maintenance"] < 60:
        raise OhmyError("maintenance: less than a minute is too short for a restart.", "Give 60 seconds or more.")
    nodes = tuple(params["nodes"])
    return Want(nodes, params["state"], params["force"], params["maintenance"], params["redundancy"])


def main() -> None:
    """Look, plan, and do what can be done now."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        require_root()
        result = ensure(wanted(module.params), module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(seconds=0.0, **result)


if __name__ == "__main__":
    main()
