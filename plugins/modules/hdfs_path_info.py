#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_path_info
short_description: Tell what lies under paths in HDFS
version_added: 1.0.0
description:
  - Runs on the master and speaks WebHDFS there, which needs no Java process and takes milliseconds.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
  - ohmy.hadoop._attributes.action
attributes:
  action:
    support: full
  async:
    support: none
  platform:
    platforms: posix
options:
  path:
    description: Absolute paths in HDFS.
    type: list
    elements: str
    required: true
  summary:
    description:
      - Whether to count what lies below each path, and to tell the quotas. The NameNode looks at every name below it
        for that.
    type: bool
    default: false
  entries:
    description: Whether to list the entries of directories.
    type: bool
    default: false
  checksum:
    description:
      - Whether to ask for the checksum that HDFS keeps of each file. Files of the same bytes, block size and checksum
        type have the same one; it is no sha256.
    type: bool
    default: false
  user:
    description: The HDFS user as whom to look.
    type: str
    default: hdfs
"""

EXAMPLES = r"""
- name: Look how much there is
  ohmy.hadoop.hdfs_path_info:
    path: /user/hadoop
    summary: true
  delegate_to: demo-master
  become: true
  register: home

- name: Show it
  ansible.builtin.debug:
    msg: "{{ home.paths[0].summary.bytes }} bytes in {{ home.paths[0].summary.files }} files"
"""

RETURN = r"""
paths:
  description: The paths, in the order in which they were named.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The path.
      returned: success
      type: str
      sample: /user/hadoop
    state:
      description: What is there, V(directory), V(file) or V(absent). Where there is nothing, all else is null.
      returned: success
      type: str
      sample: directory
    owner:
      description: The owner.
      returned: success
      type: str
      sample: hadoop
    group:
      description: The group.
      returned: success
      type: str
      sample: hadoop
    mode:
      description: The permissions in octal digits.
      returned: success
      type: str
      sample: "0755"
    size:
      description: The size of a file in bytes, 0 for a directory.
      returned: success
      type: int
      sample: 0
    replication:
      description: In how many copies a file's blocks are kept, 0 for a directory.
      returned: success
      type: int
      sample: 0
    block_size:
      description: The size of a file's blocks in bytes, 0 for a directory.
      returned: success
      type: int
      sample: 134217728
    modified:
      description: The time of the last change, in seconds since 1970.
      returned: success
      type: float
      sample: 1700000000.123
    summary:
      description: What lies below the path; null without O(summary).
      returned: success
      type: dict
      contains:
        files:
          description: The number of files.
          returned: success
          type: int
          sample: 12
        directories:
          description: The number of directories, with this one.
          returned: success
          type: int
          sample: 3
        bytes:
          description: The size of the files.
          returned: success
          type: int
          sample: 1048576
        space:
          description: The bytes that they take with all copies.
          returned: success
          type: int
          sample: 3145728
        name_quota:
          description: The limit of names, null for none.
          returned: success
          type: int
          sample: 1000
        space_quota:
          description: The limit of the space in bytes, null for none.
          returned: success
          type: int
          sample: 1099511627776
    checksum:
      description: The checksum of a file; null for a directory, and without O(checksum).
      returned: success
      type: dict
      contains:
        algorithm:
          description: What it is made of.
          returned: success
          type: str
          sample: MD5-of-0MD5-of-512CRC32C
        value:
          description: The checksum in hexadecimal digits.
          returned: success
          type: str
          sample: 000002000000000000000000cc4c2f0e4b4a9cba8fdcb4c1e0a1a8d400000000
    entries:
      description: The entries of a directory by name; null for a file, and without O(entries).
      returned: success
      type: list
      elements: dict
      contains:
        name:
          description: The name in the directory.
          returned: success
          type: str
          sample: jobs
        state:
          description: What it is, V(directory) or V(file).
          returned: success
          type: str
          sample: directory
        owner:
          description: The owner.
          returned: success
          type: str
          sample: hadoop
        group:
          description: The group.
          returned: success
          type: str
          sample: hadoop
        mode:
          description: The permissions in octal digits.
          returned: success
          type: str
          sample: "0755"
        size:
          description: The size of a file in bytes, 0 for a directory.
          returned: success
          type: int
          sample: 0
        replication:
          description: In how many copies a file's blocks are kept, 0 for a directory.
          returned: success
          type: int
          sample: 0
        block_size:
          description: The size of a file's blocks in bytes, 0 for a directory.
          returned: success
          type: int
          sample: 0
        modified:
          description: The time of the last change, in seconds since 1970.
          returned: success
          type: float
          sample: 1700000000.123
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import path_info
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors

ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "list", "elements": "str", "required": True},
    "summary": {"type": "bool", "default": False},
    "entries": {"type": "bool", "default": False},
    "checksum": {"type": "bool", "default": False},
    "user": {"type": "str", "default": "hdfs"},
}


def main() -> None:
    """Look."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    try:
        require_root()
        found = path_info.look(open_doors(user=params["user"]).hdfs, params)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(changed=False, paths=found)


if __name__ == "__main__":
    main()
