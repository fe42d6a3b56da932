# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Paths in HDFS as they are wanted: read the wishes, look at all with few calls, plan, apply."""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.places import inside
from .._core.plan import Plan, Step
from .hdfs_names import normal
from .many import for_all
from .rest import Refused
from .statuses import statuses
from .webhdfs import WebHdfs

CONTENT_LIMIT = 1 << 20
CLEAR = -1
TRASHED = re.compile(r"/user/[^/]+/\.Trash(/|$)")
KINDS = {"directory": "DIRECTORY", "file": "FILE"}
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
Params = t.Mapping[str, t.Any]
Found = dict[str, t.Optional[dict[str, t.Any]]]


@dataclass(frozen=True)
class Want:
    """One path as it shall be; None leaves a property alone. Quotas: ``CLEAR`` for none."""

    path: str
    state: str
    content: bytes | None = None
    owner: str | None = None
    group: str | None = None
    mode: str | None = None
    replication: int | None = None
    name_quota: int | None = None
    space_quota: int | None = None


def wants(params: Params) -> list[Want]:
    """Return what is wanted of each path, from the module's options.

    :raises OhmyError: what cannot be meant.
    """
    entries = [{"path": path} for path in params["path"] or []] + list(params["paths"] or [])
    found = [_want({**params, **{k: v for k, v in entry.items() if v is not None}}) for entry in entries]
    if not found:
        raise OhmyError("path is empty: there is nothing to do.", "Name a path, or several in paths.")
    taken: set[str] = set()
    for want in found:
        if want.path in taken:
            raise OhmyError(f"{want.path} is named twice.", "Name each path once.")
        taken.add(want.path)
    gone = [want.path for want in found if want.state == "absent"]
    for want in found:
        above = next((path for path in gone if want.state != "absent" and inside(want.path, path)), None)
        if above is not None:
            raise OhmyError(
                f"{want.path} lies in {above}, which is to be absent.", "Do it in two tasks, the removal in the first."
            )
    return found


def _want(values: Params) -> Want:
    path, state, content = normal(str(values["path"])), values["state"], values["content"]
    name = f"{path}: "
    if state == "absent" and path == "/":
        raise OhmyError("The root of HDFS cannot be removed.", "Name a directory below it.")
    if state != "file":
        for option in ("content", "replication"):
            if values[option] is not None:
                raise OhmyError(f"{name}{option} goes with state: file only.", "Leave it out, or write state: file.")
    if state != "directory" and (values["name_quota"] is not None or values["space_quota"] is not None):
        raise OhmyError(f"{name}quotas go with state: directory only.", "Leave them out, or write state: directory.")
    if content is not None and len(content.encode()) > CONTENT_LIMIT:
        raise OhmyError(f"{name}content is larger than 1 MiB.", "Use hdfs_upload for files.")
    replication = values["replication"]
    if replication is not None and not 1 <= replication <= 512:
        raise OhmyError(
            f"{name}replication is {replication}, which is not from 1 to 512.", "Leave it out for HDFS's own value."
        )
    return Want(
        path,
        state,
        None if content is None else content.encode(),
        values["owner"],
        values["group"],
        _mode(name, values["mode"]),
        replication,
        _quota(name, "name_quota", values["name_quota"]),
        _quota(name, "space_quota", values["space_quota"]),
    )


def _mode(name: str, mode: t.Any) -> str | None:
    if mode is None:
        return None
    if not isinstance(mode, str):
        raise OhmyError(
            f"{name}mode is the number {mode}, which YAML may have read as octal digits or not.",
            'Write it in quotes: mode: "0755".',
        )
    if not re.fullmatch(r"[0-7]{3,4}", mode) or int(mode, 8) > 0o1777:
        raise OhmyError(
            f"{name}mode is {mode!r}, which is not three or four octal digits in quotes.",
            "Of the special bits HDFS knows the sticky bit alone: 1777.",
        )
    return f"{int(mode, 8):04o}"


