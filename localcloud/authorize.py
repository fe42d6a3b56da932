# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request to EC2, IAM, SSM or STS does to which resources: all of it must be allowed to its caller.

The table holds what the README says is judged; of all other actions only the name is.
"""

from __future__ import annotations

import json
import logging
import re
import typing as t

from . import auth, policy
from .paths import ACCOUNT, REGION
from .policy import EC2_SERVICE, Access
from .resources import Resources, Tags, ec2_arn, kind_of
from .strict import Form, Look, members, place

LOG = logging.getLogger("localcloud")
# Action -> the parameters that name what is there, and what kind of thing it is.
EXISTING: dict[str, dict[str, str]] = {
    **dict.fromkeys(
        (
            "StartInstances",
            "StopInstances",
            "RebootInstances",
            "TerminateInstances",
            "ModifyInstanceAttribute",
            "ModifyInstanceMetadataOptions",
        ),
        {"InstanceId": "instance"},
    ),
    **dict.fromkeys(
        (
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "DeleteSecurityGroup",
        ),
        {"GroupId": "security-group"},
    ),
    "CreateSecurityGroup": {"VpcId": "vpc"},
    "ImportKeyPair": {},
    "CreateKeyPair": {},
    "CreateVolume": {},
    "DeleteKeyPair": {"KeyName": "key-pair", "KeyPairId": "key-pair"},
    "DeleteVolume": {"VolumeId": "volume"},
    "AttachVolume": {"VolumeId": "volume", "InstanceId": "instance"},
    "DetachVolume": {"VolumeId": "volume", "InstanceId": "instance"},
    "DeleteNetworkInterface": {"NetworkInterfaceId": "network-interface"},
    "RunInstances": {
        "ImageId": "image",
        "KeyName": "key-pair",
        "SubnetId": "subnet",
        "SecurityGroupId": "security-group",
    },
    "CreateTags": {},
    "DeleteTags": {},
}
# Action -> what it makes, each with the tags that the request gives that kind of thing.
MADE = {
    "CreateSecurityGroup": ("security-group",),
    "ImportKeyPair": ("key-pair",),
    "CreateKeyPair": ("key-pair",),
    "CreateVolume": ("volume",),
    "RunInstances": ("instance", "volume", "network-interface"),
}
TAGGING = {"CreateRole": "TagRole", "CreateInstanceProfile": "TagInstanceProfile"}


class Caller(t.Protocol):
    """Who makes a request."""

    @property
    def name(self) -> str: ...
    @property
    def policies(self) -> tuple[policy.Statement, ...]: ...
    @property
    def administrator(self) -> bool: ...
    @property
    def names(self) -> set[str]: ...


def require(who: Caller, service: str, action: str, form: Form, body: bytes, things: Resources, look: Look) -> None:
    """Raise AuthError for what the caller's policies, or a role's trust, do not allow."""
    if service == "sts" and action == "AssumeRole":
        role = form.get("RoleArn", "")
        trust = things.trust(role)
        if trust is not None and not may_assume(trust, who, role):
            raise auth.AuthError("AccessDenied", refusal(who.name, Access("sts:AssumeRole", role), service))
        return
    if who.administrator or (service == "sts" and action == "GetCallerIdentity"):
        return
    whole = place(dict(form), look) if (service, action) == ("ec2", "RunInstances") else form
    found = accesses(service, action, whole, body, things)
    for access in found if found is not None else [Access(f"{service}:{action}")]:
        if not policy.allowed(who.policies, access, any_resource=found is None):
            LOG.info("%s denied %s on %s to %s", service, access.action, access.resource, who.name)
            code = "UnauthorizedOperation" if service == "ec2" else "AccessDenied"
            raise auth.AuthError(code, refusal(who.name, access, service))


def request_tags(form: Form) -> dict[str, Tags]:
    """Return the tags that a request of EC2 gives what it makes, by kind."""
    kinds: dict[str, str] = {}
    words: dict[tuple[str, ...], str] = {}
    for key, value in form.items():
        found = re.fullmatch(r"TagSpecification\.(\d+)\.(ResourceType|Tag\.(\d+)\.(Key|Value))", key)
        if found is not None and found[2] == "ResourceType":
            kinds[found[1]] = value
        elif found is not None:
            words[found[1], found[3], found[4]] = value
    return {
        kind: _pairs({at[1:]: one for at, one in words.items() if at[0] == number}) for number, kind in kinds.items()
    }


def listed_tags(form: Form, prefix: str) -> Tags:
    """Return the tags of a list such as Tag.1.Key, Tag.1.Value."""
    words: dict[tuple[str, ...], str] = {}
    for key, value in form.items():
        found = re.fullmatch(rf"{re.escape(prefix)}\.(\d+)\.(Key|Value)", key)
        if found is not None:
            words[found[1], found[2]] = value
    return _pairs(words)


def _pairs(words: dict[tuple[str, ...], str]) -> Tags:
    return {value: words.get((at[0], "Value"), "") for at, value in words.items() if at[1] == "Key"}


def _context(
    request: Tags | None = None, resource: Tags | None = None, more: t.Mapping[str, str] | None = None
) -> dict[str, str]:
    found = {"aws:RequestedRegion": REGION}
    found.update({f"aws:RequestTag/{key}": value for key, value in (request or {}).items()})
    for key, value in (resource or {}).items():
        found[f"aws:ResourceTag/{key}"] = found[f"ec2:ResourceTag/{key}"] = value
    return {**found, **(more or {})}


def ec2(action: str, form: Form, things: Resources) -> list[Access] | None:
    """Return all that a request does; None where only its action is judged. RunInstances is to be complete.

    What a request names and is not there counts for nothing: EC2 answers that it is not found.
    """
    if action.startswith(("Describe", "Get")):
        return [Access(f"ec2:{action}", "*", _context())]
    if action not in EXISTING:
        return None
    if action in ("CreateTags", "DeleteTags"):
        return _tags_alone(action, form, things)
    given = request_tags(form)
    found = []
    spot = form.get("InstanceMarketOptions.MarketType") == "spot"
    for kind in (*MADE.get(action, ()), *(("spot-instances-request",) if spot else ())):
        arn = ec2_arn(kind, form.get("KeyName", "*") if kind == "key-pair" else "*")
        size = {}
        if kind == "instance":
            size = {
                "ec2:InstanceType": form.get("InstanceType", "m1.small"),
                "ec2:InstanceMarketType": "spot" if spot else "on-demand",
            }
        found.append(Access(f"ec2:{action}", arn, _context(given.get(kind, {}), more=size)))
    for parameter, kind in EXISTING[action].items():
        for name in _named(form, parameter, things):
            tags = things.ec2_tags(kind, name)
            if tags is not None:
                shown = things.key_name(name) if kind == "key-pair" else name
                found.append(Access(f"ec2:{action}", ec2_arn(kind, shown), _context(resource=tags)))
    for kind, tags in given.items():
        arn = ec2_arn(kind, form.get("KeyName", "*") if kind == "key-pair" else "*")
        found.append(Access("ec2:CreateTags", arn, _context(tags, more={"ec2:CreateAction": action})))
    role = things.role_in(form.get("IamInstanceProfile.Name"), form.get("IamInstanceProfile.Arn"))
    if action == "RunInstances" and role is not None:
        found.append(pass_role(role))
    return found


def _named(form: Form, parameter: str, things: Resources) -> list[str]:
    names = [form[parameter]] if parameter in form else members(form, parameter)
    if parameter in ("SubnetId", "SecurityGroupId"):
        names += [
            value for key, value in form.items() if re.fullmatch(rf"NetworkInterface\.\d+\.{parameter}(\.\d+)?", key)
        ]
    if parameter == "SecurityGroupId":
        names += [things.group_id(name) or name for name in members(form, "SecurityGroup")]
    if parameter == "GroupId" and not names and "GroupName" in form:
        names = [things.group_id(form["GroupName"]) or form["GroupName"]]
    return list(dict.fromkeys(names))


def _tags_alone(action: str, form: Form, things: Resources) -> list[Access]:
    given, found = listed_tags(form, "Tag"), []
    for name in members(form, "ResourceId"):
        kind = kind_of(name)
        tags = things.ec2_tags(kind, name) if kind is not None else None
        if kind is not None and tags is not None:
            shown = things.key_name(name) if kind == "key-pair" else name
            found.append(Access(f"ec2:{action}", ec2_arn(kind, shown), _context(given, tags)))
    return found


def pass_role(role: str) -> Access:
    """Return what handing a role to EC2 is."""
    return Access("iam:PassRole", role, {"iam:PassedToService": EC2_SERVICE})


def iam(action: str, form: Form, things: Resources) -> list[Access] | None:
    """Return all that a request about a role, an instance profile or a user does; None where only its action is judged."""
    role, profile = form.get("RoleName"), form.get("InstanceProfileName")
    given = listed_tags(form, "Tags.member")
    if profile is not None:
        arn, tags = things.profile(profile) or (f"arn:aws:iam::{ACCOUNT}:instance-profile/{profile}", {})
    elif role is not None:
        arn, tags = things.role(role) or (f"arn:aws:iam::{ACCOUNT}:role/{role}", {})
    elif "UserName" in form:
        arn, tags = f"arn:aws:iam::{ACCOUNT}:user/{form['UserName']}", {}
    else:
        return [Access(f"iam:{action}", "*")] if action.startswith("List") else None
    context = _context(given, tags)
    found = [Access(f"iam:{action}", arn, context)]
    if given and action in TAGGING:
        found.append(Access(f"iam:{TAGGING[action]}", arn, context))
    if action == "AddRoleToInstanceProfile" and role is not None:
        passed = things.role(role)
        found += [pass_role(passed[0])] if passed is not None else []
    return found


def ssm(action: str, body: bytes) -> list[Access] | None:
    """Return what a request for one parameter reads; AWS's own parameters are nobody's."""
    if action != "GetParameter":
        return None
    name = str(json.loads(body or b"{}").get("Name", ""))
    account = "" if name.startswith("/aws/") else ACCOUNT
    return [Access("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{account}:parameter/{name.lstrip('/')}", _context())]


def accesses(service: str, action: str, form: Form, body: bytes, things: Resources) -> list[Access] | None:
    """Return all that a request does; None where only the name of its action is judged."""
    if service == "ec2":
        return ec2(action, form, things)
    if service == "iam":
        return iam(action, form, things)
    if service == "ssm":
        return ssm(action, body)
    return [Access(f"{service}:{action}", "*")] if service == "servicequotas" else None


def may_assume(trust: str, who: Caller, role: str) -> bool:
    """Tell whether a caller may take a role: it trusts the caller by name, or the account and the caller's policies allow it."""
    document = json.loads(trust)
    access = Access("sts:AssumeRole", role)
    found = None
    for statement in policy.listed(document.get("Statement", [])):
        own = {**statement, "Resource": "*"}
        if policy.speaks_of(own, who.names) and policy.applies(own, access):
            if statement.get("Effect") == "Deny":
                return False
            principals = policy.listed((statement.get("Principal") or {}).get("AWS", []))
            found = "name" if who.names & set(principals) else found or "account"
    if found is None:
        return False
    return found == "name" or who.administrator or policy.allowed(who.policies, access)


def refusal(who: str, access: Access, service: str) -> str:
    """Return AWS's words for a refusal."""
    why = f"because no identity-based policy allows the {access.action} action"
    text = f"User: {who} is not authorized to perform: {access.action} on resource: {access.resource} {why}"
    if service != "ec2":
        return text
    return (
        f"You are not authorized to perform this operation. {text}. Encoded authorization failure message: {'x' * 64}"
    )
