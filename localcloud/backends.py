# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that touches moto's insides: the account as it is at start, and typed looks at instances and groups.

Import this module only after ``configure`` has set moto's environment.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import json
import os
import pathlib
import threading
import time
import typing as t

from . import firewall, image
from .paths import ACCOUNT, REGION, ZONE

LIVE = ("pending", "running", "stopping", "stopped", "shutting-down")
STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
ADMIN_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def configure(folder: pathlib.Path, ami_id: str) -> None:
    """Set the environment that moto reads at import: our image only, known types only, path style only."""
    amis = [
        {
            "ami_id": ami_id,
            "name": f"debian-12-amd64-{ami_id[4:12]}",
            "description": "Debian 12 (local)",
            "owner_id": image.DEBIAN_ACCOUNT,
            "public": True,
            "architecture": "x86_64",
            "virtualization_type": "hvm",
            "hypervisor": "xen",
            "root_device_type": "ebs",
            "root_device_name": "/dev/xvda",
            "state": "available",
            "image_type": "machine",
            "image_location": f"amazon/debian-12-amd64-{ami_id[4:12]}",
            "creation_date": "2025-01-01T00:00:00.000Z",
        }
    ]
    path = folder / "amis.json"
    path.write_text(json.dumps(amis), encoding="utf-8")
    os.environ.update(
        MOTO_AMIS_PATH=str(path),
        MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION="true",
        S3_IGNORE_SUBDOMAIN_BUCKETNAME="true",
        MOTO_IAM_LOAD_MANAGED_POLICIES="true",
    )


