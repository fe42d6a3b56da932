#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_fetch
short_description: Bring the output of a job from HDFS to the controller
version_added: 0.1.0
description:
  - The master copies one part at a time from HDFS to its own disk, with a checksum; the action plugin fetches it,
    verifies it and only then gives it its name. Under the name of a part there never is half a file, and the master
    needs room for one part.
  - A manifest in the local directory says which job's output it is and which parts are there; parts that came in an
    earlier run are not fetched again.
  - Files in the local directory that no earlier fetch put there are neither overwritten nor removed.
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
options:
  src:
    description: The output directory in HDFS. It must hold C(_SUCCESS); sub-directories are not fetched.
    type: str
    required: true
  dest:
    description: The local directory on the controller; made where it is missing.
    type: path
    required: true
  fingerprint:
    description:
      - The identity of the job, written into the manifest.
      - The file C(fingerprint) beside O(src) must hold the same.
    type: str
    required: true
  force:
    description: Fetch parts again that are there already, and replace parts that were changed since.
    type: bool
    default: false
  user:
    description: The HDFS user as whom to read.
    type: str
    default: hadoop
  part:
    description: The one part to copy to O(spool). The action plugin fills this in; without it the parts are listed.
    type: str
  spool:
    description: A directory on the master. The action plugin fills this in.
    type: path
"""

EXAMPLES = r"""
- name: Fetch the answer
  ohmy.hadoop.hdfs_fetch:
    src: /user/hadoop/jobs/wordcount-1a2b/output
    dest: /home/ada/wordcount/output
    fingerprint: "{{ job.fingerprint }}"
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
path:
  description: The local directory.
  returned: success
  type: str
  sample: /home/ada/wordcount/output
parts:
  description: The parts of the output; empty in check mode where the job has not run yet.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the file.
      type: str
      sample: part-00000
    size:
      description: Its size in bytes.
      type: int
      sample: 1048576
    sha256:
      description: Its checksum; not in check mode, where nothing is read.
      type: str
bytes:
  description: The size of all parts together.
  returned: success
  type: int
  sample: 1048576
fetched:
  description: The names of the parts that came in this run, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [part-00000]
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [fetch part-00000]
"""

import os
import pwd
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import results
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.ensure_job import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs

ARGUMENT_SPEC: dict[str, t.Any] = {
    "src": {"type": "str", "required": True},
    "dest": {"type": "path", "required": True},
    "fingerprint": {"type": "str", "required": True},
    "force": {"type": "bool", "default": False},
    "user": {"type": "str", "default": "hadoop"},
    "part": {"type": "str"},
    "spool": {"type": "path"},
}


def spool_part(client: WebHdfs, src: str, part: str, folder: str) -> dict[str, t.Any]:
    """Copy one part to the master's disk, readable for the owner of the directory alone; see ``results.spool``."""
    try:
        owner = pwd.getpwuid(os.stat(folder).st_uid).pw_name if os.geteuid() == 0 else None
        return results.spool(client, src, part, folder, owner)
    except OSError as exc:
        raise OhmyError(f"{part} could not be copied to {folder} on the master: {exc.strerror}.") from exc


def main() -> None:
    """List the parts, or spool one."""
    module = AnsibleModule(
        argument_spec=ARGUMENT_SPEC, supports_check_mode=True, required_by={"part": ["spool"], "spool": ["part"]}
    )
    params, result = module.params, {"changed": False, "spooled": None}
    try:
        require_root()
        client = open_doors(user=params["user"]).hdfs
        if params["part"] is None and module.check_mode and client.status(params["src"]) is None:
            # The job that makes it has not run, for this is check mode.
            result["parts"] = None
        elif params["part"] is None:
            result["parts"] = results.list_parts(client, params["src"], params["fingerprint"])
        else:
            result["spooled"] = spool_part(client, params["src"], params["part"], params["spool"])
    except OhmyError as exc:
        module.fail_json(**exc.as_result())
    module.exit_json(**result)


if __name__ == "__main__":
    main()
