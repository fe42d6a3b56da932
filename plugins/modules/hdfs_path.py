#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_path
short_description: Make, change or remove files and directories in HDFS
version_added: 1.0.0
description:
  - Runs on the master and speaks WebHDFS there, which needs no Java process and takes milliseconds.
  - Many paths are looked at with one listing for each directory that holds them.
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
    support: partial
    details: Of what a file holds only the size is told, as O(content) may be a secret.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  path:
    description: Absolute paths in HDFS; all of them get what the other options say.
    type: list
    elements: str
  paths:
    description:
      - Paths of which each may have options of its own; what one leaves out is as the option of that name says for all.
    type: list
    elements: dict
    suboptions:
      path:
        description: The absolute path in HDFS.
        type: str
        required: true
      state:
        description: As O(state).
        type: str
        choices: [directory, file, absent]
      content:
        description: As O(content).
        type: str
      owner:
        description: As O(owner).
        type: str
      group:
        description: As O(group).
        type: str
      mode:
        description: As O(mode).
        type: raw
      replication:
        description: As O(replication).
        type: int
      name_quota:
        description: As O(name_quota).
        type: str
      space_quota:
        description: As O(space_quota).
        type: str
  state:
    description:
      - With V(directory) the paths are directories; parents are made.
      - With V(file) the paths are files, with O(content) where it is given, else left as they are or made empty.
      - With V(absent) there is nothing under the paths.
    type: str
    choices: [directory, file, absent]
    default: directory
  content:
    description:
      - What a file shall hold, as UTF-8, at most 1 MiB. Only with O(state=file).
      - It is in no log and no result, as with C(ansible.builtin.copy), and in no diff.
    type: str
  owner:
    description: The owner, of the path alone and not of what lies below it.
    type: str
  group:
    description: The group, of the path alone.
    type: str
  mode:
    description:
      - The permissions in three or four octal digits, as a string; a number is refused, since YAML reads C(0755) as 493.
      - Of the special bits HDFS knows the sticky bit alone, V("1777").
    type: raw
  replication:
    description: In how many copies a file's blocks shall be kept. Only with O(state=file).
    type: int
  name_quota:
    description:
      - How many names there may be, the directory itself and all below it; a letter K, M, G or T multiplies by 1024 and
        so on. V(none) clears it. Only with O(state=directory), and only the superuser may set it.
    type: str
  space_quota:
    description:
      - How many bytes may lie below the directory, with all copies of each block; like O(name_quota), for example V(10G).
    type: str
  recursive:
    description: With O(state=absent), whether a directory that is not empty may go too.
    type: bool
    default: false
  trash:
    description:
      - With O(state=absent), whether the paths are moved to the trash of O(user), C(/user/USER/.Trash/Current), as
        C(hdfs dfs -rm) does, instead of being deleted at once. What is in the trash already is deleted.
      - Hadoop empties the trash where C(fs.trash.interval) is above 0, which it is not by default; a warning says so.
    type: bool
    default: false
  user:
    description: The HDFS user as whom to act. Only V(hdfs), the superuser, may give files to another owner.
    type: str
    default: hdfs
"""

EXAMPLES = r"""
- name: Give a user a home in HDFS with at most a terabyte
  ohmy.hadoop.hdfs_path:
    path: /user/ada
    owner: ada
    group: hadoop
    mode: "0750"
    space_quota: 1T
  delegate_to: demo-master
  become: true

- name: Make what a project needs at once
  ohmy.hadoop.hdfs_path:
    owner: ada
    paths:
      - path: /data/raw
        mode: "0755"
      - path: /data/secret
        mode: "0700"
      - path: /data/README
        state: file
        content: Ask ada.
        replication: 3
  delegate_to: demo-master
  become: true

- name: Move the output of an old job to the trash
  ohmy.hadoop.hdfs_path:
    path: /user/hadoop/jobs/old
    state: absent
    recursive: true
    trash: true
    user: hadoop
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [make /user/ada, set owner of /user/ada]
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
      sample: /user/ada
    state:
      description: The state that it has now, or would have in check mode.
      returned: success
      type: str
      sample: directory
    changed:
      description: Whether anything about it was changed, or would be.
      returned: success
      type: bool
      sample: true
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.hidden_options import MASK, OptionsHider, of_each
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import paths
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors, read_conf

STATES = ["directory", "file", "absent"]
PROPERTIES: dict[str, t.Any] = {
    "content": {"type": "str"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "mode": {"type": "raw"},
    "replication": {"type": "int"},
    "name_quota": {"type": "str"},
    "space_quota": {"type": "str"},
}
ONE_PATH = {"path": {"type": "str", "required": True}, "state": {"type": "str", "choices": STATES}, **PROPERTIES}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "list", "elements": "str"},
    "paths": {"type": "list", "elements": "dict", "options": ONE_PATH},
    "state": {"type": "str", "choices": STATES, "default": "directory"},
    **PROPERTIES,
    "recursive": {"type": "bool", "default": False},
    "trash": {"type": "bool", "default": False},
    "user": {"type": "str", "default": "hdfs"},
}
NO_TRASH = (
    "fs.trash.interval is 0 on this cluster, so that nothing ever empties the trash: set it in core-site, or remove what "
    "lies there yourself."
)


class Module(OptionsHider, AnsibleModule):
    """A module whose files may hold secrets."""

    def shown(self) -> dict[str, t.Any]:
        """Return the options without what files are to hold."""
        return without_content(self.params)


def without_content(options: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return options of all paths or of one without what files are to hold."""
    found = {**options, **({"content": MASK} if options.get("content") else {})}
    if "paths" in found:
        found["paths"] = of_each(found["paths"], without_content)
    return found


def main() -> None:
    """Observe, plan, apply."""
    module = Module(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, required_one_of=[("path", "paths")])
    params = module.params
    try:
        require_root()
        wanted = paths.wants(params)
        hdfs = open_doors(user=params["user"]).hdfs
        plan = paths.make_plan(wanted, paths.observe(hdfs, wanted), params["recursive"], params["trash"])
        if params["trash"] and read_conf().get("fs.trash.interval", "0") == "0":
            module.warn(NO_TRASH)
        if not module.check_mode:
            paths.apply(hdfs, wanted, plan, params["recursive"])
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    touched = {step.key for step in plan.steps}
    states = [{"path": want.path, "state": want.state, "changed": want.path in touched} for want in wanted]
    module.exit_json(**plan.result(paths=states, diff=paths.diff(plan)))


if __name__ == "__main__":
    main()
