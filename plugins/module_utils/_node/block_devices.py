# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The block devices of a node: what they are, what lies on them, who uses them; reads only.

The kernel's own files and low-level probes of the devices are asked, and not ``lsblk``: what it says of file systems
comes from udev, which may not have looked at a new disk yet.
"""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .system import read_text

EBS, INSTANCE_STORE, OTHER = "ebs", "instance-store", "other"
MODELS = {"Amazon Elastic Block Store": EBS, "Amazon EC2 NVMe Instance Storage": INSTANCE_STORE}
# What Linux makes up of memory, files and other devices; xvd are the disks of older instance types.
VIRTUAL = re.compile(r"(loop|ram|zram|sr|fd|nbd|md|dm-)\d")
XEN = re.compile(r"xvd[a-z]+")
# What becomes of a file system after an error; newer kernels have words of their own for it.
BROKEN = frozenset({"ro", "emergency_ro", "shutdown"})
# Without a file system's signature there may still be something: a database's own format, half a file system.
LOOKED_AT = 1 << 20
PROBE_SECONDS = 60

Probe = t.Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Device:
    """A whole disk, or a part of one that was named.

    ``holds`` says in words what lies on it, ``used`` who uses it; both are empty where there is nothing.
    ``zeroes``: its first MiB is empty. ``broken``: what is wrong with its mounted file system.
    """

    path: str
    kind: str
    serial: str = ""
    size: int = 0
    label: str = ""
    uuid: str = ""
    holds: str = ""
    used: str = ""
    zeroes: bool = True
    mounts: tuple[str, ...] = ()
    broken: str = ""

    def __str__(self) -> str:
        """Return the device with the name under which AWS knows it."""
        return f"{self.path} ({self.serial})" if self.serial else self.path

    @property
    def of_system(self) -> bool:
        """Tell whether the system itself runs on it."""
        return any(f"mounted at {place}" in self.used.split(", ") for place in ("/", "/boot", "/boot/efi", "/usr"))


@dataclass(frozen=True)
class Mount:
    """A line of mountinfo."""

    device: str  # major:minor
    place: str
    source: str
    broken: bool


def mounts(root: str = "/") -> list[Mount]:
    """Return what is mounted, in the order in which it was."""
    found = []
    for line in read_text(os.path.join(root, "proc/self/mountinfo")).splitlines():
        head, _dash, tail = line.partition(" - ")
        words, rest = head.split(), tail.split()
        if len(words) >= 6 and len(rest) >= 3:
            options = {*words[5].split(","), *rest[2].split(",")}
            found.append(Mount(words[2], unescaped(words[4]), unescaped(rest[1]), not BROKEN.isdisjoint(options)))
    return found


def unescaped(text: str) -> str:
    """Return a path of mountinfo or fstab as it is: both write blanks as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def mount_of(path: str, mounted: t.Iterable[Mount]) -> Mount | None:
    """Return the mount on which a path lies."""
    found = None
    for mount in mounted:
        at = mount.place.rstrip("/")
        if (path == at or path.startswith(f"{at}/")) and (found is None or len(mount.place) >= len(found.place)):
            found = mount
    return found


def disks(root: str = "/", probe: Probe | None = None) -> list[Device]:
    """Return the whole disks of the node that Amazon's models name, by name."""
    folder = os.path.join(root, "sys/block")
    names = sorted(os.listdir(folder), key=_by_number) if os.path.isdir(folder) else []
    known = mounts(root)
    found = []
    for name in names:
        kind = "" if VIRTUAL.match(name) else _kind(root, name)
        if kind and os.path.exists(os.path.join(root, "dev", name)):
            found.append(_device(name, kind, known, root, probe or probed))
    return found


def named(path: str, root: str = "/", probe: Probe | None = None) -> Device | None:
    """Return the block device at a path, which may be a link; None where there is none."""
    real = os.path.realpath(os.path.join(root, path.lstrip("/")))
    name = os.path.basename(real)
    if not os.path.exists(real) or not os.path.isdir(os.path.join(root, "sys/class/block", name)):
        return None
    return _device(name, _kind(root, name) or OTHER, mounts(root), root, probe or probed, "sys/class/block")


