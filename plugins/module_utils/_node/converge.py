# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Converge a node to its document: observe, plan, apply."""

from __future__ import annotations

import concurrent.futures
import contextlib
import grp
import os
import pwd
import typing as t
from dataclasses import replace

from .._core.canonical import dumps
from .._core.errors import OhmyError, words
from .._core.locks import alone
from .._core.plan import Plan, Step
from .._hadoop import sizing
from . import archives, disks, documents, hdfs, lease, names, packages, services, system
from .observe import DAEMON, ENABLED, ENABLED_TARGET, LOG4J, MADE, at, made, observe
from .plan import hold, plan
from .system import read_file, read_text, run, write_file
from .want import UNITS, Want, wanted

LOCK = "run/ohmy.lock"
LOCK_SECONDS = 900
BUSY = OhmyError("Something else has been converging this node for 15 minutes.", "See ps on the node.")


def apply(want: Want, todo: Plan, pending: t.Sequence[str] = ()) -> None:
    """Do what the plan says; every step may be repeated after an interruption.

    :param pending: daemons that should be restarted, and are not now.
    """
    verbs = {
        name: verb
        for name in want.services
        for verb in ("start", "restart")
        if todo.wants(verb, f"service hadoop-{name}")
    }
    # Or a run that ends in between would leave them with what they have, and nothing would tell.
    services.forget([*pending, *(name for name, verb in verbs.items() if verb == "restart")])
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        # What takes longest goes on beside all that only touches small files.
        lacking = [step.new for step in todo.steps if step.verb == "install" and step.key.startswith("package ")]
        slow = [pool.submit(packages.install, lacking)] if lacking else []
        slow += [
            pool.submit(_install, want, name) for name in want.archives if todo.wants("install", f"archive {name}")
        ]
        prepare(want, todo)
        for job in slow:
            job.result()
    if want.package is not None and not packages.has_java(want.java_home):
        raise OhmyError(
            f"The package {want.package} is installed, and there is no {want.java_home}/bin/java.",
            "Give the java_home that this package fills.",
        )
    log4j = read_file(LOG4J[0])
    if log4j is not None and log4j != read_file(LOG4J[1]):
        write_file(LOG4J[1], log4j)
    if todo.wants("format", "the NameNode's directory"):
        # The ResourceManager needs no HDFS to start, and so need not wait for the format.
        early = {name: verb for name, verb in verbs.items() if name == "resourcemanager"}
        services.launch(early, want.inputs)
        hdfs.format_namenode(want.document["incarnation"], want.java_home)
        verbs = {name: verb for name, verb in verbs.items() if name not in early}
    up = [name for name in want.services if name not in pending]
    services.start(verbs, want.inputs, want.facts.address, up)
    if todo.wants("reach", "document"):
        write_file(f"/{documents.REACHED}", documents.digest(want.document).encode())


def prepare(want: Want, todo: Plan, root: str = "/") -> None:
    """Make users, directories and files; ends with ohmy-node enabled, so that a reboot from here on goes on."""
    if any(step.key.startswith("user ") for step in todo.steps):
        system.make_users()
        if todo.wants("join", f"user {want.document.get('ssh_user')}"):
            run(
                ["usermod", "-a", "-G", system.GROUP, want.document["ssh_user"]],
                "let the SSH user read the configuration",
            )
    for path, (owner, group, mode) in want.directories.items():
        if todo.wants("make", f"directory /{path}"):
            os.makedirs(at(root, path), exist_ok=True)
            os.chown(at(root, path), pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid)
            os.chmod(at(root, path), mode)
    changed = [
        path for path in want.files if todo.wants("write", f"file /{path}") or todo.wants("own", f"file /{path}")
    ]
    unwanted = [step.key.removeprefix("file /") for step in todo.steps if step.verb == "remove" and "/" in step.key]
    remember_made(root, [*want.files, *unwanted])
    services.stop([match[1] for path in unwanted if (match := DAEMON.fullmatch(path))], root)
    for path in unwanted:
        if os.path.lexists(at(root, path)):
            os.unlink(at(root, path))
    for path in changed:
        _owner, group, mode = want.rights[path]
        write_file(at(root, path), want.files[path], mode, group)
    for path, data in want.seeds.items():
        if todo.wants("begin", f"file /{path}"):
            write_file(at(root, path), data)
    if todo.wants("enable", "service ohmy-node"):
        os.makedirs(os.path.dirname(at(root, ENABLED)), exist_ok=True)
        if os.path.lexists(at(root, ENABLED)):
            os.unlink(at(root, ENABLED))
        os.symlink(ENABLED_TARGET, at(root, ENABLED))
    if root == "/":
        if todo.wants("remove", "timer ohmy-lease"):
            lease.disarm()
        # A reload takes a fifth of a second: one is for the lease's timer, too.
        reloaded = lease.leased(want.document) and lease.arm(want.document)
        if not reloaded and any(path.startswith(UNITS) or path == disks.FSTAB for path in [*changed, *unwanted]):
            run(["systemctl", "daemon-reload"], "reload systemd's units")
    if unwanted:
        remember_made(root, want.files)


