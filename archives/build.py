#!/usr/bin/python3
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the archives that the nodes unpack: ``build.py DIRECTORY``.

They are Hadoop, Java, and the jars for S3 that are laid over Apache's own archive of Hadoop. Nothing is done for an archive whose inputs are those of the one that lies there.
"""

from __future__ import annotations

import collections
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import places

import layout
import tarball

HERE = Path(__file__).resolve().parent
HADOOP = "hadoop-3.5.0"
OVERLAY = "hadoop-s3-3.5.0"
JAVA = "jre-17"
JDK = Path("/usr/lib/jvm/java-17-openjdk-amd64")
# What Hadoop's daemons, clients and s3a load; java.desktop is asked for by java.beans' users.
MODULES = (
    "java.base java.logging java.xml java.naming java.management java.management.rmi java.security.jgss "
    "java.security.sasl java.sql java.desktop java.net.http java.rmi java.scripting java.instrument java.compiler "
    "jdk.unsupported jdk.crypto.ec jdk.naming.dns jdk.security.auth jdk.security.jgss jdk.management "
    "jdk.httpserver jdk.zipfs jdk.jfr"
).split()
# By measurement: jars shrink by a tenth only, and unpacking them takes 0.3 s plain and 0.8 s from gzip; the runtime
# shrinks to a third, for which 0.5 s instead of 0.1 s is a good price on the way from a home to S3.
HADOOP_FILE = f"{HADOOP}.tar"
OVERLAY_FILE = f"{OVERLAY}.tar"
JAVA_FILE = f"{JAVA}.tar.gz"
# Beside the JDK's own classes.jsa, in lib/server.
HADOOP_CLASSES = "hadoop.jsa"
# What must not be left to chance or to the machine when a JVM dumps classes.
FIXED = "-Xint -XX:+UseSerialGC -XX:+UnlockExperimentalVMOptions -XX:hashCode=2".split()


@functools.cache
def fetch_jars(directory: Path) -> dict[str, Path]:
    """Let Maven collect the pinned jars and check each one; return path in repository → file.

    Raises SystemExit with the names when a jar is missing, unknown or not the one that was pinned.
    """
    shutil.rmtree(directory, ignore_errors=True)
    command = [
        "mvn",
        "-B",
        "-ntp",
        "-q",
        "-Dstyle.color=never",
        "-f",
        str(HERE / "pom.xml"),
        f"-Djars.directory={directory}",
        "package",
    ]
    subprocess.run(command, check=True, env={**os.environ, "JAVA_HOME": str(JDK)})
    found = {path.relative_to(directory).as_posix(): path for path in sorted(directory.rglob("*.jar"))}
    lines = [f"{tarball.file_digest(path, 'sha256')}  {name}" for name, path in sorted(found.items())]
    pins = HERE / "jars.sha256"
    if "--pin" in sys.argv:
        pins.write_text("\n".join(lines) + "\n")
    differing = sorted(set(lines) ^ set(pins.read_text().splitlines()))
    if differing:
        names = sorted({line.split("  ", 1)[1] for line in differing})
        raise SystemExit(f"These jars are not the pinned ones of {pins}: {', '.join(names)}.")
    return found


def hadoop_tree(root: Path, cache: Path) -> None:
    """Lay out Hadoop under *root* as Apache's tarball does."""
    jars = fetch_jars(cache / "jars")
    for name, path in jars.items():
        folder = layout.folder(layout.coordinate(name))
        if folder is not None:
            target = root / "share/hadoop" / folder / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                raise SystemExit(f"Two jars are called {path.name}.")
            shutil.copyfile(path, target)
    tests = next(path for name, path in jars.items() if name.endswith("-tests.jar"))
    with zipfile.ZipFile(tests) as source:
        pages = [name for name in source.namelist() if name.startswith("webapps/") and not name.endswith("/")]
        source.extractall(root / "share/hadoop/hdfs", pages)
    with zipfile.ZipFile(root / layout.CLASS_PATH_JAR, "w") as target:
        target.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), layout.manifest(root))
    shutil.copytree(HERE / "etc", root / "etc/hadoop")
    shutil.copytree(HERE / "libexec", root / "libexec")
    shutil.copytree(HERE / "bin", root / "bin")
    for program in [*(root / "bin").iterdir(), root / "libexec/class-data"]:
        program.chmod(0o755)


def overlay_tree(root: Path, cache: Path) -> None:
    """Lay out under *root* the jars that Apache's own archive lacks."""
    folder = root / "share/hadoop" / layout.OVERLAY_FOLDER
    folder.mkdir(parents=True)
    for name, path in fetch_jars(cache / "jars").items():
        if layout.in_overlay(layout.coordinate(name)):
            shutil.copyfile(path, folder / path.name)


def java_tree(root: Path, cache: Path) -> None:
    """Make a Java runtime of its own from the JDK's modules, with its archives of class data."""
    root.rmdir()
    command = [str(JDK / "bin/jlink"), "--module-path", str(JDK / "jmods"), "--add-modules", ",".join(MODULES)]
    command += ["--strip-debug", "--no-header-files", "--no-man-pages"]
    subprocess.run([*command, "--output", str(root)], check=True)
    os.utime(root / "lib/modules", (tarball.MTIME, tarball.MTIME))
    dump_classes(root)
    if places.possible():
        dump_hadoop(root, cache / HADOOP_FILE)


def in_turns() -> list[str]:
    """Return how to start a JVM whose threads take turns on one processor; an empty list where that takes more rights."""
    turns = ["taskset", "-c", str(min(os.sched_getaffinity(0))), "chrt", "-f", "1"]
    if os.geteuid() != 0 or subprocess.run([*turns, "true"], stderr=subprocess.DEVNULL).returncode:
        return []
    return turns


