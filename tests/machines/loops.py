# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks for machines: loop devices on sparse files, which also go by the names that volumes have on EC2."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from localcloud.shell import run

MIB = 1024
#: What a kernel says of EBS, and of an instance's own disks.
EBS, INSTANCE_STORE = "Amazon Elastic Block Store", "Amazon EC2 NVMe Instance Storage"


def attach(state: Path, count: int) -> list[str]:
    """Make blank disks of 1 GiB, whose files lie in a state directory; return their loop devices."""
    found = []
    for number in range(count):
        file = image(state, number)
        _blank(file)
        # Another test may take the free device between the look and the use; losetup does both at once.
        found.append(run(["losetup", "--find", "--show", str(file)]).strip())
    sysfs(state).mkdir(exist_ok=True)
    return found


def image(state: Path, number: int) -> Path:
    """Return the file behind a disk."""
    return state / f"disk-{number}.img"


def sysfs(state: Path) -> Path:
    """Return the folder that a machine sees as ``/sys/block``: the real one shows the disks of all."""
    return state / "sys-block"


def options(state: Path, disks: list[str]) -> list[str]:
    """Return podman's options for a machine with these disks; the machine can mount, and reaches no other device."""
    words = ["--cap-add", "SYS_ADMIN", "--volume", f"{sysfs(state)}:/sys/block:ro"]
    for number, device in enumerate(disks, 1):
        words += ["--device", device, "--device", f"{device}:/dev/{nvme(number)}"]
    return words


def nvme(number: int) -> str:
    """Return the name under which a disk is an NVMe device too."""
    return f"nvme{number}n1"


def show(state: Path, disks: list[str], number: int, model: str, serial: str) -> None:
    """Let the kernel of a machine say that a disk, counted from 1, is there, and of what model."""
    folder = sysfs(state) / nvme(number)
    (folder / "device").mkdir(parents=True, exist_ok=True)
    device = os.stat(disks[number - 1]).st_rdev
    texts = {"dev": f"{os.major(device)}:{os.minor(device)}", "size": str(MIB * 2048), "device/model": model}
    for name, text in {**texts, "device/serial": serial}.items():
        (folder / name).write_text(f"{text}\n")


def hide(state: Path, number: int) -> None:
    """Let it be gone."""
    shutil.rmtree(sysfs(state) / nvme(number))


def replace(state: Path, disks: list[str], number: int) -> None:
    """Put a blank disk in the place of one that nobody uses."""
    run(["losetup", "--detach", disks[number - 1]])
    image(state, number - 1).unlink()
    _blank(image(state, number - 1))
    run(["losetup", disks[number - 1], str(image(state, number - 1))])


def detach_all(state: Path) -> None:
    """Detach and remove all disks of a state directory."""
    for file in state.glob("disk-*.img"):
        for line in run(["losetup", "--associated", str(file), "--noheadings", "--output", "NAME"]).splitlines():
            run(["losetup", "--detach", line.strip()])
        file.unlink()
    shutil.rmtree(sysfs(state), ignore_errors=True)


def _blank(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(MIB << 20)
