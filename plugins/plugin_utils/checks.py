# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a value of a variable must look like, checked before anything is touched."""

from __future__ import annotations

import ipaddress
import os
import re
import typing as t

from ..module_utils._aws import durations, want
from ..module_utils._core.errors import OhmyError, as_clause
from ..module_utils._core.places import nearest
from ..module_utils._core.systems import SYSTEMS
from ..module_utils._hadoop import (
    answers,
    profiles,
    programs,
    side_archives,
    site,
    streaming,
)
from ..module_utils._node import disk_wish, documents, fetch, packages
from ..module_utils._rehearsal import node_images
from . import price_file, worker_groups
from .node_document import disks

# The least that a specification must have, for checking its other parts.
ANY_JOB = {"mapper": "cat", "input": ["/"]}


def seconds(duration: str) -> int | None:
    """Return the seconds of ``90m``, ``1h30m``, ``2d`` or ``3600``, or None when it is no duration."""
    try:
        return durations.seconds(duration, "")
    except OhmyError:
        return None


def _refused(check: t.Callable[[t.Any], t.Any], option: str = "") -> t.Callable[[t.Any], str]:
    """Return the check of a value, where there is one, by a function that raises OhmyError and may name an option."""

    def problem(value: t.Any) -> str:
        try:
            if value is not None:
                check(value)
        except OhmyError as exc:
            return as_clause(exc).removeprefix(f"{option}: ")
        return ""

    return problem


def _cidr(value: str) -> None:
    if value != "auto":
        want.checked_cidr(value)


def _program(value: str | None) -> str:
    if value is None or not value.startswith("/"):
        return ""
    program, arguments = programs.split_program(value, programs.program_file)
    words = value.split()
    if not program and os.path.dirname(words[0]) in programs.SYSTEM and not os.path.isdir(words[0]):
        return ""  # the nodes' own
    value = program if program and arguments else value
    if not os.path.lexists(value):
        return _missing(value)
    if not os.path.isfile(value):
        return f"{value} is not a file"
    if not os.access(value, os.R_OK):
        return f"{value} cannot be read"
    return f"{value} is empty" if os.path.getsize(value) == 0 else ""


def _missing(path: str) -> str:
    if not path.startswith("/"):
        return f"{path} is no path on this machine"
    return f"there is no file {path}; the nearest folder that exists is {nearest(path)}"


def _file(value: str) -> str:
    if not os.path.lexists(value):
        return _missing(value)
    if os.path.isdir(value):
        return f"{value} is a directory; pack it and name the archive in job_archives"
    return "" if os.path.isfile(value) and os.access(value, os.R_OK) else f"{value} is not a file that can be read"


def _sha512(value: str | None) -> str:
    return "" if value is None or re.fullmatch(r"[0-9a-fA-F]{128}", value) else "must be 128 hexadecimal digits"


def _pattern(pattern: str, text: str) -> t.Callable[[str | None], str]:
    """Return the check of a value, where there is one, against a whole pattern."""
    return lambda value: "" if value is None or re.fullmatch(pattern, value) else f"{text}, not {value!r}"


def _python(value: str | None) -> str:
    try:
        node_images.with_python(None, value or "3.11")
    except OhmyError as exc:
        return as_clause(exc).partition(": ")[2]
    return ""


def _packages(value: list[str]) -> str:
    bad = [name for name in value if not packages.NAME.fullmatch(name)]
    return f"{bad[0]!r} is no name of a package; use name or name=version" if bad else ""


def _address(value: str | None) -> str:
    try:
        if value is not None:
            ipaddress.IPv4Address(value)
    except ValueError:
        return f"must be an IPv4 address, not {value!r}"
    return ""


def _sites(value: dict[str, t.Any]) -> str:
    for name, own in value.items():
        if not profiles.SITE_NAME.fullmatch(str(name)) or str(name).endswith("-xml"):
            return f"{name!r} is no name of a site file, such as hadoop-policy"
        if not isinstance(own, dict):
            return f"the properties of {name} must be names and values, not {own!r}"
        bad = [key for key, item in own.items() if isinstance(item, (dict, list))]
        if bad:
            return f"the value of {bad[0]!r} in {name} must be a text or a number"
        if text := _properties(own):
            return f"in {name} {text}"
    return ""


def _properties(value: dict[str, t.Any] | None) -> str:
    """Return what keeps properties from being written into a site file."""
    bad = [key for key, item in (value or {}).items() if site.FORBIDDEN.search(f"{key}{item}")]
    return f"the property {bad[0]!r} holds a control character, which XML cannot hold" if bad else ""


def _java_package(value: str | None) -> str:
    if value is None:
        return ""
    known = "openjdk-17-jre-headless, default-jre-headless or temurin-21-jre"
    return _packages([value]) or ("" if packages.java_home(value, "") else f"must be a package such as {known}")


def _archive(value: str | None) -> str:
    if value and value.startswith("/"):
        return _file(value)
    if not value or (scheme := value.partition("://")[0]) in fetch.SCHEMES:
        return ""
    return f"nodes fetch archives from {', '.join(fetch.SCHEMES)} and not from {scheme}://"


def _roles(value: list[str]) -> str:
    for name in value:
        if name.startswith("/") and not os.path.isdir(name):
            return f"there is no role in {name}"
        if not name.startswith("/") and not re.fullmatch(r"\w+(\.\w+\.\w+)?|[\w-]+", name):
            return f"{name!r} is no name of a role"
    return ""


def _options(value: dict[str, t.Any]) -> str:
    return " ".join(streaming.problems({**ANY_JOB, "options": value}))


