#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: distcp
short_description: Copy objects from S3 into HDFS with the cluster's own hands
version_added: 0.1.0
description:
  - Starts a follower on the master, a systemd unit that runs C(hadoop distcp) for each copy and compares what
    arrived with what was there, by names, sizes and counts. The action plugin shows its progress until it ends.
  - The nodes use their own credentials; nothing passes through the controller.
  - The same task run again attaches to a copy that runs, and finds a finished one finished.
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
    description: The name of the copy on the master. The same id with another specification is an error.
    type: str
    required: true
  fingerprint:
    description: The identity of what is copied.
    type: str
    required: true
  name:
    description: What the copy is called in YARN and in the progress; by default its O(id).
    type: str
  copies:
    description: What is copied where.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description: An object or a prefix in S3, as V(s3a://bucket/key) or V(s3://bucket/key).
        type: str
        required: true
      target:
        description: An absolute path in HDFS.
        type: str
        required: true
  timeout:
    description: How long the action waits for the end, in seconds. The copy itself is not ended by it.
    type: int
    default: 86400
  log_path:
    description: A file on the controller to which each change of the progress is appended.
    type: path
  force:
    description: Copy again, and replace another copy that has ended under this id.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Stage the input
  ohmy.hadoop.distcp:
    id: stage-5e6f
    fingerprint: "{{ input.digest }}"
    copies:
      - source: s3a://bucket/input/5e6f/0
        target: /user/hadoop/input/5e6f/0
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
targets:
  description: The paths in HDFS.
  returned: always
  type: list
  elements: str
  sample: [/user/hadoop/input/5e6f/0]
copied:
  description: The number of files that were copied; the others were there already.
  returned: when it was watched
  type: int
  sample: 3
id:
  description: The job's id.
  returned: always
  type: str
  sample: wordcount-1a2b3c4d
actions:
  description: What was done, or would be in check mode; nothing when the job was found running or finished.
  returned: always
  type: list
  elements: str
  sample: [start wordcount-1a2b3c4d]
state:
  description: How the job ended.
  returned: when it was watched
  type: str
  sample: succeeded
application_id:
  description: The application that ran it, null where there was none.
  returned: when it was watched
  type: str
  sample: application_1700000000000_0001
counters:
  description: Hadoop's counters by name, the program's own by C(group.name).
  returned: when it was watched
  type: dict
  sample: {MAP_INPUT_RECORDS: 31102}
files:
  description: The number of files that the job made.
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
      description: Percent of the reduces.
      type: int
      sample: 100
    text:
      description: What the job is doing.
      type: str
      sample: finished
seconds:
  description: How long the job took, from its follower's start to its end.
  returned: when it was watched
  type: float
  sample: 31.4
error:
  description: Why the job failed.
  returned: when it failed or was killed
  type: dict
  contains:
    summary:
      description: The cause in one sentence.
      type: str
    hint:
      description: What to do about it.
      type: str
    stderr:
      description: What the program itself wrote to its standard error, for example a Python traceback.
      type: str
    attempt:
      description: The attempt of the task that failed.
      type: str
    host:
      description: The host on which it failed.
      type: str
status:
  description: The job as the master knows it, before it was watched.
  returned: in check mode
  type: dict
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.ensure_job import ensure_job, require_root

ARGUMENT_SPEC: dict[str, t.Any] = {
    "id": {"type": "str", "required": True},
    "fingerprint": {"type": "str", "required": True},
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
    "timeout": {"type": "int", "default": 86400},
    "log_path": {"type": "path"},
    "force": {"type": "bool", "default": False},
}


def make_spec(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the follower's specification of the copies.

    :raises OhmyError: a source or a target that cannot be meant.
    """
    copies = []
    for copy in params["copies"]:
        scheme, _sign, rest = copy["source"].partition("://")
        if scheme not in ("s3", "s3a") or not rest.strip("/"):
            raise OhmyError(f"The source {copy['source']!r} is not of the form s3a://bucket/key.")
        if not copy["target"].strip("/") or not copy["target"].startswith("/"):
            raise OhmyError(f"The target {copy['target']!r} is no absolute path in HDFS below its root.")
        copies.append({"source": f"s3a://{rest}", "target": copy["target"]})
    if not copies:
        raise OhmyError("copies is empty: there is nothing to copy.")
    return {
        "schema": 1,
        "id": params["id"],
        "kind": "distcp",
        "name": params["name"] or params["id"],
        "fingerprint": params["fingerprint"],
        "copies": copies,
        "on_disconnect": "continue",
    }


def main() -> None:
    """Start the copy's follower or find it."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    try:
        require_root()
        spec = make_spec(params)
        targets = [copy["target"] for copy in spec["copies"]]
        hdfs = open_doors().hdfs
        result = ensure_job(
            spec,
            {},
            hdfs,
            lambda: all(hdfs.status(target) is not None for target in targets),
            params["force"],
            module.check_mode,
        )
    except OhmyError as exc:
        module.fail_json(**exc.as_result())
    module.exit_json(targets=targets, **result)


if __name__ == "__main__":
    main()
