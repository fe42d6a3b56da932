# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Data disks of a node: found, formatted where they are blank and ours, mounted, remembered."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
import time
import typing as t
import uuid

from .._core.canonical import dumps
from .._core.errors import OhmyError
from .._core.voice import say
from . import block_devices, disk_plan, disk_wish
from .block_devices import OTHER, Device
from .disk_layout import DIRECTORY, FILE_SYSTEM, FOLDER, Directory, Disk, Layout, Step
from .disk_plan import Short
from .imds import Imds
from .system import read_file, run, write_file

KNOWN = "var/lib/ohmy/disks.json"
FSTAB = "etc/fstab"
# Without nofail a missing disk would end a boot in a rescue shell, that nobody reaches over SSH.
OPTIONS = "noatime,nofail,errors=remount-ro"
FORMAT_SECONDS = 600
UDEV = "/run/udev/control"
# e2fsprogs is on every image that we know, xfsprogs is not on Debian's. No blocks for root only, for HDFS leaves room
# itself; an inode for each 64 KiB, as blocks are large and YARN's files are not that many.
FORMAT = ["mkfs.ext4", "-q", "-m", "0", "-i", "65536", "-E", "nodiscard"]


def settle(
    document: t.Mapping[str, t.Any],
    works: bool,
    check_mode: bool = False,
    patience: float = 0,
    root: str = "/",
) -> Layout:
    """Bring the node's data disks into use, or in check mode see what that would do; return which there are.

    :param works: HDFS or YARN keep files here; else no disk is looked at.
    :param patience: seconds to wait for disks that are still to be attached.
    :raises OhmyError: a disk is missing, holds something else, or cannot be used.
    """
    wish = disk_wish.check(document.get("disks"))
    known, half_made = remembered(root)
    if not works or not (wish or known):
        return Layout()
    deadline = time.monotonic() + patience
    told, of_launch = "", launched() if wish.get("volumes") == disk_wish.ATTACHED else 0
    while True:
        try:
            have = _look(wish, known, half_made, of_launch, root)
            layout = disk_plan.plan(wish, have, str(document["incarnation"]))
            wanting = " ".join(layout.warnings)
        except Short as exc:
            if time.monotonic() >= deadline:
                raise
            wanting = exc.message
        if not wanting or time.monotonic() >= deadline:
            break
        if wanting != told:
            say(f"waiting for disks: {wanting}")
            told = wanting
        time.sleep(1)
    if not check_mode:
        _apply(layout, known, half_made, root)
    return layout


def _look(
    wish: t.Mapping[str, t.Any], known: t.Sequence[Disk], half_made: t.Collection[str], of_launch: int, root: str
) -> disk_plan.Have:
    """Look at the disks; reads only."""
    named: dict[str, Device | None] = {path: block_devices.named(path, root) for path in wish.get("devices") or ()}
    paths = dict.fromkeys(wish.get("directories") or ())
    # What holds blocks is used, whatever the document says later, and under whatever name it goes now.
    paths.update(dict.fromkeys(disk.path for disk in known if disk.kind == DIRECTORY))
    for disk in known:
        if disk.kind == OTHER and disk.uuid not in {one.uuid for one in named.values() if one}:
            there = block_devices.named(f"/dev/disk/by-uuid/{disk.uuid}", root)
            if there is not None or disk.path not in named:
                named[disk.path] = there or block_devices.named(disk.path, root)
    mounted = block_devices.mounts(root)
    return disk_plan.Have(
        found=tuple(block_devices.disks(root)),
        named=named,
        directories=tuple(_directory(path, mounted, root) for path in paths),
        known=tuple(known),
        half_made=half_made,
        launched=of_launch,
    )


def launched(imds: Imds | None = None) -> int:
    """Return how many EBS volumes beside the root the instance was launched with, as its metadata tell."""
    lines = (imds or Imds()).get("meta-data/block-device-mapping/").split()
    return sum(line.rstrip("/").startswith("ebs") for line in lines)


def _directory(path: str, mounted: t.Sequence[block_devices.Mount], root: str) -> Directory:
    real = os.path.realpath(os.path.join(root, path.lstrip("/")))
    mount = block_devices.mount_of(real, mounted)
    return Directory(path, os.path.isdir(real), mount.place if mount else "/")


