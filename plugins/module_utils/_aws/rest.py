# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What there is of a cluster, whatever subset; a look that is refused is remembered and hides nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import denials, documents, errors, iam, instances, key_pair, local_files, s3, security_group, tags, volumes
from .client import Clients

T = t.TypeVar("T")


@dataclass(frozen=True)
class Rest:
    """What there is of a cluster, to be removed; ``unseen`` says what could not be looked at, and why."""

    instances: list[instances.Instance]
    volumes: list[str]
    interfaces: list[str]
    groups: list[security_group.Group]
    pair: str | None
    role: iam.Role | None
    bucket: str | None
    objects: list[str]
    folders: list[str]
    unseen: list[str]
    own_profile: bool

    def names(self) -> list[str]:
        """Return all of it by name, the objects as one line."""
        found = [f"instance {one.id}" for one in self.instances]
        found += [f"volume {one}" for one in self.volumes] + [f"network interface {one}" for one in self.interfaces]
        found += [f"security group {one.id}" for one in self.groups]
        found += [f"key pair {self.pair}"] if self.pair else []
        found += [f"role and instance profile {self.role.name}"] if self.role is not None else []
        found += [f"{len(self.objects)} objects under {self._prefix()}"] if self.objects else []
        return found + [f"folder {one}" for one in self.folders]

    def _prefix(self) -> str:
        return "/".join(["s3:/", self.bucket or ""] + self.objects[0].split("/")[:2]) + "/"


def _interfaces(clients: Clients, name: str) -> list[str]:
    """Return the ids of the network interfaces that carry the cluster's tags."""
    what = f"describe the network interfaces of {name}"
    operation, key = "describe_network_interfaces", "NetworkInterfaces"
    found = errors.many(what, clients.ec2, operation, key, Filters=tags.filters(name))
    ours = [one for one in found if tags.is_ours(tags.as_dict(one.get("TagSet")), name)]
    return sorted(one["NetworkInterfaceId"] for one in ours)


def _role(clients: Clients, name: str, own_profile: bool) -> iam.Role | None:
    """Return the role that is ours, if any.

    A caller who may not look made no role, but gave a profile; unless an instance showed that there is one.
    """
    try:
        role = iam.observe(clients.iam, name, clients.region)
    except errors.AwsError as exc:
        if exc.code in denials.CODES and not own_profile:
            return None
        raise
    return role if role.ours and (role.role or role.profile) else None


def observe(clients: Clients, name: str, state_dir: str, bucket: str | None = None, own_profile: bool = False) -> Rest:
    """Read all there is: by tags, and by the names that only we give where these carry our tags.

    Raise OhmyError only where the instances cannot be seen. ``bucket``: where no tag tells it. ``own_profile``: an earlier
    look saw our own profile in use, which an instance that has ended does not show any more.
    """
    unseen: list[str] = []

    def look(step: t.Callable[[], T], otherwise: T) -> T:
        try:
            return step()
        except (OhmyError, OSError) as exc:
            unseen.append(str(exc))
            return otherwise

    known = instances.observe(clients.ec2, name, instances.NOT_GONE)
    profile = iam.role_name(name, clients.region)
    own_profile = own_profile or any(one.profile.rsplit("/", 1)[-1] == profile for one in known)
    groups: list[security_group.Group] = look(lambda: security_group.observe(clients.ec2, name), [])
    pair = look(lambda: key_pair.observe(clients.ec2, name), None)
    role = look(lambda: _role(clients, name, own_profile), None)
    told = [*(one.bucket for one in groups), *(one.bucket for one in known)]
    bucket = next(filter(None, told), bucket)
    objects: list[dict[str, t.Any]] = []
    if bucket is not None:
        objects = look(lambda: s3.listing(clients.s3, bucket, documents.folder(name)), [])
    return Rest(
        instances=known,
        volumes=look(lambda: [one.id for one in volumes.observe(clients.ec2, name)], []),
        interfaces=look(lambda: _interfaces(clients, name), []),
        groups=groups,
        pair=pair.name if pair is not None and pair.owner == name else None,
        role=role,
        bucket=bucket,
        objects=[one["Key"] for one in objects],
        folders=look(lambda: local_files.folders(state_dir, name, clients.region, clients.identity.account), []),
        unseen=unseen,
        own_profile=own_profile,
    )
