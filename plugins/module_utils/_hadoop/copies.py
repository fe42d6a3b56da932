# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A specification of copies taken literally: which places, what lies there now, what a run would change."""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from .._core.places import inside
from .._core.plan import Plan
from .._core.voice import count
from . import distcp
from .distcp import Files, Place
from .hdfs_names import TAKEN
from .streaming import option_problems, refusal
from .webhdfs import WebHdfs

SHOWN = 20
# What every job on the cluster needs: never the target of a copy that deletes.
PROTECTED = ("/user", "/user/hadoop", *TAKEN)
Spec = t.Mapping[str, t.Any]


@dataclass
class Group:
    """All that is copied into one target; ``number`` tells it from the specification's others."""

    number: int
    target: Place
    sources: list[Place] = field(default_factory=list)


@dataclass
class Seen:
    """What a group's places hold: ``want`` is None where a source cannot be listed, so that Hadoop must decide."""

    want: Files | None
    have: Files
    todo: Files | None
    strangers: list[str]


def groups(spec: Spec) -> list[Group]:
    """Return the copies by target, in the order of the specification."""
    found: dict[Place, Group] = {}
    for copy in spec["copies"]:
        target = distcp.place(copy["target"])
        found.setdefault(target, Group(len(found), target)).sources.append(distcp.place(copy["source"]))
    return list(found.values())


def identity(spec: Spec) -> str:
    """Return the id of copies that were given none: the same for the same copies."""
    names = ("copies", "fingerprint", "update", "delete", "preserve", "options")
    parts = {key: spec[key] for key in names if key in spec}
    return "copy-" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def check(spec: Spec) -> None:
    """Refuse copies that cannot be meant, before anything is touched.

    :raises OhmyError: the first thing that is wrong.
    """
    if not spec["copies"]:
        raise OhmyError("copies is empty: there is nothing to copy.", "Name at least one copy with source and target.")
    if spec.get("delete") and spec.get("update") is False:
        raise OhmyError("delete needs update.", "Without update nothing that is there is touched.")
    for name in ("bandwidth", "maps", "list_threads"):
        if spec.get(name) is not None and spec[name] < 1:
            raise OhmyError(f"{name} must be at least 1, not {spec[name]}.", "Leave it out for Hadoop's own value.")
    found = option_problems(spec.get("options") or {})
    if found:
        raise refusal(found)
    all_groups = groups(spec)
    for group in all_groups:
        _check_group(group, spec)
        for other in all_groups:
            if other is not group and _inside(other.target, group.target):
                raise OhmyError(f"The target {other.target} lies inside the target {group.target}.", "Copy it apart.")


def _check_group(group: Group, spec: Spec) -> None:
    target = group.target
    if not target.path.strip("/") and not target.in_s3:
        raise OhmyError("The target must lie below the root of HDFS.", "Name a directory, such as /data/books.")
    if target.in_s3 and spec.get("fingerprint"):
        raise OhmyError("fingerprint can be had for targets in HDFS only.", "Leave it out.")
    for source in group.sources:
        if source.in_s3 and target.in_s3:
            raise OhmyError(
                f"{source} and {target} both lie in S3.", "Copy inside S3 without Hadoop, for example by aws s3 sync."
            )
        if not source.in_s3 and not source.path.strip("/"):
            raise OhmyError("The source must lie below the root of HDFS.", "Name a file or a directory.")
        if _inside(source, target) or _inside(target, source):
            raise OhmyError(f"The source {source} and the target {target} overlap.", "Name places apart.")
        if spec.get("preserve") and (source.in_s3 or target.in_s3):
            raise OhmyError(
                "preserve is for copies inside HDFS: objects in S3 have no owner, mode or replication.",
                "Leave preserve out.",
            )
    if spec.get("delete"):
        if target.in_s3 and not target.path.strip("/"):
            raise OhmyError(f"delete would empty the bucket {target.bucket}.", "Name a folder in it.")
        if not target.in_s3 and (target.path in PROTECTED or target.path.count("/") < 2):
            raise OhmyError(f"delete is refused for {target}, which is not a copy's alone.", "Name a folder below it.")


def _inside(inner: Place, outer: Place) -> bool:
    return inner.bucket == outer.bucket and inside(inner.path, outer.path)


