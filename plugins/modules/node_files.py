#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_files
short_description: Copy a file or a folder to a node
version_added: 1.0.0
description:
  - Copies a file or a folder of the controller, in the same few round trips however many files it has. Only what has another
    checksum travels, in one archive; each file is written aside and renamed.
  - What else lies in the destination stays, and a folder that is there keeps its rights and its owner. Links are followed, on the controller and on the node.
  - A lost connection is tried again for a minute, then it is a failed task.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows checksums and rights, not contents.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  src:
    description: The file or folder on the controller; of a folder its contents are copied.
    type: path
  dest:
    description: Where it is to be on the node, an absolute path; with a slash at its end a folder that a file is put into.
    type: path
    required: true
  mode:
    description: The files' rights, such as V(0644); by default as they are on the controller. Folders that
      are made get 0755.
    type: str
  owner:
    description: Who is to own the files, and the folders that are made; by default who connects, or who owned it before.
    type: str
  group:
    description: The group that is to own them; by default as O(owner).
    type: str
  files:
    description: What is wanted below O(dest). The action plugin works it out; leave it out.
    type: list
    elements: dict
  archive:
    description: What differs. The action plugin brings it; leave it out.
    type: path
"""

EXAMPLES = r"""
- name: Bring a file
  ohmy.hadoop.node_files:
    src: stopwords.txt
    dest: /srv/stopwords.txt
    mode: "0644"
  become: true

- name: Bring a folder
  ohmy.hadoop.node_files:
    src: model/
    dest: /srv/model
    owner: yarn
  become: true
"""

RETURN = r"""
dest:
  description: The path that was asked for.
  returned: success
  type: str
  sample: /srv/model
actions:
  description: What was done, or would be in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: ["make /srv/model", "write /srv/model/weights.bin"]
differing:
  description: The names, below O(dest), of the files that were written, or are to be.
  returned: success
  type: list
  elements: str
  sample: [weights.bin]
"""

import grp
import pwd

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import files

SPEC = {
    "src": {"type": "path"},
    "dest": {"type": "path", "required": True},
    "mode": {"type": "str"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "files": {"type": "list", "elements": "dict"},
    "archive": {"type": "path"},
}


def owners(owner: str | None, group: str | None) -> tuple[int, int]:
    """Return (uid, gid), -1 for what stays; raise OhmyError for names that the node does not know."""
    try:
        user = pwd.getpwnam(owner) if owner is not None else None
        gid = grp.getgrnam(group).gr_gid if group is not None else user.pw_gid if user is not None else -1
    except KeyError as exc:
        raise OhmyError(f"owner, group: {exc.args[0]}.", "Name users and groups of the node, such as yarn.") from exc
    return (user.pw_uid if user is not None else -1), gid


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    params = module.params
    try:
        if params["files"] is None:
            raise OhmyError("files is missing.", "Run the module through its action plugin, which fills it.")
        uid, gid = owners(params["owner"], params["group"])
        wanted = files.entries(params["files"], params["dest"])
        todo = files.plan(wanted, uid, gid)
        names = {one.path: one.name for one in wanted}
        differing = [names[step.key] for step in todo.steps if step.verb == "write"]
        if not module.check_mode:
            files.apply(wanted, todo, params["archive"], uid, gid)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**todo.result(dest=params["dest"], differing=differing))


if __name__ == "__main__":
    main()
