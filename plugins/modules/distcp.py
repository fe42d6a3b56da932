#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: distcp
short_description: Copy between S3 and HDFS with the cluster's own hands
version_added: 1.0.0
description:
  - Starts a follower on the master, a systemd unit that runs C(hadoop distcp) for each target and compares what
    arrived with what was there, by names and sizes. The action plugin shows its progress until it ends.
  - Copies from S3 into HDFS, from HDFS into S3, and inside HDFS. The contents of a folder arrive in the target,
    below their relative names; a single file arrives below its own name.
  - The nodes use their own credentials; nothing passes through the controller.
  - The same task run again attaches to a copy that runs. Without O(fingerprint) it compares sources and targets anew,
    and changes nothing where both are the same; with it, it finds a finished copy finished.
  - A copy that fails for a reason that may clear by itself, such as an S3 that asks to slow down, is tried again twice.
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
  id:
    description:
      - The name of the copy on the master; by default one that is made of the copies.
      - The same id with another specification is an error.
    type: str
  fingerprint:
    description:
      - The identity of what is copied, for sources that never change while it stays the same.
      - With it the targets belong to the copy. Each must be absent, empty or a copy of the same fingerprint, which is
        written into a file C(fingerprint) beside it, and is to hold what the sources hold and nothing else.
      - Without it a target may hold other files, which stay. Only for targets in HDFS.
    type: str
  name:
    description: What the copy is called in YARN and in the progress; by default its O(id).
    type: str
  copies:
    description: What is copied where. Several sources may have one target, if no two of their files have one name.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description:
          - A file or a folder, as V(s3://bucket/key), V(s3a://bucket/key) or an absolute path in HDFS.
          - It is taken literally, C(*) and C([) too.
        type: str
        required: true
      target:
        description: A folder in HDFS or, for sources in HDFS, in S3.
        type: str
        required: true
  update:
    description:
      - Copy anew what is there with another size, or is older than its source.
      - When V(false), only names that are missing are copied, and what is there stays as it is.
    type: bool
    default: true
  delete:
    description:
      - Delete files from the targets that the sources have not. Never without O(update), and never outside a target.
      - A bucket as a whole and directories of HDFS that jobs need are refused as targets then.
    type: bool
    default: false
  preserve:
    description: What is kept of files that are copied inside HDFS, beside block size and kind of checksum.
    type: list
    elements: str
    choices: [replication, block_size, user, group, permission, checksum_type, acl, xattr, times]
    default: []
  maps:
    description:
      - The number of files that are copied at the same time.
      - By default up to 20, and small copies are made by the master alone, which is sooner done than YARN starts a task.
    type: int
  bandwidth:
    description: The megabytes per second that each map may move; by default as many as it can.
    type: int
  strategy:
    description: Whether maps take files as they get done, or each is given its share of bytes at the start.
    type: str
    choices: [dynamic, uniform]
    default: dynamic
  list_threads:
    description: The number of threads that list the sources.
    type: int
    default: 20
  options:
    description: Hadoop properties of the copy, such as C(fs.s3a.connection.maximum). Secrets are refused.
    type: dict
    default: {}
  timeout:
    description: After so many seconds the copy is ended; what was copied stays.
    type: int
    default: 86400
  log_path:
    description: A file on the controller to which each change of the progress is appended.
    type: path
  force:
    description: Replace another copy that has ended under this id; with O(fingerprint), copy again.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Copy a folder from S3 into HDFS, and again what has changed
  ohmy.hadoop.distcp:
    copies:
      - source: s3://bucket/books
        target: /data/books
  delegate_to: demo-master
  become: true

- name: Make a folder in S3 the mirror of one in HDFS, slowly
  ohmy.hadoop.distcp:
    copies:
      - source: /data/books
        target: s3://bucket/mirror/books
    delete: true
    maps: 2
    bandwidth: 10
  delegate_to: demo-master
  become: true

- name: Gather two folders of HDFS in one, with owners and modes
  ohmy.hadoop.distcp:
    copies:
      - source: /data/books
        target: /data/all
      - source: /data/letters
        target: /data/all
    preserve: [user, group, permission]
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
targets:
  description: The targets, without repetition.
  returned: always
  type: list
  elements: str
  sample: [/data/books]
copied:
  description: The number of files that were copied.
  returned: when it was watched
  type: int
  sample: 3
kept:
  description: The number of files that were there already.
  returned: when it was watched
  type: int
  sample: 0
deleted:
  description: The number of files that were deleted from the targets.
  returned: when it was watched
  type: int
  sample: 0
id:
  description: The name of the copy on the master.
  returned: always
  type: str
  sample: copy-1a2b3c4d5e6f7081
actions:
  description: What was done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: [copy 3 files in /data/books]
state:
  description: How the copy ended.
  returned: when it was watched
  type: str
  sample: succeeded
application_id:
  description: The application that ran it, null where there was none.
  returned: when it was watched
  type: str
  sample: application_1700000000000_0001
counters:
  description: The counters of distcp by name, C(DELETED) among them.
  returned: when it was watched
  type: dict
  sample: {COPY: 3, SKIP: 0, BYTESCOPIED: 1048576, DELETED: 0}
files:
  description: The number of files of the sources that the targets hold.
  returned: when it succeeded
  type: int
  sample: 1
bytes:
  description: Their size together.
  returned: when it succeeded
  type: int
  sample: 1048576
progress:
  description: The last progress that was seen.
  returned: when it was watched
  type: dict
  contains:
    map:
      description: Percent of the maps.
      type: int
      sample: 100
    reduce:
      description: Always 0; a copy has no reduces.
      type: int
      sample: 0
    left:
      description: About how many seconds it has still to go, null where that is unknown.
      type: int
      sample: 40
    text:
      description: What the copy is doing.
      type: str
      sample: finished
seconds:
  description: How long the copy took, from its follower's start to its end.
  returned: when it was watched
  type: float
  sample: 31.4
tries:
  description: The submissions that failed, in their order; a job that succeeded at last has those before it.
  returned: when it was watched
  type: list
  elements: dict
  contains:
    application_id:
      description: The application, null where there was none.
      type: str
      sample: application_1700000000000_0001
    id:
      description: The name of the cause.
      type: str
      sample: node-lost
    summary:
      description: The cause in one sentence.
      type: str
error:
  description: Why the copy failed.
  returned: when it failed or was killed
  type: dict
  contains:
    id:
      description: The cause's name in the table of C(docs/failures.md), V(unknown) where it is not known there.
      type: str
      sample: python-exception
    summary:
      description: The cause in one sentence.
      type: str
    hint:
      description: What to do about it.
      type: str
    retry:
      description:
        - Whether running it again can help.
        - It would fail again with V(no), may pass when something clears by itself with V(wait), after a setting was changed
          with V(config), and as it is with V(yes).
      type: str
      sample: "no"
    stderr:
      description: The last words of distcp.
      type: str
    attempt:
      description: The attempt of the task that failed.
      type: str
    host:
      description: The host on which it failed.
      type: str
    evidence:
      description: All that is known of it; each of these is empty or null where it is not.
      type: dict
      contains:
        stderr:
          description: As beside it.
          type: str
        attempt:
          description: As beside it.
          type: str
        host:
          description: As beside it.
          type: str
        container:
          description: The container in which it ran.
          type: str
        program:
          description: Which program failed, V(mapper), V(combiner) or V(reducer).
          type: str
          sample: mapper
        exit_code:
          description: The exit code of the program, or of Hadoop's client where nothing was submitted.
          type: int
          sample: 1
        container_exit_code:
          description: The exit status that YARN gave the container.
          type: int
          sample: -104
        input:
          description: What a map was given to read.
          type: dict
          contains:
            path:
              description: The file in HDFS.
              type: str
            start:
              description: The first byte.
              type: int
            length:
              description: The number of bytes.
              type: int
            others:
              description: The number of further files that it was given.
              type: int
        line:
          description: The line of the input that broke a mapper, where its error tells it.
          type: dict
          contains:
            offset:
              description: Its first byte in the file.
              type: int
            number:
              description: Its number in the file, null where the map did not begin with the file.
              type: int
            text:
              description: Its beginning, as Python quotes it.
              type: str
        records_read:
          description: How many records had been handed to the program when it broke off; it may have read fewer.
          type: int
          sample: 1703
        last_output:
          description:
            - About the last line that Hadoop had read from the program; the end of a longer line before it may stand behind it.
          type: str
        diagnostics:
          description: Hadoop's own words with Java's stack, with C(-vvv) only.
          type: str
status:
  description: The copy as the master knows it, before it was watched; null for one that it does not know.
  returned: in check mode
  type: dict
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.hidden_options import JobHider
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import copies, distcp
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.distcp import PRESERVE
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors, read_document
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.ensure_job import ensure_job
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.site import text_of

ARGUMENT_SPEC: dict[str, t.Any] = {
    "id": {"type": "str"},
    "fingerprint": {"type": "str"},
    "name": {"type": "str"},
    "copies": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "source": {"type": "str", "required": True},
            "target": {"type": "str", "required": True},
        },
    },
    "update": {"type": "bool", "default": True},
    "delete": {"type": "bool", "default": False},
    "preserve": {"type": "list", "elements": "str", "choices": list(PRESERVE), "default": []},
    "maps": {"type": "int"},
    "bandwidth": {"type": "int"},
    "strategy": {"type": "str", "choices": ["dynamic", "uniform"], "default": "dynamic"},
    "list_threads": {"type": "int", "default": 20},
    "options": {"type": "dict", "default": {}},
    "timeout": {"type": "int", "default": 86400},
    "log_path": {"type": "path"},
    "force": {"type": "bool", "default": False},
}
# In the specification only where they are not as usual.
USUAL = {key: ARGUMENT_SPEC[key].get("default") for key in ("update", "delete", "maps", "bandwidth", "strategy")}


