# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The notice that EC2 takes a spot instance back, two minutes before: the node lets YARN know, and the cluster.

The NodeManager's own health check reads ``NOTICE``: what begins with ERROR there makes the ResourceManager give the node
nothing more, and run anew elsewhere, at once, what it had.
"""

from __future__ import annotations

import json
import time
import typing as t

from .._core.errors import OhmyError
from .._core.voice import say
from .._hadoop.profiles import SPOT_NOTICE
from .imds import Imds
from .report import Reporter
from .system import write_file

PAUSE = 5.0  # as EC2's documentation asks for
PATIENCE = 120.0


def life_cycle(imds: Imds) -> str:
    """Return ``spot`` or ``on-demand``."""
    return imds.get("meta-data/instance-life-cycle").strip()


def notice(imds: Imds) -> dict[str, str] | None:
    """Return {"action", "time"} of the notice, None while there is none."""
    try:
        found = json.loads(imds.get("meta-data/spot/instance-action"))
        return {"action": str(found["action"]), "time": str(found["time"])}
    except (OhmyError, ValueError, KeyError, TypeError):
        return None  # 404, mostly; whatever else it is, it is asked again


def watch(
    voice: Reporter | None,
    imds: Imds | None = None,
    path: str = SPOT_NOTICE,
    pause: t.Callable[[float], None] = time.sleep,
) -> dict[str, str] | None:
    """Wait for the notice, pass it on and return it; None at once where this is no spot instance."""
    if life_cycle(Imds(limit=PATIENCE) if imds is None else imds) != "spot":
        say("this is no spot instance: nothing to watch for")
        return None
    service = Imds(limit=0) if imds is None else imds
    while (found := notice(service)) is None:
        pause(PAUSE)
    say(f"EC2 takes this instance back: {found['action']} at {found['time']}")
    write_file(path, f"ERROR EC2 takes this spot instance back: {found['action']} at {found['time']}\n".encode())
    if voice is not None:
        voice.notice(found)
    return found
