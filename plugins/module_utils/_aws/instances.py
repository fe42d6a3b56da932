# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Instances of a cluster: one filtered describe, launches with a token of their own meaning, one terminate."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from dataclasses import dataclass, field
from functools import partial

from .._core.errors import OhmyError
from . import errors, tags
from .groups import MASTER, ON_DEMAND, WORKER
from .security_group import others
from .waits import Deadline, poll, unthrottled

# What each state means for a wanted instance.
LIVE = ("pending", "running")
ASLEEP = ("stopping", "stopped")
DEAD = ("shutting-down", "terminated")
NOT_GONE = (*LIVE, *ASLEEP, "shutting-down")
# What an instance is on its way to each.
ON_THE_WAY = {"running": "pending", "stopped": "stopping", "terminated": "shutting-down"}
LAUNCH_BATCH, MOST_IDS, PROFILE_LAG = 100, 1000, 120
# EC2 remembers a token for a day after its instances ended, and shows these for an hour.
SPENT = "IdempotentInstanceTerminated"


@dataclass(frozen=True)
class Instance:
    """One instance as the API tells of it."""

    id: str
    state: str
    group: str = ""
    incarnation: str = ""
    cluster: str = ""
    bucket: str | None = None
    instance_type: str = ""
    image_id: str = ""
    private_ip: str | None = None
    public_ip: str | None = None
    launch_time: str = ""
    token: str = ""
    reason: str = ""
    subnet_id: str = ""
    vpc_id: str = ""
    key_name: str = ""
    profile: str = ""
    zone: str = ""
    account: str = ""
    market: str = ON_DEMAND
    root_device: str = ""
    attached: str = ""
    ended: str = ""
    # Without the cluster's own.
    security_groups: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """Return the role of its node document."""
        return MASTER if self.group == MASTER else self.tags.get(tags.ROLE, WORKER)

    def public(self, short: str, host_key: str | None, private_only: bool = False) -> dict[str, t.Any]:
        """Return what the module tells of it; ``short`` is what the ssh_config calls it."""
        public_ip = None if private_only else self.public_ip
        return {
            "instance_id": self.id,
            "short": short,
            "private_ip": self.private_ip,
            "public_ip": self.public_ip,
            "address": public_ip or self.private_ip,
            "host_key": host_key,
            "state": self.state,
            "instance_type": self.instance_type,
            "launch_time": self.launch_time,
            "group": self.group,
            "market": self.market,
            "zone": self.zone,
        }


def _stamp(when: t.Any) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else ""


def _attached(raw: dict[str, t.Any]) -> str:
    """Return since when it has its oldest disk: it was launched then, however often it was stopped and started."""
    times = [(one.get("Ebs") or {}).get("AttachTime") for one in raw.get("BlockDeviceMappings") or []]
    return _stamp(min(filter(None, times), default=None))


def _ended(raw: dict[str, t.Any]) -> str:
    """Return when it was stopped; EC2 tells it in words alone: ``User initiated (2026-07-01 12:00:00 GMT)``."""
    found = re.search(r"\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)", raw.get("StateTransitionReason") or "")
    return f"{found[1]}T{found[2]}Z" if found and raw["State"]["Name"] not in LIVE else ""


def from_api(raw: dict[str, t.Any], account: str = "") -> Instance:
    """Make an Instance of one entry of the API's answer, owned by ``account``."""
    found = tags.as_dict(raw.get("Tags"))
    return Instance(
        id=raw["InstanceId"],
        state=raw["State"]["Name"],
        group=found.get(tags.GROUP, ""),
        incarnation=found.get(tags.INCARNATION, ""),
        cluster=found.get(tags.CLUSTER, ""),
        bucket=found.get(tags.BUCKET),
        instance_type=raw.get("InstanceType", ""),
        image_id=raw.get("ImageId", ""),
        private_ip=raw.get("PrivateIpAddress") or None,
        public_ip=raw.get("PublicIpAddress") or None,
        launch_time=_stamp(raw.get("LaunchTime")),
        token=raw.get("ClientToken", ""),
        reason=(raw.get("StateReason") or {}).get("Message", ""),
        subnet_id=raw.get("SubnetId", ""),
        vpc_id=raw.get("VpcId", ""),
        key_name=raw.get("KeyName", ""),
        profile=(raw.get("IamInstanceProfile") or {}).get("Arn", ""),
        zone=(raw.get("Placement") or {}).get("AvailabilityZone", ""),
        account=account,
        market=raw.get("InstanceLifecycle") or ON_DEMAND,
        root_device=raw.get("RootDeviceType", ""),
        attached=_attached(raw),
        ended=_ended(raw),
        security_groups=others(raw, found.get(tags.CLUSTER, "")),
        tags=found,
    )


def described(ec2: t.Any, what: str, filters: list[dict[str, t.Any]]) -> list[Instance]:
    """Return the instances that filters let through, in order of launch: one paginated call."""
    found = errors.many(what, ec2, "describe_instances", "Reservations", Filters=filters)
    known = [from_api(raw, one.get("OwnerId") or "") for one in found for raw in one["Instances"]]
    return sorted(known, key=lambda one: (one.launch_time, one.id))


def observe(ec2: t.Any, cluster: str | None, states: t.Sequence[str] = (), only: str | None = None) -> list[Instance]:
    """Return the instances of one cluster or of all (None), the terminated too, in order of launch.

    :param states: those in one of these states, where there are any.
    :param only: the one instance with this id.
    """
    what = "describe the instances of all clusters" if cluster is None else f"describe the instances of {cluster}"
    narrowed = tags.filters(cluster)
    if states:
        narrowed.append({"Name": "instance-state-name", "Values": list(states)})
    if only is not None:
        narrowed.append({"Name": "instance-id", "Values": [only]})
    known = described(ec2, what, narrowed)
    return [one for one in known if tags.is_ours(one.tags, cluster if cluster is not None else one.cluster)]


