# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The nodes' role and instance profile: the least they need, made and removed with the cluster."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

from .._core import cluster_keys, s3_uri
from .._core.errors import OhmyError
from . import denials, errors, tags
from .client import Identity
from .waits import seen

POLICY = "ohmy-nodes"
MOST_BYTES = 10240
# What AWS says to who makes a thing twice; a profile holds one role.
THERE = ("EntityAlreadyExists", "LimitExceeded")
# And what of a role or profile that was made a moment ago.
UNSEEN = ("NoSuchEntity",)
# What it says of a role whose policy or profile went a moment ago.
HELD = ("DeleteConflict",)


@dataclass(frozen=True)
class Role:
    """What there is of a cluster's role and profile; ``ours`` False: something of that name is a stranger's."""

    name: str
    role: bool = False
    profile: bool = False
    attached: bool = False
    policy: dict[str, t.Any] | None = None
    ours: bool = True


def role_name(cluster: str, region: str) -> str:
    """Return the name of role and profile: IAM knows no regions, so the region is in it (at most 64 characters)."""
    return f"ohmy-{cluster}-{region}"[:64]


def _patterns(key: str) -> list[str]:
    """Return the patterns of the keys that one URI's key means; s3a asks for a folder without its slash too."""
    fixed = re.split(r"[*?\[{]", key, maxsplit=1)[0]
    if fixed != key or key == "":
        return [f"{fixed}*"]
    return [key.rstrip("/"), f"{key.rstrip('/')}/*"]


def policy(
    bucket: str, prefix: str, read_uris: t.Iterable[str], write_uris: t.Iterable[str], partition: str = "aws"
) -> dict[str, t.Any]:
    """Return the nodes' policy: read archives, the cluster's prefix and the input; write reports, lease and last logs.

    Listing is granted for whole buckets: where it hangs on a prefix, S3 answers 403 instead of 404 for an object that is
    not there, and s3a, which looks for a folder by its bare name first, takes that for a refusal.
    """
    arn = f"arn:{partition}:s3:::"
    # Staged input of any job: on a cluster that is kept, one job's launch must not lock out another's.
    read = {f"{arn}{bucket}/archives/*", f"{arn}{bucket}/input/*", f"{arn}{bucket}/{prefix}*"}
    write = {f"{arn}{bucket}/{cluster_keys.nodes(prefix)}*", f"{arn}{bucket}/{cluster_keys.lease(prefix)}"}
    write.add(f"{arn}{bucket}/{cluster_keys.evidence(prefix)}*")
    lists = {bucket}
    output: set[str] = set()
    for uris, target in ((read_uris, read), (write_uris, output)):
        for uri in uris:
            name, key = s3_uri.split(uri)
            target.update(f"{arn}{name}/{one}" for one in _patterns(key))
            lists.add(name)
    statements = [_allow("Read", ["s3:GetObject"], read), _allow("Report", ["s3:PutObject"], write)]
    if output:
        actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        statements.append(_allow("Output", actions, output))
    statements.append(_allow("List", ["s3:ListBucket"], {f"{arn}{name}" for name in lists}))
    document = {"Version": "2012-10-17", "Statement": statements}
    if len(json.dumps(document, separators=(",", ":"))) > MOST_BYTES:
        hint = "Name folders instead of single objects in job_input."
        raise OhmyError("The nodes' policy is longer than IAM allows: too many S3 URIs.", hint)
    return document


