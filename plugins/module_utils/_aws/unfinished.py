# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A launch that cannot be completed: what it made is removed, or stays for the next run, as the user chose."""

from __future__ import annotations

import json
import re

from .._core.errors import OhmyError, as_result
from . import absent, documents, instances, nodes, security_group, view
from .client import Clients
from .groups import MASTER
from .observe import Have
from .waits import Deadline
from .want import Want

REACHED = re.compile(r"/nodes/(i-[0-9a-f]+)/report/reached/")
KEPT_HINT = "What it launched stays and costs money: run the same command again to complete it, or remove the cluster."
STOOD_HINT = "The cluster stood before and may hold data, so that it stays: run the same command again, or remove it."
WITHDRAWN_HINT = "The instances of this run that had not begun to be nodes (%d) were removed."
LEFT_HINT = "Something of it is left and may cost money: remove the cluster (state absent, or playbooks/terminate.yml)."


def stood(have: Have) -> bool:
    """Tell whether the cluster that was found had been whole before, so that it may hold data.

    HDFS holds nothing before a worker is up, or, where the master works alone, before it is.
    """
    masters = {one.id for one in view.masters(have.instances)}
    # Not the newest report, which may tell of a failure since then.
    up = {found[1] for key in have.objects if (found := REACHED.search(key))}
    body = have.documents.get(MASTER)
    alone = body is not None and json.loads(body).get("workers") == 0
    return bool(up - masters) or (alone and bool(up & masters))


def _withdraw(clients: Clients, want: Want, have: Have, at: str) -> list[str]:
    """Terminate what this run added to a cluster that stands, but what has been heard of, which may hold data by now.

    A node shows its host key before its daemons are there.
    """
    before = {one.id for one in have.instances}
    known = instances.observe(clients.ec2, want.name, instances.LIVE)
    heard = nodes.observe(clients.s3, want.bucket or "", at)
    ids = [one.id for one in known if one.id not in before and one.id not in heard]
    if ids:
        instances.terminate(clients.ec2, want.name, ids, Deadline(want.wait_timeout))
    return [f"instance {one}" for one in ids]


def give_up(clients: Clients, want: Want, have: Have, incarnation: str, failure: OhmyError | OSError) -> OhmyError:
    """Remove what a failed launch made, unless it is to stay; return the error to end with."""
    told = as_result(failure)
    message = failure.message if isinstance(failure, OhmyError) else told["msg"]
    details = {key: value for key, value in told.items() if key not in ("msg", "hint")}
    hint = failure.hint if isinstance(failure, OhmyError) else ""

    def end(more: str, **results: list[str]) -> OhmyError:
        return OhmyError(message, f"{hint} {more}".strip(), **details, **results)

    try:
        groups = security_group.observe(clients.ec2, want.name)
        # The group is made first; where there is none of this launch, there is nothing of it.
        if all(one.incarnation != incarnation for one in groups):
            return end("")
        if stood(have) and want.on_launch_failure == "removed":
            gone = _withdraw(clients, want, have, documents.prefix(want.name, incarnation))
            return end(f"{WITHDRAWN_HINT % len(gone) if gone else ''} {STOOD_HINT}".strip(), removed=gone, left=[])
        if stood(have):
            return end(STOOD_HINT)
        if want.on_launch_failure == "kept":
            return end(KEPT_HINT)
        removed = absent.run(clients, want, False)
    except (OhmyError, OSError) as exc:
        return end(f"{LEFT_HINT} {exc}", left=as_result(exc).get("left", []))
    return end("What the launch had made was removed.", removed=removed["removed"], left=removed["left"])
