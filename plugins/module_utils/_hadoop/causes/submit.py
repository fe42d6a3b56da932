# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why nothing was submitted: the words of Hadoop's client."""

from __future__ import annotations

from .row import row

BIG_TASKS = "Lower job_map_memory, job_reduce_memory or job_vcores, or take larger instances."
# Where no task has to run for it, a unit that is down is what one meets first.
UNITS = "See whether its unit runs: systemctl status 'hadoop-*' on the master."

SUBMIT = (
    row(
        "output-exists", "submit follower", "the output {path} is there already",
        "Another job wrote it, or half of it: name another output, or move it. A whole answer holds a file _SUCCESS.", "no",
        r"Output directory (?P<path>\S+) already exists", r"Output path already exists : .*?(?P<path>[\w]*:?/\S+)",
    ),
    row(
        "input-missing", "submit", "the input {path} is not in HDFS", "Look at the directory above it.", "no",
        r"Input path does not exist: (?P<path>.+)", r"bad input path : (?P<path>.+)",
    ),
    row(
        "input-pattern-empty", "submit", "the input pattern {path} matches no file in HDFS",
        "Look at the directory above it.", "no", r"Input Pattern (?P<path>.+) matches 0 files",
    ),
    row(
        "input-has-folder", "submit", "the input has a directory inside: {path}",
        "Leave mapreduce.input.fileinputformat.input.dir.recursive as it is, or name its files.", "no",
        r"Not a file: (?P<path>\S+)",
    ),
    row(
        "streaming-jar-missing", "submit", "Hadoop Streaming's jar is not where it should be[: {path}]",
        "The archive of Hadoop is not whole: bring it again, or take another (docs/archives.md).", "no",
        r"JAR does not exist or is not a normal file: (?P<path>\S+)", r"ClassNotFoundException: -files",
    ),
    row(
        "shipped-file-missing", "submit", "the file {path} to ship with the job is missing on the master",
        "Run the same command again, with force.", "no",
        r"FileNotFoundException: File (?P<path>\S+) does not exist", r"^File: (?P<path>\S+) does not exist",
    ),
    row(
        "generic-option-late", "submit", "the option {option} came after one of Hadoop Streaming's own",
        "Leave it out of the command: properties go into job_options, files into job_files.", "no",
        r"Unrecognized option: (?P<option>-(?:D|conf|files|libjars|archives|fs|jt))\b",
    ),
    row(
        "option-unknown", "submit", "Hadoop Streaming does not know {option}",
        "Put a command with blanks and quotes into a script.", "no",
        r"Unrecognized option: (?P<option>\S+)", r"Found (?P<option>\d+ unexpected arguments) on the command line",
    ),
    row(
        "argument-missing", "submit", "Hadoop Streaming got no {option}",
        "Name input and output of the job; the collection always does.", "no",
        r"Required argument: (?P<option>-\w+)", r"No (?P<option>Arguments) Given!",
    ),
    row(
        "s3-part-missing", "submit attempt", "this Hadoop lacks its S3 part, hadoop-aws",
        "Take the Maven set of make archives, or lay hadoop_overlay over Apache's archive.", "no",
        r"Class org\.apache\.hadoop\.fs\.s3a\.S3AFileSystem not found",
    ),
    row(
        "aws-sdk-missing", "submit attempt", "this Hadoop lacks the AWS SDK that its S3 part needs",
        "Lay hadoop_overlay over Apache's archive: since 3.4.3 it comes without the SDK.", "no",
        r"NoClassDefFoundError: software/amazon",
    ),
    row(
        "class-not-found", "submit attempt distcp", "the class {name} does not exist[ (for -{option})]",
        "Check its name; streaming wants classes of org.apache.hadoop.mapred.lib.", "no",
        r"^-(?P<option>\w+)\s*: class not found ?: (?P<name>\S+)", r"ClassNotFoundException: Class (?P<name>\S+) not found",
        r"Compression codec (?P<name>\S+) was not found",
        r"instantiation exception (?:\S+\.)?ClassNotFoundException: (?P<name>\S+)",
    ),
    row(
        "property-of-new-api", "submit", "{name} belongs to Hadoop's newer interface, which streaming does not speak",
        "Set its older form in job_options: mapred.mapper.class, mapred.reducer.class, mapred.partitioner.class,"
        " mapred.input.format.class or mapred.output.format.class.", "no",
        r"(?P<name>[\w.]+) is incompatible with (?:map|reduce) compatib\w+ mode",
    ),
    row(
        "uri-scheme-unknown", "submit", "Hadoop has no file system {scheme}://", "Objects in S3 are named s3a:// in Hadoop.",
        "no", r"No FileSystem for scheme \"(?P<scheme>[\w+.-]+)\"",
    ),
    row(
        "safe-mode", "submit distcp", "HDFS is in safe mode",
        "It ends when enough DataNodes have reported; see the hadoop-datanode units if it does not.", "wait",
        r"(?:Name node|NameNode) is in safe mode",
    ),
    row(
        "staging-not-writable", "submit", "the job cannot be staged in HDFS[: {path}]",
        "Let the module hdfs_path make /tmp with the mode 1777.", "no",
        r"Permission denied: user=[^,]+, access=\w+, inode=\"(?P<path>/tmp(?:/hadoop-yarn[^\"]*)?)\"",
        r"The ownership on the staging directory (?P<path>\S+) is not as expected",
    ),
    row(
        "hdfs-permission", "submit distcp", "the user {user} lacks {access} permission on {path} in HDFS",
        "Let the module hdfs_path make the folder for that user.", "no",
        r"Permission denied: user=(?P<user>[^,\s]+), access=(?P<access>\w+), inode=\"(?P<path>[^\"]*)\"",
    ),
    row(
        "hdfs-quota", "submit attempt", "the {kind} quota of {path} in HDFS is exceeded",
        "Raise it by the module hdfs_path, or remove what is not needed.", "no",
        r"The (?P<kind>DiskSpace|NameSpace) quota (?:\([^)]*\) )?of (?:directory )?(?P<path>\S+) is exceeded",
    ),
    row(
        "hdfs-no-datanode", "submit attempt", "HDFS cannot store data: no DataNode runs",
        "See the hadoop-datanode units on the workers.", "wait",
        r"could only be written to \d+ of the \d+ minReplication nodes?\. There are 0 datanode\(s\) running",
    ),
    row(
        "hdfs-no-room", "submit attempt",
        "HDFS cannot store data: none of its {running} DataNodes takes a block[, {excluded} were tried]",
        "Their disks are full: remove what is not needed, or use more workers or larger disks.", "wait",
        r"could only be written to \d+ of the \d+ minReplication nodes?\. There are (?P<running>\d+) datanode\(s\) running"
        r" and (?P<excluded>\d+) node",
    ),
    row(
        "queue-unknown", "submit application", "there is no queue {queue} in YARN",
        "Name one in job_queue that is there; yarn queue -list all shows them.", "no", r"unknown queue: (?P<queue>\S+)",
    ),
    row(
        "queue-stopped", "submit application", "the queue {queue} is stopped", "Start it, or name another.", "no",
        r"Queue (?P<queue>\S+) is STOPPED",
    ),
    row(
        "queue-full", "submit application", "the queue {queue} takes no more than its {count} applications",
        "Wait until some have ended, or name another.", "wait",
        r"Queue (?P<queue>\S+) already has (?P<count>\d+) applications",
    ),
    row(
        "container-too-big", "submit application", "a task asks for more {resource} than any node has", BIG_TASKS, "config",
        r"Invalid resource request.*?resource type=\[(?P<resource>[\w-]+)\]",
    ),
    row(
        "side-files-too-big", "submit", "the job's files are more, or larger, than Hadoop is set to take",
        "Put large ones into HDFS and let the programs read them there.", "config",
        r"exceeded the maximum (?:number of|size of|size of a single) submitted resources?|of a single submitted resource",
    ),
    row(
        "master-disk-full", "submit", "the master's disk is full",
        "Use a larger root disk, or set stream.tmpdir in job_options to a place with room.", "config",
        r"No space left on device",
    ),
    row(
        "framework-missing", "submit", "Hadoop's configuration on the master has no usable mapreduce.framework.name",
        "See /etc/hadoop/mapred-site.xml.", "no", r"Cannot initialize Cluster",
    ),
    row(
        "history-unreachable", "submit", "the JobHistory server does not answer",
        "The job itself may have succeeded: see the unit hadoop-historyserver on the master.", "wait",
        r"Call From \S+ to \S+:10020 failed on", r"Retrying connect to server: \S+?:10020\b",
    ),
    row(
        "resourcemanager-unreachable", "submit", "the ResourceManager[ at {where}] does not answer", UNITS, "wait",
        r"Call From \S+ to (?P<where>\S+:803[0-3]) failed on", r"Retrying connect to server: (?P<where>\S+?:803[0-3])\b",
    ),
    row(
        "namenode-unreachable", "submit distcp", "the NameNode at {where} does not answer", UNITS, "wait",
        r"Call From \S+ to (?P<where>\S+) failed on (?:connection|socket timeout) exception",
        r"Retrying connect to server: (?P<where>\S+?)\. ",
    ),
    row(
        "files-of-one-name", "submit", "two of the files to ship have the same name, {path}",
        "Rename one: only one of them reaches the tasks.", "no",
        r"cache file \(\S+\) (?P<path>\S+) conflicts with cache file",
    ),
    row(
        "option-not-a-number", "submit", "its client said no word but that it failed, as it does when a number is none",
        "Look at the numbers among the job's options, such as mapreduce.job.maps.", "no",
        r"\A(?:(?:#|WARNING:|log4j:|SLF4J:)[^\n]*\n|\s)*Streaming Command Failed!\s*\Z",
    ),
)  # fmt: skip
