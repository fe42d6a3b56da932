# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The cluster's one security group: all from itself, SSH from the controller, nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import errors, open_ports, tags
from .waits import seen

SSH_RULE = "ohmy: SSH from the controller"
SELF_RULE = "ohmy: all between the nodes"
# What EC2 may say of a group that it made a moment ago.
UNSEEN = ("InvalidGroup.NotFound", "InvalidGroupId.NotFound")


@dataclass(frozen=True)
class Group:
    """A security group of ours; ``ssh`` are the CIDRs of our own SSH rules, ``subnet`` is where its launch began."""

    id: str
    name: str
    vpc_id: str
    incarnation: str
    bucket: str | None
    open_inside: bool
    ssh: tuple[str, ...]
    subnet: str | None = None


def group_name(cluster: str) -> str:
    """Return the name of a cluster's group."""
    return f"ohmy-{cluster}"


def others(instance: dict[str, t.Any], cluster: str) -> tuple[str, ...]:
    """Return the ids of an instance's groups, which are those of its first interface, but that of its cluster."""
    cards = [one.get("Groups") for one in instance.get("NetworkInterfaces") or ()]
    found: list[dict[str, str]] = next(filter(None, [instance.get("SecurityGroups"), *cards]), [])
    return tuple(one["GroupId"] for one in found if one.get("GroupName") != group_name(cluster))


def _own_ssh(raw: dict[str, t.Any]) -> tuple[str, ...]:
    found = []
    for rule in raw.get("IpPermissions", []):
        if rule.get("IpProtocol") == "tcp" and rule.get("FromPort") == 22:
            ranges = [(one["CidrIp"], one) for one in rule.get("IpRanges", [])]
            ranges += [(one["CidrIpv6"], one) for one in rule.get("Ipv6Ranges", [])]
            found += [cidr for cidr, one in ranges if one.get("Description") == SSH_RULE]
    return tuple(sorted(found))


def from_api(raw: dict[str, t.Any]) -> Group:
    """Make a Group of one entry of the API's answer."""
    found = tags.as_dict(raw.get("Tags"))
    inside = any(
        rule.get("IpProtocol") == "-1"
        and any(pair.get("GroupId") == raw["GroupId"] for pair in rule["UserIdGroupPairs"])
        for rule in raw.get("IpPermissions", [])
    )
    return Group(
        id=raw["GroupId"],
        name=raw["GroupName"],
        vpc_id=raw.get("VpcId", ""),
        incarnation=found.get(tags.INCARNATION, ""),
        bucket=found.get(tags.BUCKET),
        open_inside=inside,
        ssh=_own_ssh(raw),
        subnet=found.get(tags.SUBNET),
    )


def observe(ec2: t.Any, cluster: str) -> list[Group]:
    """Return all groups with the cluster's tags, in any VPC."""
    what = f"find the security groups of {cluster}"
    found = errors.pages(what, ec2, "describe_security_groups", "SecurityGroups", Filters=tags.filters(cluster))
    return [from_api(raw) for raw in found if tags.is_ours(tags.as_dict(raw.get("Tags")), cluster)]


def of_name(ec2: t.Any, cluster: str) -> tuple[list[Group], set[str]]:
    """Return our groups of the cluster's name, and the VPCs where a stranger's group has that name."""
    wanted = [{"Name": "group-name", "Values": [group_name(cluster)]}]
    what = f"find security group {group_name(cluster)}"
    found = errors.pages(what, ec2, "describe_security_groups", "SecurityGroups", Filters=wanted)
    ours, strangers = [], set()
    for raw in found:
        if tags.is_ours(tags.as_dict(raw.get("Tags")), cluster):
            ours.append(from_api(raw))
        else:
            strangers.add(raw.get("VpcId", ""))
    return ours, strangers


def request(cluster: str, vpc_id: str, own: dict[str, str]) -> dict[str, t.Any]:
    """Return the parameters of the call that makes the group."""
    return {
        "GroupName": group_name(cluster),
        "Description": f"Hadoop cluster {cluster}",
        "VpcId": vpc_id,
        "TagSpecifications": [tags.specification("security-group", own)],
    }


