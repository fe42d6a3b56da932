# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The account's quotas of vCPUs: one per class of instance types, for on-demand and for spot instances."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import denials, errors

# Class -> the letters before the first digit of its types, the quota of on-demand and that of spot instances.
CLASSES: dict[str, tuple[tuple[str, ...], str, str | None]] = {
    "Standard": (
        ("a", "c", "cc", "cr", "d", "h", "hs", "i", "im", "is", "m", "r", "t", "z"),
        "L-1216C47A",
        "L-34B43A08",
    ),
    "DL": (("dl",), "L-6E869C2A", "L-85EED4F7"),
    "F": (("f",), "L-74FC7D96", "L-88CF9481"),
    "G and VT": (("g", "gr", "vt"), "L-DB2E81BA", "L-3819A6DF"),
    "High Memory": (("u",), "L-43DA4232", None),
    "HPC": (("hpc",), "L-F7808C92", None),
    "Inf": (("inf",), "L-1945791B", "L-B5D1601B"),
    "P": (("p",), "L-417A185B", "L-7212CCBC"),
    "Trn": (("trn",), "L-2C3B7624", "L-6B0D517C"),
    "X": (("x",), "L-7295265B", "L-E3A00192"),
}
UNKNOWN = ("NoSuchResourceException",)
_FAMILY = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Wish:
    """So many instances of one type are to run in addition."""

    group: str
    count: int
    instance_type: str
    spot: bool = False


def class_of(instance_type: str) -> str | None:
    """Return the class of an instance type, None for one that has no quota of vCPUs (or is not known here)."""
    found = _FAMILY.match(instance_type)
    letters = found[0] if found else ""
    return next((name for name, (families, _demand, _spot) in CLASSES.items() if letters in families), None)


def code_of(instance_type: str, spot: bool) -> str | None:
    """Return the code of the quota that an instance counts for."""
    kind = class_of(instance_type)
    if kind is None:
        return None
    _families, on_demand, of_spot = CLASSES[kind]
    return of_spot if spot else on_demand


def _limits(quotas: t.Any, codes: t.Iterable[str]) -> tuple[dict[str, float], str | None]:
    """Return the quotas that the account has, and why they could not be read."""
    found: dict[str, float] = {}
    for code in codes:
        what = f"read the quota {code} of EC2"
        try:
            answer = errors.call(what, quotas.get_service_quota, ServiceCode="ec2", QuotaCode=code)
        except errors.AwsError as exc:
            if exc.code in UNKNOWN:
                continue
            if exc.code in denials.CODES:
                return found, (
                    "The quota of vCPUs was not checked, as this caller may not servicequotas:GetServiceQuota "
                    f"({denials.statement('servicequotas:GetServiceQuota')} in {denials.POLICY})."
                )
            return found, f"The quota of vCPUs was not checked: {exc.message}"
        found[code] = float(answer["Quota"]["Value"])
    return found, None


def _vcpus(raw: t.Mapping[str, t.Any], known: t.Mapping[str, int]) -> int:
    cpu = raw.get("CpuOptions") or {}
    counted = cpu.get("CoreCount", 0) * cpu.get("ThreadsPerCore", 1)
    return int(counted or known.get(raw.get("InstanceType", ""), 0))


def _in_use(ec2: t.Any, codes: t.Collection[str], known: t.Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return how many vCPUs and instances of the whole account count for each quota now; one call (and its pages)."""
    families = [one for letters, demand, spot in CLASSES.values() if {demand, spot} & set(codes) for one in letters]
    only = [
        {"Name": "instance-state-name", "Values": ["pending", "running"]},
        {"Name": "instance-type", "Values": [f"{one}*" for one in families]},
    ]
    used = dict.fromkeys(codes, (0, 0))
    what = "count the vCPUs that run in this account"
    for reservation in errors.many(what, ec2, "describe_instances", "Reservations", Filters=only):
        for raw in reservation["Instances"]:
            code = code_of(raw.get("InstanceType", ""), raw.get("InstanceLifecycle") == "spot")
            if code in used:
                vcpus, instances = used[code]
                used[code] = (vcpus + _vcpus(raw, known), instances + 1)
    return used


def require(clients: t.Any, wishes: t.Sequence[Wish], vcpus: t.Mapping[str, int]) -> list[str]:
    """Raise OhmyError where the account's quota does not hold all that is wished for; return remarks.

    :param vcpus: by instance type, of those that are wished for.
    """
    by_code: dict[str, list[Wish]] = {}
    for one in wishes:
        code = code_of(one.instance_type, one.spot)
        if code is not None and one.count and vcpus.get(one.instance_type):
            by_code.setdefault(code, []).append(one)
    limits, remark = _limits(clients.quotas, by_code)
    if not limits:
        return [remark] if remark is not None else []
    used = _in_use(clients.ec2, limits, vcpus)
    for code, limit in limits.items():
        _refuse(code, int(limit), *used[code], by_code[code], vcpus, clients.region)
    return [remark] if remark is not None else []


def _refuse(
    code: str,
    limit: int,
    used: int,
    running: int,
    wishes: t.Sequence[Wish],
    vcpus: t.Mapping[str, int],
    region: str,
) -> None:
    need = sum(one.count * vcpus[one.instance_type] for one in wishes)
    free = max(0, limit - used)
    if need <= free:
        return
    kind = "spot" if wishes[0].spot else "on-demand"
    asked = ", ".join(f"{one.count} {one.instance_type} ({one.group})" for one in wishes)
    many = max(wishes, key=lambda one: (one.group != "master", one.count * vcpus[one.instance_type]))
    size = vcpus[many.instance_type]
    fit = max(0, (free - need + many.count * size) // size)
    what = (
        f"{fit} of {many.count} {many.instance_type} ({many.group}) would fit" if fit else "not one of them would fit"
    )
    fewer = "fewer instances (cluster_workers), " if fit else ""
    raise OhmyError(
        f"The account may run {limit} vCPUs of {kind} {class_of(many.instance_type)} instances in {region}, and "
        f"{running} instances use {used} of them: {asked} need {need}, {what}.",
        f"Take {fewer}smaller ones (cluster_instance_type), end what is not needed, or ask AWS for more: "
        f"aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {code} "
        f"--desired-value {used + need}.",
    )
