#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_node_info
short_description: Tell what a host is as a node of a Hadoop cluster
version_added: 1.0.0
description:
  - Looks at a host's address, memory, cores, daemons, and at the node document that it last reached.
  - Works on a host that never was a node too, whose RV(digest), RV(document), RV(bundle) and RV(hadoop_version) are
    null.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
attributes:
  platform:
    platforms: posix
options:
  address:
    description:
      - The IPv4 address that the host is to use; it is returned where it is one of the host's own, and refused else.
      - By default that of the document that the host reached, else the one from which the host speaks to O(master).
    type: str
  master:
    description: The address of the master; by default the way out of the host's network counts.
    type: str
"""

EXAMPLES = r"""
- name: Look at a host
  ohmy.hadoop.hadoop_node_info:
  become: true
  register: node

- name: Show which of its daemons do not run
  ansible.builtin.debug:
    msg: "{{ node.services | dict2items | rejectattr('value', 'eq', 'active') | map(attribute='key') }}"
"""

RETURN = r"""
address:
  description: The host's IPv4 address, on which its daemons listen or would listen; null where it has no way out.
  returned: success
  type: str
  sample: 192.168.1.7
bundle:
  description: The sha256 of the node bundle on the host; null where there is none.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
cores:
  description: The cores that the host may use.
  returned: success
  type: int
  sample: 4
digest:
  description: The sha256 of the document that was reached; null where none was.
  returned: success
  type: str
  sample: f32dc4dbc33de6369c2b76c8dd2e8c6dad16de51e917c104a4218ddc4e88748a
document:
  description:
    - The node document on the host, whether it was reached or not, as the collection's architecture page has it; null
      where there is none. Values of properties whose names sound like secrets are hidden.
  returned: success
  type: dict
  sample: {"schema": 1, "cluster": "demo", "role": "worker", "master": "192.168.1.6", "workers": 2}
hadoop_version:
  description: The version of the Hadoop that is installed; null where there is none.
  returned: success
  type: str
  sample: 3.5.0
memory:
  description: The memory in MiB that the host has, or that its control group allows.
  returned: success
  type: int
  sample: 8192
services:
  description:
    - The state of each daemon that the document gives the host, by the daemon's name, in systemd's words (C(active),
      C(activating), C(inactive), C(failed)). Empty on a host without a document.
  returned: success
  type: dict
  sample: {"datanode": "active", "nodemanager": "failed"}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import info

ARGUMENT_SPEC: dict[str, t.Any] = {
    "address": {"type": "str"},
    "master": {"type": "str"},
}


def main() -> None:
    """Look and tell."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        require_root()
        result = info.look(module.params["address"], module.params["master"])
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