def require_given(ec2: t.Any, ids: t.Sequence[str], vpc_id: str) -> list[str]:
    """Raise OhmyError for a group of the user's own that does not exist or lies in another VPC; none is ever changed.

    Return remarks on those that open the nodes to the world.
    """
    if not ids:
        return []
    what = f"describe security group {', '.join(ids)}"
    try:
        answer = errors.call(what, ec2.describe_security_groups, GroupIds=list(ids))
    except errors.AwsError as exc:
        hint = "Check cluster_security_group_ids: groups of this region and account."
        raise errors.with_hint(exc, ("InvalidGroup.NotFound", "InvalidGroupId.Malformed"), hint) from exc
    for raw in answer["SecurityGroups"]:
        if raw.get("VpcId") != vpc_id:
            hint = "Name groups of the VPC that the cluster lies in (cluster_security_group_ids)."
            raise OhmyError(f"Security group {raw['GroupId']} is in {raw.get('VpcId')}, the cluster in {vpc_id}.", hint)
    return [text for raw in answer["SecurityGroups"] for text in open_ports.remarks(raw)]


def create(ec2: t.Any, cluster: str, vpc_id: str, own: dict[str, str]) -> str:
    """Make the group with its tags in the one call; return its id."""
    name = group_name(cluster)
    try:
        wanted = request(cluster, vpc_id, own)
        answer = errors.call(f"create security group {name}", ec2.create_security_group, **wanted)
    except errors.AwsError as exc:
        if exc.code != "InvalidGroup.Duplicate":
            raise
        # The answer may have been lost, and the SDK have asked again.
        for one in of_name(ec2, cluster)[0]:
            if one.vpc_id == vpc_id and one.incarnation == own[tags.INCARNATION]:
                return one.id
        hint = "Another run makes this cluster at this moment: wait for it, then run again."
        raise OhmyError(f"Security group {name} has just been made by somebody else.", hint) from exc
    return str(answer["GroupId"])


def _ssh(cidr: str) -> dict[str, t.Any]:
    rule: dict[str, t.Any] = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    if ":" in cidr:
        return {**rule, "Ipv6Ranges": [{"CidrIpv6": cidr, "Description": SSH_RULE}]}
    return {**rule, "IpRanges": [{"CidrIp": cidr, "Description": SSH_RULE}]}


def rules(group_id: str, inside: bool, ssh_cidr: str | None) -> list[dict[str, t.Any]]:
    """Return the rules that are missing: all from the group itself, SSH from an address."""
    found = [_ssh(ssh_cidr)] if ssh_cidr is not None else []
    if inside:
        pair = {"GroupId": group_id, "Description": SELF_RULE}
        found.insert(0, {"IpProtocol": "-1", "UserIdGroupPairs": [pair]})
    return found


def allow(ec2: t.Any, group_id: str, inside: bool, ssh_cidr: str | None) -> None:
    """Add the missing rules in one call; a rule that is there already is fine."""
    wanted = rules(group_id, inside, ssh_cidr)
    what, operation = f"add rules to security group {group_id}", ec2.authorize_security_group_ingress
    try:
        seen(UNSEEN, lambda: errors.call(what, operation, GroupId=group_id, IpPermissions=wanted))
    except errors.AwsError as exc:
        if exc.code != "InvalidPermission.Duplicate":
            raise


def forbid(ec2: t.Any, group_id: str, ssh_cidrs: t.Iterable[str]) -> None:
    """Take back our own old SSH rules in one call."""
    rules = [_ssh(cidr) for cidr in ssh_cidrs]
    what = f"take old SSH rules off security group {group_id}"
    try:
        errors.call(what, ec2.revoke_security_group_ingress, GroupId=group_id, IpPermissions=rules)
    except errors.AwsError as exc:
        if exc.code != "InvalidPermission.NotFound":  # the answer was lost, and the SDK asked again
            raise


def delete(ec2: t.Any, group_id: str) -> None:
    """Delete a group; one that is gone already is fine."""
    errors.call_or_none(f"delete security group {group_id}", ec2.delete_security_group, GroupId=group_id)
