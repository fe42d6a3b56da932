# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A master alone, kept for several tests, and modules run on it as a playbook of one's own would."""

from __future__ import annotations

import json
import shlex
import typing as t
from pathlib import Path

import yaml

from . import biting

NAME = "lone"
SMALL_FILES = 60


class Lone:
    """A cluster of one node; launched by the run of a job whose names bite."""

    def __init__(self, cloud: t.Any, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        self.variables = {
            "cluster_name": NAME,
            "cluster_workers": 0,
            "cluster_instance_type": "t3.2xlarge",  # room for several application masters at once
            "cluster_keep": "always",
        }
        self.job = biting.job(folder, SMALL_FILES, **self.variables)
        self.run = cloud.play("run_job.yml", "-e", json.dumps({"job_file": str(self.job)}), seconds=900)
        self.inventory = folder / "lone.ohmy_hadoop.yml"
        self.inventory.write_text("plugin: ohmy.hadoop.ec2_cluster\n")
        self.bucket = next(one["Name"] for one in cloud.client("s3").list_buckets()["Buckets"])

    @property
    def role(self) -> str:
        """Return the name of the node's role."""
        roles = [one["RoleName"] for one in self.cloud.client("iam").list_roles()["Roles"]]
        return next(name for name in roles if name.startswith(f"ohmy-{NAME}-"))

    def may_write(self, prefix: str) -> None:
        """Let the node write below a prefix of the bucket, as ``write_uris`` of ec2_cluster does."""
        place = f"arn:aws:s3:::{self.bucket}/{prefix}*"
        actions = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        allow = [{"Effect": "Allow", "Action": actions, "Resource": [place]}]
        document = json.dumps({"Version": "2012-10-17", "Statement": allow})
        self.cloud.client("iam").put_role_policy(RoleName=self.role, PolicyName="output", PolicyDocument=document)

    def tasks(self, *tasks: dict[str, t.Any], seconds: float = 900) -> list[dict[str, t.Any]]:
        """Run tasks on the master, one after the other whether or not they fail; return their results.

        Each is {module: arguments}, and other keywords of a task.
        """
        written = self.folder / "results.json"
        numbered = [
            {**task, "register": f"r{number}", "ignore_errors": True, "become": True}
            for number, task in enumerate(tasks)
        ]
        names = ", ".join(f"r{number}" for number in range(len(tasks)))
        content = f"{{{{ [{names}] | to_json }}}}"
        numbered.append(
            {"ansible.builtin.copy": {"content": content, "dest": str(written), "mode": "0600"}, "check_mode": False}
            | {"delegate_to": "localhost", "vars": {"ansible_connection": "local"}}
        )
        play = {"hosts": f"{NAME}_master", "gather_facts": False, "tasks": numbered}
        path = self.folder / "tasks.yml"
        path.write_text(yaml.safe_dump([play], sort_keys=False))
        run = self.cloud.play(str(path), "-i", str(self.inventory), "--diff", seconds=seconds)
        assert run.code == 0, run.text
        return json.loads(written.read_text())

    def shell(self, line: str, user: str = "hadoop") -> str:
        """Return what a shell on the master prints, as the user hadoop or another one."""
        return self.cloud.shell(self.cloud.master(NAME), line, user)

    def hdfs(self, words: str, text: str = "") -> None:
        """Run ``hdfs dfs -WORDS`` on the master as the user hdfs, ``text`` being its input."""
        self.shell(f"printf %s {shlex.quote(text)} | hdfs dfs -{words}", "hdfs")

    def end(self) -> None:
        """Terminate the cluster."""
        iam = self.cloud.client("iam")
        if "output" in iam.list_role_policies(RoleName=self.role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=self.role, PolicyName="output")
        run = self.cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={NAME}")
        assert run.code == 0, run.text
        assert self.cloud.leftovers(NAME) == []
