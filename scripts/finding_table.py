# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/preflight.md: what is tried before a job costs, and the table of what may be found."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.findings import KINDS
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.node_images import IMAGES

PAGE = """\
# Before a job costs

`run_job`, `launch`, `run` and `preflight` try a job on the controller before anything is launched;
`ansible-playbook ohmy.hadoop.preflight -e @job.yml` does nothing else, and `--check` on `run_job` does it too. `job_preflight` says
how much:

| `job_preflight` | |
| --- | --- |
| `full` | the programs and the input are checked, then `mapper \\| sort \\| reducer` runs on the first lines of the input |
| `static` | they are checked, nothing is run |
| `off` | neither |

An error ends the run with nothing launched; warnings and notes are shown. All of them are in the result of the module
`job_preflight`, each with the `id` of the table below.

## What AWS is asked

Before a launch `ec2_cluster` asks AWS, in a constant number of calls and in a check too, and refuses with one sentence and what to change:

| asked | by |
| --- | --- |
| may this caller launch each group, make the group and its rules, import the key | `DryRun` of the very calls, with their real parameters. The answer names the action that is missing and the statement of [iam/controller.json](iam/controller.json) that allows it |
| does the account's quota hold so many more vCPUs, on-demand and spot, in the class of these types | Service Quotas, and what runs in the account now. The number that would fit is named. Who may not read quotas gets a remark |
| do image and types agree in architecture and memory; does the zone offer the types | their descriptions; zones that offer the type and types that the zone offers are named |
| has the subnet free addresses, and a way to S3 | its description, routes and endpoints |

On a first launch the security group, the key pair and the profile are not there yet: it is asked without them, and once more when they
are made, before the first instance runs. IAM and S3 have no dry runs.

## What is checked

Programs are looked at as the nodes will run them: first lines, interpreters, line ends, syntax and imports of Python, files that do
not travel with the job, and files below the job's folder or the user's home that a Python program names by their whole paths. What
the nodes have is known of the official images {images}; with
`hadoop_packages` more is there, and `hadoop_node_python` says the version of any other node. What is not known is a warning, and is
checked on the master before the job is submitted.

The input is looked at by its names, sizes and first bytes: what is no text, packed under a false name, packed so that one map must read
all of it, or packed by a codec that Hadoop's archive lacks.

## What is tried

Local files packed by gzip, deflate or bzip2 are unpacked to their ends, the smaller ones first, as many as 5 s allow: one that was cut
off or damaged would fail its map after the launch. One that is larger than that, or lies in S3, is known by its beginning.

The sample is the first lines of at most six files, 1 MiB together, read from disk or by ranged requests from S3, and unpacked. On it
the programs run as the caller, in folders of their own, with the environment and the side files of a task, and with Hadoop's way of
cutting lines into keys, of sorting, and of parting keys among reduces. They really run on the controller, several times each: what
else they do than write their answer, such as to write a file by its whole path, to send something, or to delete it, they do here and
then. Who does not want that takes `static`. What they open by a whole path they find here as well, while a node has it not. Each run
may take 20 s, or a third of `job_preflight_seconds` where that is more, and `job_preflight_memory` (4 GiB); all together take
`job_preflight_seconds`. A program that is slow is tried on less, at last on 16 lines of each file; one that does not end on these in
what time is left, and that is 5 s or more, is taken for one that never ends. The answer of one map for each file and one reduce is
compared with those

- with as many reduces as the job asks for, where these are several, and with the combiner run once,
- with each file cut into three splits or more, and with several files in one map where small files share maps. The cuts are such
  that one of them falls within records of several lines, whatever the number of lines in each, and within quotes that go over a line
  end, as in CSV. With `job_lines_per_map` Hadoop cuts there, and so does this,
- of the same, run again: programs that do not repeat themselves cannot be judged further,
- with two reduces where one is asked for, with the values of a key in another order, and with the combiner run twice.

Where another answer comes out, the keys that differ are shown: on a cluster, Hadoop decides by itself how all this is done. Numbers with
a decimal point or an exponent that differ by no more than a part in 10⁹ are the same: a sum of such numbers comes out otherwise in its
last digits when it is added up in another order. So nothing is said of a program that prints all digits of one, though its answer may
differ in the last of them from run to run. Where a program rounds to fewer digits, and all that differs are such numbers, each by one
in its last digit at most, it is only a warning. Where a program fails, its last words are shown, and the line of the input that broke
it. Who means it so, submits the job with `job_preflight: static`.

Of a job with several steps each is tried on what the one before it made of the sample, and has its share of the time. Its answer is
taken to grow as the input does, which is the most that answers do as a rule; so what is expected of later steps is rather too much.

Java classes as programs, formats of input other than lines, and commands that this machine lacks cannot be tried; a note says so.

## What a cluster would bring

From the speed of the programs on the sample the report reckons how long they take on one machine for all of the input, how long the
job takes on the workers asked for, and from which number of workers on one more shortens it by less than 5 %. It is an idea, not a
promise: cores are taken to be as fast as this machine's, and launching and copying come on top. After the run the real time and
speedup stand beside it.

## On the master

Before anything is brought or submitted, the module `job_check` looks on the master at what only the cluster knows, in a second or two;
`job_preflight: off` leaves that out too:

- the interpreters that the programs ask for start, as the tasks' user and with a task's environment, and the modules that the programs
  import are found there; what travels with the job, in an archive too, is not missed;
- a map, a reduce and the application master beside one of them fit into the largest nodes;
- the queue is there and takes jobs;
- HDFS has room for what of the input is not there yet, times its replicas, and the workers' disks for what the maps write;
- where the answer is to go in HDFS lies nothing that the job may not replace;
- the archive of Hadoop on the nodes has the codecs that the job names, and those of its input;
- the master's own role may list input in S3, and read the first byte of one object of each place.

A job that runs already, or has succeeded, is not looked at again. Input that lies in HDFS already is not looked for in S3.

## What may be found

| id | severity | |
| --- | --- | --- |
{rows}

This page is made by `scripts/finding_table.py`.
"""


def page() -> str:
    """Return the whole page."""
    names = [image.name for image in IMAGES.values()]
    rows = [f"| `{name}` | {kind.severity} | {kind.meaning} |" for name, kind in KINDS.items()]
    return PAGE.format(images=f"{', '.join(names[:-1])} and {names[-1]}", rows="\n".join(rows))


if __name__ == "__main__":
    print(page(), end="")
