# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which values of variables cannot be together, each being possible by itself."""

from __future__ import annotations

import re
import typing as t

from ..module_utils._core.errors import as_clause
from ..module_utils._core.s3_uri import is_s3
from ..module_utils._hadoop import answers, codecs, on_own_hosts, streaming_checks
from . import checks, node_document
from .fetch_targets import UNPACKED

# The module's options have the names of a job's variables without job_.
OPTION, VARIABLE = re.compile(r"\b(key_fields|partition_fields|input_format)\b"), r"job_\1"


def job_problems(settings: t.Mapping[str, t.Any]) -> list[str]:
    """Return ``name: what is wrong`` for what cannot be together in one job, or in one step of it."""
    found = []
    if str(settings["job_reducer"] or "").upper() == "NONE":
        text = "leave it out, and with job_reduces: 0 too the mapper's lines are the answer, unsorted"
        found.append(f"job_reducer: {settings['job_reducer']} is no program; {text}")
    elif settings["job_reduces"] == 0 and (settings["job_reducer"] or settings["job_combiner"]):
        found.append("job_reduces: with 0 reduces neither job_reducer nor job_combiner would ever run")
    named = {name.removeprefix("job_"): value for name, value in settings.items() if name.startswith("job_")}
    found += [f"job_{name}: {OPTION.sub(VARIABLE, text)}" for name, text in streaming_checks.problems(named)]
    return found + [text for text in (_queue(settings), _decompress(settings)) if text]


def problems(settings: t.Mapping[str, t.Any]) -> list[str]:
    """Return ``name: what is wrong`` for all values, by themselves and together, but for what ``job_problems`` returns."""
    found = checks.value_problems(settings)
    found += answers.setting_problems(settings)
    found += _own_hosts(settings) if settings["cluster_provider"] == "inventory" else _instances(settings)
    ttl, longest = (checks.seconds(settings[name] or "") for name in ("cluster_ttl", "cluster_ttl_max"))
    if ttl and longest is not None and ttl > longest:
        found.append("cluster_ttl: must not be longer than cluster_ttl_max")
    return found


def _queue(settings: t.Mapping[str, t.Any]) -> str:
    """Return why a queue cannot be: that of instances has those of hadoop_capacity_scheduler."""
    own, queue = node_document.site(settings, "capacity-scheduler"), settings["job_queue"]
    if (
        not queue
        or settings["cluster_provider"] != "ec2"
        or "yarn.resourcemanager.scheduler.class" in node_document.site(settings, "yarn-site")
    ):
        return ""
    given = {"yarn.scheduler.capacity.root.queues": "default", **own}
    lists = [str(value) for key, value in given.items() if re.fullmatch(r"yarn\.scheduler\.capacity\..+\.queues", key)]
    there = sorted({name.strip() for value in lists for name in value.split(",")})
    if queue.rpartition(".")[2] in there:
        return ""
    return f"job_queue: the cluster has no queue {queue}, but {', '.join(there)}; see hadoop_capacity_scheduler"


def _decompress(settings: t.Mapping[str, t.Any]) -> str:
    codec = settings["job_output_compress"]
    if not settings["job_output_decompress"] or codec in (None, "none") or codecs.by_name(codec).suffix in UNPACKED:
        return ""
    return f"job_output_decompress: {codec} cannot be decompressed here; let the job write gzip, bzip2 or deflate"


def _instances(settings: t.Mapping[str, t.Any]) -> list[str]:
    named = [name for name in ("hadoop_master_host", "hadoop_worker_hosts") if settings[name]]
    found = [
        f"{name}: instances of EC2 are found by their tags; hosts need cluster_provider: inventory" for name in named
    ]
    if settings["hadoop_data_disks"]:
        found.append("hadoop_data_disks: names disks of hosts of one's own; for instances see cluster_volumes")
    return found


def _own_hosts(settings: t.Mapping[str, t.Any]) -> list[str]:
    found = on_own_hosts.refused(settings["job_input"] or [], settings["job_input_mode"], settings["job_output"] or "")
    found += [
        on_own_hosts.in_s3(name, settings[name], "Give a path or an https URL.")
        for name in ("hadoop_archive", "hadoop_overlay", "hadoop_java_archive")
        if settings[name] and is_s3(settings[name])
    ]
    return [as_clause(exc) for exc in found]
