#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_checkpoint
short_description: Save the image of HDFS before the cluster stops
version_added: 1.0.0
description:
  - Has the NameNode write all of its names and blocks into one image, so that its next start has no edits to go through.
  - HDFS is in safe mode for that, and takes no writes, so no job should run. On a cluster that goes on, edits are merged
    by a timer on the master, without safe mode.
  - Does nothing where there are no edits since the last image.
  - Renews the lease of a cluster that has one, so that it lasts until the cluster has stopped.
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
  platform:
    platforms: posix
options: {}
"""

EXAMPLES = r"""
- name: Save the image of HDFS
  ohmy.hadoop.hdfs_checkpoint:
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
edits:
  description: How many transactions no image holds, after this run.
  returned: success
  type: int
  sample: 1
last:
  description: When the last image was made, in seconds since 1970.
  returned: success
  type: float
  sample: 1782921600.0
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [save image of HDFS]
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import checkpoint, doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import lease
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.system import run

LEASE_SECONDS = 1800
COMMAND_SECONDS = 900


def dfsadmin(option: str) -> None:
    """Run ``hdfs dfsadmin`` as HDFS's superuser."""
    command = ["runuser", "-u", "hdfs", "--", "/usr/local/bin/hdfs", "dfsadmin", *option.split()]
    run(command, f"run hdfs dfsadmin {option}", COMMAND_SECONDS)


def save(check_mode: bool) -> tuple[Plan, checkpoint.Edits, str]:
    """Save the image where there are edits; return what was done, what is left, and a warning."""
    conf, todo = doors.read_conf(), Plan()
    edits = checkpoint.look(conf)
    if edits.transactions > checkpoint.CLEAN:
        todo.add("save", "image of HDFS", {"edits": edits.transactions}, {"edits": 0})
    document = doors.read_document()
    warning = ""
    if not check_mode and lease.leased(document):
        try:
            lease.renew(document, LEASE_SECONDS)
        except OhmyError as exc:
            warning = f"The cluster's lease was not renewed: {exc}"
    if todo.steps and not check_mode:
        edits = checkpoint.save(conf, bool(doors.open_doors().hdfs.safe_mode()), dfsadmin)
    return todo, edits, warning


def main() -> None:
    """Save the image."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        require_root()
        todo, edits, warning = save(module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    if warning:
        module.warn(warning)
    result: dict[str, t.Any] = todo.result(edits=edits.transactions, last=edits.last)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
