# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The image to boot and the instance types that the zone offers."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import errors

ARCHITECTURE = "x86_64"


@dataclass(frozen=True)
class Image:
    """An image and the name of its root device."""

    id: str
    root_device: str


def resolve(clients: t.Any, wanted: str) -> str:
    """Return the image id that ``wanted`` names: an id, or ``ssm:/path`` of a public parameter."""
    if not wanted.startswith("ssm:"):
        return wanted
    path = wanted[len("ssm:") :]
    answer = errors.call(f"look up image {wanted}", clients.ssm.get_parameter, Name=path)
    return answer["Parameter"]["Value"]


def describe(ec2: t.Any, wanted: str, image_id: str) -> Image:
    """Return the image; raise OhmyError unless it is available, boots from EBS and is of the right architecture."""
    answer = errors.call(f"describe image {image_id} ({wanted})", ec2.describe_images, ImageIds=[image_id])
    if not answer["Images"]:
        raise OhmyError(f"Image {image_id} ({wanted}) does not exist in this region.")
    raw = answer["Images"][0]
    if raw.get("Architecture") != ARCHITECTURE:
        hint = f"Take an image for {ARCHITECTURE}."
        raise OhmyError(f"Image {image_id} ({wanted}) is for {raw.get('Architecture')}.", hint)
    if raw.get("State", "available") != "available":
        raise OhmyError(f"Image {image_id} ({wanted}) is {raw['State']}.")
    return Image(raw["ImageId"], raw.get("RootDeviceName") or "/dev/xvda")


def require_types(ec2: t.Any, types: t.Iterable[str], zone: str) -> None:
    """Raise OhmyError for an instance type that the zone does not offer."""
    wanted = sorted(set(types))
    offered = errors.pages(
        f"list the instance types offered in {zone}",
        ec2,
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=[{"Name": "location", "Values": [zone]}, {"Name": "instance-type", "Values": wanted}],
    )
    missing = set(wanted) - {one["InstanceType"] for one in offered}
    if missing:
        hint = "Check the spelling, or take a subnet in another zone."
        raise OhmyError(f"Instance type {', '.join(sorted(missing))} is not offered in {zone}.", hint)