def dump_classes(root: Path) -> None:
    """Give the runtime in *root* its archive of the JDK's own classes, with which every JVM starts in half the time.

    Addresses that move, a heap that follows the machine's memory, hash codes by chance and the time of the modules
    get into it, so they are fixed. Threads that race get into it, too: where root may say so, they take turns on one
    processor; elsewhere one dump in ten differs, and the first one seen three times counts.
    """
    options = ["-Xshare:dump", *FIXED, "-Xms128m", "-Xmx128m"]
    command = ["setarch", "x86_64", "-R", *in_turns(), str(root / "bin/java"), *options]
    seen: collections.Counter[str] = collections.Counter()
    while sum(seen.values()) < 20:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        digest = tarball.file_digest(root / "lib/server/classes.jsa", "sha256")
        seen[digest] += 1
        if seen[digest] == 3:
            return
    raise SystemExit("Of twenty dumps of the JDK's classes no three were the same.")


def dump_hadoop(root: Path, archive: Path) -> None:
    """Give the runtime in *root* the archive of Hadoop's classes, with which daemons and tasks start for 0.6 of the CPU.

    The JVM takes it only where each jar has the path, the size and the time that it had here, so it is made from the
    jars of the archive at the paths that nodes have. Chance gets in where the JVM's first threads race, as into the
    JDK's own; a dump takes 40 s, too long to make it until some are the same: it is reproducible where root makes it.
    """
    with tempfile.TemporaryDirectory(dir=root.parent) as name:
        work, hadoop = Path(name) / "opt", Path(name) / "hadoop"
        work.mkdir()
        with tarfile.open(archive) as source:
            source.extractall(name, [entry for entry in source if entry.isdir() or entry.name.endswith(".jar")])
        (Path(name) / HADOOP).rename(hadoop)
        shutil.copyfile(HERE / "classes.txt", hadoop / "classes.txt")
        options = [
            "-Xshare:dump",
            *FIXED,
            "-Xms512m",
            "-Xmx512m",
            f"-XX:SharedClassListFile={places.HADOOP}/classes.txt",
            f"-XX:SharedArchiveFile={places.JAVA}/lib/server/{HADOOP_CLASSES}",
            "-cp",
            f"{places.HADOOP}/{layout.CLASS_PATH_JAR}",
        ]
        command = ["setarch", "x86_64", "-R", *in_turns(), f"{places.JAVA}/bin/java", *options]
        argv = places.command(work, hadoop, root, *command)
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"Hadoop's classes cannot be dumped:\n{done.stdout[-4000:]}")


def java_inputs() -> bytes:
    """Return what identifies the JDK, its release file and the size of each module, and what the dump of Hadoop takes."""
    release = (JDK / "release").read_bytes()
    modules = repr(sorted((path.name, path.stat().st_size) for path in (JDK / "jmods").iterdir())).encode()
    if not places.possible():
        return release + modules
    return release + modules + overlay_inputs() + (HERE / "classes.txt").read_bytes()


def hadoop_inputs() -> bytes:
    """Return what decides the Hadoop archive: the pins and all that is laid in."""
    files = [HERE / "pom.xml", HERE / "jars.sha256", HERE / "layout.py"]
    for folder in ("bin", "etc", "libexec"):
        files += [path for path in (HERE / folder).rglob("*") if path.is_file()]
    return b"\0".join(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() for path in sorted(files))


def overlay_inputs() -> bytes:
    """Return what decides the archive of the jars for S3."""
    return b"\0".join((HERE / name).read_bytes() for name in ("pom.xml", "jars.sha256", "layout.py"))


def inputs_digest(inputs: bytes) -> str:
    """Return the sha256 of an archive's *inputs* and of the programs that build it."""
    state = hashlib.sha256(inputs)
    for name in ("build.py", "places.py", "tarball.py"):
        state.update((HERE / name).read_bytes())
    return state.hexdigest()


def build(target: Path, name: str, make: Callable[[Path, Path], None], inputs: Callable[[], bytes]) -> None:
    """Build the archive *target* with top folder *name*, unless the one there has the same inputs; say so."""
    directory = target.parent
    mark = target.with_name(target.name + ".inputs")
    digest = inputs_digest(inputs())
    if target.exists() and mark.exists() and mark.read_text() == digest:
        print(f"{target} is up to date.")
        return
    print(f"Building {target} …", flush=True)
    mark.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=f".{name}-") as work:
        tree = Path(work) / name
        tree.mkdir()
        make(tree, directory)
        sha512 = tarball.write(tree, target)
    mark.write_text(inputs_digest(inputs()))
    print(f"{target}: {target.stat().st_size / 1e6:.0f} MB, sha512 {sha512[:16]}…")


def main() -> None:
    """Build the archives into the directory given."""
    directory = Path(sys.argv[1]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    if not JDK.is_dir():
        raise SystemExit(f"{JDK} is missing: install Debian's openjdk-17-jdk-headless.")
    if not places.possible():
        print(
            "This machine allows no mounts in a namespace: Java comes without Hadoop's class data, and starts slower."
        )
    build(directory / HADOOP_FILE, HADOOP, hadoop_tree, hadoop_inputs)
    build(directory / JAVA_FILE, JAVA, java_tree, java_inputs)
    build(directory / OVERLAY_FILE, OVERLAY, overlay_tree, overlay_inputs)


if __name__ == "__main__":
    main()