def _quota(name: str, option: str, value: str | None) -> int | None:
    if value is None:
        return None
    if value.lower() == "none":
        return CLEAR
    found = re.fullmatch(r"(\d+)([KMGT]?)", value)
    number = int(found[1]) * UNITS[found[2]] if found else 0
    if not 0 < number < 1 << 62:
        raise OhmyError(
            f"{name}{option} is {value!r}, which is no number above 0.",
            "A letter K, M, G or T multiplies it by 1024 and so on; the word none clears the quota.",
        )
    return number


def observe(hdfs: WebHdfs, wanted: t.Sequence[Want]) -> Found:
    """Return each path's FileStatus or None.

    Added are ``same`` for a file that holds the wanted content already, and ``quotas`` where one is wanted.
    """
    found = statuses(hdfs, [want.path for want in wanted])

    def detail(want: Want) -> None:
        status = found[want.path]
        if status is None:
            return
        status = found[want.path] = dict(status)
        if want.content is not None and status["type"] == "FILE":
            same_size = status["length"] == len(want.content)
            status["same"] = same_size and hdfs.read(want.path, CONTENT_LIMIT) == want.content
        if (want.name_quota or want.space_quota) is not None and status["type"] == "DIRECTORY":
            status["quotas"] = hdfs.quota(want.path)

    for_all(detail, wanted)
    return found


def make_plan(wanted: t.Sequence[Want], found: Found, recursive: bool, trash: bool) -> Plan:
    """Compare; no side effects.

    :raises OhmyError: a file stands where a directory is wanted or the other way round, or a directory that is to go
        is not empty.
    """
    plan = Plan()
    for want in wanted:
        status = found[want.path]
        if want.state == "absent":
            if status is not None:
                if status["type"] == "DIRECTORY" and status.get("childrenNum") and not recursive:
                    raise OhmyError(f"{want.path} in HDFS is not empty.", "Set recursive to remove what it holds too.")
                moved = trash and not TRASHED.match(want.path)
                plan.add("move to the trash" if moved else "remove", want.path, status["type"].lower(), None)
            continue
        if status is not None and status["type"] != KINDS[want.state]:
            raise OhmyError(
                f"{want.path} in HDFS is a {status['type'].lower()}, not a {want.state}.", "Remove it first."
            )
        _plan_present(plan, want, status or {})
    return plan


def _plan_present(plan: Plan, want: Want, status: t.Mapping[str, t.Any]) -> None:
    if not status:
        plan.add("make", want.path, None, want.state)
    elif status.get("same") is False:
        size = len(want.content or b"")
        other = "other " if size == status["length"] else ""
        plan.add("write", want.path, f"{status['length']} bytes", f"{size} {other}bytes")
    mode = f"{int(status['permission'], 8):04o}" if status else None
    quotas = status.get("quotas", {})
    for name, old in (
        ("owner", status.get("owner")),
        ("group", status.get("group")),
        ("mode", mode),
        ("replication", status.get("replication")),
        ("name_quota", quotas.get("quota", CLEAR)),
        ("space_quota", quotas.get("spaceQuota", CLEAR)),
    ):
        if getattr(want, name) is not None:
            plan.change(f"set {name} of", want.path, old, getattr(want, name))


def diff(plan: Plan) -> dict[str, dict[str, t.Any]]:
    """Return before and after: path → property → value."""
    sides: dict[str, dict[str, t.Any]] = {"before": {}, "after": {}}
    for step in plan.steps:
        name = {"write": "content"}.get(step.verb) or (step.verb.split()[1] if step.verb.startswith("set") else "state")
        for side, value in (("before", step.old), ("after", step.new)):
            if name == "state" and value is None:
                value = "absent"
            sides[side].setdefault(step.key, {})[name] = "none" if "quota" in name and value == CLEAR else value
    return sides