class Look:
    """Lists places with the node's own means: S3 by its role, HDFS over HTTP."""

    def __init__(self, hdfs: WebHdfs, document: t.Mapping[str, t.Any]) -> None:
        self.hdfs = hdfs
        self.document = document

    def listed(self, where: Place) -> Files | None:
        """Return relative name → file of what a place holds, nothing where it is not there.

        None where it lies in S3 and only Hadoop may list it: another region, or a cluster that knows no S3.
        """
        if where.in_s3:
            return self._in_s3(where)
        status = self.hdfs.status(where.path)
        if status is None:
            return {}
        if status["type"] != "DIRECTORY":
            return {where.path.rsplit("/", 1)[-1]: _entry(status)}
        return {name: _entry(entry) for name, entry in self.hdfs.walk(where.path)}

    def _in_s3(self, where: Place) -> Files | None:
        if not self.document.get("s3"):
            return None
        from .._node.s3 import S3, S3Error

        try:
            found = S3.from_document(self.document, where.bucket).list(where.path.rstrip("/"))
        except S3Error as exc:
            if exc.elsewhere:
                return None
            raise
        return distcp.below(where, ((one["key"], distcp.Entry(one["size"], _time(one))) for one in found))

    def wanted(self, group: Group) -> Files | None:
        """Return what the group's sources hold together.

        :raises OhmyError: one holds nothing or what cannot be copied.
        """
        held = [self.listed(source) for source in group.sources]
        known = [files for files in held if files is not None]
        return distcp.expected(group.sources, known) if len(known) == len(held) else None

    def seen(self, group: Group, spec: Spec, want: Files | None, have: Files) -> Seen:
        """Return what is to be copied into a target that holds ``have``, and what it holds beside that."""
        loose, update = not spec.get("fingerprint"), spec.get("update") is not False
        todo = None
        if want is not None:
            # What a fingerprint stands for never changes; otherwise a newer source may hold something else.
            todo = distcp.missing(want, have, update, dated=loose)
            if not group.target.in_s3 and not any(source.in_s3 for source in group.sources):
                todo = {name: entry for name, entry in todo.items() if not self._same(group, name, want, have)}
        return Seen(want, have, todo, distcp.strangers(want, have) if want is not None else [])

    def _same(self, group: Group, name: str, want: Files, have: Files) -> bool:
        """Tell whether a file of HDFS that is newer than its copy holds the same all the same."""
        if name not in have or have[name].size != want[name].size or len(group.sources) != 1:
            return False
        source = group.sources[0].path
        if source.rsplit("/", 1)[-1] != name or self.hdfs.status(f"{source}/{name}") is not None:
            source = f"{source}/{name}"
        copy = f"{group.target.path}/{name}"
        return bool(have[name].size == 0 or self.hdfs.checksum(source) == self.hdfs.checksum(copy))


def foresee(look: Look, spec: Spec) -> Plan:
    """Return what a run of copies without a fingerprint would change; reads only."""
    plan = Plan()
    for group in groups(spec):
        want = look.wanted(group)
        seen = look.seen(group, spec, want, look.listed(group.target) or {})
        gone = seen.strangers if spec.get("delete") else []
        if seen.todo is None:
            plan.add("compare and copy what is needed to", str(group.target))
        elif seen.todo or gone:
            new = {name: seen.todo[name].size for name in _first(seen.todo)}
            old = {name: seen.have[name].size for name in [*new, *_first(gone)] if name in seen.have}
            plan.add(done_to(len(seen.todo), len(gone)), str(group.target), old, new)
    return plan


def done_to(copied: int, deleted: int) -> str:
    """Return what is done to a target, in words that its name follows."""
    counts = (("copy", copied), ("delete", deleted))
    return " and ".join(f"{verb} {count(number, 'file')}" for verb, number in counts if number) + " in"


def _first(names: t.Iterable[str]) -> list[str]:
    return sorted(names)[:SHOWN]


def _entry(status: t.Mapping[str, t.Any]) -> distcp.Entry:
    return distcp.Entry(int(status["length"]), int(status.get("modificationTime") or 0) / 1000)


def _time(entry: t.Mapping[str, t.Any]) -> float:
    text = str(entry.get("last_modified") or "")
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else 0.0
    except ValueError:
        return 0.0
