# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hadoop's class data in the archive of Java: used where nodes have Hadoop, and nowhere else in the way."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "archives"))
import places

import build
import layout
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import task_jvm

ARCHIVES = ROOT / "build/archives"
NAMES = (ROOT / "archives/classes.txt").read_text().splitlines()
VERSION = "org.apache.hadoop.util.VersionInfo"

needs_mounts = pytest.mark.skipif(not places.possible(), reason="this machine allows no mounts in a namespace")


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives, unpacked with the times that they give."""
    root = tmp_path_factory.mktemp("trees")
    for archive, name in ((build.HADOOP_FILE, "hadoop"), (build.JAVA_FILE, "java")):
        with tarfile.open(ARCHIVES / archive) as source:
            top = source.next()
            assert top is not None
            source.extractall(root)
        (root / top.name).rename(root / name)
    return root


def loads(trees: Path, mount: Path, *command: str, hadoop: str = "hadoop", **environment: str) -> tuple[str, str]:
    """Run a command that sees the trees where nodes have them; return its output and where Hadoop's first class was from."""
    log = mount.with_name("classes.log")
    options = f"-Xlog:class+load:file={log}"
    full = {
        "PATH": os.environ["PATH"],
        "HADOOP_LOG_DIR": str(mount.parent),
        "HADOOP_CLIENT_OPTS": options,
        **environment,
    }
    mount.mkdir(exist_ok=True)
    argv = places.command(mount, trees / hadoop, trees / "java", *command)
    done = subprocess.run(argv, env=full, stdout=-1, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    line = next(line for line in log.read_text().splitlines() if f" {VERSION} " in line)
    return done.stdout, line.partition(" source: ")[2]


@needs_mounts
def test_commands_take_hadoops_classes_from_it(trees: Path, tmp_path: Path) -> None:
    said, source = loads(trees, tmp_path / "mount", "/opt/ohmy/hadoop/bin/hdfs", "version", HADOOP_OPTS="-Xshare:on")
    assert said.startswith("Hadoop 3.5.0\n") and source == "shared objects file"


@needs_mounts
def test_it_is_not_copied_to_another_address(trees: Path, tmp_path: Path) -> None:
    said, _source = loads(
        trees, tmp_path / "mount", "/opt/ohmy/hadoop/bin/hdfs", "version", HADOOP_OPTS="-Xlog:cds=info"
    )
    assert "static  region #1 at base 0x00000008" in said


@needs_mounts
def test_an_option_of_the_user_wins(trees: Path, tmp_path: Path) -> None:
    own = "-XX:SharedArchiveFile=/opt/ohmy/java/lib/server/classes.jsa"
    _said, source = loads(trees, tmp_path / "mount", "/opt/ohmy/hadoop/bin/hdfs", "version", HADOOP_OPTS=own)
    assert source.endswith(".jar")


@needs_mounts
def test_a_class_path_that_comes_first_does_without(trees: Path, tmp_path: Path) -> None:
    own = {"HADOOP_CLASSPATH": "/usr", "HADOOP_USER_CLASSPATH_FIRST": "true", "HADOOP_OPTS": "-Xshare:on"}
    _said, source = loads(trees, tmp_path / "mount", "/opt/ohmy/hadoop/bin/hdfs", "version", **own)
    assert source.endswith(".jar")


@needs_mounts
def test_other_jars_do_without_and_nothing_is_said(trees: Path, tmp_path: Path) -> None:
    subprocess.run(["cp", "-a", "--reflink=auto", str(trees / "hadoop"), str(trees / "other")], check=True)
    jar = next((trees / "other/share/hadoop/common/lib").glob("guava-*.jar"))
    jar.touch()
    here = loads(trees, tmp_path / "mount", "/opt/ohmy/hadoop/bin/hdfs", "version")
    other = loads(trees, tmp_path / "mount", "/opt/ohmy/hadoop/bin/hdfs", "version", hadoop="other")
    assert other[0] == here[0] and other[1].endswith(".jar")


def test_elsewhere_the_jdks_own_is_used(trees: Path, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HADOOP_LOG_DIR": str(tmp_path), "HADOOP_OPTS": "-Xshare:on"}
    done = subprocess.run(
        [trees / "hadoop/bin/hdfs", "version"], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Hadoop 3.5.0\n")


def test_one_jar_stands_for_all_and_comes_first(trees: Path) -> None:
    done = subprocess.run([trees / "hadoop/bin/hdfs", "classpath"], capture_output=True, text=True, check=True)
    first = Path(done.stdout.partition(":")[0])
    with zipfile.ZipFile(first) as source:
        lines = source.read("META-INF/MANIFEST.MF").decode().split("\r\n")
    assert max(len(line) for line in lines) <= 72
    names = "".join(line.removeprefix(" ") for line in lines[1:]).removeprefix("Class-Path: ").split(" ")
    assert [first.parent / name for name in names] == [
        trees / "hadoop" / jar for jar in layout.class_path(trees / "hadoop")
    ]


@needs_mounts
@pytest.mark.parametrize(
    ("class_path", "shared"),
    [("$PWD:/etc/hadoop:/opt/ohmy/hadoop/share/hadoop/common/*", True), ("$PWD:job.jar/job.jar:/etc/hadoop", False)],
)
def test_containers_take_hadoops_classes_from_it_unless_the_job_s_own_go_first(
    trees: Path, tmp_path: Path, class_path: str, shared: bool
) -> None:
    jars = "/opt/ohmy/hadoop/share/hadoop/common/lib/*:/opt/ohmy/hadoop/share/hadoop/common/*"
    shell = (
        f'cd {tmp_path} && export JAVA_HOME=/opt/ohmy/java CLASSPATH="{class_path}:{jars}" && '
        f"exec $JAVA_HOME/bin/java $HADOOP_CLIENT_OPTS {task_jvm.CLASS_DATA} {VERSION}"
    )
    said, source = loads(trees, tmp_path / "mount", "bash", "-c", shell)
    assert "Hadoop 3.5.0" in said and (source == "shared objects file") == shared


def test_the_list_is_sorted_and_names_classes_of_these_jars(trees: Path) -> None:
    assert sorted(set(NAMES)) == NAMES
    there: set[str] = set()
    for jar in layout.class_path(trees / "hadoop"):
        with zipfile.ZipFile(trees / "hadoop" / jar) as source:
            there.update(name.removesuffix(".class") for name in source.namelist())
    missing = [name for name in NAMES if name.startswith("org/apache/hadoop/") and name not in there]
    assert not missing, "Run scripts/class_list.py."


@pytest.mark.matrix
@needs_mounts
@pytest.mark.skipif(not build.in_turns(), reason="the JVM's threads take turns for root alone")
def test_it_is_the_same_whenever_it_is_made(trees: Path) -> None:
    file = trees / "java/lib/server" / build.HADOOP_CLASSES
    first = hashlib.sha256(file.read_bytes()).hexdigest()
    file.unlink()
    build.dump_hadoop(trees / "java", ARCHIVES / build.HADOOP_FILE)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == first
