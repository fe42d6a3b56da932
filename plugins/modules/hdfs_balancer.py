#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_balancer
short_description: Spread the blocks in HDFS over all DataNodes
version_added: 1.0.0
description:
  - Runs on the master. Starts Hadoop's balancer, as a unit of its own, where a DataNode is fuller or emptier than all together
    by more than a threshold.
  - The action plugin waits for its end and shows how far it is; a run that is ended leaves it running, and the next
    one waits on.
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
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - It is started again where blocks cannot be spread as evenly as O(threshold) says.
  platform:
    platforms: posix
options:
  threshold:
    description: By how many percent of its room a DataNode may differ from all together.
    type: int
    default: 10
  timeout:
    description: After how many seconds the balancer is ended; what was moved by then stays moved.
    type: int
    default: 1800
  begun:
    description: Whether it was started before. The action plugin fills this in.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Spread blocks over new workers too
  ohmy.hadoop.hdfs_balancer:
    threshold: 5
    timeout: 3600
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
running:
  description: Whether the balancer is still running.
  returned: success
  type: bool
spread:
  description: By how many percent of its room the fullest or emptiest DataNode differs from all together.
  returned: success
  type: float
  sample: 3.5
done:
  description: Whether there is nothing to wait for.
  returned: success
  type: bool
summary:
  description: How far it is, in one line.
  returned: success
  type: str
  sample: the balancer runs, DataNodes differ by 14.2 % of their room
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [start the balancer]
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.balancer import ensure

ARGUMENT_SPEC: dict[str, t.Any] = {
    "threshold": {"type": "int", "default": 10},
    "timeout": {"type": "int", "default": 1800},
    "begun": {"type": "bool", "default": False},
}


def main() -> None:
    """Look, and start it where it is needed."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    try:
        require_root()
        if not 1 <= params["threshold"] <= 100:
            raise OhmyError(f"threshold: {params['threshold']} is not possible.", "Give 1 to 100.")
        result = ensure(params["threshold"], params["timeout"], params["begun"], module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
