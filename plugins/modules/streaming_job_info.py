#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: streaming_job_info
short_description: Tell which jobs the master knows and how they are doing
version_added: 1.0.0
description:
  - Reads what the followers on the master wrote down, of streaming jobs and of copies alike.
  - Can wait on the master for a change, which costs one module run instead of many.
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
  check_mode:
    details:
      - This module does not modify any state, but for the time of the last sign of life with O(touch).
  platform:
    platforms: posix
options:
  id:
    description: The job; without it, all of them.
    type: str
  wait:
    description: How long to wait for a change of the job, in seconds, at most 60. Only with O(id).
    type: int
    default: 0
  known:
    description:
      - The RV(jobs[].digest) that is known already. The answer comes at once when there is news, and within 3 seconds when the
        job has only gone on.
    type: str
  touch:
    description: Tell the job's follower that its controller lives. Only with O(id).
    type: bool
    default: false
  tasks:
    description:
      - Tell too what the tasks of each job did that has ended, by the history that Hadoop keeps of it for a week, and what
        runs on this node.
      - Costs four requests for each job, however many tasks it has.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: List the jobs
  ohmy.hadoop.streaming_job_info:
  delegate_to: demo-master
  become: true
  register: known

- name: Show how they are doing
  ansible.builtin.debug:
    msg: "{{ known.jobs | items2dict(key_name='id', value_name='state') }}"

- name: Ask what the tasks of one did
  ohmy.hadoop.streaming_job_info:
    id: wordcount-1a2b3c4d
    tasks: true
  delegate_to: demo-master
  become: true
  register: ended

- name: Show its slowest reduces
  ansible.builtin.debug:
    msg: "{{ ended.jobs[0].tasks.reduce.slowest }}"
"""

RETURN = r"""
jobs:
  description: The jobs by id; empty where there is none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The job's id.
      type: str
      sample: wordcount-1a2b3c4d
    name:
      description: What it is called.
      type: str
      sample: wordcount
    kind:
      description: What kind of job it is, V(streaming) or V(distcp).
      type: str
      sample: streaming
    state:
      description: One of V(starting), V(running), V(succeeded), V(failed), V(killed).
      type: str
      sample: running
    following:
      description: Whether its follower runs.
      type: bool
    digest:
      description: Stands for this very state, see O(known).
      type: str
      sample: 0f1e2d3c4b5a6978-8796a5b4c3d2e1f0
    application_id:
      description: The application that runs it, null before there is one.
      type: str
      sample: application_1700000000000_0001
    progress:
      description: How far it is.
      type: dict
      contains:
        map:
          description: Percent of the maps.
          type: int
          sample: 50
        reduce:
          description: Percent of the reduces.
          type: int
          sample: 0
        text:
          description: What it is doing.
          type: str
          sample: 3 of 6 maps done
        left:
          description: About how many seconds it has still to go, null where that is unknown.
          type: int
          sample: 40
    counters:
      description: Hadoop's counters by name, the program's own by C(group.name).
      type: dict
    started:
      description: When its follower began, in seconds since 1970.
      type: float
    finished:
      description: When it ended, in seconds since 1970; null before.
      type: float
    output:
      description: What it made; null before its end.
      type: dict
      contains:
        files:
          description: The number of files.
          type: int
        bytes:
          description: Their size together.
          type: int
    tries:
      description: The submissions that failed, in their order; a job that succeeded at last has those before it.
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
    age:
      description: How many seconds ago its follower began, or how long it took.
      type: float
      sample: 31.4
    first_failure:
      description: The first attempt of a task that failed, with the keys of RV(jobs[].error); null where none did.
      type: dict
    error:
      description: Why it failed; null where it did not.
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
          description: What the program itself wrote to its standard error.
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
              description: Hadoop's own words with Java's stack.
              type: str
    tasks:
      description: What its tasks did; null where nobody knows, see RV(jobs[].tasks_missing).
      returned: with O(tasks)
      type: dict
      contains:
        submitted:
          description: When the job was submitted, in seconds since 1970; null where that is not known.
          type: float
        launched:
          description: When its first tasks could begin.
          type: float
        finished:
          description: When it ended.
          type: float
        number:
          description: The number of all attempts.
          type: int
          sample: 6
        attempts:
          description: At most 600 attempts in the order of their starts, the first 200 that did not succeed and the longest.
          type: list
          elements: dict
          contains:
            id:
              description: The attempt, without the job's own number.
              type: str
              sample: m_000000_0
            kind:
              description: V(map) or V(reduce).
              type: str
              sample: map
            state:
              description: V(succeeded), V(failed), V(killed) or V(unfinished).
              type: str
              sample: succeeded
            node:
              description: The node on which it ran.
              type: str
              sample: worker-1
            locality:
              description: How near it ran to its data, V(NODE_LOCAL), V(RACK_LOCAL) or V(OFF_SWITCH).
              type: str
              sample: NODE_LOCAL
            started:
              description: When it began, in seconds since 1970.
              type: float
            finished:
              description: When it ended.
              type: float
            shuffled:
              description: When a reduce had all that the maps made for it.
              type: float
            records:
              description: The records that it read.
              type: int
            keys:
              description: The keys that a reduce read.
              type: int
            bytes:
              description: The bytes that a map wrote, or that a reduce fetched from the maps.
              type: int
            error:
              description: The beginning of Hadoop's words on one that did not succeed.
              type: str
        nodes:
          description: At most 200 nodes, those with most work first.
          type: list
          elements: dict
          contains:
            name:
              description: The node.
              type: str
            map:
              description: The number of attempts of maps.
              type: int
            reduce:
              description: The number of attempts of reduces.
              type: int
            unsuccessful:
              description: The number of those that did not succeed.
              type: int
            seconds:
              description: The time that all of them took together.
              type: float
        locality:
          description: How many maps that succeeded ran how near to their data.
          type: dict
          sample: {NODE_LOCAL: 4}
        map:
          description: What the maps that succeeded did together.
          type: dict
          contains: &kind
            number:
              description: How many there are.
              type: int
            median_seconds:
              description: Half of them took less; null where there are none.
              type: float
            longest_seconds:
              description: The time of the longest; null where there are none.
              type: float
            records:
              description: The records that they read.
              type: int
            keys:
              description: The keys that reduces read; 0 for maps.
              type: int
            bytes:
              description: The bytes that maps wrote, or that reduces fetched from the maps.
              type: int
            slowest:
              description: The ten that took longest.
              type: list
              elements: dict
              contains: &ranked
                id:
                  description: The attempt, as in RV(jobs[].tasks.attempts[].id).
                  type: str
                node:
                  description: The node on which it ran.
                  type: str
                seconds:
                  description: How long it took.
                  type: float
                records:
                  description: The records that it read; null where that is not known, as below.
                  type: int
                keys:
                  description: The keys that a reduce read.
                  type: int
                bytes:
                  description: The bytes that a map wrote, or that a reduce fetched.
                  type: int
            largest:
              description: The ten that read most records.
              type: list
              elements: dict
              contains: *ranked
        reduce:
          description: What the reduces that succeeded did together.
          type: dict
          contains: *kind
        left_out:
          description: What these lists do not tell; empty where they tell all.
          type: str
    tasks_missing:
      description: Why it is not known what its tasks did.
      returned: with O(tasks)
      type: str
