# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The controller's own files about a cluster: known_hosts, ssh_config, and a short path for control sockets."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import tempfile
import typing as t

from .._core import tunnel as tunnels
from .._core.errors import OhmyError
from .._core.places import nearest
from .._core.private_folders import require_sockets, socket_path
from .instances import Instance

LEAST_ROOM = 1 << 20  # bytes


def cluster_dir(state_dir: str, cluster: str, incarnation: str) -> str:
    """Return the folder of one incarnation of a cluster."""
    return os.path.join(state_dir, f"{cluster}-{incarnation[:8]}")


def control_path(incarnation: str, name: str = "master") -> str:
    """Return the path of a control socket: short, and one per incarnation and name, as addresses are used again."""
    return socket_path(f"{incarnation[:8]}-{name}")


def tunnel(incarnation: str) -> str:
    """Return the name of the tunnel to the web pages of one incarnation."""
    return f"{incarnation[:8]}-ui"


def require_room(state_dir: str) -> None:
    """Raise OhmyError where the clusters' folders or sockets cannot be written: found out later, instances would run already."""
    folder = nearest(os.path.abspath(state_dir), os.path.lexists)
    hint = "Make room or mend it, or set XDG_STATE_HOME to another folder."
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise OhmyError(f"What is known of clusters cannot be kept in {state_dir}: {folder} cannot be written.", hint)
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize < LEAST_ROOM:
        raise OhmyError(f"What is known of clusters cannot be kept in {state_dir}: the disk is full.", hint)
    require_sockets()


def write(path: str, text: str) -> None:
    """Write a file of 0600 by rename, only where it differs; an OSError names it, not the one that is renamed."""
    try:
        with open(path, encoding="utf-8") as stream:
            if stream.read() == text:
                return
    except OSError:
        pass
    aside = ""
    try:
        handle, aside = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(aside, path)
    except OSError as exc:
        if aside:
            os.unlink(aside)
        raise OSError(exc.errno, exc.strerror, path) from exc


def read_known_hosts(path: str) -> dict[str, set[str]]:
    """Return the keys pinned on this controller, ``<type> <base64>`` by instance id."""
    known: dict[str, set[str]] = {}
    try:
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().splitlines()
    except OSError:
        return known
    for line in lines:
        parts = line.split()
        if len(parts) == 3:
            known.setdefault(parts[0].split(",")[0], set()).add(f"{parts[1]} {parts[2]}")
    return known


def known_hosts(hosts: t.Iterable[Instance], keys: dict[str, list[str]]) -> str:
    """Return the text of known_hosts: instance id first, then the addresses it has now."""
    lines = []
    for one in hosts:
        names = ",".join(name for name in (one.id, one.private_ip, one.public_ip) if name)
        lines += [f"{names} {line}" for line in keys.get(one.id, [])]
    return "".join(f"{line}\n" for line in lines)


def block(patterns: t.Iterable[str | None], settings: dict[str, str]) -> str:
    """Return one block of an ssh_config."""
    names = dict.fromkeys(name for name in patterns if name)
    lines = [f"Host {' '.join(names)}"] + [f"    {key} {value}" for key, value in settings.items()]
    return "\n".join(lines) + "\n"


def common(user: str, private: str | None, folder: str, control: str) -> dict[str, str]:
    """Return the settings of ssh_config that all hosts of one incarnation share."""
    settings = {
        "User": user,
        "UserKnownHostsFile": f'"{os.path.join(folder, "known_hosts")}"',
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "ForwardAgent": "no",
        "ControlMaster": "auto",
        "ControlPath": f'"{os.path.join(os.path.dirname(control), os.path.basename(folder)[-8:])}-%C"',
        "ControlPersist": "60s",
        "ServerAliveInterval": "30",
    }
    if private is not None:
        settings.update({"IdentityFile": f'"{private}"', "IdentitiesOnly": "yes"})
    return settings


def mark(region: str, account: str, cluster: str, incarnation: str) -> str:
    """Return the text of cluster.json, by which a folder is known when the cluster is gone."""
    whole = {"account": account, "cluster": cluster, "incarnation": incarnation, "region": region}
    return json.dumps(whole, indent=2, sort_keys=True) + "\n"


def folders(state_dir: str, cluster: str, region: str, account: str) -> list[str]:
    """Return this cluster's folders, of all its incarnations in this account and region."""
    found = []
    for name in sorted(os.listdir(state_dir)) if os.path.isdir(state_dir) else []:
        path = os.path.join(state_dir, name)
        try:
            with open(os.path.join(path, "cluster.json"), encoding="utf-8") as stream:
                told = json.load(stream)
        except (OSError, ValueError):
            continue
        if (told.get("cluster"), told.get("region"), told.get("account")) == (cluster, region, account):
            found.append(path)
    return found


def forget_connections(folder: str) -> None:
    """Remove tunnel and control sockets of a folder's incarnation: what they lead to has ended, or will end."""
    mark_of = os.path.basename(folder)[-8:]
    tunnels.stop(socket_path(tunnel(mark_of)))
    for socket in glob.glob(os.path.join(glob.escape(os.path.dirname(control_path(mark_of))), f"{mark_of}-*")):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(socket)


def remove(folder: str) -> None:
    """Remove one folder of ours, and the control sockets of its incarnation."""
    forget_connections(folder)
    shutil.rmtree(folder)
