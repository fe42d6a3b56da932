# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What AWS's words for a refusal mean: which action on what, and which statement of the documented policy allows it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

CODES = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})
POLICY = "docs/iam/controller.json"
_WORDS = re.compile(r"not authorized to perform: (?P<action>[\w-]+:\w+)(?: on resource: \"?(?P<resource>[^\s\"]+))?")
_DENY = re.compile(r"with an explicit deny in an? (?P<where>[a-z -]+?)(?::|\.|$)")
# Only AWS reads it, and only to who may ask.
_ENCODED = re.compile(r"[.\s]*Encoded authorization failure message: \S+")
_SELF = "check the profile (cluster_profile, AWS_PROFILE)"
# Statement -> its actions, and the kinds of things that it speaks of where another statement has the same action.
STATEMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "FindImage": (("ssm:GetParameter",), ()),
    "MakeGroupAndKey": (("ec2:CreateSecurityGroup", "ec2:ImportKeyPair"), ("security-group", "key-pair")),
    "MakeGroupIn": (("ec2:CreateSecurityGroup",), ("vpc",)),
    "LaunchMarked": (("ec2:RunInstances",), ("instance", "volume", "network-interface", "spot-instances-request")),
    "LaunchFrom": (("ec2:RunInstances",), ("image", "subnet")),
    "LaunchWith": (("ec2:RunInstances",), ("key-pair", "security-group")),
    "MarkWhatIsMade": (("ec2:CreateTags",), ()),
    "HandleOwn": (
        (
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DeleteKeyPair",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteSecurityGroup",
            "ec2:DeleteVolume",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:StartInstances",
            "ec2:StopInstances",
            "ec2:TerminateInstances",
        ),
        (),
    ),
    "RoleLook": (("iam:GetInstanceProfile", "iam:GetRole", "iam:GetRolePolicy"), ()),
    "RoleMake": (("iam:CreateInstanceProfile", "iam:CreateRole", "iam:TagInstanceProfile", "iam:TagRole"), ()),
    "RoleHandle": (
        (
            "iam:AddRoleToInstanceProfile",
            "iam:DeleteInstanceProfile",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:PutRolePolicy",
            "iam:RemoveRoleFromInstanceProfile",
        ),
        (),
    ),
    "RolePass": (("iam:PassRole",), ()),
}
LOOK, READS = "Look", ("ec2:Describe", "servicequotas:Get")


@dataclass(frozen=True)
class Denial:
    """A refusal: the action, the resource's ARN, and where it is forbidden outright; None for what AWS did not say."""

    action: str | None
    resource: str | None
    explicit: str | None

    @property
    def kind(self) -> str | None:
        """Return what kind of thing the resource is, such as ``security-group``."""
        return self.resource.split(":")[-1].partition("/")[0] if self.resource is not None else None


def read(message: str, operation: str = "", ec2: bool = False) -> Denial:
    """Read AWS's words; the action is that of the call where they are the old ones, which name none."""
    found, deny = _WORDS.search(message), _DENY.search(message)
    action = found["action"] if found else f"ec2:{operation}" if ec2 and operation else None
    resource = found["resource"].rstrip(".") if found and found["resource"] else None
    return Denial(action, resource, deny["where"].strip() if deny else None)


def shortened(message: str) -> str:
    """Return the words without the encoded message, some thousand letters."""
    return _ENCODED.sub("", message)


def statement(action: str, kind: str | None = None) -> str | None:
    """Return the name of the statement that allows an action on this kind of thing, None for one that none has."""
    having = [(sid, kinds) for sid, (actions, kinds) in STATEMENTS.items() if action in actions]
    for sid, kinds in having:
        if not kinds or kind in kinds:
            return sid
    if having:
        return " and ".join(sid for sid, _kinds in having)
    return LOOK if action.startswith(READS) else None


def hint(denial: Denial) -> str:
    """Return what to do about a refusal."""
    if denial.action is None:
        return f"The caller's IAM policy does not allow this call: {_SELF}, and see {POLICY}."
    if denial.explicit is not None:
        return f"A {denial.explicit} forbids {denial.action}, and no other policy can allow it: ask who wrote it, or {_SELF}."
    sid = statement(denial.action, denial.kind)
    if sid is None:
        return f"The caller's IAM policy does not allow {denial.action}: {_SELF}."
    own = " (for a key pair or group of your own LaunchWithMine in docs/iam.md)" if sid == "LaunchWith" else ""
    return f"The caller's IAM policy does not allow {denial.action}: {sid} in {POLICY} does{own}; or {_SELF}."


def stands_in(denial: Denial, kinds: t.Container[str]) -> bool:
    """Tell whether a refusal may be about one of the things that stood in for what is not made yet."""
    return denial.explicit is None and (denial.kind is None or denial.kind in kinds)