def remember_made(root: str, paths: t.Iterable[str]) -> None:
    """Write down which files convergence makes."""
    data = sorted(set(paths) - {names.HOSTS, disks.FSTAB})
    if made(root) != data:
        write_file(at(root, MADE), dumps(data))


def _install(want: Want, name: str) -> None:
    def check(folder: str) -> None:
        if name == "java":
            archives.check_java(folder)
            return
        archives.check_hadoop(folder)
        if "namenode" in want.services:
            hdfs.check_version(folder)

    archives.install(name, want.archives[name], want.document, check)


def converge(
    document: dict[str, t.Any],
    facts: sizing.Facts,
    check_mode: bool = False,
    restart: bool = True,
    renew: bool = False,
    patience: float = 0,
) -> tuple[Want, Plan, list[str]]:
    """Make this node what its document says; return what it is to be, what was done, or would be, and what is left.

    :param restart: whether daemons that run are restarted where they need it; else their names are what is left,
        and the document is not noted as reached as long as there is any.
    :param renew: whether all daemons need a restart, whatever they were started with.
    :param patience: seconds to wait for disks that are not attached yet.
    """
    documents.check(document)
    with contextlib.nullcontext() if check_mode else alone(f"/{LOCK}", LOCK_SECONDS, BUSY):
        try:
            want, todo = _planned(document, facts, check_mode, patience, renew)
            pending = [] if restart else hold(todo)
            if not check_mode and (todo.steps or pending):
                apply(want, todo, pending)
            elif not check_mode:
                remember_made("/", want.files)
        except OSError as exc:
            raise OhmyError(
                f"The node {facts.address} cannot be made what it is to be: {words(exc)}.",
                "See the disk and its rights on that node; then run the same command again.",
            ) from exc
    return want, todo, pending


def _planned(
    document: dict[str, t.Any], facts: sizing.Facts, check_mode: bool, patience: float, renew: bool
) -> tuple[Want, Plan]:
    # All that is refused without a look at the disks is refused before one is touched.
    works = "nodemanager" in wanted(document, facts).services
    layout = disks.settle(document, works, check_mode, patience)
    has_blocks = hdfs.cluster_id("/", hdfs.DATA) is not None
    want = wanted(document, replace(facts, storage=layout.storage(has_blocks)))
    want.disks = layout
    # The own name must lead to the address on which the NodeManager listens; the rest of the file is not ours.
    want.add(names.HOSTS, names.hosts(read_text(f"/{names.HOSTS}"), facts.address, facts.host).encode())
    if layout.disks:
        want.add(disks.FSTAB, disks.fstab(read_text(f"/{disks.FSTAB}"), layout.disks).encode())
    have = observe(want)
    # As if nothing were known of how they were started, which is what an interrupted run leaves, too.
    todo = plan(want, replace(have, inputs={}) if renew else have)
    todo.steps[:0] = [Step(one.verb, f"disk {one.device} at {one.place}", None, one.label) for one in layout.steps]
    return want, todo
