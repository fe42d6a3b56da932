# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What Hadoop and programs write when they fail, and what it means; a table, read from the top.

``{1}`` in a text is the pattern's first group. Wrappers such as "Streaming Command Failed!" are on purpose not here.
"""

from __future__ import annotations

import re
import typing as t


class Rule(t.NamedTuple):
    """One kind of failure."""

    pattern: t.Pattern[str]
    summary: str
    hint: str


def _rule(pattern: str, summary: str, hint: str = "") -> Rule:
    return Rule(re.compile(pattern, re.MULTILINE), summary, hint)


MEMORY_HINT = (
    "Python lives outside the Java heap: raise mapreduce.map.memory.mb or mapreduce.reduce.memory.mb in job_options, "
    "or keep less in memory."
)

S3 = (
    _rule(
        r"Bucket does not exist",
        "the S3 bucket does not exist, or not at this endpoint",
        "Check the bucket's name and region.",
    ),
    _rule(
        r"InvalidObjectState|not valid for the source object's storage class",
        "an object is archived (Glacier)",
        "Restore it first.",
    ),
    _rule(
        r"NoAuthWithAWSException|No AWS Credential",
        "the nodes have no credentials for S3",
        "Does the cluster have an instance profile?",
    ),
    _rule(
        r"ExpiredToken|security token included in the request is invalid",
        "the S3 credentials have expired",
        "Run the same command again.",
    ),
    _rule(
        r"RequestTimeTooSkewed|SignatureDoesNotMatch|InvalidAccessKeyId",
        "S3 refused the nodes' signature",
        "See whether the clock of the nodes is right.",
    ),
    _rule(
        r"AccessDeniedException: (s3a?://\S+?):|Status Code: 403",
        "S3 refused the nodes access to {1}",
        "The nodes' role needs s3:GetObject and s3:ListBucket there, and kms:Decrypt where the object is encrypted.",
    ),
    _rule(
        r"permanent redirect response to region (\S+?)\.\s",
        "the bucket lies in the region {1}",
        "Start the cluster there, or set fs.s3a.bucket.NAME.endpoint.region.",
    ),
    _rule(
        r"Status Code: 503|AWSServiceThrottled|Request throttled",
        "S3 asked to slow down",
        "Run the same command again; what was copied stays.",
    ),
    _rule(
        r"No such file or directory: (s3a?://\S+)|(s3a?://\S+) doesn't exist",
        "{1}{2} does not exist in S3",
        "List the prefix above it.",
    ),
)

SUBMIT = (
    _rule(
        r"Output directory (\S+) already exists",
        "the output {1} is there already",
        "Another job wrote it; name another output.",
    ),
    _rule(r"Input path does not exist: (.+)", "the input {1} is not in HDFS", "Look at the directory above it."),
    _rule(
        r"Input Pattern (.+) matches 0 files",
        "the input pattern {1} matches no file in HDFS",
        "Look at the directory above it.",
    ),
    _rule(
        r"Not a file: (\S+)",
        "the input has a directory inside: {1}",
        "Leave mapreduce.input.fileinputformat.input.dir.recursive as it is, or name its files.",
    ),
    _rule(
        r"File (\S+) does not exist",
        "the file {1} to ship with the job is missing on the master",
        "Run the same command again, with force.",
    ),
    _rule(
        r"Unrecognized option: (\S+)|Found (\d+) unexpected arguments",
        "Hadoop Streaming does not know {1}{2}",
        "Put a command with blanks and quotes into a script.",
    ),
    _rule(
        r"^-(\w+)\s*: class not found : (\S+)",
        "the class {2} for -{1} does not exist",
        "Check its name; streaming wants classes of org.apache.hadoop.mapred.lib.",
    ),
    _rule(
        r"(?:Name node|NameNode) is in safe mode", "HDFS is in safe mode", "Wait until enough DataNodes have reported."
    ),
    _rule(
        r"Permission denied: user=(\S+), access=(\w+), inode=\"([^\"]*)\"",
        "the user {1} lacks {2} permission on {3} in HDFS",
        "Let the module hdfs_path make the folder for that user.",
    ),
    _rule(
        r"The (?:DiskSpace|NameSpace) quota .*? is exceeded",
        "a quota in HDFS is exceeded",
        "Raise it by the module hdfs_path, or remove what is not needed.",
    ),
    _rule(
        r"could only be written to (\d+) of the .*?There are (\d+) datanode\(s\) running",
        "HDFS cannot store data: {2} DataNodes run, {1} of them can take a block",
        "With none running see the hadoop-datanode units; else their disks are full.",
    ),
    _rule(
        r"unknown queue: (\S+)", "there is no queue {1} in YARN", "See mapreduce.job.queuename in the job's options."
    ),
    _rule(r"Queue (\S+) is STOPPED", "the queue {1} is stopped", "Start it, or name another."),
    _rule(
        r"Invalid resource request.*?resource type=\[([\w-]+)\]",
        "a task asks for more {1} than any node has",
        "Lower mapreduce.map.memory.mb and mapreduce.reduce.memory.mb, or take larger instances.",
    ),
    _rule(
        r"exceeded the maximum (?:number|size) of submitted resources|single submitted resource",
        "the job's files are too large",
        "Put large ones into HDFS and let the programs read them there.",
    ),
    _rule(
        r"No FileSystem for scheme \"(\w+)\"",
        "Hadoop has no file system {1}://",
        "Objects in S3 are named s3a:// in Hadoop.",
    ),
    _rule(
        r"S3AFileSystem not found|NoClassDefFoundError: software/amazon",
        "this Hadoop lacks its S3 part",
        "See the archive.",
    ),
    _rule(r"No space left on device", "the master's disk is full", "Use a larger root disk."),
    _rule(
        r"Cannot initialize Cluster",
        "Hadoop's configuration on the master has no usable mapreduce.framework.name",
        "See /etc/hadoop/mapred-site.xml.",
    ),
    _rule(
        r"Call From \S+ to (\S+) failed on connection exception|Retrying connect to server: (\S+?)\. ",
        "{1}{2} does not answer",
        "See whether its unit runs: systemctl status 'hadoop-*' on the master.",
    ),
    _rule(r"^(?:Required argument: .*|No Arguments Given!)", "{0}"),
)

APPLICATION = (
    _rule(
        r"The required (MAP|REDUCE) capability is more than|(REDUCE) capability required is more than",
        "a task asks for more memory than any node has",
        "Lower mapreduce.map.memory.mb and mapreduce.reduce.memory.mb, or take larger instances.",
    ),
    _rule(
        r"cluster resource is empty",
        "no NodeManager is there to run the job",
        "See the hadoop-nodemanager units on the workers.",
    ),
    _rule(
        r"AM resource limit exceeded",
        "other jobs hold all places for application masters",
        "Wait for them, or kill one.",
    ),
    _rule(r"auxService:mapreduce_shuffle does not exist", "a NodeManager runs without its shuffle service"),
    _rule(
        r"Could not find or load main class \S*MRAppMaster",
        "the application master does not find Hadoop's classes",
        "HADOOP_MAPRED_HOME must stand in yarn.app.mapreduce.am.env.",
    ),
    _rule(
        r"Resource (\S+) changed on src filesystem",
        "{1} was overwritten while the job ran",
        "Run the same command again.",
    ),
    _rule(r"was killed by user (\S+)", "it was killed by the user {1}", "Run the same command again."),
    _rule(
        r"AM Container for \S+ exited with\s+exitCode: (-?\d+)",
        "the application master ended with exit code {1}",
        "Its log is in the evidence.",
    ),
)

ATTEMPT = (
    _rule(
        r"is running \d+B beyond the '(PHYSICAL|VIRTUAL)' memory limit\. Current usage: ([\d.]+ ?\w+) of ([\d.]+ ?\w+)",
        "it used {2} of {3} memory and was killed",
        MEMORY_HINT,
    ),
    _rule(
        r"beyond (?:the ')?(physical|virtual|PHYSICAL|VIRTUAL)'? memory limit",
        "it used more memory than its container has and was killed",
        MEMORY_HINT,
    ),
    _rule(
        r"elastic cgroups OOM handler",
        "the node had no memory left and killed it",
        "Run again or take larger instances.",
    ),
    _rule(r"beyond the container single log directory limit", "it wrote too much to stderr and was killed"),
    _rule(
        r"task timeout set: (\d+)s, taskTimedOut: true|Timed out after (\d+) secs",
        "it was silent for {1}{2} seconds and was killed",
        "A line of output or 'reporter:status:TEXT' on stderr counts as life; or raise mapreduce.task.timeout.",
    ),
    _rule(r"taskStuck: true", "its container never reported", "The node is slow or ill; run the same command again."),
    _rule(
        r"Cannot run program \"([^\"]*)\".*?error[=:] ?2\b",
        "Hadoop could not start {1}: no such file, or its first line names an interpreter that the nodes lack",
        "Ship it in job_files, name it without a directory, and see that its first line has no carriage return (CRLF).",
    ),
    _rule(
        r"Cannot run program \"([^\"]*)\".*?error[=:] ?13\b",
        "Hadoop could not start {1}: it is not executable",
        "Ship it with the job, which makes it executable, or change its mode.",
    ),
    _rule(
        r"Cannot run program \"([^\"]*)\".*?error[=:] ?7\b",
        "Hadoop could not start {1}: its environment is too large",
        "Name directories as input instead of thousands of files, or set stream.jobconf.truncate.limit=20000.",
    ),
    _rule(
        r"Too many counters: (\d+) max=(\d+)|Too many counter groups: (\d+)",
        "the program made too many counters",
        "A counter's name must not come from the data.",
    ),
    _rule(
        r"No space left on device|Could not find any valid local directory|No space available in any of the local",
        "the disk of a node is full",
        "Use larger disks, or set mapreduce.map.output.compress=true.",
    ),
    _rule(
        r"too much write to local file system|too much data in local scratch dir",
        "it wrote more to the local disk than allowed",
    ),
    _rule(
        r"error in shuffle in fetcher|Exceeded MAX_FAILED_UNIQUE_FETCHES|Too many fetch failures",
        "the reducers could not fetch the mappers' output from other nodes",
        "Is port 13562 open between the nodes?",
    ),
    _rule(
        r"Container released on a \*lost\* node|ran on unusable node (\S+)",
        "its node was lost {1}",
        "Run the same command again.",
    ),
    _rule(
        r"Resource (\S+) changed on src filesystem",
        "{1} was overwritten while the job ran",
        "Run the same command again.",
    ),
    _rule(r"MR(?:Output|Err)Thread failed", "its output is not in the form that Hadoop expects"),
)

STDERR = (
    _rule(
        r"/usr/bin/env: .*?\b([\w.+-]+)(?:\\r|\r).*?: No such file",
        "its first line ends in a carriage return (CRLF), so {1} was not found",
        "Save the program with Unix line ends: sed -i 's/\\r$//' FILE.",
    ),
    _rule(
        r"/usr/bin/env: [^\w]*([\w.+-]+)[^\w]*: No such file",
        "the nodes have no {1}",
        "Write python3 into the first line of the program, or install {1} on the nodes.",
    ),
    _rule(
        r"^\S+: (?:line )?\d+: (?:import|from|def|print|class)\b.*not found|Syntax error: word unexpected",
        "it has no first line that names its interpreter, so a shell ran it",
        "Begin the program with #!/usr/bin/env python3.",
    ),
    _rule(
        r"can't open file '([^']*)': \[Errno 2\]",
        "Python did not find {1}",
        "Ship it in job_files and name it without a directory.",
    ),
    _rule(
        r"ModuleNotFoundError: No module named '([^']*)'",
        "it needs the Python module {1}, which the nodes lack",
        "Ship a file of your own in job_files; install anything larger on the nodes.",
    ),
    _rule(
        r"UnicodeDecodeError: '([\w-]+)' codec can't decode byte (\S+)",
        "it read bytes that are not {1}",
        "Read sys.stdin.buffer, or set PYTHONIOENCODING=utf-8:surrogateescape in job_cmdenv.",
    ),
    _rule(r"^(?:MemoryError|.*Cannot allocate memory)", "it ran out of memory", MEMORY_HINT),
    _rule(
        r"^\w*:? ?'?\|'?: No such file", "its command holds a pipe, and no shell runs it", "Put the line into a script."
    ),
)


def match(rules: t.Iterable[Rule], text: str) -> tuple[str, str] | None:
    """Return (summary, hint) of the first rule that the text fits."""
    for rule in rules:
        found = rule.pattern.search(text)
        if found:
            return _fill(rule.summary, found), _fill(rule.hint, found)
    return None


def _fill(form: str, found: t.Match[str]) -> str:
    return re.sub(r"\{(\d)\}", lambda number: found.group(int(number.group(1))) or "", form).strip()
