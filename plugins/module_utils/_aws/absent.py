# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""``state: absent``: everything with the cluster's tag goes, whatever subset there is, and a last look proves it."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial

from .._core import cluster_keys
from .._core.errors import OhmyError
from .._core.plan import Plan
from . import (
    documents,
    errors,
    evidence,
    iam,
    instance_waits,
    instances,
    key_pair,
    local_files,
    s3,
    security_group,
    view,
)
from .client import Clients
from .rest import Rest, observe
from .waits import Deadline, poll
from .want import Want

TERMINATE_SECONDS = 300.0
TERMINATED_A_SECOND = 20
LOOK_SECONDS = 30.0


def plan(want: Want, have: Rest) -> Plan:
    """Return the removals; volumes and interfaces of living instances go with these."""
    todo = Plan()
    for name in have.names():
        todo.add("remove", name, "present", "absent")
    return todo


def _look(clients: Clients, want: Want, own_profile: bool = False) -> Rest:
    return observe(clients, want.name, want.state_dir, want.bucket, own_profile)


class _Removal:
    """Removes what it can and remembers why something stays: one failure never hides the rest."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def attempt(self, step: t.Callable[[], None]) -> bool:
        """Take a step; tell whether it went well."""
        try:
            step()
        except (OhmyError, OSError) as exc:
            if str(exc) not in self.reasons:
                self.reasons.append(str(exc))
            return False
        return True


def _retry_in_use(step: t.Callable[[], None], deadline: Deadline) -> None:
    """Repeat a removal while something still refers to it: network interfaces vanish late."""
    last: list[errors.AwsError] = []

    def probe() -> bool | None:
        try:
            step()
            return True
        except errors.AwsError as exc:
            if not errors.in_use(exc):
                raise
            last[:] = [exc]
            return None

    poll(
        deadline,
        probe,
        lambda: OhmyError(
            f"{last[0].message.rstrip('.')} (still in use after {deadline.seconds:.0f} s).",
            "Something that is not the cluster's uses it: free it, then run the same command again.",
        ),
        pause=2,
    )


def _remove_volume(clients: Clients, volume: str) -> None:
    errors.call_or_none(f"delete volume {volume}", clients.ec2.delete_volume, VolumeId=volume)


def _remove_interface(clients: Clients, card: str) -> None:
    what = f"delete network interface {card}"
    errors.call_or_none(what, clients.ec2.delete_network_interface, NetworkInterfaceId=card)


def _free(clients: Clients, want: Want, late: list[str], step: t.Callable[[], None], deadline: Deadline) -> None:
    """Remove what instances use that may not have been seen before: such are ended first, and noted in ``late``."""

    def careful() -> None:
        try:
            step()
        except errors.AwsError as exc:
            known = instances.observe(clients.ec2, want.name) if errors.in_use(exc) else []
            new = [one.id for one in known if one.state not in instances.DEAD and one.id not in late]
            if not new:
                raise
            late.extend(new)
            time_left = Deadline(TERMINATE_SECONDS)
            instances.terminate(clients.ec2, want.name, new, time_left)
            instance_waits.wait_state(clients.ec2, want.name, new, ("terminated",), time_left)
            _retry_in_use(careful, Deadline(deadline.seconds))

    _retry_in_use(careful, deadline)


def _end_machines(clients: Clients, want: Want, have: Rest, removal: _Removal) -> bool:
    """End the instances and wait; tell whether the end was at least accepted."""
    ids = [one.id for one in have.instances]
    # EC2 takes a minute to end an instance, however short the user wants to wait for a launch, and of many 20 a second.
    deadline = Deadline(max(float(want.wait_timeout), TERMINATE_SECONDS) + len(ids) / TERMINATED_A_SECOND)
    if ids and not removal.attempt(lambda: instances.terminate(clients.ec2, want.name, ids, deadline)):
        return False
    if ids:
        removal.attempt(lambda: instance_waits.wait_state(clients.ec2, want.name, ids, ("terminated",), deadline))
    return True


def _remove_objects(clients: Clients, want: Want, bucket: str) -> None:
    """Remove what lies under the cluster's prefix now, what nodes wrote while they went too."""
    found = s3.listing(clients.s3, bucket, documents.folder(want.name))
    s3.delete(clients.s3, bucket, [one["Key"] for one in found])


