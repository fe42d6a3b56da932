# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A task's command and environment as Hadoop Streaming makes them; pure."""

from __future__ import annotations

import os
import re
import typing as t

from .._hadoop import streaming
from .._hadoop.property_names import modern
from .._hadoop.site import text_of

# Present name of a property that a task sets for itself → its old one: a task has both as variables.
OF_TASK = {
    "mapreduce.job.id": "mapred.job.id",
    "mapreduce.job.user.name": "user.name",
    "mapreduce.map.input.file": "map.input.file",
    "mapreduce.map.input.start": "map.input.start",
    "mapreduce.map.input.length": "map.input.length",
    "mapreduce.task.attempt.id": "mapred.task.id",
    "mapreduce.task.id": "mapred.tip.id",
    "mapreduce.task.partition": "mapred.task.partition",
    "mapreduce.task.ismap": "mapred.task.is.map",
    "mapreduce.task.output.dir": "mapred.work.output.dir",
}
# The whole of the command is a class in Java where it looks like this and no file of this name is shipped. Without a
# package Hadoop looks among Streaming's own classes only, of which none is a mapper: IdentityMapper is a program there.
JAVA_CLASS = re.compile(r"(org|com|net|io|edu)(\.[A-Za-z_$][\w$]*)+")
JOB = "0000000000000_0001"
# The home of a container's user where nothing else is configured.
HOME = "/home/"
# The daemons' own, see units.py, which tasks inherit (yarn.nodemanager.env-whitelist).
LANG = "C.UTF-8"


def is_java(command: str, shipped: t.Container[str]) -> bool:
    """Tell whether Hadoop would take a command for a class in Java."""
    text = command.strip()
    return text not in shipped and JAVA_CLASS.fullmatch(text) is not None


def find(program: str, folder: str, path: str) -> str | None:
    """Return the file that a command's first word means in a task, None where there is none.

    :param folder: the task's working directory, which is looked at before the directories of ``path``.
    """
    if os.path.isabs(program):
        return program if os.path.exists(program) else None
    for place in [folder, *path.split(os.pathsep)]:
        full = os.path.join(place, program)
        if place and os.path.isfile(full):
            return full
    return None


def present_names(properties: t.Mapping[str, str]) -> dict[str, str]:
    """Return the properties with old names replaced by the present ones."""
    return {modern(name): value for name, value in properties.items()}


def task_properties(role: str, number: int, place: str = "", start: int = 0, length: int = 0) -> dict[str, str]:
    """Return the properties of one task that programs ask for.

    :param role: ``mapper``, ``reducer`` or ``combiner``, which runs in a map.
    :param place: path of its input on the cluster; only a map has one.
    """
    kind = "r" if role == "reducer" else "m"
    task = f"{JOB}_{kind}_{number:06d}"
    found = {
        "mapreduce.job.id": f"job_{JOB}",
        "mapreduce.job.user.name": "hadoop",
        "mapreduce.task.id": f"task_{task}",
        "mapreduce.task.attempt.id": f"attempt_{task}_0",
        "mapreduce.task.partition": str(number),
        "mapreduce.task.ismap": "false" if kind == "r" else "true",
    }
    if place:
        found["mapreduce.map.input.file"] = place
        found["mapreduce.map.input.start"] = str(start)
        found["mapreduce.map.input.length"] = str(length)
    return found


def environment(
    properties: t.Mapping[str, str], own: t.Mapping[str, str], cmdenv: t.Mapping[str, t.Any], path: str, folder: str
) -> dict[str, str]:
    """Return all variables of a task; nothing of the caller's but ``path``.

    :param properties: of the job; ``own`` of the task, see ``task_properties``.
    :param folder: the task's working directory.
    """
    limit = properties.get("stream.jobconf.truncate.limit", "")
    most = int(limit) if limit.isdigit() else None
    found = {
        "PATH": path,
        "HOME": HOME,
        "USER": "hadoop",
        "LOGNAME": "hadoop",
        "PWD": folder,
        "HADOOP_ROOT_LOGGER": "",
        "LANG": LANG,
        "TMPDIR": os.path.join(folder, "tmp"),
    }
    former = {OF_TASK[name]: value for name, value in own.items()}
    for name, value in {**properties, **own, **former}.items():
        found[re.sub(r"[^A-Za-z0-9]", "_", name)] = value[:most]
    return {**found, **streaming.PYTHON_ENV, **{key: text_of(value) for key, value in cmdenv.items()}}
