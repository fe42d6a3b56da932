# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Whether a job fits its cluster: memory, cores, queue, room and codecs against what the daemons say; pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._hadoop import codecs, streaming
from .._hadoop.property_names import modern
from .._hadoop.rest import items, number
from .findings import Finding, of_kind

Data = t.Mapping[str, t.Any]
MASTER, MAP, REDUCE = "application master", "map", "reduce"
# What Hadoop takes where neither the job nor the cluster says anything.
MEMORY = {MASTER: 1536, MAP: 1024, REDUCE: 1024}
PROPERTIES = {
    MASTER: ("yarn.app.mapreduce.am.resource.mb", "yarn.app.mapreduce.am.resource.cpu-vcores"),
    MAP: ("mapreduce.map.memory.mb", "mapreduce.map.cpu.vcores"),
    REDUCE: ("mapreduce.reduce.memory.mb", "mapreduce.reduce.cpu.vcores"),
}
OPTIONS = {
    MASTER: PROPERTIES[MASTER],
    MAP: ("job_map_memory", "job_vcores"),
    REDUCE: ("job_reduce_memory", "job_vcores"),
}
TIGHT = 0.1
SHOWN_QUEUES = 20


class Size(t.NamedTuple):
    """Of a container, or of what a node gives to containers: MiB and cores."""

    memory: int
    vcores: int


def properties(spec: Data, conf: t.Mapping[str, str]) -> dict[str, str]:
    """Return the properties of a job by their present names, those of the cluster that it does not set too."""
    own = {modern(key): value for key, value in streaming.properties(spec).items()}
    return {**{modern(key): value for key, value in conf.items()}, **own}