versions:
  description: What runs on this node; each is empty where it is not known.
  returned: with O(tasks)
  type: dict
  contains:
    hadoop:
      description: Hadoop.
      type: str
      sample: 3.5.0
    java:
      description: Java.
      type: str
      sample: 17.0.13+11
    python:
      description: Python.
      type: str
      sample: 3.11.2
    system:
      description: The distribution.
      type: str
      sample: Debian GNU/Linux 12 (bookworm)
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import job_look, jobs, task_history
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors, read_conf, read_document
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import ENDED, ROOT
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.software import versions

LONGEST_WAIT = 60

ARGUMENT_SPEC: dict[str, t.Any] = {
    "id": {"type": "str"},
    "wait": {"type": "int", "default": 0},
    "known": {"type": "str", "no_log": False},
    "touch": {"type": "bool", "default": False},
    "tasks": {"type": "bool", "default": False},
}


def look(params: t.Mapping[str, t.Any], root: str = ROOT) -> list[dict[str, t.Any]]:
    """Return the jobs that were asked for."""
    if params["id"] is None:
        found = [job_look.look(job, root=root) for job in jobs.known_jobs(root)]
    else:
        see = job_look.attend if params["touch"] else job_look.look
        wait = max(0, min(params["wait"], LONGEST_WAIT))
        found = [see(params["id"], wait, params["known"], root)]
    return [job for job in found if job is not None]


def tasks(job: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what the tasks of a job did, or why that is not known; whatever the reason, the rest is told."""
    if job["state"] not in ENDED or not job["application_id"]:
        return {"tasks": None, "tasks_missing": "The job has not run to its end."}
    try:
        found = task_history.tasks_of(
            open_doors(), read_conf(), str(job["application_id"]), float(job["finished"] or 0)
        )
    except (OhmyError, OSError, LookupError, TypeError, ValueError) as exc:
        return {"tasks": None, "tasks_missing": str(exc) or type(exc).__name__}
    return {"tasks": found, "tasks_missing": ""}


def main() -> None:
    """Look."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        require_root()
        found = look(module.params)
        more: dict[str, t.Any] = {}
        if module.params["tasks"]:
            found = [{**job, **tasks(job)} for job in found]
            more["versions"] = versions(read_document())
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(changed=False, jobs=found, **more)


if __name__ == "__main__":
    main()
