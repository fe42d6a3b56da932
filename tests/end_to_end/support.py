# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: a local cloud, runs of playbooks, and looks at what they left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

import boto3
import yaml

from tests.seen import every_instance
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def descendants(pid: int) -> list[int]:
    """Return a process and all that it started, children before parents."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found[::-1]


class Run:
    """A playbook that runs in the background, its output read line by line."""

    def __init__(self, command: list[str], env: dict[str, str], cwd: Path) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.lines: list[str] = []
        self._ended: float | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
        self._ended = time.monotonic()

    @property
    def text(self) -> str:
        """Return all that was printed so far."""
        return "\n".join(self.lines)

    def wait_for_text(self, text: str, seconds: float) -> None:
        """Wait until ``text`` was printed."""

        def seen() -> bool:
            if self.process.poll() is not None and text not in self.text:
                raise AssertionError(f"the run ended before it said {text!r}:\n{self.text}")
            return text in self.text

        wait_for(f"{text!r} in the output:\n{self.text}", seen, seconds)

    def kill_alone(self) -> None:
        """End the controller as ``kill -9 PID`` does; what it started is on its own."""
        self.process.kill()
        self.process.wait(30)

    def kill(self) -> None:
        """End the controller, where it still runs, as a pulled plug does: it and all that it started, at once."""
        if self.process.poll() is not None:
            return
        os.kill(self.process.pid, signal.SIGSTOP)
        for pid in descendants(self.process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(30)

    def finish(self, seconds: float = 400) -> int:
        """Wait for the end and return the exit code."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the run did not end within {seconds:.0f} s:\n{self.text}") from None
        self._reader.join(10)
        self.seconds = (self._ended or time.monotonic()) - self.started
        return code


class Cloud:
    """A local cloud of the tests' own, and runs of playbooks against it."""

    def __init__(self, state: Path, home: Path) -> None:
        self.state, self.home = state, home

    def command(self, verb: str) -> None:
        """Run ``python -m localcloud VERB`` for this cloud."""
        subprocess.run(
            [sys.executable, "-m", "localcloud", verb, "--state", str(self.state)], cwd=ROOT, check=True, timeout=300
        )

    @property
    def env(self) -> dict[str, str]:
        """Return the environment in which this cloud is the AWS profile and nothing of the user's is read."""
        env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_"))}
        env.pop("PYTHONUNBUFFERED", None)
        return {
            **env,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "AWS_CONFIG_FILE": str(self.state / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.state / "aws-config"),
            "AWS_PROFILE": "localcloud",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def client(self, service: str) -> t.Any:
        """Return a boto3 client of this cloud."""
        os.environ["AWS_CONFIG_FILE"] = str(self.state / "aws-config")
        return boto3.session.Session(profile_name="localcloud").client(service)

    def start(self, playbook: str, *arguments: str) -> Run:
        """Start a playbook in the background."""
        return Run([str(BIN / "ansible-playbook"), playbook, *arguments], self.env, ROOT)

    def play(self, playbook: str, *arguments: str, seconds: float = 400) -> Run:
        """Run a playbook to its end."""
        run = self.start(playbook, *arguments)
        run.code = run.finish(seconds)
        return run

    def instances(self, cluster: str, *states: str) -> list[dict[str, t.Any]]:
        """Return the instances with the cluster's tag, in these states or in all but terminated."""
        found = every_instance(self.client("ec2"), Filters=[{"Name": "tag:ohmy:cluster", "Values": [cluster]}])
        wanted = states or ("pending", "running", "shutting-down", "stopping", "stopped")
        return [one for one in found if one["State"]["Name"] in wanted]

    def master(self, cluster: str) -> dict[str, t.Any]:
        """Return the running master."""
        return next(one for one in self.instances(cluster, "running") if tags(one).get("ohmy:group") == "master")

    def inside(self, instance: dict[str, t.Any], *command: str, seconds: float = 60) -> subprocess.CompletedProcess:
        """Run a command on an instance from outside SSH, as a console would."""
        name = subprocess.run(
            ["podman", "ps", "-q", "--filter", f"label=ohmy.instance={instance['InstanceId']}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.strip()
        return subprocess.run(
            ["podman", "exec", name, *command], capture_output=True, text=True, timeout=seconds, check=False
        )

    def shell(self, instance: dict[str, t.Any], line: str, user: str = "hadoop", seconds: float = 120) -> str:
        """Return what a shell on an instance prints, run by a user who has logged in; it must succeed."""
        words = ["su", "-", user, "-s", "/bin/bash", "-c", f"export LC_ALL=C.UTF-8; {line}"]
        done = self.inside(instance, *words, seconds=seconds)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def leftovers(self, cluster: str) -> list[str]:
        """Return all that still carries the cluster's tag or lies under its S3 prefix."""
        ec2, iam, s3 = self.client("ec2"), self.client("iam"), self.client("s3")
        tag = [{"Name": "tag:ohmy:cluster", "Values": [cluster]}]
        left = [one["InstanceId"] for one in self.instances(cluster)]
        left += [one["GroupId"] for one in ec2.describe_security_groups(Filters=tag)["SecurityGroups"]]
        left += [one["KeyName"] for one in ec2.describe_key_pairs(Filters=tag)["KeyPairs"]]
        left += [one["VolumeId"] for one in ec2.describe_volumes(Filters=tag)["Volumes"]]
        left += [one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces(Filters=tag)["NetworkInterfaces"]]
        left += [one["RoleName"] for one in iam.list_roles()["Roles"] if one["RoleName"].startswith(f"ohmy-{cluster}-")]
        left += [
            one["InstanceProfileName"]
            for one in iam.list_instance_profiles()["InstanceProfiles"]
            if one["InstanceProfileName"].startswith(f"ohmy-{cluster}-")
        ]
        for bucket in s3.list_buckets()["Buckets"]:
            listing = s3.list_objects_v2(Bucket=bucket["Name"], Prefix=f"clusters/{cluster}/")
            left += [one["Key"] for one in listing.get("Contents", [])]
        return left


def controller(client: t.Any) -> str:
    """Return the address in the VPC that the controller comes from, which is that of a client's API."""
    return str(client.meta.endpoint_url).split("/")[2].split(":")[0]


def tags(resource: dict[str, t.Any]) -> dict[str, str]:
    """Return a resource's tags as a dict."""
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


def write_job(folder: Path, **variables: t.Any) -> Path:
    """Write a job file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "job.yml"
    path.write_text(yaml.safe_dump(variables))
    return path


def pipe(mapper: Path, reducer: Path, *texts: Path) -> bytes:
    """Return what ``mapper | sort | reducer`` prints, in Hadoop's order of keys."""
    command = f"cat \"$@\" | python3 '{mapper}' | LC_ALL=C sort -s -t '\t' -k1,1 | python3 '{reducer}'"
    words = ["bash", "-o", "pipefail", "-c", command, "pipe", *map(str, texts)]
    return subprocess.run(words, capture_output=True, check=True, timeout=300, cwd=mapper.parent).stdout
