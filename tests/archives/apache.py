# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive with the layout of Apache's own, made from ours: what lies where, what is there twice, what is missing.

The scripts in it are ours: Apache's own are tried where a real archive is at hand (``OHMY_APACHE_TARBALL``).
"""

from __future__ import annotations

import os
import re
import shutil
import tarfile
from pathlib import Path

NAME = "hadoop-3.5.0"
# s3a's SDK and what only that needs; Apache's archive has none of it since 3.4.3.
LACKS = re.compile(
    r"(analyticsaccelerator-s3|eventstream|reactive-streams|annotations|apache-client|arns|auth|aws-core|"
    r"aws-query-protocol|aws-xml-protocol|checksums|checksums-spi|crt-core|endpoints-spi|http-auth|http-auth-aws|"
    r"http-auth-aws-eventstream|http-auth-spi|http-client-spi|identity-spi|json-utils|metrics-spi|netty-nio-client|"
    r"profiles|protocol-core|regions|retries|retries-spi|s3|s3-transfer-manager|sdk-core|sts|third-party-jackson-core|"
    r"utils|utils-lite)-\d[\d.]*\.jar"
)
EMPTY = '<?xml version="1.0"?>\n<configuration>\n</configuration>\n'
TEXTS = {
    "LICENSE.txt": "licence\n",
    "NOTICE.txt": "notice\n",
    "README.txt": "readme\n",
    "etc/hadoop/core-site.xml": EMPTY,
    "etc/hadoop/hdfs-site.xml": EMPTY,
    "etc/hadoop/hadoop-env.sh": "# Nothing is set here.\n",
    "etc/hadoop/workers": "localhost\n",
    "etc/hadoop/shellprofile.d/example.sh": "# An example.\n",
    "include/hdfs.h": "/* a header */\n",
    "lib/native/libhadoop.so.1.0.0": "no library\n",
    "lib/native/libhdfs.so.0.0.0": "no library\n",
    "lib/native/examples/hdfs.c": "/* an example */\n",
    "libexec/tools/hadoop-distcp.sh": "# A profile.\n",
    "sbin/start-dfs.sh": "#!/bin/sh\nexit 1\n",
    "share/doc/hadoop/index.html": "<html></html>\n",
}
LINKS = {"lib/native/libhadoop.so": "libhadoop.so.1.0.0", "lib/native/libhdfs.so": "libhdfs.so.0.0.0"}
# Apache packs these once for HDFS and once for all.
TWICE = ("guava-", "netty-all-", "jackson-core-", "slf4j-api-", "commons-io-")


def build(ours: Path, target: Path) -> Path:
    """Write ``hadoop-3.5.0.tar.gz`` into the folder *target* from our own archive, and return its path."""
    tree = target / "tree"
    with tarfile.open(ours) as archive:
        archive.extractall(tree)
    root = tree / NAME
    libraries = root / "share/hadoop"
    missing = [path for path in libraries.rglob("*.jar") if LACKS.fullmatch(path.name)]
    assert len(missing) > 30, missing
    for path in [*missing, libraries / "classpath.jar", root / "libexec/class-data"]:
        path.unlink()
    # Since 3.4.3 the connectors themselves lie where every class path has them.
    for path in (libraries / "tools/lib").glob("hadoop-aws-*.jar"):
        path.rename(libraries / "common/lib" / path.name)
    for path in list((libraries / "common/lib").glob("*.jar")):
        if path.name.startswith(TWICE):
            shutil.copyfile(path, libraries / "hdfs/lib" / path.name)
    (libraries / "client").mkdir()
    for name, text in TEXTS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, aim in LINKS.items():
        os.symlink(aim, root / name)
    path = target / f"{NAME}.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.add(root, NAME)
    shutil.rmtree(tree)
    return path