def _by_number(name: str) -> list[t.Any]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _text(root: str, *path: str) -> str:
    try:
        return read_text(os.path.join(root, *path)).strip()
    except OSError:
        return ""


def _kind(root: str, name: str) -> str:
    model = _text(root, "sys/block", name, "device/model")
    return MODELS.get(model) or (EBS if not model and XEN.fullmatch(name) else "")


def _device(name: str, kind: str, known: t.Sequence[Mount], root: str, probe: Probe, at: str = "sys/block") -> Device:
    folder = os.path.join(root, at, name)
    parts = sorted(part for part in os.listdir(folder) if os.path.exists(os.path.join(folder, part, "partition")))
    path = f"/dev/{name}"
    own = [mount for mount in known if mount.device == _text(root, at, name, "dev") or mount.source == path]
    holders = [f"held by {holder}" for holder in _names(folder, "holders")]
    uses = [f"mounted at {mount.place}" for mount in own] + holders + _swap(root, path)
    for part in parts:
        number = _text(root, at, name, part, "dev")
        uses += [f"mounted at {one.place}" for one in known if one.device == number or one.source == f"/dev/{part}"]
        uses += [f"held by {holder}" for holder in _names(os.path.join(folder, part), "holders")]
        uses += _swap(root, f"/dev/{part}")
    there = probe(os.path.join(root, path.lstrip("/")))
    holds = [f"a partition table ({there['PTTYPE']})"] if "PTTYPE" in there else []
    holds += [there["TYPE"]] if "TYPE" in there else []
    holds += [there["HOLDS"]] if "HOLDS" in there else []
    return Device(
        path=path,
        kind=kind,
        serial=_serial(_text(root, at, name, "device/serial")) if kind != OTHER else "",
        size=int(_text(root, at, name, "size") or 0) * 512,
        label=there.get("LABEL", ""),
        uuid=there.get("UUID", ""),
        holds=", ".join([*holds, *parts]),
        used=", ".join(dict.fromkeys(uses)),
        zeroes="DATA" not in there,
        mounts=tuple(mount.place for mount in own),
        broken=_broken(own, root),
    )


def _broken(own: t.Sequence[Mount], root: str) -> str:
    for mount in own:
        if mount.broken:
            return "takes nothing any more, as it does after an error"
        try:
            os.listdir(os.path.join(root, mount.place.lstrip("/")))
        except OSError as exc:
            return f"cannot be read: {exc.strerror}"
    return ""


def _serial(text: str) -> str:
    # NVMe leaves out the dash of a volume's id.
    return re.sub(r"^vol-?(?=[0-9a-f]+$)", "vol-", text)


def _names(folder: str, name: str) -> list[str]:
    path = os.path.join(folder, name)
    return sorted(os.listdir(path)) if os.path.isdir(path) else []


def _swap(root: str, path: str) -> list[str]:
    lines = _text(root, "proc/swaps").splitlines()[1:]
    return ["used as swap"] if any(unescaped(line.split()[0]) == path for line in lines if line) else []


def probed(path: str) -> dict[str, str]:
    """Return blkid's tags of a device; ``HOLDS``: what hinders a look at it; ``DATA``: it begins with some.

    :raises OhmyError: there is no blkid.
    """
    argv = ["env", "LC_ALL=C.UTF-8", "blkid", "-p", "-o", "export", path]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, errors="replace", timeout=PROBE_SECONDS, check=False
        )
        with open(path, "rb") as stream:
            data = stream.read(LOOKED_AT)
    except FileNotFoundError as exc:
        raise OhmyError(f"The disk {path} cannot be looked at: {exc}.", "Nodes need util-linux.") from exc
    except (OSError, subprocess.TimeoutExpired) as exc:
        return {"HOLDS": f"something that cannot be read ({exc})", "DATA": "1"}
    lines = (line.partition("=") for line in done.stdout.splitlines())
    found = {key: re.sub(r"\\(.)", r"\1", value) for key, dash, value in lines if dash}
    if done.returncode not in (0, 2):
        # 8: signatures of several kinds.
        found["HOLDS"] = "signatures that contradict each other" if done.returncode == 8 else done.stderr.strip()
    if any(data):
        found["DATA"] = "1"
    return found