def apply(hdfs: WebHdfs, wanted: t.Sequence[Want], plan: Plan, recursive: bool) -> None:
    """Do the steps of the plan: removals from the leaves up, the rest from the root down, a level at a time."""
    steps: dict[str, list[Step]] = {}
    for step in plan.steps:
        steps.setdefault(step.key, []).append(step)
    by_path = {want.path: want for want in wanted}
    gone = [path for path in steps if by_path[path].state == "absent"]
    there = [path for path in steps if by_path[path].state != "absent"]
    moved = [path for path in gone if steps[path][0].verb != "remove"]
    root = hdfs.trash_root(moved[0]) if moved else None
    for level in _levels(gone, deepest_first=True):
        for_all(lambda path: _remove(hdfs, path, root, recursive), level)
    for level in _levels(there):
        for_all(lambda path: _apply_path(hdfs, by_path[path], steps[path]), level)


def _levels(paths: t.Sequence[str], deepest_first: bool = False) -> list[list[str]]:
    levels: dict[int, list[str]] = {}
    for path in paths:
        levels.setdefault(path.count("/"), []).append(path)
    return [levels[depth] for depth in sorted(levels, reverse=deepest_first)]


def _remove(hdfs: WebHdfs, path: str, trash_root: str | None, recursive: bool) -> None:
    if trash_root is None or inside(path, trash_root):
        hdfs.delete(path, recursive=recursive)
        return
    if inside(trash_root, path):
        raise OhmyError(f"{path} in HDFS holds the trash and cannot be moved into it.", "Remove it without trash.")
    place = f"{trash_root}/Current{path}"
    try:
        hdfs.mkdirs(place.rsplit("/", 1)[0], mode="700")
    except Refused:
        # A file that was called like a folder above this path lies there.
        place = f"{trash_root}/Current/{int(time.time() * 1000)}{path}"
        hdfs.mkdirs(place.rsplit("/", 1)[0], mode="700")
    if hdfs.status(place) is not None:
        place += str(int(time.time() * 1000))
    hdfs.rename(path, place)


def _replace(hdfs: WebHdfs, path: str, content: bytes) -> None:
    """Give a file other content in one step; whose it is, and who may read it, stays."""
    old = hdfs.status(path) or {}
    folder, name = path.rsplit("/", 1)
    aside = f"{folder}/.{name}.ohmy-partial"
    # Nobody but its owner reads it until it has the rights of the old one.
    hdfs.create(aside, content, overwrite=True, mode="600")
    new = hdfs.status(aside) or {}
    if (new.get("owner"), new.get("group")) != (old.get("owner"), old.get("group")):
        hdfs.set_owner(aside, old.get("owner"), old.get("group"))
    hdfs.set_permission(aside, str(old.get("permission", "644")))
    if old.get("replication") not in (None, new.get("replication")):
        hdfs.set_replication(aside, int(old["replication"]))
    hdfs.rename(aside, path, overwrite=True)


def _apply_path(hdfs: WebHdfs, want: Want, steps: t.Sequence[Step]) -> None:
    new = {step.verb: step.new for step in steps}
    if "make" in new and want.state == "directory":
        hdfs.mkdirs(want.path)
    elif "make" in new:
        hdfs.create(want.path, want.content or b"", mode=want.mode)
    elif "write" in new:
        _replace(hdfs, want.path, want.content or b"")
    if "set replication of" in new:
        hdfs.set_replication(want.path, new["set replication of"])
    if "set mode of" in new:
        hdfs.set_permission(want.path, new["set mode of"])
    if "set name_quota of" in new or "set space_quota of" in new:
        hdfs.set_quota(want.path, new.get("set name_quota of"), new.get("set space_quota of"))
    # Last, for it may give away the right to do the rest.
    if "set owner of" in new or "set group of" in new:
        hdfs.set_owner(want.path, new.get("set owner of"), new.get("set group of"))
