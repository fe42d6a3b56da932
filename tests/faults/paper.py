# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local cloud without machines, runs of ``ec2_cluster`` against it, and an independent look at what there is."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

from localcloud import faults
from tests.end_to_end.support import ROOT, Cloud, tags
from tests.faults.module_run import ModuleRun
from tests.seen import every_instance

BUCKET = "example-bucket"
LIVE = ("pending", "running", "stopping", "stopped", "shutting-down")


class Paper(Cloud):
    """A cloud on paper."""

    def __init__(self, state: Path, home: Path) -> None:
        super().__init__(state, home)
        self._clients: dict[str, t.Any] = {}
        self.key = home / "id_ed25519"
        self.bundle = home / "bundle.pyz"

    def up(self, *options: str) -> None:
        """Start it, with what a module run needs on the controller."""
        node = ROOT / "localcloud" / "played_node.py"
        self.localcloud("up", *(options or ("--no-machines", "--play", str(node))))
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.key.exists():
            argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)]
            subprocess.run(argv, check=True, timeout=60)
        self.bundle.write_bytes(b"bundle")
        self.client("s3").create_bucket(Bucket=BUCKET)

    def localcloud(self, *words: str) -> str:
        """Run one of the local cloud's commands; return what it printed."""
        argv = [sys.executable, "-m", "localcloud", "--state", str(self.state), *words]
        return subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout

    def client(self, service: str) -> t.Any:
        """Return a client of this cloud, made once."""
        if service not in self._clients:
            self._clients[service] = super().client(service)
        return self._clients[service]

    # Faults

    def plan(self, *plan: dict[str, t.Any]) -> None:
        """Let these go wrong from now on, and nothing else."""
        self.clear()
        if plan:
            faults.write(self.state / "faults.json", plan)

    def clear(self) -> None:
        """Let all go well."""
        faults.clear(self.state / "faults.json")

    def met(self) -> list[str]:
        """Return what went wrong so far, one entry for each time."""
        path = faults.met_path(self.state / "faults.json")
        return path.read_text().splitlines() if path.exists() else []

    # Runs of the module

    def start(self, state: str, check: bool = False, **params: t.Any) -> ModuleRun:
        """Start the module in the background."""
        wanted: dict[str, t.Any] = {"name": "demo", "state": state, "bucket": BUCKET, "wait_timeout": 120}
        wanted["state_dir"] = str(self.home / "state")
        if state == "present":
            wanted.update(
                workers=2,
                instance_type="t3.small",
                ssh_cidr="192.0.2.7/32",
                public_key=f"{self.key}.pub",
                bundle=str(self.bundle),
                document={"hadoop": {"url": f"s3://{BUCKET}/archives/a/h.tar.gz", "sha512": "ab"}},
            )
        wanted.update(params)
        return self.module("ec2_cluster", {"_ansible_check_mode": check, **wanted})

    def module(self, name: str, args: dict[str, t.Any]) -> ModuleRun:
        """Start any module of the collection in the background."""
        return ModuleRun(name, args, self.env, self.home / "result.json")

    def run(self, state: str, **params: t.Any) -> dict[str, t.Any]:
        """Run the module to its end; return its result."""
        return self.start(state, **params).result()

    def well(self, state: str, **params: t.Any) -> dict[str, t.Any]:
        """Run the module to its end, and require that it went well."""
        result = self.run(state, **params)
        assert not result.get("failed"), result
        return result

    # An independent look

    def standing(self) -> dict[str, int]:
        """Return how many instances live in each group of any cluster in the whole account, whatever their state."""
        found: dict[str, int] = {}
        for one in every_instance(self.client("ec2")):
            if one["State"]["Name"] in LIVE:
                group = tags(one).get("ohmy:group", "untagged")
                found[group] = found.get(group, 0) + 1
        return found

    def whole(self, workers: int = 2) -> None:
        """Require that there is exactly one cluster of so many workers in the whole account, and one of all it needs."""
        standing = self.standing()
        wanted = {"master": 1, **({"worker": workers} if workers else {})}
        assert standing == wanted, standing
        things = [one for one in self.things() if not one.startswith("i-")]
        kinds = sorted({one.split("-")[0].split(":")[0] for one in things})
        ours = [one for one in things if one.startswith(("sg-", "key:", "role:", "profile:"))]
        assert len(ours) == 4, (kinds, things)

    def things(self) -> list[str]:
        """Return all that lives in the account: whatever a cluster may leave, tagged or not."""
        ec2, iam, s3 = self.client("ec2"), self.client("iam"), self.client("s3")
        groups = ec2.describe_security_groups()["SecurityGroups"]
        cards = ec2.describe_network_interfaces()["NetworkInterfaces"]
        found = [one["InstanceId"] for one in every_instance(ec2) if one["State"]["Name"] in LIVE]
        found += [one["GroupId"] for one in groups if one["GroupName"] != "default"]
        found += [f"key:{one['KeyName']}" for one in ec2.describe_key_pairs()["KeyPairs"]]
        found += [one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]]
        found += [one["NetworkInterfaceId"] for one in cards]
        found += [f"role:{one['RoleName']}" for one in iam.list_roles()["Roles"]]
        profiles = iam.list_instance_profiles()["InstanceProfiles"]
        found += [f"profile:{one['InstanceProfileName']}" for one in profiles]
        listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return found + [f"s3:{one['Key']}" for one in listed]
