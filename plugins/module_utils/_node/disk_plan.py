# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which disks HDFS and YARN get, and what is to be done for that: pure functions.

A disk is ours by the label that we gave its file system, in which the cluster's incarnation stands. Only a blank one is
ever made ours; whatever else holds or is used for something is named in an error and left alone.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

from .._core.errors import OhmyError
from .._hadoop.storage import tolerated
from .block_devices import EBS, INSTANCE_STORE, OTHER, Device
from .disk_layout import DIRECTORY, FILE_SYSTEM, FOLDER, Directory, Disk, Layout, Step
from .disk_wish import ATTACHED

BELOW = "hadoop"  # what is ours in a directory of the user's


class Short(OhmyError):
    """Fewer disks are there than are to be; they may still come."""


def label(incarnation: str, number: int) -> str:
    """Return the label of a disk: 16 letters at most, which is what ext4 has room for."""
    return f"ohmy-{_mark(incarnation)}-{number}"


def _mark(incarnation: str) -> str:
    return re.sub(r"[^a-z0-9]", "", incarnation.lower())[:8]


def number_of(device: Device, incarnation: str) -> int | None:
    """Return a disk's number where it is ours, else None."""
    found = re.fullmatch(r"ohmy-([a-z0-9]+)-(\d+)", device.label)
    return int(found[2]) if found and found[1] == _mark(incarnation) and device.holds == FILE_SYSTEM else None


def place_of(number: int) -> str:
    """Return where a disk is mounted."""
    return f"{FOLDER}/{number}"


@dataclass(frozen=True)
class Have:
    """What is there, and what the node remembers.

    ``found``: the disks that the cloud's models name. ``named``: the devices that the document names, None where there is
    none. ``known``: the disks that were used before. ``half_made``: serial numbers of those whose format may have been cut
    short. ``launched``: how many EBS volumes beside the root the instance was launched with.
    """

    found: tuple[Device, ...] = ()
    named: t.Mapping[str, Device | None] = field(default_factory=dict)
    directories: tuple[Directory, ...] = ()
    known: tuple[Disk, ...] = ()
    half_made: t.Collection[str] = ()
    launched: int = 0


def plan(wish: t.Mapping[str, t.Any], have: Have, incarnation: str) -> Layout:
    """Return which disks are used, and what is to be done for it.

    :raises Short: fewer are there than are to be, and more may come.
    :raises OhmyError: one holds something else, or is lost and HDFS cannot go on without it.
    """
    found = [_half_made(one) if one.serial in have.half_made else one for one in have.found]
    # One that cannot be read any more where it is mounted has no label either: it is lost, like one that is gone.
    dead = {one.path for one in [*found, *have.named.values()] if one and not one.label and _below(one.mounts)}
    found = [one for one in found if one.path not in dead]
    groups = {
        EBS: [one for one in found if one.kind == EBS and not one.of_system],
        INSTANCE_STORE: [one for one in found if one.kind == INSTANCE_STORE],
        OTHER: [one for one in have.named.values() if one is not None and one.path not in dead],
    }
    ours = _ours([one for group in groups.values() for one in group], incarnation)
    fresh = _fresh(wish, have, groups, ours)
    absent = [path for path, one in have.named.items() if one is None]
    unknown = [path for path in absent if path not in {disk.path for disk in have.known if disk.kind == OTHER}]
    if unknown:
        raise Short(f"There is no disk {', '.join(unknown)} on this host.", "Attach it, or take it out of the list.")
    layout = _numbered(ours, fresh, have.known, incarnation, have.named)
    _add_directories(layout, have.directories, have.known)
    _refuse_loss(layout)
    return layout


def _fresh(
    wish: t.Mapping[str, t.Any], have: Have, groups: t.Mapping[str, list[Device]], ours: dict[int, Device]
) -> list[Device]:
    """Return the blank disks that are to become ours."""
    taken = {one.path for one in ours.values()}
    rest = {kind: [one for one in group if one.path not in taken] for kind, group in groups.items()}
    fresh: list[Device] = []
    attached = wish.get("volumes") == ATTACHED
    volumes = have.launched if attached else int(wish.get("volumes") or 0)
    if volumes or attached:
        used = len(groups[EBS]) - len(rest[EBS])
        fresh += _volumes(volumes, used, rest[EBS], _gone(have.known, EBS, ours), attached)
    if wish.get("instance_store"):
        fresh += [_blank(one) for one in rest[INSTANCE_STORE]]
    return fresh + [_blank(one) for one in rest[OTHER]]


def _below(mounts: t.Iterable[str]) -> bool:
    return any(place.startswith(f"{FOLDER}/") for place in mounts)


def _half_made(device: Device) -> Device:
    return device if device.holds else replace(device, zeroes=True)


def _ours(devices: t.Iterable[Device], incarnation: str) -> dict[int, Device]:
    ours: dict[int, Device] = {}
    for one in devices:
        number = number_of(one, incarnation)
        if number is None:
            continue
        if number in ours and ours[number].path != one.path:
            raise OhmyError(
                f"{ours[number]} and {one} are both disk {number} of this node; one is a copy of the other.",
                "Detach the copy; nothing was touched.",
            )
        elsewhere = [place for place in one.mounts if place != place_of(number)]
        if elsewhere:
            raise OhmyError(
                f"{one} is mounted at {elsewhere[0]}, and belongs at {place_of(number)}.", "Unmount it there."
            )
        ours[number] = one
    return ours


