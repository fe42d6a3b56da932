#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssh_tunnel
short_description: Open a SOCKS proxy through SSH
version_added: 0.1.0
description:
  - Opens a SOCKS proxy on the loopback address of the host it runs on, through SSH to another host, or closes it. It goes on when
    the playbook has ended.
  - Through it a browser reaches web pages by addresses and names that only the other host knows.
  - It ends with O(state=absent), with its connection, or with the machine. Everybody who may log in to this machine can use it.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
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
  state:
    description: Whether there is to be a tunnel.
    type: str
    choices: [present, absent]
    default: present
  control_path:
    description:
      - The path of the tunnel's control socket, by which it is known; in a folder that only this user enters, and at most 90 bytes long.
      - Beside it lies a file with its port.
    type: path
    required: true
  arguments:
    description: SSH's own arguments and the host last, such as C([-F, ssh_config, master]); required with O(state=present).
    type: list
    elements: str
  common_arguments:
    description: More arguments in one text, as C(ansible_ssh_common_args) has them.
    type: str
  port:
    description: The port; by default the first free one from 8157 on, or the one that an open tunnel has.
    type: int
"""

EXAMPLES = r"""
- name: Open a tunnel to a master
  ohmy.hadoop.ssh_tunnel:
    control_path: "{{ found.clusters[0].ssh.tunnel_path }}"
    arguments: [-F, "{{ found.clusters[0].ssh.config }}", master]
  register: tunnel

- name: Close it
  ohmy.hadoop.ssh_tunnel:
    control_path: "{{ found.clusters[0].ssh.tunnel_path }}"
    state: absent
"""

RETURN = r"""
port:
  description: The port of the proxy; null where there is none, and in check mode where it is not known.
  returned: success
  type: int
  sample: 8157
proxy:
  description: The proxy as programs such as curl take it; null where there is none.
  returned: success
  type: str
  sample: socks5h://127.0.0.1:8157
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: ["open tunnel"]
"""

import os
import shlex

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import tunnel
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.places import make_private
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan

SPEC = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "control_path": {"type": "path", "required": True},
    "arguments": {"type": "list", "elements": "str"},
    "common_arguments": {"type": "str"},
    "port": {"type": "int"},
}
LONGEST = 90


def plan(have, wanted, port):
    """Return what is to be done about the port of the tunnel that there is."""
    todo = Plan()
    if wanted and have is not None and port in (None, have):
        return todo
    if have is not None:
        todo.add("close", "tunnel", have, None)
    if wanted:
        todo.add("open", "tunnel", None, port)
    return todo


def run(params, check_mode):
    control = params["control_path"]
    if len(control.encode()) > LONGEST:
        raise OhmyError(f"control_path: {control} is too long for a socket.", f"Take at most {LONGEST} bytes.")
    have, wanted = tunnel.alive(control), params["state"] == "present"
    todo = plan(have, wanted, params["port"])
    port = have if wanted else None
    if todo.steps and not check_mode:
        if have is not None or not wanted:
            tunnel.stop(control)
        if wanted:
            make_private(os.path.dirname(control))
            port = tunnel.free_port(params["port"])
            tunnel.start([*shlex.split(params["common_arguments"] or ""), *params["arguments"]], control, port)
    proxy = f"socks5h://{tunnel.LOOPBACK}:{port}" if port is not None else None
    return todo.result(port=port, proxy=proxy)


def main():
    module = AnsibleModule(
        argument_spec=SPEC, required_if=[("state", "present", ("arguments",))], supports_check_mode=True
    )
    try:
        result = run(module.params, module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
