# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's quotas of vCPUs, which moto has not: told, and not enforced."""

from __future__ import annotations

import typing as t

from .backends import replace

#: What a young account has, and more than ``strict.INSTANCES_MAX`` instances of the sizes that fit on one machine.
VCPUS = 640.0
#: What a simulated fleet may run: as many as its subnet has addresses, of the types with two.
OF_A_FLEET = 10000.0
NAMES = {
    "L-1216C47A": "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    "L-34B43A08": "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
}


def quota(code: str, region: str, account: str, vcpus: float) -> dict[str, t.Any] | None:
    """Return a quota of EC2's as the API tells it, None for one that is not told here."""
    if code not in NAMES:
        return None
    return {
        "ServiceCode": "ec2",
        "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{account}:ec2/{code}",
        "QuotaCode": code,
        "QuotaName": NAMES[code],
        "Value": vcpus,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def install(vcpus: float) -> None:
    """Let moto tell them; call this once, before the first request."""
    from moto.servicequotas.models import ServiceQuotasBackend

    def get_service_quota(backend: t.Any, service_code: str, quota_code: str) -> dict[str, t.Any]:
        found = quota(quota_code, backend.region_name, backend.account_id, vcpus) if service_code == "ec2" else None
        return found if found is not None else others(backend, service_code, quota_code)

    others = replace(ServiceQuotasBackend, "get_service_quota", get_service_quota)
