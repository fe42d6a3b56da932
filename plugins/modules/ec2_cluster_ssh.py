#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a caller's address in to a cluster by SSH, or take that away."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_cluster_ssh
short_description: Say who may reach a cluster by SSH
version_added: 1.0.0
description:
  - Replaces the rule for SSH that M(ohmy.hadoop.ec2_cluster) made in the cluster's own security group, so that one address or
    network is let in, or none. Old rules of this collection, known by their description, do not pile up.
  - Rules of anybody else, and security groups without the cluster's tags, are never touched.
author: the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  name:
    description:
      - The name of the cluster.
    type: str
    required: true
  state:
    description:
      - Whether SSH is let in. With V(absent) nobody is, whatever O(ssh_cidr) says; the cluster works on.
    type: str
    choices: [present, absent]
    default: present
  ssh_cidr:
    description:
      - From where, as O(ohmy.hadoop.ec2_cluster#module:ssh_cidr) has it.
    type: str
    default: auto
  ssh_proxy:
    description:
      - The jump host of your own by which the cluster is reached, if any, as O(ohmy.hadoop.ec2_cluster#module:ssh_proxy) has it.
        From where it connects is not known, so O(ssh_cidr=auto), which would shut it out, is refused then.
    type: str
  caller_ip_url:
    description:
      - What to ask for this controller's public address when O(ssh_cidr=auto) and the master has a public one.
    type: str
    default: https://checkip.amazonaws.com
seealso:
  - module: ohmy.hadoop.ec2_cluster
"""

EXAMPLES = r"""
- name: Let this controller in, from where it is now
  ohmy.hadoop.ec2_cluster_ssh:
    name: demo

- name: Let an office in
  ohmy.hadoop.ec2_cluster_ssh:
    name: demo
    ssh_cidr: 192.0.2.0/24

- name: Let nobody in any more
  ohmy.hadoop.ec2_cluster_ssh:
    name: demo
    state: absent
"""

RETURN = r"""
actions:
  description: What was done, or would be in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: ["allow SSH into security group sg-0123456789abcdef0 (ohmy-demo)"]
ssh_cidr:
  description: Who is let in now; null for nobody.
  returned: success
  type: str
  sample: 192.0.2.7/32
before:
  description: Who was let in before.
  returned: success
  type: list
  elements: str
  sample: [198.51.100.4/32]
security_groups:
  description: The security groups of the cluster.
  returned: success
  type: list
  elements: str
  sample: [sg-0123456789abcdef0]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import argspec, authorize, want
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result

SPEC = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "ssh_cidr": {"type": "str", "default": "auto"},
    "ssh_proxy": {"type": "str"},
    "caller_ip_url": {"type": "str", "default": "https://checkip.amazonaws.com"},
    **argspec.CONNECTION,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True, **argspec.RULES)
    require_boto3(module)
    params = module.params
    try:
        name = want.checked_name(params["name"])
        cidr = params["ssh_cidr"] if params["ssh_cidr"] == "auto" else want.checked_cidr(params["ssh_cidr"])
        wanted = cidr if params["state"] == "present" else None
        if wanted is not None:
            want.require_way_in(want.checked_proxy(params["ssh_proxy"]), wanted)
        result = authorize.run(Clients(params), name, wanted, params["caller_ip_url"], module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
