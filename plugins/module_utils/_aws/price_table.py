# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""AWS's list prices as data: on demand, Linux, USD, of one region and one day. What is not here is not known."""

from __future__ import annotations

DATE = "2025-06-10"
REGION = "us-east-1"
PUBLIC_ADDRESS = "public-ipv4"
_LARGER = "large xlarge 2xlarge 4xlarge"
_FIVE = f"{_LARGER} 8xlarge 12xlarge 16xlarge 24xlarge"
_SIX = f"{_FIVE} 32xlarge"
_SEVEN = f"{_FIVE} 48xlarge"
_BURST = "nano micro small medium large xlarge 2xlarge"
_GRAVITON = f"medium {_LARGER} 8xlarge 12xlarge 16xlarge"
_SMALL = {"nano": 1 / 16, "micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}

# Family → (an hour of its size large, the sizes that it has): in these families the price goes with the size.
FAMILIES: dict[str, tuple[float, str]] = {
    "t3": (0.0832, _BURST),
    "t3a": (0.0752, _BURST),
    "t4g": (0.0672, _BURST),
    "m5": (0.096, _FIVE),
    "m5a": (0.086, _FIVE),
    "m5d": (0.113, _FIVE),
    "m6a": (0.0864, f"{_SIX} 48xlarge"),
    "m6g": (0.077, _GRAVITON),
    "m6i": (0.096, _SIX),
    "m6id": (0.11865, _SIX),
    "m7g": (0.0816, _GRAVITON),
    "m7i": (0.1008, _SEVEN),
    "c5": (0.085, f"{_LARGER} 9xlarge 12xlarge 18xlarge 24xlarge"),
    "c5a": (0.077, _FIVE),
    "c5d": (0.096, f"{_LARGER} 9xlarge 12xlarge 18xlarge 24xlarge"),
    "c6a": (0.0765, f"{_SIX} 48xlarge"),
    "c6g": (0.068, _GRAVITON),
    "c6i": (0.085, _SIX),
    "c6id": (0.1008, _SIX),
    "c7g": (0.0725, _GRAVITON),
    "c7i": (0.08925, _SEVEN),
    "r5": (0.126, _FIVE),
    "r5a": (0.113, _FIVE),
    "r5d": (0.144, _FIVE),
    "r6a": (0.1134, f"{_SIX} 48xlarge"),
    "r6g": (0.1008, _GRAVITON),
    "r6i": (0.126, _SIX),
    "r6id": (0.1512, _SIX),
    "r7g": (0.1071, _GRAVITON),
    "r7i": (0.1323, _SEVEN),
    "i3": (0.156, f"{_LARGER} 8xlarge 16xlarge"),
    "i3en": (0.226, "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge"),
    "i4i": (0.1716, _SIX),
    "d3": (0.24972, "xlarge 2xlarge 4xlarge 8xlarge"),
}
# A GiB of a volume for a month, without operations and throughput bought beside it.
VOLUMES = {"gp3": 0.08, "gp2": 0.10, "st1": 0.045, "sc1": 0.015, "standard": 0.05}
# Everything else by its name: an hour.
OTHER = {PUBLIC_ADDRESS: 0.005}


def factor(size: str) -> float:
    """Return how many times the price of ``large`` a size costs."""
    return _SMALL[size] if size in _SMALL else 2.0 * int(size[: -len("xlarge")])


def entries() -> dict[str, float]:
    """Return name → price of all that the table knows in its region."""
    types = {
        f"{family}.{size}": round(large * factor(size), 6)
        for family, (large, sizes) in FAMILIES.items()
        for size in sizes.split()
    }
    return {**types, **VOLUMES, **OTHER}
