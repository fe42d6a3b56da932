#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_answer
short_description: Keep the record of a job's answer in S3
version_added: 1.0.0
description:
  - Writes an object C(.ohmy-manifest.json) beside the answer of a job, by which a later run knows whose it is and that it is
    whole. M(ohmy.hadoop.distcp) brings the answer itself.
  - It is called before the copy with O(state=begun), which removes an earlier answer, and behind it with O(state=finished),
    which compares what lies there with what was copied.
  - Objects that no run of this collection brought are never removed; they are an error.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  state:
    description: Whether the answer is about to come, or has come.
    type: str
    choices: [begun, finished]
    required: true
  uri:
    description: The place of the answer, C(s3://BUCKET/PREFIX).
    type: str
    required: true
  fingerprint:
    description: The identity of the job.
    type: str
    required: true
  existing:
    description:
      - With V(reused) an earlier answer is removed unless it is this job's; with V(replaced) objects of it that were changed
        since go too; with V(refused) any object there is an error.
    type: str
    choices: [reused, replaced, refused]
    default: reused
  run:
    description: The run of the job, such as its application's id. What an interrupted copy of another run left is removed.
    type: str
    default: ""
  files:
    description: How many objects were copied. Needed with O(state=finished).
    type: int
  bytes:
    description: Their size together. Needed with O(state=finished).
    type: int
"""

EXAMPLES = r"""
- name: Make room for an answer
  ohmy.hadoop.s3_answer:
    state: begun
    uri: s3://example-bucket/answers/wordcount
    fingerprint: "{{ plan.fingerprint }}"

# Here the module distcp copies it from HDFS, and registers what it copied.

- name: Say that it is whole
  ohmy.hadoop.s3_answer:
    state: finished
    uri: s3://example-bucket/answers/wordcount
    fingerprint: "{{ plan.fingerprint }}"
    files: "{{ copied.files }}"
    bytes: "{{ copied.bytes }}"
"""

RETURN = r"""
uri:
  description: The place.
  returned: success
  type: str
  sample: s3://example-bucket/answers/wordcount
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [begin s3://example-bucket/answers/wordcount/.ohmy-manifest.json]
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import answer
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.argspec import CONNECTION
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import answers

SPEC = {
    "state": {"type": "str", "choices": ["begun", "finished"], "required": True},
    "uri": {"type": "str", "required": True},
    "fingerprint": {"type": "str", "required": True},
    "existing": {"type": "str", "choices": list(answers.EXISTING), "default": "reused"},
    "run": {"type": "str", "default": ""},
    "files": {"type": "int"},
    "bytes": {"type": "int"},
}


def run(client: t.Any, params: dict[str, t.Any], check: bool) -> dict[str, t.Any]:
    """Begin or finish; return the result."""
    place = answers.place(params["uri"])
    if place.kind != "s3":
        raise OhmyError(f"uri: {params['uri']} is no place in S3.", "Write s3://BUCKET/PREFIX.")
    there = answer.observe(client, place.where)
    if params["state"] == "begun":
        plan = answer.begin(client, there, params["fingerprint"], params["existing"], params["run"], check)
    else:
        plan = answer.finish(client, there, params["fingerprint"], params["files"], params["bytes"], check)
    return plan.result(uri=place.where)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**SPEC, **CONNECTION},
        supports_check_mode=True,
        required_if=[("state", "finished", ("files", "bytes"))],
    )
    require_boto3(module)
    try:
        result = run(Clients(module.params).s3, module.params, module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
