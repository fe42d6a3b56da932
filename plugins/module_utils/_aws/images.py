# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The image to boot and the instance types that the zone offers."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._core import systems
from .._core.errors import OhmyError
from . import errors
from .groups import MASTER, Group

ARCHIVE_ARCHITECTURE = systems.X86_64
# AWS's own processors have a g behind the generation, as in m7gd; a1 was before there was a rule.
GRAVITON = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")
MOST_TOLD = 5
LEAST_MIB, LEAST_ALONE_MIB = 2048, 4096


@dataclass(frozen=True)
class Image:
    """An image, the name of its root device, and what it runs on."""

    id: str
    root_device: str
    architecture: str = ARCHIVE_ARCHITECTURE


def architecture(instance_type: str) -> str:
    """Return the architecture of an instance type by its name; that it is so is looked up before a launch."""
    return systems.ARM64 if GRAVITON.match(instance_type) else systems.X86_64


def kind(group: Group) -> tuple[str, str]:
    """Return what tells a group's image from that of others: a known system has one for each architecture."""
    named = group.image in systems.SYSTEMS
    return (group.image, architecture(group.instance_type) if named else "")


def resolve(clients: t.Any, wanted: str, instance_type: str) -> str:
    """Return the image id that ``wanted`` names: an id, ``ssm:/path`` of a public parameter, or a known system."""
    if wanted in systems.SYSTEMS:
        wanted = f"ssm:{systems.SYSTEMS[wanted].image(architecture(instance_type))}"
    if not wanted.startswith("ssm:"):
        return wanted
    path = wanted[len("ssm:") :]
    answer = errors.call(f"look up image {wanted}", clients.ssm.get_parameter, Name=path)
    return str(answer["Parameter"]["Value"])


def describe(ec2: t.Any, wanted: str, image_id: str) -> Image:
    """Return the image; raise OhmyError unless it is there and available."""
    named = image_id if image_id == wanted else f"{image_id} ({wanted})"
    answer = errors.call(f"describe image {named}", ec2.describe_images, ImageIds=[image_id])
    if not answer["Images"]:
        hint = errors.HINTS["InvalidAMIID.NotFound"]
        raise OhmyError(f"Image {named} does not exist in this region.", hint)
    raw = answer["Images"][0]
    if raw.get("State", "available") != "available":
        raise OhmyError(f"Image {named} is {raw['State']}.", "Wait for it, or take another image (cluster_image).")
    architecture = raw.get("Architecture") or ARCHIVE_ARCHITECTURE
    return Image(raw["ImageId"], raw.get("RootDeviceName") or "/dev/xvda", architecture)


def require_java(image: Image, java: t.Mapping[str, t.Any] | None, wanted: str = "") -> None:
    """Raise OhmyError where Java's archive, which is for one architecture and a newer glibc, would not run on the image.

    :param wanted: what named the image.
    """
    system = systems.of_image(wanted)
    if system is not None and not system.runs_archive and (java or {}).get("url"):
        raise OhmyError(
            f"Java's archive does not run on {system.title}, whose glibc is too old.",
            "Take Java of the distribution (hadoop_java: package), or another image (cluster_image).",
        )
    if image.architecture != ARCHIVE_ARCHITECTURE and (java or {}).get("url"):
        raise OhmyError(
            f"Image {image.id} is for {image.architecture}, Java's archive for {ARCHIVE_ARCHITECTURE}.",
            f"Take an image for {ARCHIVE_ARCHITECTURE} (cluster_image), or Java of the distribution "
            "(hadoop_java: package).",
        )


def require_types(
    ec2: t.Any, wanted: t.Sequence[Group], zones: t.Sequence[str], images: t.Mapping[str, Image], alone: bool
) -> tuple[dict[str, int], frozenset[tuple[str, str]]]:
    """Return the types' vCPUs, and the pairs of zone and type that EC2 offers.

    Two calls, however many groups and zones; a third to tell what the first zone has instead.

    :param zones: where the groups may lie.
    :param images: by the group's name.
    :raises OhmyError: a type that does not exist, is too small, does not fit the image, or is offered in none of the zones.
    :param alone: the master is the only node, and does the workers' work.
    """
    names = sorted({name for group in wanted for name in group.types})
    only = [{"Name": "instance-type", "Values": names}]
    what = f"describe the instance types {', '.join(names)}"
    told = errors.pages(what, ec2, "describe_instance_types", "InstanceTypes", Filters=only)
    known = {one["InstanceType"]: one for one in told}
    for group in wanted:
        for name in group.types:
            _require_type(group, name, known.get(name), images[group.name], alone and group.name == MASTER)
    vcpus = {name: (one.get("VCpuInfo") or {}).get("DefaultVCpus", 0) for name, one in known.items()}
    return vcpus, _offered(ec2, names, zones)


def _offers(ec2: t.Any, what: str, *only: dict[str, t.Any]) -> list[tuple[str, str]]:
    """Return (type, zone) of what is offered."""
    place = {"LocationType": "availability-zone", "Filters": list(only)}
    found = errors.pages(what, ec2, "describe_instance_type_offerings", "InstanceTypeOfferings", **place)
    return [(one["InstanceType"], one["Location"]) for one in found]


def _offered(ec2: t.Any, names: list[str], places: t.Sequence[str]) -> frozenset[tuple[str, str]]:
    zone = places[0]
    what = f"list the zones that offer {', '.join(names)}"
    offers = _offers(ec2, what, {"Name": "instance-type", "Values": names})
    missing = [name for name in names if not any((name, place) in offers for place in places)]
    if not missing:
        return frozenset((place, name) for name, place in offers)
    told = []
    for name in missing:
        zones = sorted({place for found, place in offers if found == name})
        told.append(f"{name} ({'offered in ' + ', '.join(zones) if zones else 'offered in no zone'})")
    # Others of the same letter and size: another generation, or another maker's processors.
    alike = sorted({f"{name[0]}*.{name.partition('.')[2]}" for name in missing})
    only = ({"Name": "location", "Values": [zone]}, {"Name": "instance-type", "Values": alike})
    there = sorted({name for name, _place in _offers(ec2, f"list the instance types offered in {zone}", *only)})
    such = f", such as {', '.join(there[:MOST_TOLD])}" if there else ""
    raise OhmyError(
        f"Zone {zone} does not offer instance type {', '.join(told)}.",
        f"Take a subnet in another zone (cluster_subnet_id), or another type (cluster_instance_type){such}.",
    )


def _require_type(group: Group, name: str, raw: t.Mapping[str, t.Any] | None, image: Image, alone: bool) -> None:
    option = group.option
    if raw is None:
        hint = f"Check the spelling of {option}: such as m6i.large."
        raise OhmyError(f"There is no instance type {name} in this region.", hint)
    memory = (raw.get("MemoryInfo") or {}).get("SizeInMiB")
    least = LEAST_ALONE_MIB if alone else LEAST_MIB
    if memory is not None and memory < least:
        whom = "a master that works alone" if alone else "a node of Hadoop"
        raise OhmyError(
            f"Instance type {name} has {memory / 1024:g} GiB of memory, {whom} needs {least // 1024}.",
            f"Take a larger type ({option})" + (", or a worker (cluster_workers)." if alone else "."),
        )
    fits = (raw.get("ProcessorInfo") or {}).get("SupportedArchitectures")
    if fits and image.architecture not in fits:
        raise OhmyError(
            f"Image {image.id} is for {image.architecture}, instance type {name} for {' and '.join(fits)}.",
            f"Take another type ({option}) or another image (cluster_image).",
        )
