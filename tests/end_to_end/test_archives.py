# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hadoop from an archive as Apache makes it, with the jars for S3 laid over it."""

from __future__ import annotations

import hashlib
import os
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.archives import apache
from tests.documented import documented

from .support import ROOT, write_job

pytestmark = pytest.mark.matrix

BUILT = ROOT / "build/archives"
REAL = os.environ.get("OHMY_APACHE_TARBALL", "")
SMALL = {"cluster_workers": 0, "cluster_instance_type": "t3.large", "job_mapper": "cat", "job_reducer": "uniq -c"}
ANSWER = [["1", "a"], ["2", "b"]]


def run(cloud: t.Any, folder: Path, archive: Path, *arguments: str, **values: t.Any) -> t.Any:
    """Run a small job on one instance with this archive; what the page says of one is in the job file."""
    page = yaml.safe_load(documented("docs/archives.md", "apache"))
    digest = hashlib.sha512(archive.read_bytes()).hexdigest()
    page.update(hadoop_archive=str(archive), hadoop_archive_sha512=digest)
    (folder / "in.txt").write_text("b\na\nb\n")
    job = write_job(folder, **SMALL, **page, job_input=["in.txt"], job_output="out", **values)
    return cloud.play("run_job.yml", "-e", f"job_file={job}", *arguments)


def answer(folder: Path) -> list[list[str]]:
    """Return the words of each line of the answer."""
    return [line.split() for line in (folder / "out/part-00000").read_text().splitlines()]


def test_a_job_runs_with_an_archive_laid_out_as_apache_does(cloud: t.Any, tmp_path: Path) -> None:
    archive = apache.build(BUILT / "hadoop-3.5.0.tar", tmp_path)
    done = run(cloud, tmp_path, archive, cluster_name="apache", cluster_keep="always")
    try:
        assert done.code == 0, done.text
        assert answer(tmp_path) == ANSWER
        home = "/opt/ohmy/hadoop"
        master = cloud.master("apache")
        found = cloud.inside(master, "sh", "-c", f"ls {home}/share/hadoop/common/lib {home}/lib/native /var/log/hadoop")
        for name in ("s3-2.35.4.jar", "hadoop-aws-3.5.0.jar", "libhadoop.so.1.0.0", "yarn-nodemanager.log"):
            assert name in found.stdout.split(), found.stdout
    finally:
        gone = cloud.play("playbooks/terminate.yml", "-e", f"job_file={tmp_path / 'job.yml'}")
    assert gone.code == 0 and not cloud.leftovers("apache"), gone.text


def test_apaches_archive_without_the_jars_for_s3_is_refused(cloud: t.Any, tmp_path: Path) -> None:
    archive = tmp_path / "hadoop-3.9.9.tar.gz"
    archive.write_bytes(b"never opened")
    refused = run(cloud, tmp_path, archive, "--check")
    assert refused.code != 0 and "hadoop_overlay: " in refused.text and "make archives" in refused.text, refused.text


@pytest.mark.skipif(not REAL, reason="OHMY_APACHE_TARBALL does not name Apache's own archive of Hadoop 3.5.0")
def test_a_job_runs_with_apaches_own_archive(cloud: t.Any, tmp_path: Path) -> None:
    archive = tmp_path / "hadoop-3.5.0.tar.gz"
    shutil.copy(REAL, archive)
    done = run(cloud, tmp_path, archive, cluster_name="real")
    assert done.code == 0, done.text
    assert answer(tmp_path) == ANSWER
