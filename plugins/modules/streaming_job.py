#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: streaming_job
short_description: Run a Hadoop Streaming job, once
version_added: 1.0.0
description:
  - Brings the job's programs to the master and starts a follower there, a systemd unit that submits the job and
    watches it. The action plugin shows its progress until it ends.
  - The job belongs to the master. When the controller dies or the link is lost, it goes on (see O(on_disconnect)),
    and the same task run again attaches to it. A job that is finished is found finished.
  - When the job fails, the message holds the standard error of the task that failed.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.action
  - ohmy.hadoop._streaming
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
      - The name of the job on the master; by default the beginning of its O(fingerprint).
      - The same id with another specification is an error.
    type: str
  fingerprint:
    description:
      - The identity of the job, its programs, input and options; written into a hidden file beside the output, whose
        name it bears. An output that carries another one, or none, is never deleted.
      - By default one that is made of the commands, the contents of the files, the properties and the paths. Where the
        input's paths hold something new, O(force) runs the job again.
    type: str
  name:
    description: What the job is called in YARN and in the progress; by default its O(id).
    type: str
  input:
    description: Paths in HDFS, or C(s3a://) addresses that the nodes may read.
    type: list
    elements: str
    required: true
  output:
    description: The output directory, always in HDFS.
    type: str
    required: true
  mapper:
    description: The command of the mapper.
    type: str
    required: true
  reducer:
    description: The command of the reducer; without it the mapper's lines are the answer, sorted unless O(reduces=0).
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
        description: The path on the controller, taken as it is, since a name may hold C($) and C(~).
        type: str
        required: true
      name:
        description: The name in the task's working directory; by default that of O(files[].src).
        type: str
      sha256:
        description: The checksum that it must have; by default the one it has, which the action plugin fills in.
        type: str
  archives:
    description:
      - Archives that every task finds unpacked in its working directory, each in a folder of its own.
      - Their names end in C(.tar.gz), C(.tgz), C(.tar), C(.zip) or C(.jar).
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description: The path on the controller, taken as it is.
        type: str
        required: true
      name:
        description: The name of the folder; by default that of O(archives[].src) without its ending.
        type: str
      sha256:
        description: The checksum that it must have; by default the one it has, which the action plugin fills in.
        type: str
  reduces:
    description: The number of reduces; V(0) means that the mappers' output is the answer.
    type: int
    default: 1
  options:
    description:
      - Further properties of the job.
      - One that says what another option of this module says is refused, by its old name too.
    type: dict
    default: {}
  cmdenv:
    description:
      - Environment variables of the programs.
      - What is to arrive as it is written stands in quotes. YAML reads C(yes) as C(true) and C(1.10) as C(1.1).
    type: dict
    default: {}
  combine:
    description:
      - Let maps share small files where there are many more of them than cores, which changes no answer but saves a map's
        start for each file. Not done for programs that ask for the name of the file that they read
        (C(mapreduce_map_input_file)), nor where O(options) say how the input is cut.
      - When V(false), each file has a map of its own.
    type: bool
    default: true
  on_disconnect:
    description: What becomes of the job when its controller has not been heard for two minutes.
    type: str
    choices: [continue, kill]
    default: continue
  fail_fast:
    description:
      - Whether the job is killed with the first attempt of a task that fails. Hadoop itself tries each task four times, which
        helps where a node is ill, and not where a program is wrong.
    type: bool
    default: false
  timeout:
    description: After so many seconds the job is killed.
    type: int
    default: 86400
  retries:
    description:
      - How often the job is submitted again after a failure that may clear by itself, such as a lost node, safe mode or
        an S3 that asks to slow down. Its own half output is removed before.
      - A failure that would come back, such as an exception of the mapper, ends the job at once.
      - See RV(error.retry), and the table in C(docs/failures.md).
    type: int
    default: 2
  log_path:
    description: A file on the controller to which each change of the progress is appended.
    type: path
  existing:
    description:
      - Which answer may lie in O(output) when the job starts. With V(own) it is this job's, which is taken where it is whole; with
        V(any) another job's too, which is replaced; with V(none) any whole one is an error.
      - What no job of this collection wrote is never deleted.
    type: str
    choices: [own, any, none]
    default: own
  force:
    description:
      - Run a finished job again, and replace another job that has ended under this id.
      - The old output in HDFS is removed if it is this job's own. A job that runs is never replaced.
    type: bool
    default: false
  spool:
    description: The directory on the master to which the files were brought. The action plugin fills this in.
    type: path
"""

EXAMPLES = r"""
- name: Count words with a mapper and a reducer that lie beside the playbook
  ohmy.hadoop.streaming_job:
    name: wordcount
    input: [/data/books]
    output: /user/hadoop/wordcount/output
    mapper: python3 mapper.py
    reducer: python3 reducer.py
    files:
      - src: "{{ playbook_dir }}/mapper.py"
      - src: "{{ playbook_dir }}/reducer.py"
    reduces: 2
  delegate_to: demo-master
  become: true
  register: counted

- name: Show what Hadoop counted
  ansible.builtin.debug:
    msg: "{{ counted.counters.MAP_INPUT_RECORDS }} lines, {{ counted.bytes }} bytes of answer"

- name: Sort what each customer bought by price, the dearest first, and keep the answer packed
  ohmy.hadoop.streaming_job:
    input: [/data/bought]
    output: /user/hadoop/dearest/output
    mapper: cut -f1-3
    reducer: cat
    key_fields: 2
    partition_fields: 1
    sort: ["1", 2nr]
    output_compress: gzip
  delegate_to: demo-master
  become: true

- name: Find lines with a command that each node has, again though it was done
  ohmy.hadoop.streaming_job:
    input: [/data/books, /data/letters]
    output: /user/hadoop/whales/output
    mapper: grep -i whale
    reduces: 0
    options:
      stream.non.zero.exit.is.failure: false
    force: true
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
output:
  description: The output directory in HDFS.
  returned: always
  type: str
  sample: /user/hadoop/jobs/wordcount-1a2b3c4d/output
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
    left:
      description: About how many seconds the job has still to go, null where that is unknown.
      type: int
      sample: 40
first_failure:
  description: The first attempt of a task that failed, as in RV(error); null where none did. The job may have succeeded with another.
  returned: when it was watched
  type: dict
seconds:
  description: How long the job took, from its follower's start to its end.
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
  description: Why the job failed.
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
      description: What the program itself wrote to its standard error, for example a Python traceback.
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
              description: Its number in the file, null where the map did not begin with the file and it was not counted here.
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
  description: The job as the master knows it, before it was watched.
  returned: in check mode
  type: dict
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.hidden_options import JobHider
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    ensure_job,
    results,
    side_archives,
    streaming,
    streaming_options,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.identity import of_lone_job
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import SHIPPED
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.site import text_of
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs

ARGUMENT_SPEC: dict[str, t.Any] = {
    "id": {"type": "str"},
    "fingerprint": {"type": "str"},
    "name": {"type": "str"},
    "input": {"type": "list", "elements": "str", "required": True},
    "output": {"type": "str", "required": True},
    "mapper": {"type": "str", "required": True},
    "reducer": {"type": "str"},
    "combiner": {"type": "str"},
    "files": SHIPPED,
    "archives": SHIPPED,
    "reduces": {"type": "int", "default": 1},
    "options": {"type": "dict", "default": {}},
    "cmdenv": {"type": "dict", "default": {}},
    "combine": {"type": "bool", "default": True},
    "on_disconnect": {"type": "str", "choices": ["continue", "kill"], "default": "continue"},
    "fail_fast": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 86400},
    "retries": {"type": "int", "default": 2},
    "log_path": {"type": "path"},
    "existing": {"type": "str", "choices": ["own", "any", "none"], "default": "own"},
    "force": {"type": "bool", "default": False},
    "spool": {"type": "path"},
    **streaming_options.SPEC,
}
AS_THEY_ARE = (
    "id",
    "fingerprint",
    "input",
    "output",
    "mapper",
    "reducer",
    "combiner",
    "reduces",
    "on_disconnect",
    "fail_fast",
    "timeout",
    "retries",
)


