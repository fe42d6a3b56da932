#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssh_tunnel
short_description: Open a SOCKS proxy through SSH
version_added: 1.0.0
description:
  - Opens a SOCKS proxy on the controller's loopback address, through SSH to the task's host, which is reached by its connection
    variables, or closes it. It goes on when the playbook has ended.
  - Through it a browser reaches web pages by addresses and names that only the other host knows.
  - It ends with O(state=absent), with its connection, or with the machine. Everybody who is logged in to the controller can use it.
  - An action plugin; nothing runs on the host but its SSH server.
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
  name:
    description:
      - What the tunnel is called among this user's on this machine; letters, digits, dots, dashes and underscores.
      - Its control socket of this name, and a file with its port, lie in a folder that only this user enters.
    type: str
    required: true
  port:
    description: The port; by default the first free one from 8157 on, or the one that an open tunnel has.
    type: int
"""

EXAMPLES = r"""
- name: Open a tunnel to a master
  ohmy.hadoop.ssh_tunnel:
    name: "{{ found.clusters[0].ssh.tunnel }}"
  delegate_to: demo-master
  register: tunnel

- name: Close it
  ohmy.hadoop.ssh_tunnel:
    name: "{{ found.clusters[0].ssh.tunnel }}"
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
