#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_plan
short_description: Work out what a streaming job is made of
version_added: 1.0.0
description:
  - Reads the programs and lists the input of a Hadoop Streaming job, gives the job its identity (a fingerprint
    of programs, input and options), and tells whether its answer lies in the output directory already.
  - Reads only; it runs on the controller and is the same in check mode.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._streaming
  - ohmy.hadoop.aws
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
  name:
    description: Name of the job.
    type: str
    required: true
  mapper:
    description:
      - Absolute path of the mapper, with or without arguments, or a command that the nodes have.
      - Either it or O(steps) must be given.
    type: str
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
    description: Absolute paths of files, globs or directories, or s3:// URIs.
    type: list
    elements: str
    required: true
  provider:
    description:
      - Where the cluster is. With V(inventory), on hosts of one's own, no AWS is used at all; input in S3 is refused then.
    type: str
    choices: [ec2, inventory]
    default: ec2
  bucket:
    description: The bucket to stage in; by default C(ohmy-hadoop-ACCOUNT-REGION). Of no use with O(provider=inventory).
    type: str
  input_mode:
    description: Whether input is copied into HDFS first, or read from S3 by the job itself.
    type: str
    choices: [hdfs, direct]
    default: hdfs
  output:
    description: Where the answer is to lie, a local directory, C(hdfs:///PATH) or C(s3://BUCKET/PREFIX).
    type: path
    required: true
  output_existing:
    description:
      - Whether an answer that is there is taken as it is (another job's is replaced), made again, or an error. In HDFS it is
        looked for when the job is about to start.
    type: str
    choices: [reused, replaced, refused]
    default: reused
  output_merged:
    description: Whether a local answer is one file.
    type: bool
    default: false
  output_decompress:
    description: Whether the parts of the answer are decompressed when they are fetched.
    type: bool
    default: false
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
  steps:
    description:
      - A chain of jobs in place of O(mapper), O(reducer) and O(combiner); the first one reads the input, each other one what
        the one before it wrote, and the last one's output is the answer.
      - Each has a C(mapper), and may have any of O(reducer), O(combiner), O(files), O(archives), O(reduces), O(options),
        O(cmdenv) and of the options from O(maps) to O(tolerated_failures), for itself alone, and a C(name).
    type: list
    elements: dict
"""

EXAMPLES = r"""
- name: Plan a job on a local file
  ohmy.hadoop.job_plan:
    name: wordcount
    mapper: /home/me/mapper.py
    reducer: /home/me/reducer.py
    input: [/home/me/books]
    output: /home/me/output
  register: planned

- name: Plan a job of two steps, of which the second sorts what the first one counted
  ohmy.hadoop.job_plan:
    name: frequent
    steps:
      - {name: count, mapper: /home/me/mapper.py, reducer: /home/me/reducer.py, reduces: 4}
      - {name: sort, mapper: /home/me/turn.py, sort: [1nr]}
    input: [/home/me/books]
    output: /home/me/output

- name: Show whether the answer is there
  ansible.builtin.debug:
    var: planned.plan.finished
"""

RETURN = r"""
plan:
  description: What the job is made of. Where it has steps, id, fingerprint, commands, files, archives and output are the last one's.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the job.
      returned: success
      type: str
      sample: wordcount
    id:
      description: Short name of the job on the cluster, the beginning of its fingerprint.
      returned: success
      type: str
      sample: 3f0a77c1b2d94e55
    fingerprint:
      description: sha256 of programs, input and options.
      returned: success
      type: str
      sample: 3f0a77c1b2d94e55a0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627
    finished:
      description: Whether the answer of this very job lies where it is to lie; never true of a place in HDFS.
      returned: success
      type: bool
      sample: false
    bucket:
      description: The bucket to stage in; null with O(provider=inventory).
      returned: success
      type: str
      sample: ohmy-hadoop-123456789012-us-east-1
    commands:
      description: Command of each program, or null.
      returned: success
      type: dict
      sample: {mapper: mapper.py, reducer: reducer.py, combiner: null}
    files:
      description: Files that travel with the job.
      returned: success
      type: list
      elements: dict
      contains:
        src:
          description: Path on the controller.
          returned: success
          type: str
          sample: /home/me/mapper.py
        name:
          description: Name in the working directory of a task.
          returned: success
          type: str
          sample: mapper.py
        sha256:
          description: Its checksum.
          returned: success
          type: str
          sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    archives:
      description: Archives that travel with the job and are unpacked for its tasks.
      returned: success
      type: list
      elements: dict
      sample: [{src: /home/me/env.tgz, name: env, sha256: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752}]
    input:
      description: The input.
      returned: success
      type: dict
      contains:
        digest:
          description: sha256 of names, sizes and contents.
          returned: success
          type: str
          sample: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
        files:
          description: Number of files.
          returned: success
          type: int
          sample: 3
        bytes:
          description: Their size.
          returned: success
          type: int
          sample: 4404410
        prefix:
          description: Where local files are staged in the bucket.
          returned: success
          type: str
          sample: input/60303ae22b998861
        uploads:
          description: Local files, their keys below the prefix, and what they held when they were looked at.
          returned: success
          type: list
          elements: dict
          sample:
            - source: /home/me/books/a.txt
              key: 0/a.txt
              sha256: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
        copies:
          description: What distcp copies into HDFS.
          returned: success
          type: list
          elements: dict
          sample: [{source: s3a://b/input/60303ae22b998861, target: /user/hadoop/input/60303ae22b998861/local}]
        target:
          description: Directory in HDFS for the files of the controller.
          returned: success
          type: str
          sample: /user/hadoop/input/60303ae22b998861/local
        hdfs:
          description: What the job reads, directories in HDFS or, with O(input_mode=direct), places in S3.
          returned: success
          type: list
          elements: str
          sample: [/user/hadoop/input/60303ae22b998861/local]
        uris:
          description: Objects and prefixes in S3 that the nodes must be able to read.
          returned: success
          type: list
          elements: str
          sample: [s3://b/input/60303ae22b998861/]
    output:
      description: Directory of the answer in HDFS.
      returned: success
      type: str
      sample: /user/hadoop/jobs/3f0a77c1b2d94e55/output
    steps:
      description:
        - What is submitted, one after the other; one step where the job has no O(steps).
        - Beside what stands here each has C(reduces), C(options), C(cmdenv) and the options from O(maps) to
          O(tolerated_failures), with their values.
      returned: success
      type: list
      elements: dict
      contains:
        name:
          description: Name of the job, with the step's number and name where there are several.
          returned: success
          type: str
          sample: frequent, step 1 of 2, count
        id:
          description: As RV(plan.id).
          returned: success
          type: str
          sample: 3f0a77c1b2d94e55
        fingerprint:
          description: As RV(plan.fingerprint); that of the step before counts as its input.
          returned: success
          type: str
          sample: 3f0a77c1b2d94e55a0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627
        commands:
          description: As RV(plan.commands).
          returned: success
          type: dict
          sample: {mapper: mapper.py, reducer: reducer.py, combiner: null}
        files:
          description: As RV(plan.files).
          returned: success
          type: list
          elements: dict
          sample: [{src: /home/me/mapper.py, name: mapper.py, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}]
        archives:
          description: As RV(plan.archives).
          returned: success
          type: list
          elements: dict
          sample: []
        input:
          description: Directories in HDFS that it reads.
          returned: success
          type: list
          elements: str
          sample: [/user/hadoop/input/60303ae22b998861/local]
        output:
          description: Directory in HDFS that it writes.
          returned: success
          type: str
          sample: /user/hadoop/jobs/3f0a77c1b2d94e55/output
    answer:
      description: Where the answer is to lie.
      returned: success
      type: dict
      contains:
        kind:
          description: V(local), V(hdfs) or V(s3).
          returned: success
          type: str
          sample: local
        where:
          description: The place.
          returned: success
          type: str
          sample: /home/me/output
        copy_id:
          description: Name of the copy from HDFS to S3, empty where there is none.
          returned: success
          type: str
          sample: answer-0a1b2c3d4e5f6071
        existing:
          description: The option of M(ohmy.hadoop.streaming_job) that goes with O(output_existing).
          returned: success
          type: str
          sample: own
        write_uris:
          description: Prefixes in S3 that the nodes must be able to write.
          returned: success
          type: list
          elements: str
          sample: ["s3://example-bucket/answers/wordcount"]
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import answer, s3
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.argspec import CONNECTION
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core import s3_uri
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.hidden_options import JobHider
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import answers, identity, inputs, on_own_hosts, steps

SPEC = {
    "name": {"type": "str", "required": True},
    "input": {"type": "list", "elements": "str", "required": True},
    "provider": {"type": "str", "choices": ["ec2", "inventory"], "default": "ec2"},
    "bucket": {"type": "str"},
    "input_mode": {"type": "str", "choices": ["hdfs", "direct"], "default": "hdfs"},
    "output": {"type": "path", "required": True},
    "output_existing": {"type": "str", "choices": list(answers.EXISTING), "default": "reused"},
    "output_merged": {"type": "bool", "default": False},
    "output_decompress": {"type": "bool", "default": False},
    "steps": {"type": "list", "elements": "dict"},
    **steps.SPEC,
}


def plan_input(
    bucket: str | None, items: list[str], list_s3: inputs.ListObjects, direct: bool = False
) -> dict[str, t.Any]:
    """Return the ``input`` part of the plan; see RETURN."""
    files = inputs.expand(items, list_s3)
    digest = inputs.digest(files)
    prefix, target = f"input/{digest[:16]}", f"/user/hadoop/input/{digest[:16]}"
    local = [file for file in files if not s3_uri.is_s3(items[file.index])]
    staged = local and bucket is not None
    copies = [{"source": f"s3a://{bucket}/{prefix}", "target": f"{target}/local"}] if staged else []
    uris = [f"s3://{bucket}/{prefix}/"] if staged else []
    for index, item in enumerate(items):
        if s3_uri.is_s3(item):
            name, key = s3_uri.split(item)
            copies.append({"source": f"s3a://{name}/{key}", "target": f"{target}/{index}"})
            uris.append(f"s3://{name}/{key}")
    return {
        "digest": digest,
        "files": len(files),
        "bytes": sum(file.size for file in files),
        "prefix": prefix,
        "uploads": [
            {"source": file.source, "key": f"{file.index}/{file.relative}", "sha256": file.version} for file in local
        ],
        "copies": [] if direct else copies,
        "target": f"{target}/local",
        "hdfs": [copy["source" if direct else "target"] for copy in copies] if copies else [f"{target}/local"],
        "uris": uris,
    }


def require_local(items: list[str]) -> None:
    """Raise OhmyError for a local item that is not there; contents are read later."""
    for item in items:
        if not s3_uri.is_s3(item) and not inputs.matches(item):
            inputs.expand([item], lambda _bucket, _key: [])


def in_s3(params: dict[str, t.Any]) -> tuple[str | None, dict[str, t.Any]]:
    """Return the bucket to stage in and the input that goes through it."""
    clients = Clients(params)
    account = clients.identity.account  # proves the credentials, even where a bucket is named
    bucket = params["bucket"] or f"ohmy-hadoop-{account}-{clients.region}"
    direct = params["input_mode"] == "direct"
    if direct:
        answers.refuse_patterns(params["input"])
    found = plan_input(bucket, params["input"], lambda name, key: s3.input_objects(clients.s3, name, key), direct)
    return bucket, found


def here(params: dict[str, t.Any]) -> tuple[str | None, dict[str, t.Any]]:
    """Return no bucket and the input that goes to the master without one; no call is made."""
    return None, plan_input(None, params["input"], lambda _bucket, _key: [])


def typed_steps(given: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return the steps with the types and defaults of the module's own options; raise OhmyError for what cannot be one."""
    validator = ArgumentSpecValidator(
        {**steps.SPEC, "name": {"type": "str"}, "mapper": {"type": "str", "required": True}}
    )
    found = []
    for number, step in enumerate(given, 1):
        # Ansible takes null for what has no choices only.
        checked = validator.validate({key: value for key, value in step.items() if value is not None})
        if checked.error_messages:
            raise OhmyError(
                f"Step {number}: {'; '.join(checked.error_messages)}.", "Give it the options that this module has."
            )
        found.append(checked.validated_parameters)
    return found


def require_place(params: dict[str, t.Any]) -> answers.Place:
    """Return where the answer is to lie, or raise OhmyError where nothing can."""
    try:
        return answers.place(params["output"])
    except OhmyError as exc:
        raise OhmyError(f"job_output: {exc.message}", exc.hint) from exc


def is_finished(params: dict[str, t.Any], place: answers.Place, fingerprint: str, bucket: str | None) -> bool:
    """Tell whether this job's whole answer is there and may be taken.

    :raises OhmyError: what is there is somebody else's, or is refused; or no answer can come for want of room.
    """
    existing = params["output_existing"]
    if place.kind == "s3":
        clients = Clients(params)
        answers.refuse_in_s3(place, params["input"], bucket)
        answer.require_bucket(clients, place.where, bucket)
        found = answer.state(answer.observe(clients.s3, place.where), fingerprint, existing)
    elif place.kind == "local":
        replaced = existing == "replaced"
        found = identity.output_state(
            place.where, fingerprint, replaced, params["output_decompress"], params["output_merged"]
        )
        if existing == "refused":
            identity.refuse_answer(place.where, fingerprint)
    else:
        return False
    finished = found == "finished" and existing != "replaced"
    if place.kind == "local" and not finished:
        identity.require_room(place.where)
    return finished


def run(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the plan; programs and local input are looked for before the first API call."""
    own = params["provider"] == "inventory"
    read = steps.read(params["name"], typed_steps(params["steps"]) if params["steps"] else [params])
    require_local(params["input"])
    place = require_place(params)
    if own:
        on_own_hosts.refuse(params["input"], params["input_mode"], place.where)
    if place.kind == "local":
        inputs.refuse_output_inside(params["input"], place.where)
    bucket, found = here(params) if own else in_s3(params)
    chain = steps.chain(read, found["digest"], found["hdfs"])
    last = chain[-1]
    fingerprint, job = last["fingerprint"], answers.job_id(last["fingerprint"], place)
    last.update(id=job, output=place.where if place.kind == "hdfs" else f"{steps.JOBS}/{job}/output")
    plan = {
        **{key: last[key] for key in ("id", "fingerprint", "commands", "files", "archives", "output")},
        "name": params["name"],
        "finished": is_finished(params, place, fingerprint, bucket),
        "bucket": bucket,
        "input": found,
        "steps": chain,
        "answer": {
            "kind": place.kind,
            "where": place.where,
            "copy_id": answers.copy_id(fingerprint, place),
            "existing": answers.before(place, params["output_existing"]),
            "write_uris": [place.where] if place.kind == "s3" else [],
        },
    }
    return {"changed": False, "plan": plan}


class Module(JobHider, AnsibleModule):
    """A module whose options may be refused for a secret."""


def main() -> None:
    """Run the module."""
    module = Module(
        argument_spec={**SPEC, **CONNECTION},
        supports_check_mode=True,
        required_one_of=[("mapper", "steps")],
        mutually_exclusive=[(name, "steps") for name in ("mapper", "reducer", "combiner")],
    )
    if module.params["provider"] == "ec2":
        require_boto3(module)
    try:
        result = run(module.params)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