def replace(owner: type, name: str, method: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    """Put a method in the place of one of moto's, which is returned."""
    others: t.Callable[..., t.Any] = getattr(owner, name)
    setattr(owner, name, method)
    return others


class Account:
    """The one account of the cloud, in its one region.

    :ivar lock: held by whoever changes instances or groups, or needs two looks at them to agree.
    """

    def __init__(self, vpc_cidr: str, ami_id: str, access_key: str, secret_key: str) -> None:
        """Build the account: default VPC, image, SSM parameter, S3 endpoint, administrator."""
        from moto.ec2.models import ec2_backends
        from moto.ec2.models.instances import Instance, InstanceBackend
        from moto.ec2.models.vpcs import VPCBackend
        from moto.iam.access_control import PermissionResult
        from moto.iam.exceptions import NotFoundException
        from moto.iam.models import IAMBackend, iam_backends
        from moto.s3.models import FakeBucket, s3_backends
        from moto.ssm.models import Parameter, ssm_backends
        from moto.sts.models import sts_backends

        def create_default_vpc(backend: t.Any) -> t.Any:
            vpc = backend.create_vpc(cidr_block=vpc_cidr, is_default=True)
            subnet = backend.create_default_subnet(f"{backend.region_name}a")
            subnet.map_public_ip_on_launch = False
            return vpc

        def terminate_once(instance: t.Any) -> t.Any:
            if instance.state in ("shutting-down", "terminated"):
                return copy.copy(instance._state)
            return terminate(instance)

        def shown(backend: t.Any, filters: t.Any = None) -> list[t.Any]:
            found = all_reservations(backend, filters)
            for reservation in found:
                reservation.instances = [i for i in reservation.instances if not self.is_hidden(i.id)]
            return [reservation for reservation in found if reservation.instances]

        def remove_role(backend: t.Any, profile_name: str, role_name: str) -> None:
            roles = backend.get_instance_profile(profile_name).roles
            if backend.get_role(role_name) not in roles:
                raise NotFoundException(f"{role_name} is not in {profile_name}")  # moto would know no answer
            roles.remove(backend.get_role(role_name))

        all_reservations = replace(InstanceBackend, "all_reservations", shown)
        # The front door judges bucket policies, by who calls; moto would by whom they may mean.
        replace(FakeBucket, "get_permission", lambda *_arguments: PermissionResult.NEUTRAL)
        self._hidden: dict[str, float] = {}
        self._see_all = False
        terminate = replace(Instance, "terminate", terminate_once)
        replace(IAMBackend, "remove_role_from_instance_profile", remove_role)
        replace(VPCBackend, "create_default_vpc", create_default_vpc)
        self.lock = threading.RLock()
        self.ec2 = ec2_backends[ACCOUNT][REGION]
        self.iam = iam_backends[ACCOUNT]["aws"]
        self.sts = sts_backends[ACCOUNT]["aws"]
        self.s3 = s3_backends[ACCOUNT]["aws"]
        self.ami_id = ami_id
        self._add_administrator(access_key, secret_key)
        self._add_s3_endpoint()
        ssm = ssm_backends[ACCOUNT][REGION]
        ssm._parameters[image.SSM_PARAMETER].append(
            Parameter(  # type: ignore[abstract]  # moto itself makes such ones
                account_id=ACCOUNT,
                name=image.SSM_PARAMETER,
                value=ami_id,
                parameter_type="String",
                description=None,
                allowed_pattern=None,
                keyid=None,
                last_modified_date=datetime.datetime(2025, 1, 1),
                version=1,
                data_type="aws:ec2:image",
            )
        )

    def _add_administrator(self, access_key: str, secret_key: str) -> None:
        self.iam.create_user(REGION, "admin")
        self.iam.put_user_policy("admin", "admin", json.dumps(ADMIN_POLICY))
        key = self.iam.create_access_key("admin")
        del self.iam.access_keys[key.access_key_id]
        key.access_key_id, key.secret_access_key = access_key, secret_key
        self.iam.access_keys[access_key] = key

    def _add_s3_endpoint(self) -> None:
        tables = [table.id for table in self.ec2.route_tables.values() if table.vpc_id == self.ec2.default_vpc.id]
        service = f"com.amazonaws.{REGION}.s3"
        self.ec2.create_vpc_endpoint(self.ec2.default_vpc.id, service, "Gateway", None, tables)

    # What is seen late

    def hide(self, instance_ids: list[str], seconds: float) -> None:
        """Let no call know of new instances for a while, as EC2 does not always at once."""
        self._hidden.update({one: time.monotonic() + seconds for one in instance_ids})

    def is_hidden(self, instance_id: str) -> bool:
        """Tell whether an instance is too new to be seen."""
        return not self._see_all and self._hidden.get(instance_id, 0.0) > time.monotonic()

    @contextlib.contextmanager
    def seeing_all(self) -> t.Iterator[None]:
        """See new instances too; the lock is held."""
        self._see_all = True
        try:
            yield
        finally:
            self._see_all = False

    def type_exists(self, name: str) -> bool:
        """Tell whether EC2 has an instance type."""
        from moto.ec2.models.instance_types import INSTANCE_TYPES

        return name in INSTANCE_TYPES

    def bucket_policy(self, bucket: str) -> dict[str, t.Any] | None:
        """Return a bucket's own policy, None for none."""
        found = self.s3.buckets.get(bucket)
        return json.loads(found.policy) if found is not None and found.policy else None

    # Instances

    def instances(self) -> list[t.Any]:
        """Return all instances that moto knows, terminated ones too."""
        return [i for reservation in list(self.ec2.reservations.values()) for i in list(reservation.instances)]

    def by_id(self, instance_id: str) -> t.Any | None:
        """Return an instance, or None."""
        return next((i for i in self.instances() if i.id == instance_id), None)

    def by_address(self, address: str) -> t.Any | None:
        """Return the instance that has a private address now, or None."""
        live = [i for i in self.instances() if i.state in LIVE]
        return next((i for i in live if address_of(i) == address), None)

    def show(self, instance: t.Any, state: str) -> None:
        """Make the API show a state."""
        instance._state.name, instance._state.code = state, STATE_CODES[state]

    def end(self, instance: t.Any, state: str, code: str, message: str) -> None:
        """Stop or terminate an instance for a reason of its own, as the API shows it."""
        instance.terminate() if state == "terminated" else instance.stop()
        instance._reason = message
        instance.state_reason.code, instance.state_reason.message = code, message

    def told_of(self, instance: t.Any) -> dict[str, str]:
        """Return what a plan of faults may know an instance by: type, zone, tags."""
        tags = {f"Tag:{key}": value for key, value in self.ec2.tags[instance.id].items()}
        return {"InstanceType": instance.instance_type, "Zone": str(instance.availability_zone), **tags}

    def zone_of(self, subnet_id: str) -> str:
        """Return the zone of a subnet, nothing for one that is not there."""
        zones = self.ec2.subnets.items()
        return next((zone for zone, by_id in zones if subnet_id in by_id), "")

    def default_subnet(self, zone: str | None = None) -> t.Any | None:
        """Return the default subnet of a zone, or None."""
        return self.ec2.get_default_subnets().get(zone or ZONE)

    # Groups

    def groups_of(self, instance: t.Any) -> list[t.Any]:
        """Return an instance's security groups, in a stable order."""
        found = {group.id: group for nic in instance.nics.values() for group in nic.group_set}
        found.update({group.id: group for group in instance.security_groups})
        return [found[key] for key in sorted(found)]

    def members(self) -> dict[str, list[str]]:
        """Return security group id -> private addresses of the live instances in it."""
        found: dict[str, list[str]] = {}
        for instance in self.instances():
            if instance.state in LIVE and instance.state != "shutting-down":
                for group in self.groups_of(instance):
                    found.setdefault(group.id, []).append(address_of(instance))
        return found

    def filter_table(self, instance: t.Any, gateway: str, members: dict[str, list[str]] | None = None) -> str:
        """Return the firewall that an instance's groups ask for."""
        groups = [firewall_group(group) for group in self.groups_of(instance)]
        return firewall.filter_table(groups, self.members() if members is None else members, gateway)

    # Identity

    def role_of(self, instance: t.Any) -> t.Any | None:
        """Return the role in an instance's profile, or None."""
        profile = self.profile_of(instance)
        return profile.roles[0] if profile is not None and profile.roles else None

    def profile_of(self, instance: t.Any) -> t.Any | None:
        """Return an instance's profile, or None."""
        association = self.ec2.iam_instance_profile_associations.get(instance.id)
        return association.iam_instance_profile if association is not None else None

    def find_profile(self, name: str | None, arn: str | None) -> t.Any | None:
        """Return the instance profile of a name or an ARN, or None."""
        profiles = self.iam.get_instance_profiles()
        return next((p for p in profiles if (name and p.name == name) or (arn and p.arn == arn)), None)


def address_of(instance: t.Any) -> str:
    """Return an instance's private address."""
    return str(instance.nics[0].private_ip_address)


def firewall_group(group: t.Any) -> firewall.Group:
    """Return a moto security group as plain rules."""
    return firewall.Group(
        tuple(firewall_rule(rule) for rule in group.ingress_rules),
        tuple(firewall_rule(rule) for rule in group.egress_rules),
    )


def firewall_rule(rule: t.Any) -> firewall.Rule:
    """Return one moto rule as a plain one; prefix lists allow nothing."""
    cidr = (rule.ip_range or {}).get("CidrIp")
    source = (rule.source_group or {}).get("GroupId")
    ports = [int(port) if port not in (None, "") else None for port in (rule.from_port, rule.to_port)]
    return firewall.Rule(
        str(rule.ip_protocol), ports[0], ports[1], (cidr,) if cidr else (), (source,) if source else ()
    )