def containers(having: t.Mapping[str, str], reduces: int) -> dict[str, Size]:
    """Return what a job asks for each kind of its containers, as YARN rounds it up."""
    step = max(1, _whole(having.get("yarn.scheduler.minimum-allocation-mb"), 1024))
    found = {}
    for kind, (memory, vcores) in PROPERTIES.items():
        if kind == REDUCE and not reduces:
            continue
        asked = _whole(having.get(memory), MEMORY[kind])
        found[kind] = Size(-(-asked // step) * step, _whole(having.get(vcores), 1))
    return found


def nodes(listed: t.Iterable[Data]) -> list[Size]:
    """Return what each running NodeManager gives to containers, the largest first, from the ResourceManager's list."""
    found = []
    for node in listed:
        if node.get("state") == "RUNNING":
            memory = number(node.get("usedMemoryMB")) + number(node.get("availMemoryMB"))
            vcores = number(node.get("usedVirtualCores")) + number(node.get("availableVirtualCores"))
            found.append(Size(int(memory), int(vcores)))
    return sorted(found, reverse=True)


def largest(scheduler: Data, having: t.Mapping[str, str]) -> Size:
    """Return the largest container that the scheduler hands out, whatever the nodes have."""
    told = scheduler.get("maximumAllocation")
    told = told if isinstance(told, dict) else {}
    return Size(
        _whole(told.get("memory"), _whole(having.get("yarn.scheduler.maximum-allocation-mb"), 8192)),
        _whole(told.get("vCores"), _whole(having.get("yarn.scheduler.maximum-allocation-vcores"), 4)),
    )


def check_containers(asked: t.Mapping[str, Size], have: t.Sequence[Size], most: Size) -> list[Finding]:
    """Return the containers that can never be given; nothing where no node is there yet.

    :param have: as ``nodes`` returns it.
    """
    found: list[Finding] = []
    for index, unit, kind in ((0, "MiB of memory", "memory-too-much"), (1, "cores", "vcores-too-many")):
        gives = sorted((min(node[index], most[index]) for node in have), reverse=True)
        if not gives:
            continue
        own, second = asked[MASTER][index], gives[1] if len(gives) > 1 else 0
        # What a task may ask for when the application master has got its place.
        limit = gives[0] if own <= second else max(gives[0] - own, second)
        too_large = {name: size[index] for name, size in asked.items() if size[index] > gives[0]}
        beside = {name: size[index] for name, size in asked.items() if name != MASTER and size[index] > limit}
        for name, size in (too_large or beside).items():
            if too_large:
                article = "An" if name == MASTER else "A"
                text = f"{article} {name} of the job asks for {size} {unit}, and no container can have more than {gives[0]}."
            else:
                nodes_have = f"{gives[0]}, and the next one {second}" if second else f"{gives[0]} and is the only one"
                text = f"The application master ({own} {unit}) and a {name} ({size}) never run side by side: "
                text += f"the largest node gives {nodes_have}."
            fits = gives[0] if name == MASTER else limit
            less = f"Set {OPTIONS[name][index]} to {fits} or less, or use" if fits > 0 else "Use"
            hint = f"{less} larger nodes."
            found.append(of_kind(kind, text, hint, asked=size, largest=gives[0], container=name))
    return found


def check_queue(wanted: str, scheduler: Data) -> list[Finding]:
    """Return what is wrong with the queue that a job names ("": it names none)."""
    if not wanted or scheduler.get("type") != "capacityScheduler":
        return []  # the fair scheduler makes queues as they are asked for
    known = list(_queues(scheduler, ""))
    leaves = {path: queue for path, queue, leaf in known if leaf}
    asked = wanted[len("root.") :] if wanted.startswith("root.") else wanted
    match = [queue for path, queue in leaves.items() if asked in (path, path.rpartition(".")[2])]
    if match:
        if str(match[0].get("state") or "RUNNING") == "RUNNING":
            return []
        text = f"The queue {wanted} is {str(match[0]['state']).lower()} and takes no jobs."
        return [of_kind("queue-stopped", text, "Name another in job_queue, or start it.", queue=wanted)]
    parent = asked.rpartition(".")[0]
    for path, queue, _leaf in known:
        if path == parent and str(queue.get("autoCreationEligibility") or "off") != "off":
            return []
    names = sorted(leaves)
    shown = ", ".join(names[:SHOWN_QUEUES]) + (" …" if len(names) > SHOWN_QUEUES else "")
    text = f"The ResourceManager has no queue {wanted}; it has {shown or 'none'}."
    return [of_kind("queue-unknown", text, "Name one of these in job_queue, or none.", queue=wanted, queues=names)]


def _queues(of: Data, above: str) -> t.Iterator[tuple[str, Data, bool]]:
    """Yield (path below root, queue, whether it takes jobs)."""
    for queue in items(of.get("queues"), "queue"):
        path = f"{above}{queue.get('queueName')}"
        below = list(_queues(queue, f"{path}."))
        yield path, queue, not below
        yield from below


@dataclass(frozen=True)
class Room:
    """Bytes: of HDFS in all and left, kept from it on the same disks, still to come with all replicas, and of map output.

    ``aside`` is None where map output lies on other disks, of which nothing is known here; ``packed``: it is compressed.
    """

    capacity: int
    remaining: int
    to_come: int
    map_output: int
    aside: int | None
    packed: bool = False


def room(bean: Data, having: t.Mapping[str, str], size: int, there: int, output: float, reduces: int) -> Room:
    """Return what a job needs of the disks.

    :param bean: the NameNode's ``FSNamesystemState``.
    :param size: of the input, ``there`` of what of it is in HDFS; ``output`` what all maps write.
    """
    replicas = _whole(having.get("dfs.replication"), 3)
    if live := _whole(bean.get("NumLiveDataNodes"), 0):
        replicas = min(replicas, live)
    capacity = int(number(bean.get("CapacityTotal")))
    to_come = max(0, size - there) * replicas
    if not reduces:
        to_come, output = to_come + int(output * replicas), 0
    packed = having.get("mapreduce.map.output.compress", "false") == "true"
    return Room(
        capacity,
        int(number(bean.get("CapacityRemaining"))),
        to_come,
        int(output),
        _aside(having, capacity),
        packed,
    )


def _aside(having: t.Mapping[str, str], capacity: int) -> int | None:
    """Return how much of the DataNodes' disks is kept from HDFS, None where map output lies elsewhere."""
    places = (having.get("dfs.datanode.data.dir", ""), having.get("yarn.nodemanager.local-dirs", ""))
    folders = {place.partition("://")[2 if "://" in place else 0].rpartition("/")[0] for place in places}
    percent = _whole(having.get("dfs.datanode.du.reserved.pct"), 0)
    if len(folders) > 1 or "," in "".join(places) or not 0 < percent < 100:
        return None
    return capacity * percent // (100 - percent)


def check_room(has: Room) -> list[Finding]:
    """Return whether the disks have room; nothing where the NameNode knows no DataNode yet."""
    if not has.capacity:
        return []
    numbers = {"remaining": has.remaining, "to_come": has.to_come, "map_output": has.map_output}
    more = "Use more or larger disks (on EC2 cluster_root_volume) or more workers, or remove what lies in HDFS."
    if has.to_come > has.remaining:
        text = f"{_size(has.to_come)} with all replicas are still to come into HDFS, which has room for {_size(has.remaining)}."
        return [of_kind("hdfs-full", text, more, **numbers)]
    left = has.remaining - has.to_come
    if has.aside is not None:
        left -= max(0, has.map_output - has.aside)
    if left < 0 and not has.packed:
        text = (
            f"The maps will write about {_size(has.map_output)}, and the workers' disks have room for "
            f"{_size(left + has.map_output)} of it."
        )
        hint = f"Set job_map_output_compress, or a combiner that makes it less. {more}"
        return [of_kind("map-output-full", text, hint, **numbers)]
    if left < TIGHT * has.capacity:
        text = f"With input and map output in place, about {_size(max(0, left))} of the {_size(has.capacity)} of HDFS are left."
        return [of_kind("room-tight", text, more, **numbers)]
    return []


def check_codecs(
    having: t.Mapping[str, str], endings: t.Collection[str], there: t.Sequence[codecs.Codec]
) -> list[Finding]:
    """Return the codecs that a job needs and the archive of Hadoop lacks.

    :param endings: of the names of the input's files.
    :param there: as ``codecs.available`` returns it.
    """
    have = ", ".join(codec.name for codec in there)
    gone = [codec for codec in codecs.CODECS if codec not in there]
    found = []
    for codec in gone:
        if codec.suffix in endings:
            text = f"The input is packed by {codec.name}, which the nodes' archive of Hadoop cannot read."
            hint = f"Pack it by one of {have}, or use an archive of Hadoop that has it."
            found.append(of_kind("input-codec-absent", text, hint, codec=codec.name))
    for name in codecs.PROPERTIES[:2]:
        for codec in gone if having.get(name.rpartition(".")[0], "false") == "true" else []:
            if having.get(name, "").rpartition(".")[2] in codec.classes:
                text = f"{name}: the nodes' archive of Hadoop lacks what {codec.name} needs."
                hint = f"Name one of {have}, or use an archive of Hadoop that has it."
                found.append(of_kind("codec-absent", text, hint, codec=codec.name))
    return found


def _whole(value: t.Any, default: int) -> int:
    """Return a positive number, the default for anything else; -1 and the like leave it to Hadoop."""
    found = int(number(value))
    return found if found > 0 else default


def _size(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
