# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""``state: absent``: everything with the cluster's tag goes, whatever subset there is, and a last look proves it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.plan import Plan
from . import errors, iam, instances, key_pair, local_files, s3, security_group, tags, view
from .client import Clients
from .waits import Deadline, poll
from .want import Want

TERMINATE_SECONDS = 300.0


@dataclass(frozen=True)
class Rest:
    """What there is of a cluster, to be removed; ids and names."""

    instances: list[instances.Instance]
    volumes: list[str]
    interfaces: list[str]
    groups: list[security_group.Group]
    pair: str | None
    role: iam.Role | None
    bucket: str | None
    objects: list[str]
    folders: list[str]

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


def _tagged(clients: Clients, name: str, operation: str, key: str, id_key: str, state: str) -> list[str]:
    """Return the ids of what carries the cluster's tags."""
    what = f"{operation.replace('_', ' ')} of {name}"
    found = errors.pages(what, clients.ec2, operation, key, Filters=tags.filters(name))
    ours = [one for one in found if tags.is_ours(tags.as_dict(one.get("Tags") or one.get("TagSet")), name)]
    return sorted(one[id_key] for one in ours if one.get(state) != "deleting")


def observe(clients: Clients, want: Want) -> Rest:
    """Read all there is: by tags, and by the names that only we give where these carry our tags."""
    name = want.name
    known = [one for one in instances.observe(clients.ec2, name) if one.state != "terminated"]
    groups = security_group.observe(clients.ec2, name)
    pair = key_pair.observe(clients.ec2, name)
    role = _role(clients, name)
    told = [one.bucket for one in [*groups, *known] if one.bucket]
    bucket = told[0] if told else want.bucket
    objects = s3.listing(clients.s3, bucket, f"clusters/{name}/") if bucket is not None else []
    return Rest(
        instances=known,
        volumes=_tagged(clients, name, "describe_volumes", "Volumes", "VolumeId", "State"),
        interfaces=_tagged(
            clients, name, "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId", "Status"
        ),
        groups=groups,
        pair=pair.name if pair is not None and pair.ours else None,
        role=role if role is not None and role.ours and (role.role or role.profile) else None,
        bucket=bucket,
        objects=[one["Key"] for one in objects],
        folders=local_files.folders(want.state_dir, name, clients.region, clients.identity.account),
    )


def _role(clients: Clients, name: str) -> iam.Role | None:
    """Return the role, or None for a caller who may not look: such a caller gave a profile and made no role."""
    try:
        return iam.observe(clients.iam, name, clients.region)
    except errors.AwsError as exc:
        if exc.code in ("AccessDenied", "UnauthorizedOperation"):
            return None
        raise


def plan(want: Want, have: Rest) -> Plan:
    """Return the removals; volumes and interfaces of living instances go with these."""
    todo = Plan()
    for name in have.names():
        todo.add("remove", name, "present", "absent")
    return todo


class _Removal:
    """Removes what it can and remembers why something stays: one failure never hides the rest."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def attempt(self, step: t.Callable[[], None]) -> None:
        try:
            step()
        except (OhmyError, OSError) as exc:
            self.reasons.append(str(exc))


def _retry_in_use(step: t.Callable[[], None], deadline: Deadline) -> None:
    """Repeat a removal while something still refers to it: network interfaces vanish late."""
    last: list[errors.AwsError] = []

    def probe() -> bool | None:
        try:
            step()
            return True
        except errors.AwsError as exc:
            if exc.code not in errors.IN_USE:
                raise
            last[:] = [exc]
            return None

    poll(
        deadline, probe, lambda: OhmyError(f"{last[0].message} (still in use after {deadline.seconds:.0f} s)"), pause=2
    )


def _remove_volume(clients: Clients, volume: str) -> None:
    errors.call_or_none(f"delete volume {volume}", clients.ec2.delete_volume, VolumeId=volume)


def _remove_interface(clients: Clients, card: str) -> None:
    what = f"delete network interface {card}"
    errors.call_or_none(what, clients.ec2.delete_network_interface, NetworkInterfaceId=card)


def apply(clients: Clients, want: Want, have: Rest) -> list[str]:
    """Remove it all, machines first; return why something may have stayed."""
    # EC2 takes a minute to end an instance, however short the user wants to wait for a launch.
    deadline, patience = Deadline(max(float(want.wait_timeout), TERMINATE_SECONDS)), Deadline(want.wait_timeout)
    removal = _Removal()
    ids = [one.id for one in have.instances]
    if ids:
        instances.terminate(clients.ec2, want.name, ids)
        removal.attempt(lambda: instances.wait_state(clients.ec2, want.name, ids, ("terminated",), deadline))
    left = Deadline(max(30.0, patience.left()))
    if have.volumes or have.interfaces:
        rest = observe(clients, want) if ids else have
        for card in rest.interfaces:
            removal.attempt(lambda card=card: _retry_in_use(lambda: _remove_interface(clients, card), left))
        for volume in rest.volumes:
            removal.attempt(lambda volume=volume: _retry_in_use(lambda: _remove_volume(clients, volume), left))
    if have.pair is not None:
        removal.attempt(lambda: key_pair.delete(clients.ec2, have.pair or ""))
    if have.role is not None:
        role = have.role
        removal.attempt(lambda: iam.delete(clients.iam, role))
    if have.bucket is not None and (have.objects or ids):
        # What nodes wrote while they went is there only now.
        bucket, at = have.bucket, f"clusters/{want.name}/"
        removal.attempt(
            lambda: s3.delete(clients.s3, bucket, [one["Key"] for one in s3.listing(clients.s3, bucket, at)])
        )
    # Last, as its tags tell a later try which bucket the cluster had.
    for group in have.groups:
        removal.attempt(lambda group=group: _retry_in_use(lambda: security_group.delete(clients.ec2, group.id), left))
    for folder in have.folders:
        removal.attempt(lambda folder=folder: local_files.remove(folder))
    return removal.reasons


def run(clients: Clients, want: Want, check_mode: bool) -> dict[str, t.Any]:
    """Remove the cluster; return the module's result. Raise OhmyError with ``left`` when something stays."""
    have = observe(clients, want)
    todo = plan(want, have)
    removed: list[str] = []
    left: list[str] = []
    if not check_mode and todo.steps:
        reasons = apply(clients, want, have)
        seen = Deadline(30.0)
        if have.bucket is not None:
            want = Want(**{**want.__dict__, "bucket": have.bucket})

        def probe() -> Rest | None:
            rest = observe(clients, want)
            return None if rest.names() and not reasons and seen.left() else rest

        left = poll(Deadline(60.0), probe, lambda: OhmyError("The last look took too long.")).names()
        removed = [name for name in have.names() if name not in left]
        if left:
            raise OhmyError(
                f"Cluster {want.name} is not wholly removed; left: {', '.join(left)}. {' '.join(reasons)}".strip(),
                "Run it again; what is in somebody else's use has to be released there.",
                **todo.result(cluster=_gone(clients, want, have), removed=removed, left=left),
            )
    cluster = _gone(clients, want, have) if not check_mode else _gone(clients, want, have, have.instances)
    return todo.result(cluster=cluster, removed=removed, left=left)


def _gone(clients: Clients, want: Want, have: Rest, known: list[instances.Instance] | None = None) -> dict[str, t.Any]:
    incarnation = next((one.incarnation for one in [*have.groups, *have.instances] if one.incarnation), None)
    return view.cluster(want.name, known or [], clients.region, incarnation=incarnation, bucket=have.bucket)