def make_spec(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the follower's specification of the copies.

    :raises OhmyError: a source, a target or an option that cannot be meant.
    """
    spec = {
        "schema": 1,
        "kind": "distcp",
        "fingerprint": params["fingerprint"],
        "copies": [{key: _place(copy[key]) for key in ("source", "target")} for copy in params["copies"]],
        "on_disconnect": "continue",
        "timeout": params["timeout"],
        "list_threads": params["list_threads"],
        **{key: params[key] for key, usual in USUAL.items() if params[key] != usual},
    }
    if params["preserve"]:
        spec["preserve"] = sorted(set(params["preserve"]))
    if params["options"]:
        spec["options"] = {key: text_of(value) for key, value in params["options"].items()}
    copies.check(spec)
    spec["id"] = params["id"] or copies.identity(spec)
    spec["name"] = params["name"] or spec["id"]
    return spec


def _place(text: str) -> str:
    return str(distcp.place(text))


class Module(JobHider, AnsibleModule):
    """A module whose options may be refused for a secret."""


def main() -> None:
    """Start the copy's follower or find it."""
    module = Module(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    try:
        require_root()
        spec = make_spec(params)
        targets = [str(group.target) for group in copies.groups(spec)]
        hdfs = open_doors().hdfs

        def whole() -> bool:
            # What has no fingerprint is compared anew each time, by the follower.
            return bool(spec["fingerprint"]) and all(hdfs.status(target) is not None for target in targets)

        result = ensure_job(spec, {}, hdfs, whole, params["force"], module.check_mode)
        if module.check_mode and not spec["fingerprint"] and result["changed"]:
            result.update(copies.foresee(copies.Look(hdfs, read_document()), spec).result())
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(targets=targets, **result)


if __name__ == "__main__":
    main()
