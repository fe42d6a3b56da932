#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_check
short_description: Look on the master whether a streaming job can run
version_added: 1.0.0
description:
  - Looks for what would keep a Hadoop Streaming job from running on this very cluster, before anything is brought or submitted.
  - The interpreters that its programs ask for are started on the master, with a task's environment and as the user of tasks,
    and the Python modules that they import are looked for. What the job ships is not missed.
  - A map, a reduce and the application master must fit into the largest container that any node can give; the queue must be
    there; HDFS must have room for the input with its replicas and the workers' disks for the map output; the archive of Hadoop
    must have the codecs that are named.
  - Where the answer is to go there must be nothing that the job may not replace.
  - Where the cluster has S3, input there is listed and the first byte of one object of each place is read, with the master's
    own role.
  - Reads only, in a few calls for any number of workers and without any Java. It is the same in check mode.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
  - ohmy.hadoop._attributes.action
  - ohmy.hadoop._streaming
attributes:
  action:
    support: full
  async:
    support: none
  platform:
    platforms: posix
options:
  id:
    description:
      - The name of the job on the master. One that runs there, or has succeeded, is not looked at again.
    type: str
  force:
    description: Whether a job that has succeeded is to run again, and so is looked at.
    type: bool
    default: false
  mapper:
    description: The command of the mapper.
    type: str
    required: true
  reducer:
    description: The command of the reducer.
    type: str
  combiner:
    description: The command of the combiner.
    type: str
  files:
    description: Files that every task finds in its working directory, the programs among them.
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description: The path on the controller.
        type: str
        required: true
      name:
        description: The name in the task's working directory; by default that of O(files[].src).
        type: str
      sha256:
        description: Not used.
        type: str
  archives:
    description: Archives that every task finds unpacked in its working directory, each in a folder of its own.
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description: The path on the controller.
        type: str
        required: true
      name:
        description: The name of the folder; by default that of O(archives[].src) without its ending.
        type: str
      sha256:
        description: Not used.
        type: str
  reduces:
    description: The number of reduces; V(0) means that the mappers' output is the answer.
    type: int
    default: 1
  options:
    description: Further properties of the job.
    type: dict
    default: {}
  cmdenv:
    description: Environment variables of the programs.
    type: dict
    default: {}
  input:
    description:
      - Paths in HDFS from which the job will read. What is there already needs no more room.
      - With C(s3a://) URIs it is read where it lies, and needs none at all.
    type: list
    elements: str
    default: []
  sources:
    description: Where the input comes from; C(s3://) URIs are tried, anything else is left out.
    type: list
    elements: str
    default: []
  endings:
    description: Endings of the names of input files, such as V(.gz), by which Hadoop chooses a codec.
    type: list
    elements: str
    default: []
  input_bytes:
    description: Size of the whole input; without it room is not looked at.
    type: int
  unpacked_bytes:
    description: Size of the input unpacked, which is what maps read; by default O(input_bytes).
    type: int
  map_output_ratio:
    description: Bytes that maps write for each that they read, as RV(ohmy.hadoop.job_preflight#module:speed.map_output_ratio).
    type: float
    default: 1.0
  output:
    description: Directory in HDFS to which the job will write; without it nobody looks there.
    type: str
  existing:
    description: Which answer may lie in O(output) already, as of M(ohmy.hadoop.streaming_job).
    type: str
    choices: [own, any, none]
    default: own
  fingerprint:
    description: The job's own fingerprint, as of M(ohmy.hadoop.streaming_job); without it nothing in O(output) is its own.
    type: str
  needs:
    description: What the programs need. The action plugin fills this in.
    type: dict
    default: {}
seealso:
  - module: ohmy.hadoop.job_preflight
  - module: ohmy.hadoop.streaming_job
"""

EXAMPLES = r"""
- name: Look whether the cluster can run a job
  ohmy.hadoop.job_check:
    mapper: python3 mapper.py
    reducer: python3 reducer.py
    files:
      - src: /home/me/mapper.py
      - src: /home/me/reducer.py
    map_memory: 2048
    queue: default
    input: [/data/books]
    sources: ["s3://example-bucket/books/"]
    input_bytes: 10737418240
    map_output_ratio: 1.4
  delegate_to: demo-master
  become: true
  register: checked

- name: Show what may go wrong
  ansible.builtin.debug:
    msg: "{{ checked.findings | map(attribute='text') }}"
"""

RETURN = r"""
looked:
  description: Whether anything was looked at; not where the job runs, or has succeeded.
  returned: always
  type: bool
findings:
  description: What was found, errors first. A finding of severity V(error) fails the module.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Stable name of what was found.
      returned: always
      type: str
      sample: memory-too-much
    severity:
      description: V(error) would fail on the cluster; V(warning) might; V(note) is to be known.
      returned: always
      type: str
      sample: error
    text:
      description: What was found.
      returned: always
      type: str
      sample: A map of the job asks for 8192 MiB of memory, and no container can have more than 2816.
    hint:
      description: What to do about it.
      returned: always
      type: str
      sample: Set job_map_memory to 2048 or less, or use larger nodes.
    evidence:
      description: Further values, which depend on the kind.
      returned: always
      type: dict
      sample: {asked: 8192, largest: 2816, container: map}
containers:
  description: What the job asks for each kind of its containers (C(application_master), C(map), C(reduce)), as YARN rounds it up.
  returned: always
  type: dict
  sample: {application_master: {memory: 768, vcores: 1}, map: {memory: 1024, vcores: 1}}
largest_container:
  description: The largest container that a node can give now, in MiB and cores.
  returned: always
  type: dict
  sample: {memory: 2816, vcores: 3}
room:
  description: Bytes that HDFS has room for, that are still to come into it with all replicas, and that maps are expected to write.
  returned: always
  type: dict
  sample: {remaining: 96636764160, to_come: 21474836480, map_output: 15032385536}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.hidden_options import JobHider
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import job_look, streaming_options
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors, read_conf, read_document
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import SHIPPED
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import on_master
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.findings import errors, refusal

ARGUMENT_SPEC: dict[str, t.Any] = {
    "id": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "mapper": {"type": "str", "required": True},
    "reducer": {"type": "str"},
    "combiner": {"type": "str"},
    "files": SHIPPED,
    "archives": SHIPPED,
    "reduces": {"type": "int", "default": 1},
    "options": {"type": "dict", "default": {}},
    "cmdenv": {"type": "dict", "default": {}},
    "input": {"type": "list", "elements": "str", "default": []},
    "sources": {"type": "list", "elements": "str", "default": []},
    "endings": {"type": "list", "elements": "str", "default": []},
    "input_bytes": {"type": "int"},
    "unpacked_bytes": {"type": "int"},
    "map_output_ratio": {"type": "float", "default": 1.0},
    "output": {"type": "str"},
    "existing": {"type": "str", "choices": ["own", "any", "none"], "default": "own"},
    "fingerprint": {"type": "str"},
    "needs": {"type": "dict", "default": {}},
    **streaming_options.SPEC,
}


def is_underway(params: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the master runs this job, or has run it."""
    status = job_look.look(params["id"]) if params["id"] else None
    if status is None:
        return False
    runs = status["following"] and status["state"] in ("starting", "running")
    return bool(runs or (status["state"] == "succeeded" and not params["force"]))


def run(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result; raise OhmyError that carries it where there is an error among the findings."""
    require_root()
    if is_underway(params):
        return {"changed": False, "looked": False, **on_master.nothing()}
    result = {"changed": False, "looked": True, **on_master.check(params, open_doors(), read_conf(), read_document())}
    if failing := errors(result["findings"]):
        raise refusal(failing, **result)
    return result


class Module(JobHider, AnsibleModule):
    """A module whose job may be refused for a secret."""


def main() -> None:
    """Look once."""
    module = Module(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        result = run(module.params)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