def make_spec(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the follower's specification of the job."""
    return {
        "schema": 1,
        "kind": "streaming",
        "name": params["name"] or params["id"],
        "files": sorted(names(params)),
        "options": {key: text_of(value) for key, value in params["options"].items()},
        "cmdenv": {key: text_of(value) for key, value in params["cmdenv"].items()},
        **{key: params[key] for key in AS_THEY_ARE},
        **({} if params["combine"] else {"combine": False}),
        **({"existing": "any"} if params.get("existing") == "any" else {}),
        **({"archives": sorted(packed(params))} if packed(params) else {}),
        **streaming_options.given(params),
    }


def names(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return the names of the job's files in a task's working directory."""
    return [item["name"] or item["src"].rsplit("/", maxsplit=1)[-1] for item in params["files"]]


def packed(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return the names under which the job's archives travel."""
    return [
        side_archives.stored(item["src"], item["name"] or side_archives.split(item["src"])[1])
        for item in params.get("archives") or []
    ]


def is_whole(hdfs: WebHdfs, params: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the output is there, whole and this job's."""
    try:
        results.list_parts(hdfs, params["output"], params["fingerprint"])
    except OhmyError:
        return False
    return True


def check_output(hdfs: WebHdfs, params: t.Mapping[str, t.Any]) -> None:
    """Raise OhmyError for an output that must not be there when the job starts; of one's own the follower knows more."""
    if params["existing"] != "own":
        obstacle = results.obstacle(hdfs, params["output"], params["existing"], params["fingerprint"])
        if obstacle:
            raise obstacle


class Module(JobHider, AnsibleModule):
    """A module whose job may be refused for a secret."""


def main() -> None:
    """Start the job's follower or find it."""
    module = Module(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    try:
        require_root()
        # The action plugin has filled both in already.
        known = {**params, "files": [{**item, "name": name} for name, item in zip(names(params), params["files"])]}
        params["fingerprint"] = params["fingerprint"] or of_lone_job(known)
        params["id"] = params["id"] or params["fingerprint"][:16]
        pairs = [*zip(names(params), params["files"]), *zip(packed(params), params["archives"])]
        files = [{"name": name, "sha256": item["sha256"]} for name, item in pairs]
        spec = make_spec(params)
        streaming.check(spec)
        hdfs = open_doors().hdfs
        result = ensure_job.ensure_job(
            spec,
            ensure_job.spooled_files(files, params["spool"]),
            hdfs,
            lambda: is_whole(hdfs, params),
            params["force"],
            module.check_mode,
            before=lambda: check_output(hdfs, params),
        )
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(output=params["output"], **result)


if __name__ == "__main__":
    main()
