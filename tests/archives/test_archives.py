# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archives as built: the commands work with the Java runtime beside them, without any other Java."""

from __future__ import annotations

import hashlib
import http.server
import os
import ssl
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "archives"))
import layout

ARCHIVES = ROOT / "build/archives"
HADOOP = ARCHIVES / "hadoop-3.5.0.tar"
JAVA = ARCHIVES / "jre-17.tar.gz"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives, unpacked side by side as on a node."""
    root = tmp_path_factory.mktemp("opt with blank")
    for archive, name in ((HADOOP, "hadoop"), (JAVA, "java")):
        with tarfile.open(archive) as source:
            top = source.next()
            assert top is not None
            source.extractall(root)
        (root / top.name).rename(root / name)
    return root


def run(home: Path, *command: str, conf: Path | None = None, ok: bool = True) -> str:
    """Run one of the archive's commands in a bare environment; return stdout and stderr together."""
    environment = {"PATH": "/usr/bin:/bin", "HADOOP_LOG_DIR": str(home / "logs")}
    if conf is not None:
        environment["HADOOP_CONF_DIR"] = str(conf)
    argv = [str(home / "hadoop/bin" / command[0]), *command[1:]]
    done = subprocess.run(argv, env=environment, stdout=-1, stderr=subprocess.STDOUT, text=True, timeout=120, cwd=home)
    assert (done.returncode == 0) is ok, done.stdout
    return done.stdout


@pytest.mark.parametrize("archive", [HADOOP, JAVA])
def test_the_checksum_beside_is_true(archive: Path) -> None:
    written = archive.with_name(archive.name + ".sha512").read_text().split()
    assert written == [hashlib.sha512(archive.read_bytes()).hexdigest(), archive.name]


@pytest.mark.parametrize("archive", [HADOOP, JAVA])
def test_nothing_in_it_depends_on_who_built_it_and_when(archive: Path) -> None:
    with tarfile.open(archive) as source:
        entries = source.getmembers()
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, "root", "root")}
    assert len({entry.mtime for entry in entries}) == 1
    assert {entry.mode for entry in entries if entry.isreg()} <= {0o644, 0o755}
    assert len({entry.name.split("/")[0] for entry in entries}) == 1


def test_each_jar_is_there_once(home: Path) -> None:
    jars = [path.name for path in (home / "hadoop/share/hadoop").rglob("*.jar")]
    assert len(jars) == len(set(jars)) > 200
    assert sum(path.stat().st_size for path in home.rglob("*.jar")) < 130e6


def test_every_command_knows_its_version_and_class_path(home: Path) -> None:
    for program in ("hadoop", "hdfs", "yarn", "mapred"):
        assert run(home, program, "version").startswith("Hadoop 3.5.0\n")
        entries = run(home, program, "classpath").strip().split(":")
        shared = home / "hadoop/share/hadoop"
        assert entries[:3] == [str(shared / "classpath.jar"), str(home / "hadoop/etc/hadoop"), str(shared / "hdfs")]
        assert entries[3:] == [f"{shared}/{folder}/*" for folder in layout.CLASS_PATH]
        assert "Usage" in run(home, program, "nonsense", ok=False)


def test_the_class_data_archive_of_the_runtime_is_used(home: Path) -> None:
    command = [str(home / "java/bin/java"), "-Xshare:on", "-version"]
    assert "sharing" in subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_the_configuration_directory_is_the_one_given(home: Path, tmp_path: Path) -> None:
    (tmp_path / "core-site.xml").write_text(
        "<configuration><property><name>fs.defaultFS</name><value>hdfs://192.0.2.1:8020</value></property></configuration>"
    )
    assert "hdfs://192.0.2.1:8020" in run(home, "hdfs", "getconf", "-confKey", "fs.defaultFS", conf=tmp_path)
    assert "does not exist" in run(home, "hdfs", "--config", "/nowhere", "getconf", ok=False)


def ask_s3a(home: Path, **where: str) -> str:
    """Return what ``hadoop fs -ls`` says of a bucket that cannot be had; ``where`` are properties of S3A's endpoint."""
    options = {
        **{f"fs.s3a.{name.replace('_', '.')}": value for name, value in where.items()},
        "fs.s3a.path.style.access": "true",
        "fs.s3a.attempts.maximum": "1",
        "fs.s3a.retry.limit": "1",
        "fs.s3a.access.key": "none",
        "fs.s3a.secret.key": "none",
    }
    arguments = [f"-D{key}={value}" for key, value in options.items()]
    return run(home, "hadoop", "fs", *arguments, "-ls", "s3a://bucket/", ok=False)


def test_s3a_starts_and_fails_only_for_want_of_a_server(home: Path) -> None:
    said = ask_s3a(home, endpoint="http://127.0.0.1:9")
    assert "Connection refused" in said and "NoClassDefFoundError" not in said


def test_the_runtime_trusts_who_vouches_for_s3(home: Path) -> None:
    store = ["-keystore", str(home / "java/lib/security/cacerts"), "-storepass", "changeit"]
    command = [str(home / "java/bin/keytool"), "-list", *store]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.lower()
    assert "amazonrootca1" in said and "starfield" in said


def test_s3a_speaks_tls_and_trusts_no_stranger(home: Path, tmp_path: Path) -> None:
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        *files,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        said = ask_s3a(home, endpoint=f"https://localhost:{server.server_port}", endpoint_region="us-east-1")
    finally:
        server.shutdown()
        server.server_close()
    assert "unable to find valid certification path" in said, said


def test_the_namenode_formats_and_its_pages_are_there(home: Path, tmp_path: Path) -> None:
    name = tmp_path / "name"
    (tmp_path / "hdfs-site.xml").write_text(
        f"<configuration><property><name>dfs.namenode.name.dir</name><value>{name}</value></property></configuration>"
    )
    (tmp_path / "core-site.xml").write_text(
        "<configuration><property><name>fs.defaultFS</name><value>hdfs://127.0.0.1:8020</value></property></configuration>"
    )
    run(home, "hdfs", "namenode", "-format", "-clusterId", "one", "-nonInteractive", conf=tmp_path)
    assert "clusterID=one" in (name / "current/VERSION").read_text()
    assert (home / "hadoop/share/hadoop/hdfs/webapps/hdfs/dfshealth.html").exists()


def test_streaming_runs_in_one_process(home: Path, tmp_path: Path) -> None:
    assert "-mapper" in run(home, "mapred", "streaming", "-info")
    (tmp_path / "in.txt").write_text("b\na\nb\n")
    jar = next((home / "hadoop/share/hadoop/tools/lib").glob("hadoop-streaming-*.jar"))
    arguments = [
        f"-Dhadoop.tmp.dir={tmp_path}",
        "-input",
        f"file://{tmp_path}/in.txt",
        "-output",
        f"file://{tmp_path}/out",
    ]
    run(home, "hadoop", "jar", os.fspath(jar), *arguments, "-mapper", "cat", "-reducer", "uniq -c")
    assert [line.split() for line in (tmp_path / "out/part-00000").read_text().splitlines()] == [["1", "a"], ["2", "b"]]