def _cmdenv(value: dict[str, t.Any]) -> str:
    return " ".join(streaming.problems({**ANY_JOB, "cmdenv": value}))


def _workers(value: int) -> str:
    most = worker_groups.MOST_WORKERS
    return "" if 0 <= value <= most else f"must be 0 to {most}, not {value}"


def _instances(value: list[str] | None) -> str:
    bad = [one for one in value or () if not re.fullmatch("i-([0-9a-f]{8}|[0-9a-f]{17})", one)]
    return f"{bad[0]!r} is no id of an instance, such as i-0123456789abcdef0" if bad else ""


_name = _refused(want.checked_name)
_image = _pattern(
    rf"ami-[0-9a-f]+|ssm:\S+|{'|'.join(map(re.escape, SYSTEMS))}",
    f"must be one of {', '.join(SYSTEMS)}, an image's id (ami-…) or ssm: and a parameter's name",
)
_group = _pattern(r"sg-[0-9a-f]+", "must be security groups' ids (sg-…)")
_subnet = _pattern(r"subnet-[0-9a-f]+", "must be a subnet's id (subnet-…)")

CHECKS: dict[str, t.Callable[[t.Any], str]] = {
    "cluster_name": _name,
    "cluster_image": _image,
    "cluster_master_image": _image,
    "cluster_subnet_id": _subnet,
    "cluster_tags": _refused(want.checked_tags, "tags"),
    "cluster_timeout": lambda value: "" if value >= 1 else "must be at least 1 second",
    "cluster_workers": _workers,
    "cluster_remove": _instances,
    "cluster_ssh_cidr": _refused(_cidr),
    "cluster_public_key": lambda value: _file(value) if value else "",
    "cluster_key_name": _refused(want.checked_key_name, "key_name"),
    "cluster_security_group_ids": lambda value: next((text for text in map(_group, value or ()) if text), ""),
    "cluster_root_volume": worker_groups.root_volume_problem,
    "cluster_master_root_volume": worker_groups.root_volume_problem,
    "cluster_volumes": worker_groups.volumes_problem,
    "cluster_ssh_user": _refused(want.checked_user, "ssh_user"),
    "cluster_ssh_proxy": _refused(want.checked_proxy, "ssh_proxy"),
    "cluster_worker_groups": worker_groups.problem,
    "cluster_instance_type": lambda value: "" if value and all(value) else "must name an instance type",
    "cluster_fallback_subnet_ids": lambda value: next((text for text in map(_subnet, value or ()) if text), ""),
    "cluster_ttl": _refused(want.checked_ttl, "ttl"),
    "cluster_prices": price_file.problem,
    "cluster_max_hourly_cost": price_file.limit_problem,
    "cluster_ttl_max": _refused(lambda value: durations.seconds(value, "ttl_max"), "ttl_max"),
    "job_name": _pattern(r"(?!\.+\Z)[^\x00-\x1f/]+", "must be one line without a slash and more than dots"),
    "job_bucket": _pattern(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "must be a bucket's name"),
    "job_mapper": _program,
    "job_reducer": _program,
    "job_combiner": _program,
    "job_files": lambda value: next((text for text in map(_file, value) if text), ""),
    "job_archives": lambda value: next((text for text in map(side_archives.problem, value) if text), ""),
    "job_output": answers.problem,
    "job_input": lambda value: "" if value or value is None else "is empty",
    "job_reduces": lambda value: "" if 0 <= value <= 10000 else f"must be 0 to 10000, not {value}",
    "job_options": _options,
    "job_cmdenv": _cmdenv,
    "job_preflight_seconds": lambda value: "" if value >= 1 else "must be at least 1 second",
    "job_preflight_memory": lambda value: "" if value >= 0 else f"must be 0 or more MiB, not {value}",
    "job_retries": lambda value: "" if 0 <= value <= 10 else f"must be 0 to 10, not {value}",
    "job_timeout": lambda value: "" if value >= 60 else "must be at least 60 seconds",
    "hadoop_cluster": _name,
    "hadoop_address": _address,
    "hadoop_batch": _pattern(r"[1-9]\d*|[1-9]\d?%|100%", "must be a number of workers or a share such as 20%"),
    "hadoop_task_memory": lambda value: (
        "" if value is None or value >= documents.LEAST_TASK else f"must be at least {documents.LEAST_TASK} MiB"
    ),
    "hadoop_data_disks": _refused(lambda value: disk_wish.check(disks(value))),
    "hadoop_node_python": _python,
    "hadoop_packages": _packages,
    "hadoop_java_package": _java_package,
    "hadoop_roles": _roles,
    "hadoop_site": _sites,
    "hadoop_core_site": _properties,
    "hadoop_hdfs_site": _properties,
    "hadoop_yarn_site": _properties,
    "hadoop_mapred_site": _properties,
    "hadoop_capacity_scheduler": _properties,
    "hadoop_archive": _archive,
    "hadoop_java_archive": _archive,
    "hadoop_overlay": _archive,
    "hadoop_archive_sha512": _sha512,
    "hadoop_overlay_sha512": _sha512,
    "hadoop_java_archive_sha512": _sha512,
}


def value_problems(settings: t.Mapping[str, t.Any]) -> list[str]:
    """Return ``name: what is wrong`` for every value that is impossible by itself."""
    said = {name: settings[name] for name in CHECKS if settings.get(name) is not None}
    return [f"{name}: {text}" for name, value in said.items() if (text := CHECKS[name](value))]
