# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is to be done on a node, from what it is to be and what was found: pure functions."""

from __future__ import annotations

from .._core.plan import Plan
from . import archives, documents, lease, packages, system
from .observe import DAEMON, LOG4J, Have
from .want import Right, Want


def plan(want: Want, have: Have) -> Plan:
    """Return what is to be done."""
    todo = Plan()
    for name in have.users:
        todo.add("make", f"user {name}", None, name)
    if have.outside is not None:
        todo.add("join", f"user {have.outside}", None, system.GROUP)
    for path, right in want.directories.items():
        todo.change("make", f"directory /{path}", _shown(have.directories[path]), _shown(right))
    for path, data in want.files.items():
        old = have.files[path]
        if old != data:
            todo.add("write", f"file /{path}", None if old is None else old.decode("utf-8", "replace"), data.decode())
        elif have.rights[path] != want.rights[path]:
            todo.add("own", f"file /{path}", _shown(have.rights[path]), _shown(want.rights[path]))
    for path in have.unseeded:
        todo.add("begin", f"file /{path}", None, want.seeds[path].decode())
    for path in sorted(set(have.made) - set(want.files)):
        if daemon := DAEMON.fullmatch(path):
            todo.add("stop", f"service hadoop-{daemon[1]}")
        todo.add("remove", f"file /{path}")
    if not have.logging:
        todo.add("copy", f"file {LOG4J[1]}")
    if have.armed and not lease.leased(want.document):
        todo.add("remove", "timer ohmy-lease")
    if not have.enabled:
        todo.add("enable", "service ohmy-node")
    for name, archive in want.archives.items():
        todo.change("install", f"archive {name}", have.archives[name], archives.folder(name, archive))
    for name in _lacking(want, have):
        todo.add("install", f"package {name}", have.packages.get(name), name)
    if have.unformatted:
        todo.add("format", "the NameNode's directory", None, want.document["incarnation"])
    for name in want.services:
        if have.states[name] != "active":
            todo.add("start", f"service hadoop-{name}", have.states[name], "active")
        elif have.inputs.get(name) != want.inputs[name]:
            todo.add("restart", f"service hadoop-{name}", have.inputs.get(name), want.inputs[name])
        elif why := _strayed(name, want, have):
            todo.add("restart", f"service hadoop-{name}", why, want.inputs[name])
    todo.change("reach", "document", have.reached, documents.digest(want.document))
    return todo


def hold(todo: Plan) -> list[str]:
    """Take the restarts of daemons that run out of a plan, and with them that the document is reached; return them."""
    prefix = "service hadoop-"
    pending = [step.key.removeprefix(prefix) for step in todo.steps if step.verb == "restart"]
    if pending:
        todo.steps[:] = [step for step in todo.steps if step.verb not in ("restart", "reach")]
    return pending


def _lacking(want: Want, have: Have) -> list[str]:
    found = packages.lacking(want.packages, have.packages)
    if want.package is not None and not have.java and want.package not in found:
        found.insert(0, want.package)
    return found


def _strayed(name: str, want: Want, have: Have) -> str | None:
    """Return why a daemon may run with something else than its inputs say, None where it does not.

    A file that was changed behind our back matters to those alone that were started since.
    """
    if have.gone:
        return f"the archive of {have.gone[0]} was gone"
    started = have.started.get(name, 0.0)
    for path in want.reads[name]:
        if path in have.drifted and started >= have.drifted[path]:
            return f"started with a changed /{path}"
    return None


def _shown(right: Right | None) -> str | None:
    return None if right is None else f"{right[0]}:{right[1]} {right[2]:04o}"
