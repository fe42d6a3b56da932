# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a launch wished for, kept in S3 for those who come by the cluster's name alone.

It holds nothing that nodes read. Who may write below ``clusters/`` may write it, so that it is read like an option of
somebody else's: known keys alone, checked as the module's own options are; rights and doors are not in it.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import asdict

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._core.canonical import dumps
from .._core.errors import OhmyError
from . import groups, iam, launched, s3, view, want
from .groups import Group
from .instances import Instance
from .want import Want

SCHEMA = 1
# The action of a plan.
STEP = ("write", "wish of the launch")
# All that options hold but tags: they are shown, and go into calls.
_WORD = re.compile(r"[A-Za-z0-9:/_.-]{1,2048}")
_PROBE = {
    "name": "probe",
    "workers": 0,
    "ssh_cidr": "auto",
    "caller_ip_url": "",
    "ssh_user": "admin",
    "wait_timeout": 0,
}


def key(prefix: str) -> str:
    """Return the object's key."""
    return f"{prefix}launch.json"


def body(wish: Want, before: bytes | None) -> bytes:
    """Return the object's body.

    :param before: what was kept; groups of workers that this run does not name stay in it.
    """
    by_name = {one.name: one for one in wish.groups}
    master, workers = by_name[groups.MASTER], by_name[groups.WORKER]
    more = [_further(one) for one in wish.worker_groups if one.name != groups.WORKER]
    options = {
        "instance_type": list(workers.types),
        "master_instance_type": list(master.types),
        "worker_groups": launched.merged(more, (parse(before) or {}).get("worker_groups") or []),
        "image": workers.image,
        "master_image": master.image,
        "subnet_id": wish.subnet_id,
        "fallback_subnet_ids": None if wish.fallback_subnet_ids is None else list(wish.fallback_subnet_ids),
        "public_ip": wish.public_ip,
        "root_volume": asdict(workers.root),
        "master_root_volume": asdict(master.root),
        "volumes": [asdict(one) for one in workers.volumes],
        "tags": wish.tags,
        "ttl": str(wish.ttl),
        "ttl_max": str(wish.ttl_max),
    }
    whole = {"schema": SCHEMA, "options": {name: value for name, value in options.items() if value is not None}}
    return dumps(whole)


def _further(one: Group) -> dict[str, t.Any]:
    return {
        "name": one.name,
        "workers": 0,
        "instance_type": list(one.types),
        "image": one.image,
        "spot": one.spot,
        "datanode": one.role == groups.WORKER,
        "root_volume": asdict(one.root),
        "volumes": [asdict(each) for each in one.volumes],
    }


def parse(found: bytes | None) -> dict[str, t.Any] | None:
    """Return the options that an object keeps; None where there is none, or it is not as ``body`` writes it."""
    try:
        whole = json.loads(found or b"null")
        if set(whole) != {"schema", "options"} or whole["schema"] != SCHEMA:
            return None
        checked = ArgumentSpecValidator(launched.OPTIONS).validate(whole["options"])
        options = {name: value for name, value in checked.validated_parameters.items() if value is not None}
        # Looked at as they were converted, which makes a text of anything.
        if checked.error_messages or not _plain(options):
            return None
        want.from_params({**_PROBE, "state": "started"}, options)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OhmyError):
        return None
    return options


def _plain(options: t.Mapping[str, t.Any]) -> bool:
    """Tell whether texts hold what can be shown and sent as it is; nothing else than texts of tags is free."""
    texts = _texts({name: value for name, value in options.items() if name != "tags"})
    free = _texts(options.get("tags") or {})
    return all(_WORD.fullmatch(one) for one in texts) and all(one.isprintable() for one in free)


def _texts(value: t.Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in (*value, *value.values()) for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def read(client: t.Any, bucket: str, prefix: str) -> bytes | None:
    """Return the object, None where there is none: one GET."""
    return s3.get(client, bucket, key(prefix))


def recalled(wish: Want, known: list[Instance], region: str, found: bytes | None) -> Want:
    """Return the wish; what a run by the name of a standing cluster does not say is as launched.

    :param found: what was kept of the launch.
    """
    here = view.nodes(known)
    if not here or not wish.by_name:
        return want.from_params(wish.said, {})
    return want.from_params(wish.said, {**_seen(wish.name, here, region), **(parse(found) or _types(here))})


def _seen(cluster: str, here: list[Instance], region: str) -> dict[str, t.Any]:
    """Return the user's own security groups and profile: those that all nodes have, and the first one's."""
    own = [one for one in here[0].security_groups if all(one in each.security_groups for each in here)]
    profile = here[0].profile
    ours = profile.rpartition("/")[2] == iam.role_name(cluster, region)
    return {"security_group_ids": own, **({} if ours or not profile else {"instance_profile": profile})}


def _types(here: list[Instance]) -> dict[str, t.Any]:
    """Return what the instances themselves tell of a cluster whose launch kept nothing."""
    by_group = {group: [one for one in here if one.group == group] for group in (groups.MASTER, groups.WORKER)}
    kinds = {group: list(dict.fromkeys(one.instance_type for one in members)) for group, members in by_group.items()}
    named = {"master_instance_type": kinds[groups.MASTER], "instance_type": kinds[groups.WORKER]}
    return {name: found for name, found in named.items() if found}


def lacking(wish: Want, names: t.Iterable[str]) -> list[str]:
    """Return which of these options nobody knows of a cluster that stands: a default may not be what the launch had."""
    return [name for name in names if name in wish.unknown] if wish.by_name else []


def require_known(wish: Want, names: t.Iterable[str]) -> None:
    """Raise OhmyError where one of these options of a cluster that stands is not known."""
    missing = [f"cluster_{name}" for name in lacking(wish, names)]
    if not missing:
        return
    raise OhmyError(
        f"How {wish.name} was launched is not known ({', '.join(missing)}): its launch.json in S3 is gone, "
        "or was changed.",
        "Say them, with what else differed from the defaults.",
    )
