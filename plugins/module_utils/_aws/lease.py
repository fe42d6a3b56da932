# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The lease: until when a cluster lives. Nodes read it and power themselves off."""

from __future__ import annotations

import json
import typing as t

from .._core.canonical import dumps

# The end of a lease that never ends: a date that systemd's timers can hold.
NEVER = 4102444800


def fresh(now: int, ttl: int, ttl_max: int) -> dict[str, int]:
    """Return the lease of a cluster that starts now (epoch seconds)."""
    return {"expires": now + ttl, "max": now + ttl_max}


def wanted(have: dict[str, int] | None, now: int, ttl: int, ttl_max: int, starting: bool) -> dict[str, int] | None:
    """Return the lease that ought to be there, ``have`` itself where it is good enough, None for no time to live.

    A standing cluster's lease is renewed when less than half of it is left, never past its limit. Nodes that were
    launched with a lease go on reading it: without a time to live it never ends.
    """
    if ttl == 0:
        return None if have is None else {"expires": NEVER, "max": NEVER}
    if have is None or starting:
        return fresh(now, ttl, ttl_max)
    if have["expires"] - now >= ttl // 2:
        return have
    return {"expires": max(have["expires"], min(now + ttl, have["max"])), "max": have["max"]}


def parse(body: bytes | None) -> dict[str, int] | None:
    """Return the lease in an object's body, None where there is none or it is no lease."""
    try:
        found = json.loads(body or b"null")
        return {"expires": int(found["expires"]), "max": int(found["max"])}
    except (ValueError, TypeError, KeyError):
        return None


def expires(have: dict[str, int] | None) -> int | None:
    """Return when a lease ends, None for never."""
    return have["expires"] if have is not None and have["expires"] < NEVER else None


def text(lease: dict[str, t.Any]) -> bytes:
    """Return the object's body."""
    return dumps(lease)


def outlasting(have: dict[str, int] | None, now: int, seconds: int) -> dict[str, int] | None:
    """Return the lease that lasts for ``seconds`` more, past its limit too: its end would be that of what is kept."""
    if have is None:
        return None
    end = max(have["expires"], now + seconds)
    return {"expires": end, "max": max(have["max"], end)}


def prolonged(have: dict[str, int], now: int, seconds: int) -> dict[str, int]:
    """Return the lease that ends no earlier than ``seconds`` from now, never past its limit."""
    return {**have, "expires": max(have["expires"], min(now + seconds, have["max"]))}
