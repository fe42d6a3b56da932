#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_path
short_description: Make, change or remove files and directories in HDFS
version_added: 0.1.0
description:
  - Runs on the master and speaks WebHDFS there, which needs no Java process and takes milliseconds.
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
  path:
    description: Absolute paths in HDFS; all of them get the same state.
    type: list
    elements: str
    required: true
  state:
    description:
      - With V(directory) the paths are directories; parents are made.
      - With V(file) the paths are files, with O(content) where it is given, else left as they are or made empty.
      - With V(absent) there is nothing under the paths.
    type: str
    choices: [directory, file, absent]
    default: directory
  content:
    description: What a file shall hold, as UTF-8, at most 1 MiB. Only with O(state=file).
    type: str
  owner:
    description: The owner.
    type: str
  group:
    description: The group.
    type: str
  mode:
    description: The permissions in octal digits, as a string.
    type: str
  recursive:
    description: With O(state=absent), whether a directory that is not empty may go too.
    type: bool
    default: false
  user:
    description: The HDFS user as whom to act. Only V(hdfs), the superuser, may give files to another owner.
    type: str
    default: hdfs
"""

EXAMPLES = r"""
- name: Give a user a home in HDFS
  ohmy.hadoop.hdfs_path:
    path: /user/ada
    owner: ada
    group: hadoop
    mode: "0750"
  delegate_to: demo-master
  become: true

- name: Remove the output of an old job
  ohmy.hadoop.hdfs_path:
    path: /user/hadoop/jobs/old
    state: absent
    recursive: true
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [make /user/ada]
path:
  description: The paths.
  returned: success
  type: list
  elements: str
  sample: [/user/ada]
state:
  description: The state that the paths have now.
  returned: success
  type: str
  sample: directory
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan, Step
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.ensure_job import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs

CONTENT_LIMIT = 1 << 20
KINDS = {"directory": "DIRECTORY", "file": "FILE"}

ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": ["directory", "file", "absent"], "default": "directory"},
    "content": {"type": "str"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "mode": {"type": "str"},
    "recursive": {"type": "bool", "default": False},
    "user": {"type": "str", "default": "hdfs"},
}


def check(params: dict[str, t.Any]) -> None:
    """Refuse options that cannot be meant."""
    for path in params["path"]:
        if not path.startswith("/") or ".." in path.split("/"):
            raise OhmyError(f"{path!r} is no absolute path in HDFS.")
        if params["state"] == "absent" and not path.strip("/"):
            raise OhmyError("The root of HDFS cannot be removed.")
    if params["content"] is not None and params["state"] != "file":
        raise OhmyError("content goes with state: file only.")
    if params["content"] is not None and len(params["content"].encode()) > CONTENT_LIMIT:
        raise OhmyError("content is larger than 1 MiB.", "Put large files into S3 and copy them with distcp.")
    mode = params["mode"]
    if mode is not None and not (mode.isdigit() and len(mode) <= 4 and set(mode) <= set("01234567")):
        raise OhmyError(f"mode is {mode!r}, which is not up to four octal digits in quotes.")


def observe(client: WebHdfs, params: dict[str, t.Any]) -> dict[str, dict[str, t.Any] | None]:
    """Return each path's status, with ``same`` for a file that holds the wanted content already."""
    found = {}
    for path in params["path"]:
        status = client.status(path)
        if status is not None and params["content"] is not None and status["type"] == "FILE":
            wanted = params["content"].encode()
            same = status["length"] == len(wanted) and client.read(path, CONTENT_LIMIT) == wanted
            status = {**status, "same": same}
        found[path] = status
    return found


def make_plan(params: dict[str, t.Any], found: t.Mapping[str, dict[str, t.Any] | None]) -> Plan:
    """Compare; no side effects.

    :raises OhmyError: a file stands where a directory is wanted, or the other way round.
    """
    plan = Plan()
    for path in params["path"]:
        status = found[path]
        if params["state"] == "absent":
            if status is not None:
                plan.add("remove", path, status["type"].lower(), None)
            continue
        kind = KINDS[params["state"]]
        if status is not None and status["type"] != kind:
            raise OhmyError(f"{path} in HDFS is a {status['type'].lower()}, not a {kind.lower()}.", "Remove it first.")
        if status is None:
            plan.add("make", path, None, params["state"])
        elif status.get("same") is False:
            plan.add("write", path, f"{status['length']} bytes", f"{len(params['content'].encode())} bytes")
        status = status or {}
        for option, key in (("owner", "owner"), ("group", "group")):
            if params[option] is not None:
                plan.change(f"set {option} of", path, status.get(key), params[option])
        if params["mode"] is not None:
            old = f"{int(status['permission'], 8):04o}" if status else None
            plan.change("set mode of", path, old, f"{int(params['mode'], 8):04o}")
    return plan


def apply(client: WebHdfs, params: dict[str, t.Any], plan: Plan) -> None:
    """Do the steps of the plan."""
    for step in plan.steps:
        _apply_step(client, params, step)


def _apply_step(client: WebHdfs, params: dict[str, t.Any], step: Step) -> None:
    if step.verb == "remove":
        client.delete(step.key, recursive=params["recursive"])
    elif step.verb == "make" and params["state"] == "directory":
        client.mkdirs(step.key)
    elif step.verb in ("make", "write"):
        client.create(step.key, (params["content"] or "").encode(), overwrite=step.verb == "write")
    elif step.verb == "set mode of":
        client.set_permission(step.key, step.new)
    elif step.verb == "set owner of":
        client.set_owner(step.key, owner=step.new)
    elif step.verb == "set group of":
        client.set_owner(step.key, group=step.new)


def main() -> None:
    """Observe, plan, apply."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        require_root()
        check(module.params)
        client = open_doors(user=module.params["user"]).hdfs
        plan = make_plan(module.params, observe(client, module.params))
        if not module.check_mode:
            apply(client, module.params, plan)
    except OhmyError as exc:
        module.fail_json(**exc.as_result())
    module.exit_json(**plan.result(path=module.params["path"], state=module.params["state"]))


if __name__ == "__main__":
    main()
