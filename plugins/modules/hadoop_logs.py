#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_logs
short_description: Bring logs of a node to the controller
version_added: 1.0.0
description:
  - Collects on the master, within O(limit) seconds, what explains a failure, the logs of the daemons, the history of
    the job and the standard error of its failed tasks, and packs it into one archive. With O(alone=true) it collects on any
    node what its own daemons wrote.
  - Of each file the last MiB is brought, of the journal the last 2000 lines, and 64 MiB in all.
  - The action plugin fetches the archive and verifies it.
  - What cannot be had in time is left out and named.
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
    support: none
    details: Nothing is compared.
  idempotent:
    support: none
    details: Each run brings a new archive.
  platform:
    platforms: posix
options:
  dest:
    description: The local directory on the controller; made where it is missing.
    type: path
    required: true
  alone:
    description: Whether only what this node itself wrote is wanted; no daemon is asked then.
    type: bool
    default: false
  job:
    description: The id of the job whose history and failed tasks are wanted, too.
    type: str
  limit:
    description: How long collecting may take, in seconds.
    type: int
    default: 45
  unpack:
    description: Whether the files are wanted in O(dest) instead of the archive. Files of their names are replaced.
    type: bool
    default: false
  spool:
    description: A directory on the master. The action plugin fills this in.
    type: path
"""

EXAMPLES = r"""
- name: Save the evidence before the cluster goes
  ohmy.hadoop.hadoop_logs:
    dest: /home/ada/wordcount/evidence
    job: wordcount-1a2b3c4d
  delegate_to: demo-master
  become: true

- name: Save what the daemons of each node wrote
  hosts: demo
  gather_facts: false
  become: true
  tasks:
    - name: Bring their logs
      ohmy.hadoop.hadoop_logs:
        dest: "logs/{{ inventory_hostname }}"
        alone: true
        unpack: true
"""

RETURN = r"""
path:
  description: The archive on the controller, or with O(unpack) the folder of the files.
  returned: success, not in check mode
  type: str
  sample: /home/ada/wordcount/evidence/evidence-20260102T030405Z.tar.gz
size:
  description: The archive's size in bytes.
  returned: success, not in check mode
  type: int
  sample: 40960
entries:
  description: The names of the files in the archive.
  returned: success
  type: list
  elements: str
  sample: [logs/hadoop-hdfs-namenode.log]
missing:
  description: What could not be had, and why.
  returned: success
  type: list
  elements: str
  sample: ["the job's history: JobHistory does not answer"]
actions:
  description: What was brought and what could not be had, in words.
  returned: success
  type: list
  elements: str
  sample: ["8 files"]
seconds:
  description: How long collecting took.
  returned: success
  type: float
  sample: 2.1
"""

import os
import time
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import evidence
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import file_sha256

ARGUMENT_SPEC: dict[str, t.Any] = {
    "alone": {"type": "bool", "default": False},
    "dest": {"type": "path", "required": True},
    "job": {"type": "str"},
    "limit": {"type": "int", "default": 45},
    "unpack": {"type": "bool", "default": False},
    "spool": {"type": "path"},
}


def collect(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Write the archive into the spool directory, readable for that directory's owner alone; return the result."""
    began = time.monotonic()
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = os.path.join(params["spool"], f"evidence-{stamp}.tar.gz")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        found = evidence.collect(path, params["job"], params["limit"], alone=params["alone"])
        owner = os.stat(params["spool"])
        os.chown(path, owner.st_uid, owner.st_gid)
        spooled = {"path": path, "size": os.path.getsize(path), "sha256": file_sha256(path)}
    except OSError as exc:
        raise OhmyError(
            f"The evidence could not be written on the node: {exc}.", "Make room in the node's temporary directory."
        ) from exc
    count = len(found["entries"])
    actions = [f"{count} file{'s' if count != 1 else ''}", *(f"not had: {one}" for one in found["missing"])]
    return {**found, "actions": actions, "spooled": spooled, "seconds": round(time.monotonic() - began, 1)}


def main() -> None:
    """Collect, unless this is check mode."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    result: dict[str, t.Any] = {"entries": [], "missing": [], "actions": [], "spooled": None, "seconds": 0.0}
    try:
        require_root()
        if not module.check_mode:
            if module.params["spool"] is None:
                raise OhmyError(
                    "This module is run by its action plugin, which brings spool.",
                    "Call it as ohmy.hadoop.hadoop_logs in a task.",
                )
            result = collect(module.params)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(changed=True, **result)


if __name__ == "__main__":
    main()