def moving(ec2: t.Any, cluster: str, states: t.Iterable[str]) -> bool:
    """Tell whether one of the cluster's instances is on its way to one of these states.

    A small answer, however many are: a wait asks it until there is something to be seen.
    """
    only = [*tags.filters(cluster), {"Name": "instance-state-name", "Values": [ON_THE_WAY[one] for one in states]}]
    what = f"look whether instances of {cluster} are {' or '.join(states)}"
    return bool(errors.call(what, ec2.describe_instances, Filters=only, MaxResults=5)["Reservations"])


def token(incarnation: str, group: str, zone: str, attempt: int, count: int, params: dict[str, t.Any]) -> str:
    """Return the client token of one launch: 64 hex digits, the same for the same wish.

    A lost answer and a second run give the same instances; a new cluster of the same name, or a replacement for
    instances that this token already gave, do not get yesterday's.
    """
    wish = [incarnation, group, zone, attempt, count, params]
    return hashlib.sha256(json.dumps(wish, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Order:
    """So many instances of a group in one zone; ``params`` are those of RunInstances apart from count and token."""

    incarnation: str
    group: str
    zone: str
    count: int
    params: dict[str, t.Any]


def launch(clients: t.Any, order: Order, known: list[Instance], deadline: Deadline) -> t.Iterator[list[Instance]]:
    """Launch instances, all or none per batch of 100; yield each batch, addresses included.

    ``known`` are all instances seen so far: a token that gave one of them is spent.
    """
    spent = {one.token for one in known if one.token}
    ids = {one.id for one in known}
    made = attempt = 0
    while made < order.count:
        size = min(LAUNCH_BATCH, order.count - made)
        mark = token(order.incarnation, order.group, order.zone, attempt, size, order.params)
        attempt += 1
        if mark in spent:
            continue
        if attempt > 1000:
            hint = "Remove the cluster and launch it under another name."
            raise OhmyError(f"No unused client token was found for {order.group}.", hint)
        batch = _run(clients.launcher, order.group, size, {**order.params, "ClientToken": mark}, deadline)
        if not batch or any(one.state in DEAD or one.id in ids for one in batch):
            continue
        made += len(batch)
        ids.update(one.id for one in batch)
        yield batch


def _run(launcher: t.Any, group: str, count: int, params: dict[str, t.Any], deadline: Deadline) -> list[Instance]:
    what = f"launch {count} {group} instance(s) of type {params['InstanceType']}"
    visible = Deadline(min(PROFILE_LAG, deadline.seconds))

    def asked() -> t.Any:
        return errors.call(what, launcher.run_instances, MinCount=count, MaxCount=count, **params)

    def probe() -> list[Instance] | None:
        try:
            answer = unthrottled(deadline, asked)
        except errors.AwsError as exc:
            # A profile or group that was made a moment ago may not be visible yet.
            late = exc.code == "InvalidParameterValue" and "iam" in exc.message.lower()
            if (late or exc.code in ("InvalidGroup.NotFound", "InvalidKeyPair.NotFound")) and visible.left():
                return None
            if exc.code == SPENT:
                return []
            raise
        return [from_api(raw) for raw in answer["Instances"]]

    return poll(
        visible,
        probe,
        lambda: OhmyError(
            f"Could not {what}: the profile or group stays invisible.",
            "Run the same command again: a new profile or group may be seen late.",
        ),
        pause=2,
    )


def _in_batches(ids: list[str], deadline: Deadline, work: t.Callable[[list[str]], None]) -> None:
    """Do something with instances, a thousand per call, again while EC2 throttles it."""
    for at in range(0, len(ids), MOST_IDS):
        unthrottled(deadline, partial(work, ids[at : at + MOST_IDS]))


def start(clients: t.Any, ids: list[str], deadline: Deadline) -> None:
    """Start stopped instances, one call per thousand."""

    def work(batch: list[str]) -> None:
        errors.call(f"start {len(batch)} instance(s)", clients.launcher.start_instances, InstanceIds=batch)

    _in_batches(ids, deadline, work)


def stop(ec2: t.Any, cluster: str, ids: list[str], deadline: Deadline) -> None:
    """Stop running instances, one call per thousand; what they are doing is theirs to end."""

    def work(batch: list[str]) -> None:
        try:
            errors.call(f"stop {len(batch)} instance(s) of {cluster}", ec2.stop_instances, InstanceIds=batch)
        except errors.AwsError as exc:
            hint = "If stop protection is on, lift it on the instances first."
            raise errors.with_hint(exc, ("OperationNotPermitted",), hint) from exc

    _in_batches(ids, deadline, work)


def terminate(ec2: t.Any, cluster: str, ids: list[str], deadline: Deadline) -> None:
    """Terminate instances, one call per thousand; those that are gone already are fine.

    One unknown id makes the whole call fail, so that the others are asked for again without it.
    """

    def work(batch: list[str]) -> None:
        while batch:
            batch = _terminate(ec2, cluster, batch)

    _in_batches(ids, deadline, work)


def _terminate(ec2: t.Any, cluster: str, ids: list[str]) -> list[str]:
    """Terminate instances by one call; return those to ask for again, as others of them are gone."""
    try:
        errors.call(f"terminate {len(ids)} instance(s) of {cluster}", ec2.terminate_instances, InstanceIds=ids)
        return []
    except errors.AwsError as exc:
        if exc.code not in errors.GONE:
            raise
        seen = {one.id for one in observe(ec2, cluster) if one.state not in DEAD}
        rest = [one for one in ids if one in seen and one not in exc.message]
        if rest == ids:
            raise
        return rest