def _blank(device: Device) -> Device:
    """Return the device where nothing lies on it and nobody uses it; raise OhmyError naming what does."""
    why = _why_not(device)
    if why:
        raise OhmyError(
            f"{device} is to be a disk of HDFS, and {why}. It was not touched.",
            "Take it out of the list or detach it; or, where nothing on it is wanted any more, empty it (wipefs, blkdiscard).",
        )
    return device


def _why_not(device: Device) -> str:
    if device.used:
        return f"is {device.used}"
    if device.label.startswith("ohmy-"):
        return f"belongs to another cluster ({device.label})"
    if device.holds:
        return f"holds {device.holds}" + (f" labelled {device.label}" if device.label else "")
    # What an instance's own disks held before is nobody's any more.
    if not device.zeroes and device.kind != INSTANCE_STORE:
        return "holds data without a file system"
    return ""


def _gone(known: t.Iterable[Disk], kind: str, ours: t.Mapping[int, Device]) -> list[Disk]:
    there = {one.uuid for one in ours.values()}
    return [disk for disk in known if disk.kind == kind and disk.uuid not in there]


def _volumes(wanted: int, have: int, rest: list[Device], gone: list[Disk], attached: bool) -> list[Device]:
    """Return the blank volumes that become ours, of those that are not yet; ``attached``: all of them."""
    blank = [one for one in rest if not _why_not(one)]
    others = [f"{one} {_why_not(one)}" for one in rest if _why_not(one)]
    needed = max(0, wanted - have)
    if not attached and len(blank) > needed > 0:
        raise OhmyError(
            f"{', '.join(map(str, blank))} are blank, and {needed} of them would be for HDFS.",
            "Detach those that are not, or raise the number of data volumes.",
        )
    if needed > len(blank) + len(gone):
        seen = f"{have + len(blank)} of {wanted} data volumes are attached to this node"
        if others:
            raise OhmyError(
                f"{seen}, and beside them {'; '.join(others)}. It was not touched.",
                "Attach blank ones; or, where nothing on it is wanted any more, empty it (wipefs, blkdiscard).",
            )
        raise Short(f"{seen}{': ' + ', '.join(map(str, blank)) if blank else ''}.", "Attach the missing ones.")
    return blank if attached else blank[:needed]


def _numbered(
    ours: dict[int, Device],
    fresh: list[Device],
    known: t.Sequence[Disk],
    incarnation: str,
    named: t.Mapping[str, Device | None],
) -> Layout:
    """Return the layout with a number for each: its own, that of one of its kind that is gone, or the next free one."""
    layout = Layout()
    paths = {one.path: path for path, one in named.items() if one is not None}
    there = {one.uuid for one in ours.values()}
    gone = [disk for disk in known if disk.kind != DIRECTORY and disk.uuid not in there]
    rows: dict[int, tuple[Device | None, Disk]] = {}
    for number, device in ours.items():
        rows[number] = (device, _disk(device, number, paths))
        if not device.mounts:
            layout.steps.append(Step("mount", device, place_of(number), device.label))
        elif device.broken:
            layout.lost[place_of(number)] = f"The file system of {device} {device.broken}"
    for device in fresh:
        # One in the place of one of its kind that is gone: what an instance's own disks are after a stop.
        old = next((disk for disk in gone if disk.kind == device.kind), None)
        if old is not None:
            gone.remove(old)
        free = (one for one in range(1, 100) if one not in rows and place_of(one) not in {disk.place for disk in gone})
        number = int(old.place.rpartition("/")[2]) if old else next(free)
        rows[number] = (device, _disk(device, number, paths))
        layout.steps.append(Step("format", device, place_of(number), label(incarnation, number)))
    for disk in gone:
        rows[int(disk.place.rpartition("/")[2])] = (None, disk)
        layout.lost[disk.place] = f"{str(disk)[:1].upper()}{str(disk)[1:]} is not there any more"
    layout.disks = [rows[number][1] for number in sorted(rows)]
    return layout


def _disk(device: Device, number: int, paths: t.Mapping[str, str]) -> Disk:
    path = paths.get(device.path, device.path)
    return Disk(place_of(number), device.kind, device.uuid, device.serial, path, place_of(number))


def _add_directories(layout: Layout, directories: t.Sequence[Directory], known: t.Sequence[Disk]) -> None:
    before = {disk.path: disk for disk in known if disk.kind == DIRECTORY}
    on: dict[str, str] = {}
    for one in directories:
        old = before.get(one.path)
        place = f"{one.path.rstrip('/')}/{BELOW}"
        if old is None and not one.there:
            raise OhmyError(f"There is no directory {one.path} on this host.", "Mount its disk, or make it.")
        if old is not None and (not one.there or one.mount != old.mount):
            layout.lost[place] = f"The directory {one.path} is not on {old.mount or '/'} any more: it is not mounted"
        elif one.mount in on:
            raise OhmyError(
                f"{on[one.mount]} and {one.path} lie on one file system, whose room HDFS would count twice.",
                "Name one directory of each disk.",
            )
        else:
            on[one.mount] = one.path
        layout.disks.append(old or Disk(place, DIRECTORY, path=one.path, mount=one.mount))


def _refuse_loss(layout: Layout) -> None:
    if len(layout.lost) > tolerated(len(layout.disks)):
        raise Short(
            f"{'; '.join(layout.lost.values())}. HDFS does not go on with less than half of its disks.",
            "Attach it again; or, where its blocks are not wanted any more, see docs/disks.md.",
        )
