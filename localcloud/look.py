# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strict rules' view of the account."""

from __future__ import annotations

import datetime
import typing as t

from . import strict
from .backends import LIVE, Account


class AccountLook:
    """Answer what ``strict`` asks."""

    def __init__(
        self, account: Account, profile_seconds: float = 0.0, instances_max: int = strict.INSTANCES_MAX
    ) -> None:
        """Look at an account; instance profiles are seen ``profile_seconds`` after they were made."""
        self._account, self._profile_seconds, self._most = account, profile_seconds, instances_max

    def image_exists(self, image_id: str) -> bool:
        """Tell whether instances can be launched from an image."""
        return image_id == self._account.ami_id

    def key_exists(self, name: str) -> bool:
        """Tell whether a key pair exists."""
        return name in self._account.ec2.key_pairs

    def profile_exists(self, name: str | None, arn: str | None) -> bool:
        """Tell whether an instance profile exists."""
        profile = self._account.find_profile(name, arn)
        if profile is None:
            return False
        made = profile.create_date.replace(tzinfo=datetime.timezone.utc)
        age = (datetime.datetime.now(datetime.timezone.utc) - made).total_seconds()
        return bool(age >= self._profile_seconds)

    def default_subnet(self, zone: str | None) -> str | None:
        """Return the id of a zone's default subnet."""
        subnet = self._account.default_subnet(zone)
        return subnet.id if subnet is not None else None

    def default_group(self, subnet_id: str) -> str | None:
        """Return the id of the default group in a subnet's VPC."""
        subnet = self._subnet(subnet_id)
        groups = self._account.ec2.groups.get(subnet.vpc_id, {}).values() if subnet is not None else ()
        return next((group.id for group in groups if group.name == "default"), None)

    def subnet_reachable(self, subnet_id: str) -> bool:
        """Tell whether a subnet lies in the network that nodes are in; unknown ones are moto's to refuse."""
        subnet = self._subnet(subnet_id)
        return subnet is None or subnet.vpc_id == self._account.ec2.default_vpc.id

    def subnet_room(self, subnet_id: str) -> int | None:
        """Return how many addresses a subnet has left, None for one that is not there."""
        subnet = self._subnet(subnet_id)
        return None if subnet is None else int(subnet.available_ip_address_count)

    def type_exists(self, name: str) -> bool:
        """Tell whether EC2 has an instance type."""
        return self._account.type_exists(name)

    def instance_state(self, instance_id: str) -> str | None:
        """Return an instance's state."""
        instance = self._account.by_id(instance_id)
        return instance.state if instance is not None else None

    def live_instances(self) -> int:
        """Return how many instances there are, terminated ones apart."""
        return sum(instance.state in LIVE for instance in self._account.instances())

    def instances_max(self) -> int:
        """Return how many instances there may be."""
        return self._most

    def group_users(self, group_id: str | None, name: str | None) -> list[str]:
        """Return the ids of what needs a group: live instances, and groups whose rules name it."""
        groups = [g for by_id in self._account.ec2.groups.values() for g in by_id.values()]
        ids = {g.id for g in groups if g.id == group_id or (group_id is None and g.name == name)}
        live = [i for i in self._account.instances() if i.state in LIVE]
        users = [i.id for i in live if ids & {g.id for g in self._account.groups_of(i)}]
        for group in groups:
            rules = [*group.ingress_rules, *group.egress_rules]
            if group.id not in ids and any((rule.source_group or {}).get("GroupId") in ids for rule in rules):
                users.append(group.id)
        return users

    def _subnet(self, subnet_id: str) -> t.Any | None:
        zones = self._account.ec2.subnets.values()
        return next((by_id[subnet_id] for by_id in zones if subnet_id in by_id), None)