def apply(clients: Clients, want: Want, have: Rest) -> tuple[list[str], list[str]]:
    """Remove it all, machines first; return why something may have stayed, and which instances were only seen then."""
    patience = Deadline(want.wait_timeout)
    removal = _Removal()
    late: list[str] = []
    if not _end_machines(clients, want, have, removal):
        # Machines that stay are protected or not ours to end: all the rest is in their use.
        return removal.reasons, late
    left = Deadline(max(30.0, patience.left()))

    def free(step: t.Callable[[], None]) -> None:
        removal.attempt(lambda: _free(clients, want, late, step, left))

    if have.volumes or have.interfaces:
        rest = have
        if have.instances:
            seen: list[Rest] = []
            removal.attempt(lambda: seen.append(_look(clients, want, have.own_profile)))
            rest = seen[0] if seen else have
        for card in rest.interfaces:
            free(partial(_remove_interface, clients, card))
        for volume in rest.volumes:
            free(partial(_remove_volume, clients, volume))
    if have.pair is not None:
        removal.attempt(lambda: key_pair.delete(clients.ec2, have.pair or ""))
    if have.role is not None:
        role = have.role
        removal.attempt(lambda: iam.delete(clients.iam, role))
    emptied = True
    if have.bucket is not None and (have.objects or have.instances or late or have.unseen):
        bucket = have.bucket
        emptied = removal.attempt(lambda: _remove_objects(clients, want, bucket))
    # Last, and only then, as its tags tell a later try which bucket the cluster had.
    before = len(late)
    for group in have.groups if emptied else []:
        free(partial(security_group.delete, clients.ec2, group.id))
    if have.bucket is not None and len(late) > before:  # what these wrote meanwhile
        removal.attempt(lambda: _remove_objects(clients, want, have.bucket or ""))
    for folder in have.folders:
        removal.attempt(partial(local_files.remove, folder))
    return removal.reasons, late


def _last_look(clients: Clients, want: Want, have: Rest, patient: bool) -> Rest:
    """Look until nothing is left, a while longer where nothing was refused: EC2 tells of removals late."""
    seen = Deadline(LOOK_SECONDS if patient else 0.0)

    def probe() -> Rest | None:
        rest = _look(clients, want, have.own_profile)
        return None if rest.names() and not rest.unseen and seen.left() else rest

    return poll(
        Deadline(LOOK_SECONDS * 2),
        probe,
        lambda: OhmyError(
            "The last look took too long.", "AWS answers slowly: run the same command again to see what is left."
        ),
    )


def run(clients: Clients, want: Want, check_mode: bool) -> dict[str, t.Any]:
    """Remove the cluster; return the module's result. Raise OhmyError with ``left`` when something stays or is unseen."""
    have = _look(clients, want)
    todo = plan(want, have)
    removed = have.names() if check_mode else []
    left: list[str] = []
    reasons: list[str] = have.unseen
    if not check_mode and (todo.steps or reasons):
        reasons, late = apply(clients, want, have)
        if have.bucket is not None:
            want = replace(want, bucket=have.bucket)
        rest = _last_look(clients, want, have, not reasons)
        left = rest.names()
        known = dict.fromkeys([*have.names(), *(f"instance {one}" for one in late)])
        removed = [name for name in known if name not in left]
        reasons = list(dict.fromkeys([*reasons, *rest.unseen])) if left or rest.unseen else []
    if left or reasons:
        stays = f"; left: {', '.join(left)}." if left else "; not all of it could be looked at."
        verb = "cannot be planned to the end" if check_mode else "is not wholly removed"
        raise OhmyError(
            f"Cluster {want.name} {verb}{stays} {' '.join(reasons)}".strip(),
            "Run it again; what is in somebody else's use has to be released there.",
            **todo.result(cluster=_gone(clients, want, have), removed=removed, left=left, launches=[]),
        )
    cluster = _gone(clients, want, have) if not check_mode else _gone(clients, want, have, have.instances)
    kept = evidence.place(clients, have.bucket, cluster_keys.evidence(documents.folder(want.name)))
    return todo.result(cluster=cluster, removed=removed, left=left, launches=[], evidence=kept)


def _gone(clients: Clients, want: Want, have: Rest, known: list[instances.Instance] | None = None) -> dict[str, t.Any]:
    told = [*(one.incarnation for one in have.groups), *(one.incarnation for one in have.instances)]
    incarnation = next(filter(None, told), None)
    return view.cluster(want.name, known or [], clients.region, incarnation=incarnation, bucket=have.bucket)
