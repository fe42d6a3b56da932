#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_command
short_description: Run a command line on a node
version_added: 1.0.0
description:
  - Runs a line of bash in a login shell, where C(hdfs), C(yarn) and C(mapred) are at hand, with a limit of time.
  - A lost connection is a failed task; it is tried again before the command begins, and never after that, as it might run twice.
  - Fails where the exit code is not 0.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
attributes:
  check_mode:
    support: full
    details: Nothing is run.
  diff_mode:
    support: none
    details: Nobody knows what a command changes.
  idempotent:
    support: none
    details: The command runs each time.
  platform:
    platforms: posix
options:
  command:
    description: The line. It shows in the node's list of processes while it runs, so it is no place for secrets.
    type: str
    required: true
  timeout:
    description: After how many seconds it is ended, with all that it started; its exit code is 124 then.
    type: float
    default: 300
"""

EXAMPLES = r"""
- name: See how full the disks are
  ohmy.hadoop.node_command:
    command: df -h /var/lib/hadoop
  register: answer

- name: Look at HDFS as its superuser
  ohmy.hadoop.node_command:
    command: hdfs dfsadmin -report
    timeout: 60
  become: true
  become_user: hdfs
"""

RETURN = r"""
rc:
  description: The exit code; 128 and more for a signal; null in check mode.
  returned: success, or when the exit code is not 0
  type: int
  sample: 0
stdout:
  description: The last 64 KiB of its output.
  returned: success, or when the exit code is not 0
  type: str
  sample: "Filesystem      Size  Used Avail Use% Mounted on\n"
stderr:
  description: The last 64 KiB of its errors.
  returned: success, or when the exit code is not 0
  type: str
  sample: ""
seconds:
  description: How long it took.
  returned: success, or when the exit code is not 0
  type: float
  sample: 0.021
timed_out:
  description: Whether it was ended by O(timeout).
  returned: success, or when the exit code is not 0
  type: bool
  sample: false
dropped:
  description: How many bytes of its output were not kept.
  returned: success, or when the exit code is not 0
  type: int
  sample: 0
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import commands

SPEC = {"command": {"type": "str", "required": True}, "timeout": {"type": "float", "default": 300}}
NOT_RUN = {"rc": None, "stdout": "", "stderr": "", "seconds": 0.0, "timed_out": False, "dropped": 0}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    line, seconds = module.params["command"], module.params["timeout"]
    try:
        if not line.strip() or "\0" in line:
            raise OhmyError("command: is empty, or holds a null character.", "Write a line of bash.")
        if not 0 < seconds < 1e6:
            raise OhmyError(f"timeout: {seconds} is no time.", "Write seconds, more than 0.")
        told = NOT_RUN if module.check_mode else commands.run(line, seconds)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    if told["timed_out"]:
        module.fail_json(msg=f"The command was ended after {seconds:g} s.", changed=True, **told)
    if told["rc"]:
        module.fail_json(msg=f"The command ended with exit code {told['rc']}.", changed=True, **told)
    module.exit_json(changed=True, **told)


if __name__ == "__main__":
    main()
