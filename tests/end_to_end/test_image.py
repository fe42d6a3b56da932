# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node that was cleaned as docs/guides/image.md says boots as one that never was: what an image of it would do."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.documented import documented
from tests.waiting import wait_for

from .support import write_job

pytestmark = pytest.mark.long

NAME = "baked"
# All but what is left on purpose.
NAMED_AFTER_US = "find / -xdev ( -path /proc -o -path /sys -o -path /opt/ohmy/* ) -prune -o ( -iname *ohmy* -o -iname *hadoop* ) -print"
LEFT = {"/opt/ohmy"}
BLOCK_POOL = "grep blockpoolID /var/lib/hadoop/name/current/VERSION"


@pytest.fixture(name="master")
def fixture_master(cloud, tmp_path):
    """Have a master alone that has HDFS; yield its instance."""
    (tmp_path / "in.txt").write_text("a\n")
    wanted = {"cluster_name": NAME, "cluster_workers": 0, "cluster_instance_type": "t3.large", "cluster_keep": "always"}
    job = write_job(tmp_path, **wanted, job_mapper="cat", job_input=["in.txt"], job_preflight="off")
    for playbook in ("launch", "configure"):
        run = cloud.play(f"playbooks/{playbook}.yml", "-e", f"job_file={job}")
        assert run.code == 0, run.text
    yield cloud.master(NAME)
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={NAME}")
    assert run.code == 0 and cloud.leftovers(NAME) == [], run.text


def test_a_cleaned_node_boots_as_one_that_never_was(cloud: t.Any, master: dict[str, t.Any], tmp_path: Path) -> None:
    def root(*words: str) -> str:
        done = cloud.inside(master, *words, seconds=120)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    def facts() -> list[str]:
        return [root("sh", "-c", what) for what in (BLOCK_POOL, "cat /etc/ssh/ssh_host_ed25519_key.pub")]

    def up() -> bool:
        done = cloud.inside(master, "runuser", "-u", "hdfs", "--", "hdfs", "dfsadmin", "-report", "-live")
        return "Live datanodes (1)" in done.stdout

    cloud.shell(master, "echo theirs > /tmp/theirs; hdfs dfs -put /tmp/theirs /user/hadoop/theirs")
    before = facts()
    archive = root("stat", "-L", "-c", "%i %Z", "/opt/ohmy/hadoop/bin/hdfs")
    root("bash", "-euc", documented("docs/guides/image.md", "clean"))
    assert set(root(*NAMED_AFTER_US.split()).split()) == LEFT
    assert root("cat", "/etc/machine-id") == "" and root("ls", "/etc/ssh").count("ssh_host") == 0
    cloud.inside(master, "systemctl", "reboot")
    wait_for("HDFS of a new node", up, 240, 2)
    assert not set(facts()) & set(before)
    assert "theirs" not in cloud.shell(master, "hdfs dfs -ls /user/hadoop")
    assert root("stat", "-L", "-c", "%i %Z", "/opt/ohmy/hadoop/bin/hdfs") == archive, "the archive was fetched again"