def remembered(root: str = "/") -> tuple[list[Disk], list[str]]:
    """Return the disks that were used so far, and the serial numbers of those whose format may have been cut short."""
    try:
        data = json.loads(read_file(os.path.join(root, KNOWN)) or b"{}")
        return [Disk(**row) for row in data.get("disks", [])], [str(one) for one in data.get("half_made", [])]
    except (ValueError, TypeError, AttributeError) as exc:
        raise OhmyError(
            f"/{KNOWN} cannot be read: {exc}.", "Remove it: the disks are found again by their labels."
        ) from exc


def _remember(disks: t.Sequence[Disk], half_made: t.Sequence[str], root: str) -> None:
    data = dumps({"disks": [dataclasses.asdict(disk) for disk in disks], "half_made": sorted(half_made)})
    path = os.path.join(root, KNOWN)
    if read_file(path) != data:
        write_file(path, data)


def _apply(layout: Layout, known: t.Sequence[Disk], half_made: t.Sequence[str], root: str) -> None:
    """Format and mount; every disk is remembered as soon as it is mounted, so that a later run goes on."""
    made: dict[str, str] = {}
    for step in layout.steps:
        if step.verb == "format":
            serials = [*half_made, step.device.serial] if step.device.serial else list(half_made)
            _remember(known, serials, root)
            made[step.place] = _format(step)
        _mount(step, root)
    layout.disks = [dataclasses.replace(disk, uuid=made.get(disk.place, disk.uuid)) for disk in layout.disks]
    _remember(layout.disks, [], root)


def _busy(path: str) -> str:
    """Return the kernel's own word on whether anybody uses a device, at the last moment; empty where nobody does."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_EXCL))
    except OSError as exc:
        return exc.strerror or str(exc)
    return ""


def _format(step: Step) -> str:
    """Make a file system with our label; return its UUID."""
    path = step.device.path
    if shutil.which(FORMAT[0]) is None:
        raise OhmyError(f"{FORMAT[0]} is missing on this node, to format {step.device}.", "Install e2fsprogs.")
    if why := _busy(path):
        raise OhmyError(f"{step.device} cannot be formatted: {why}.", "See who uses it: lsblk.")
    say(f"formatting {step.device} for {step.place}")
    name = str(uuid.uuid4())
    run([*FORMAT, "-L", step.label, "-U", name, path], f"format {step.device}", FORMAT_SECONDS)
    _tell_udev(path)
    return name


def _tell_udev(path: str) -> None:
    """Let udev learn the new UUID: systemd would unmount what fstab mounts from a UUID that it does not know."""
    if not os.path.exists(UDEV):
        return
    with contextlib.suppress(OhmyError):  # it may wait for other devices too
        run(["udevadm", "trigger", "--action=change", f"--name-match={path}"], "tell udev of a file system")
        run(["udevadm", "settle", "--timeout=30"], "wait for udev")


def _mount(step: Step, root: str) -> None:
    where = os.path.join(root, step.place.lstrip("/"))
    # Not the daemons': where the disk is not mounted, nothing may be written in its place.
    os.makedirs(where, mode=0o755, exist_ok=True)
    options = OPTIONS.replace("nofail,", "")
    command = ["mount", "-t", FILE_SYSTEM, "-o", options, step.device.path, where]
    try:
        run(command, f"mount {step.device} at {step.place}")
    except OhmyError:
        # At a boot systemd may have mounted it in between.
        if not any(mount.place == step.place for mount in block_devices.mounts(root)):
            raise


def fstab(text: str, disks: t.Iterable[Disk]) -> str:
    """Return /etc/fstab with a line for each disk below our folder, and no other such line; nothing else changes."""
    lines = [line for line in text.splitlines() if not re.match(rf"[^#\s]\S*\s+{re.escape(FOLDER)}/", line)]
    for disk in disks:
        if disk.kind != DIRECTORY and disk.uuid:
            lines.append(f"UUID={disk.uuid} {disk.place} {FILE_SYSTEM} {OPTIONS} 0 2")
    return "".join(f"{line}\n" for line in lines)
