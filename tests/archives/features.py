# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of codecs and features in docs/archives.md: how each is tried on a node, and what Apache says of its own."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import codecs

PAGE = Path(__file__).resolve().parents[2] / "docs/archives.md"
TABLE = re.compile(r"(?<=<!-- measured -->\n\n).*?\n\n", re.DOTALL)
HEAD = "| what | Maven set (`make archives`), tried | Apache's archive, by its documentation, not run |\n| --- | --- | --- |\n"


@dataclass(frozen=True)
class Feature:
    """A line of the table; ``probe`` is a shell script on the master that ends with 0 where it works."""

    name: str
    probe: str
    apache: str


# One process without YARN: what is tried is the archive, and that tasks find it is shown by every job.
LOCAL = "-Dmapreduce.framework.name=local -Dfs.defaultFS=file:/// -Dhadoop.tmp.dir=/tmp/ohmy-tmp"
OUTPUT = "mapreduce.output.fileoutputformat.compress"
# A frame of zstd with one raw block that holds "b\n", as RFC 8878 writes it.
RAW_ZSTD = r"\050\265\057\375\040\002\021\000\000b\n"


def _codec(codec: codecs.Codec) -> Feature:
    """Write with streaming, then read what was written; zstd's input is there already where it cannot be written."""
    script = f"""
        rm -rf /tmp/probe && mkdir -p /tmp/probe/in && printf 'b\\na\\n' >/tmp/probe/in/x
        mapred streaming {LOCAL} -D{OUTPUT}=true -D{OUTPUT}.codec={codec.full} \\
          -input /tmp/probe/in -output /tmp/probe/packed -mapper cat -reducer cat
        test -s /tmp/probe/packed/part-00000{codec.suffix}
        ! cmp -s /tmp/probe/packed/part-00000{codec.suffix} /tmp/probe/in/x
        mapred streaming {LOCAL} -input /tmp/probe/packed -output /tmp/probe/plain -mapper cat -reducer cat
        cut -f1 /tmp/probe/plain/part-00000 | tr '\\n' ' ' | grep -qx 'a b '
        """
    apache = {
        "zstd": "yes, by libhadoop, where the node has libzstd",
        "lz4": "yes, in Java",
        "snappy": "yes, by a library in its jar",
    }
    return Feature(f"{codec.name} (`{codec.suffix}`), read and write", script, apache.get(codec.name, "yes"))


FEATURES = [
    *map(_codec, codecs.CODECS),
    Feature(
        "zstd, read only",
        f"rm -rf /tmp/zst && mkdir /tmp/zst && printf '{RAW_ZSTD}' >/tmp/zst/x.zst\n"
        'test "$(hadoop fs -text file:///tmp/zst/x.zst)" = b',
        "as above",
    ),
    Feature(
        "libhadoop, the native library", "hadoop checknative | grep -q '^hadoop: *true'", "yes, for amd64 or arm64"
    ),
    Feature(
        "short-circuit reads",
        "hadoop fs -mkdir -p probe && printf 'x\\n' | hadoop fs -put -f - probe/x\n"
        "hadoop fs -Ddfs.client.read.shortcircuit=true -Ddfs.domain.socket.path=/run/probe -cat probe/x >/tmp/said 2>&1\n"
        "! grep -q 'cannot be used' /tmp/said",
        "yes, with libhadoop",
    ),
    Feature(
        "LinuxContainerExecutor",
        "test -x /opt/ohmy/hadoop/bin/container-executor",
        "yes; here its rights are not set, and tasks run as yarn",
    ),
    Feature(
        "s3a, with the node's own role",
        'url=$(/usr/bin/python3 -c \'import json; print(json.load(open("/etc/ohmy/document.json"))["hadoop"]["url"])\')\n'
        'hadoop fs -head "s3a${url#s3}" | grep -qa hadoop-3.5.0',
        "with `hadoop-s3-3.5.0.tar` laid over it",
    ),
    Feature(
        "distcp",
        "hadoop fs -mkdir -p probe && rm -rf /tmp/copy && mkdir /tmp/copy && echo x >/tmp/copy/x\n"
        "hadoop distcp -Dmapreduce.framework.name=local -Dhadoop.tmp.dir=/tmp/ohmy-tmp -overwrite file:///tmp/copy /user/hadoop/probe/copy\n"
        'test "$(hadoop fs -cat probe/copy/x)" = x',
        "yes",
    ),
    Feature("Hadoop Streaming", "mapred streaming -info | grep -q -- -mapper", "yes, of its own version"),
    Feature(
        "Streaming of the same version as the rest",
        "ls /opt/ohmy/hadoop/share/hadoop/tools/lib | grep -qx 'hadoop-streaming-3.5.0.jar'",
        "yes",
    ),
    Feature(
        "web pages of NameNode and ResourceManager",
        '/usr/bin/python3 -c "import sys, urllib.request as u; [u.urlopen(a, timeout=20).read() for a in sys.argv[1:]]" '
        "http://$MASTER:9870/dfshealth.html http://$MASTER:8088/cluster",
        "yes",
    ),
    Feature("balancer", "hdfs balancer -help | grep -q -- -threshold", "yes"),
    Feature("`hadoop archive`, KMS, HttpFS, Router, NFS, YARN services", "hadoop archive -usage", "yes"),
]


def script(feature: Feature) -> str:
    """Return what bash is to run for a feature."""
    return f"set -euo pipefail\ncd /tmp\n{textwrap.dedent(feature.probe)}"


def table(measured: dict[str, bool]) -> str:
    """Return the lines of the table, given what was found."""
    lines = [f"| {one.name} | {'yes' if measured[one.name] else 'no'} | {one.apache} |\n" for one in FEATURES]
    return HEAD + "".join(lines) + "\n"


def written() -> str:
    """Return the table that stands in the documentation."""
    found = TABLE.search(PAGE.read_text("utf-8"))
    return found[0] if found else ""


def write(text: str) -> None:
    """Put a table into the documentation."""
    PAGE.write_text(TABLE.sub(lambda _old: text, PAGE.read_text("utf-8")), "utf-8")
