#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_preflight
short_description: Rehearse a streaming job before it costs
version_added: 1.0.0
description:
  - Checks the programs against what their nodes have, and the input against what Hadoop reads - first lines, interpreters,
    syntax and imports of Python, formats and codecs. The kinds of findings are listed in C(docs/preflight.md).
  - Runs C(mapper | sort | reducer) of a Hadoop Streaming job on the first lines of several files of its real input, on the
    controller, as tasks would run it - with their environment, side files, limits and the shuffle of Hadoop.
  - Does so with one split and several, one reduce and several, and with the combiner run not at all, once and twice. Programs
    that fail, or whose answer depends on what Hadoop decides by itself, are told with the line that broke them or the keys
    that differ.
  - Measures the programs on the way, and estimates the time of the whole job on one machine and on the cluster.
  - The programs see nothing of the caller's environment but E(PATH). They run as the caller, in folders of their own, and all
    that they started ends with each run; on Linux also what left its session, and also where this module is killed.
  - Reads only; it runs on the controller and is the same in check mode.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop.aws
  - ohmy.hadoop._streaming
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The module changes nothing.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  mode:
    description:
      - V(full) checks the programs and runs them; V(static) checks them without running them; V(off) does nothing.
    type: str
    choices: [full, static, "off"]
    default: full
  name:
    description: Name of the job.
    type: str
    required: true
  mapper:
    description: Absolute path of the mapper, with or without arguments, or a command that the nodes have.
    type: str
    required: true
  reducer:
    description: Absolute path of the reducer, with or without arguments, or a command that the nodes have.
    type: str
  combiner:
    description: Absolute path of the combiner, with or without arguments, or a command that the nodes have.
    type: str
  files:
    description: Absolute paths of side files.
    type: list
    elements: str
    default: []
  archives:
    description: Absolute paths of archives, with C(#) and a folder's name or without.
    type: list
    elements: str
    default: []
  input:
    description:
      - Absolute paths of files, globs or directories, or s3:// URIs.
      - Without any, and without O(answer_from), the programs are checked and not run.
    type: list
    elements: str
    default: []
  step:
    description: What the job is called in messages where it is one of several steps, such as V(step 2 of 3).
    type: str
    default: ""
  answer_to:
    description:
      - A file to which the answer on the sample is written, for the step that will read it. Nothing is written where there is
        none.
    type: path
  answer_from:
    description: The file that O(answer_to) named for the step before this one; it is read in place of O(input).
    type: path
  input_bytes:
    description: With O(answer_from), the size of what the step before will write in all, as its RV(answer.whole_bytes) says.
    type: int
    default: 0
  provider:
    description:
      - Where the cluster is. With V(inventory), on hosts of one's own, no AWS is used at all; input in S3 is refused then.
    type: str
    choices: [ec2, inventory]
    default: ec2
  reduces:
    description: Number of reduces.
    type: int
    default: 1
  options:
    description: Hadoop properties of the job.
    type: dict
    default: {}
  cmdenv:
    description: Environment variables of the programs.
    type: dict
    default: {}
  combine:
    description: Whether maps share small files where there are many, as O(ohmy.hadoop.streaming_job#module:combine) says.
    type: bool
    default: true
  image:
    description:
      - Name or description of the nodes' image, or the public parameter that names it. What the official images of Debian,
        Ubuntu and Amazon Linux bring is known; of any other the check is left to the nodes.
    type: str
    default: ""
  node_python:
    description: Version of the nodes' Python, such as V(3.11), where their image does not tell it.
    type: str
    default: ""
  packages:
    description: Debian packages that the nodes will have besides.
    type: list
    elements: str
    default: []
  node_roles:
    description: Whether roles of one's own install more on the nodes, so that what is not known there may be there.
    type: bool
    default: false
  codecs:
    description: The codecs that Hadoop's archive can use; all by default.
    type: list
    elements: str
    default: [deflate, gzip, bzip2, lz4, snappy, zstd]
  workers:
    description: Number of workers for which the time of the job is estimated; with V(0) the master does their work.
    type: int
    default: 2
  instance_type:
    description: Type of the workers' instances, by whose name O(cores) are reckoned.
    type: str
    default: ""
  cores:
    description: Number of tasks that a worker runs at a time, for the estimate; by default as O(instance_type) has, or V(2).
    type: int
  seconds:
    description: Limit for all runs together; what was not tried by then is told.
    type: int
    default: 60
  task_seconds:
    description: Limit for one run of one program. A slow program is tried again with a smaller sample.
    type: int
    default: 20
  memory:
    description:
      - Limit for the address space of each process of a program, in MiB; V(0) is none.
      - It protects this machine. A task's own limit counts the memory that is really used, which is less.
    type: int
    default: 4096
  sample_files:
    description: From so many files at most the sample is taken.
    type: int
    default: 6
  sample_bytes:
    description: Size of the sample, unpacked.
    type: int
    default: 1048576
seealso:
  - module: ohmy.hadoop.job_plan
"""

EXAMPLES = r"""
- name: Rehearse a job on the first lines of its input
  ohmy.hadoop.job_preflight:
    name: wordcount
    mapper: /home/me/mapper.py
    reducer: /home/me/reducer.py
    input: [/home/me/books]
    answer_to: /home/me/tmp/answer
  register: rehearsed

- name: Show from which worker on one more hardly pays
  ansible.builtin.debug:
    var: rehearsed.estimate.useful_workers

- name: Rehearse what reads its answer
  ohmy.hadoop.job_preflight:
    name: wordcount
    step: step 2 of 2
    mapper: /home/me/turn.py
    reducer: /home/me/most.py
    answer_from: /home/me/tmp/answer
    input_bytes: 4194304

- name: Look at input in S3 with more time for a slow mapper
  ohmy.hadoop.job_preflight:
    name: images
    mapper: /home/me/mapper.py
    reduces: 0
    input: ["s3://example-bucket/images/"]
    workers: 20
    cores: 4
    task_seconds: 60
    seconds: 300
"""

RETURN = r"""
mode:
  description: The option O(mode).
  returned: always
  type: str
  sample: full
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
      sample: mapper-failed
    severity:
      description: V(error) would fail or give a wrong answer on the cluster; V(warning) might; V(note) is to be known.
      returned: always
      type: str
      sample: error
    text:
      description: What was found.
      returned: always
      type: str
      sample: >-
        The mapper mapper.py fails on the sample with exit code 1: mapper.py line 4, in main: n = int(x): ValueError: invalid
        literal for int() with base 10: 'x'; it breaks on line 17 of /home/me/books/a.txt (byte 420): x 1.
    hint:
      description: What to do about it.
      returned: always
      type: str
      sample: "Correct it, or let it pass over such lines: a task that reads one would fail the same way."
    evidence:
      description:
        - Further values, which depend on the kind. Of a program that failed C(role), C(program), C(exit_code), C(stderr),
          C(trace) and C(input) (C(file), C(line), C(offset), C(text)); of answers that differ C(keys), their number, and C(examples).
      returned: always
      type: dict
      sample: {role: mapper, program: mapper.py, exit_code: 1}
sample:
  description: The lines that the programs were tried on.
  returned: success
  type: dict
  contains:
    files:
      description: The files that they are from.
      returned: always
      type: list
      elements: dict
      contains:
        file:
          description: Path or URI.
          returned: always
          type: str
          sample: /home/me/books/a.txt
        lines:
          description: Number of its lines in the sample.
          returned: always
          type: int
          sample: 9120
        bytes:
          description: Their size, unpacked.
          returned: always
          type: int
          sample: 524288
    lines:
      description: Number of lines in all.
      returned: always
      type: int
      sample: 18240
    bytes:
      description: Their size.
      returned: always
      type: int
      sample: 1048576
tried:
  description: The ways in which the job was rehearsed.
  returned: success
  type: list
  elements: str
  sample: ["one map for each file, one reduce", when the same is run again]
not_tried:
  description: The ways that were left out for want of time, or because the programs do not repeat themselves.
  returned: success
  type: list
  elements: str
  sample: []
speed:
  description: Throughput of the programs on this machine; null where it is not known.
  returned: success
  type: dict
  contains:
    map_bytes_per_second:
      description: What the mapper reads in a second once it runs.
      returned: always
      type: int
      sample: 5242880
    reduce_bytes_per_second:
      description: What the reducer reads in a second once it runs.
      returned: always
      type: int
      sample: 7340032
    map_start_seconds:
      description: What the mapper takes without any input.
      returned: always
      type: float
      sample: 0.03
    reduce_start_seconds:
      description: What the reducer takes without any input.
      returned: always
      type: float
      sample: 0.03
    map_output_ratio:
      description: Bytes that the mapper writes for each that it reads.
      returned: always
      type: float
      sample: 1.4
    sample_bytes:
      description: Bytes that the mapper read.
      returned: always
      type: int
      sample: 1048576
estimate:
  description:
    - An idea of the time of the whole job; null where it is not known. Launching the cluster and moving the data are not in it.
  returned: success
  type: dict
  contains:
    maps:
      description: Number of maps.
      returned: always
      type: int
      sample: 80
    input_bytes:
      description: Size of the input, unpacked.
      returned: always
      type: int
      sample: 10737418240
    one_machine_seconds:
      description: Seconds of C(mapper | sort | reducer) on this machine for the whole input.
      returned: always
      type: float
      sample: 4410.5
    seconds:
      description: Seconds on so many workers with so many cores.
      returned: always
      type: float
      sample: 640.2
    speedup:
      description: The former by the latter.
      returned: always
      type: float
      sample: 6.89
    useful_workers:
      description: From this number of workers on, one more shortens the job by less than 5 %.
      returned: always
      type: int
      sample: 14
answer:
  description: The answer on the sample that was written to O(answer_to).
  returned: success
  type: dict
  contains:
    bytes:
      description: Its size; 0 where none was written.
      returned: always
      type: int
      sample: 524288
    whole_bytes:
      description: What the answer for the whole input may have, if it grows as the input does.
      returned: always
      type: int
      sample: 5368709120
counters:
  description: Counters that the programs reported on the sample, by group and name.
  returned: success
  type: dict
  sample: {Example: {Lines that are no verses: 3}}
"""

import os
import typing as t
from dataclasses import replace

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import s3
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.argspec import CONNECTION
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core import s3_uri
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.hidden_options import JobHider
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    inputs,
    on_own_hosts,
    programs,
    side_archives,
    streaming_options,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.codecs import CODECS
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import input_check, preflight, sample, task
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.estimate import cores_of
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.findings import (
    errors,
    of_kind,
    refusal,
    sorted_by_severity,
)

SPEC = {
    "mode": {"type": "str", "choices": ["full", "static", "off"], "default": "full"},
    "name": {"type": "str", "required": True},
    "mapper": {"type": "str", "required": True},
    "reducer": {"type": "str"},
    "combiner": {"type": "str"},
    "files": {"type": "list", "elements": "str", "default": []},
    "archives": {"type": "list", "elements": "str", "default": []},
    "input": {"type": "list", "elements": "str", "default": []},
    "step": {"type": "str", "default": ""},
    "answer_to": {"type": "path"},
    "answer_from": {"type": "path"},
    "input_bytes": {"type": "int", "default": 0},
    "provider": {"type": "str", "choices": ["ec2", "inventory"], "default": "ec2"},
    "reduces": {"type": "int", "default": 1},
    "options": {"type": "dict", "default": {}},
    "cmdenv": {"type": "dict", "default": {}},
    "combine": {"type": "bool", "default": True},
    "image": {"type": "str", "default": ""},
    "node_python": {"type": "str", "default": ""},
    "packages": {"type": "list", "elements": "str", "default": []},
    "node_roles": {"type": "bool", "default": False},
    "codecs": {"type": "list", "elements": "str", "default": [codec.name for codec in CODECS]},
    "workers": {"type": "int", "default": 2},
    "instance_type": {"type": "str", "default": ""},
    "cores": {"type": "int"},
    "seconds": {"type": "int", "default": 60},
    "task_seconds": {"type": "int", "default": 20},
    "memory": {"type": "int", "default": 4096},
    "sample_files": {"type": "int", "default": 6},
    "sample_bytes": {"type": "int", "default": 1 << 20},
    **streaming_options.SPEC,
}

# What a later step reads, in messages.
EARLIER = "the answer of the step before"
NOTHING = "What these programs read is not known here, so they were checked but not tried."


def unread(_path: str) -> str:
    """Stand for the digest of a file: nothing is brought anywhere, so that none need be read to its end."""
    return ""


def access(params: dict[str, t.Any]) -> tuple[inputs.ListObjects, sample.Read]:
    """Return how input is listed and read; a client is made only where some of it lies in S3."""
    if params["answer_from"]:
        return lambda _bucket, _key: [], lambda _uri, start, size: sample.read_local(params["answer_from"], start, size)
    if params["provider"] == "inventory":
        on_own_hosts.refuse(params["input"])
    if not any(map(s3_uri.is_s3, params["input"])):
        return lambda _bucket, _key: [], sample.read_local
    client = Clients(params).s3

    def read(uri: str, start: int, length: int) -> bytes:
        if s3_uri.is_s3(uri):
            return s3.get_range(client, *s3_uri.split(uri), start, length)
        return sample.read_local(uri, start, length)

    return lambda bucket, key: s3.input_objects(client, bucket, key), read


def run(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result; raise OhmyError that carries it where there is an error among the findings."""
    result = {"changed": False, "mode": params["mode"], **preflight.nothing()}
    if params["mode"] == "off":
        return result
    list_objects, read = access(params)
    earlier = params["answer_from"]
    commands, shipped = programs.plan_programs(
        params["mapper"], params["reducer"], params["combiner"], params["files"], digest=unread
    )
    archives = side_archives.plan_archives(params["archives"], [file["name"] for file in shipped], digest=unread)
    folders = {item["name"]: item["src"] for item in archives}
    spec = {**params, **commands, "id": "rehearsal"}
    passed: list[str] = []
    listed = inputs.expand(params["input"], list_objects, unread, passed) if params["input"] else []
    nodes = preflight.Nodes(
        params["image"], params["node_python"], params["packages"], params["node_roles"], params["codecs"]
    )
    step = preflight.Step(spec, shipped, folders, listed, read)
    found = preflight.check(step, nodes) + input_check.passed_over(passed)
    if earlier:
        answer = inputs.InputFile(0, "part-00000", EARLIER, os.path.getsize(earlier), "")
        step = replace(step, found=[answer], whole=params["input_bytes"])
    if params["mode"] == "full" and not step.found:
        found.append(of_kind("not-rehearsed", NOTHING, "They are tried on the cluster for the first time."))
    if params["mode"] == "full" and step.found and not errors(found):
        limits = task.Limits(params["task_seconds"], params["memory"] * task.MEGABYTE or None)
        bounds = preflight.Bounds(params["seconds"], limits, params["sample_files"], params["sample_bytes"])
        cores = params["cores"] or cores_of(params["instance_type"])
        result.update(preflight.rehearse(step, bounds, params["workers"], cores, params["answer_to"] or ""))
    result["findings"] = sorted_by_severity([*found, *result["findings"]])
    if failing := errors(result["findings"]):
        refused = refusal(failing, **result)
        if params["step"]:
            refused.message = f"{params['step'].capitalize()}: {refused.message}"
        if not errors(found):
            refused.hint += " Where it is meant to be so, job_preflight: static submits it all the same."
        raise refused
    return result


class Module(JobHider, AnsibleModule):
    """A module whose job may be refused for a secret."""


def main() -> None:
    """Run the module."""
    module = Module(argument_spec={**SPEC, **CONNECTION}, supports_check_mode=True)
    if module.params["provider"] == "ec2":
        require_boto3(module)
    try:
        result = run(module.params)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
