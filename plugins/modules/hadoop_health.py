#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_health
short_description: Wait until every node of a Hadoop cluster does its work
version_added: 1.0.0
description:
  - Runs on the master. Asks the NameNode and the ResourceManager which DataNodes and NodeManagers are live, and
    reads the reports that the nodes put into S3, with the master's own credentials.
  - The wait ends when every wanted node is live and the NameNode has left safe mode. It ends at once, as a failure,
    when a node has reported one. At the limit, each missing host is named with the last error it reported, or as
    silent. Where all are live and safe mode goes on, the blocks are counted that it waits for.
  - The action plugin repeats one short look; the module alone takes exactly one.
  - It asks no worker to read from S3; the first copy into HDFS does.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
  - ohmy.hadoop._attributes.action
attributes:
  action:
    support: full
  async:
    support: none
  check_mode:
    details:
      - One look is taken, without waiting.
  platform:
    platforms: posix
options:
  nodes:
    description:
      - Every node of the cluster, the master too.
      - Where there are no workers, the master is expected to be DataNode and NodeManager itself.
    type: list
    elements: dict
    required: true
    suboptions:
      instance_id:
        description: The name under which the node reports, on EC2 its instance id.
        type: str
        required: true
      private_ip:
        description: The node's private address, which is its name in Hadoop.
        type: str
        required: true
      role:
        description: What the node is.
        type: str
        choices: [master, worker, compute]
        required: true
  leaving:
    description: The names of nodes that are to leave the cluster, whose daemons are not waited for.
    type: list
    elements: str
    default: []
  timeout:
    description: How long the action waits, in seconds.
    type: int
    default: 600
"""

EXAMPLES = r"""
- name: Wait until the cluster is whole
  ohmy.hadoop.hadoop_health:
    nodes:
      - {instance_id: i-0a1b, private_ip: 10.0.0.5, role: master}
      - {instance_id: i-0c2d, private_ip: 10.0.0.6, role: worker}
    timeout: 300
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
ready:
  description: Whether every wanted node is live and safe mode is off.
  returned: always
  type: bool
namenode:
  description: Whether the NameNode answers.
  returned: always
  type: bool
safe_mode:
  description: Whether the NameNode is in safe mode; null where it does not answer.
  returned: always
  type: bool
datanodes:
  description: The addresses of the wanted DataNodes that are live.
  returned: always
  type: list
  elements: str
  sample: [10.0.0.6]
nodemanagers:
  description: The addresses of the wanted NodeManagers that are live.
  returned: always
  type: list
  elements: str
  sample: [10.0.0.6]
missing:
  description: The hosts that are not live yet.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: The address and the instance id.
      type: str
      sample: 10.0.0.7 (i-0e3f)
    error:
      description: The last error that the host reported, or that it is silent.
      type: str
      sample: silent, it has not reported anything
failures:
  description: The hosts that reported a failure.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: The address and the instance id.
      type: str
    error:
      description: What failed.
      type: str
    lines:
      description: The last lines of the node's log.
      type: list
      elements: str
damage:
  description: Disks that failed and blocks without a replica, which are warnings; empty in safe mode.
  returned: always
  type: list
  elements: str
  sample: [1 disk of 10.0.0.6 failed]
unreported:
  description: Of how many blocks no DataNode has told the NameNode since its start, which keeps it in safe mode.
  returned: always
  type: int
  sample: 0
leaving:
  description: The workers that are to leave and whose DataNodes are not live.
  returned: always
  type: list
  elements: str
  sample: [10.0.0.7 (i-0e3f)]
summary:
  description: The state in one line.
  returned: always
  type: str
  sample: DataNodes 1/2, NodeManagers 0/2
seconds:
  description: How long the action waited.
  returned: always
  type: float
  sample: 12.3
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.health import Look, evaluate
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.health_look import look_at_cluster

ARGUMENT_SPEC: dict[str, t.Any] = {
    "nodes": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "instance_id": {"type": "str", "required": True},
            "private_ip": {"type": "str", "required": True},
            "role": {"type": "str", "choices": ["master", "worker", "compute"], "required": True},
        },
    },
    "leaving": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 600},
}


def result_of(nodes: list[dict[str, str]], look: Look) -> dict[str, t.Any]:
    """Return the module's result for one look; ``failed`` with the hosts' own words where one failed."""
    result = {"changed": False, "seconds": 0.0, **evaluate(nodes, look)}
    if result["failures"]:
        first = result["failures"][0]
        others = "" if len(result["failures"]) == 1 else f" (and {len(result['failures']) - 1} more)"
        lines = "\n".join(first["lines"])
        error = OhmyError(
            f"The node {first['host']} failed to become part of the cluster{others}: {first['error']}",
            f"Its last lines:\n{lines}" if lines else "",
        )
        result.update(error.as_result(), failed=True)
    return result


def main() -> None:
    """Take one look."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        require_root()
        nodes = module.params["nodes"]
        if sum(node["role"] == "master" for node in nodes) != 1:
            raise OhmyError(
                "nodes must hold exactly one master.", "Give one of them the role master, all others worker."
            )
        look = look_at_cluster(nodes)
        look.leaving |= set(module.params["leaving"])
        result = result_of(nodes, look)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    if result.pop("failed", False):
        module.fail_json(**result)
    for text in result["damage"]:
        module.warn(f"HDFS: {text}; see hdfs dfsadmin -report and hdfs fsck / -list-corruptfileblocks on the master.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
