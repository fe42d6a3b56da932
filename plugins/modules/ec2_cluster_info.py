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
version_added: 1.0.0
description:
  - Finds clusters by the tags of their instances, with one API call for all of them.
  - With O(costs=true) tells what they cost, from one more call for all of them. With O(leftovers=true) tells also of clusters
    without instances that left something else behind.
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
  costs:
    description:
      - Whether to tell what each cluster costs an hour, and has cost so far.
    type: bool
    default: false
  prices:
    description:
      - Prices of one's own, as O(ohmy.hadoop.ec2_cluster#module:prices) has them.
    type: dict
    default: {}
  leftovers:
    description:
      - Whether to look for what is left of clusters without instances, such as security groups, volumes, roles and objects.
      - Of all clusters, one of which nothing but a role or objects in S3 is left is not found; give its O(name), and for objects
        its O(bucket).
    type: bool
    default: false
  bucket:
    description:
      - Where to look with O(leftovers=true) for objects of a cluster that no tag tells the bucket of any more.
    type: str
  access:
    description:
      - Whether to pin the host keys of the nodes that run, and to write the C(known_hosts) and C(ssh_config) of each cluster on
        this controller, as the inventory plugin does; nothing is changed elsewhere.
    type: bool
    default: false
  public_key:
    description:
      - The file of the SSH public key to log in with, as O(ohmy.hadoop.ec2_cluster#module:public_key) has it.
      - Where its private half is not on this controller a warning says so with O(access=true).
    type: path
  ssh_user:
    description:
      - The user that the image lets log in. With O(reports=true) that of the launch, where the cluster's documents tell it.
    type: str
    default: admin
  ssh_proxy:
    description:
      - A jump host of your own before the master, as O(ohmy.hadoop.ec2_cluster#module:ssh_proxy) has it.
    type: str
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

- name: See what there is in a region, and what it costs
  ohmy.hadoop.ec2_cluster_info:
    region: eu-central-1
    costs: true
    leftovers: true
    prices:
      eu-central-1: {m6i.large: 0.115, gp3: 0.0952}
"""

RETURN = r"""
clusters:
  description:
    - The clusters, by name.
    - Each is as RV(ohmy.hadoop.ec2_cluster#module:cluster). What S3 alone tells, C(digests), C(expires) and host keys that are
      not pinned here, is null without O(reports).
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
    incarnation:
      description: The id of this life of the cluster; null where there is none.
      returned: always
      type: str
      sample: 0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11
    region:
      description: The region.
      returned: always
      type: str
      sample: eu-central-1
    bucket:
      description: The bucket.
      returned: always
      type: str
      sample: example-bucket
    prefix:
      description: The prefix of the cluster's own objects in the bucket.
      returned: always
      type: str
      sample: clusters/demo/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/
    endpoint:
      description: The S3 endpoint that the nodes use.
      returned: always
      type: str
      sample: https://s3.eu-central-1.amazonaws.com
    master:
      description: The master; null where there is none.
      returned: always
      type: dict
      contains: &instance
        instance_id:
          description: Its id.
          returned: always
          type: str
          sample: i-0123456789abcdef0
        short:
          description: What C(ssh_config) calls it.
          returned: always
          type: str
          sample: worker-1
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.5
        public_ip:
          description: Its public address, null where it has none.
          returned: always
          type: str
          sample: 192.0.2.5
        address:
          description: The address that the controller connects to.
          returned: always
          type: str
          sample: 192.0.2.5
        host_key:
          description: Its pinned SSH host key, null while it has shown none.
          returned: always
          type: str
          sample: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample
        state:
          description: Its state in EC2's words.
          returned: always
          type: str
          sample: running
        instance_type:
          description: Its type.
          returned: always
          type: str
          sample: m6i.large
        launch_time:
          description: When it was launched, UTC.
          returned: always
          type: str
          sample: "2026-07-01T12:00:00Z"
        group:
          description: Its group.
          returned: always
          type: str
          sample: master
        market:
          description: Either on-demand or spot.
          returned: always
          type: str
          sample: on-demand
        zone:
          description: Its availability zone.
          returned: always
          type: str
          sample: eu-central-1a
    workers:
      description: The workers.
      returned: always
      type: list
      elements: dict
      contains: *instance
    nodes:
      description: Every node, as M(ohmy.hadoop.hadoop_health) wants them.
      returned: always
      type: list
      elements: dict
      contains:
        instance_id:
          description: Its instance.
          returned: always
          type: str
          sample: i-0123456789abcdef0
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.5
        role:
          description: One of master, worker and compute, which is a worker without a DataNode.
          returned: always
          type: str
          sample: master
    hosts:
      description: The nodes that have an address, the master first, as hosts of an inventory.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Its name in an inventory.
          returned: always
          type: str
          sample: demo-worker-i-0123456789abcdef1
        group:
          description: Its group, which is master, worker or that of a further group of workers.
          returned: always
          type: str
          sample: worker
        groups:
          description: Its groups in an inventory.
          returned: always
          type: list
          elements: str
          sample: [demo_workers, ohmy_workers]
        instance_id:
          description: Its instance.
          returned: always
          type: str
          sample: i-0123456789abcdef1
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.6
        state:
          description: Its state in EC2's words.
          returned: always
          type: str
          sample: running
        variables:
          description:
            - Ansible's connection variables. A worker is reached through the master, as its C(ssh_config) says.
            - C(ansible_ssh_private_key_file) is missing where only an agent may have the key.
          returned: always
          type: dict
          sample:
            ansible_connection: ssh
            ansible_host: 10.0.0.6
            ansible_port: 22
            ansible_user: admin
            ansible_ssh_args: >-
              -o StrictHostKeyChecking=yes
              -o 'UserKnownHostsFile="/home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/known_hosts"'
              -o ControlMaster=auto -o ControlPersist=30m -o ServerAliveInterval=30
            ansible_ssh_common_args: -F /home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/ssh_config
            ansible_control_path: /run/user/1000/ohmy-1000/0b54bd1a-i-0123456789abcdef1
            ansible_host_key_checking: true
            ansible_pipelining: true
            ansible_become_method: ansible.builtin.sudo
            ansible_sudo_exe: sudo
            ansible_python_interpreter: /usr/bin/python3
            ansible_ssh_private_key_file: /home/me/.ssh/id_ed25519
    ssh:
      description:
        - How to reach the master; all null where there is no cluster, and where its files cannot be written, which is warned of.
      returned: always
      type: dict
      contains:
        user:
          description: The user to log in as.
          returned: always
          type: str
          sample: admin
        private_key:
          description: The path of the private key; null where only an agent may have it.
          returned: always
          type: str
          sample: /home/me/.ssh/id_ed25519
        config:
          description: The path of an ssh_config that knows C(master) and C(worker-1) and so on.
          returned: always
          type: str
          sample: /home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/ssh_config
        known_hosts:
          description: The path of the pinned host keys.
          returned: always
          type: str
          sample: /home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/known_hosts
        control_path:
          description: The path for the socket of a shared connection to the master.
          returned: always
          type: str
          sample: /run/user/1000/ohmy-1000/0b54bd1a-master
        tunnel:
          description: The name, for M(ohmy.hadoop.ssh_tunnel), of a tunnel to the web pages, which ends with the cluster.
          returned: always
          type: str
          sample: 0b54bd1a-ui
    digests:
      description: The sha256 of the nodes' documents, null where there is none.
      returned: always
      type: dict
      contains:
        master:
          description: The master's.
          returned: always
          type: str
          sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        worker:
          description: The workers'.
          returned: always
          type: str
          sample: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
        compute:
          description: That of workers without a DataNode.
          returned: always
          type: str
          sample: 1b4f0e9851971998e732078544c96b36c3d01cedf7caa332359d6f1d83567014
    expires:
      description: When the cluster ends by itself, in seconds since 1970; null for never.
      returned: always
      type: int
      sample: 1782921600
    evidence:
      description: Where nodes whose time to live was over left their last logs; null where there are none, or without O(reports).
      returned: always
      type: str
      sample: s3://example-bucket/evidence/demo/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/
    price:
      description: What the cluster costs an hour as it is now, stopped instances by their disks alone; null without O(costs).
      returned: always
      type: dict
      contains:
        per_hour:
          description: The sum in USD; null where a price is not known.
          returned: always
          type: float
          sample: 0.3184
        at_most:
          description: Whether the sum is a bound, as spot instances of unknown price count as on demand.
          returned: always
          type: bool
          sample: false
        missing:
          description: What no table has a price of.
          returned: always
          type: list
          elements: str
          sample: []
        text:
          description: The sum spelled out.
          returned: always
          type: str
          sample: 0.3044 USD an hour (3 x m6i.large at 0.096 + 150 GiB of gp3 at 0.08 a month)
        date:
          description: Of which day the prices are; null where that is not known.
          returned: always
          type: str
          sample: "2025-06-10"
    age:
      description: For how many seconds the oldest instance has been there, stops included; null without any.
      returned: always
      type: int
      sample: 5400
    cost:
      description: What the instances and disks that are there have cost so far; null without O(costs).
      returned: always
      type: dict
      contains:
        usd:
          description: The sum in USD; null where a price is not known.
          returned: always
          type: float
          sample: 0.4653
        at_least:
          description: Whether instances were stopped and started, as EC2 remembers no earlier start.
          returned: always
          type: bool
          sample: false
        at_most:
          description: Whether a spot instance without a price of its own counts as on demand.
          returned: always
          type: bool
          sample: false
        missing:
          description: What no table has a price of.
          returned: always
          type: list
          elements: str
          sample: []
    leftovers:
      description: What is left of a cluster that has no instances; empty without O(leftovers).
      returned: always
      type: list
      elements: str
      sample: ["security group sg-0123456789abcdef0", "volume vol-0123456789abcdef0"]
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
          description: The node's role, one of master, worker and compute.
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

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import argspec, info, prices, want
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result

SPEC = {
    "name": {"type": "str"},
    "reports": {"type": "bool", "default": False},
    "costs": {"type": "bool", "default": False},
    "prices": {"type": "dict", "default": {}},
    "leftovers": {"type": "bool", "default": False},
    "bucket": {"type": "str"},
    "access": {"type": "bool", "default": False},
    "public_key": {"type": "path", "no_log": False},
    "ssh_user": {"type": "str", "default": "admin"},
    "ssh_proxy": {"type": "str"},
    "state_dir": {"type": "path"},
    **argspec.CONNECTION,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True, **argspec.RULES)
    require_boto3(module)
    params = module.params
    try:
        name = want.checked_name(params["name"]) if params["name"] is not None else None
        state_dir = params["state_dir"] or want.default_state_dir()
        wanted = {one: params[one] for one in ("public_key", "reports", "costs", "leftovers", "bucket", "access")}
        wanted["ssh_user"] = want.checked_user(params["ssh_user"])
        proxy = want.checked_proxy(params["ssh_proxy"])
        wish = info.Wish(state_dir, **wanted, ssh_proxy=proxy, prices=prices.checked(params["prices"]))
        clusters = info.run(Clients(params), name, wish)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    for warning in [text for one in clusters for text in one.pop("warnings")]:
        module.warn(warning)
    module.exit_json(changed=False, clusters=clusters)


if __name__ == "__main__":
    main()
