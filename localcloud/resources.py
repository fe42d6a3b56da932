# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is of the things that requests name: their ARNs and their tags."""

from __future__ import annotations

import typing as t

from .backends import Account
from .paths import ACCOUNT, REGION

Tags = dict[str, str]
KINDS = {
    "i": "instance",
    "vol": "volume",
    "eni": "network-interface",
    "sg": "security-group",
    "subnet": "subnet",
    "vpc": "vpc",
    "ami": "image",
    "key": "key-pair",
}


def kind_of(identifier: str) -> str | None:
    """Return what kind of thing an id of EC2's is of, None for one that is not judged here."""
    return KINDS.get(identifier.partition("-")[0])


def ec2_arn(kind: str, name: str) -> str:
    """Return the ARN of one of EC2's things; images are nobody's."""
    return f"arn:aws:ec2:{REGION}:{'' if kind == 'image' else ACCOUNT}:{kind}/{name}"


class Resources:
    """Look things up in the account; what is not there is None, and moto's to refuse."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def ec2_tags(self, kind: str, identifier: str) -> Tags | None:
        """Return the tags of one of EC2's things."""
        ec2 = self._account.ec2
        if kind == "key-pair":
            pair = next((one for name, one in ec2.key_pairs.items() if identifier in (name, one.id)), None)
            return None if pair is None else self._tagged(pair.id)
        known: dict[str, t.Callable[[], bool]] = {
            "instance": lambda: self._account.by_id(identifier) is not None,
            "volume": lambda: identifier in ec2.volumes,
            "network-interface": lambda: identifier in ec2.enis,
            "security-group": lambda: any(identifier in by_id for by_id in ec2.groups.values()),
            "subnet": lambda: any(identifier in by_id for by_id in ec2.subnets.values()),
            "vpc": lambda: identifier in ec2.vpcs,
            "image": lambda: identifier == self._account.ami_id,
        }
        return self._tagged(identifier) if kind in known and known[kind]() else None

    def _tagged(self, identifier: str) -> Tags:
        return {str(key): str(value) for key, value in self._account.ec2.tags.get(identifier, {}).items()}

    def key_name(self, identifier: str) -> str:
        """Return the name of a key pair of this id."""
        pairs = self._account.ec2.key_pairs.items()
        return next((str(name) for name, one in pairs if one.id == identifier), identifier)

    def group_id(self, name: str) -> str | None:
        """Return the id of the default VPC's group of a name."""
        groups = self._account.ec2.groups.get(self._account.ec2.default_vpc.id, {}).values()
        return next((str(one.id) for one in groups if one.name == name), None)

    def role(self, name: str) -> tuple[str, Tags] | None:
        """Return ARN and tags of a role."""
        role = next((one for one in self._account.iam.get_roles() if one.name == name), None)
        return None if role is None else (str(role.arn), plain(role.tags))

    def trust(self, arn: str) -> str | None:
        """Return the trust policy of a role."""
        roles = self._account.iam.get_roles()
        return next((str(one.assume_role_policy_document) for one in roles if one.arn == arn), None)

    def profile(self, name: str) -> tuple[str, Tags] | None:
        """Return ARN and tags of an instance profile."""
        profile = self._account.find_profile(name, None)
        return None if profile is None else (str(profile.arn), plain(profile.tags))

    def role_in(self, name: str | None, arn: str | None) -> str | None:
        """Return the ARN of the role in an instance profile."""
        profile = self._account.find_profile(name, arn)
        return str(profile.roles[0].arn) if profile is not None and profile.roles else None


def plain(tags: t.Any) -> Tags:
    """Return moto's tags, which are a dict or a list, as a dict."""
    items = tags.values() if isinstance(tags, dict) and all(isinstance(one, dict) for one in tags.values()) else tags
    if isinstance(items, dict):
        return {str(key): str(value) for key, value in items.items()}
    return {str(one["Key"]): str(one["Value"]) for one in items or []}
