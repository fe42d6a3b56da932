# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why a task failed: what Hadoop wrote of the attempt."""

from __future__ import annotations

from .row import row

# A broken pipe beside another exit code than 0 is a consequence.
EXITED_WELL = r"\A(?![\s\S]*subprocess (?:failed with|exited with error) code [1-9])[\s\S]*"
NO_START = r"Cannot run program \"(?P<program>[^\"]*)\".*?error[=:] ?"

ATTEMPT = (
    row(
        "task-timeout", "attempt", "it was silent for {seconds} seconds and was killed",
        "Mend it where it runs in circles; where it only takes long, a line of output or 'reporter:status:TEXT' on stderr "
        "counts as life, or raise job_task_timeout.",
        "config", r"task timeout set: (?P<seconds>\d+)s, taskTimedOut: true", r"Timed out after (?P<seconds>\d+) secs",
    ),
    row(
        "container-stuck", "attempt", "its container never reported", "The node is slow or ill; run the same command again.",
        "yes", r"taskStuck: true",
    ),
    row(
        "program-crlf", "attempt stderr",
        "the first line of its program ends in a carriage return (CRLF), so [{interpreter}] was not found",
        "Save the program with Unix line ends: sed -i 's/\\r$//' FILE.", "no",
        NO_START + r"2\b[\s\S]*^First line of .*?: #! *(?P<interpreter>\S+?)(?: [^\r\n]*)?(?:\r|\\r)",
        r"/usr/bin/env: .*?\b(?P<interpreter>[\w.+-]+)(?:\\r|\r).*?: No such file",
    ),
    row(
        "interpreter-missing", "attempt stderr", "the nodes have no {interpreter}",
        "Name what they have in the first line of the program, such as #!/usr/bin/env python3, or install {interpreter} "
        "on the nodes.", "no",
        NO_START + r"2\b[\s\S]*^First line of .*?: #! *(?P<interpreter>\S+)",
        r"/usr/bin/env: [^\w]*(?P<interpreter>[\w.+-]+)[^\w]*: No such file",
    ),
    row(
        "program-not-shipped", "attempt",
        "Hadoop could not start {program}: no such file, or its first line names an interpreter that the nodes lack",
        "Ship it in job_files, name it without a directory, and see that its first line has no carriage return (CRLF).", "no",
        NO_START + r"2\b",
    ),
    row(
        "program-not-executable", "attempt", "Hadoop could not start {program}: it is not executable",
        "Ship it with the job, which makes it executable, or change its mode.", "no", NO_START + r"13\b",
    ),
    row(
        "environment-too-large", "attempt", "Hadoop could not start {program}: its environment is too large",
        "Name directories as input instead of thousands of files, or set stream.jobconf.truncate.limit=20000 in job_options.",
        "config", NO_START + r"7\b",
    ),
    row(
        "too-many-counters", "attempt", "the program made too many counters[: {count}]",
        "A counter's name must not come from the data.", "no",
        r"Too many counters: (?P<count>\d+) max=\d+", r"Too many counter groups: (?P<count>\d+)",
    ),
    row(
        "node-disk-full", "attempt container stderr", "the disk of a node is full",
        "Use larger disks, or pack what goes from maps to reduces: job_map_output_compress.", "config",
        r"No space left on device|Could not find any valid local directory|No space available in any of the local",
        r"(?:Most|All) of the disks failed|All disks failed", r"^exit status -101$",
    ),
    row(
        "local-write-limit", "attempt", "it wrote more to the local disk than it may",
        "Raise mapreduce.task.local-fs.write-limit.bytes or mapreduce.job.local-fs.single-disk-limit.bytes in job_options.",
        "config", r"too much write to local file system|too much data in local scratch dir",
    ),
    row(
        "shuffle-failed", "attempt", "the reducers could not fetch the mappers' output from other nodes[, last from {node}]",
        "Is port 13562 open between the nodes? If it is always the same node, that one is ill.", "yes",
        r"Too many fetch failures\. Failing the attempt\. Last failure reported by \S+ from host (?P<node>\S+)",
        r"error in shuffle in fetcher|Exceeded MAX_FAILED_UNIQUE_FETCHES|[Tt]oo many fetch.failures",
    ),
    row(
        "java-heap", "attempt", "Java's heap in its container was too small",
        "Raise mapreduce.map.java.opts or mapreduce.reduce.java.opts in job_options, and the container's memory with it.",
        "config", r"(?:OutOfMemoryError|Error): (?:Java heap space|GC overhead limit exceeded)",
    ),
    row(
        "input-block-missing", "attempt", "no DataNode that is up has a block of {path}",
        "See which DataNodes are down; with a copy of the input run the same command again.", "yes",
        r"Could not obtain block: \S+ file=(?P<path>\S+)",
    ),
    row(
        "input-not-sequence-file", "attempt", "{path} is no SequenceFile", "Leave job_input_format out where the input is text.",
        "no", r"(?P<path>\S+) not a SequenceFile",
    ),
    row(
        "codec-missing", "attempt", "this Hadoop cannot decompress {codec}",
        "See the table of codecs in docs/archives.md; compress the input otherwise, or take another archive.", "no",
        r"native (?P<codec>\w+) library (?:is )?not available",
    ),
    row(
        "input-corrupt", "attempt", "its input is damaged, or is not compressed as its name says[ ({words})]",
        "Test it, as by gzip -t, and bring it again.", "no",
        r"(?P<words>not a gzip file|incorrect header check|invalid (?:stored block lengths|block type|code lengths set"
        r"|distance (?:too far back|code))|(?:incorrect|invalid) data check|gzip stream CRC failure|stored gzip CRC does not match\w*"
        r"|Stream is not BZip2 formatted|[Bb]ad block header|[Cc]rc error|Unexpected end of input stream)",
    ),
    row(
        "java-options", "attempt stderr", "Java cannot start with the options it was given[: {words}]",
        "Correct the properties in job_options whose names end in java.opts or command-opts.", "config",
        r"(?P<words>[^\n]+)\nError: Could not create the Java Virtual Machine", r"Could not create the Java Virtual Machine",
    ),
    row(
        "property-impossible", "attempt", "{name} cannot be {value}", "Correct it in job_options.", "config",
        r"Invalid \"(?P<name>[\w.-]+)\": (?P<value>\S+)",
    ),
    row(
        "output-form", "attempt", "its output is not in the form that Hadoop expects",
        "Its lines must be UTF-8, or what stream.map.output and stream.reduce.output in job_options say.", "no",
        r"MR(?:Output|Err|Output/MRErr)Thread failed",
    ),
    row(
        "input-closed", "attempt-end", "it ended, or closed its standard input, before it had read all of it",
        "Read stdin to the end, and do not close it: for _ in sys.stdin: pass.", "no", r"subprocess still running",
    ),
    row(
        "input-not-read", "attempt-end", "it ended before it had read all its input",
        "Read stdin to the end: for _ in sys.stdin: pass.", "no",
        EXITED_WELL + r"(?:Broken pipe|subprocess exited successfully)",
    ),
)  # fmt: skip