def _allow(sid: str, actions: list[str], resources: t.Iterable[str]) -> dict[str, t.Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": sorted(resources)}


def trust(partition: str) -> dict[str, t.Any]:
    """Return who may take the role: EC2."""
    service = "ec2.amazonaws.com.cn" if partition == "aws-cn" else "ec2.amazonaws.com"
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def observe(iam: t.Any, cluster: str, region: str) -> Role:
    """Return what there is of the cluster's role and profile; three calls at most."""
    return look(iam, cluster, role_name(cluster, region))


def look(iam: t.Any, cluster: str, name: str) -> Role:
    """Return what there is of a role and a profile of this name."""
    profile = errors.call_or_none(
        f"look at instance profile {name}", iam.get_instance_profile, InstanceProfileName=name
    )
    role = errors.call_or_none(f"look at role {name}", iam.get_role, RoleName=name)
    found = None
    if role is not None:
        what = f"read the policy of role {name}"
        found = errors.call_or_none(what, iam.get_role_policy, RoleName=name, PolicyName=POLICY)
    things = [one["Role"] for one in [role] if one] + [one["InstanceProfile"] for one in [profile] if one]
    document = found["PolicyDocument"] if found else None
    return Role(
        name=name,
        role=role is not None,
        profile=profile is not None,
        attached=profile is not None and any(one["RoleName"] == name for one in profile["InstanceProfile"]["Roles"]),
        policy=json.loads(document) if isinstance(document, str) else document,
        ours=all(tags.is_ours(tags.as_dict(one.get("Tags")), cluster) for one in things),
    )


def require_given(iam: t.Any, profile: str) -> None:
    """Raise OhmyError unless the given profile (name or ARN) exists and holds a role, as far as the caller may look."""
    name = profile.rsplit("/", 1)[-1]
    hint = "Check instance_profile (cluster_instance_profile), or leave it out to have one made."
    try:
        answer = errors.call(f"look at instance profile {name}", iam.get_instance_profile, InstanceProfileName=name)
    except errors.AwsError as exc:
        if exc.code in denials.CODES:
            return
        if exc.code == "NoSuchEntity":
            raise OhmyError(f"There is no instance profile {name} in this account.", hint) from exc
        raise
    if not answer["InstanceProfile"]["Roles"]:
        raise OhmyError(f"Instance profile {name} holds no role.", "Add a role to it, or let the cluster make its own.")


def reference(profile: str) -> dict[str, str]:
    """Return RunInstances' way to name a profile."""
    return {"Arn": profile} if profile.startswith("arn:") else {"Name": profile}


def make(iam: t.Any, have: Role, wanted: dict[str, t.Any], own: dict[str, str], identity: Identity) -> None:
    """Make what is missing of role, policy and profile."""
    name, marks = have.name, tags.as_list(own)

    def unless_made(
        whole: t.Callable[[Role], bool], what: str, operation: t.Callable[..., t.Any], **names: t.Any
    ) -> None:
        """Make it; where it is there already, the answer was lost and the SDK asked again: look whether it is ours."""
        try:
            seen(UNSEEN, lambda: errors.call(what, operation, **names))
        except errors.AwsError as exc:
            now = look(iam, own[tags.CLUSTER], name) if exc.code in THERE else None
            if now is None or not (now.ours and whole(now)):
                raise

    if not have.role:
        document = json.dumps(trust(identity.partition))
        what = f"create role {name}"
        trusted = {"AssumeRolePolicyDocument": document, "Tags": marks}
        unless_made(lambda now: now.role, what, iam.create_role, RoleName=name, **trusted)
    if have.policy != wanted:
        text = json.dumps(wanted, sort_keys=True)
        what, put = f"give role {name} its policy", iam.put_role_policy
        seen(UNSEEN, lambda: errors.call(what, put, RoleName=name, PolicyName=POLICY, PolicyDocument=text))
    if not have.profile:
        what = f"create instance profile {name}"
        unless_made(lambda now: now.profile, what, iam.create_instance_profile, InstanceProfileName=name, Tags=marks)
    if not have.attached:
        what = f"put role {name} into its profile"
        add = iam.add_role_to_instance_profile
        unless_made(lambda now: now.attached, what, add, InstanceProfileName=name, RoleName=name)


def delete(iam: t.Any, have: Role) -> None:
    """Delete profile, policy and role; what is gone already is fine."""
    name = have.name

    def gone(what: str, operation: t.Callable[..., t.Any], **names: t.Any) -> None:
        seen(HELD, lambda: errors.call_or_none(what, operation, **names))

    if have.attached:
        what = f"take role {name} out of its profile"
        gone(what, iam.remove_role_from_instance_profile, InstanceProfileName=name, RoleName=name)
    if have.profile:
        gone(f"delete instance profile {name}", iam.delete_instance_profile, InstanceProfileName=name)
    if have.policy is not None:
        gone(f"delete the policy of role {name}", iam.delete_role_policy, RoleName=name, PolicyName=POLICY)
    if have.role:
        gone(f"delete role {name}", iam.delete_role, RoleName=name)
